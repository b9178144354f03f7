//! Between what workers say and what the engine is told.

use std::time::Duration;

use d8_core::clock::ClockOffset;
use d8_core::limit::Dimension;
use d8_core::message::{self, Report};
use d8_core::time::Timestamp;
use d8_store::ResultRow;
use serde_json::value::RawValue;

use super::{LimitSignal, Outcome, RefusedLimit, Usage, WorkReport};

/// The words for dimensions.
const DIMENSIONS: [(&str, Dimension); 6] = [
    ("requests", Dimension::Requests),
    ("tokens", Dimension::Tokens),
    ("input_tokens", Dimension::InputTokens),
    ("output_tokens", Dimension::OutputTokens),
    ("concurrency", Dimension::Concurrency),
    ("cost", Dimension::Cost),
];

/// An outcome for the engine. A limit of a dimension that nobody knows is left out.
pub fn outcome_from(outcome: Outcome) -> message::Outcome {
    match outcome {
        Outcome::Answered { usage } => message::Outcome::Answered(usage.map(|usage| d8_core::usage::Usage {
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
        })),
        Outcome::Refused { limits, retry_after_ms } => message::Outcome::Refused {
            limits: limits.iter().filter_map(limit_from).collect(),
            retry_after: retry_after_ms.map(Duration::from_millis),
        },
        Outcome::Overloaded { retry_after_ms } => message::Outcome::Overloaded {
            retry_after: retry_after_ms.map(Duration::from_millis),
        },
        Outcome::Fault { sent } => message::Outcome::Fault { sent },
        Outcome::Cut => message::Outcome::Cut,
        Outcome::TooLarge => message::Outcome::TooLarge,
        Outcome::Rejected => message::Outcome::Rejected,
        Outcome::BadKey => message::Outcome::BadKey,
        Outcome::NoMoney => message::Outcome::NoMoney,
        Outcome::ModelUnavailable => message::Outcome::ModelUnavailable,
        Outcome::GivenBack => message::Outcome::GivenBack,
    }
}

/// The engine's word for an outcome, as a worker says it.
pub fn outcome_to(outcome: &message::Outcome) -> Outcome {
    match outcome {
        message::Outcome::Answered(usage) => Outcome::Answered {
            usage: usage.map(|usage| Usage {
                input_tokens: usage.input_tokens,
                output_tokens: usage.output_tokens,
            }),
        },
        message::Outcome::Refused { limits, retry_after } => Outcome::Refused {
            limits: limits.iter().map(limit_to).collect(),
            retry_after_ms: retry_after.map(millis),
        },
        message::Outcome::Overloaded { retry_after } => Outcome::Overloaded {
            retry_after_ms: retry_after.map(millis),
        },
        message::Outcome::Fault { sent } => Outcome::Fault { sent: *sent },
        message::Outcome::Cut => Outcome::Cut,
        message::Outcome::TooLarge => Outcome::TooLarge,
        message::Outcome::Rejected => Outcome::Rejected,
        message::Outcome::BadKey => Outcome::BadKey,
        message::Outcome::NoMoney => Outcome::NoMoney,
        message::Outcome::ModelUnavailable => Outcome::ModelUnavailable,
        message::Outcome::GivenBack => Outcome::GivenBack,
    }
}

/// A worker's report for the engine. `leased_at` is when the attempt was handed out, `now` when the report arrived, both
/// by our clock. How long the report was on its way is not known; so the request left at the earliest when it was handed
/// out, and was answered at the latest when the worker says so of a report that took no time.
pub fn report_from(work: &WorkReport, leased_at: Timestamp, now: Timestamp) -> Report {
    let ago = Duration::from_millis(work.received_ms_ago);
    let received_at = (now - ago).max(leased_at);
    let arrived_by = work
        .arrived_ms_ago
        .map_or(received_at, |ago| now - Duration::from_millis(ago));
    let date = work.date.filter(|_| work.sent_ms_ago.is_some());
    Report {
        outcome: outcome_from(work.outcome.clone()),
        received_at,
        arrived_by: arrived_by.clamp(leased_at, received_at),
        signals: work.signals.iter().filter_map(signal_from).collect(),
        clock: date.map(|date| ClockOffset::from_date(date, leased_at, received_at)),
    }
}

/// What a report brought for whoever asked.
pub fn result_from(work: &WorkReport) -> Option<ResultRow> {
    let body = work.body.as_ref()?.get().as_bytes().to_vec();
    Some(ResultRow {
        status: work.status,
        body,
    })
}

