//! Levels of a route: the primary serves what it can start within a task's patience; the backup takes what it cannot,
//! the last resort what neither can.
//!
//! Whether the *last* of the queue would be started in time decides whether the lower level opens, and then the *first*
//! of the queue is sent there: it frees its place for all behind it, and nobody is overtaken.

use std::time::Duration;

use super::Engine;
use crate::id::TargetId;
use crate::queue::ClassId;
use crate::quota::Free;
use crate::time::Timestamp;
use crate::usage::Spend;

/// An answer is expected after about so long, where nothing better is known.
pub(super) const USUAL_LATENCY: Duration = Duration::from_secs(2);

/// When a level may serve a class.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Opens {
    Now,
    /// Then, if nothing changes.
    At(Timestamp),
    /// When something changes.
    OnEvent,
}

impl Engine {
    pub(super) fn level_opens(&self, class_id: ClassId, level: usize, head: u32) -> Opens {
        let class = &self.classes[class_id.0 as usize];
        if level == 0 || class.above(level).next().is_none() {
            return Opens::Now;
        }
        let Some(route) = self.routes.get(&class.key.route) else {
            return Opens::OnEvent;
        };
        let row = &self.tasks[head as usize].row;
        let patience = if level == 1 && row.interactive {
            route.patience.interactive
        } else if level == 1 {
            route.patience.queued
        } else {
            route.last_resort_after
        };
        let bound = (row.created_at + patience).min(row.deadline);
        let start = class
            .above(level)
            .map(|id| self.expected_start(id, head))
            .min()
            .unwrap_or(Timestamp::MAX);
        if start <= self.now {
            return self.if_overflowing(class_id, level, patience, head);
        }
        if start > bound {
            return Opens::Now;
        }
        match self.if_overflowing(class_id, level, patience, head) {
            Opens::Now => Opens::Now,
            _ => Opens::At(bound.offset(1).max(self.now.offset(1))),
        }
    }

    /// Open when the targets above cannot start all that waits within the patience.
    fn if_overflowing(&self, class_id: ClassId, level: usize, patience: Duration, head: u32) -> Opens {
        let class = &self.classes[class_id.0 as usize];
        let until = self.now + patience;
        let estimate = &self.tasks[head as usize].row.estimate;
        let capacity = class
            .above(level)
            .map(|id| {
                let Some(target) = self.targets.get(&id) else { return 0 };
                let cost = target.reserve(estimate);
                if self.parked_until(id).is_some_and(|parked| parked > until) {
                    return 0;
                }
                self.ledger.capacity(&target.spec.limits, &cost, self.now, until)
            })
            .fold(0_u64, u64::saturating_add);
        if self.queued(class_id) > capacity {
            Opens::Now
        } else {
            Opens::OnEvent
        }
    }

    /// How many tasks wait on the class's route.
    fn queued(&self, class_id: ClassId) -> u64 {
        let route = self.classes[class_id.0 as usize].key.route;
        let classes = self.route_classes.get(&route).into_iter().flatten();
        classes.map(|id| self.classes[id.0 as usize].queue.len() as u64).sum()
    }

    /// When the head of a queue could start on a target.
    fn expected_start(&self, id: TargetId, head: u32) -> Timestamp {
        let Some(target) = self.targets.get(&id) else {
            return Timestamp::MAX;
        };
        let parked = self.parked_until(id).unwrap_or(self.now);
        let cost: Spend = target.reserve(&self.tasks[head as usize].row.estimate);
        let fit = self.ledger.fit(&target.spec.limits, &cost, self.now, false);
        let demand = &self.tasks[head as usize].row.demand;
        let paused = self
            .accounts
            .get(&target.spec.account)
            .is_some_and(|account| account.paused);
        if paused || !self.is_staffed(target.spec.account, demand) {
            return Timestamp::MAX;
        }
        match fit.at {
            Free::At(at) => at.max(parked),
            Free::AfterAnswer => (self.now + USUAL_LATENCY).max(parked),
        }
    }

    /// Until when the target or its account takes nothing, if so.
    pub(super) fn parked_until(&self, id: TargetId) -> Option<Timestamp> {
        let target = self.targets.get(&id)?;
        let account = self.accounts.get(&target.spec.account)?;
        let until = |parked: Option<(Timestamp, _)>| parked.map(|(until, _)| until);
        until(account.parked).max(until(target.parked))
    }
}
