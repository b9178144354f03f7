//! Where time is cut: long limits begin anew at moments of their own, and what they free then is taken at the pace that the
//! short ones allow.

use std::time::Duration;

use d8_core::limit::{LimitSpec, Window};
use d8_core::time::Timestamp;

/// From one moment to another, both included.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) struct Phase {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

/// The latest so many cuts are looked at: fewer make the bound lower, never wrong.
const CUTS: usize = 6;
/// What begins anew more often than this is short.
const LONG: Duration = Duration::from_secs(600);

/// The phases from the start to a moment. Without a long limit among shorter ones there is one.
pub(super) fn phases<'a>(
    limits: impl Iterator<Item = &'a LimitSpec> + Clone,
    start: Timestamp,
    end: Timestamp,
) -> Vec<Phase> {
    let shortest = limits.clone().filter_map(period).min();
    let is_long = |limit: &&LimitSpec| period(limit) > shortest && period(limit) >= Some(LONG);
    let mut cuts: Vec<Timestamp> = limits
        .filter(is_long)
        .flat_map(|limit| beginnings(&limit.window, start, end))
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    let latest = cuts.split_off(cuts.len().saturating_sub(CUTS));
    let mut phases = Vec::new();
    let mut from = start;
    for cut in latest {
        phases.push(Phase {
            from,
            to: cut.offset(-1),
        });
        from = cut;
    }
    phases.push(Phase { from, to: end });
    phases
}

fn period(limit: &LimitSpec) -> Option<Duration> {
    match &limit.window {
        Window::InFlight => None,
        Window::Bucket { per } | Window::Sliding { per } | Window::Fixed { per } => Some(*per),
        Window::Resets(edges) => {
            let lengths = edges.windows(2).map(|pair| pair[1].since(pair[0]));
            lengths.min().or(Some(Duration::MAX))
        }
    }
}

/// The latest moments after the start, up to the end, at which a limit begins anew. A bucket never does: it goes on.
fn beginnings(window: &Window, start: Timestamp, end: Timestamp) -> Vec<Timestamp> {
    let steps = |first: i64, per: Duration| -> Vec<Timestamp> {
        let per = i64::try_from(per.as_micros()).unwrap_or(i64::MAX).max(1);
        let last = (end.as_micros() - first).div_euclid(per);
        let steps = (last - CUTS as i64 + 1).max(1)..=last;
        steps.map(|step| Timestamp::from_micros(first + step * per)).collect()
    };
    match window {
        Window::InFlight | Window::Bucket { .. } => Vec::new(),
        Window::Sliding { per } => steps(start.as_micros(), *per),
        Window::Fixed { per } => {
            let length = i64::try_from(per.as_micros()).unwrap_or(i64::MAX).max(1);
            steps(start.as_micros().div_euclid(length) * length, *per)
        }
        Window::Resets(edges) => {
            let between = edges.iter().copied().filter(|edge| *edge > start && *edge <= end);
            between.collect()
        }
    }
}

/// The most that a limit lets through from one moment to another.
pub fn most_within(limit: &LimitSpec, from: Timestamp, to: Timestamp) -> f64 {
    let amount = limit.amount as f64;
    let length = to.since(from);
    let periods = |per: Duration| length.as_secs_f64() / per.as_secs_f64().max(1e-9);
    match &limit.window {
        Window::InFlight => f64::INFINITY,
        Window::Bucket { per } => amount * (1.0 + periods(*per)),
        Window::Sliding { per } => amount * (periods(*per).floor() + 1.0),
        Window::Fixed { per } => {
            let step = i64::try_from(per.as_micros()).unwrap_or(i64::MAX).max(1);
            let edges = to.as_micros().div_euclid(step) - from.as_micros().div_euclid(step);
            amount * (edges as f64 + 1.0)
        }
        Window::Resets(edges) => {
            let edges = edges.partition_point(|edge| *edge <= to) - edges.partition_point(|edge| *edge <= from);
            amount * (edges as f64 + 1.0)
        }
    }
}
