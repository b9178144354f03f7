//! What fits into a count, and when.

use std::time::Duration;

use super::{COARSE_ABOVE, Count, Free, per_units, share};
use crate::limit::Window;
use crate::time::{Timestamp, micros};

/// Beyond what was seen to fit so many requests may be under way at once, or an eighth of what was: an amount that is
/// too high then costs no more refusals than that. Longer windows are never filled by those under way.
const UNPROVEN: u64 = 3;
const PROVEN_PART: u64 = 8;
/// A request that was not refused by then has been accepted.
const REFUSED_BY: Duration = Duration::from_millis(300);

impl Count {
    /// When `cost` fits. Call `advance(now)` first.
    pub(crate) fn free_at(&self, cost: u64, now: Timestamp, high_priority: bool) -> Free {
        let whole = self.fits_whole_at(cost, now, high_priority);
        self.slices.free_at(cost, now).map_or(whole, |slice| whole.max(slice))
    }

    fn fits_whole_at(&self, cost: u64, now: Timestamp, high_priority: bool) -> Free {
        if self.belief.is_open() && self.in_flight == 0 {
            return Free::At(now);
        }
        if let Some(at) = self.rushes_until(cost, now) {
            return Free::At(at);
        }
        let ceiling = self.ceiling(high_priority);
        let margin = self.margin(now, cost, ceiling);
        let wanted = self.in_flight.saturating_add(cost).saturating_add(margin);
        match self.spec.window {
            Window::Bucket { per } => self.bucket_free_at(wanted, ceiling, per, now),
            _ => self.log_free_at(wanted, ceiling, now),
        }
    }

    /// Until when too many would have just left, beyond what was seen to fit. Those that left earlier have been accepted,
    /// whether their answers are here or not: refusals come soon.
    fn rushes_until(&self, cost: u64, now: Timestamp) -> Option<Timestamp> {
        // Where others spend unseen, what fitted once need not fit again.
        let unseen = self.others.left() > 0;
        if self.in_flight == 0 || (self.belief.is_told() && !unseen) || !self.fills_at_once() {
            return None;
        }
        let proven = if unseen { 0 } else { self.belief.proven() };
        let wanted = self.used().saturating_add(cost);
        let slack = |seen: u64| seen.saturating_add(cost.saturating_mul(UNPROVEN).max(seen / PROVEN_PART));
        if wanted <= slack(proven) {
            return None;
        }
        let recent = self.flying.range((now - REFUSED_BY).offset(1)..);
        let (first, sum) = recent.fold((None, 0_u64), |(first, sum), (at, amount)| {
            (first.or(Some(*at)), sum.saturating_add(*amount))
        });
        let seen = proven.max(self.used().saturating_sub(sum));
        first.filter(|_| wanted > slack(seen)).map(|first| first + REFUSED_BY)
    }

    fn fills_at_once(&self) -> bool {
        !matches!(self.spec.window, Window::InFlight | Window::Resets(_)) && self.memory() <= COARSE_ABOVE
    }

    /// What others may have spent unseen. It never shuts everything: one that is alone may always go.
    pub(super) fn margin(&self, now: Timestamp, cost: u64, ceiling: u64) -> u64 {
        let deviations = match self.spec.window {
            // A bucket and a sliding window are at their edge all the time, the others once a period.
            Window::Bucket { .. } | Window::Sliding { .. } => 5.0,
            Window::Fixed { .. } | Window::Resets(_) => 3.0,
            Window::InFlight => return 0,
        };
        let seen = self.others.margin(now, self.memory(), deviations);
        let seen = seen.min(ceiling.saturating_sub(cost) / 2);
        match self.spec.window {
            // There it is a slower drain.
            Window::Bucket { .. } => seen,
            _ => seen.max(self.others.left().min(ceiling.saturating_sub(cost))),
        }
    }

    fn bucket_free_at(&self, wanted: u64, ceiling: u64, per: Duration, now: Timestamp) -> Free {
        if wanted > ceiling || self.amount() == 0 {
            return Free::AfterAnswer;
        }
        if let (true, Some((next, _))) = (wanted.saturating_add(self.logged) > ceiling, self.log.first_key_value()) {
            return Free::At(*next);
        }
        let wanted = wanted + self.logged;
        let room = u128::from(ceiling - wanted) * per_units(per);
        let excess = self.level.saturating_sub(room);
        let wait = excess.div_ceil(u128::from(self.amount()));
        Free::At(now.offset(i64::try_from(wait).unwrap_or(i64::MAX)))
    }

    fn log_free_at(&self, wanted: u64, ceiling: u64, now: Timestamp) -> Free {
        let mut over = wanted.saturating_add(self.logged).saturating_sub(ceiling);
        if over == 0 {
            return Free::At(now);
        }
        for (expiry, amount) in &self.log {
            over = over.saturating_sub(*amount);
            if over == 0 {
                return Free::At(*expiry);
            }
        }
        Free::AfterAnswer
    }

    /// How much can be started from `now` to `until`, were nothing else started: what is free, what comes free, and
    /// what comes free again. `u64::MAX` where time sets no bound.
    pub(crate) fn capacity(&self, now: Timestamp, until: Timestamp) -> u64 {
        if self.belief.is_open() {
            return u64::MAX;
        }
        let amount = self.amount();
        let free = amount.saturating_sub(self.used_at(now));
        let span = until.since(now);
        match &self.spec.window {
            Window::InFlight => u64::MAX,
            Window::Bucket { per } => free.saturating_add(share(amount, span, *per)),
            Window::Sliding { per } => self.sliding_capacity(now, until, *per),
            Window::Fixed { per } => {
                let edges = multiples_between(now, until, *per);
                free.saturating_add(amount.saturating_mul(edges))
            }
            Window::Resets(edges) => {
                let passed = edges.partition_point(|edge| *edge <= until) - edges.partition_point(|edge| *edge <= now);
                free.saturating_add(amount.saturating_mul(passed as u64))
            }
        }
    }

    /// Each slot can be taken again every window after it comes free.
    fn sliding_capacity(&self, now: Timestamp, until: Timestamp, per: Duration) -> u64 {
        let turns = |free_at: Timestamp| {
            if free_at > until {
                return 0;
            }
            (until.since(free_at).as_micros() / per.as_micros().max(1)) as u64 + 1
        };
        let idle = self.amount().saturating_sub(self.used());
        let mut sum = idle
            .saturating_mul(turns(now))
            .saturating_add(self.in_flight.saturating_mul(turns(now + per)));
        for (expiry, amount) in &self.log {
            sum = sum.saturating_add(amount.saturating_mul(turns(*expiry)));
        }
        sum
    }
}

fn multiples_between(from: Timestamp, to: Timestamp, per: Duration) -> u64 {
    let step = micros(per).max(1);
    let count = to.as_micros().div_euclid(step) - from.as_micros().div_euclid(step);
    u64::try_from(count).unwrap_or(0)
}
