//! A limit may be enforced on shorter slices than it is written for: 60 a minute as one in any second. Nothing tells of it but
//! refusals while most of the limit is free. Then its second's share is held as a limit of its own; where that is refused
//! too, one request at a time, as far apart as the whole allows; and where even that is refused, it was something else.

use std::time::Duration;

use super::{Count, Free};
use crate::limit::{Dimension, LimitSpec, Standing, Window};
use crate::time::Timestamp;

const SECOND: Duration = Duration::from_secs(1);
/// What is this short is no slice of it any more.
const PARTS: u32 = 4;
/// Longer ones are not filled by bursts.
const LONGEST: Duration = Duration::from_secs(3_600);
/// Slices are given up after so long, to see whether they are still there; where they are, they hold for a day.
const HOLDS: Duration = Duration::from_secs(3 * 3_600);
const HOLDS_AGAIN: Duration = Duration::from_secs(86_400);

/// The slices of one count, while there are some.
#[derive(Clone, Debug, Default)]
pub(super) struct Slices {
    held: Option<Box<Count>>,
    /// When they were seen last, or given up.
    since: Timestamp,
    holds: Duration,
    /// They did not explain the refusals.
    ruled_out: Option<Timestamp>,
}

impl Slices {
    pub(super) fn advance(&mut self, now: Timestamp) {
        if let Some(held) = &mut self.held {
            held.advance(now);
            if now.since(self.since) > self.holds {
                self.held = None;
                self.since = now;
            }
        }
    }

    /// When so much fits; none where there are no slices.
    pub(super) fn free_at(&self, cost: u64, now: Timestamp) -> Option<Free> {
        let held = self.held.as_ref()?;
        Some(held.free_at(held.cut(cost, true), now, true))
    }

    pub(super) fn reserve(&mut self, amount: u64, now: Timestamp) {
        if let Some(held) = &mut self.held {
            held.reserve(amount, now);
        }
    }

    pub(super) fn release(&mut self, amount: u64, granted_at: Timestamp) {
        if let Some(held) = &mut self.held {
            held.release(amount, granted_at);
        }
    }

    pub(super) fn record(&mut self, amount: u64, arrived: Timestamp) {
        if let Some(held) = &mut self.held {
            held.record(amount, arrived, None);
        }
    }

    /// How much fits into a slice of which length.
    pub(super) fn seen(&self) -> Option<(u64, Duration)> {
        let held = self.held.as_ref()?;
        Some((held.amount(), held.memory()))
    }
}

impl Count {
    /// A request was refused when so much was used; told to come again in a moment. True where slices must be why: then they
    /// are held from now on.
    pub(crate) fn cut_finer(&mut self, used: u64, now: Timestamp) -> bool {
        let (amount, per) = (self.amount(), self.memory());
        // Those that were given up lately are still there.
        let are_back =
            self.slices.held.is_none() && !self.slices.holds.is_zero() && now.since(self.slices.since) <= per;
        if used > amount / 2 && !are_back {
            return false;
        }
        let is_past = |since: Timestamp| now.since(since) > HOLDS_AGAIN;
        if self.spec.dimension != Dimension::Requests
            || amount == 0
            || per > LONGEST
            || self.slices.ruled_out.is_some_and(|since| !is_past(since))
        {
            return false;
        }
        let apart = per / u32::try_from(amount).unwrap_or(u32::MAX);
        let share = u64::try_from(u128::from(amount) * SECOND.as_micros() / per.as_micros().max(1)).unwrap_or(u64::MAX);
        let (share, length) = match self.slices.seen() {
            None if share > 1 => (share, SECOND),
            None => (1, apart),
            Some((held, _)) if held > 1 => (1, apart),
            Some(_) => {
                self.slices.held = None;
                self.slices.ruled_out = Some(now);
                return false;
            }
        };
        if length * PARTS > per {
            return false;
        }
        if self.slices.held.is_none() {
            let is_first = self.slices.holds.is_zero();
            self.slices.holds = if is_first { HOLDS } else { HOLDS_AGAIN };
        }
        let mut held = Self::new(LimitSpec {
            dimension: Dimension::Requests,
            amount: share,
            window: Window::Sliding { per: length },
            reserve_permille: 0,
            standing: Standing::Ceiling,
        });
        held.told(share, now);
        for (granted_at, amount) in &self.flying {
            held.reserve(*amount, *granted_at);
        }
        held.tolerate();
        self.slices.held = Some(Box::new(held));
        self.slices.since = now;
        true
    }

    /// How much of it fits into which shorter time, where it is enforced so.
    pub(crate) fn slice(&self) -> Option<(u64, Duration)> {
        self.slices.seen()
    }
}
