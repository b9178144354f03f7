//! Whether the orchestrator answers. Its going and its coming back are said once each, whoever notices.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::Pace;
use crate::cli::say;
use crate::text;

#[derive(Debug, Default)]
pub(super) struct Contact {
    lost: AtomicBool,
}

impl Contact {
    /// A call brought no answer.
    pub(super) fn lost(&self, origin: &str, why: &str) {
        if !self.lost.swap(true, Ordering::Relaxed) {
            say(&text!("worker-lost", origin = origin, why = why));
        }
    }

    /// A call was answered.
    pub(super) fn answered(&self, origin: &str) {
        if self.lost.swap(false, Ordering::Relaxed) {
            say(&text!("worker-back", origin = origin));
        }
    }
}

/// Waits that double.
#[derive(Debug)]
pub(super) struct Backoff {
    next: Duration,
    most: Duration,
}

impl Backoff {
    pub(super) fn new(pace: &Pace) -> Self {
        Self {
            next: pace.least_wait,
            most: pace.most_wait,
        }
    }

    pub(super) async fn wait(&mut self) {
        tokio::time::sleep(self.next).await;
        self.next = (self.next * 2).min(self.most);
    }
}
