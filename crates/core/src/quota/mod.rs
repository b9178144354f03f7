//! The ledger: what each limit has been spent on. All limits of a target are reserved together before anything is sent,
//! and settled with the truth when it is known; what is never known stays spent.

mod belief;
mod count;
mod learning;
mod others;
mod reform;

use std::collections::BTreeMap;
use std::time::Duration;

use count::Count;
pub use count::Free;

use crate::change::ParkReason;
use crate::clock::ClockOffset;
use crate::id::LimitId;
use crate::limit::{Dimension, Learnt, LimitSpec, Window};
use crate::time::Timestamp;
use crate::usage::Spend;

/// The amounts reserved for one attempt, one for each limit of its target.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Reserved(Box<[u64]>);

impl Reserved {
    pub(crate) fn get(&self, at: usize) -> Option<u64> {
        self.0.get(at).copied()
    }
}

/// What an attempt took of the limits.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Took {
    /// Nobody knows, so all that was reserved.
    Reserved,
    /// This, as the provider said.
    Known(Spend),
    /// It was refused: never tokens, and a request where nobody can see whether the provider counts that.
    Refused,
}

/// When a cost fits all of a target's limits, and which limit decides.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fit {
    pub(crate) at: Free,
    pub(crate) binding: Option<LimitId>,
}

pub(crate) use learning::{Looked, Refused};

/// What a person may want to see of a limit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LimitView {
    /// The limit.
    pub spec: LimitSpec,
    /// How much it holds, as far as is known; `u64::MAX` where nothing is.
    pub amount: u64,
    /// What the wire showed of that, and when.
    pub learnt: Option<Learnt>,
    /// How much of it fits into which shorter time, where refusals showed that it is enforced so.
    pub slice: Option<(u64, Duration)>,
    /// Taken now, by requests in flight and by answered ones that still count.
    pub used: u64,
    /// Of that: by requests in flight.
    pub reserved: u64,
    /// Of that: by others, as far as the wire shows it.
    pub used_by_others: u64,
    /// When its period ends, where it has one that is known.
    pub resets: Option<Timestamp>,
    /// When one request more would fit.
    pub free: Free,
    /// It takes nothing until then.
    pub parked: Option<(Timestamp, ParkReason)>,
}

#[derive(Clone, Debug)]
struct Entry {
    count: Count,
    parked: Option<(Timestamp, ParkReason)>,
    /// Refusals since the last accepted request.
    refusals: u32,
    /// When one was heard last that was not under way at the one before.
    refused_at: Option<Timestamp>,
}

/// Every count of every limit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    entries: BTreeMap<LimitId, Entry>,
}

impl Ledger {
    pub(crate) fn add(&mut self, id: LimitId, spec: LimitSpec) {
        self.entries.entry(id).or_insert_with(|| Entry {
            count: Count::new(spec),
            parked: None,
            refusals: 0,
            refused_at: None,
        });
    }

    pub(crate) fn advance(&mut self, limits: &[LimitId], now: Timestamp) {
        for id in limits {
            if let Some(entry) = self.entries.get_mut(id) {
                entry.count.advance(now);
                if entry.parked.is_some_and(|(until, _)| until <= now) {
                    entry.parked = None;
                }
            }
        }
    }

    /// When a cost fits all limits at once. Call `advance` first.
    pub(crate) fn fit(&self, limits: &[LimitId], cost: &Spend, now: Timestamp, high_priority: bool) -> Fit {
        self.fit_beside(limits, cost, &Spend::NONE, now, high_priority)
    }

    /// When a cost fits, were another one started now.
    pub(crate) fn fit_beside(
        &self,
        limits: &[LimitId],
        cost: &Spend,
        other: &Spend,
        now: Timestamp,
        high_priority: bool,
    ) -> Fit {
        let mut fit = Fit {
            at: Free::At(now),
            binding: None,
        };
        for id in limits {
            let Some(entry) = self.entries.get(id) else { continue };
            let dimension = entry.count.spec().dimension;
            let asked = cost.of(dimension);
            let own = entry.count.cut(asked, high_priority);
            let mut at = if asked == 0 {
                Free::At(now)
            } else if own == 0 {
                // Nothing fits into nothing, however small it is cut.
                Free::AfterAnswer
            } else {
                entry
                    .count
                    .free_at(own.saturating_add(other.of(dimension)), now, high_priority)
            };
            if let Some((until, _)) = entry.parked {
                at = at.max(Free::At(until));
            }
            if at > fit.at {
                fit = Fit { at, binding: Some(*id) };
            }
        }
        fit
    }

