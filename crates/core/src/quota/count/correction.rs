//! What the wire shows corrects a count: what others have spent, what was counted too much, what only timing explains.

use std::time::Duration;

use super::{Count, LEAST_GUARD, MOST_GUARD, per_units, share};
use crate::clock::ClockOffset;
use crate::limit::{Dimension, Window};
use crate::time::Timestamp;

impl Count {
    /// Counts what somebody else has spent by now.
    pub(crate) fn record_others(&mut self, amount: u64, now: Timestamp, clock: Option<ClockOffset>) {
        if amount == 0 || matches!(self.spec.window, Window::InFlight) {
            return;
        }
        self.record(amount, now, clock);
        let until = match self.spec.window {
            Window::Bucket { per } => now + per,
            _ => self.coarse(self.expiry(now, clock) + self.guard),
        };
        self.others.record(amount, until);
    }

    /// The provider says that so much was used when it had counted a request of ours, which is still in flight here with
    /// `own` since `granted_at`. Gives back what others have spent since the last look, and how long that is past.
    pub(crate) fn look(
        &mut self,
        used: u64,
        own: u64,
        granted_at: Timestamp,
        arrived_by: Timestamp,
        now: Timestamp,
        clock: Option<ClockOffset>,
    ) -> (u64, Option<Duration>) {
        // Those under way may have been counted before the answer was written. Where the provider tells how
        // long it worked, it is known when it looked; else it may have been at any time.
        let is_told = now.since(arrived_by) > arrived_by.since(granted_at);
        let ours = self.used_since(if is_told { arrived_by } else { granted_at }, now);
        let theirs = used.saturating_sub(ours);
        // An estimate of tokens is not worth so much.
        let theirs = if matches!(self.spec.dimension, Dimension::Requests | Dimension::Concurrency)
            || theirs > self.amount() / 50
        {
            theirs
        } else {
            0
        };
        if theirs == 0 && used < ours && self.in_flight == own && self.recorded_at < granted_at {
            self.lower_to(used.saturating_sub(own));
        }
        (theirs, self.saw_others(theirs, now, clock))
    }

    /// Others have spent so much since the last look. How long that is past, where there was one.
    pub(crate) fn saw_others(&mut self, amount: u64, now: Timestamp, clock: Option<ClockOffset>) -> Option<Duration> {
        self.record_others(amount, now, clock);
        self.others.seen(amount, now, self.memory())
    }

    /// So much more is used than was counted, and so much of it by others.
    pub(crate) fn correct(&mut self, missing: u64, theirs: u64, now: Timestamp, clock: Option<ClockOffset>) {
        let known = missing.saturating_sub(theirs);
        self.record(known, now, clock);
        self.saw_others(missing - known, now, clock);
    }

    /// The most that was taken at any moment since then, as far as is remembered.
    pub(crate) fn used_since(&self, then: Timestamp, now: Timestamp) -> u64 {
        let gone: u64 = match self.spec.window {
            // Rounded up, as what it is added to was.
            Window::Bucket { per } => share(self.amount(), now.since(then), per).saturating_add(1),
            _ => {
                let later = self.gone.iter().filter(|(at, _)| *at > then);
                later.map(|(_, amount)| amount).sum()
            }
        };
        self.used().saturating_add(gone)
    }

    /// The same pace of others as another count of the same things has shown.
    pub(crate) fn hear_of_others(
        &mut self,
        amount: u64,
        passed: Option<Duration>,
        now: Timestamp,
        clock: Option<ClockOffset>,
    ) {
        let Some(passed) = passed else { return };
        let memory = self.memory();
        if passed <= memory {
            self.record_others(amount, now, clock);
        }
        self.others.seen(amount, now, memory);
    }

    /// The provider counts less than is taken here, and nothing is under way that could explain it.
    fn lower_to(&mut self, settled: u64) {
        if let Window::Bucket { per } = self.spec.window {
            if self.log.is_empty() {
                self.level = self.level.min(u128::from(settled) * per_units(per));
            }
            return;
        }
        if !matches!(self.spec.window, Window::Sliding { .. }) {
            return;
        }
        while self.logged > settled {
            let Some(mut oldest) = self.log.first_entry() else {
                break;
            };
            let over = self.logged - settled;
            if *oldest.get() > over {
                *oldest.get_mut() -= over;
                self.logged -= over;
            } else {
                self.logged -= oldest.remove();
            }
        }
    }

    /// What was laid to others is not counted any more. In a bucket it drains as it did.
    pub(crate) fn forgive_others(&mut self) {
        for (expiry, amount) in self.others.forgive() {
            let Some(logged) = self.log.get_mut(&expiry) else {
                continue;
            };
            let amount = amount.min(*logged);
            *logged -= amount;
            self.logged -= amount;
            if *logged == 0 {
                self.log.remove(&expiry);
            }
        }
    }

    /// So much is left to others from now on, as nothing but refusals shows them.
    pub(crate) fn leave(&mut self, amount: u64, now: Timestamp) {
        self.others.leave(amount, now);
    }

    /// Only timing explains a refusal: whatever is counted from now on counts longer.
    pub(crate) fn widen(&mut self, now: Timestamp) {
        self.guard = (self.guard * 2).clamp(LEAST_GUARD, MOST_GUARD);
        self.guard_since = now;
    }
}
