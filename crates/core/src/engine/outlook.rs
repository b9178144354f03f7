//! What the quotas will allow: what is free, what comes free, and what comes free again. The least time for some work
//! follows from it, and is worked out by whoever asks.

use super::Engine;
use crate::id::{LimitId, TargetId};
use crate::limit::Dimension;
use crate::quota::{Free, Ledger, LimitView};
use crate::setup::TargetSpec;
use crate::time::Timestamp;
use crate::usage::Spend;
use std::collections::BTreeMap;

/// The limits as they stood at one moment.
#[derive(Clone, Debug)]
pub struct Outlook {
    at: Timestamp,
    ledger: Ledger,
    /// Each target that may still serve.
    targets: BTreeMap<TargetId, TargetSpec>,
}

impl Engine {
    /// The limits as they stood at the latest turn.
    pub fn outlook(&self) -> Outlook {
        self.outlook_at(self.now)
    }

    /// The limits as they stand at `now`, if nothing happens before.
    pub fn outlook_at(&self, now: Timestamp) -> Outlook {
        let open = self
            .targets
            .iter()
            .filter(|(id, target)| !target.retired && !self.is_parked_for_good(**id));
        let targets = open.map(|(id, target)| (*id, target.spec.clone())).collect();
        Outlook {
            at: now.max(self.now),
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

    /// A limit as it stands.
    pub fn limit(&self, limit: LimitId) -> Option<LimitView> {
        self.ledger.view(limit, self.at)
    }

    /// When so much more fits all limits of a target, were nothing else started; none where it never does.
    pub fn fits_at(&mut self, target: TargetId, cost: &Spend) -> Option<Free> {
        let limits = &self.targets.get(&target)?.limits;
        if limits.iter().any(|limit| self.ledger.is_closed(*limit)) {
            return None;
        }
        self.ledger.advance(limits, self.at);
        let fit = self.ledger.fit(limits, cost, self.at, false);
        (fit.at != Free::At(Timestamp::MAX)).then_some(fit.at)
    }

    /// How much of a limit can be started until then: what is free, what comes free, and what comes free again. `None`
    /// where time sets no bound.
    pub fn capacity_of(&self, limit: LimitId, dimension: Dimension, until: Timestamp) -> Option<u64> {
        let capacity = self.ledger.amount_until(&[limit], dimension, self.at, until);
        (capacity < u64::MAX).then_some(capacity)
    }
}
