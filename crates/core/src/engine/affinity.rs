//! Where prompts that begin alike go: to the target that had the last of them, as its provider may still know the beginning.
//! That answers sooner and costs less. It decides only between targets that could start the task now, so that nothing
//! waits for it; and only while its target has not spent more of its day than the other, so that no quota is used up
//! before its time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Engine;
use super::dispatch::Candidate;
use crate::id::{ClientId, PrefixId, TargetId};
use crate::time::Timestamp;

/// Providers keep a beginning for about so long after its last use.
const KEPT: Duration = Duration::from_secs(600);
/// So many are remembered; beyond that the oldest are forgotten.
const MOST: usize = 4_096;
/// Its target may have spent so much more of a limit than the other, in thousandths of it: enough that a beginning stays
/// in one place for a while, little enough that both are used up together.
const AHEAD: u64 = 20;

type Key = (ClientId, PrefixId);

/// The targets that had each beginning last.
#[derive(Clone, Debug, Default)]
pub(super) struct Homes {
    targets: BTreeMap<Key, (TargetId, Timestamp)>,
    by_age: BTreeSet<(Timestamp, Key)>,
}

impl Homes {
    fn of(&self, key: Key, now: Timestamp) -> Option<TargetId> {
        let (target, at) = self.targets.get(&key)?;
        (now.since(*at) < KEPT).then_some(*target)
    }

    fn settle(&mut self, key: Key, target: TargetId, now: Timestamp) {
        if let Some((_, before)) = self.targets.insert(key, (target, now)) {
            self.by_age.remove(&(before, key));
        }
        self.by_age.insert((now, key));
        if self.by_age.len() > MOST
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.targets.remove(&oldest);
        }
    }
}

impl Engine {
    /// The task's prompt is sent there.
    pub(super) fn settle_at(&mut self, slot: u32, target: TargetId) {
        let row = &self.tasks[slot as usize].row;
        if let Some(prefix) = row.prefix {
            self.homes.settle((row.client, prefix), target, self.now);
        }
    }

    /// The target that a candidate had better go to than to this one, and the same candidate as it is there: where its
    /// beginning may be known, if that target would start it now of its own accord.
    pub(super) fn home(&mut self, here: TargetId, candidate: &Candidate) -> Option<(TargetId, Candidate)> {
        let task = &self.tasks[candidate.place.slot as usize];
        let class = &self.classes[task.class.0 as usize];
        let home = self.homes.of((task.row.client, task.row.prefix?), self.now)?;
        if home == here || !class.levels[candidate.level].contains(&home) || self.closed(home).is_some() {
            return None;
        }
        let spent = |id: TargetId| {
            self.targets
                .get(&id)
                .map(|target| self.ledger.spent(&target.spec.limits))
        };
        if spent(home)? > spent(here)? + AHEAD {
            return None;
        }
        let (candidates, _) = self.candidates(home);
        let (chosen, _) = self.choose(home, &candidates);
        chosen
            .filter(|chosen| chosen.place == candidate.place)
            .map(|chosen| (home, chosen))
    }
}
