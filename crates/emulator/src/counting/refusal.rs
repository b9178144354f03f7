//! Why an arrival was refused: which limits, how full they were, and how long until it would fit.

use super::limit::{Dimension, Kind, Micros};

/// All limits that an arrival did not fit under. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The violated limits, in the order in which the account lists its limits.
    pub violations: Vec<Violation>,
}

/// One limit that an arrival did not fit under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which limit of the account, by its index.
    pub limit: usize,
    /// What the limit counts.
    pub dimension: Dimension,
    /// How the limit counts.
    pub kind: Kind,
    /// The limit's amount.
    pub amount: u64,
    /// The limit's nominal period.
    pub per: Micros,
    /// The period as it is counted: the nominal one divided by the speed.
    pub counted_per: Micros,
    /// What was used already, rounded up to whole units.
    pub used: u64,
    /// What this arrival asked for.
    pub requested: u64,
    /// How long until it would fit, if nothing else arrives.
    pub wait: Wait,
}

/// How long until a refused arrival would fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wait {
    /// This long; exact, rounded up to a whole microsecond.
    For(Micros),
    /// Until something that is in flight ends.
    Release,
    /// It is larger than the whole limit.
    Never,
}

impl Violation {
    /// By how much the arrival would have passed the limit.
    pub fn over(&self) -> u64 {
        self.used.saturating_add(self.requested).saturating_sub(self.amount)
    }

    /// Is the request alone larger than the whole limit?
    pub fn too_large(&self) -> bool {
        self.requested > self.amount
    }
}

impl Refusal {
    /// The violation that holds the request back longest: what a single-limit error body talks about.
    pub fn longest(&self) -> &Violation {
        let longest = self.violations.iter().max_by_key(|violation| violation.wait);
        longest.expect("a refusal names at least one limit")
    }
}
