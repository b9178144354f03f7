//! How long things take: the way to the provider, the answer, the way back. Pure: chance is passed in.

use std::time::Duration;

use crate::dice::Dice;

/// A delay with its spread.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Delay {
    /// The least that it takes.
    pub least: Duration,
    /// What comes on top.
    pub spread: Spread,
}

/// How a delay varies.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Spread {
    /// Not at all.
    #[default]
    None,
    /// Evenly between nothing and this.
    Uniform(Duration),
    /// Mostly little, seldom a lot: half of the delays are below the median, one in a hundred above twenty times it,
    /// none above a hundred times it.
    HeavyTail {
        /// The delay that half of all stay below.
        median: Duration,
    },
}

/// The longest delay of a heavy tail, in medians.
const TAIL_CAP: f64 = 100.0;

/// How long a request takes, part by part. All parts are divided by the speed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Latency {
    /// From the client to the provider: the arrival is counted after it.
    pub uplink: Delay,
    /// From the arrival to the first token.
    pub first_token: Delay,
    /// From each token of the answer to the next.
    pub per_output_token: Duration,
    /// From the provider to the client: it delays the whole answer, or the head of a stream.
    pub downlink: Delay,
}

impl Delay {
    /// Always the same delay.
    pub fn fixed(least: Duration) -> Delay {
        Delay {
            least,
            spread: Spread::None,
        }
    }

    /// One delay.
    pub fn throw(&self, dice: &mut Dice) -> Duration {
        self.least + self.spread.throw(dice)
    }
}

impl Spread {
    fn throw(self, dice: &mut Dice) -> Duration {
        match self {
            Spread::None => Duration::ZERO,
            Spread::Uniform(most) => most.mul_f64(dice.fraction()),
            Spread::HeavyTail { median } => median.mul_f64(heavy_tail(dice.fraction())),
        }
    }
}

/// A Pareto quantile that is 0 at 0, 1 at the median and about 22 at 0.99.
fn heavy_tail(quantile: f64) -> f64 {
    const SHAPE: f64 = 2.0;
    let pareto = |q: f64| (1.0 - q).powf(-1.0 / SHAPE) - 1.0;
    (pareto(quantile) / pareto(0.5)).min(TAIL_CAP)
}

impl Latency {
    /// What a hosted provider feels like from a home connection: 20 to 60 ms each way, 150 to 450 ms to the first token,
    /// 4 ms for each one after it.
    pub fn hosted() -> Latency {
        let ms = Duration::from_millis;
        let way = Delay {
            least: ms(20),
            spread: Spread::Uniform(ms(40)),
        };
        let first_token = Delay {
            least: ms(150),
            spread: Spread::Uniform(ms(300)),
        };
        Latency {
            uplink: way,
            first_token,
            per_output_token: ms(4),
            downlink: way,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throws(spread: Spread) -> Vec<Duration> {
        let delay = Delay {
            least: Duration::from_millis(10),
            spread,
        };
        (0..2_000)
            .map(|number| delay.throw(&mut Dice::new(7, number)))
            .collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_delays() {
        let spread = Spread::Uniform(Duration::from_millis(50));
        assert_eq!(throws(spread), throws(spread));
    }

    #[test]
    fn delays_stay_within_their_spread() {
        let all = throws(Spread::Uniform(Duration::from_millis(50)));
        assert!(all.iter().all(|delay| (10..60).contains(&delay.as_millis())));
        assert!(all.iter().any(|delay| delay.as_millis() < 15) && all.iter().any(|delay| delay.as_millis() >= 55));
    }

    #[test]
    fn half_of_a_heavy_tail_is_below_its_median_and_some_of_it_far_above() {
        let median = Duration::from_millis(20);
        let all = throws(Spread::HeavyTail { median });
        let below = all.iter().filter(|delay| **delay < Duration::from_millis(30)).count();
        assert!((900..1_100).contains(&below), "{below}");
        assert!(all.iter().any(|delay| delay.as_millis() > 210));
        assert!(all.iter().all(|delay| delay.as_millis() <= 2_010));
    }
}
