//! One count of one limit, held by the certain rule: a request in flight never leaves a window, and an answered one
//! leaves as if it had arrived at the last moment at which it can have arrived. It never overspends, whatever the
//! network's delays, as long as the amount is true and the quota is ours alone; what the wire shows of both corrects it.

mod correction;
mod pace;
mod phase;
mod room;
mod slices;
mod sounding;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use pace::Pace;
use phase::Phase;
use slices::Slices;
use sounding::Sounding;

use super::belief::Belief;
use super::others::Others;
use crate::clock::ClockOffset;
use crate::limit::{Learnt, LimitSpec, Standing, Window};
use crate::time::{Timestamp, micros};

/// Windows longer than this are kept as sums that expire whole, this many to a window.
const COARSE_ABOVE: Duration = Duration::from_secs(3_600);
const COARSE_PARTS: i64 = 1_024;
/// So much of what has stopped counting is remembered.
const GONE_KEPT: usize = 64;
/// How much longer than by the rule an amount counts, after the first refusal that only timing explains, and at most.
const LEAST_GUARD: Duration = Duration::from_millis(20);
const MOST_GUARD: Duration = Duration::from_secs(5);
/// A guard that held for so long is halved.
const GUARD_HOLDS: Duration = Duration::from_secs(3_600);

/// When an amount fits.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Free {
    /// From this moment on, if nothing else happens; it may be past.
    At(Timestamp),
    /// Not before one of those in flight is answered.
    AfterAnswer,
}

/// How much of a limit is taken, and until when.
#[derive(Clone, Debug)]
pub(crate) struct Count {
    spec: LimitSpec,
    belief: Belief,
    others: Others,
    /// Shorter windows within which it was seen to be enforced.
    slices: Slices,
    /// Where the windows of a fixed limit begin, where that was seen.
    phase: Phase,
    /// What goes through a bucket.
    pace: Pace,
    /// What headers show of the period of a limit that nobody knew.
    sounding: Sounding,
    /// The period, where it was found.
    found: Option<Duration>,
    /// Under way, by when they were granted.
    flying: BTreeMap<Timestamp, u64>,
    in_flight: u64,
    /// So much of what is in flight was let out when the limit held more, or did not count it.
    tolerated: u64,
    /// Added to every expiry, as timing alone explained a refusal; since when.
    guard: Duration,
    guard_since: Timestamp,
    /// By when the latest of what was recorded had arrived.
    recorded_at: Timestamp,
    /// Answered: the moment at which each amount surely stops counting. In a bucket: no longer waited for, but it may
    /// arrive until then, and only then begins to drain.
    log: BTreeMap<Timestamp, u64>,
    logged: u64,
    /// What has stopped counting lately: answers that are read later may still tell of it.
    gone: VecDeque<(Timestamp, u64)>,
    /// Buckets: the highest that the level can be, in units of 1/per, at `level_at`.
    level: u128,
    level_at: Timestamp,
}

impl Count {
    pub(crate) fn new(spec: LimitSpec) -> Self {
        Self {
            belief: Belief::new(&spec),
            spec,
            others: Others::default(),
            slices: Slices::default(),
            phase: Phase::default(),
            pace: Pace::default(),
            sounding: Sounding::default(),
            found: None,
            flying: BTreeMap::new(),
            in_flight: 0,
            tolerated: 0,
            guard: Duration::ZERO,
            guard_since: Timestamp::EPOCH,
            recorded_at: Timestamp::EPOCH,
            log: BTreeMap::new(),
            gone: VecDeque::new(),
            logged: 0,
            level: 0,
            level_at: Timestamp::EPOCH,
        }
    }

    pub(crate) fn spec(&self) -> &LimitSpec {
        &self.spec
    }

