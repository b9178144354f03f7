//! When an account's quota runs out, when the next request can start there, and when everything that is open is done:
//! worked out when somebody asks, from the limits and the queues as they stand, and never stored.
//!
//! "All done" is the bound over what is open (`bound`), plus what an answer usually takes. It is what the quotas allow if
//! nothing else comes in and nobody else spends them: it can come later, never much sooner.

mod spent;
mod turn;

use std::collections::BTreeMap;
use std::time::Duration;

use d8_core::Free;
use d8_core::engine::{Outlook, Prospect, Waiting, Workload};
use d8_core::id::{AccountId, LimitId, TargetId};
use d8_core::limit::Dimension;
use d8_core::time::Timestamp;
use d8_core::wait::WaitCode;

use crate::bound::{Capacity, Class, about};

pub use turn::expected_start;

/// What is to be expected.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Forecast {
    /// How many tasks are open.
    pub open: u64,
    /// When all of them are done; none where nothing is open, where some can be served by nobody as things are, or where
    /// no limit says how long it takes.
    pub all_done_at: Option<Timestamp>,
    /// Each account that may still serve.
    pub accounts: BTreeMap<AccountId, Expected>,
}

/// What is to be expected of an account.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Expected {
    /// When one of its limits is spent, by what waits or at the present pace.
    pub runs_out_at: Option<Timestamp>,
    /// When the next request can start there.
    pub next_start_at: Option<Timestamp>,
}

impl Forecast {
    /// From what is open and the limits as they stand.
    pub fn new(outlook: &Outlook, workload: &Workload) -> Self {
        let waiting: u64 = workload.classes.iter().map(|class| class.count).sum();
        let mut forecast = Self {
            open: waiting + workload.assigned,
            all_done_at: all_done_at(outlook, workload),
            ..Self::default()
        };
        // Each look at a limit brings it up to date first.
        let mut current = outlook.clone();
        let until = forecast.all_done_at.filter(|_| waiting > 0);
        for (id, prospect) in &workload.targets {
            let next = next_start(&mut current, *id, prospect);
            let out = spent::runs_out_at(outlook, workload, *id, prospect, until);
            let account = forecast.accounts.entry(prospect.account).or_default();
            account.next_start_at = soonest(account.next_start_at, next);
            account.runs_out_at = soonest(account.runs_out_at, out);
        }
        forecast
    }
}

/// The sooner of two, if there is any.
fn soonest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

fn all_done_at(outlook: &Outlook, workload: &Workload) -> Option<Timestamp> {
    let classes = &workload.classes;
    if classes.is_empty() && workload.assigned == 0 || classes.iter().any(|class| class.targets.is_empty()) {
        return None;
    }
    let started = if classes.is_empty() {
        outlook.at()
    } else {
        about(outlook, &Present::new(outlook, workload), &merged(classes))?
    };
    let busy = |id: &TargetId| classes.is_empty() || classes.iter().any(|class| class.targets.contains(id));
    let latencies = workload.targets.iter().filter(|(id, _)| busy(id));
    let latency = latencies.map(|(_, prospect)| prospect.latency).max();
    Some(started.max(workload.not_before.unwrap_or(started)) + latency.unwrap_or_default())
}

/// One class for all that can go to the same targets: a page may ask every second, and what the sizes differ by is far
/// below what nobody knows anyway.
fn merged(classes: &[Waiting]) -> Vec<Class> {
    let mut sums: BTreeMap<Vec<TargetId>, (u64, f64, f64)> = BTreeMap::new();
    for class in classes {
        let mut targets = class.targets.clone();
        targets.sort_unstable();
        targets.dedup();
        let (count, input, output) = sums.entry(targets).or_default();
        *count += class.count;
        *input += class.usual.input_tokens as f64 * class.count as f64;
        *output += class.usual.output_tokens as f64 * class.count as f64;
    }
    let classes = sums.into_iter().map(|(targets, (count, input, output))| Class {
        targets,
        count,
        input_tokens: input / count.max(1) as f64,
        output_tokens: output / count.max(1) as f64,
    });
    classes.collect()
}

/// When the target can start a request, as far as anybody can say.
fn next_start(current: &mut Outlook, id: TargetId, prospect: &Prospect) -> Option<Timestamp> {
    let now = current.at();
    // Parked for good.
    current.target(id)?;
    let after_answer = now + prospect.latency;
    let open = match prospect.closed {
        None => now,
        Some(wait) => match (wait.until, wait.code) {
            (Some(until), _) => until.max(now),
            (None, WaitCode::Workers | WaitCode::Parked(_)) => after_answer,
            (None, _) => return None,
        },
    };
    let fits = prospect.next.iter().filter_map(|cost| current.fits_at(id, cost));
    let fits = match fits.min()? {
        Free::At(at) => at,
        Free::AfterAnswer => after_answer,
    };
    Some(open.max(fits))
}

/// What the limits hold, as the ledger has it; nothing before a parked account takes work again, and as many at once as may
/// be open as often as they are answered.
struct Present<'a> {
    outlook: &'a Outlook,
    /// Until when all targets of a limit are parked.
    parked: BTreeMap<LimitId, Timestamp>,
    /// How long an answer takes, where that decides.
    latency: BTreeMap<LimitId, Duration>,
}

impl<'a> Present<'a> {
    fn new(outlook: &'a Outlook, workload: &Workload) -> Self {
        let mut parked: BTreeMap<LimitId, Timestamp> = BTreeMap::new();
        let mut latency: BTreeMap<LimitId, Duration> = BTreeMap::new();
        for (id, prospect) in &workload.targets {
            let Some(target) = outlook.target(*id) else { continue };
            let until = match prospect.closed {
                Some(wait) if matches!(wait.code, WaitCode::Parked(_)) => wait.until,
                _ => None,
            };
            let until = until.unwrap_or(outlook.at());
            for limit in &target.limits {
                let known = parked.entry(*limit).or_insert(until);
                *known = until.min(*known);
                let known = latency.entry(*limit).or_insert(prospect.latency);
                *known = prospect.latency.min(*known);
            }
        }
        Self {
            outlook,
            parked,
            latency,
        }
    }
}

impl Capacity for Present<'_> {
    fn until(&self, limit: LimitId, dimension: Dimension, moment: Timestamp) -> Option<f64> {
        if dimension == Dimension::Concurrency {
            let most = self.outlook.limit(limit)?.amount;
            let latency = self.latency.get(&limit)?.as_secs_f64().max(1e-3);
            let rounds = 1.0 + moment.since(self.outlook.at()).as_secs_f64() / latency;
            return (most < u64::MAX).then_some(most as f64 * rounds);
        }
        let amount = Capacity::until(self.outlook, limit, dimension, moment)?;
        let is_parked = self.parked.get(&limit).is_some_and(|until| moment < *until);
        Some(if is_parked { 0.0 } else { amount })
    }
}

#[cfg(test)]
mod tests;
