//! What of each account's quota is left, when it comes back, and who takes over meanwhile: the case from which D8 grew was a
//! day that was spent, most of it by somebody else.

use d8_core::time::Timestamp;
use d8_wire::{Dimension, Period, RefusedLimit};

use super::Finding;
use super::asked::Patient;
use super::limits::dimension;
use super::standing::spent_until;
use crate::client::objects::{self, Limit};
use crate::client::table::one_line;
use crate::config::{self, Route};
use crate::probe::{Probed, Verdict, limit_in_words};
use crate::server::waits;
use crate::text;
use crate::words;

/// So many limits are named.
const NAMED: usize = 3;

/// What is left of an account's quota; none where nothing is known.
pub(crate) fn judge(patient: &Patient<'_>, successor: Option<&str>, now: Timestamp) -> Option<Finding> {
    let name = format!("quota {}", patient.name);
    let seconds = now.as_micros() as f64 / 1e6;
    if let Some((limit, until)) = refused_for_long(patient.said()) {
        let told = spent_by_word(patient, limit, until, successor, now);
        return Some(spent(name, &told, successor));
    }
    if let Some(diagnosis) = patient.standing.and_then(|standing| standing.diagnosis.as_deref()) {
        return Some(spent(name, &one_line(diagnosis), successor));
    }
    if let Some(probed) = patient.said()
        && matches!(probed.verdict, Verdict::QuotaSpent { .. })
    {
        return Some(Finding::warning(name, probed.in_words(patient.title, now)));
    }
    let Some(standing) = patient.standing else {
        return said_to_be_left(name, patient);
    };
    if standing.paused {
        return Some(
            Finding::warning(name, text!("doctor-quota-paused"))
                .next(text!("doctor-queue-account-paused-next", account = patient.name)),
        );
    }
    if let Some(parked) = &standing.parked {
        let is_for_good = parked.until.is_none();
        // What the provider said just now was told with the key.
        if patient.said().is_none() || !is_for_good {
            let told = Finding::warning(name, one_line(parked.message.as_deref().unwrap_or_default()));
            return Some(match is_for_good {
                true => told.next(text!("doctor-key-parked-next", account = patient.name)),
                false => told,
            });
        }
    }
    left(name, standing, seconds)
}

/// What the provider's headers say, where no ledger knows better.
fn said_to_be_left(name: String, patient: &Patient<'_>) -> Option<Finding> {
    let told = patient.said()?.seen.as_ref()?.limits.iter().filter_map(|limit| {
        let words = limit_in_words(limit)?;
        Some(text!(
            "doctor-quota-left",
            left = words::number(limit.remaining?),
            limit = words
        ))
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| Finding::ok(name, told.join(", ")))
}

fn spent(name: String, told: &str, successor: Option<&str>) -> Finding {
    match successor {
        Some(_) => Finding::warning(name, told),
        None => Finding::problem(name, told).next(text!("doctor-quota-stands")),
    }
}

/// A limit of a day or longer that the provider says is used up.
fn refused_for_long(said: Option<&Probed>) -> Option<(&RefusedLimit, Option<Timestamp>)> {
    match &said?.verdict {
        Verdict::QuotaSpent {
            limit: Some(limit),
            until,
            ..
        } if matches!(limit.per, Some(Period::Day | Period::Month)) => Some((limit, *until)),
        _ => None,
    }
}

/// What the provider says against what the ledger counted: the rest was spent by others.
fn spent_by_word(
    patient: &Patient<'_>,
    limit: &RefusedLimit,
    until: Option<Timestamp>,
    successor: Option<&str>,
    now: Timestamp,
) -> String {
    let configured = patient.account.and_then(|account| counterpart(account, limit));
    let ledger = patient.standing.and_then(|standing| counted(standing, limit));
    let amount = limit.amount.or(configured.map(|own| own.spec.amount)).unwrap_or(0);
    // Without a ledger D8 has never used the key here.
    let ours = ledger.map_or(0, |own| {
        (own.used.unwrap_or(0.0) - own.used_by_others.unwrap_or(0.0)).max(0.0) as u64
    });
    let used = limit.used.unwrap_or(amount).max(amount);
    let unit = if limit.per == Some(Period::Month) {
        "month"
    } else {
        "day"
    };
    let period = text!("period", count = 1, unit = unit);
    words::spent(&words::Spent {
        account: patient.name,
        free_tier: patient
            .account
            .is_some_and(|account| account.free || account.tier.starts_with("free")),
        period: &period,
        amount: amount_in_words(limit, amount),
        configured: configured.map(|own| own.spec.amount).filter(|own| *own != amount),
        used,
        by_others: used.saturating_sub(ours),
        until: until.map(|until| words::clock(until, now)),
        resets: configured.and_then(|own| own.resets.as_deref()),
        instead: successor,
    })
}

/// The configured limit that a refusal is about.
fn counterpart<'a>(account: &'a config::Account, limit: &RefusedLimit) -> Option<&'a config::Limit> {
    let per = limit.per?;
    let nominal = if per == Period::Month {
        std::time::Duration::from_secs(30 * 86_400)
    } else {
        per.longest()
    };
    let model = account.default_model().map(|model| model.id.as_str());
    account.limits.iter().find(|own| {
        own.nominal == nominal
            && waits::dimension(own.spec.dimension) == dimension(limit.dimension)
            && own.models.iter().any(|covered| Some(covered.as_str()) == model)
    })
}

