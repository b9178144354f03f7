//! A client's own brake: at most so many of its own sends in any period, or a token bucket.

use std::collections::VecDeque;
use std::time::Duration;

use d8_core::time::Timestamp;

#[derive(Clone, Debug)]
pub(super) enum Gate {
    /// Nothing holds it back.
    Open,
    /// At most so many sends in any such period.
    Sliding(Vec<Cap>),
    /// Full at the start; refills continuously.
    Bucket(TokenBucket),
}

#[derive(Clone, Debug)]
pub(super) struct Cap {
    most: usize,
    per: Duration,
    sends: VecDeque<Timestamp>,
}

#[derive(Clone, Debug)]
pub(super) struct TokenBucket {
    capacity: f64,
    /// In seconds.
    per: f64,
    level: f64,
    at: Timestamp,
}

impl Gate {
    pub(super) fn sliding(caps: &[(usize, Duration)]) -> Self {
        let cap = |(most, per): &(usize, Duration)| Cap {
            most: *most,
            per: *per,
            sends: VecDeque::new(),
        };
        Self::Sliding(caps.iter().map(cap).collect())
    }

    pub(super) fn bucket(capacity: u64, per: Duration) -> Self {
        Self::Bucket(TokenBucket {
            capacity: capacity as f64,
            per: per.as_secs_f64(),
            level: capacity as f64,
            at: Timestamp::EPOCH,
        })
    }

    /// When the next send may leave; it may be past.
    pub(super) fn opens(&self, now: Timestamp) -> Timestamp {
        match self {
            Self::Open => Timestamp::EPOCH,
            Self::Sliding(caps) => caps.iter().map(Cap::opens).max().unwrap_or(Timestamp::EPOCH),
            Self::Bucket(bucket) => {
                let missing = 1.0 - bucket.level_at(now);
                if missing <= 0.0 {
                    return now;
                }
                let wait = missing * bucket.per / bucket.capacity.max(1e-9);
                now + Duration::try_from_secs_f64(wait).unwrap_or(Duration::MAX) + Duration::from_micros(1)
            }
        }
    }

    pub(super) fn pass(&mut self, now: Timestamp) {
        match self {
            Self::Open => {}
            Self::Sliding(caps) => {
                for cap in caps {
                    cap.sends.push_back(now);
                    if cap.sends.len() > cap.most {
                        cap.sends.pop_front();
                    }
                }
            }
            Self::Bucket(bucket) => {
                bucket.level = bucket.level_at(now) - 1.0;
                bucket.at = now;
            }
        }
    }
}

impl Cap {
    fn opens(&self) -> Timestamp {
        match self.sends.front() {
            Some(oldest) if self.sends.len() >= self.most => *oldest + self.per,
            _ => Timestamp::EPOCH,
        }
    }
}

impl TokenBucket {
    fn level_at(&self, now: Timestamp) -> f64 {
        let refilled = now.since(self.at).as_secs_f64() * self.capacity / self.per.max(1e-9);
        (self.level + refilled).min(self.capacity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many sends a gate lets through within so many seconds.
    fn let_through(mut gate: Gate, seconds: i64) -> usize {
        let mut now = Timestamp::from_secs(1_000);
        let end = Timestamp::from_secs(1_000 + seconds);
        let mut count = 0;
        loop {
            now = now.max(gate.opens(now));
            if now >= end {
                return count;
            }
            gate.pass(now);
            count += 1;
        }
    }

    #[test]
    fn a_cap_lets_its_number_through_in_each_period() {
        let minute = Duration::from_secs(60);
        assert_eq!(let_through(Gate::sliding(&[(10, minute)]), 180), 30);
        let day = Duration::from_secs(86_400);
        assert_eq!(let_through(Gate::sliding(&[(10, minute), (25, day)]), 600), 25);
    }

    #[test]
    fn a_full_bucket_lets_almost_twice_its_size_through_in_the_first_period() {
        assert_eq!(let_through(Gate::bucket(30, Duration::from_secs(60)), 60), 59);
    }
}
