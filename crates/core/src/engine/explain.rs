//! What a person or a program may want to know: counts, waits, use of limits. Derived when asked for, never stored.

use super::{Engine, HeldPlace, Task, Timer};
use crate::change::{Demand, ParkReason, Parked};
use crate::id::{AccountId, AttemptNo, GroupId, LimitId, RouteId, TargetId, TaskId, WorkerId};
use crate::queue::Class;
use crate::quota::LimitView;
use crate::task::Status;
use crate::time::Timestamp;
use crate::usage::Spend;
use crate::wait::{Wait, WaitCode};
use std::collections::BTreeMap;
use std::time::Duration;

/// How many tasks of a group stand where, since this engine began.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct GroupCounts {
    /// Waiting.
    pub pending: u64,
    /// Being worked on.
    pub assigned: u64,
    /// Answered.
    pub completed: u64,
    /// Failed.
    pub failed: u64,
    /// Cancelled.
    pub cancelled: u64,
}

/// So many tasks that wait for a time of their own are looked at one by one.
const LOOK_AHEAD: usize = 1_000;

/// A wait that is about nothing but itself.
fn plain(code: WaitCode, until: Option<Timestamp>) -> Wait {
    Wait {
        code,
        until,
        account: None,
        target: None,
        limit: None,
    }
}

/// Whether what is open can still be done.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Prospects {
    /// Open tasks.
    pub open: u64,
    /// Those of them that no target can serve as things are.
    pub hopeless: u64,
}

/// A target as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TargetView {
    /// The target.
    pub target: TargetId,
    /// Its account.
    pub account: AccountId,
    /// Attempts under way.
    pub in_flight: u32,
    /// Why it starts nothing more now, as of the last turn.
    pub wait: Option<Wait>,
}

impl Engine {
    /// The time of the latest turn.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The counts of a group.
    pub fn group(&self, id: GroupId) -> GroupCounts {
        self.groups.get(&id).copied().unwrap_or_default()
    }

    /// One limit, as it stands at `now`.
    pub fn limit(&self, id: LimitId, now: Timestamp) -> Option<LimitView> {
        self.ledger.view(id, now)
    }

    /// How far back spending must be remembered.
    pub fn memory(&self) -> Duration {
        self.ledger.memory()
    }

