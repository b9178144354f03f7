//! The bound: the least time in which limits allow some work to be done, were everything known beforehand. No schedule is
//! faster.
//!
//! Tasks with the same targets and the same size are a class. Of each class some part goes to each of its targets; of each
//! limit no more can be taken by a moment than it holds, lets go and lets go again until then. The earliest moment at which
//! all parts fit is found by bisection, whether they fit by linear programming (`flow`), or by hand where that is exact. What a day's
//! end frees can only be taken at the pace of the minutes after it: so time is cut where long limits begin anew (`phase`).

mod flow;
mod merge;
mod phase;

use std::collections::BTreeMap;
use std::time::Duration;

use d8_core::engine::Outlook;
use d8_core::id::{LimitId, TargetId};
use d8_core::limit::{Dimension, LimitSpec};
use d8_core::time::Timestamp;
use d8_core::usage::CostRule;

use flow::Share;
pub use phase::most_within;
use phase::{Phase, phases};

/// Nothing is looked for later than this after the beginning.
const HORIZON: Duration = Duration::from_secs(3 * 366 * 86_400);
/// How exactly the moment is found, in microseconds.
const GRAIN: i64 = 1_000;

/// Tasks with the same targets and the same size.
#[derive(Clone, PartialEq, Debug)]
pub struct Class {
    /// Where they can be served, whatever the level.
    pub targets: Vec<TargetId>,
    /// How many.
    pub count: u64,
    /// Tokens of a prompt.
    pub input_tokens: f64,
    /// Tokens of an answer.
    pub output_tokens: f64,
}

impl Class {
    /// What one of them takes of a limit at a target.
    pub(crate) fn cost(&self, dimension: Dimension, rule: &CostRule) -> f64 {
        match dimension {
            Dimension::Requests | Dimension::Concurrency => 1.0,
            Dimension::Tokens => self.input_tokens + self.output_tokens,
            Dimension::InputTokens => self.input_tokens,
            Dimension::OutputTokens => self.output_tokens,
            Dimension::Cost => {
                rule.price.input.0 as f64 * self.input_tokens + rule.price.output.0 as f64 * self.output_tokens
            }
        }
    }
}

/// How much of a limit can be taken until a moment; none where time sets no bound.
pub trait Capacity {
    /// Of this limit, which counts this.
    fn until(&self, limit: LimitId, dimension: Dimension, moment: Timestamp) -> Option<f64>;

    /// The most that can be taken from one moment to another, whatever was taken before.
    fn within(&self, _limit: LimitId, spec: &LimitSpec, from: Timestamp, to: Timestamp) -> f64 {
        most_within(spec, from, to)
    }
}

impl Capacity for Outlook {
    fn until(&self, limit: LimitId, dimension: Dimension, moment: Timestamp) -> Option<f64> {
        self.capacity_of(limit, dimension, moment).map(|amount| amount as f64)
    }
}

/// The earliest moment by which the last of this work can have been started. `None` where no limit bounds it, or where it
/// can never be done.
pub fn earliest(outlook: &Outlook, capacity: &dyn Capacity, classes: &[Class]) -> Option<Timestamp> {
    search(outlook, capacity, classes, i64::MAX)
}

/// The same to a thousandth of the way there: each step of the search costs as much as the first, and a forecast is
/// looked at, not counted with.
pub fn about(outlook: &Outlook, capacity: &dyn Capacity, classes: &[Class]) -> Option<Timestamp> {
    search(outlook, capacity, classes, 1_000)
}

/// The moment to a part of its distance, and never more exactly than matters.
fn search(outlook: &Outlook, capacity: &dyn Capacity, classes: &[Class], parts: i64) -> Option<Timestamp> {
    let classes = merge::merged(classes);
    let question = Question::new(outlook, capacity, &classes)?;
    let start = outlook.at().as_micros();
    let (mut low, mut high) = (start - 1, start);
    while !question.fits(Timestamp::from_micros(high)) {
        low = high;
        high = start + ((high - start) * 2).max(1_000_000);
        if high - start > i64::try_from(HORIZON.as_micros()).unwrap_or(i64::MAX) {
            return None;
        }
    }
    while high - low > GRAIN.max((high - start) / parts) {
        let middle = low + (high - low) / 2;
        if question.fits(Timestamp::from_micros(middle)) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(Timestamp::from_micros(high))
}

/// A workload against limits.
struct Question<'a> {
    capacity: &'a dyn Capacity,
    start: Timestamp,
    limits: Vec<(LimitId, LimitSpec)>,
    classes: &'a [Class],
    /// Of each class, where it can go.
    ways: Vec<Vec<Way>>,
}

/// A class at a target: the limits by their places among the question's, with what one task takes.
type Way = Vec<(usize, f64)>;

/// What each limit allows in a phase: from the beginning to its end, and within it.
struct Room {
    until: Vec<f64>,
    within: Vec<f64>,
}

