//! What time it is: the machine's clock, or one that a test sets.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::counting::Micros;

/// The clock that arrivals are counted by, and that `Date` shows.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's own clock.
    #[default]
    System,
    /// A clock that stands still until somebody sets it.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still at this time, and the hand to set it with.
    pub fn manual(now: Micros) -> (Clock, Arc<AtomicI64>) {
        let hand = Arc::new(AtomicI64::new(now));
        (Clock::Manual(hand.clone()), hand)
    }

    /// Microseconds since the Unix epoch.
    pub fn now(&self) -> Micros {
        match self {
            Clock::System => since_epoch(),
            Clock::Manual(hand) => hand.load(Ordering::SeqCst),
        }
    }
}

fn since_epoch() -> Micros {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Micros::try_from(elapsed.as_micros()).unwrap_or(Micros::MAX)
}
