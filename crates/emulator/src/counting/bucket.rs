//! The continuous bucket: a level that drains at amount per period, in exact integers.
//!
//! The level is kept multiplied by the period in microseconds. One token weighs `per`, and a microsecond drains
//! `amount`: no division happens before the edge, so nothing drifts.

use super::limit::Micros;
use super::refusal::Wait;

#[derive(Debug, Clone)]
pub(super) struct Bucket {
    amount: i128,
    per: i128,
    level: i128,
    at: Micros,
}

impl Bucket {
    pub(super) fn new(amount: u64, per: Micros) -> Bucket {
        Bucket {
            amount: i128::from(amount),
            per: i128::from(per),
            level: 0,
            at: 0,
        }
    }

    /// The level now, rounded up to whole units.
    pub(super) fn used(&mut self, now: Micros) -> u64 {
        self.drain(now);
        ceiling(self.level, self.per)
    }

    /// How long until the bucket is empty, that is, the client's quota full again.
    pub(super) fn full_in(&mut self, now: Micros) -> Micros {
        self.drain(now);
        if self.amount == 0 {
            0
        } else {
            micros(ceiling(self.level, self.amount))
        }
    }

    /// How long until `cost` fits; `None` when it fits now.
    pub(super) fn wait(&mut self, now: Micros, cost: u64) -> Option<Wait> {
        self.drain(now);
        let excess = self.level + (i128::from(cost) - self.amount) * self.per;
        if excess <= 0 {
            return None;
        }
        if i128::from(cost) > self.amount {
            return Some(Wait::Never);
        }
        Some(Wait::For(micros(ceiling(excess, self.amount))))
    }

    pub(super) fn add(&mut self, now: Micros, cost: u64) {
        self.drain(now);
        self.level += i128::from(cost) * self.per;
    }

    /// Replaces a reservation by the real use. What has drained meanwhile is gone: a refund never goes below empty.
    pub(super) fn amend(&mut self, now: Micros, reserved: u64, real: u64) {
        self.drain(now);
        let change = (i128::from(real) - i128::from(reserved)) * self.per;
        self.level = (self.level + change).max(0);
    }

    fn drain(&mut self, now: Micros) {
        let elapsed = i128::from(now - self.at);
        if elapsed > 0 {
            self.level = (self.level - elapsed * self.amount).max(0);
            self.at = now;
        }
    }
}

fn ceiling(numerator: i128, denominator: i128) -> u64 {
    u64::try_from((numerator + denominator - 1) / denominator).unwrap_or(u64::MAX)
}

fn micros(length: u64) -> Micros {
    Micros::try_from(length).unwrap_or(Micros::MAX)
}