    pub(crate) fn reserve(
        &mut self,
        limits: &[LimitId],
        cost: &Spend,
        high_priority: bool,
        now: Timestamp,
    ) -> Reserved {
        let reserve = |id: &LimitId| {
            let Some(entry) = self.entries.get_mut(id) else {
                return 0;
            };
            let amount = entry.count.cut(cost.of(entry.count.spec().dimension), high_priority);
            entry.count.reserve(amount, now);
            amount
        };
        Reserved(limits.iter().map(reserve).collect())
    }

    /// Replaces a reservation by what was taken; it arrived at `arrived` at the latest.
    pub(crate) fn settle(
        &mut self,
        limits: &[LimitId],
        reserved: &Reserved,
        took: Took,
        granted_at: Timestamp,
        arrived: Timestamp,
        clock: Option<ClockOffset>,
    ) {
        for (id, amount) in limits.iter().zip(&reserved.0) {
            if let Some(entry) = self.entries.get_mut(id) {
                entry.count.release(*amount, granted_at);
                let taken = match took {
                    Took::Reserved => *amount,
                    Took::Known(spent) => spent.of(entry.count.spec().dimension),
                    Took::Refused if entry.count.is_watched() => 0,
                    Took::Refused => Spend::REFUSED.of(entry.count.spec().dimension),
                };
                entry.count.record(taken, arrived, clock);
            }
        }
    }

    /// To be called before anything is `record`ed.
    pub(crate) fn begin_full(&mut self, now: Timestamp) {
        for entry in self.entries.values_mut() {
            entry.count.begin_full(now);
        }
    }

    /// Counts what was spent before this process began. In order of time.
    pub(crate) fn record(&mut self, limits: &[LimitId], spent: &Spend, arrived: Timestamp) {
        for id in limits {
            if let Some(entry) = self
                .entries
                .get_mut(id)
                .filter(|entry| !entry.count.begins_after(arrived))
            {
                let taken = spent.of(entry.count.spec().dimension);
                entry.count.record(entry.count.cut(taken, true), arrived, None);
            }
        }
    }

    /// Counts what went past this process while it ran, and arrived at `arrived` at the latest.
    pub(crate) fn count_aside(
        &mut self,
        limits: &[LimitId],
        spent: &Spend,
        arrived: Timestamp,
        clock: Option<ClockOffset>,
    ) {
        for id in limits {
            if let Some(entry) = self.entries.get_mut(id) {
                let taken = spent.of(entry.count.spec().dimension);
                entry.count.record(taken, arrived, clock);
            }
        }
    }

    /// The limits that a refusal named: same dimension (a token is an input token to some) and same period, if any.
    pub(crate) fn named(&self, limits: &[LimitId], dimension: Dimension, per: Option<Duration>) -> Vec<LimitId> {
        let matches = |id: &&LimitId| {
            self.entries.get(id).is_some_and(|entry| {
                let spec = entry.count.spec();
                let same_dimension = spec.dimension == dimension
                    || matches!(
                        (spec.dimension, dimension),
                        (Dimension::Tokens, Dimension::InputTokens) | (Dimension::InputTokens, Dimension::Tokens)
                    );
                same_dimension && per.is_none_or(|per| same_period(entry.count.memory(), per))
            })
        };
        limits.iter().filter(matches).copied().collect()
    }

