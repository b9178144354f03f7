//! How fast it goes: what happened in the last minutes, second by second. Kept in memory only: after a start it begins anew.

use std::collections::VecDeque;
use std::time::Duration;

use d8_core::change::{AttemptOutcome, Change, Ending};
use d8_core::time::Timestamp;

/// What is older is forgotten.
pub(super) const LONGEST: Duration = Duration::from_secs(300);

/// What happened in some time.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Tasks that were answered.
    pub completed: u64,
    /// Tasks that were given up.
    pub failed: u64,
    /// Attempts that were refused for quota.
    pub refused: u64,
    /// Tokens of prompts, of attempts that ended.
    pub input_tokens: u64,
    /// Tokens of answers.
    pub output_tokens: u64,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.completed += other.completed;
        self.failed += other.failed;
        self.refused += other.refused;
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
    }

    /// What a change adds.
    fn of(change: &Change) -> Self {
        match change {
            Change::Finished {
                ending: Ending::Completed,
                ..
            } => Self {
                completed: 1,
                ..Self::default()
            },
            Change::Finished {
                ending: Ending::Failed(_),
                ..
            } => Self {
                failed: 1,
                ..Self::default()
            },
            Change::AttemptEnded {
                outcome: AttemptOutcome::Refused,
                ..
            } => Self {
                refused: 1,
                ..Self::default()
            },
            // What falls silent was reserved, and not known to be spent.
            Change::AttemptEnded {
                outcome: AttemptOutcome::Answered,
                spent,
                ..
            } => Self {
                input_tokens: spent.input_tokens,
                output_tokens: spent.output_tokens,
                ..Self::default()
            },
            _ => Self::default(),
        }
    }
}

/// What happened, by the second in which it was decided.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace(VecDeque<(u64, Tally)>);

impl Pace {
    /// Takes in what was decided now.
    pub(super) fn note(&mut self, changes: &[Change], now: Timestamp) {
        let mut sum = Tally::default();
        for change in changes {
            sum.add(&Tally::of(change));
        }
        if sum == Tally::default() {
            return;
        }
        let second = second(now);
        match self.0.back_mut() {
            Some((last, tally)) if *last >= second => tally.add(&sum),
            _ => self.0.push_back((second, sum)),
        }
        let oldest = second.saturating_sub(LONGEST.as_secs());
        while self.0.front().is_some_and(|(first, _)| *first <= oldest) {
            self.0.pop_front();
        }
    }

    /// What happened within that time before now, [`LONGEST`] at most.
    pub(super) fn within(&self, length: Duration, now: Timestamp) -> Tally {
        let oldest = second(now).saturating_sub(length.as_secs());
        let mut sum = Tally::default();
        for (_, tally) in self.0.iter().filter(|(second, _)| *second > oldest) {
            sum.add(tally);
        }
        sum
    }
}

fn second(at: Timestamp) -> u64 {
    u64::try_from(at.as_micros()).unwrap_or(0) / 1_000_000
}

#[cfg(test)]
mod tests {
    use d8_core::change::FailureCode;
    use d8_core::id::{GroupId, TaskId};

    use super::*;

    fn finished(task: u64, ending: Ending) -> Change {
        Change::Finished {
            task: TaskId(task),
            group: GroupId(1),
            ending,
            at: Timestamp::EPOCH,
        }
    }

    #[test]
    fn what_is_older_than_asked_for_is_left_out_and_then_forgotten() {
        let at = Timestamp::from_secs;
        let mut pace = Pace::default();
        let failed = Ending::Failed(FailureCode::ProviderError);
        pace.note(&[finished(1, Ending::Completed), finished(2, failed)], at(1_000));
        pace.note(&[finished(3, Ending::Completed)], at(1_030));
        pace.note(&[finished(4, Ending::Cancelled)], at(1_031));
        let done = |length, now| {
            let tally = pace.within(Duration::from_secs(length), at(now));
            (tally.completed, tally.failed)
        };
        assert_eq!(done(60, 1_031), (2, 1));
        assert_eq!(done(60, 1_060), (1, 0), "a minute ago is out");
        assert_eq!(done(300, 1_299), (2, 1));
        assert_eq!(done(300, 1_400), (0, 0), "nothing happens, and time goes on");
        pace.note(&[finished(5, Ending::Completed)], at(2_000));
        assert_eq!(pace.0.len(), 1);
    }
}
