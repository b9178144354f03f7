//! What is open, class by class, for whoever works out when it will be done. Nothing here looks at each task.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Engine, HeldPlace, Timer};
use crate::id::{AccountId, TargetId, TaskId};
use crate::queue::Class;
use crate::setup::TargetSpec;
use crate::time::Timestamp;
use crate::usage::{Estimate, Spend, Usage};
use crate::wait::Wait;

pub use super::answers::Rate;

/// So many timers are looked at for the latest start that somebody wished for.
const LOOK_BACK: usize = 1_000;
/// So many places are counted for one question.
const MOST_PLACES: usize = 10_000;

/// Tasks that wait, can be served by the same targets and have a similar size.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// Where they can be served as things are; empty where nowhere.
    pub targets: Vec<TargetId>,
    /// How many.
    pub count: u64,
    /// What one of them takes in the mean: as answers told, else the least that it can be.
    pub usual: Usage,
}

/// How a target stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Prospect {
    /// Its account.
    pub account: AccountId,
    /// Why it takes nothing, whatever the task.
    pub closed: Option<Wait>,
    /// How long an answer takes.
    pub latency: Duration,
    /// The present pace, if there is one.
    pub rate: Option<Rate>,
    /// What has to be reserved for those that come next; for any request, where none waits.
    pub next: Vec<Spend>,
}

/// What is open.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Workload {
    /// Being worked on.
    pub assigned: u64,
    /// What waits.
    pub classes: Vec<Waiting>,
    /// The latest start that a task waits for, as far as was looked.
    pub not_before: Option<Timestamp>,
    /// Each target that may still serve.
    pub targets: BTreeMap<TargetId, Prospect>,
}

/// What comes before a task.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// How many tasks.
    pub before: u64,
    /// The same class by class, the task itself included.
    pub classes: Vec<Waiting>,
}

impl Engine {
    /// What is open, class by class.
    pub fn workload(&self, now: Timestamp) -> Workload {
        let waiting = self.classes.iter().filter(|class| class.waiting() > 0);
        let due = self.timers.iter().rev().take(LOOK_BACK);
        let mut due = due.filter_map(|(at, timer)| matches!(timer, Timer::Due(_)).then_some(*at));
        let live = self.targets.keys().filter(|id| self.is_live(**id));
        let targets = live.filter_map(|id| Some((*id, self.prospect(*id, now)?)));
        Workload {
            assigned: self.leases.len() as u64,
            classes: waiting.map(|class| self.waiting(class, class.waiting())).collect(),
            not_before: due.next(),
            targets: targets.collect(),
        }
    }

    /// What comes before a task in its queue and in those that share its targets; none where it is in no queue, or where
    /// too many would have to be counted.
    pub fn line_before(&self, id: TaskId) -> Option<Line> {
        let slot = *self.by_id.get(&id)?;
        let task = &self.tasks[slot as usize];
        if task.place != HeldPlace::Queued {
            return None;
        }
        let own = &self.classes[task.class.0 as usize];
        let place = super::Place::of(&task.row, slot, &self.bounds);
        let mut most = MOST_PLACES;
        let mut before = own.queue.before(task.row.client, &place, &mut most)?;
        let mut classes = vec![self.waiting(own, before + 1)];
        let rivals = self.classes.iter().filter(|class| {
            !std::ptr::eq(*class, own)
                && !class.queue.is_empty()
                && class.targets().any(|target| own.targets().any(|mine| mine == target))
        });
        for class in rivals {
            let count = class.queue.earlier(place.order, &mut most)?;
            if count > 0 {
                before += count;
                classes.push(self.waiting(class, count));
            }
        }
        Some(Line { before, classes })
    }

    fn waiting(&self, class: &Class, count: u64) -> Waiting {
        let open = |id: &TargetId| !self.is_held_back(class, *id);
        let targets: Vec<TargetId> = class.targets().filter(open).collect();
        let (input, least) = class.mean_input();
        let known: Vec<Usage> = targets
            .iter()
            .filter_map(|id| self.targets.get(id)?.sizes.usual(input))
            .collect();
        let mean = |of: fn(&Usage) -> u64| known.iter().map(of).sum::<u64>() / known.len().max(1) as u64;
        let usual = Usage {
            input_tokens: mean(|usage| usage.input_tokens),
            output_tokens: mean(|usage| usage.output_tokens),
        };
        Waiting {
            targets,
            count,
            usual: if known.is_empty() { least } else { usual },
        }
    }

    /// Whether a target serves nothing of a class until somebody changes that.
    fn is_held_back(&self, class: &Class, id: TargetId) -> bool {
        let paused = self
            .targets
            .get(&id)
            .and_then(|target| self.accounts.get(&target.spec.account))
            .is_none_or(|account| account.paused);
        paused || self.paused_routes.contains(&class.key.route) || self.is_closed_for_good(id, &class.key.demand)
    }

    fn prospect(&self, id: TargetId, now: Timestamp) -> Option<Prospect> {
        let target = self.targets.get(&id)?;
        let heads = target.classes.iter().filter_map(|(class, _)| {
            let first = self.classes[class.0 as usize].queue.first()?;
            Some(target.reserve(&self.tasks[first.slot as usize].row.estimate))
        });
        let mut next: Vec<Spend> = heads.collect();
        if next.is_empty() {
            next.push(any(&target.spec));
        }
        Some(Prospect {
            account: target.spec.account,
            closed: self.closed(id),
            latency: target.answers.latency(),
            rate: target.answers.rate(now),
            next,
        })
    }
}

/// The smallest request that there is.
fn any(spec: &TargetSpec) -> Spend {
    spec.cost.reserve(&Estimate {
        input_tokens: 1,
        input_tokens_least: 1,
        max_output_tokens: Some(1),
    })
}
