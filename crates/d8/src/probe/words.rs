//! A verdict in the words of a person, and what to do about it.

use std::time::Duration;

use d8_core::time::Timestamp;
use d8_wire::{Dimension, LimitSignal, Period, RefusedLimit};

use super::{Probed, Verdict};
use crate::text;
use crate::words::{clock, number, span};
use crate::worker::Cause;

impl Probed {
    /// What came of it, as a sentence without a point at its end. `title`: the provider's name for people; `now`: the wall clock.
    pub fn in_words(&self, title: &str, now: Timestamp) -> String {
        let model = self.model.as_str();
        match &self.verdict {
            Verdict::Works => {
                let latency = self
                    .seen
                    .as_ref()
                    .map_or_else(String::new, |seen| in_time(seen.latency));
                text!("probe-works", provider = title, model = model, latency = latency)
            }
            Verdict::WrongKey { words } => text!("probe-wrong-key", provider = title, words = words.as_str()),
            Verdict::ModelUnavailable { words } => {
                text!(
                    "probe-no-model",
                    provider = title,
                    model = model,
                    words = words.as_str()
                )
            }
            Verdict::QuotaSpent { limit, until, .. } => {
                let spent = spent(limit.as_ref());
                match until {
                    Some(until) => text!("probe-spent-until", spent = spent, until = clock(*until, now)),
                    None => spent,
                }
            }
            Verdict::NoMoney { words } => text!("probe-no-money", provider = title, words = words.as_str()),
            Verdict::BlockedCountry { words } => text!("probe-country", provider = title, words = words.as_str()),
            Verdict::Overloaded { status, words } => text!(
                "probe-overloaded",
                provider = title,
                status = status.to_string(),
                words = words.as_str()
            ),
            Verdict::NoNetwork { cause, words } => no_network(*cause, title, words),
            Verdict::Strange { status, words } => text!(
                "probe-strange",
                provider = title,
                status = status.to_string(),
                words = words.as_str()
            ),
        }
    }

    /// What to do next; nothing where it works.
    pub fn next_step(&self) -> Option<String> {
        Some(match &self.verdict {
            Verdict::Works => return None,
            Verdict::WrongKey { .. } => text!("probe-next-wrong-key"),
            Verdict::ModelUnavailable { .. } => text!("probe-next-no-model"),
            Verdict::QuotaSpent { .. } => text!("probe-next-spent"),
            Verdict::NoMoney { .. } => text!("probe-next-no-money"),
            Verdict::BlockedCountry { .. } => text!("probe-next-country"),
            Verdict::Overloaded { .. } => text!("probe-next-overloaded"),
            Verdict::NoNetwork { cause, .. } => match cause {
                Cause::Dns | Cause::Unreachable => text!("probe-next-network"),
                Cause::Refused => text!("probe-next-refused"),
                Cause::Timeout | Cause::Broken => text!("probe-next-timeout"),
                Cause::Tls => text!("probe-next-tls"),
                Cause::Proxy => text!("probe-next-proxy"),
                Cause::UnfitKey => text!("probe-next-wrong-key"),
            },
            Verdict::Strange { .. } => text!("probe-next-strange"),
        })
    }
}

/// "180 ms", "2.4 s".
fn in_time(latency: Duration) -> String {
    match latency.as_millis() {
        millis @ 0..1_000 => format!("{millis} ms"),
        _ => format!("{:.1} s", latency.as_secs_f64()),
    }
}

fn spent(limit: Option<&RefusedLimit>) -> String {
    let which = limit.and_then(refused_in_words);
    let bracket = which.as_ref().map_or_else(String::new, |which| format!(" ({which})"));
    match (limit.and_then(|limit| limit.per), which) {
        (Some(Period::Day), _) => text!("probe-spent-day", limit = bracket),
        (Some(Period::Month), _) => text!("probe-spent-month", limit = bracket),
        (_, Some(which)) => text!("probe-spent-short", limit = which),
        (_, None) => text!("probe-spent-unknown"),
    }
}

fn no_network(cause: Cause, title: &str, words: &str) -> String {
    match cause {
        Cause::Dns => text!("probe-dns", provider = title, words = words),
        Cause::Refused => text!("probe-refused", provider = title, words = words),
        Cause::Unreachable => text!("probe-unreachable", provider = title, words = words),
        Cause::Timeout => text!("probe-timeout", provider = title, words = words),
        Cause::Tls => text!("probe-tls", provider = title, words = words),
        Cause::Proxy => text!("probe-proxy", provider = title, words = words),
        Cause::Broken | Cause::UnfitKey => text!("probe-broken", provider = title, words = words),
    }
}

/// "30 requests a minute", as the headers show it; none where they show no amount.
pub fn limit_in_words(limit: &LimitSignal) -> Option<String> {
    Some(amount(limit.limit?, limit.dimension, limit.per))
}

/// "1,000 requests a day", as a refusal tells it; none where it tells no amount.
pub fn refused_in_words(limit: &RefusedLimit) -> Option<String> {
    Some(amount(limit.amount?, limit.dimension, limit.per))
}

/// "1,000 a day", where it was said what of.
pub fn amount_in_words(amount: u64, per: Option<Period>) -> String {
    in_words(amount, "count", per)
}

fn amount(amount: u64, dimension: Dimension, per: Option<Period>) -> String {
    let what = match dimension {
        Dimension::Requests if amount == 1 => "request",
        Dimension::Requests => "requests",
        Dimension::Tokens => "tokens",
        Dimension::InputTokens => "input",
        Dimension::OutputTokens => "output",
        Dimension::Concurrency => "concurrency",
        Dimension::Cost => "cost",
    };
    in_words(amount, what, per)
}

fn in_words(amount: u64, what: &'static str, per: Option<Period>) -> String {
    let (per, length) = match per {
        Some(Period::Second) => ("second", String::new()),
        Some(Period::Minute) => ("minute", String::new()),
        Some(Period::Hour) => ("hour", String::new()),
        Some(Period::Day) => ("day", String::new()),
        Some(Period::Month) => ("month", String::new()),
        Some(Period::Other(length)) => ("other", span(length)),
        None => ("none", String::new()),
    };
    let words = text!(
        "probe-limit",
        amount = number(amount),
        what = what,
        per = per,
        length = length
    );
    words.trim_end().to_owned()
}
