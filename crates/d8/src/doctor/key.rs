//! Whether each key opens: what its provider said to one small question.

use d8_core::time::Timestamp;

use super::Finding;
use super::asked::{Asked, Patient, Why};
use super::network::is_network;
use crate::probe::{Probed, Verdict};
use crate::text;
use crate::words;

/// The check's name for an account.
fn name(patient: &Patient<'_>) -> String {
    format!("key {}", patient.name)
}

/// What is known of an account's key.
pub(crate) fn judge(patient: &Patient<'_>, now: Timestamp) -> Finding {
    match &patient.asked {
        Asked::Not(why) => Finding::ok(name(patient), not_asked(why, now)),
        Asked::Impossible(why) => Finding::problem(name(patient), why),
        Asked::Said(probed) => said(patient, probed, now),
    }
}

fn not_asked(why: &Why, now: Timestamp) -> String {
    match why {
        Why::Offline => text!("doctor-key-offline"),
        Why::Elsewhere => text!("doctor-key-elsewhere"),
        Why::Same(other) => text!("doctor-key-same", account = other.as_str()),
        Why::Spent { limit, until: None } => text!("doctor-key-spent", limit = limit.as_str()),
        Why::Spent {
            limit,
            until: Some(until),
        } => text!(
            "doctor-key-spent-until",
            limit = limit.as_str(),
            until = words::clock(Timestamp::from_micros((until * 1e6) as i64), now)
        ),
    }
}

fn said(patient: &Patient<'_>, probed: &Probed, now: Timestamp) -> Finding {
    let name = name(patient);
    let told = probed.in_words(patient.title, now);
    let next = probed.next_step().unwrap_or_default();
    match &probed.verdict {
        Verdict::Works => works(patient, name, told),
        // The limits' own check says what that means.
        Verdict::QuotaSpent { .. } => Finding::ok(name, text!("doctor-key-valid")),
        Verdict::Overloaded { .. } => Finding::warning(name, told).next(next),
        verdict if is_network(verdict) => Finding::warning(name, text!("doctor-key-unreached")),
        Verdict::WrongKey { .. } => {
            let provider = patient.account.map_or("", |account| account.provider.as_str());
            Finding::problem(name, told).next(text!("doctor-key-wrong-next", provider = provider))
        }
        Verdict::ModelUnavailable { .. }
        | Verdict::NoMoney { .. }
        | Verdict::BlockedCountry { .. }
        | Verdict::NoNetwork { .. }
        | Verdict::Strange { .. } => Finding::problem(name, told).next(next),
    }
}

/// It works: but an orchestrator that met it before it was mended waits to be told.
fn works(patient: &Patient<'_>, name: String, told: String) -> Finding {
    let parked = patient.standing.and_then(|standing| standing.parked.as_ref());
    let waits_for_us = parked
        .filter(|parked| parked.until.is_none())
        .and_then(|parked| parked.code.as_deref())
        .is_some_and(|code| matches!(code, "bad_key" | "no_money" | "model_unavailable"));
    if !waits_for_us {
        return Finding::ok(name, told);
    }
    Finding::problem(name, format!("{told}; {}", text!("doctor-key-parked")))
        .next(text!("doctor-key-parked-next", account = patient.name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Grade;
    use super::super::patients::{account, asked, patient, seen};
    use super::*;
    use crate::worker::Cause;

    fn judged(verdict: Verdict) -> Finding {
        let account = account("groq-main");
        judge(&patient(&account, asked(verdict, Some(seen()))), Timestamp::EPOCH)
    }

    fn words() -> String {
        "the provider's words".to_owned()
    }

    #[test]
    fn every_verdict_has_its_grade_and_a_next_step_where_one_is_needed() {
        assert_eq!(judged(Verdict::Works).grade, Grade::Ok);
        let wrong = judged(Verdict::WrongKey { words: words() });
        assert_eq!((wrong.name.as_str(), wrong.grade), ("key groq-main", Grade::Problem));
        assert!(wrong.next.is_some_and(|next| next.contains("d8 setup groq")));
        for problem in [
            Verdict::ModelUnavailable { words: words() },
            Verdict::NoMoney { words: words() },
            Verdict::BlockedCountry { words: words() },
            Verdict::Strange {
                status: 404,
                words: words(),
            },
        ] {
            let found = judged(problem);
            assert!(found.grade == Grade::Problem && found.next.is_some(), "{found:?}");
        }
        let spent = judged(Verdict::QuotaSpent {
            limit: None,
            until: None,
            words: words(),
        });
        assert_eq!(spent.grade, Grade::Ok);
        assert!(spent.message.contains("valid"), "{spent:?}");
        // The network's own check is the problem.
        let unreached = judged(Verdict::NoNetwork {
            cause: Cause::Dns,
            words: words(),
        });
        assert_eq!(unreached.grade, Grade::Warning);
    }

    #[test]
    fn a_key_that_was_mended_is_to_be_told_to_the_orchestrator() {
        let account = account("groq-main");
        let standing = super::super::standing::account(json!({
            "account": "groq-main", "parked": {"code": "bad_key", "message": "refused", "until": null},
        }));
        let mut patient = patient(&account, asked(Verdict::Works, Some(seen())));
        patient.standing = Some(&standing);
        let found = judge(&patient, Timestamp::EPOCH);
        assert_eq!(found.grade, Grade::Problem);
        assert_eq!(
            found
                .next
                .as_deref()
                .map(|next| next.contains("d8 accounts unpark groq-main")),
            Some(true)
        );
    }

    #[test]
    fn a_key_whose_day_is_spent_is_not_asked() {
        let account = account("groq-main");
        let spent = Why::Spent {
            limit: "1,500 requests a day".to_owned(),
            until: Some(3_600.0),
        };
        let found = judge(&patient(&account, Asked::Not(spent)), Timestamp::EPOCH);
        assert_eq!(found.grade, Grade::Ok);
        assert!(found.message.contains("1,500 requests a day"), "{found:?}");
    }
}
