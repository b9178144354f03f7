//! What the attempts of this process came to, worker by worker and in all.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use d8_core::message::Outcome;
use d8_core::usage::Usage;

use super::attempt::Concluded;

/// Counts that workers add to.
#[derive(Debug, Default)]
pub struct Tally {
    count: Mutex<Count>,
    /// What this is a part of.
    whole: Option<Arc<Tally>>,
}

/// The counts at one moment.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Count {
    /// Requests that were sent.
    pub sent: u64,
    /// Answers.
    pub answered: u64,
    /// Requests that ended without an answer, refusals included.
    pub failed: u64,
    /// Of those sent: for tasks that an earlier request had not got an answer for.
    pub retried: u64,
    /// Refusals for quota.
    pub refused: u64,
    /// Tokens of all prompts that were answered.
    pub input_tokens: u64,
    /// Tokens of all answers.
    pub output_tokens: u64,
    /// The fastest answer.
    pub fastest: Option<Duration>,
}

impl Count {
    /// Answers among the requests that have ended; none before the first has.
    pub fn success_rate(&self) -> Option<f64> {
        let ended = self.answered + self.failed;
        (ended > 0).then(|| self.answered as f64 / ended as f64)
    }
}

impl Tally {
    /// One worker's: what is added to it is added to `whole` too.
    pub fn part_of(whole: &Arc<Self>) -> Arc<Self> {
        Arc::new(Self {
            count: Mutex::default(),
            whole: Some(whole.clone()),
        })
    }

    /// The counts now.
    pub fn count(&self) -> Count {
        *self.lock()
    }

    pub(super) fn sent(&self) {
        self.add(|count| count.sent += 1);
    }

    pub(super) fn refused(&self) {
        self.add(|count| count.refused += 1);
    }

    /// An attempt is over. `again`: it was not its task's first.
    pub(super) fn concluded(&self, concluded: &Concluded, again: bool) {
        if concluded.sent_at.is_none() {
            return;
        }
        let failed = !matches!(concluded.report.outcome, Outcome::Answered(_));
        self.add(|count| {
            count.failed += u64::from(failed);
            count.retried += u64::from(again);
        });
    }

    pub(super) fn answered(&self, usage: Option<Usage>, took: Duration) {
        let usage = usage.unwrap_or_default();
        self.add(|count| {
            count.answered += 1;
            count.input_tokens += usage.input_tokens;
            count.output_tokens += usage.output_tokens;
            count.fastest = Some(count.fastest.map_or(took, |fastest| fastest.min(took)));
        });
    }

    fn add(&self, change: impl Fn(&mut Count)) {
        change(&mut self.lock());
        if let Some(whole) = &self.whole {
            whole.add(change);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
