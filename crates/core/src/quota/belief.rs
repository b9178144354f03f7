//! How much a limit holds, as far as is known: what is written, what the wire told, what was found by counting.
//!
//! What the user wrote is a ceiling: the wire lowers it, and it climbs back, never above. What the catalogue says is a
//! belief: the wire moves it both ways. Where nobody said anything, everything is found out.

use std::time::Duration;

use crate::limit::{Evidence, Learnt, LimitSpec, Standing};
use crate::time::Timestamp;

/// What was lowered is tried a little higher once a day, where work waits for it.
const TRY_AGAIN: Duration = Duration::from_secs(86_400);

#[derive(Clone, Debug)]
pub(crate) struct Belief {
    written: u64,
    standing: Standing,
    learnt: Option<Learnt>,
    /// The wire has told the amount in this life.
    told: bool,
    /// A little more than was learnt is tried.
    trying: bool,
    /// The most that was seen to fit at once.
    proven: u64,
    /// Refusals that nothing explained, and when the last one was.
    surprises: u32,
    surprised_at: Timestamp,
}

impl Belief {
    pub(crate) fn new(spec: &LimitSpec) -> Self {
        Self {
            written: spec.amount,
            standing: spec.standing,
            learnt: None,
            told: false,
            trying: false,
            proven: 0,
            surprises: 0,
            surprised_at: Timestamp::EPOCH,
        }
    }

    /// Somebody wrote another amount; what the wire showed is still true.
    pub(crate) fn rewrite(&mut self, amount: u64, standing: Standing) {
        self.written = amount;
        self.standing = standing;
    }

    pub(crate) fn amount(&self) -> u64 {
        let Some(learnt) = self.learnt else {
            return self.written;
        };
        let most = match self.standing {
            Standing::Ceiling => self.written,
            Standing::Belief | Standing::Unknown => u64::MAX,
        };
        let amount = if self.trying {
            learnt.amount.saturating_add(step(learnt.amount)).min(self.written)
        } else {
            learnt.amount
        };
        amount.min(most)
    }

    pub(crate) fn learnt(&self) -> Option<Learnt> {
        self.learnt
    }

    /// Nobody has said how much it holds, and nothing was found out.
    pub(crate) fn is_open(&self) -> bool {
        self.standing == Standing::Unknown && self.learnt.is_none()
    }

    /// The amount is the provider's own word.
    pub(crate) fn is_told(&self) -> bool {
        self.told
    }

    pub(crate) fn proven(&self) -> u64 {
        self.proven
    }

    /// What an earlier life learnt.
    pub(crate) fn remember(&mut self, learnt: Learnt) {
        self.learnt = Some(learnt);
    }

    /// Nothing was learnt.
    pub(crate) fn forget(&mut self) {
        self.learnt = None;
        self.told = false;
        self.trying = false;
        self.proven = 0;
        self.surprises = 0;
    }

    /// The provider says how much it holds. The news, if it is some.
    pub(crate) fn told(&mut self, amount: u64, per: Option<Duration>, at: Timestamp) -> Option<Learnt> {
        self.told = true;
        self.trying = false;
        let known = self.learnt.map_or(self.written, |learnt| learnt.amount);
        if amount == known {
            return None;
        }
        let learnt = Learnt {
            amount,
            per,
            at,
            evidence: Evidence::Told,
        };
        self.learnt = Some(learnt);
        Some(learnt)
    }

    /// It follows from what the provider says that it holds so much in this period. The news, if it is some.
    pub(crate) fn told_per(&mut self, amount: u64, per: Option<Duration>, at: Timestamp) -> Option<Learnt> {
        self.told = true;
        let learnt = Learnt {
            amount,
            per,
            at,
            evidence: Evidence::Told,
        };
        let before = self.learnt.replace(learnt);
        (before.map(|before| (before.amount, before.per)) != Some((amount, per))).then_some(learnt)
    }

    /// So much was accepted, and no more.
    pub(crate) fn counted(&mut self, amount: u64, per: Option<Duration>, at: Timestamp) -> Option<Learnt> {
        let before = self.learnt;
        let learnt = Learnt {
            // Less than one would never be tried again.
            amount: amount.max(1),
            per,
            at,
            evidence: Evidence::Counted,
        };
        self.trying = false;
        self.learnt = Some(learnt);
        self.proven = self.proven.min(learnt.amount);
        (before.map(|before| (before.amount, before.per)) != Some((learnt.amount, per))).then_some(learnt)
    }

