//! Another configuration while the engine runs.
//!
//! It is taken as a whole, as at a start, so that there is one way to read a configuration and no order of changes that
//! could matter. What has a name keeps its state: a limit its counts, a target what was learnt of it, a task its place. What
//! is no longer configured retires: its leases end as they would have, nothing more is started there, and if it comes back it
//! is the same. A limit that begins to count a target is told what the target has spent, which only the store remembers.

use std::collections::{BTreeMap, BTreeSet};

use super::Engine;
use crate::id::{LimitId, RouteId, TargetId};
use crate::queue::{ClassId, ClassKey};
use crate::setup::{RouteSpec, Setup, Spent, TargetSpec};

impl Engine {
    pub(super) fn set_up(&mut self, setup: Setup, past: &[Spent]) {
        let Setup {
            limits,
            targets,
            routes,
            bounds: _,
        } = setup;
        let written: BTreeSet<LimitId> = limits.iter().map(|(id, _)| *id).collect();
        for (id, spec) in limits {
            self.ledger.respecify(id, spec, self.now);
        }
        let before = self.take_targets(targets);
        self.count_what_was_spent(&before, past);
        self.carry_leases_over(&before);
        self.note_owners();
        let counting = self.limit_targets.keys().copied().chain(written).collect();
        self.ledger.keep_only(&counting);
        self.take_routes(routes);
        self.regroup();
        self.dirty.extend(self.targets.keys());
    }

    /// Gives back which limits counted each target until now.
    fn take_targets(&mut self, targets: Vec<(TargetId, TargetSpec)>) -> BTreeMap<TargetId, Vec<LimitId>> {
        for target in self.targets.values_mut() {
            target.retired = true;
        }
        let mut before = BTreeMap::new();
        for (id, spec) in targets {
            match self.targets.get_mut(&id) {
                Some(target) => {
                    before.insert(id, std::mem::replace(&mut target.spec, spec).limits);
                    target.retired = false;
                }
                None => {
                    before.insert(id, Vec::new());
                    self.insert_target(id, spec);
                }
            }
        }
        before
    }

    fn count_what_was_spent(&mut self, before: &BTreeMap<TargetId, Vec<LimitId>>, past: &[Spent]) {
        for Spent { target, arrived, spent } in past {
            let (Some(counted), Some(target)) = (before.get(target), self.targets.get(target)) else {
                continue;
            };
            for limit in target.spec.limits.iter().filter(|limit| !counted.contains(limit)) {
                self.ledger.record_earlier(*limit, spent, *arrived, self.now);
            }
        }
    }

    fn carry_leases_over(&mut self, before: &BTreeMap<TargetId, Vec<LimitId>>) {
        for held in self.leases.values_mut() {
            let (Some(counted), Some(target)) = (before.get(&held.target), self.targets.get(&held.target)) else {
                continue;
            };
            if *counted != target.spec.limits {
                let reserved = (counted.as_slice(), &held.reserved);
                held.reserved = self
                    .ledger
                    .carry_over(reserved, &target.spec.limits, &held.cost, held.granted_at);
            }
        }
    }

    /// Which targets a limit counts, and which an account has.
    fn note_owners(&mut self) {
        self.limit_targets.clear();
        for account in self.accounts.values_mut() {
            account.targets.clear();
        }
        for (id, target) in &self.targets {
            for limit in &target.spec.limits {
                self.limit_targets.entry(*limit).or_default().push(*id);
            }
            self.accounts.entry(target.spec.account).or_default().targets.push(*id);
        }
    }

    /// Names that lead nowhere now stay known: tasks that ask for them wait, and say so.
    fn take_routes(&mut self, routes: Vec<(RouteId, RouteSpec)>) {
        let nowhere = |(id, spec): (RouteId, RouteSpec)| {
            let levels = Default::default();
            (id, RouteSpec { levels, ..spec })
        };
        self.routes = std::mem::take(&mut self.routes).into_iter().map(nowhere).collect();
        self.routes.extend(routes);
    }

    /// Every class is served by what its route names now, and every task is in the class of those that can take it.
    fn regroup(&mut self) {
        for target in self.targets.values_mut() {
            target.classes.clear();
            target.dependents.clear();
        }
        for index in 0..self.classes.len() {
            let levels = self.levels_of(&self.classes[index].key);
            self.classes[index].levels = levels;
            self.offer(ClassId(u32::try_from(index).expect("classes are few")));
        }
        let slots: Vec<usize> = self.tasks.iter().map(|(slot, _)| slot).collect();
        for slot in slots {
            let task = &self.tasks[slot];
            let except = self.too_small_for(&task.row);
            let key = &self.classes[task.class.0 as usize].key;
            if key.except != except {
                let key = ClassKey { except, ..key.clone() };
                let class = self.intern(key);
                self.reclassify(slot, class);
            }
        }
    }

    /// Every name that tasks have asked for.
    pub fn routes(&self) -> impl Iterator<Item = RouteId> + '_ {
        self.routes.keys().copied()
    }

    /// The limits that count a target now.
    pub fn limits_of(&self, id: TargetId) -> Option<&[LimitId]> {
        Some(&self.targets.get(&id)?.spec.limits)
    }

    /// Whether a target is configured.
    pub(super) fn is_live(&self, id: TargetId) -> bool {
        self.targets.get(&id).is_some_and(|target| !target.retired)
    }
}
