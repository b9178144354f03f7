//! The least time that the quotas allow: what is free, what comes free, and what comes free again, were the future known.

use super::Engine;
use crate::id::{LimitId, TargetId};
use crate::limit::Dimension;
use crate::quota::Ledger;
use crate::setup::TargetSpec;
use crate::time::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// The limits as they stood at one moment.
#[derive(Clone, Debug)]
pub struct Outlook {
    at: Timestamp,
    ledger: Ledger,
    /// Each target that may still serve.
    targets: BTreeMap<TargetId, TargetSpec>,
}

/// Nothing is looked for later than this after the beginning.
const HORIZON: Duration = Duration::from_secs(3 * 366 * 86_400);

impl Engine {
    /// The limits as they stand now.
    pub fn outlook(&self) -> Outlook {
        let open = self.targets.iter().filter(|(id, _)| !self.is_parked_for_good(**id));
        let targets = open.map(|(id, target)| (*id, target.spec.clone())).collect();
        Outlook {
            at: self.now,
            ledger: self.ledger.clone(),
            targets,
        }
    }

    fn is_parked_for_good(&self, target: TargetId) -> bool {
        self.parked_until(target) == Some(Timestamp::MAX)
    }
}

impl Outlook {
    /// When this was.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// A target with its limits, if it may still serve.
    pub fn target(&self, id: TargetId) -> Option<&TargetSpec> {
        self.targets.get(&id)
    }

    /// What a limit counts.
    pub fn dimension(&self, limit: LimitId) -> Option<Dimension> {
        self.ledger.view(limit, self.at).map(|view| view.spec.dimension)
    }

    /// How much of a limit can be started until then: what is free, what comes free, and what comes free again. `None`
    /// where time sets no bound.
    pub fn capacity_of(&self, limit: LimitId, dimension: Dimension, until: Timestamp) -> Option<u64> {
        let capacity = self.ledger.amount_until(&[limit], dimension, self.at, until);
        (capacity < u64::MAX).then_some(capacity)
    }

    /// The earliest moment by which some targets can have taken so many requests and tokens: no schedule can be
    /// faster. `None` where no limit bounds it, or where it cannot be done at all.
    ///
    /// Requests and tokens are each summed over all targets, so that with tasks of different sizes the true bound may
    /// be later.
    pub fn earliest(
        &self,
        targets: &[TargetId],
        requests: u64,
        input_tokens: u64,
        output_tokens: u64,
    ) -> Option<Timestamp> {
        let wanted = [
            (Dimension::Requests, requests),
            (Dimension::Tokens, input_tokens.saturating_add(output_tokens)),
            (Dimension::InputTokens, input_tokens),
            (Dimension::OutputTokens, output_tokens),
        ];
        let bounds = wanted
            .iter()
            .filter_map(|(dimension, amount)| self.bound(targets, *dimension, *amount));
        let latest = bounds.max()?;
        (latest < self.at + HORIZON).then_some(latest)
    }

    fn bound(&self, targets: &[TargetId], dimension: Dimension, amount: u64) -> Option<Timestamp> {
        if amount == 0 || self.capacity(targets, dimension, self.at) == u64::MAX {
            return None;
        }
        let (mut low, mut high) = (self.at.as_micros() - 1, (self.at + HORIZON).as_micros());
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.capacity(targets, dimension, Timestamp::from_micros(middle)) >= amount {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(Timestamp::from_micros(high))
    }

    /// How much of a dimension all of some targets can take until then; `u64::MAX` where one of them has no limit.
    fn capacity(&self, targets: &[TargetId], dimension: Dimension, until: Timestamp) -> u64 {
        let targets = targets.iter().filter_map(|target| self.targets.get(target));
        targets
            .map(|target| self.ledger.amount_until(&target.limits, dimension, self.at, until))
            .fold(0, u64::saturating_add)
    }
}
