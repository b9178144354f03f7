//! Gives work to places: a level's before the next one's, the cheapest first, each as much as its limits let through.
//!
//! Work that can go to few places goes first. Limits that several places share are counted once. This is the most that can be
//! done where shared limits lie within each other, as those of a model within those of its account do.

use std::collections::BTreeMap;

use super::money::Money;
use super::place::{Bound, Place, most};
use super::work::{Demand, Work};
use super::{a_day, a_day_at_most};

/// Some work, and the places where it can be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Class {
    pub(crate) work: Work,
    /// Places by their index, each with its level: 0 primary, 1 backup, 2 last resort.
    pub(crate) ways: Vec<(usize, usize)>,
}

/// What became of a place.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Share {
    /// The work it gets.
    pub(crate) gets: Demand,
    /// The tasks that its capacity is counted in: those it gets, or usual ones. What matters of it is the size.
    pub(crate) counted_in: Demand,
    /// So many more tasks of that size it could do; none where no limit is known.
    pub(crate) spare: Option<u128>,
    /// What it could do were it alone; none where no limit is known.
    pub(crate) bound: Option<Bound>,
    /// What its work costs, in and out; none where the price is not known.
    pub(crate) cost: Option<(Money, Money)>,
    /// The least level at which any work can go there.
    pub(crate) level: usize,
}

impl Share {
    /// Tasks a month that it can do, beside what others take of limits they share.
    pub(crate) fn capacity(&self) -> Option<u128> {
        self.spare.map(|spare| spare + self.gets.requests)
    }

    /// Tasks a day that it gets: the last part of one counts, but never above what it can do.
    pub(crate) fn gets_a_day(&self) -> u128 {
        let gets = a_day_at_most(self.gets.requests);
        self.capacity()
            .map_or(gets, |capacity| gets.min(a_day(capacity).max(1)))
    }
}

/// Who does what.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Plan {
    /// All the work.
    pub(crate) demand: Demand,
    /// For each place.
    pub(crate) shares: Vec<Share>,
    /// Of each class, the tasks a month that nobody can do.
    pub(crate) undone: Vec<u128>,
    /// Places of one level differ in price, and some of the work goes there: D8 itself does not choose by price.
    pub(crate) price_decides: bool,
}

impl Plan {
    /// Tasks a month that can be done in all; none where a place without known limits is among them.
    pub(crate) fn capacity(&self) -> Option<u128> {
        self.shares.iter().map(Share::capacity).sum()
    }

    /// Tasks a month that do not fit.
    pub(crate) fn too_many(&self) -> u128 {
        self.undone.iter().sum()
    }

    /// The cost of what fits, in and out, as far as it is known, and whether that is all of it.
    pub(crate) fn cost(&self) -> (Money, Money, bool) {
        let working = self.shares.iter().filter(|share| share.gets.requests > 0);
        working.fold(
            (Money::default(), Money::default(), true),
            |(input, output, all), share| match share.cost {
                Some((more_in, more_out)) => (input + more_in, output + more_out, all),
                None => (input, output, false),
            },
        )
    }
}

