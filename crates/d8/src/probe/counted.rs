//! What a provider counts of a question. What is not known to be uncounted is counted, as it is for a task's attempt.

use d8_core::time::Timestamp;
use d8_core::usage::Usage;
use d8_wire::{ChatRequest, FailureKind, Outcome};

use crate::task::estimate;

/// One request, and what it took beside.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Counted {
    /// The latest moment at which it may have been counted.
    pub at: Timestamp,
    /// Its tokens.
    pub usage: Usage,
}

/// By what came back.
pub(super) fn by_outcome(outcome: &Outcome, request: &ChatRequest) -> Option<Usage> {
    match outcome {
        Outcome::Answer { usage: Some(usage), .. } => Some(Usage {
            input_tokens: usage.input,
            output_tokens: usage.output,
        }),
        Outcome::Answer { usage: None, .. } => Some(most(request)),
        Outcome::Failure(failure) => match failure.kind {
            FailureKind::BadKey => None,
            FailureKind::RateLimited { .. } | FailureKind::NoMoney | FailureKind::ModelUnavailable => {
                Some(Usage::default())
            }
            FailureKind::Overloaded { .. }
            | FailureKind::Transient
            | FailureKind::TooLarge { .. }
            | FailureKind::BadRequest => Some(most(request)),
        },
    }
}

/// Where nothing came back; `sent`: it may have arrived.
pub(super) fn without_reply(sent: bool, request: &ChatRequest) -> Option<Usage> {
    sent.then(|| most(request))
}

fn most(request: &ChatRequest) -> Usage {
    let estimate = estimate(request);
    Usage {
        input_tokens: estimate.input_tokens.into(),
        output_tokens: estimate.max_output_tokens.unwrap_or(0).into(),
    }
}
