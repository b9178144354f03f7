//! When a callback that failed is tried again.

use std::time::Duration;

/// Seconds to wait after so many failures: at once, then for longer and longer, about 22 hours in all.
const WAITS: [u64; 9] = [0, 5, 30, 120, 600, 3_600, 10_800, 21_600, 43_200];

/// The times between the attempts at one callback.
#[derive(Copy, Clone, Debug)]
pub struct Schedule;

impl Schedule {
    /// How long to wait after so many failures; none: it is given up. `random` (any number) spreads the attempts by up
    /// to a tenth either way, so that those that failed together do not come back together.
    pub fn next(failures: u32, random: u64) -> Option<Duration> {
        let seconds = WAITS.get(usize::try_from(failures).ok()?)?;
        let permille = 900 + random % 201;
        Some(Duration::from_millis(seconds * permille))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let middle = |failures| Schedule::next(failures, 100).map(|wait| wait.as_secs());
        let all: Vec<u64> = (0..).map_while(middle).collect();
        assert_eq!(all, WAITS);
        assert_eq!(middle(u32::MAX), None);
    }

    #[test]
    fn chance_moves_a_wait_by_a_tenth_at_most() {
        let waits: Vec<Duration> = (0..1000).filter_map(|random| Schedule::next(3, random)).collect();
        assert_eq!(waits.iter().min(), Some(&Duration::from_secs(108)));
        assert_eq!(waits.iter().max(), Some(&Duration::from_secs(132)));
        assert_eq!(Schedule::next(0, u64::MAX), Some(Duration::ZERO));
    }
}
