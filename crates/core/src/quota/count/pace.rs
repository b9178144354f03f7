//! How much of a bucket was seen to fit, where it drains as fast as it is filled: then its level never shows what it holds,
//! but so much cannot have gone through a smaller one.

use std::time::Duration;

use crate::time::Timestamp;

/// What went through since then, all of it accepted.
#[derive(Copy, Clone, Debug)]
pub(super) struct Pace {
    since: Timestamp,
    sum: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            since: Timestamp::EPOCH,
            sum: 0,
        }
    }
}

impl Pace {
    pub(super) fn add(&mut self, amount: u64) {
        self.sum = self.sum.saturating_add(amount);
    }

    /// Something was refused: what went before proves nothing of what comes now.
    pub(super) fn begin(&mut self, now: Timestamp) {
        *self = Self { since: now, sum: 0 };
    }

    /// The least that a bucket of this period holds: it cannot have let through more than its content and what drained.
    pub(super) fn proves(&mut self, per: Duration, now: Timestamp) -> u64 {
        let passed = now.since(self.since).as_micros();
        let per = per.as_micros();
        if passed.saturating_mul(4) < per {
            return 0;
        }
        let least = u128::from(self.sum).saturating_mul(per) / (per + passed).max(1);
        if passed >= per {
            self.begin(now);
        }
        u64::try_from(least).unwrap_or(u64::MAX)
    }
}