    /// Somebody wrote another amount. How it counts is part of what it is, and stays; the provider's days are only known
    /// for longer.
    pub(crate) fn respecify(&mut self, spec: LimitSpec) {
        self.belief.rewrite(spec.amount, spec.standing);
        let window = match &spec.window {
            Window::Resets(_) => spec.window,
            _ => self.spec.window.clone(),
        };
        self.spec = LimitSpec { window, ..spec };
        self.slices = Slices::default();
        self.tolerate();
    }

    /// What is in flight now was let out under other rules.
    pub(crate) fn tolerate(&mut self) {
        self.tolerated = self.in_flight;
    }

    /// The most that may be in flight: what the limit holds, or what was let out when it held more.
    pub(crate) fn most_in_flight(&self) -> u64 {
        self.spec.amount.max(self.tolerated)
    }

    /// Before what is remembered is replayed: how full a bucket was a period ago is not known, so it was full. Whatever
    /// it was, a period of draining later only what is replayed remains.
    pub(crate) fn begin_full(&mut self, now: Timestamp) {
        if let Window::Bucket { per } = self.spec.window {
            self.level = u128::from(self.amount()) * per_units(per);
            self.level_at = now - per;
        }
    }

    /// Whether an arrival is older than what a bucket began with.
    pub(crate) fn begins_after(&self, arrived: Timestamp) -> bool {
        matches!(self.spec.window, Window::Bucket { .. }) && arrived < self.level_at
    }

    /// How much the limit holds, as far as is known.
    pub(crate) fn amount(&self) -> u64 {
        self.belief.amount()
    }

    pub(crate) fn belief(&self) -> &Belief {
        &self.belief
    }

    pub(crate) fn belief_mut(&mut self) -> &mut Belief {
        &mut self.belief
    }

    /// The wire shows how much of it is used.
    pub(crate) fn is_watched(&self) -> bool {
        self.others.are_watched()
    }

    /// Of what is taken: by others, as far as the wire shows it.
    pub(crate) fn used_by_others(&self) -> u64 {
        self.others.used().min(self.used())
    }

    /// So much arrived within the last `length`, as far as a log tells: where there is no log, what still counts.
    pub(crate) fn arrived_within(&self, length: Duration, now: Timestamp) -> u64 {
        match self.spec.window {
            Window::Sliding { per } if length < per => {
                let since = (now - length) + per;
                self.log.range(since..).map(|(_, amount)| amount).sum()
            }
            _ => self.settled(),
        }
    }

    /// The provider says how much it holds. The news, if it is some.
    pub(crate) fn told(&mut self, amount: u64, now: Timestamp) -> Option<Learnt> {
        self.belief.told(amount, self.found, now)
    }

    /// The period of a limit that nobody knew.
    pub(crate) fn set_per(&mut self, length: Duration) {
        let Window::Sliding { per } = &mut self.spec.window else {
            return;
        };
        self.found = Some(length);
        let by = micros(length).saturating_sub(micros(*per));
        *per = length;
        let log = std::mem::take(&mut self.log);
        self.log = log
            .into_iter()
            .map(|(expiry, amount)| (expiry.offset(by), amount))
            .collect();
    }

    /// What was learnt of the amount and of others is forgotten.
    pub(crate) fn forget(&mut self) {
        self.belief.forget();
        self.forgive_others();
        self.others.forget();
        self.slices = Slices::default();
        self.phase = Phase::default();
        self.guard = Duration::ZERO;
    }

    /// The amount that a task of this priority may fill.
    fn ceiling(&self, high_priority: bool) -> u64 {
        let amount = self.amount();
        if high_priority || self.spec.reserve_permille == 0 {
            return amount;
        }
        let kept = u128::from(amount) * u128::from(self.spec.reserve_permille) / 1_000;
        amount - u64::try_from(kept).unwrap_or(amount).min(amount)
    }

    /// What is reserved for a cost: a cost above the limit is cut to it, as an estimate can be too high.
    pub(crate) fn cut(&self, cost: u64, high_priority: bool) -> u64 {
        cost.min(self.ceiling(high_priority))
    }

