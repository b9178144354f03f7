//! Chance from a seed: the same seed gives the same world, always.

use std::time::Duration;

use d8_emulator::Dice;

/// Throws that can be repeated.
#[derive(Clone, Debug)]
pub(super) struct Chance(Dice);

impl Chance {
    /// Throws of a purpose of their own: what one purpose throws changes no other.
    pub(super) fn new(seed: u64, purpose: u64) -> Self {
        Self(Dice::new(seed, purpose))
    }

    /// Any number below `end`; 0 where there is none.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0.bits() % end.max(1)
    }

    /// Any number from `least` to `most`, both included.
    pub(super) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most.saturating_sub(least) + 1)
    }

    /// True so many times out of a thousand.
    pub(super) fn hits(&mut self, permille: u32) -> bool {
        self.below(1_000) < u64::from(permille)
    }

    /// Any time from `least` to `most`.
    pub(super) fn time(&mut self, least: Duration, most: Duration) -> Duration {
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(self.between(micros(least), micros(most)))
    }
}
