//! What the store remembers, in the engine's terms.

use std::time::Duration;

use d8_core::change::ParkReason;
use d8_core::engine::{Past, PastLease, PastSpend};
use d8_core::id::{LimitId, TargetId};
use d8_core::time::Timestamp;
use d8_core::worker::Enlisted;
use d8_store::{LeaseRow, Loaded, PastSpend as StoredSpend, Store, StoreError, Which};

/// Records can be a little out of order: so much more is read.
pub(super) const DISORDER: Duration = Duration::from_secs(60);

/// What only whoever opens the store knows.
pub(crate) struct Recall<'a> {
    /// Which open tasks come back.
    pub(crate) which: Which<'a>,
    /// How long spending counts.
    pub(crate) memory: Duration,
    /// The time, no earlier than the newest record.
    pub(crate) now: &'a dyn Fn(Timestamp) -> Timestamp,
    /// The limits that a target counts against, as things are configured now.
    pub(crate) limits_of: &'a dyn Fn(TargetId) -> Vec<LimitId>,
    /// The worker of a lease, where it did not end with our process.
    pub(crate) survivor: &'a dyn Fn(&LeaseRow) -> Option<Enlisted>,
}

impl Recall<'_> {
    /// Reads the store.
    pub(crate) fn from(&self, store: &dyn Store) -> Result<(Past, Loaded), StoreError> {
        let mut past = Past::default();
        let loaded = store.load(self.which, &mut |row| past.tasks.push(row))?;
        let now = (self.now)(loaded.newest);
        store.spends_since(now - self.memory - DISORDER, &mut |spend| {
            self.remember(spend, &mut past);
        })?;
        // What was stored ahead of its use may all have been used.
        let ahead = loaded.allowances.iter().map(|(target, spent)| PastSpend {
            limits: (self.limits_of)(*target),
            arrived: now,
            spent: *spent,
        });
        past.spends.extend(ahead);
        past.spends.sort_by_key(|spend| spend.arrived);
        past.learnt = loaded
            .learnt
            .iter()
            .map(|learnt| (learnt.limit, learnt.learnt))
            .collect();
        // Keys and money may have been mended meanwhile: they are tried again.
        let passing = |why| matches!(why, ParkReason::QuotaRefused | ParkReason::Overloaded);
        let parks = loaded.parks.iter().filter(|park| passing(park.why));
        past.parks = parks.map(|park| (park.what, park.until, park.why)).collect();
        past.paused.clone_from(&loaded.pauses);
        Ok((past, loaded))
    }

    fn remember(&self, spend: StoredSpend, past: &mut Past) {
        match spend {
            StoredSpend::Ended(attempt) => past.spends.push(PastSpend {
                limits: (self.limits_of)(attempt.target),
                arrived: attempt.ended_at,
                spent: attempt.spent,
            }),
            StoredSpend::Open(lease) => past.leases.push(PastLease {
                task: lease.task,
                attempt: lease.attempt,
                target: lease.target,
                worker: lease.worker,
                limits: (self.limits_of)(lease.target),
                granted_at: lease.granted_at,
                send_by: lease.send_by,
                reserved: lease.reserved,
                survives: (self.survivor)(&lease),
            }),
        }
    }
}
