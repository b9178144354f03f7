//! The engine's time: the wall clock when the program began, and from then on a clock that only goes forward and goes on
//! while the machine sleeps. Setting the wall clock moves nothing; a start before the newest record goes on from that.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use d8_core::time::Timestamp;

/// A clock that can be shared by copying.
#[derive(Copy, Clone, Debug)]
pub struct Clock {
    began: Timestamp,
    ticks: Ticks,
}

impl Clock {
    /// Begins at the wall clock's time.
    pub fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self {
            began: Timestamp::EPOCH + since_epoch,
            ticks: Ticks::now(),
        }
    }

    /// Goes on from `newest` where that is later than the wall clock.
    #[must_use]
    pub fn not_before(self, newest: Timestamp) -> Self {
        let behind = newest.since(self.now());
        Self {
            began: self.began + behind,
            ..self
        }
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.began + self.ticks.elapsed()
    }

    /// How long from now until then.
    pub fn until(&self, then: Timestamp) -> Duration {
        then.since(self.now())
    }
}

#[cfg(unix)]
use boot_time::Ticks;
#[cfg(not(unix))]
use steady::Ticks;

#[cfg(unix)]
mod boot_time {
    //! Unix: the clock that counts sleep.
    use std::time::Duration;

    use rustix::time::{ClockId, clock_gettime};

    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: ClockId = ClockId::Boottime;
    // Elsewhere the monotonic clock counts sleep.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const CLOCK: ClockId = ClockId::Monotonic;

    #[derive(Copy, Clone, Debug)]
    pub(super) struct Ticks(Duration);

    impl Ticks {
        pub(super) fn now() -> Self {
            let time = clock_gettime(CLOCK);
            let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
            Self(Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0)))
        }

        pub(super) fn elapsed(self) -> Duration {
            Self::now().0.saturating_sub(self.0)
        }
    }
}

#[cfg(not(unix))]
mod steady {
    //! Windows: the performance counter goes on through sleep.
    use std::time::{Duration, Instant};

    #[derive(Copy, Clone, Debug)]
    pub(super) struct Ticks(Instant);

    impl Ticks {
        pub(super) fn now() -> Self {
            Self(Instant::now())
        }

        pub(super) fn elapsed(self) -> Duration {
            self.0.elapsed()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_from_the_newest_record() {
        let clock = Clock::start();
        let later = clock.now() + Duration::from_secs(3_600);
        assert!(clock.not_before(later).now() >= later);
        assert!(clock.not_before(Timestamp::from_secs(1)).now() < later);
    }
}