/// Works out who does what. The capacity of a place that gets nothing is counted in tasks of the
/// `usual` size.
pub(crate) fn share(places: &[Place], classes: &[Class], usual: Demand) -> Plan {
    let mut left = Left::new(places);
    let mut plan = Plan {
        demand: classes
            .iter()
            .fold(Demand::default(), |all, class| all.and(class.work.demand)),
        shares: vec![Share::default(); places.len()],
        undone: vec![0; classes.len()],
        price_decides: false,
    };
    for (share, at) in plan.shares.iter_mut().zip(0..) {
        let levels = classes
            .iter()
            .flat_map(|class| &class.ways)
            .filter(|(place, _)| *place == at);
        share.level = levels.map(|(_, level)| *level).min().unwrap_or(0);
    }
    let mut served: Vec<Vec<Demand>> = vec![Vec::new(); places.len()];
    for (members, class) in &together(classes) {
        let demand = class.work.demand;
        let mut open = demand.requests;
        for (place, level) in in_order(places, class) {
            let room = left.room(&places[place], demand);
            let taken = room.map_or(open, |room| room.min(open));
            if taken > 0 {
                let part = demand.of(taken);
                left.take(&places[place], part);
                plan.shares[place].gets = plan.shares[place].gets.and(part);
                served[place].push(demand);
                plan.price_decides |= differ_in_price(places, class, level);
            }
            open -= taken;
        }
        // Each member has its part of what nobody can do.
        let mut before = (0, 0);
        for member in members {
            let to_do = before.0 + classes[*member].work.demand.requests;
            let undone = (open * to_do).checked_div(demand.requests).unwrap_or_default();
            plan.undone[*member] = undone - before.1;
            before = (to_do, undone);
        }
    }
    for ((place, share), served) in places.iter().zip(&mut plan.shares).zip(served) {
        share.counted_in = match served.as_slice() {
            [] => usual,
            [one] => *one,
            _ => share.gets,
        };
        share.cost = place.cost(share.gets);
        share.bound = place.bound(share.counted_in);
        share.spare = left.room(place, share.counted_in);
        if let Some(spare) = share.spare {
            left.take(place, share.counted_in.of(spare));
        }
    }
    plan
}

/// Classes that can go to the same places are one: their tasks come mixed, and of what does not fit each has its part. Those
/// with few ways first.
fn together(classes: &[Class]) -> Vec<(Vec<usize>, Class)> {
    let mut all: Vec<(Vec<usize>, Class)> = Vec::new();
    for (at, class) in classes.iter().enumerate() {
        match all.iter_mut().find(|(_, other)| other.ways == class.ways) {
            Some((members, other)) => {
                members.push(at);
                other.work.demand = other.work.demand.and(class.work.demand);
            }
            None => all.push((vec![at], class.clone())),
        }
    }
    all.sort_by_key(|(_, class)| class.ways.len());
    all
}

/// Levels in order; within one the cheapest first, and of those the ones whose limits are known.
fn in_order(places: &[Place], class: &Class) -> Vec<(usize, usize)> {
    let mut ways = class.ways.clone();
    ways.sort_by_key(|(place, level)| {
        let place = &places[*place];
        (*level, expense(place, class), place.lids.is_empty())
    });
    ways
}

fn expense(place: &Place, class: &Class) -> u128 {
    place
        .cost(class.work.demand)
        .map_or(u128::MAX, |(input, output)| (input + output).0)
}

fn differ_in_price(places: &[Place], class: &Class, level: usize) -> bool {
    let mut prices = class
        .ways
        .iter()
        .filter(|(_, of)| *of == level)
        .map(|(place, _)| expense(&places[*place], class));
    let first = prices.next();
    prices.any(|price| Some(price) != first)
}

/// What is left of every limit in a month.
struct Left(BTreeMap<String, u128>);

impl Left {
    fn new(places: &[Place]) -> Self {
        let lids = places.iter().flat_map(|place| &place.lids);
        Self(lids.map(|lid| (lid.key.clone(), lid.month)).collect())
    }

    /// How many tasks of this size still fit; none where no limit holds them.
    fn room(&self, place: &Place, demand: Demand) -> Option<u128> {
        if place.bound(demand)?.too_large {
            return Some(0);
        }
        let rooms = place.lids.iter().filter_map(|lid| {
            let left = self.0.get(&lid.key).copied().unwrap_or(0);
            most(left, place.takes(lid, demand), demand.requests)
        });
        rooms.min()
    }

    fn take(&mut self, place: &Place, part: Demand) {
        for lid in &place.lids {
            let takes = place.takes(lid, part);
            if let Some(left) = self.0.get_mut(&lid.key) {
                *left = left.saturating_sub(takes);
            }
        }
    }
}