    /// Every target, as it stands; those that are configured no more as long as something is under way there.
    pub fn targets(&self) -> impl Iterator<Item = TargetView> + '_ {
        let shown = self
            .targets
            .iter()
            .filter(|(_, target)| !target.retired || target.in_flight > 0);
        shown.map(|(id, target)| TargetView {
            target: *id,
            account: target.spec.account,
            in_flight: target.in_flight,
            wait: target.wait,
        })
    }

    /// What is parked for good or for now, and why.
    pub fn parked(&self) -> Vec<(Parked, Timestamp, ParkReason)> {
        let accounts = self
            .accounts
            .iter()
            .filter(|(_, account)| account.targets.iter().any(|id| self.is_live(*id)))
            .filter_map(|(id, account)| account.parked.map(|(until, why)| (Parked::Account(*id), until, why)));
        let targets = self
            .targets
            .iter()
            .filter(|(_, target)| !target.retired)
            .filter_map(|(id, target)| target.parked.map(|(until, why)| (Parked::Target(*id), until, why)));
        accounts.chain(targets).collect()
    }

    /// Whether what is open can still be done.
    pub fn prospects(&self) -> Prospects {
        let hopeless = self.classes.iter().filter(|class| self.is_hopeless(class));
        Prospects {
            open: self.tasks.len() as u64,
            hopeless: hopeless.map(|class| (class.queue.len() + class.delayed) as u64).sum(),
        }
    }

    /// The same for one group. All open tasks are looked at only where some can be served by nobody.
    pub fn prospects_of(&self, group: GroupId) -> Prospects {
        let GroupCounts { pending, assigned, .. } = self.group(group);
        let hopeless: Vec<bool> = self.classes.iter().map(|class| self.is_hopeless(class)).collect();
        let waits_in_vain =
            |task: &Task| task.row.group == group && task.status == Status::Pending && hopeless[task.class.0 as usize];
        let tasks = hopeless.contains(&true).then_some(&self.tasks);
        let in_vain = tasks.into_iter().flatten().filter(|(_, task)| waits_in_vain(task));
        Prospects {
            open: pending + assigned,
            hopeless: in_vain.count() as u64,
        }
    }

    fn is_hopeless(&self, class: &Class) -> bool {
        let mut targets = class.targets();
        targets.all(|target| self.is_closed_for_good(target, &class.key.demand))
    }

    pub(super) fn is_closed_for_good(&self, id: TargetId, demand: &Demand) -> bool {
        let Some(target) = self.targets.get(&id) else {
            return true;
        };
        !self.is_staffed(target.spec.account, demand)
            || self.parked_until(id) == Some(Timestamp::MAX)
            || target.spec.limits.iter().any(|limit| self.ledger.is_closed(*limit))
    }

    /// How many tasks are open.
    pub fn open_tasks(&self) -> u64 {
        self.tasks.len() as u64
    }

    /// How many tasks wait, and how many are being worked on.
    pub fn open_counts(&self) -> GroupCounts {
        let assigned = self.leases.len() as u64;
        GroupCounts {
            pending: self.open_tasks() - assigned,
            assigned,
            ..GroupCounts::default()
        }
    }

    /// Whether a task is open.
    pub fn is_open(&self, id: TaskId) -> bool {
        self.by_id.contains_key(&id)
    }

    /// The attempt that is under way for a task, and by whom.
    pub fn lease_of(&self, id: TaskId) -> Option<(AttemptNo, WorkerId)> {
        self.leases.get(&id).map(|held| (held.attempt, held.worker))
    }

    /// The attempts that a worker is at.
    pub fn held_by(&self, worker: WorkerId) -> Vec<(TaskId, AttemptNo)> {
        if self.busy(worker) == 0 {
            return Vec::new();
        }
        let held = self.leases.iter().filter(|(_, held)| held.worker == worker);
        held.map(|(task, held)| (*task, held.attempt)).collect()
    }

    /// How many attempts a worker is at.
    pub fn busy(&self, worker: WorkerId) -> u32 {
        self.workers.get(&worker).map_or(0, |worker| worker.busy)
    }

    /// The routes that somebody holds back.
    pub fn paused_routes(&self) -> Vec<RouteId> {
        self.paused_routes.iter().copied().collect()
    }

    /// When the first of a route's targets takes work again; `None` where one does now, or nobody can say when.
    pub fn takes_work_at(&self, route: RouteId) -> Option<Timestamp> {
        let route = self.routes.get(&route)?;
        let parked = route.levels.iter().flatten().map(|id| self.parked_until(*id));
        let soonest = parked.min().flatten()?;
        (soonest > self.now && soonest < Timestamp::MAX).then_some(soonest)
    }

    /// Why tasks wait, and how many for each reason, the soonest to end first.
    pub fn waits(&self) -> Vec<(Wait, u64)> {
        let mut waits: Vec<(Wait, u64)> = Vec::new();
        let mut add = |wait: Wait, count: u64| match waits.iter_mut().find(|(known, _)| known.is_like(&wait)) {
            Some((_, sum)) => *sum += count,
            None => waits.push((wait, count)),
        };
        for class in &self.classes {
            if let Some(wait) = class.queue.first().and_then(|first| self.explain(first.task)) {
                add(wait, class.queue.len() as u64);
            }
        }
        let mut delayed: u64 = self.classes.iter().map(|class| class.delayed as u64).sum();
        let soon = self.timers.iter().filter_map(|(_, timer)| match timer {
            Timer::Due(task) => self.explain(*task),
            _ => None,
        });
        for wait in soon.take(LOOK_AHEAD) {
            delayed = delayed.saturating_sub(1);
            add(wait, 1);
        }
        if delayed > 0 {
            add(plain(WaitCode::NotBefore, None), delayed);
        }
        waits.sort_by_key(|(wait, _)| wait.until.unwrap_or(Timestamp::MAX));
        waits
    }

    /// How many tasks wait on each route that has any, for a target or for a time.
    pub fn waiting_by_route(&self) -> Vec<(RouteId, u64)> {
        let mut sums: BTreeMap<RouteId, u64> = BTreeMap::new();
        for class in &self.classes {
            *sums.entry(class.key.route).or_default() += class.waiting();
        }
        sums.into_iter().filter(|(_, count)| *count > 0).collect()
    }

    /// How much of a target's quota may be stored ahead of its use at once: a hundredth of each of its limits, and never
    /// less than an ordinary request needs.
    pub fn allowance(&self, id: TargetId) -> Spend {
        let Some(target) = self.targets.get(&id) else {
            return Spend::NONE;
        };
        self.ledger.hundredth(&target.spec.limits)
    }

    /// Why a task is not running now; `None` where it runs or is not open.
    pub fn explain(&self, id: TaskId) -> Option<Wait> {
        let slot = *self.by_id.get(&id)?;
        let task = &self.tasks[slot as usize];
        if task.status != Status::Pending {
            return None;
        }
        if task.place == HeldPlace::Delayed {
            let code = if task.row.faults > 0 {
                WaitCode::Backoff
            } else {
                WaitCode::NotBefore
            };
            return Some(plain(code, Some(task.row.not_before)));
        }
        let class = &self.classes[task.class.0 as usize];
        if self.paused_routes.contains(&class.key.route) {
            return Some(plain(WaitCode::Paused, None));
        }
        let demand = &class.key.demand;
        if class.targets().all(|target| self.is_closed_for_good(target, demand)) {
            let nobody = class
                .targets()
                .filter_map(|target| Some(self.targets.get(&target)?.spec.account))
                .all(|account| !self.is_staffed(account, demand));
            let somebody = class
                .targets()
                .filter_map(|target| Some(self.targets.get(&target)?.spec.account))
                .any(|account| self.accounts.get(&account).is_some_and(|owner| !owner.staff.is_empty()));
            let parked = class.targets().find_map(|target| self.targets.get(&target)?.wait);
            let code = match (nobody, somebody) {
                (true, true) => WaitCode::NoSkill,
                (true, false) if class.targets().next().is_some() => WaitCode::NoWorker,
                _ => return Some(parked.unwrap_or_else(|| plain(WaitCode::NoTarget, None))),
            };
            return Some(plain(code, None));
        }
        let waits = class.targets().filter_map(|target| self.targets.get(&target)?.wait);
        let soonest = waits.min_by_key(|wait| wait.until.unwrap_or(Timestamp::MAX));
        Some(soonest.unwrap_or_else(|| plain(WaitCode::Order, None)))
    }
}
