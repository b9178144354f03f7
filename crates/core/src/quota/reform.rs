//! Limits that are configured anew while requests are under way. What was counted stays counted.

use std::collections::BTreeSet;

use super::{Ledger, Reserved};
use crate::id::LimitId;
use crate::limit::{LimitSpec, Window};
use crate::time::Timestamp;
use crate::usage::Spend;

impl Ledger {
    /// A limit as it is written now. True where nobody has counted it until now.
    pub(crate) fn respecify(&mut self, id: LimitId, spec: LimitSpec, now: Timestamp) -> bool {
        if let Some(entry) = self.entries.get_mut(&id) {
            // What drained until now did so at the old rate.
            entry.count.advance(now);
            entry.count.respecify(spec);
            return false;
        }
        self.add(id, spec);
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.count.begin_full(now);
        }
        true
    }

    /// Counts something that was spent earlier, when this limit did not count it. In order of time.
    pub(crate) fn record_earlier(&mut self, id: LimitId, spent: &Spend, arrived: Timestamp, now: Timestamp) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let drained = matches!(entry.count.spec().window, Window::Bucket { per } if arrived + per < now);
        if !drained {
            let taken = spent.of(entry.count.spec().dimension);
            entry.count.record(entry.count.cut(taken, true), arrived, None);
        }
    }

    /// What a request that is under way had reserved in the limits that counted it before, carried over to those that
    /// count it now.
    pub(crate) fn carry_over(
        &mut self,
        (before, reserved): (&[LimitId], &Reserved),
        after: &[LimitId],
        cost: &Spend,
        granted_at: Timestamp,
    ) -> Reserved {
        for (id, amount) in before.iter().zip(&reserved.0) {
            if !after.contains(id)
                && let Some(entry) = self.entries.get_mut(id)
            {
                entry.count.release(*amount, granted_at);
            }
        }
        let carried = |id: &LimitId| {
            if let Some(at) = before.iter().position(|known| known == id) {
                return reserved.get(at).unwrap_or_default();
            }
            let Some(entry) = self.entries.get_mut(id) else {
                return 0;
            };
            let amount = entry.count.cut(cost.of(entry.count.spec().dimension), true);
            entry.count.reserve(amount, granted_at);
            entry.count.tolerate();
            amount
        };
        Reserved(after.iter().map(carried).collect())
    }

    /// Limits that count nothing any more are forgotten: one that comes back must learn what was spent meanwhile.
    pub(crate) fn keep_only(&mut self, ids: &BTreeSet<LimitId>) {
        self.entries.retain(|id, _| ids.contains(id));
    }
}