/// The ledger's count of it.
fn counted<'a>(standing: &'a objects::Account, limit: &RefusedLimit) -> Option<&'a Limit> {
    let per = if limit.per == Some(Period::Month) { "1mo" } else { "1d" };
    standing
        .limits
        .iter()
        .find(|own| own.dimension.as_deref() == Some(dimension(limit.dimension)) && own.per.as_deref() == Some(per))
}

fn amount_in_words(limit: &RefusedLimit, amount: u64) -> String {
    match limit.dimension {
        Dimension::Requests => text!("amount-requests", amount = amount),
        Dimension::InputTokens => text!("amount-input-tokens", amount = amount),
        Dimension::OutputTokens => text!("amount-output-tokens", amount = amount),
        _ => text!("amount-tokens", amount = amount),
    }
}

/// The limits of which most is used, those that are used up first.
fn left(name: String, standing: &objects::Account, now: f64) -> Option<Finding> {
    let share = |limit: &Limit| limit.used.unwrap_or(0.0) / limit.limit.unwrap_or(f64::INFINITY).max(1.0);
    let counted = |limit: &&Limit| limit.dimension.as_deref() != Some("concurrency") && limit.limit.is_some();
    let mut limits: Vec<&Limit> = standing.limits.iter().filter(counted).collect();
    if limits.is_empty() {
        return None;
    }
    limits.sort_by(|one, other| share(other).total_cmp(&share(one)));
    let mut told: Vec<String> = Vec::new();
    for limit in limits {
        // Each model has such a limit: that of which most is used speaks for all.
        let of_limit = of_limit(limit, now);
        if told.len() < NAMED && !told.contains(&of_limit) {
            told.push(of_limit);
        }
    }
    let told = text!("doctor-quota-taken", limits = told.join(", "));
    Some(Finding::ok(
        name,
        match expected(standing, now) {
            Some(expected) => format!("{told}; {expected}"),
            None => told,
        },
    ))
}

/// When it runs out and goes on, where it runs out.
fn expected(standing: &objects::Account, now: f64) -> Option<String> {
    let forecast = standing.forecast?;
    let instant = |seconds: f64| Timestamp::from_micros((seconds * 1e6) as i64);
    let runs_out = instant(forecast.runs_out_at?);
    words::forecast(Some(runs_out), forecast.next_start_at.map(instant), instant(now))
}

fn of_limit(limit: &Limit, now: f64) -> String {
    let used = words::number(limit.used.unwrap_or(0.0).max(0.0) as u64);
    let label = limit.label.as_deref().map(one_line).unwrap_or_default();
    let instant = |seconds: f64| Timestamp::from_micros((seconds * 1e6) as i64);
    match spent_until(limit, now) {
        Some(until) if until.is_finite() => text!(
            "doctor-quota-used-until",
            used = used,
            label = label,
            until = words::clock(instant(until), instant(now))
        ),
        _ => text!("doctor-quota-used", used = used, label = label),
    }
}

