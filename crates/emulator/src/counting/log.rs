//! The sliding window: a log of arrivals, each forgotten one period after it came.

use std::collections::VecDeque;

use super::limit::Micros;
use super::refusal::Wait;

#[derive(Debug, Clone)]
pub(super) struct Log {
    amount: u64,
    per: Micros,
    entries: VecDeque<Entry>,
    used: u64,
}

#[derive(Debug, Clone)]
struct Entry {
    at: Micros,
    ticket: u64,
    cost: u64,
}

impl Log {
    pub(super) fn new(amount: u64, per: Micros) -> Log {
        Log {
            amount,
            per,
            entries: VecDeque::new(),
            used: 0,
        }
    }

    pub(super) fn used(&mut self, now: Micros) -> u64 {
        self.forget(now);
        self.used
    }

    pub(super) fn full_in(&mut self, now: Micros) -> Micros {
        self.forget(now);
        self.entries.back().map_or(0, |newest| newest.at + self.per - now)
    }

    /// How long until `cost` fits; `None` when it fits now.
    pub(super) fn wait(&mut self, now: Micros, cost: u64) -> Option<Wait> {
        self.forget(now);
        if self.used.saturating_add(cost) <= self.amount {
            return None;
        }
        if cost > self.amount {
            return Some(Wait::Never);
        }
        let mut left = self.used;
        let last_in_the_way = self.entries.iter().find(|entry| {
            left -= entry.cost;
            left.saturating_add(cost) <= self.amount
        });
        last_in_the_way.map(|entry| Wait::For(entry.at + self.per - now))
    }

    pub(super) fn add(&mut self, now: Micros, ticket: u64, cost: u64) {
        self.forget(now);
        self.used = self.used.saturating_add(cost);
        self.entries.push_back(Entry { at: now, ticket, cost });
    }

    /// Replaces the reservation of a ticket, if it is not forgotten yet. Tickets arrive in ascending order.
    pub(super) fn amend(&mut self, now: Micros, ticket: u64, real: u64) {
        self.forget(now);
        if let Ok(index) = self.entries.binary_search_by_key(&ticket, |entry| entry.ticket) {
            let entry = &mut self.entries[index];
            self.used = self.used - entry.cost + real;
            entry.cost = real;
        }
    }

    fn forget(&mut self, now: Micros) {
        while let Some(oldest) = self.entries.front() {
            if oldest.at + self.per > now {
                break;
            }
            self.used -= oldest.cost;
            self.entries.pop_front();
        }
    }
}
