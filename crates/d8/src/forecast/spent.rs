//! When a limit is spent: what is asked of it grows at the pace that the shorter limits beside it allow, until more is asked
//! than it holds.

use std::time::Duration;

use d8_core::engine::{Outlook, Prospect, Rate, Workload};
use d8_core::id::{LimitId, TargetId};
use d8_core::limit::{Dimension, Window};
use d8_core::time::Timestamp;

use crate::bound::Class;

/// Nothing is looked for later than this.
const HORIZON: Duration = Duration::from_secs(62 * 86_400);
/// The first look ahead; each further one looks a fifth farther.
const FIRST_LOOK: f64 = 0.05;
/// What lets go again within this paces the work, and stops it for no length of time that matters.
const SHORT: Duration = Duration::from_secs(60);

/// A limit that bounds the target in time.
struct Bound {
    id: LimitId,
    dimension: Dimension,
    /// What one task takes of it.
    cost: f64,
    per: Duration,
    /// When it begins anew, where it does.
    resets: Option<Timestamp>,
}

/// What is asked of the target.
enum Demand {
    /// So many tasks wait.
    Queue(u64),
    /// Nothing waits, and it goes on like this.
    Pace(Rate),
}

/// When the first of the target's limits is spent. One that stops work for long goes before those that only pace it: where a
/// day's limit is spent this afternoon, nobody asks when the minute's is. `until`: by then everything is done.
pub(super) fn runs_out_at(
    outlook: &Outlook,
    workload: &Workload,
    id: TargetId,
    prospect: &Prospect,
    until: Option<Timestamp>,
) -> Option<Timestamp> {
    let target = outlook.target(id)?;
    let waiting = workload.classes.iter().filter(|class| class.targets.contains(&id));
    let (mut count, mut input, mut output) = (0_u64, 0.0, 0.0);
    for class in waiting {
        count += class.count;
        input += class.usual.input_tokens as f64 * class.count as f64;
        output += class.usual.output_tokens as f64 * class.count as f64;
    }
    let demand = match prospect.rate {
        _ if count > 0 => Demand::Queue(count),
        Some(rate) => {
            (input, output) = (rate.each.input_tokens as f64, rate.each.output_tokens as f64);
            Demand::Pace(rate)
        }
        None => return None,
    };
    let each = Class {
        targets: vec![id],
        count,
        input_tokens: input / count.max(1) as f64,
        output_tokens: output / count.max(1) as f64,
    };
    let bounds: Vec<Bound> = target
        .limits
        .iter()
        .filter_map(|limit| {
            let view = outlook.limit(*limit)?;
            let (dimension, per) = (view.spec.dimension, period(&view.spec.window)?);
            outlook.capacity_of(*limit, dimension, outlook.at())?;
            let cost = each.cost(dimension, &target.cost);
            (cost > 0.0).then_some(Bound {
                id: *limit,
                dimension,
                cost,
                per,
                resets: view.resets,
            })
        })
        .collect();
    let first = |long: bool| {
        let of = bounds.iter().filter(|bound| (bound.per > SHORT) == long);
        of.filter_map(|bound| spent_at(outlook, &bounds, bound, &demand, until))
            .min()
    };
    first(true).or_else(|| first(false))
}

fn spent_at(
    outlook: &Outlook,
    bounds: &[Bound],
    bound: &Bound,
    demand: &Demand,
    until: Option<Timestamp>,
) -> Option<Timestamp> {
    let start = outlook.at();
    let holds = |bound: &Bound, at: Timestamp| {
        let amount = outlook.capacity_of(bound.id, bound.dimension, at);
        amount.map_or(f64::INFINITY, |amount| (amount as f64 / bound.cost + 1e-9).floor())
    };
    let is_short = |at: Timestamp| {
        let asked = match demand {
            Demand::Queue(count) => *count as f64,
            // It is the next one that finds nothing.
            Demand::Pace(rate) => (rate.requests * at.since(start).as_secs_f64()).floor() + 1.0,
        };
        let shorter = bounds.iter().filter(|other| other.per < bound.per);
        let let_through = shorter.map(|other| holds(other, at)).fold(f64::INFINITY, f64::min);
        holds(bound, at) < asked && holds(bound, at) <= let_through
    };
    let end = start + HORIZON;
    let end = until
        .filter(|_| matches!(demand, Demand::Queue(_)))
        .unwrap_or(end)
        .min(end);
    let found = looks(start, end, bounds)
        .scan(start, |before, at| Some((std::mem::replace(before, at), at)))
        .find(|(_, at)| is_short(*at))?;
    let (mut low, mut high) = (found.0.as_micros(), found.1.as_micros());
    while high - low > 1_000.max((high - start.as_micros()) / 1_000) {
        let middle = low + (high - low) / 2;
        if is_short(Timestamp::from_micros(middle)) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(Timestamp::from_micros(high))
}

/// The moments to look at, ascending: ever farther apart, and each last one before a limit begins anew.
fn looks(start: Timestamp, end: Timestamp, bounds: &[Bound]) -> impl Iterator<Item = Timestamp> {
    let mut ahead = FIRST_LOOK;
    let mut all = vec![start];
    while let Ok(length) = Duration::try_from_secs_f64(ahead) {
        let at = start + length;
        if at >= end {
            break;
        }
        all.push(at);
        ahead *= 1.2;
    }
    let resets = bounds.iter().filter_map(|bound| bound.resets);
    all.extend(
        resets
            .map(|reset| reset.offset(-1))
            .filter(|at| *at > start && *at < end),
    );
    all.push(end);
    all.sort_unstable();
    all.into_iter()
}

/// None for what time does not bound.
fn period(window: &Window) -> Option<Duration> {
    match window {
        Window::InFlight => None,
        Window::Bucket { per } | Window::Sliding { per } | Window::Fixed { per } => Some(*per),
        Window::Resets(edges) => {
            let length = edges.windows(2).map(|pair| pair[1].since(pair[0])).max();
            Some(length.unwrap_or(Duration::from_secs(86_400)))
        }
    }
}
