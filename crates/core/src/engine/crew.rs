//! The crew: workers that stay, workers that come by and ask, and workers that are lost.

use std::time::Duration;

use super::{Account, Engine, Polling, Seat, Timer, Worker};
use crate::change::Demand;
use crate::id::{AccountId, AttemptNo, TaskId, WorkerId};
use crate::message::Effects;
use crate::worker::Enlisted;

impl Engine {
    /// A worker takes whatever comes.
    pub(super) fn worker_up(&mut self, enlisted: &Enlisted) {
        self.enlist(enlisted, true);
    }

    /// A worker takes what there is now.
    pub(super) fn poll(&mut self, enlisted: &Enlisted, waits: bool) {
        if self.enlist(enlisted, false) {
            self.polling.insert(enlisted.worker, Polling { waits, served: false });
        }
    }

    fn enlist(&mut self, enlisted: &Enlisted, stays: bool) -> bool {
        let Enlisted {
            worker: id,
            account,
            slots,
            ref skill,
            lease,
        } = *enlisted;
        if !self.accounts.contains_key(&account) {
            return false;
        }
        if self.workers.get(&id).is_some_and(|known| known.account != account) {
            self.worker_down(id);
        }
        let worker = self.workers.entry(id).or_insert_with(|| Worker {
            account,
            slots,
            busy: 0,
            skill: skill.clone(),
            lease,
            up: false,
            takes: false,
            stays,
        });
        unseat(&mut self.accounts, id, worker);
        let busy = worker.busy;
        *worker = Worker {
            account,
            slots,
            busy,
            skill: skill.clone(),
            lease,
            up: true,
            takes: true,
            stays,
        };
        seat(&mut self.accounts, id, worker);
        self.mark(account);
        true
    }

    /// A worker that waited for work does so no more.
    pub(super) fn hush(&mut self, id: WorkerId) {
        self.polling.remove(&id);
        if let Some(worker) = self.workers.get_mut(&id) {
            unseat(&mut self.accounts, id, worker);
            worker.takes = false;
        }
    }

    /// Those that asked and got something, or did not want to wait, have gone.
    pub(super) fn end_polls(&mut self) {
        let over = |polling: &Polling| polling.served || !polling.waits;
        let over: Vec<WorkerId> = self
            .polling
            .iter()
            .filter_map(|(id, polling)| over(polling).then_some(*id))
            .collect();
        for id in over {
            self.hush(id);
        }
    }

    pub(super) fn worker_down(&mut self, id: WorkerId) {
        self.hush(id);
        let Some(worker) = self.workers.get_mut(&id).filter(|worker| worker.up) else {
            return;
        };
        worker.up = false;
        let account = worker.account;
        if let Some(owner) = self.accounts.get_mut(&account) {
            owner.staff.remove(&id);
        }
        // Whoever waited for this one rather than for the worker where it met a fault waits no longer.
        self.dirty.extend(self.targets.keys());
    }

    /// What it held is nobody's now: the requests may have been sent, so they count as spent.
    pub(super) fn worker_lost(&mut self, id: WorkerId, effects: &mut Effects) {
        self.worker_down(id);
        let held: Vec<(TaskId, AttemptNo)> = self
            .leases
            .iter()
            .filter(|(_, held)| held.worker == id)
            .map(|(task, held)| (*task, held.attempt))
            .collect();
        for (task, attempt) in held {
            self.silence(task, attempt, effects);
        }
    }

    /// Nobody could be heard for so long: every lease lasts so much longer.
    pub(super) fn stalled(&mut self, length: Duration) {
        for (task, held) in &mut self.leases {
            let timer = |deadline| (deadline, Timer::LeaseEnd(*task, held.attempt));
            self.timers.remove(&timer(held.deadline));
            let longer = held.deadline + length;
            self.timers.insert(timer(longer));
            held.deadline = longer;
        }
    }

    /// Whether somebody is there who can do such a task for the account.
    pub(super) fn is_staffed(&self, account: AccountId, demand: &Demand) -> bool {
        self.accounts.get(&account).is_some_and(|owner| {
            owner
                .staff
                .iter()
                .any(|id| self.workers.get(id).is_some_and(|worker| worker.skill.covers(demand)))
        })
    }

    /// Who would do such a task for the account now; not `shunned` if there is anybody else.
    pub(super) fn seat_for(&self, account: AccountId, demand: &Demand, shunned: Option<WorkerId>) -> Option<Seat> {
        let owner = self.accounts.get(&account)?;
        let can = |seat: &&Seat| {
            self.workers
                .get(&seat.2)
                .is_some_and(|worker| worker.skill.covers(demand))
        };
        let mut able = owner.free.iter().filter(can);
        let first = *able.next()?;
        if Some(first.2) == shunned {
            return able.next().copied().or(Some(first));
        }
        Some(first)
    }

    /// Gives one of its slots to an attempt.
    pub(super) fn occupy(&mut self, seat_taken: Seat) {
        let id = seat_taken.2;
        if let Some(worker) = self.workers.get_mut(&id) {
            unseat(&mut self.accounts, id, worker);
            worker.busy += 1;
            seat(&mut self.accounts, id, worker);
        }
        if let Some(polling) = self.polling.get_mut(&id) {
            polling.served = true;
        }
    }

    /// An attempt of its has ended.
    pub(super) fn vacate(&mut self, id: WorkerId) {
        if let Some(worker) = self.workers.get_mut(&id) {
            unseat(&mut self.accounts, id, worker);
            worker.busy = worker.busy.saturating_sub(1);
            seat(&mut self.accounts, id, worker);
        }
    }

    fn mark(&mut self, account: AccountId) {
        if let Some(owner) = self.accounts.get(&account) {
            self.dirty.extend(owner.targets.iter().copied());
        }
    }
}

type Accounts = std::collections::BTreeMap<AccountId, Account>;

/// Notes that a worker is there, and that it has a free slot where it has.
fn seat(accounts: &mut Accounts, id: WorkerId, worker: &Worker) {
    if let Some(owner) = accounts.get_mut(&worker.account) {
        if worker.up {
            owner.staff.insert(id);
        }
        if worker.up && worker.takes && worker.busy < worker.slots {
            owner.free.insert((worker.stays, worker.busy, id));
        }
    }
}

fn unseat(accounts: &mut Accounts, id: WorkerId, worker: &Worker) {
    if let Some(owner) = accounts.get_mut(&worker.account) {
        owner.free.remove(&(worker.stays, worker.busy, id));
    }
}