/// A result as a report carries it: the status, and the body where it is JSON.
pub fn result_to(result: Option<ResultRow>) -> (u16, Option<Box<RawValue>>) {
    let Some(ResultRow { status, body }) = result else {
        return (0, None);
    };
    let body = String::from_utf8(body)
        .ok()
        .and_then(|text| RawValue::from_string(text).ok());
    (status, body)
}

/// What headers told, as a worker says it.
pub fn signals_to(signals: &[message::LimitSignal]) -> Vec<LimitSignal> {
    let signal = |signal: &message::LimitSignal| LimitSignal {
        dimension: word_of(signal.dimension),
        per_ms: signal.per.map(millis),
        limit: signal.limit,
        remaining: signal.remaining,
        reset_ms: signal.reset.map(millis),
    };
    signals.iter().map(signal).collect()
}

fn signal_from(signal: &LimitSignal) -> Option<message::LimitSignal> {
    Some(message::LimitSignal {
        dimension: dimension_of(&signal.dimension)?,
        per: signal.per_ms.map(Duration::from_millis),
        limit: signal.limit,
        remaining: signal.remaining,
        reset: signal.reset_ms.map(Duration::from_millis),
    })
}

fn dimension_of(word: &str) -> Option<Dimension> {
    let found = DIMENSIONS.iter().find(|(known, _)| *known == word);
    found.map(|(_, dimension)| *dimension)
}

fn word_of(dimension: Dimension) -> String {
    let found = DIMENSIONS.iter().find(|(_, known)| *known == dimension);
    found.map_or_else(String::new, |(word, _)| (*word).to_owned())
}

fn limit_from(limit: &RefusedLimit) -> Option<message::RefusedLimit> {
    Some(message::RefusedLimit {
        dimension: dimension_of(&limit.dimension)?,
        per: limit.per_ms.map(Duration::from_millis),
        amount: limit.amount,
        used: limit.used,
    })
}

fn limit_to(limit: &message::RefusedLimit) -> RefusedLimit {
    RefusedLimit {
        dimension: word_of(limit.dimension),
        per_ms: limit.per.map(millis),
        amount: limit.amount,
        used: limit.used,
    }
}

/// Rounded up: nobody comes back too early.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_micros().div_ceil(1_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_outcome_survives_the_wire() {
        let limit = |dimension| message::RefusedLimit {
            dimension,
            per: Some(Duration::from_secs(60)),
            amount: Some(30),
            used: Some(29),
        };
        let retry_after = Some(Duration::from_millis(1_500));
        let usage = d8_core::usage::Usage {
            input_tokens: 3,
            output_tokens: 4,
        };
        let outcomes = [
            message::Outcome::Answered(Some(usage)),
            message::Outcome::Answered(None),
            message::Outcome::Refused {
                limits: DIMENSIONS.map(|(_, dimension)| limit(dimension)).to_vec(),
                retry_after,
            },
            message::Outcome::Overloaded { retry_after },
            message::Outcome::Fault { sent: true },
            message::Outcome::Fault { sent: false },
            message::Outcome::Cut,
            message::Outcome::TooLarge,
            message::Outcome::Rejected,
            message::Outcome::BadKey,
            message::Outcome::NoMoney,
            message::Outcome::ModelUnavailable,
            message::Outcome::GivenBack,
        ];
        for outcome in outcomes {
            let text = serde_json::to_string(&outcome_to(&outcome)).unwrap();
            assert_eq!(outcome_from(serde_json::from_str(&text).unwrap()), outcome, "{text}");
        }
    }

    #[test]
    fn a_slow_report_never_narrows_the_clock_too_far() {
        let (leased_at, arrived) = (Timestamp::from_secs(1_000), Timestamp::from_secs(1_012));
        // Sent at 1001, dated 1002 by a clock that is right, received at 1003, told at 1004, and eight seconds on its way.
        let work = WorkReport {
            task_id: "1".to_owned(),
            attempt: 1,
            incarnation: "i".to_owned(),
            outcome: Outcome::Answered { usage: None },
            status: 200,
            body: None,
            sent_ms_ago: Some(3_000),
            received_ms_ago: 1_000,
            arrived_ms_ago: None,
            date: Some(1_002),
            signals: Vec::new(),
        };
        let report = report_from(&work, leased_at, arrived);
        assert!(report.received_at >= Timestamp::from_secs(1_003));
        let truth = ClockOffset::from_date(1_002, Timestamp::from_secs(1_001), Timestamp::from_secs(1_003));
        assert_eq!(truth.narrowed_by(report.clock.unwrap()), truth);
    }
}
