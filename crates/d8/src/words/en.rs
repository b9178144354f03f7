//! English.

use d8_core::change::{FailureCode, ParkReason};
use d8_core::wait::WaitCode;

use d8_core::time::Timestamp;

use super::{number, span};
use std::time::Duration;

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
        FailureCode::TooLarge => "larger than a limit of every account that could serve it",
        FailureCode::ProviderError => "the provider refuses the request",
        FailureCode::AttemptsExhausted => "every attempt met a fault",
        FailureCode::DeadlineExceeded => "its deadline passed",
        FailureCode::Quarantined => "set aside: its worker fell silent each time",
    };
    said.map_or_else(|| own.to_owned(), |said| format!("{own}: {said}"))
}

/// Why an account waits for a limit: "groq-main: 30 requests a minute used up, next in 12 s".
pub fn wait(account: &str, limit: Option<&str>, left: Option<Duration>) -> String {
    let what = limit.map_or_else(|| "quota used up".to_owned(), |limit| format!("{limit} used up"));
    match left {
        Some(left) => format!("{account}: {what}, next in {}", span(left)),
        None => format!("{account}: {what}, next after an answer"),
    }
}

/// Why an account takes nothing, and what to do.
pub fn parked(account: &str, model: Option<&str>, why: ParkReason, left: Option<Duration>) -> String {
    let name = model.map_or_else(|| account.to_owned(), |model| format!("{account}/{model}"));
    let text = match why {
        ParkReason::QuotaRefused => "refused for quota; somebody else may be using the key",
        ParkReason::Overloaded => "the provider has no capacity",
        ParkReason::BadKey => "the key was refused; check it and run the same command again",
        ParkReason::NoMoney => "the account has no money left; top it up and run the same command again",
        ParkReason::ModelUnavailable => "the provider does not serve this model to this account; name another one",
    };
    match left {
        Some(left) => format!("{name}: {text}, tried again in {}", span(left)),
        None => format!("{name}: {text}"),
    }
}

/// A refusal: "groq-main: 30 requests a minute: refused; somebody else may be using the key; tried again in 12 s".
pub fn refused(account: &str, model: Option<&str>, limit: Option<&str>, left: Duration) -> String {
    let name = model.map_or_else(|| account.to_owned(), |model| format!("{account}/{model}"));
    let limit = limit.map_or_else(String::new, |limit| format!("{limit}: "));
    format!(
        "{name}: {limit}refused for quota; somebody else may be using the key, or the limit is lower than configured; \
         tried again in {}",
        span(left)
    )
}

/// Why something is not running now, and what would help.
pub fn wait_reason(
    code: WaitCode,
    account: &str,
    model: Option<&str>,
    limit: Option<&str>,
    left: Option<Duration>,
) -> (String, Option<String>) {
    let then = left.map_or_else(String::new, |left| format!(", in {}", span(left)));
    let plain = |text: &str, next: &str| {
        (
            format!("{text}{then}"),
            Some(next.to_owned()).filter(|next| !next.is_empty()),
        )
    };
    match code {
        WaitCode::NotBefore => plain("its time has not come", ""),
        WaitCode::Backoff => plain("it met a fault and is tried again", ""),
        WaitCode::Quota => (
            wait(account, limit, left),
            Some("wait, or add an account or a backup to the route".to_owned()),
        ),
        WaitCode::Order => plain("others are before it", "a higher priority goes first"),
        WaitCode::Patience => plain("it waits for the primary of its route, then takes the backup", ""),
        WaitCode::Workers => plain(
            &format!("{account}: every worker is busy or has not asked for work yet"),
            "start another worker",
        ),
        WaitCode::NoWorker => plain(
            &format!("{account}: no worker serves it now"),
            "start one: d8 worker --type ... --orchestrator URL",
        ),
        WaitCode::NoSkill => plain(
            "no worker can do it: none names its type, or none can carry what it asks for",
            "start a worker whose capabilities.task_types names the type",
        ),
        WaitCode::Paused => plain("it is paused", "resume it: d8 accounts resume NAME"),
        WaitCode::Parked(why) => (
            parked(account, model, why, left),
            Some("mend it, then try it again: d8 accounts unpark NAME".to_owned()),
        ),
        WaitCode::NoTarget => plain(
            "no account can serve it",
            "add an account in d8.toml, or start a worker that brings one",
        ),
    }
}