/// Who takes what `name` cannot: another account of one of its routes that is ready.
pub(crate) fn successor<'a>(name: &str, patients: &'a [Patient<'_>], routes: &[Route]) -> Option<&'a str> {
    let has = |route: &Route, account: &str| route.targets().any(|target| target.account == account);
    let is_known = routes.iter().any(|route| has(route, name));
    let shares = |other: &str| routes.iter().any(|route| has(route, name) && has(route, other));
    patients
        .iter()
        .find(|other| other.name != name && other.is_ready() && (!is_known || shares(other.name)))
        .map(|other| other.name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Grade;
    use super::super::asked::{Asked, Why};
    use super::super::patients::{account, account_with, asked, patient, routes, seen};
    use super::*;
    use crate::words::language::Language;
    use crate::words::language::tests::speaking;

    const DAY: &str = "limits = [{ requests = 1500, per = \"1d\", resets = \"00:00 America/Los_Angeles\" }]";

    fn spent_day() -> Verdict {
        let limit = RefusedLimit {
            dimension: Dimension::Requests,
            per: Some(Period::Day),
            amount: Some(1_500),
            used: None,
            requested: None,
            model: None,
        };
        Verdict::QuotaSpent {
            limit: Some(limit),
            until: Some(Timestamp::from_secs(7_200)),
            words: "quota".to_owned(),
        }
    }

    /// 18 November 2025: the key is right, and an earlier run has spent the day.
    #[test]
    fn the_case_from_which_it_all_began_is_told_in_a_sentence() {
        let account = account_with("gemini-main", DAY);
        let standing = super::super::standing::account(json!({"account": "gemini-main", "limits": [{
            "dimension": "requests", "per": "1d", "label": "1,500 requests a day", "limit": 1500, "used": 10,
        }]}));
        let mut patient = patient(&account, asked(spent_day(), Some(seen())));
        patient.standing = Some(&standing);
        let found = judge(&patient, Some("groq-main"), Timestamp::EPOCH).unwrap_or_else(|| Finding::ok("", ""));
        assert_eq!(found.grade, Grade::Warning);
        for words in [
            "gemini-main: the key is valid and the set-up is right",
            "day (1,500 requests) is spent, most of it not by D8; free again at ",
            "(midnight Pacific)",
            "groq-main takes over",
        ] {
            assert!(found.message.contains(words), "{words:?} is not in {found:?}");
        }
        let spanish = speaking(Language::Spanish, || judge(&patient, None, Timestamp::EPOCH));
        let told = spanish.map(|finding| finding.message).unwrap_or_default();
        assert!(
            told.contains("la cuota gratuita por día (1500 peticiones) está agotada"),
            "{told}"
        );
        // Nobody takes over: then everything stands still.
        let alone = judge(&patient, None, Timestamp::EPOCH);
        assert_eq!(alone.map(|finding| finding.grade), Some(Grade::Problem));
        // Nothing was ever done here: none of it was ours.
        patient.standing = None;
        let never = judge(&patient, None, Timestamp::EPOCH).map(|finding| finding.message);
        assert!(never.is_some_and(|message| message.contains("none of it by D8")));
    }

    #[test]
    fn what_the_orchestrator_diagnosed_is_repeated() {
        let account = account("gemini-main");
        let diagnosis = "gemini-main: the key is valid and the set-up is right; the day is spent";
        let standing = super::super::standing::account(json!({"account": "gemini-main", "diagnosis": diagnosis}));
        let mut patient = patient(&account, Asked::Not(Why::Offline));
        patient.standing = Some(&standing);
        let found = judge(&patient, Some("groq"), Timestamp::EPOCH);
        assert_eq!(
            found.map(|finding| (finding.grade, finding.message)),
            Some((Grade::Warning, diagnosis.to_owned()))
        );
    }

    #[test]
    fn what_is_left_is_told_the_tightest_first() {
        let account = account("groq");
        let limit = |label: &str, used: u64, holds: u64| json!({"dimension": "requests", "label": label, "limit": holds, "used": used, "free_at": 90.0});
        let standing = super::super::standing::account(json!({"account": "groq", "limits": [
            limit("14,400 requests a day", 1_203, 14_400),
            limit("30 requests a minute", 12, 30),
            limit("30 requests a minute", 12, 30),
        ]}));
        let mut patient = patient(&account, asked(Verdict::Works, Some(seen())));
        patient.standing = Some(&standing);
        let found = judge(&patient, None, Timestamp::EPOCH);
        assert_eq!(
            found.map(|finding| finding.message).as_deref(),
            Some("used: 12 of 30 requests a minute, 1,203 of 14,400 requests a day")
        );
    }

    #[test]
    fn without_a_ledger_the_headers_say_what_is_left() {
        let account = account("groq");
        let limit = d8_wire::LimitSignal {
            dimension: Dimension::Requests,
            per: Some(Period::Day),
            limit: Some(14_400),
            remaining: Some(14_399),
            reset: None,
        };
        let seen = crate::probe::Seen {
            limits: vec![limit],
            ..seen()
        };
        let found = judge(
            &patient(&account, asked(Verdict::Works, Some(seen))),
            None,
            Timestamp::EPOCH,
        );
        let told = found.map(|finding| finding.message);
        assert_eq!(
            told.as_deref(),
            Some("14,399 left of 14,400 requests a day, by the provider")
        );
    }

    #[test]
    fn only_an_account_of_the_same_route_that_is_ready_takes_over() {
        let (one, other, third) = (account("one"), account("other"), account("third"));
        let wrong = Verdict::WrongKey { words: String::new() };
        let patients = [
            patient(&one, asked(spent_day(), None)),
            patient(&other, asked(wrong, None)),
            patient(&third, asked(Verdict::Works, None)),
        ];
        assert_eq!(
            successor("one", &patients, &routes(&[&["one", "other", "third"]])),
            Some("third")
        );
        assert_eq!(
            successor("one", &patients, &routes(&[&["one", "other"], &["third"]])),
            None
        );
        assert_eq!(successor("one", &patients[..2], &routes(&[&["one", "other"]])), None);
    }
}
