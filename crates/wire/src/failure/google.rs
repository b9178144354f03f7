//! Google's error details: which quotas refused, by their ids, and how long to wait.
//!
//! The metric alone does not tell a minute from a day, only the quota's id does; and a limit of zero is written by leaving
//! the value out, which only the message's lines make certain. So both are read together.

use std::time::Duration;

use serde_json::Value;

use super::{ErrorBody, RefusedLimit};
use crate::duration::parse_go;
use crate::signal::{Dimension, Period};

#[derive(Clone, Debug, Default)]
pub(super) struct GoogleDetails {
    /// The quotas that refused, longest period first.
    pub(super) refused: Vec<RefusedLimit>,
    /// `RetryInfo`, cut down to whole seconds by Google.
    pub(super) retry_delay: Option<Duration>,
    /// `ErrorInfo.reason`, such as `API_KEY_INVALID`.
    pub(super) reason: Option<String>,
}

impl GoogleDetails {
    pub(super) fn read(error: &ErrorBody) -> Self {
        let mut details = Self::default();
        for detail in &error.details {
            details.take(detail);
        }
        let lines = message_lines(&error.message);
        if details.refused.is_empty() {
            details.refused = lines;
        } else if lines.iter().any(|line| line.amount == Some(0)) {
            details
                .refused
                .iter_mut()
                .for_each(|refused| refused.amount = refused.amount.or(Some(0)));
        }
        details
            .refused
            .sort_by_key(|refused| std::cmp::Reverse(refused.per.map(Period::longest)));
        details
    }

    /// Whether this tier has none of the model: such a quota never comes back, whatever the hint says.
    pub(super) fn has_zero_limit(&self) -> bool {
        self.refused.iter().any(|refused| refused.amount == Some(0))
    }

    /// Whether a quota refused that lasts a day. Google's hints beside those name the next minute, or a midnight that is not
    /// the quota's: they are not to be believed.
    pub(super) fn has_daily_limit(&self) -> bool {
        self.refused.iter().any(|refused| refused.per == Some(Period::Day))
    }

    fn take(&mut self, detail: &Value) {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        match kind(detail) {
            "QuotaFailure" => {
                let violations = detail["violations"].as_array().into_iter().flatten();
                self.refused.extend(violations.map(violation));
            }
            "RetryInfo" => self.retry_delay = detail["retryDelay"].as_str().and_then(parse_go),
            "ErrorInfo" => {
                self.reason = text(&detail["reason"]);
                let delay = detail["metadata"]["quotaResetDelay"].as_str().and_then(parse_go);
                self.retry_delay = self.retry_delay.or(delay);
            }
            _ => {}
        }
    }
}

fn kind(detail: &Value) -> &str {
    detail["@type"]
        .as_str()
        .and_then(|name| name.rsplit('.').next())
        .unwrap_or_default()
}

fn violation(violation: &Value) -> RefusedLimit {
    let text = |name: &str| violation[name].as_str().unwrap_or_default();
    let id = text("quotaId");
    let name = if id.is_empty() { text("quotaMetric") } else { id };
    let amount = &violation["quotaValue"];
    RefusedLimit {
        amount: amount.as_u64().or_else(|| amount.as_str()?.parse().ok()),
        model: violation["quotaDimensions"]["model"].as_str().map(str::to_owned),
        ..RefusedLimit::new(dimension(name), period(name))
    }
}

/// Reads the lines "* Quota exceeded for metric: M, limit: N, model: X" of the message.
fn message_lines(message: &str) -> Vec<RefusedLimit> {
    message
        .split("Quota exceeded for metric:")
        .skip(1)
        .map(message_line)
        .collect()
}

fn message_line(line: &str) -> RefusedLimit {
    let line = line.lines().next().unwrap_or_default();
    let after = |name: &str| {
        let (_, rest) = line.split_once(name)?;
        rest.split([',', ' '])
            .next()
            .map(|value| value.trim_end_matches('.'))
            .filter(|value| !value.is_empty())
    };
    let metric = line.split(',').next().unwrap_or_default();
    RefusedLimit {
        amount: after("limit: ").and_then(|value| value.parse().ok()),
        model: after("model: ").map(str::to_owned),
        ..RefusedLimit::new(dimension(metric), period(metric))
    }
}

/// Ids are written `InputTokens...PerMinute`, metrics `input_token_count...per_day`.
fn squeezed(name: &str) -> String {
    name.replace('_', "").to_ascii_lowercase()
}

fn dimension(name: &str) -> Dimension {
    let name = squeezed(name);
    match () {
        () if name.contains("inputtoken") => Dimension::InputTokens,
        () if name.contains("outputtoken") => Dimension::OutputTokens,
        () if name.contains("token") => Dimension::Tokens,
        () => Dimension::Requests,
    }
}

fn period(name: &str) -> Option<Period> {
    let name = squeezed(name);
    let periods = [
        ("perday", Period::Day),
        ("perhour", Period::Hour),
        ("perminute", Period::Minute),
        ("persecond", Period::Second),
    ];
    periods
        .into_iter()
        .find(|(word, _)| name.contains(word))
        .map(|(_, period)| period)
}
