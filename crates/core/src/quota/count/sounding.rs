//! How long the period of a limit is of which nobody has said anything, by headers that name it for another one: what is told
//! of the time to its reset cannot be true of a period so long.

use std::time::Duration;

use super::Count;
use crate::limit::{Learnt, Standing};
use crate::time::Timestamp;

/// So many looks at a limit that is nearly used up tell enough.
const ENOUGH: u32 = 8;

/// What was seen of the time to a reset while the limit was nearly used up.
#[derive(Clone, Debug, Default)]
pub(super) struct Sounding {
    looks: u32,
    since: Timestamp,
    longest: Duration,
}

impl Count {
    /// A header tells that of `limit` so much is used, and when all of it is free again. The news, if it follows that the
    /// period is a shorter one.
    pub(crate) fn sound(&mut self, limit: u64, used: u64, reset: Duration, now: Timestamp) -> Option<Learnt> {
        if self.spec.standing != Standing::Unknown {
            return None;
        }
        // Nothing is free again later than a period from now: it was taken to be too short.
        if self.found.is_some() && reset > self.memory() {
            return self.is_so_long(limit, reset, now);
        }
        if used > limit || used.saturating_mul(5) < limit.saturating_mul(4) {
            return None;
        }
        // A bucket fills up evenly; a window has no longer to go than its period.
        let times = |by: u64| u32::try_from(by).unwrap_or(u32::MAX);
        let period = reset.saturating_mul(times(limit)) / times(used).max(1);
        let seen = &mut self.sounding;
        if seen.looks == 0 {
            seen.since = now;
        }
        seen.looks += 1;
        seen.longest = seen.longest.max(period);
        let (looks, longest, since) = (seen.looks, seen.longest, seen.since);
        let is_short = longest.saturating_mul(3) < self.memory() && !longest.is_zero();
        if looks < ENOUGH || now.since(since) < longest || !is_short {
            return None;
        }
        self.is_so_long(limit, longest, now)
    }

    fn is_so_long(&mut self, limit: u64, seen: Duration, now: Timestamp) -> Option<Learnt> {
        self.sounding = Sounding::default();
        // An eighth more than was seen: a period that is taken to be too long costs less than one that is too short.
        self.set_per(seen + seen / 8);
        self.belief.told_per(limit, self.found, now)
    }
}