    /// Counts a refusal and says how long the limit should rest: by its own reset where that is known, else by the
    /// hint, and ever longer while refusals follow each other, as a hint can be wrong.
    fn rest_after_refusal(
        &mut self,
        id: LimitId,
        hint: Option<Duration>,
        now: Timestamp,
        clock: Option<ClockOffset>,
    ) -> Timestamp {
        let Some(entry) = self.entries.get_mut(&id) else {
            return now;
        };
        // Those that were in flight at the first refusal are no further ones.
        let resting = entry.parked.map(|(until, _)| until).filter(|until| *until > now);
        if resting.is_none() {
            entry.refusals = entry.refusals.saturating_add(1);
        }
        if let (Some(reset), true) = (
            entry.count.next_reset(now, clock),
            entry.count.memory() > Duration::from_secs(3_600),
        ) {
            return reset;
        }
        (now + rest(hint, entry.refusals)).max(resting.unwrap_or(now))
    }

    pub(crate) fn park(&mut self, id: LimitId, until: Timestamp, why: ParkReason) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.parked = Some((until, why));
        }
    }

    pub(crate) fn unpark(&mut self, id: LimitId) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.parked = None;
        }
    }

    /// Somebody wants the limit tried again: what was laid to others is not counted any more.
    pub(crate) fn forgive(&mut self, id: LimitId) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.refusals = 0;
            entry.count.forgive_others();
        }
    }

    /// An earlier life was refused by it and rests still: of a day, whoever else spent the rest of it.
    pub(crate) fn was_refused(&mut self, id: LimitId, now: Timestamp) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        if matches!(entry.count.spec().window, Window::Resets(_)) {
            entry.count.advance(now);
            let rest = entry.count.amount().saturating_sub(entry.count.used());
            entry.count.record_others(rest, now, None);
        }
    }

    pub(crate) fn parked_until(&self, id: LimitId) -> Option<Timestamp> {
        self.entries.get(&id)?.parked.map(|(until, _)| until)
    }

    /// What an earlier life learnt.
    pub(crate) fn remember(&mut self, id: LimitId, learnt: Learnt) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.count.belief_mut().remember(learnt);
            if let Some(per) = learnt.per {
                entry.count.set_per(per);
            }
        }
    }

    /// Nothing was learnt of it. True when something had been.
    pub(crate) fn forget(&mut self, id: LimitId) -> bool {
        let Some(entry) = self.entries.get_mut(&id) else {
            return false;
        };
        let had = entry.count.belief().learnt().is_some();
        entry.count.forget();
        entry.parked = None;
        entry.refusals = 0;
        had
    }

    /// True when the limit holds nothing at all.
    pub(crate) fn is_closed(&self, id: LimitId) -> bool {
        self.entries.get(&id).is_some_and(|entry| entry.count.amount() == 0)
    }

    /// True when a cost can never fit.
    pub(crate) fn never_fits(&self, id: LimitId, least: &Spend) -> bool {
        self.entries
            .get(&id)
            .is_some_and(|entry| least.of(entry.count.spec().dimension) > entry.count.amount().max(1))
    }

    /// A hundredth of what each of the limits holds, and everything of what none of them counts. One request at least.
    pub(crate) fn hundredth(&self, limits: &[LimitId]) -> Spend {
        let least = |dimension: Dimension| {
            let of = limits.iter().filter_map(|id| self.entries.get(id));
            let of = of.filter(|entry| entry.count.spec().dimension == dimension);
            of.map(|entry| entry.count.amount() / 100).min()
        };
        let free = u64::from(u32::MAX);
        let tokens = least(Dimension::Tokens).map_or(free, |amount| amount / 2);
        Spend {
            requests: u32::try_from(least(Dimension::Requests).unwrap_or(free)).unwrap_or(u32::MAX),
            input_tokens: least(Dimension::InputTokens).unwrap_or(free).min(tokens),
            output_tokens: least(Dimension::OutputTokens).unwrap_or(free).min(tokens),
            cost: crate::money::Picodollars(least(Dimension::Cost).unwrap_or(u64::MAX / 4)),
        }
    }

    /// The time in microseconds for which a cost takes up the limit that it takes up most.
    pub(crate) fn share(&self, limits: &[LimitId], cost: &Spend) -> u64 {
        let of_limit = |id: &LimitId| {
            let count = &self.entries.get(id)?.count;
            let amount = count.amount();
            let own = u128::from(cost.of(count.spec().dimension));
            let per = count.memory().as_micros();
            u64::try_from(own * per / u128::from(amount.max(1))).ok()
        };
        limits.iter().filter_map(of_limit).max().unwrap_or(0)
    }

    /// How much of a limit is spent, in thousandths, where most is: of those that last, an hour or longer, and of places.
    pub(crate) fn spent(&self, limits: &[LimitId]) -> u64 {
        /// What is shorter is free again before it matters who has used it.
        const LASTING: Duration = Duration::from_secs(3_600);
        let of_limit = |id: &LimitId| {
            let count = &self.entries.get(id)?.count;
            let lasts = count.spec().dimension == Dimension::Concurrency || count.memory() >= LASTING;
            lasts.then(|| count.used().saturating_mul(1_000) / count.amount().max(1))
        };
        limits.iter().filter_map(of_limit).max().unwrap_or(0)
    }

    /// How many tasks of this cost can be started until then, as far as the limits say.
    pub(crate) fn capacity(&self, limits: &[LimitId], cost: &Spend, now: Timestamp, until: Timestamp) -> u64 {
        let of_limit = |id: &LimitId| {
            let Some(entry) = self.entries.get(id) else {
                return u64::MAX;
            };
            let from = entry.parked.map_or(now, |(parked, _)| parked.max(now));
            if from > until {
                return 0;
            }
            let each = entry.count.cut(cost.of(entry.count.spec().dimension), false).max(1);
            match entry.count.capacity(now, until) {
                u64::MAX => u64::MAX,
                amount => amount / each,
            }
        };
        limits.iter().map(of_limit).min().unwrap_or(u64::MAX)
    }

    /// How much of a dimension the limits take from now until then; `u64::MAX` where none counts it.
    pub(crate) fn amount_until(
        &self,
        limits: &[LimitId],
        dimension: Dimension,
        now: Timestamp,
        until: Timestamp,
    ) -> u64 {
        let of_limit = |id: &LimitId| {
            let entry = self
                .entries
                .get(id)
                .filter(|entry| entry.count.spec().dimension == dimension)?;
            let from = entry.parked.map_or(now, |(parked, _)| parked.max(now));
            Some(if from > until {
                0
            } else {
                entry.count.capacity(now, until)
            })
        };
        limits.iter().filter_map(of_limit).min().unwrap_or(u64::MAX)
    }

    /// The longest time for which something spent can still count.
    pub(crate) fn memory(&self) -> Duration {
        let held = self.entries.values().filter(|entry| !entry.count.belief().is_open());
        held.map(|entry| entry.count.memory()).max().unwrap_or(Duration::ZERO)
    }

    pub(crate) fn view(&self, id: LimitId, now: Timestamp) -> Option<LimitView> {
        let entry = self.entries.get(&id)?;
        let mut count = entry.count.clone();
        count.advance(now);
        Some(LimitView {
            spec: count.spec().clone(),
            amount: count.amount(),
            used: count.used(),
            learnt: count.belief().learnt(),
            slice: count.slice(),
            reserved: count.in_flight(),
            used_by_others: count.used_by_others(),
            resets: count.next_reset(now, None),
            free: count.free_at(1, now, false),
            parked: entry.parked.filter(|(until, _)| *until > now),
        })
    }

    /// Reserved by requests in flight, and how much may be; for checks.
    pub(crate) fn in_flight(&self, id: LimitId) -> (u64, u64) {
        self.entries
            .get(&id)
            .map_or((0, 0), |entry| (entry.count.in_flight(), entry.count.most_in_flight()))
    }
}

/// A window's length and a period's name agree: days and months are held longer than they are named.
fn same_period(held: Duration, named: Duration) -> bool {
    held >= named && held <= named + named / 12
}

/// The hint, else a minute; twice as long after each further refusal in a row, up to an hour.
fn rest(hint: Option<Duration>, refusals: u32) -> Duration {
    const MARGIN: Duration = Duration::from_millis(50);
    const MOST: Duration = Duration::from_secs(3_600);
    let patience = match refusals {
        0 | 1 => Duration::ZERO,
        n => Duration::from_secs(1).saturating_mul(1 << n.min(12)).min(MOST),
    };
    hint.map_or(Duration::from_secs(60), |hint| hint + MARGIN).max(patience)
}

#[cfg(test)]
mod tests;
