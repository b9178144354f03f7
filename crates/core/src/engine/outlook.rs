//! The least time that the quotas allow: what is free, what comes free, and what comes free again, were the future known.

use super::Engine;
use crate::id::{LimitId, RouteId, TargetId};
use crate::limit::Dimension;
use crate::quota::Ledger;
use crate::time::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// The limits as they stood at one moment.
#[derive(Clone, Debug)]
pub struct Outlook {
    at: Timestamp,
    ledger: Ledger,
    routes: BTreeMap<RouteId, Vec<Vec<LimitId>>>,
}

/// Nothing is looked for later than this after the beginning.
const HORIZON: Duration = Duration::from_secs(3 * 366 * 86_400);

impl Engine {
    /// The limits as they stand now.
    pub fn outlook(&self) -> Outlook {
        let routes = self.routes.iter().map(|(id, route)| {
            let mut targets: Vec<TargetId> = route.levels.iter().flatten().copied().collect();
            targets.sort_unstable();
            targets.dedup();
            let limits = |target: TargetId| Some(self.targets.get(&target)?.spec.limits.clone());
            let open = targets.into_iter().filter(|target| !self.is_parked_for_good(*target));
            (*id, open.filter_map(limits).collect())
        });
        Outlook {
            at: self.now,
            ledger: self.ledger.clone(),
            routes: routes.collect(),
        }
    }

    fn is_parked_for_good(&self, target: TargetId) -> bool {
        self.parked_until(target) == Some(Timestamp::MAX)
    }
}

impl Outlook {
    /// The earliest moment by which a route's targets can have taken so many requests and tokens: no schedule can be
    /// faster. `None` where no limit bounds it, or where it cannot be done at all.
    ///
    /// Requests and tokens are each summed over all targets, so that with tasks of different sizes the true bound may
    /// be later.
    pub fn earliest(&self, route: RouteId, requests: u64, input_tokens: u64, output_tokens: u64) -> Option<Timestamp> {
        let wanted = [
            (Dimension::Requests, requests),
            (Dimension::Tokens, input_tokens.saturating_add(output_tokens)),
            (Dimension::InputTokens, input_tokens),
            (Dimension::OutputTokens, output_tokens),
        ];
        let bounds = wanted
            .iter()
            .filter_map(|(dimension, amount)| self.bound(route, *dimension, *amount));
        let latest = bounds.max()?;
        (latest < self.at + HORIZON).then_some(latest)
    }

    fn bound(&self, route: RouteId, dimension: Dimension, amount: u64) -> Option<Timestamp> {
        if amount == 0 || self.capacity(route, dimension, self.at) == u64::MAX {
            return None;
        }
        let (mut low, mut high) = (self.at.as_micros() - 1, (self.at + HORIZON).as_micros());
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.capacity(route, dimension, Timestamp::from_micros(middle)) >= amount {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(Timestamp::from_micros(high))
    }

    /// How much of a dimension all targets of a route can take until then; `u64::MAX` where one of them has no limit.
    fn capacity(&self, route: RouteId, dimension: Dimension, until: Timestamp) -> u64 {
        let targets = self.routes.get(&route).into_iter().flatten();
        targets
            .map(|limits| self.ledger.amount_until(limits, dimension, self.at, until))
            .fold(0, u64::saturating_add)
    }
}
