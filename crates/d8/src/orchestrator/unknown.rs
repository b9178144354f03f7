//! Limits of which nobody has said anything: an account may have them all the same. They are counted from the beginning
//! and hold nothing back until the wire has shown how much they hold.

use std::time::Duration;

use d8_core::limit::{Dimension, LimitSpec, Standing, Window};

use crate::config::limit::period::Period;
use crate::config::{Account, Limit};
use crate::text;
use crate::words::language::Language;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// What each base model may be limited by: dimension, period, how long it is held, and its English name.
const USUAL: [(Dimension, Duration, Duration, &str); 4] = [
    (
        Dimension::Requests,
        Duration::from_secs(60),
        Duration::from_secs(60),
        "requests a minute",
    ),
    (
        Dimension::Tokens,
        Duration::from_secs(60),
        Duration::from_secs(60),
        "tokens a minute",
    ),
    (
        Dimension::Requests,
        DAY,
        Duration::from_secs(25 * 3_600),
        "requests a day",
    ),
    (Dimension::Tokens, DAY, Duration::from_secs(25 * 3_600), "tokens a day"),
];

/// Those of a hosted account, beside what is written or in the catalogue.
pub(super) fn limits(account: &Account) -> Vec<Limit> {
    if account.local || !account.is_held_by_ledger() {
        return Vec::new();
    }
    let mut bases: Vec<&str> = account.models.iter().map(|model| model.base.as_str()).collect();
    bases.sort_unstable();
    bases.dedup();
    let all = bases.into_iter().flat_map(|base| USUAL.map(|usual| (base, usual)));
    all.filter_map(|(base, usual)| unknown(account, base, usual)).collect()
}

fn unknown(
    account: &Account,
    base: &str,
    (dimension, nominal, held, name): (Dimension, Duration, Duration, &str),
) -> Option<Limit> {
    let own = account.models.iter().filter(|model| model.base == base);
    let models: Vec<String> = own.map(|model| model.id.clone()).collect();
    let is_known = account.limits.iter().any(|limit| {
        let about = limit.models.iter().any(|model| models.contains(model));
        about && alike(limit.spec.dimension, dimension) && (limit.nominal <= HOUR) == (nominal <= HOUR)
    });
    (!is_known).then(|| Limit {
        key: format!("{}/{base}/{name}/unknown", account.quota_key),
        models,
        spec: LimitSpec {
            dimension,
            amount: u64::MAX,
            window: match &account.day {
                // The provider's days are known, if not how much they hold.
                Some(day) if nominal == DAY => day.clone(),
                _ => Window::Sliding { per: held },
            },
            reserve_permille: 0,
            standing: Standing::Unknown,
        },
        nominal_per: if nominal == DAY { Period::DAY } else { Period::MINUTE }.name(Language::spoken()),
        label: name.to_owned(),
        called: called(dimension, nominal),
        nominal,
        resets: None,
    })
}

/// Its name in the spoken language.
fn called(dimension: Dimension, nominal: Duration) -> String {
    match (dimension, nominal == DAY) {
        (Dimension::Requests, false) => text!("limit-unknown-requests-minute"),
        (Dimension::Requests, true) => text!("limit-unknown-requests-day"),
        (_, false) => text!("limit-unknown-tokens-minute"),
        (_, true) => text!("limit-unknown-tokens-day"),
    }
}

/// Providers that count only tokens of the prompt have their limit of tokens there.
fn alike(known: Dimension, usual: Dimension) -> bool {
    known == usual || (usual == Dimension::Tokens && matches!(known, Dimension::InputTokens | Dimension::OutputTokens))
}
