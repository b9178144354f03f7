//! The engine's codes as sentences.

use std::time::Duration;

use d8_core::change::{FailureCode, ParkReason};
use d8_core::time::Timestamp;
use d8_core::wait::WaitCode;

use super::{clock, number, span};
use crate::text;

/// The code of a failure in the public contract.
pub fn failure_code(code: FailureCode) -> &'static str {
    match code {
        FailureCode::TooLarge => "too_large",
        FailureCode::ProviderError => "provider_error",
        FailureCode::AttemptsExhausted => "attempts_exhausted",
        FailureCode::DeadlineExceeded => "deadline_exceeded",
        FailureCode::Quarantined => "quarantined",
    }
}

/// Why a task failed, with what the provider said where it did.
pub fn ending_message(code: FailureCode, said: Option<&str>) -> String {
    let own = match code {
        FailureCode::TooLarge => text!("ending-too-large"),
        FailureCode::ProviderError => text!("ending-provider-error"),
        FailureCode::AttemptsExhausted => text!("ending-attempts-exhausted"),
        FailureCode::DeadlineExceeded => text!("ending-deadline-exceeded"),
        FailureCode::Quarantined => text!("ending-quarantined"),
    };
    said.map_or_else(|| own.clone(), |said| format!("{own}: {said}"))
}

/// Why an account waits for a limit: "groq-main: 30 requests a minute used up, next in 12 s".
pub fn wait(account: &str, limit: Option<&str>, left: Option<Duration>) -> String {
    let what = limit.map_or_else(
        || text!("wait-quota-used-up"),
        |limit| text!("wait-limit-used-up", limit = limit),
    );
    match left {
        Some(left) => text!("wait-next-in", account = account, what = what, left = span(left)),
        None => text!("wait-next-after-answer", account = account, what = what),
    }
}

/// Why an account takes nothing, and what to do.
pub fn parked(account: &str, model: Option<&str>, why: ParkReason, left: Option<Duration>) -> String {
    let name = name(account, model);
    let why = match why {
        ParkReason::QuotaRefused => text!("parked-quota-refused"),
        ParkReason::Overloaded => text!("parked-overloaded"),
        ParkReason::BadKey => text!("parked-bad-key"),
        ParkReason::NoMoney => text!("parked-no-money"),
        ParkReason::ModelUnavailable => text!("parked-model-unavailable"),
    };
    match left {
        Some(left) => text!("parked-again", name = name, why = why, left = span(left)),
        None => format!("{name}: {why}"),
    }
}

/// A refusal: "groq-main: 30 requests a minute: refused; somebody else may be using the key; tried again in 12 s".
pub fn refused(account: &str, model: Option<&str>, limit: Option<&str>, left: Duration) -> String {
    let name = name(account, model);
    let what = limit.map_or_else(|| name.clone(), |limit| format!("{name}: {limit}"));
    text!("refused", what = what, left = span(left))
}

fn name(account: &str, model: Option<&str>) -> String {
    model.map_or_else(|| account.to_owned(), |model| format!("{account}/{model}"))
}

/// Why something is not running now, and what would help.
pub fn wait_reason(
    code: WaitCode,
    account: &str,
    model: Option<&str>,
    limit: Option<&str>,
    left: Option<Duration>,
) -> (String, Option<String>) {
    let (why, next) = match code {
        WaitCode::Quota => return (wait(account, limit, left), Some(text!("wait-quota-next"))),
        WaitCode::Parked(why) => return (parked(account, model, why, left), Some(text!("wait-parked-next"))),
        WaitCode::NotBefore => (text!("wait-not-before"), None),
        WaitCode::Backoff => (text!("wait-backoff"), None),
        WaitCode::Order => (text!("wait-order"), Some(text!("wait-order-next"))),
        WaitCode::Patience => (text!("wait-patience"), None),
        WaitCode::Workers => (
            text!("wait-workers", account = account),
            Some(text!("wait-workers-next")),
        ),
        WaitCode::NoWorker => (
            text!("wait-no-worker", account = account),
            Some(text!("wait-no-worker-next")),
        ),
        WaitCode::NoSkill => (text!("wait-no-skill"), Some(text!("wait-no-skill-next"))),
        WaitCode::Paused => (
            text!("wait-paused", account = account),
            Some(text!("wait-paused-next", account = account)),
        ),
        WaitCode::NoTarget => (text!("wait-no-target"), Some(text!("wait-no-target-next"))),
    };
    match left {
        Some(left) => (text!("wait-why-in", why = why, left = span(left)), next),
        None => (why, next),
    }
}

/// Why something whose route is paused is not running now, and what would help.
pub fn route_paused() -> (String, Option<String>) {
    (text!("wait-paused-route"), Some(text!("wait-paused-route-next")))
}

