//! How fast a target answers, and how much it has been asked of late. Nothing is decided by it: a forecast needs it.

use std::time::Duration;

use crate::time::Timestamp;
use crate::usage::Usage;

use super::level::USUAL_LATENCY;
use crate::usage::Spend;

/// What came so long ago counts little any more.
const FADES: Duration = Duration::from_secs(300);
/// Fewer answers make no pace.
const ENOUGH: f64 = 3.0;

/// A target's answers, those long ago faded.
#[derive(Copy, Clone, Debug, Default)]
pub(super) struct Answers {
    latency: Option<Duration>,
    count: f64,
    input_tokens: f64,
    output_tokens: f64,
    since: Timestamp,
    at: Timestamp,
}

/// How much goes through a target, in a second.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Rate {
    /// Requests.
    pub requests: f64,
    /// What one of them takes.
    pub each: Usage,
}

impl Answers {
    /// One more.
    pub(super) fn add(&mut self, granted_at: Timestamp, ended: Timestamp, took: Option<Spend>) {
        let latency = ended.since(granted_at);
        self.latency = Some(self.latency.map_or(latency, |usual| (usual * 7 + latency) / 8));
        if self.count == 0.0 {
            self.since = granted_at;
        }
        let left = left_after(ended.since(self.at));
        let took = took.unwrap_or_default();
        self.count = self.count * left + 1.0;
        self.input_tokens = self.input_tokens * left + took.input_tokens as f64;
        self.output_tokens = self.output_tokens * left + took.output_tokens as f64;
        self.at = self.at.max(ended);
    }

    /// How long an answer takes.
    pub(super) fn latency(&self) -> Duration {
        self.latency.unwrap_or(USUAL_LATENCY)
    }

    /// The present pace; none where there were too few of late.
    pub(super) fn rate(&self, now: Timestamp) -> Option<Rate> {
        let left = left_after(now.since(self.at));
        let count = self.count * left;
        if count < ENOUGH {
            return None;
        }
        // What it would have been full of, had it gone on like this for ever; a burst of a second is no pace.
        let seen = now.since(self.since).max(Duration::from_secs(60));
        let full = FADES.as_secs_f64() * (1.0 - left_after(seen));
        let mean = |sum: f64| (sum / self.count) as u64;
        Some(Rate {
            requests: count / full,
            each: Usage {
                input_tokens: mean(self.input_tokens),
                output_tokens: mean(self.output_tokens),
            },
        })
    }
}

fn left_after(length: Duration) -> f64 {
    (-length.as_secs_f64() / FADES.as_secs_f64()).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_pace_is_told_and_fades() {
        let mut answers = Answers::default();
        let second = |at: i64| Timestamp::from_secs(1_000_000 + at);
        let took = Spend {
            requests: 1,
            input_tokens: 10,
            output_tokens: 20,
            ..Spend::NONE
        };
        assert_eq!(answers.rate(second(0)), None);
        for at in 0..300 {
            answers.add(second(at * 2), second(at * 2 + 1), Some(took));
        }
        let rate = answers.rate(second(600)).map_or(0.0, |rate| rate.requests);
        assert!((rate - 0.5).abs() < 0.02, "{rate}");
        assert_eq!(answers.latency(), Duration::from_secs(1));
        assert_eq!(answers.rate(second(600 + 3_600)), None);
    }
}
