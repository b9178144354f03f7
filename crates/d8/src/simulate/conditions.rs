//! What a world is like beside its quotas: how long requests travel and are worked on, who else spends, what goes wrong,
//! and what D8 is told of it.

use std::time::Duration;

use d8_core::time::Timestamp;
use d8_emulator::Dice;

/// How long requests travel up to a provider, beyond the least.
#[derive(Copy, Clone, PartialEq, Debug)]
pub enum Jitter {
    /// Any delay up to this one, all alike.
    Uniform(Duration),
    /// Mostly a tenth of this, sometimes several times as long: a log-normal delay whose median is a tenth.
    HeavyTailed(Duration),
}

/// What D8 believes of the limits.
#[derive(Copy, Clone, PartialEq, Debug)]
pub enum Belief {
    /// They are as configured.
    True,
    /// So many times what they are.
    Times(f64),
    /// Nothing is known.
    Unknown,
}

/// A time in which an account answers 503.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outage {
    /// Whose.
    pub account: String,
    /// From so long after the beginning.
    pub from: Duration,
    /// To so long after it.
    pub to: Duration,
}

/// What a world is like.
#[derive(Clone, PartialEq, Debug)]
pub struct Conditions {
    /// The same seed gives the same world, always.
    pub seed: u64,
    /// When the work is handed over.
    pub start: Timestamp,
    /// After so long the world ends, whatever is still open.
    pub longest: Duration,
    /// How long a request is worked on, on average; between half and one and a half of it.
    pub latency: Duration,
    /// How long requests travel.
    pub jitter: Jitter,
    /// The share of each account's quota that somebody else asks for.
    pub foreign: f64,
    /// What D8 and the other policies believe.
    pub belief: Belief,
    /// The providers' clock minus ours, in microseconds.
    pub clock: i64,
    /// Providers enforce their requests a minute second by second, and say so to nobody.
    pub slices: bool,
    /// When accounts are down.
    pub outages: Vec<Outage>,
}

/// The least that a request or an answer travels.
const LEAST_WAY: Duration = Duration::from_millis(10);
/// The longest that anything travels: then the connection is taken for broken.
const LONGEST_WAY: Duration = Duration::from_secs(10);
/// The spread of the heavy tail: one in a hundred takes thirty times the median.
const SIGMA: f64 = 1.5;

impl Default for Conditions {
    fn default() -> Self {
        Self {
            seed: 1,
            start: Timestamp::from_secs(1_767_225_600),
            longest: Duration::from_secs(7 * 86_400),
            latency: Duration::from_millis(800),
            jitter: Jitter::Uniform(Duration::from_millis(50)),
            foreign: 0.0,
            belief: Belief::True,
            clock: 0,
            slices: false,
            outages: Vec::new(),
        }
    }
}

impl Conditions {
    /// How long a request travels.
    pub(super) fn way_up(&self, dice: &mut Dice) -> Duration {
        let jitter = match self.jitter {
            Jitter::Uniform(most) => most.mul_f64(dice.fraction()),
            Jitter::HeavyTailed(most) => most.mul_f64((SIGMA * normal(dice)).exp().min(1e3) / 10.0),
        };
        (LEAST_WAY + jitter).min(LONGEST_WAY)
    }

    /// How long an answer travels.
    pub(super) fn way_down(&self) -> Duration {
        LEAST_WAY
    }

    /// How long a request is worked on.
    pub(super) fn work(&self, dice: &mut Dice) -> Duration {
        self.latency.mul_f64(0.5 + dice.fraction())
    }
}

/// A throw of the normal distribution (Box and Muller).
pub(super) fn normal(dice: &mut Dice) -> f64 {
    let radius = (-2.0 * (1.0 - dice.fraction()).ln()).sqrt();
    radius * (std::f64::consts::TAU * dice.fraction()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heavy_tail_has_a_low_median_and_a_long_end() {
        let conditions = Conditions {
            jitter: Jitter::HeavyTailed(Duration::from_secs(1)),
            ..Conditions::default()
        };
        let mut ways: Vec<Duration> = (0..2_001).map(|n| conditions.way_up(&mut Dice::new(1, n))).collect();
        ways.sort();
        let median = ways[1_000].as_millis();
        assert!((95..130).contains(&median), "{median} ms");
        assert!(ways[1_990] > Duration::from_secs(2), "{:?}", ways[1_990]);
    }
}
