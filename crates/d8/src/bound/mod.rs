//! The bound: the least time in which limits allow some work to be done, were everything known beforehand. No schedule is
//! faster.
//!
//! Tasks with the same targets and the same size are a class. Of each class some part goes to each of its targets; of each
//! limit no more can be taken by a moment than it holds, lets go and lets go again until then. The earliest moment at which
//! all parts fit is found by bisection, whether they fit by linear programming (`flow`), or by hand where that is exact.

mod flow;
mod merge;

use std::collections::BTreeMap;
use std::time::Duration;

use d8_core::engine::Outlook;
use d8_core::id::{LimitId, TargetId};
use d8_core::limit::Dimension;
use d8_core::time::Timestamp;
use d8_core::usage::CostRule;

use flow::Share;

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
    fn cost(&self, dimension: Dimension, rule: &CostRule) -> f64 {
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
}

impl Capacity for Outlook {
    fn until(&self, limit: LimitId, dimension: Dimension, moment: Timestamp) -> Option<f64> {
        self.capacity_of(limit, dimension, moment).map(|amount| amount as f64)
    }
}

/// The earliest moment by which the last of this work can have been started. `None` where no limit bounds it, or where it
/// can never be done.
pub fn earliest(outlook: &Outlook, capacity: &dyn Capacity, classes: &[Class]) -> Option<Timestamp> {
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
    while high - low > GRAIN {
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
    limits: Vec<(LimitId, Dimension)>,
    classes: &'a [Class],
    /// Of each class, where it can go: what all of it would take of each limit there.
    ways: Vec<Vec<Way>>,
}

/// A class at a target: the limits by their places among the question's, with what one task takes.
type Way = Vec<(usize, f64)>;

impl<'a> Question<'a> {
    /// None where nothing is asked, or where some work has no target or one without limits: then time sets no bound.
    fn new(outlook: &Outlook, capacity: &'a dyn Capacity, classes: &'a [Class]) -> Option<Self> {
        let mut known: BTreeMap<LimitId, usize> = BTreeMap::new();
        let mut limits: Vec<(LimitId, Dimension)> = Vec::new();
        let mut ways = Vec::new();
        for class in classes {
            let mut of_class = Vec::new();
            for target in class.targets.iter().filter_map(|target| outlook.target(*target)) {
                let mut way = Way::new();
                for id in &target.limits {
                    let Some(dimension) = outlook.dimension(*id) else {
                        continue;
                    };
                    let cost = class.cost(dimension, &target.cost);
                    if cost <= 0.0 || capacity.until(*id, dimension, outlook.at()).is_none() {
                        continue;
                    }
                    let at = *known.entry(*id).or_insert_with(|| {
                        limits.push((*id, dimension));
                        limits.len() - 1
                    });
                    way.push((at, cost));
                }
                of_class.push(way);
            }
            ways.push(of_class);
        }
        let is_bound = !limits.is_empty() && ways.iter().all(|ways| !ways.is_empty());
        is_bound.then_some(Self {
            capacity,
            limits,
            classes,
            ways,
        })
    }

    /// Whether all of it can have been started by then.
    fn fits(&self, moment: Timestamp) -> bool {
        let capacities: Vec<f64> = self
            .limits
            .iter()
            .map(|(id, dimension)| self.capacity.until(*id, *dimension, moment).unwrap_or(f64::INFINITY))
            .collect();
        match (self.classes, self.ways.as_slice()) {
            ([class], [ways]) if is_apart(ways) => fits_one(class.count, ways, &capacities),
            _ if self.ways.iter().all(|ways| ways.len() == 1) => self.fits_without_choice(&capacities),
            _ => self.fits_by_flow(&capacities),
        }
    }

    fn fits_without_choice(&self, capacities: &[f64]) -> bool {
        let mut taken = vec![0.0; capacities.len()];
        for (class, ways) in self.classes.iter().zip(&self.ways) {
            for (limit, cost) in ways.iter().flatten() {
                taken[*limit] += cost * class.count as f64;
            }
        }
        taken.iter().zip(capacities).all(|(taken, capacity)| taken <= capacity)
    }

    fn fits_by_flow(&self, capacities: &[f64]) -> bool {
        let mut shares = Vec::new();
        for (class, (of, ways)) in self.classes.iter().zip(&self.ways).enumerate() {
            for way in ways {
                let part = |(limit, cost): &(usize, f64)| (*limit, cost * of.count as f64 / capacities[*limit]);
                // What holds nothing yet serves nothing yet.
                if way.iter().all(|(limit, _)| capacities[*limit] > 0.0) {
                    shares.push(Share {
                        class,
                        takes: way.iter().map(part).filter(|(_, part)| *part > 0.0).collect(),
                    });
                }
            }
        }
        flow::fits(self.classes.len(), capacities.len(), &shares)
    }
}

/// No limit counts for two of them.
fn is_apart(ways: &[Way]) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    ways.iter().flatten().all(|(limit, _)| seen.insert(*limit))
}

/// Exact for tasks of one size at targets that share nothing: each takes as many whole ones as its tightest limit allows.
fn fits_one(count: u64, ways: &[Way], capacities: &[f64]) -> bool {
    let most = |way: &Way| {
        let by = way
            .iter()
            .map(|(limit, cost)| (capacities[*limit] / cost + 1e-9).floor());
        by.fold(f64::INFINITY, f64::min)
    };
    ways.iter().map(most).sum::<f64>() >= count as f64
}

#[cfg(test)]
mod tests;
