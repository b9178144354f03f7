//! The engine as it was, from what the store remembers. What is not known to be unspent is spent.

use crate::change::{AttemptOutcome, Change, ParkReason, Parked, TaskRow};
use crate::id::{AttemptNo, LimitId, TargetId, TaskId, WorkerId};
use crate::message::Effects;
use crate::setup::Setup;
use crate::time::Timestamp;
use crate::usage::Spend;

use super::Engine;

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
    pub learnt: Vec<(LimitId, u64)>,
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
        for (limit, amount) in past.learnt {
            engine.ledger.learn(limit, amount);
        }
        engine.ledger.begin_full(now);
        for spend in &past.spends {
            engine.ledger.record(&spend.limits, &spend.spent, spend.arrived);
        }
        let mut held: Vec<(TaskId, AttemptNo)> = Vec::new();
        for lease in past.leases {
            held.push((lease.task, lease.attempt));
            engine.close_lease(&lease, effects);
        }
        held.sort_unstable();
        for mut row in past.tasks {
            if let Ok(at) = held.binary_search_by_key(&row.id, |(task, _)| *task) {
                row.attempt = row.attempt.max(held[at].1);
            }
            if !engine.by_id.contains_key(&row.id) {
                engine.admit(row, effects);
            }
        }
        for (what, until, why) in past.parks {
            if until > now {
                engine.set_park(what, until, why);
            }
        }
        engine
    }

    fn close_lease(&mut self, lease: &PastLease, effects: &mut Effects) {
        let arrived = self.now.max(lease.send_by);
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
