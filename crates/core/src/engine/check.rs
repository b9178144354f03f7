//! What must hold after every turn. The tests and the simulated world ask after each step.

use super::{Engine, HeldPlace, Timer};
use crate::id::TargetId;
use crate::queue::Place;
use crate::quota::Free;
use crate::task::Status;

impl Engine {
    /// The invariants that do not hold, in words; none is as it should be.
    pub fn check(&self) -> Vec<String> {
        let mut broken = Vec::new();
        self.check_places(&mut broken);
        self.check_leases(&mut broken);
        self.check_counts(&mut broken);
        self.check_limits(&mut broken);
        self.check_nothing_left(&mut broken);
        broken
    }

    /// A task is in exactly one place, and something will move it from there.
    fn check_places(&self, broken: &mut Vec<String>) {
        for (slot, task) in &self.tasks {
            let id = task.row.id;
            let class = &self.classes[task.class.0 as usize];
            let place = Place::of(&task.row, u32::try_from(slot).unwrap_or(u32::MAX), &self.bounds);
            let queued = class.queue.contains(task.row.client, &place);
            let leased = self.leases.contains_key(&id);
            let due = self.timers.contains(&(task.row.not_before, Timer::Due(id)));
            let found = (queued, leased, due);
            let expected = match task.place {
                HeldPlace::Queued => (true, false, false),
                HeldPlace::Leased => (false, true, false),
                HeldPlace::Delayed => (false, false, true),
            };
            if found != expected {
                broken.push(format!(
                    "{id:?} is {:?} but (queued, leased, timer) = {found:?}",
                    task.place
                ));
            }
            if (task.status == Status::Assigned) != leased {
                broken.push(format!("{id:?} is {:?}, leased: {leased}", task.status));
            }
            if self.by_id.get(&id).map(|slot| *slot as usize) != Some(slot) {
                broken.push(format!("{id:?} is not found under its name"));
            }
        }
        let queued: usize = self.classes.iter().map(|class| class.queue.len() + class.delayed).sum();
        if queued + self.leases.len() != self.tasks.len() {
            broken.push(format!(
                "{queued} wait and {} run of {}",
                self.leases.len(),
                self.tasks.len()
            ));
        }
    }

    /// No lease without a task or without an end; slots are counted as they are held.
    fn check_leases(&self, broken: &mut Vec<String>) {
        for (id, held) in &self.leases {
            if !self.by_id.contains_key(id) {
                broken.push(format!("a lease for {id:?}, which is not open"));
            }
            if !self
                .timers
                .contains(&(held.deadline, Timer::LeaseEnd(*id, held.attempt)))
            {
                broken.push(format!("the lease of {id:?} never ends"));
            }
        }
        for (id, worker) in &self.workers {
            let busy = self.leases.values().filter(|held| held.worker == *id).count();
            if busy != worker.busy as usize {
                broken.push(format!(
                    "{id:?} says {} busy of {}, holds {busy}",
                    worker.busy, worker.slots
                ));
            }
        }
        for (id, target) in &self.targets {
            let held = self.leases.values().filter(|held| held.target == *id).count();
            if held != target.in_flight as usize {
                broken.push(format!("{id:?} says {} in flight, {held} are", target.in_flight));
            }
        }
    }

    fn check_counts(&self, broken: &mut Vec<String>) {
        let pending: u64 = self.groups.values().map(|counts| counts.pending).sum();
        let assigned: u64 = self.groups.values().map(|counts| counts.assigned).sum();
        if (pending + assigned) as usize != self.tasks.len() || assigned as usize != self.leases.len() {
            broken.push(format!(
                "groups count {pending} pending, {assigned} assigned of {}",
                self.tasks.len()
            ));
        }
    }

    /// What is in flight is exactly what the leases reserved, and never more than the limit.
    fn check_limits(&self, broken: &mut Vec<String>) {
        for id in self.limit_targets.keys() {
            let reserved: u64 = self
                .leases
                .values()
                .filter_map(|held| {
                    let limits = &self.targets.get(&held.target)?.spec.limits;
                    let at = limits.iter().position(|limit| limit == id)?;
                    held.reserved.get(at)
                })
                .sum();
            let (in_flight, holds) = self.ledger.in_flight(*id);
            if in_flight != reserved {
                broken.push(format!("{id:?} has {in_flight} in flight, leases reserved {reserved}"));
            }
            if in_flight > holds {
                broken.push(format!("{id:?} has {in_flight} in flight of {holds}"));
            }
        }
    }

    /// Pending, feasible, quota free and slot free means granted.
    fn check_nothing_left(&self, broken: &mut Vec<String>) {
        for id in self.targets.keys() {
            if let Some(left) = self.startable(*id) {
                broken.push(format!("{id:?} could start {left} and does not"));
            }
        }
    }

    /// The first in line for an open target that fits now. Lower levels open by an estimate that moves with time, and
    /// are looked at when something happens; that they open at all is checked by every task's ending.
    fn startable(&self, id: TargetId) -> Option<String> {
        if self.closed(id).is_some() {
            return None;
        }
        let (candidates, _) = self.candidates(id);
        let first = candidates.first().filter(|first| first.level == 0)?;
        let limits = &self.targets[&id].spec.limits;
        let fit = self.ledger.fit(limits, &first.cost, self.now, first.high_priority);
        (fit.at <= Free::At(self.now)).then(|| format!("{:?}", first.place.task))
    }
}
