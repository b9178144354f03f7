//! What a reply to the question means. Pure: the reply and the time are given.

use std::time::Duration;

use d8_core::limit::Window;
use d8_core::time::Timestamp;
use d8_wire::{Failure, FailureKind, Outcome, Period, RefusedLimit};

use super::Verdict;
use crate::worker::{Cause, NoReply};

/// What is known beside the reply.
pub(super) struct Case<'a> {
    /// The status that the reply bore; a failure found in an answer's body has another.
    pub(super) status: u16,
    /// When the provider's days end, where that is known.
    pub(super) day: Option<&'a Window>,
    /// The present.
    pub(super) now: Timestamp,
}

/// What a reply means.
pub(super) fn verdict(outcome: Outcome, case: &Case<'_>) -> Verdict {
    match outcome {
        Outcome::Answer { .. } => Verdict::Works,
        Outcome::Failure(failure) => of_failure(failure, case),
    }
}

fn of_failure(failure: Failure, case: &Case<'_>) -> Verdict {
    let country = failure.is_about_the_country();
    let Failure {
        kind, status, message, ..
    } = failure;
    match kind {
        FailureKind::BadKey if country => Verdict::BlockedCountry { words: message },
        FailureKind::BadKey => Verdict::WrongKey { words: message },
        FailureKind::NoMoney => Verdict::NoMoney { words: message },
        FailureKind::ModelUnavailable => Verdict::ModelUnavailable { words: message },
        FailureKind::RateLimited { limits, retry_after } => {
            let limit = limits.into_iter().next();
            Verdict::QuotaSpent {
                until: until(limit.as_ref(), retry_after, case),
                limit,
                words: message,
            }
        }
        FailureKind::Overloaded { .. } => Verdict::Overloaded { status, words: message },
        // Found in the body of a 200, it is no API that speaks there: a web page, as a wrong base URL gives it.
        FailureKind::Transient if case.status >= 500 => Verdict::Overloaded { status, words: message },
        FailureKind::BadRequest if judges_output_limit(&message) => Verdict::Works,
        FailureKind::Transient | FailureKind::BadRequest | FailureKind::TooLarge { .. } => {
            strange(case.status, message)
        }
    }
}

/// Models that think refuse an answer so short, each in words of its own. They do so once key and model were found right.
fn judges_output_limit(message: &str) -> bool {
    ["max_tokens", "max_completion_tokens", "max_output_tokens"]
        .iter()
        .any(|name| message.contains(name))
}

/// When the quota has room again: what the provider says; where a day is spent and it says nothing, the end of its day.
fn until(limit: Option<&RefusedLimit>, retry_after: Option<Duration>, case: &Case<'_>) -> Option<Timestamp> {
    let said = retry_after.map(|wait| case.now + wait);
    let is_day = limit.is_some_and(|limit| limit.per == Some(Period::Day));
    said.or_else(|| if is_day { end_of_day(case.day?, case.now) } else { None })
}

fn end_of_day(day: &Window, now: Timestamp) -> Option<Timestamp> {
    match day {
        Window::Resets(ends) => ends.iter().copied().find(|end| *end > now),
        Window::Fixed { per } => {
            let per = i64::try_from(per.as_micros()).ok().filter(|per| *per > 0)?;
            Some(Timestamp::from_micros((now.as_micros().div_euclid(per) + 1) * per))
        }
        Window::InFlight | Window::Bucket { .. } | Window::Sliding { .. } => None,
    }
}

pub(super) fn no_reply(no_reply: NoReply) -> Verdict {
    let words = no_reply.message;
    match no_reply.cause {
        Cause::UnfitKey => Verdict::WrongKey { words },
        cause => Verdict::NoNetwork { cause, words },
    }
}

pub(super) fn strange(status: u16, words: String) -> Verdict {
    Verdict::Strange { status, words }
}

/// By how many seconds a clock that showed `date` (cut to the second) somewhere between these two moments of ours is surely
/// ahead.
pub(super) fn clock_ahead(date: u64, sent_at: Timestamp, began_at: Timestamp) -> Option<i64> {
    let date = i64::try_from(date).ok()?.checked_mul(1_000_000)?;
    let least = date - began_at.as_micros();
    let most = date + 1_000_000 - sent_at.as_micros();
    let sure = match () {
        () if least > 0 => least,
        () if most < 0 => most,
        () => 0,
    };
    Some(sure / 1_000_000)
}
