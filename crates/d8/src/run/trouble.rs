//! What can go wrong in the middle of a run, in words, with the next step.

use d8_store::StoreError;

use super::Place;
use crate::cli::Failure;
use crate::orchestrator::LoopError;
use crate::{text, words};

/// What can go wrong while answers are put out.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("{0}")]
    Write(#[from] std::io::Error),
    #[error("{}", words::store_error(.0))]
    Store(#[from] StoreError),
    /// The orchestrator elsewhere does not answer.
    #[error("{0}")]
    Gone(String),
}

pub(super) fn trouble_failure(trouble: &Trouble, out: &Place) -> Failure {
    match (trouble, out) {
        (Trouble::Write(error), Place::File(path)) => Failure::broke_off(text!(
            "unwritable",
            path = path.display().to_string(),
            problem = error.to_string()
        ))
        .hint(text!("run-make-room")),
        (Trouble::Write(error), Place::Standard) => {
            Failure::broke_off(text!("run-no-output", error = error.to_string()))
        }
        (Trouble::Gone(why), _) => Failure::broke_off(why.clone()).hint(text!("run-same-command")),
        (Trouble::Store(error), _) => Failure::broke_off(words::store_error(error)).hint(words::store_hint(error)),
    }
}

pub(super) fn loop_failure(error: &LoopError) -> Failure {
    let failure = Failure::broke_off(error.to_string());
    match error {
        LoopError::Store(store) => failure
            .hint(words::store_hint(store))
            .hint(text!("run-then-same-command")),
        LoopError::Died => failure.hint(text!("run-same-command")),
    }
}
