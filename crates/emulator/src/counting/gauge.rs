//! Concurrency: how many calls are open now. Only an answer frees a place, no clock does.

use super::refusal::Wait;

#[derive(Debug, Clone)]
pub(super) struct Gauge {
    amount: u64,
    open: u64,
}

impl Gauge {
    pub(super) fn new(amount: u64) -> Gauge {
        Gauge { amount, open: 0 }
    }

    pub(super) fn open(&self) -> u64 {
        self.open
    }

    pub(super) fn wait(&self) -> Option<Wait> {
        if self.open < self.amount {
            return None;
        }
        Some(if self.amount == 0 { Wait::Never } else { Wait::Release })
    }

    pub(super) fn enter(&mut self) {
        self.open += 1;
    }

    pub(super) fn leave(&mut self) {
        self.open = self.open.saturating_sub(1);
    }
}