/// A moment as a clock on the wall shows it now: "09:14", "09:14 tomorrow", "09:14 on 3 December", and the year where it
/// is another one.
pub fn clock(at: Timestamp, now: Timestamp) -> String {
    let zone = jiff::tz::TimeZone::system();
    let moment = |at: Timestamp| jiff::Timestamp::from_microsecond(at.as_micros());
    let (Ok(then), Ok(now)) = (moment(at), moment(now)) else {
        return "never".to_owned();
    };
    let (then, now) = (then.to_zoned(zone.clone()), now.to_zoned(zone));
    let time = then.strftime("%H:%M");
    let tomorrow = now.date().tomorrow().ok();
    if then.date() == now.date() {
        time.to_string()
    } else if Some(then.date()) == tomorrow {
        format!("{time} tomorrow")
    } else if then.year() == now.year() {
        format!("{time} on {}", then.strftime("%-d %B"))
    } else {
        format!("{time} on {}", then.strftime("%-d %B %Y"))
    }
}

/// A task's turn, after why it waits: "; its turn comes about 16:52, after 1,203 others".
pub fn turn(start: Timestamp, before: u64, now: Timestamp) -> String {
    let others = match before {
        0 => ", it is the first in line".to_owned(),
        1 => ", after one other".to_owned(),
        more => format!(", after {} others", number(more)),
    };
    format!("; its turn comes about {}{others}", clock(start, now))
}

/// What is to be expected of an account: "runs out at 16:40, next start 16:52"; none where there is nothing to tell.
pub fn forecast(runs_out: Option<Timestamp>, next_start: Option<Timestamp>, now: Timestamp) -> Option<String> {
    let runs_out = runs_out.map(|at| match at > now {
        true => format!("runs out at {}", clock(at, now)),
        false => "has run out".to_owned(),
    });
    let next_start = next_start.map(|at| match at.since(now) < Duration::from_secs(1) {
        true => "next start now".to_owned(),
        false => format!("next start {}", clock(at, now)),
    });
    let parts: Vec<String> = runs_out.into_iter().chain(next_start).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A limit of a day or longer that is spent.
#[derive(Clone, Debug)]
pub struct Spent<'a> {
    /// The account.
    pub account: &'a str,
    /// It belongs to a free tier.
    pub free_tier: bool,
    /// "day", "month".
    pub period: &'a str,
    /// "1,500 requests".
    pub amount: String,
    /// How much it was configured to hold, where it holds another amount.
    pub configured: Option<u64>,
    /// Used in all.
    pub used: u64,
    /// Of that: by others.
    pub by_others: u64,
    /// When it is free again, as the clock on the wall shows it.
    pub until: Option<String>,
    /// Which moment that is where the provider is: "midnight Pacific".
    pub resets: Option<&'a str>,
    /// The account that takes over.
    pub instead: Option<&'a str>,
}

/// "gemini-main: the key is valid and the set-up is right; the free tier's day (1,500 requests) is spent, most of it not
/// by D8; free again at 09:00 (midnight Pacific); groq-main takes over."
pub fn spent(it: &Spent<'_>) -> String {
    let whose = if it.free_tier { "the free tier's" } else { "the" };
    let configured = it.configured.map_or_else(String::new, |configured| {
        format!("; {} were configured", number(configured))
    });
    let by = match it.by_others {
        0 => "",
        others if others >= it.used => ", none of it by D8",
        others if others.saturating_mul(2) > it.used => ", most of it not by D8",
        _ => ", part of it not by D8",
    };
    let resets = it.resets.map_or_else(String::new, |resets| format!(" ({resets})"));
    let again = match &it.until {
        Some(until) => format!("free again at {until}{resets}"),
        None => "free again after an answer".to_owned(),
    };
    let instead = match it.instead {
        Some(other) => format!("{other} takes over"),
        None => "no other account can take over: add one, or wait".to_owned(),
    };
    format!(
        "{}: the key is valid and the set-up is right; {whose} {} ({}{configured}) is spent{by}; {again}; {instead}.",
        it.account, it.period, it.amount
    )
}

/// So long before now: "3 s ago".
pub fn ago(length: Duration) -> String {
    if length < Duration::from_secs(1) {
        "now".to_owned()
    } else {
        format!("{} ago", span(length))
    }
}

/// So long after now: "in 12 s".
pub fn ahead(length: Duration) -> String {
    if length.is_zero() {
        "now".to_owned()
    } else {
        format!("in {}", span(length))
    }
}

/// How many of something: "1 task", "1,200 tasks".
pub fn plural(count: u64, one: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {one}{ending}", number(count))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(
            turn(next, 1_203, now),
            format!("; its turn comes about {}, after 1,203 others", shown[1])
        );
    }

    #[test]
    fn moments_around_now() {
        let seconds = Duration::from_secs;
        assert_eq!([ago(Duration::from_millis(300)), ago(seconds(3))], ["now", "3 s ago"]);
        assert_eq!([ahead(seconds(0)), ahead(seconds(62))], ["now", "in 1 m 02 s"]);
        assert_eq!([plural(1, "task"), plural(1_200, "task")], ["1 task", "1,200 tasks"]);
    }
}
