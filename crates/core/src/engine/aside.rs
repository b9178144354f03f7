//! What went to a provider past the engine: no task, no lease, but spent.

use super::Engine;
use crate::change::{AttemptOutcome, Change};
use crate::id::AttemptNo;
use crate::message::{Aside, Effects};
use crate::usage::Spend;

impl Engine {
    pub(super) fn spent_aside(&mut self, aside: &Aside, effects: &mut Effects) {
        let Some(target) = self.targets.get(&aside.target) else {
            return;
        };
        let spent = Spend {
            requests: aside.requests,
            ..target.spec.cost.settled(aside.usage)
        };
        // Nothing of it is under way any more, however the clocks differ.
        let at = aside.at.min(self.now);
        let clock = self.clock_of(aside.target);
        self.ledger.count_aside(&target.spec.limits, &spent, at, clock);
        self.touch(aside.target);
        effects.changes.push(Change::AttemptEnded {
            task: aside.task,
            attempt: AttemptNo(1),
            target: aside.target,
            worker: aside.worker,
            granted_at: at,
            ended_at: at,
            outcome: AttemptOutcome::Answered,
            spent,
        });
    }
}
