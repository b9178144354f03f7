//! The fixed window: a count that begins anew at the calendar's edges.

use super::calendar::Calendar;
use super::limit::Micros;
use super::refusal::Wait;

#[derive(Debug, Clone)]
pub(super) struct Window {
    amount: u64,
    calendar: Calendar,
    start: Micros,
    end: Micros,
    used: u64,
}

impl Window {
    pub(super) fn new(amount: u64, calendar: Calendar) -> Window {
        Window {
            amount,
            calendar,
            start: 0,
            end: 0,
            used: 0,
        }
    }

    pub(super) fn used(&mut self, now: Micros) -> u64 {
        self.turn(now);
        self.used
    }

    pub(super) fn full_in(&mut self, now: Micros) -> Micros {
        self.turn(now);
        if self.used == 0 { 0 } else { self.end - now }
    }

    /// How long until `cost` fits; `None` when it fits now.
    pub(super) fn wait(&mut self, now: Micros, cost: u64) -> Option<Wait> {
        self.turn(now);
        if self.used.saturating_add(cost) <= self.amount {
            return None;
        }
        Some(if cost > self.amount {
            Wait::Never
        } else {
            Wait::For(self.end - now)
        })
    }

    pub(super) fn add(&mut self, now: Micros, cost: u64) {
        self.turn(now);
        self.used = self.used.saturating_add(cost);
    }

    /// Replaces a reservation made at `arrived`, if its window is still the current one.
    pub(super) fn amend(&mut self, now: Micros, arrived: Micros, reserved: u64, real: u64) {
        self.turn(now);
        if arrived >= self.start {
            self.used = self.used.saturating_sub(reserved).saturating_add(real);
        }
    }

    fn turn(&mut self, now: Micros) {
        if now >= self.end {
            (self.start, self.end) = self.calendar.window(now);
            self.used = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::counting::{Account, Cost, DAY, Dimension, Kind, Limit, Provider, Speed};

    #[test]
    fn money_is_counted_as_the_caller_prices_it_until_the_next_edge() {
        let limit = Limit::each(Provider::Groq, Dimension::Money, 100, DAY, Kind::Edges([DAY].into()));
        let mut account = Account::new([limit], Speed::REAL);
        let worth = |picodollars| Cost::request(5, 5).worth(picodollars);
        let ticket = account.arrive(0, "m", worth(80)).unwrap();
        assert!(account.arrive(0, "m", worth(30)).is_err());
        account.finish(0, ticket, Some(worth(60)));
        assert!(account.arrive(0, "m", worth(30)).is_ok());
        assert!(account.arrive(DAY - 1, "m", worth(100)).is_err());
        assert!(account.arrive(DAY, "m", worth(100)).is_ok());
    }
}
