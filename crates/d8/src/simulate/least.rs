//! The bound of what a policy completed in a world: what the true limits leave to us, by the providers' own clock.

use std::collections::BTreeMap;
use std::time::Duration;

use d8_core::engine::{Engine, Outlook};
use d8_core::id::{LimitId, TargetId};
use d8_core::limit::{Dimension, LimitSpec, Window};
use d8_core::setup::Setup;
use d8_core::time::Timestamp;

use super::conditions::Conditions;
use super::foreign::Foreign;
use super::ground::Ground;
use super::play::mean_size;
use super::record::Record;
use super::workload::Job;
use crate::bound::{Capacity, Class, earliest, most_within};

/// What is left of the true limits.
struct Left<'a> {
    outlook: &'a Outlook,
    /// What others took of each limit: how much each of their requests, and when.
    foreign: BTreeMap<LimitId, (f64, &'a [Duration])>,
    /// How long a request is open.
    open: Duration,
    places: BTreeMap<LimitId, u64>,
    /// When the accounts of a limit answer 503, by the providers' clock.
    outages: BTreeMap<LimitId, (Timestamp, Timestamp)>,
}

impl Capacity for Left<'_> {
    fn until(&self, limit: LimitId, dimension: Dimension, moment: Timestamp) -> Option<f64> {
        if let Some(places) = self.places.get(&limit) {
            let turns = moment.since(self.outlook.at()).as_secs_f64() / self.open.as_secs_f64().max(1e-3);
            return Some(*places as f64 * (turns + 1.0));
        }
        let amount = |at| self.outlook.capacity_of(limit, dimension, at);
        let whole = match self.outages.get(&limit) {
            Some((from, to)) if moment > *from => {
                let before = if *from > self.outlook.at() {
                    amount(from.offset(-1))?
                } else {
                    0
                };
                if moment < *to {
                    before
                } else {
                    // What was not taken by then is whole again, and no more than that.
                    let fresh = amount(self.outlook.at() + moment.since(*to))?;
                    amount(moment)?.min(before.saturating_add(fresh))
                }
            }
            _ => amount(moment)?,
        };
        let taken = self.foreign_until(limit, moment);
        Some((whole as f64 - taken).max(0.0))
    }

    fn within(&self, limit: LimitId, spec: &LimitSpec, from: Timestamp, to: Timestamp) -> f64 {
        if self.places.contains_key(&limit) {
            return f64::INFINITY;
        }
        let taken = self.foreign_until(limit, to) - self.foreign_until(limit, from);
        (most_within(spec, from, to) - taken).max(0.0)
    }
}

impl Left<'_> {
    fn foreign_until(&self, limit: LimitId, moment: Timestamp) -> f64 {
        let since = moment.since(self.outlook.at());
        self.foreign.get(&limit).map_or(0.0, |(amount, times)| {
            amount * times.partition_point(|time| *time <= since) as f64
        })
    }
}

/// The least time for some jobs, from the beginning to the last answer; none where no limit bounds it. `wider` is added to
/// each sliding window: what nobody can see of the way there.
pub(super) fn least_time(
    ground: &Ground,
    conditions: &Conditions,
    jobs: &[Job],
    record: &Record,
    wider: Duration,
) -> Option<Duration> {
    let setup = widened(&ground.truth, wider);
    let start = conditions.start.offset(conditions.clock);
    let places = setup.limits.iter().filter(|(_, spec)| spec.window == Window::InFlight);
    let places = places.map(|(id, spec)| (*id, spec.amount)).collect();
    let outlook = Engine::new(setup, start).outlook();
    let mut outages = BTreeMap::new();
    for outage in &conditions.outages {
        let of_account = ground
            .quotas
            .iter()
            .filter(|quota| quota.accounts == [outage.account.clone()]);
        for limit in of_account.flat_map(|quota| &quota.limits) {
            outages.insert(limit.id, (start + outage.from, start + outage.to));
        }
    }
    let left = Left {
        outlook: &outlook,
        foreign: foreign(ground, conditions, jobs, record),
        open: record.mean_work() + Duration::from_millis(20),
        places,
        outages,
    };
    let mut classes: BTreeMap<(usize, u64, u64), u64> = BTreeMap::new();
    let mut handed_over = Duration::ZERO;
    for index in record.completed_jobs() {
        let job = &jobs[index];
        handed_over = handed_over.max(job.after);
        *classes.entry((job.route, job.input, job.output)).or_default() += 1;
    }
    if classes.is_empty() {
        return None;
    }
    let targets: Vec<Vec<TargetId>> = ground
        .routes
        .iter()
        .map(|(_, places)| places.iter().map(|place| ground.places[*place].id).collect())
        .collect();
    let class = |((route, input, output), count): (&(usize, u64, u64), &u64)| Class {
        targets: targets[*route].clone(),
        count: *count,
        input_tokens: *input as f64,
        output_tokens: *output as f64,
    };
    let classes: Vec<Class> = classes.iter().map(class).collect();
    let ready = earliest(&outlook, &left, &classes)?.since(start);
    Some(ready.max(handed_over) + conditions.latency / 2)
}

/// What others took of each limit.
fn foreign<'a>(
    ground: &Ground,
    conditions: &Conditions,
    jobs: &[Job],
    record: &'a Record,
) -> BTreeMap<LimitId, (f64, &'a [Duration])> {
    let mut taken = BTreeMap::new();
    for (index, times) in record.foreign.iter().enumerate().filter(|(_, times)| !times.is_empty()) {
        let Some(foreign) = Foreign::new(ground, index, conditions, mean_size(jobs)) else {
            continue;
        };
        for limit in ground.quotas[index]
            .limits
            .iter()
            .filter(|limit| limit.models.contains(&foreign.model))
        {
            let amount = match limit.spec.dimension {
                Dimension::Requests => 1,
                Dimension::Tokens => foreign.tokens,
                Dimension::InputTokens => foreign.tokens / 2,
                Dimension::OutputTokens => foreign.tokens - foreign.tokens / 2,
                Dimension::Cost | Dimension::Concurrency => 0,
            };
            taken.insert(limit.id, (amount as f64, times.as_slice()));
        }
    }
    taken
}

fn widened(setup: &Setup, wider: Duration) -> Setup {
    let mut setup = setup.clone();
    for (_, spec) in &mut setup.limits {
        if let Window::Sliding { per } = &mut spec.window {
            *per += wider;
        }
    }
    setup
}
