//! What the attempts of this process came to.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use d8_core::usage::Usage;

/// Counts that every worker adds to.
#[derive(Debug, Default)]
pub struct Tally {
    count: Mutex<Count>,
}

/// The counts at one moment.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Count {
    /// Requests that were sent.
    pub sent: u64,
    /// Answers.
    pub answered: u64,
    /// Refusals for quota.
    pub refused: u64,
    /// Tokens of all prompts that were answered.
    pub input_tokens: u64,
    /// Tokens of all answers.
    pub output_tokens: u64,
    /// The fastest answer.
    pub fastest: Option<Duration>,
}

impl Tally {
    /// The counts now.
    pub fn count(&self) -> Count {
        *self.lock()
    }

    pub(super) fn sent(&self) {
        self.lock().sent += 1;
    }

    pub(super) fn refused(&self) {
        self.lock().refused += 1;
    }

    pub(super) fn answered(&self, usage: Option<Usage>, took: Duration) {
        let mut count = self.lock();
        let usage = usage.unwrap_or_default();
        count.answered += 1;
        count.input_tokens += usage.input_tokens;
        count.output_tokens += usage.output_tokens;
        count.fastest = Some(count.fastest.map_or(took, |fastest| fastest.min(took)));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