    /// Taken now: in flight, and answered but still counting (rounded up).
    pub(crate) fn used(&self) -> u64 {
        self.in_flight.saturating_add(self.settled())
    }

    /// `used` at a later time, without forgetting anything.
    fn used_at(&self, now: Timestamp) -> u64 {
        let over: u64 = self.log.range(..=now).map(|(_, amount)| amount).sum();
        match self.spec.window {
            Window::Bucket { per } => {
                let drained = now
                    .since(self.level_at)
                    .as_micros()
                    .saturating_mul(u128::from(self.amount()));
                let level = (self.level + u128::from(over) * per_units(per)).saturating_sub(drained);
                let level = u64::try_from(level.div_ceil(per_units(per))).unwrap_or(u64::MAX);
                self.in_flight.saturating_add(self.logged - over).saturating_add(level)
            }
            _ => self.used().saturating_sub(over),
        }
    }

    pub(crate) fn in_flight(&self) -> u64 {
        self.in_flight
    }

    /// Taken by what was answered and still counts (rounded up).
    pub(crate) fn settled(&self) -> u64 {
        match self.spec.window {
            Window::Bucket { per } => {
                let level = u64::try_from(self.level.div_ceil(per_units(per))).unwrap_or(u64::MAX);
                self.logged.saturating_add(level)
            }
            _ => self.logged,
        }
    }

