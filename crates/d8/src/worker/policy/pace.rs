//! So many requests in so much time, counted as the Hive's limiter does: by when each was begun.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// So many requests may begin in so much time.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) struct Cap {
    /// How many.
    pub(super) requests: usize,
    /// In how much time.
    pub(super) per: Duration,
}

/// Keeps requests apart as caps demand.
#[derive(Debug)]
pub(super) struct Pace {
    caps: Vec<Cap>,
    /// When the latest began, the oldest first: as many as the largest cap counts.
    begun: VecDeque<Instant>,
}

impl Pace {
    /// Nothing has begun yet.
    pub(super) fn new(caps: Vec<Cap>) -> Self {
        Self {
            caps,
            begun: VecDeque::new(),
        }
    }

    /// Waits until one more may begin, and counts it.
    pub(super) async fn turn(&mut self) {
        if let Some(free) = self.caps.iter().filter_map(|cap| self.free_at(cap)).max() {
            tokio::time::sleep_until(free).await;
        }
        let kept = self.caps.iter().map(|cap| cap.requests).max().unwrap_or(0);
        self.begun.push_back(Instant::now());
        while self.begun.len() > kept {
            self.begun.pop_front();
        }
    }

    /// When the oldest of those that fill a cap no longer counts.
    fn free_at(&self, cap: &Cap) -> Option<Instant> {
        let oldest = self.begun.len().checked_sub(cap.requests)?;
        Some(*self.begun.get(oldest)? + cap.per)
    }
}