    /// A refusal that nothing explained: how many of late, this one counted.
    pub(crate) fn surprised(&mut self, at: Timestamp) -> u32 {
        if at.since(self.surprised_at) > TRY_AGAIN {
            self.surprises = 0;
        }
        self.surprised_at = at;
        self.surprises = self.surprises.saturating_add(1);
        self.surprises
    }

    /// So much was taken when one that was granted at `granted_at` was accepted. The news, if it is some.
    pub(crate) fn accepted(
        &mut self,
        taken: u64,
        granted_at: Timestamp,
        per: Duration,
        now: Timestamp,
    ) -> Option<Learnt> {
        self.proven = self.proven.max(taken);
        let learnt = self.learnt.filter(|learnt| taken > learnt.amount)?;
        // One that was under way when the refusal came fits beside those that were counted then.
        let was_under_way = learnt.evidence == Evidence::Counted && granted_at <= learnt.at;
        if !(self.trying || was_under_way) {
            return None;
        }
        let at = if was_under_way {
            learnt.at
        } else {
            // The next step after one period more.
            (now + per) - TRY_AGAIN
        };
        self.trying = false;
        let amount = taken.min(self.written);
        if amount <= learnt.amount {
            return None;
        }
        let learnt = Learnt { amount, at, ..learnt };
        self.learnt = Some(learnt);
        Some(learnt)
    }

    /// Time passes: what was lowered may be tried a little higher.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        if let Some(learnt) = self.learnt
            && !self.told
            && learnt.amount < self.written
            && now >= learnt.at + TRY_AGAIN
        {
            self.trying = true;
        }
    }

    /// The little more that was tried is too much, for another day.
    pub(crate) fn stop_trying(&mut self, now: Timestamp) -> bool {
        let was = std::mem::replace(&mut self.trying, false);
        if let (true, Some(learnt)) = (was, &mut self.learnt) {
            learnt.at = now;
        }
        was
    }
}

/// A fiftieth.
fn step(amount: u64) -> u64 {
    (amount / 50).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::{Dimension, Window};

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
    const MINUTE: Duration = Duration::from_secs(60);

    fn belief(amount: u64, standing: Standing) -> Belief {
        Belief::new(&LimitSpec {
            dimension: Dimension::Requests,
            amount,
            window: Window::Sliding { per: MINUTE },
            reserve_permille: 0,
            standing,
        })
    }

    #[test]
    fn a_ceiling_is_lowered_by_the_wire_and_never_raised_above_what_was_written() {
        let mut belief = belief(15, Standing::Ceiling);
        assert_eq!(belief.told(10, None, NOW).map(|learnt| learnt.amount), Some(10));
        assert_eq!(belief.amount(), 10);
        assert!(belief.told(40, None, NOW).is_some());
        assert_eq!(belief.amount(), 15);
    }

    #[test]
    fn the_wire_moves_a_belief_both_ways() {
        let mut belief = belief(15, Standing::Belief);
        for amount in [10, 40] {
            assert!(belief.told(amount, None, NOW).is_some());
            assert_eq!(belief.amount(), amount);
            assert!(belief.told(amount, None, NOW).is_none(), "the same again is no news");
        }
    }

    #[test]
    fn what_was_counted_is_tried_a_little_higher_after_a_day_and_climbs_while_it_fits() {
        let mut belief = belief(15, Standing::Ceiling);
        belief.counted(10, None, NOW);
        belief.advance(NOW + TRY_AGAIN - MINUTE);
        assert_eq!(belief.amount(), 10);
        let mut now = NOW + TRY_AGAIN;
        belief.advance(now);
        assert_eq!(belief.amount(), 11);
        for amount in 11..=15 {
            belief.accepted(amount, now, MINUTE, now);
            assert_eq!(belief.amount(), amount);
            now = now + MINUTE;
            belief.advance(now);
        }
        assert_eq!(belief.amount(), 15);
        belief.counted(12, None, now);
        belief.advance(now + TRY_AGAIN);
        assert!(belief.stop_trying(now + TRY_AGAIN));
        belief.advance(now + TRY_AGAIN + MINUTE);
        assert_eq!(belief.amount(), 12, "refused once, it is not tried again for a day");
    }

    #[test]
    fn one_that_was_under_way_at_the_refusal_raises_what_was_counted() {
        let mut belief = belief(u64::MAX, Standing::Unknown);
        belief.counted(28, None, NOW);
        belief.accepted(29, NOW - MINUTE, MINUTE, NOW + MINUTE);
        assert_eq!(belief.amount(), 29);
        belief.accepted(30, NOW + MINUTE, MINUTE, NOW + MINUTE);
        assert_eq!(belief.amount(), 29);
    }
}
