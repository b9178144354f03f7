//! The limits that D8 will respect for an account, each with who says so.

use d8_core::limit::Standing;
use d8_wire::{Dimension, LimitSignal, Period};

use crate::catalogue::Catalogue;
use crate::config::{Account, Limit};
use crate::probe;
use crate::text;
use crate::words::number;

/// One limit, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// "30 requests a minute".
    pub limit: String,
    /// Who says so, and what the provider's headers say of it.
    pub says: String,
}

/// The limits of the account's default model. `seen`: what the headers of an answer showed.
pub fn lines(catalogue: &Catalogue, account: &Account, seen: &[LimitSignal]) -> Vec<Line> {
    let Some(model) = account.default_model() else {
        return Vec::new();
    };
    let own = account.limits.iter().filter(|limit| limit.models.contains(&model.id));
    let counted: Vec<&Limit> = own
        .filter(|limit| limit.spec.dimension != d8_core::limit::Dimension::Concurrency)
        .collect();
    let mut lines: Vec<Line> = counted
        .iter()
        .map(|limit| Line {
            limit: in_words(limit),
            says: who_says(
                catalogue,
                account,
                limit,
                seen.iter().find(|signal| is_same(signal, limit)),
            ),
        })
        .collect();
    let unknown = seen
        .iter()
        .filter(|signal| !counted.iter().any(|limit| is_same(signal, limit)));
    lines.extend(unknown.filter_map(|signal| {
        Some(Line {
            limit: probe::limit_in_words(signal)?,
            says: text!("setup-limit-of-headers", left = left(signal)),
        })
    }));
    lines
}

/// How many requests the account's default model takes, in words: in the shortest and in the longest period.
pub fn of_requests(account: &Account) -> Vec<String> {
    let model = account.default_model().map(|model| &model.id);
    let is_own = |limit: &&Limit| model.is_some_and(|model| limit.models.contains(model));
    let own = account.limits.iter().filter(is_own);
    let mut requests: Vec<&Limit> = own
        .filter(|limit| limit.spec.dimension == d8_core::limit::Dimension::Requests)
        .collect();
    requests.sort_by_key(|limit| limit.nominal);
    let first = requests.first().map(|limit| in_words(limit));
    let last = requests.iter().skip(1).next_back();
    let last = last.map(|limit| probe::amount_in_words(limit.spec.amount, Some(period(limit))));
    first.into_iter().chain(last).collect()
}

fn who_says(catalogue: &Catalogue, account: &Account, limit: &Limit, seen: Option<&LimitSignal>) -> String {
    let date = catalogue_date(catalogue, account);
    let by = match (limit.spec.standing, date) {
        (Standing::Belief, Some(date)) => text!("setup-limit-of-catalogue", date = date),
        _ => text!("setup-limit-of-file"),
    };
    match seen.and_then(|signal| Some((signal, signal.limit?))) {
        None => by,
        Some((signal, amount)) if amount == limit.spec.amount => {
            text!("setup-limit-confirmed", by = by, left = left(signal))
        }
        Some((signal, amount)) => {
            text!(
                "setup-limit-differs",
                by = by,
                amount = number(amount),
                left = left(signal)
            )
        }
    }
}

fn left(signal: &LimitSignal) -> String {
    signal.remaining.map_or_else(|| "?".to_owned(), number)
}

/// For when the tier's limits are true; none where the user wrote them.
fn catalogue_date(catalogue: &Catalogue, account: &Account) -> Option<String> {
    let provider = catalogue.provider(&account.provider)?;
    provider.tier(&account.tier)?.provenance.date.clone()
}

fn in_words(limit: &Limit) -> String {
    let signal = dimension(limit).map(|dimension| LimitSignal {
        dimension,
        per: Some(period(limit)),
        limit: Some(limit.spec.amount),
        remaining: None,
        reset: None,
    });
    let words = signal.as_ref().and_then(probe::limit_in_words);
    words.unwrap_or_else(|| limit.label.clone())
}

fn is_same(signal: &LimitSignal, limit: &Limit) -> bool {
    dimension(limit) == Some(signal.dimension) && signal.per == Some(period(limit))
}

fn period(limit: &Limit) -> Period {
    const MONTH: u64 = 30 * 86_400;
    match limit.nominal.as_secs() {
        MONTH => Period::Month,
        _ => Period::from_duration(limit.nominal),
    }
}

/// None for money, whose unit is not the wire's.
fn dimension(limit: &Limit) -> Option<Dimension> {
    Some(match limit.spec.dimension {
        d8_core::limit::Dimension::Requests => Dimension::Requests,
        d8_core::limit::Dimension::Tokens => Dimension::Tokens,
        d8_core::limit::Dimension::InputTokens => Dimension::InputTokens,
        d8_core::limit::Dimension::OutputTokens => Dimension::OutputTokens,
        d8_core::limit::Dimension::Concurrency => Dimension::Concurrency,
        d8_core::limit::Dimension::Cost => return None,
    })
}