impl<'a> Question<'a> {
    /// None where nothing is asked, or where some work has no target or one without limits: then time sets no bound.
    fn new(outlook: &Outlook, capacity: &'a dyn Capacity, classes: &'a [Class]) -> Option<Self> {
        let mut known: BTreeMap<LimitId, usize> = BTreeMap::new();
        let mut limits: Vec<(LimitId, LimitSpec)> = Vec::new();
        let mut ways = Vec::new();
        for class in classes {
            let mut of_class = Vec::new();
            for target in class.targets.iter().filter_map(|target| outlook.target(*target)) {
                let mut way = Way::new();
                for id in &target.limits {
                    let at = match known.get(id) {
                        Some(at) => *at,
                        None => {
                            let Some(spec) = bounding(outlook, capacity, *id) else {
                                continue;
                            };
                            limits.push((*id, spec));
                            known.insert(*id, limits.len() - 1);
                            limits.len() - 1
                        }
                    };
                    let cost = class.cost(limits[at].1.dimension, &target.cost);
                    if cost > 0.0 {
                        way.push((at, cost));
                    }
                }
                of_class.push(way);
            }
            ways.push(of_class);
        }
        let is_bound = !limits.is_empty() && ways.iter().all(|ways| !ways.is_empty());
        is_bound.then_some(Self {
            capacity,
            start: outlook.at(),
            limits,
            classes,
            ways,
        })
    }

    /// Whether all of it can have been started by then.
    fn fits(&self, moment: Timestamp) -> bool {
        let specs = self.limits.iter().map(|(_, spec)| spec);
        let rooms: Vec<Room> = phases(specs, self.start, moment)
            .iter()
            .map(|phase| self.room(phase))
            .collect();
        match (self.classes, self.ways.as_slice()) {
            ([class], [ways]) if is_apart(ways) => fits_one(class.count, ways, &rooms),
            _ => self.fits_by_flow(&rooms),
        }
    }

    fn room(&self, phase: &Phase) -> Room {
        let until = |(id, spec): &(LimitId, LimitSpec)| {
            let amount = self.capacity.until(*id, spec.dimension, phase.to);
            amount.unwrap_or(f64::INFINITY)
        };
        let within = |(id, spec): &(LimitId, LimitSpec)| self.capacity.within(*id, spec, phase.from, phase.to);
        Room {
            until: self.limits.iter().map(until).collect(),
            within: self.limits.iter().map(within).collect(),
        }
    }

    /// Each class in each phase at each target is a flow. It takes of what its limits hold within the phase, and of what
    /// they hold until the end of this phase and of each later one.
    fn fits_by_flow(&self, rooms: &[Room]) -> bool {
        let count = self.limits.len();
        let row = |phase: usize, limit: usize, within: bool| (phase * 2 + usize::from(within)) * count + limit;
        let mut shares = Vec::new();
        for (class, (of, ways)) in self.classes.iter().zip(&self.ways).enumerate() {
            for (way, phase) in ways
                .iter()
                .flat_map(|way| (0..rooms.len()).map(move |phase| (way, phase)))
            {
                let mut takes = Vec::new();
                let mut holds = true;
                for (limit, cost) in way {
                    let all = cost * of.count as f64;
                    let mut take = |row: usize, room: f64| {
                        // What holds nothing yet serves nothing yet.
                        holds &= room > 0.0;
                        takes.push((row, all / room));
                    };
                    take(row(phase, *limit, true), rooms[phase].within[*limit]);
                    for (later, room) in rooms.iter().enumerate().skip(phase) {
                        take(row(later, *limit, false), room.until[*limit]);
                    }
                }
                if holds {
                    takes.retain(|(_, part)| *part > 0.0);
                    shares.push(Share { class, takes });
                }
            }
        }
        flow::fits(self.classes.len(), rooms.len() * 2 * count, &shares)
    }
}

/// A limit that time bounds, with what it is known to hold.
fn bounding(outlook: &Outlook, capacity: &dyn Capacity, id: LimitId) -> Option<LimitSpec> {
    let view = outlook.limit(id)?;
    capacity.until(id, view.spec.dimension, outlook.at())?;
    Some(LimitSpec {
        amount: view.amount,
        ..view.spec
    })
}

/// No limit counts for two of them.
fn is_apart(ways: &[Way]) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    ways.iter().flatten().all(|(limit, _)| seen.insert(*limit))
}

/// Exact for tasks of one size at targets that share nothing: each takes as many whole ones as its tightest limit allows.
fn fits_one(count: u64, ways: &[Way], rooms: &[Room]) -> bool {
    let whole = |way: &Way, amounts: &[f64]| {
        let by = way.iter().map(|(limit, cost)| (amounts[*limit] / cost + 1e-9).floor());
        by.fold(f64::INFINITY, f64::min)
    };
    let most = |way: &Way| {
        rooms.iter().fold(0.0, |done, room| {
            f64::min(done + whole(way, &room.within), whole(way, &room.until))
        })
    };
    ways.iter().map(most).sum::<f64>() >= count as f64
}

#[cfg(test)]
mod tests;