/// A task's turn, after why it waits: "; its turn comes about 16:52, after 1,203 others".
pub fn turn(start: Timestamp, before: u64, now: Timestamp) -> String {
    text!("turn", at = clock(start, now), before = before)
}

/// What is to be expected of an account: "runs out at 16:40, next start 16:52"; none where there is nothing to tell.
pub fn forecast(runs_out: Option<Timestamp>, next_start: Option<Timestamp>, now: Timestamp) -> Option<String> {
    let runs_out = runs_out.map(|at| match at > now {
        true => text!("forecast-runs-out", at = clock(at, now)),
        false => text!("forecast-has-run-out"),
    });
    let next_start = next_start.map(|at| match at.since(now) < Duration::from_secs(1) {
        true => text!("forecast-next-now"),
        false => text!("forecast-next", at = clock(at, now)),
    });
    let parts: Vec<String> = runs_out.into_iter().chain(next_start).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// How many of something: "1 task", "1,200 tasks".
pub fn plural(count: u64, one: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {one}{ending}", number(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::language::Language;
    use crate::words::language::tests::speaking;

    const WAITS: [WaitCode; 11] = [
        WaitCode::NotBefore,
        WaitCode::Backoff,
        WaitCode::Quota,
        WaitCode::Order,
        WaitCode::Patience,
        WaitCode::Workers,
        WaitCode::NoWorker,
        WaitCode::NoSkill,
        WaitCode::Paused,
        WaitCode::Parked(ParkReason::BadKey),
        WaitCode::NoTarget,
    ];

    #[test]
    fn what_is_to_be_expected() {
        let now = Timestamp::from_secs(1_767_225_600);
        let (later, next) = (now + Duration::from_secs(600), now + Duration::from_secs(1_200));
        let shown = [later, next].map(|at| clock(at, now));
        let told = forecast(Some(later), Some(next), now);
        assert_eq!(told, Some(format!("runs out at {}, next start {}", shown[0], shown[1])));
        assert_eq!(
            forecast(Some(now), Some(now), now).as_deref(),
            Some("has run out, next start now")
        );
        assert_eq!(forecast(None, None, now), None);
        let turns = || [0, 1, 1_203].map(|before| turn(next, before, now));
        let english = [", it is the first in line", ", after one other", ", after 1,203 others"];
        assert_eq!(
            turns(),
            english.map(|after| format!("; its turn comes about {}{after}", shown[1]))
        );
        let spanish = [
            ", es la primera de la fila",
            ", después de otra",
            ", después de otras 1203",
        ];
        assert_eq!(
            speaking(Language::Spanish, turns),
            spanish.map(|after| format!("; le tocará hacia las {}{after}", shown[1]))
        );
    }

    #[test]
    fn waits_and_refusals_are_told() {
        let left = Some(Duration::from_secs(12));
        assert_eq!(
            wait("groq-main", Some("30 requests a minute"), left),
            "groq-main: 30 requests a minute used up, next in 12 s"
        );
        assert_eq!(
            wait("groq-main", None, None),
            "groq-main: quota used up, next after an answer"
        );
        assert_eq!(
            parked("a", Some("m"), ParkReason::Overloaded, left),
            "a/m: the provider has no capacity, tried again in 12 s"
        );
        assert_eq!(
            refused("a", None, Some("30 requests a minute"), Duration::from_secs(12)),
            "a: 30 requests a minute: refused for quota; somebody else may be using the key, or the limit is lower than \
             configured; tried again in 12 s"
        );
        assert_eq!(
            wait_reason(WaitCode::Paused, "groq", None, None, None),
            (
                "groq is paused".to_owned(),
                Some("resume it: d8 accounts resume groq".to_owned())
            )
        );
        assert_eq!(
            wait_reason(WaitCode::Order, "a", None, None, left),
            (
                "others are before it, in 12 s".to_owned(),
                Some("a higher priority goes first".to_owned())
            )
        );
        let said = speaking(Language::Spanish, || {
            wait("groq-main", Some("30 peticiones por minuto"), left)
        });
        assert_eq!(
            said,
            "groq-main: límite de 30 peticiones por minuto agotado, la próxima dentro de 12 s"
        );
    }

    #[test]
    fn every_wait_has_words_of_its_own_in_every_language() {
        let all = || WAITS.map(|code| wait_reason(code, "a", Some("m"), None, Some(Duration::from_secs(12))));
        let languages = Language::ALL.map(|language| speaking(language, all));
        for (english, spanish) in languages[0].iter().zip(&languages[1]) {
            assert_ne!(english.0, spanish.0);
            assert_eq!(english.1.is_some(), spanish.1.is_some(), "{english:?}");
            assert!(
                [english, spanish].iter().all(|said| said.0.contains("12 s")),
                "{english:?} {spanish:?}"
            );
        }
    }

    #[test]
    fn one_and_many() {
        assert_eq!([plural(1, "task"), plural(1_200, "task")], ["1 task", "1,200 tasks"]);
    }
}
