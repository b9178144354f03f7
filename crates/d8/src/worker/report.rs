//! From what the wire says to what the engine must know, and to what is kept for whoever asked.

use std::time::Duration;

use d8_core::limit::Dimension;
use d8_core::message::{LimitSignal, Outcome, RefusedLimit};
use d8_core::usage::Usage;
use d8_store::ResultRow;
use d8_wire::{Failure, FailureKind};
use serde_json::json;

/// The engine's word for a failure. `speed`: periods are named by the provider, and pass so many times faster.
pub(super) fn outcome(kind: &FailureKind, speed: u32) -> Outcome {
    match kind {
        FailureKind::RateLimited { limits, retry_after } => Outcome::Refused {
            limits: limits.iter().map(|limit| refused(limit, speed)).collect(),
            retry_after: *retry_after,
        },
        FailureKind::Overloaded { retry_after } => Outcome::Overloaded {
            retry_after: *retry_after,
        },
        FailureKind::Transient => Outcome::Fault { sent: true },
        FailureKind::TooLarge { .. } => Outcome::TooLarge,
        FailureKind::BadRequest => Outcome::Rejected,
        FailureKind::BadKey => Outcome::BadKey,
        FailureKind::NoMoney => Outcome::NoMoney,
        FailureKind::ModelUnavailable => Outcome::ModelUnavailable,
    }
}

fn refused(limit: &d8_wire::RefusedLimit, speed: u32) -> RefusedLimit {
    let per = limit.per.map(|per| nominal(per) / speed.max(1));
    RefusedLimit {
        dimension: dimension(limit.dimension),
        per,
        amount: limit.amount,
        used: limit.used,
    }
}

/// What headers told of limits. `speed`: as for failures.
pub(super) fn signals(signals: &[d8_wire::LimitSignal], speed: u32) -> Vec<LimitSignal> {
    let signal = |signal: &d8_wire::LimitSignal| LimitSignal {
        dimension: dimension(signal.dimension),
        per: signal.per.map(|per| nominal(per) / speed.max(1)),
        limit: signal.limit,
        remaining: signal.remaining,
        // Told as it is, whatever the periods are called.
        reset: signal.reset,
    };
    signals.iter().map(signal).collect()
}

/// The same in the engine's terms.
pub(crate) fn dimension(dimension: d8_wire::Dimension) -> Dimension {
    match dimension {
        d8_wire::Dimension::Requests => Dimension::Requests,
        d8_wire::Dimension::Tokens => Dimension::Tokens,
        d8_wire::Dimension::InputTokens => Dimension::InputTokens,
        d8_wire::Dimension::OutputTokens => Dimension::OutputTokens,
        d8_wire::Dimension::Concurrency => Dimension::Concurrency,
        d8_wire::Dimension::Cost => Dimension::Cost,
    }
}

/// The shortest that a named period is counted for: a ledger may hold days and months longer.
fn nominal(per: d8_wire::Period) -> Duration {
    match per {
        d8_wire::Period::Month => Duration::from_secs(30 * 86_400),
        other => other.longest(),
    }
}

/// What is kept of a failure: code and words, and the provider's status.
pub(super) fn failure_row(failure: &Failure) -> ResultRow {
    row(failure.status, failure.code.as_deref(), &failure.message)
}

/// What is kept of a failure that no provider had a part in.
pub(super) fn own_row(message: &str) -> ResultRow {
    row(0, None, message)
}

fn row(status: u16, code: Option<&str>, message: &str) -> ResultRow {
    let error = json!({"error": {"message": message, "code": code}});
    ResultRow {
        status,
        body: error.to_string().into_bytes(),
    }
}

pub(super) fn usage(usage: d8_wire::TokenUsage) -> Usage {
    Usage {
        input_tokens: usage.input,
        output_tokens: usage.output,
    }
}
