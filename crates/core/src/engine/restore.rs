//! The engine as it was, from what the store remembers. What is not known to be unspent is spent.

use crate::change::{AttemptOutcome, Change, Ending, ParkReason, Parked, Pausable, TaskRow};
use crate::id::{AttemptNo, LimitId, TargetId, TaskId, WorkerId};
use crate::limit::Learnt;
use crate::message::Effects;
use crate::setup::Setup;
use crate::task::Event;
use crate::time::Timestamp;
use crate::usage::Spend;
use crate::worker::Enlisted;

use std::collections::{BTreeMap, BTreeSet};

use super::{Engine, Held, HeldPlace, Timer};

/// What the store remembers.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// Open tasks.
    pub tasks: Vec<TaskRow>,
    /// Attempts that had not ended; their tasks need not be among `tasks`.
    pub leases: Vec<PastLease>,
    /// What ended attempts took, in order of time.
    pub spends: Vec<PastSpend>,
    /// What was parked.
    pub parks: Vec<(Parked, Timestamp, ParkReason)>,
    /// What the wire showed limits to hold.
    pub learnt: Vec<(LimitId, Learnt)>,
    /// What somebody holds back.
    pub paused: Vec<Pausable>,
}

/// An attempt that was under way when the process ended.
#[derive(Clone, Debug)]
pub struct PastLease {
    /// The task.
    pub task: TaskId,
    /// Its attempt.
    pub attempt: AttemptNo,
    /// Where it went.
    pub target: TargetId,
    /// By whom.
    pub worker: WorkerId,
    /// The limits that it counts against, as things are configured now.
    pub limits: Vec<LimitId>,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// The last moment at which it may have left.
    pub send_by: Timestamp,
    /// What was reserved for it.
    pub reserved: Spend,
    /// Its worker lives on: the lease has its full time again.
    pub survives: Option<Enlisted>,
}

/// What an ended attempt took.
#[derive(Clone, Debug)]
pub struct PastSpend {
    /// The limits that it counts against, as things are configured now.
    pub limits: Vec<LimitId>,
    /// The latest moment at which it may have arrived.
    pub arrived: Timestamp,
    /// What it took.
    pub spent: Spend,
}

impl Engine {
    /// An engine that goes on where the last one stopped. The leases of that one have ended with it: what they had
    /// reserved counts as spent at the last moment at which it may have been, and their tasks wait again; that our own
    /// process ended is no silence of a worker's.
    pub fn restore(setup: Setup, past: Past, now: Timestamp, effects: &mut Effects) -> Self {
        let mut engine = Self::new(setup, now);
        for (limit, learnt) in past.learnt {
            engine.ledger.remember(limit, learnt);
        }
        engine.ledger.begin_full(now);
        for spend in &past.spends {
            engine.ledger.record(&spend.limits, &spend.spent, spend.arrived);
        }
        for what in past.paused {
            engine.set_paused(what, true);
        }
        let kept: BTreeSet<TaskId> = past.tasks.iter().filter(|row| row.durable).map(|row| row.id).collect();
        let survives = |lease: &PastLease| {
            lease.survives.is_some() && kept.contains(&lease.task) && engine.targets.contains_key(&lease.target)
        };
        let (surviving, ended): (Vec<_>, Vec<_>) = past.leases.into_iter().partition(survives);
        let mut held: BTreeMap<TaskId, AttemptNo> = BTreeMap::new();
        for lease in &ended {
            held.insert(lease.task, lease.attempt);
            engine.close_lease(lease, effects);
        }
        for mut row in past.tasks {
            row.attempt = row.attempt.max(held.get(&row.id).copied().unwrap_or(AttemptNo(0)));
            engine.readmit(row, effects);
        }
        for lease in &surviving {
            engine.resume_lease(lease, effects);
        }
        for (what, until, why) in past.parks {
            if until > now {
                if let (Parked::Limit(id), ParkReason::QuotaRefused) = (what, why) {
                    engine.ledger.was_refused(id, now);
                }
                engine.set_park(what, until, why);
            }
        }
        engine
    }

    /// An open task waits again. One that its client did not want kept has lost its client with the process.
    fn readmit(&mut self, row: TaskRow, effects: &mut Effects) {
        if self.by_id.contains_key(&row.id) {
            return;
        }
        if row.durable {
            return self.admit(row, effects);
        }
        effects.changes.push(Change::Finished {
            task: row.id,
            group: row.group,
            ending: Ending::Cancelled,
            at: self.now,
        });
    }

    /// An attempt whose worker did not end with our process is still its own.
    fn resume_lease(&mut self, lease: &PastLease, effects: &mut Effects) {
        let Some(slot) = self.by_id.get(&lease.task).copied() else {
            return self.close_lease(lease, effects);
        };
        let Some(ref enlisted) = lease.survives else { return };
        self.worker_up(enlisted);
        self.hush(enlisted.worker);
        self.unplace(slot);
        self.advance_status(slot, Event::Grant);
        let task = &mut self.tasks[slot as usize];
        task.place = HeldPlace::Leased;
        task.row.attempt = task.row.attempt.max(lease.attempt);
        let Some(target) = self.targets.get_mut(&lease.target) else {
            return;
        };
        target.in_flight += 1;
        let reserved = self
            .ledger
            .reserve(&target.spec.limits, &lease.reserved, true, lease.granted_at);
        if let Some(worker) = self.workers.get_mut(&lease.worker) {
            worker.busy += 1;
        }
        let deadline = self.now + enlisted.lease;
        self.timers
            .insert((deadline, Timer::LeaseEnd(lease.task, lease.attempt)));
        let held = Held {
            attempt: lease.attempt,
            target: lease.target,
            worker: lease.worker,
            granted_at: lease.granted_at,
            send_by: lease.send_by,
            deadline,
            cost: lease.reserved,
            reserved,
        };
        self.leases.insert(lease.task, held);
        self.touch(lease.target);
    }

    fn close_lease(&mut self, lease: &PastLease, effects: &mut Effects) {
        let arrived = self.now.max(lease.send_by) + self.bounds.on_the_way;
        self.ledger.record(&lease.limits, &lease.reserved, arrived);
        effects.changes.push(Change::AttemptEnded {
            task: lease.task,
            attempt: lease.attempt,
            target: lease.target,
            worker: lease.worker,
            granted_at: lease.granted_at,
            ended_at: arrived,
            outcome: AttemptOutcome::Silent,
            spent: lease.reserved,
        });
    }
}