    /// Forgets what has stopped counting.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        self.belief.advance(now);
        self.slices.advance(now);
        self.others.advance(now, self.memory());
        if !self.guard.is_zero() && now.since(self.guard_since) > GUARD_HOLDS {
            self.guard = if self.guard <= LEAST_GUARD {
                Duration::ZERO
            } else {
                self.guard / 2
            };
            self.guard_since = now;
        }
        while let Some(entry) = self.log.first_entry() {
            if *entry.key() > now {
                break;
            }
            let (at, amount) = entry.remove_entry();
            self.logged = self.logged.saturating_sub(amount);
            if let Window::Bucket { per } = self.spec.window {
                self.drain(at);
                self.level = self.level.saturating_add(u128::from(amount) * per_units(per));
            } else {
                self.gone.push_back((at, amount));
                if self.gone.len() > GONE_KEPT {
                    self.gone.pop_front();
                }
            }
        }
        if matches!(self.spec.window, Window::Bucket { .. }) {
            self.drain(now);
        }
    }

    /// What others take as it drains does not drain for us.
    fn drain(&mut self, now: Timestamp) {
        let ours = self.amount().saturating_sub(self.others.left()).max(1);
        let drained = now.since(self.level_at).as_micros().saturating_mul(u128::from(ours));
        self.level = self.level.saturating_sub(drained);
        self.level_at = self.level_at.max(now);
    }

    pub(crate) fn reserve(&mut self, amount: u64, now: Timestamp) {
        self.slices.reserve(amount, now);
        self.in_flight = self.in_flight.saturating_add(amount);
        if amount > 0 {
            *self.flying.entry(now).or_insert(0) += amount;
        }
    }

    pub(crate) fn release(&mut self, amount: u64, granted_at: Timestamp) {
        self.slices.release(amount, granted_at);
        self.in_flight = self.in_flight.saturating_sub(amount);
        self.tolerated = self.tolerated.min(self.in_flight);
        if let Some(flying) = self.flying.get_mut(&granted_at) {
            *flying = flying.saturating_sub(amount);
            if *flying == 0 {
                self.flying.remove(&granted_at);
            }
        }
    }

    /// Counts an amount that arrived at `arrived` at the latest. In order of time.
    pub(crate) fn record(&mut self, amount: u64, arrived: Timestamp, clock: Option<ClockOffset>) {
        if amount == 0 {
            return;
        }
        self.slices.record(amount, arrived);
        self.pace.add(amount);
        self.recorded_at = self.recorded_at.max(arrived);
        match self.spec.window {
            Window::InFlight => {}
            Window::Bucket { .. } => self.log((arrived + self.guard).max(self.level_at), amount),
            Window::Sliding { .. } | Window::Fixed { .. } | Window::Resets(_) => {
                let expiry = self.coarse(self.expiry(arrived, clock) + self.guard);
                self.log(expiry, amount);
            }
        }
    }

    /// An accepted request was recorded. What is news of the amount, if something is.
    pub(crate) fn accepted(&mut self, granted_at: Timestamp, now: Timestamp) -> Option<Learnt> {
        let per = self.memory();
        let taken = match self.spec.window {
            Window::Bucket { .. } => self.settled().max(self.pace.proves(per, now)),
            _ => self.settled(),
        };
        self.belief.accepted(taken, granted_at, per, now)
    }

    fn log(&mut self, at: Timestamp, amount: u64) {
        let sum = self.log.entry(at).or_insert(0);
        *sum = sum.saturating_add(amount);
        self.logged = self.logged.saturating_add(amount);
    }

    /// When an arrival stops counting, at the latest.
    fn expiry(&self, arrived: Timestamp, clock: Option<ClockOffset>) -> Timestamp {
        match &self.spec.window {
            Window::InFlight | Window::Bucket { .. } => arrived,
            Window::Sliding { per } => arrived + *per,
            // One whole period later is another window whatever the phase, so it holds without a clock too.
            Window::Fixed { per } => match self.phase.offset().or(clock) {
                None => arrived + *per,
                Some(clock) => {
                    let edge = next_multiple(clock.latest_reading(arrived), *per);
                    clock.surely_reached(edge).min(arrived + *per)
                }
            },
            Window::Resets(edges) => {
                let clock = clock.unwrap_or(ClockOffset::ASSUMED);
                let reading = clock.latest_reading(arrived);
                let next = edges.partition_point(|edge| *edge <= reading);
                edges
                    .get(next)
                    .map_or(Timestamp::MAX, |edge| clock.surely_reached(*edge))
            }
        }
    }

    fn coarse(&self, expiry: Timestamp) -> Timestamp {
        match self.spec.window {
            Window::Sliding { per } if per > COARSE_ABOVE || self.spec.standing == Standing::Unknown => {
                let step = (micros(per) / COARSE_PARTS).max(1);
                let at = expiry.as_micros();
                Timestamp::from_micros(at.saturating_add(step - 1).div_euclid(step).saturating_mul(step))
            }
            _ => expiry,
        }
    }

    /// The next reset after `now`, where the limit has one that is known.
    pub(crate) fn next_reset(&self, now: Timestamp, clock: Option<ClockOffset>) -> Option<Timestamp> {
        match &self.spec.window {
            Window::Fixed { .. } | Window::Resets(_) => Some(self.expiry(now, clock)),
            _ => None,
        }
    }

    /// The longest time for which something spent can still count.
    pub(crate) fn memory(&self) -> Duration {
        match &self.spec.window {
            Window::InFlight => Duration::ZERO,
            Window::Bucket { per } | Window::Sliding { per } | Window::Fixed { per } => *per,
            Window::Resets(edges) => {
                let longest = edges.windows(2).map(|pair| pair[1].since(pair[0])).max();
                longest.unwrap_or(Duration::from_secs(32 * 86_400))
            }
        }
    }
}

fn per_units(per: Duration) -> u128 {
    per.as_micros().max(1)
}

/// `amount * span / per`, rounded down.
fn share(amount: u64, span: Duration, per: Duration) -> u64 {
    let share = u128::from(amount).saturating_mul(span.as_micros()) / per_units(per);
    u64::try_from(share).unwrap_or(u64::MAX)
}

fn next_multiple(at: Timestamp, per: Duration) -> Timestamp {
    let step = micros(per).max(1);
    Timestamp::from_micros(at.as_micros().div_euclid(step).saturating_add(1).saturating_mul(step))
}
