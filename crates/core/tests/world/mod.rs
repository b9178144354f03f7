//! A small strict world around the engine: providers that count arrivals by rules of their own, delays from a seed, and
//! answers that come in any order. It shares no counting with the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use d8_core::change::{Change, TaskRow};
use d8_core::clock::ClockOffset;
use d8_core::engine::Engine;
use d8_core::id::{AttemptNo, GroupId, PrefixId, RouteId, TargetId, TaskId};
use d8_core::limit::{Dimension, LimitSpec, Window};
use d8_core::message::{Effects, Input, Lease, Outcome, Output, Report};
use d8_core::setup::{Setup, Spent, TargetSpec};
use d8_core::time::Timestamp;
use d8_core::usage::{Estimate, Usage};

/// Random numbers from a seed: splitmix64.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below.max(1)
    }
}

/// How many configurations there were before.
type Era = u32;

/// One limit at the provider's: what arrived when.
pub struct Judge {
    pub dimension: Dimension,
    pub window: Window,
    /// From when on it has held how much, by the provider's clock, and under which configuration.
    amounts: Vec<(i64, u64, Era)>,
    /// What was sent earlier was not counted when it was let out.
    since: Era,
    arrivals: Vec<(i64, u64)>,
}

impl Judge {
    fn new(spec: &LimitSpec, since: Era) -> Self {
        Self {
            dimension: spec.dimension,
            window: spec.window.clone(),
            amounts: vec![(i64::MIN, spec.amount, 0)],
            since,
            arrivals: Vec::new(),
        }
    }

    fn cost(&self, estimate: &Estimate) -> u64 {
        // The truth is never above the reservation, as with max_tokens given.
        let input = u64::from(estimate.input_tokens);
        let output = u64::from(estimate.max_output_tokens.unwrap_or(0));
        match self.dimension {
            Dimension::Requests | Dimension::Concurrency => 1,
            Dimension::Tokens => input + output,
            Dimension::InputTokens => input,
            Dimension::OutputTokens => output,
            Dimension::Cost => 0,
        }
    }

    /// How much it held under a configuration.
    fn held(&self, era: Era) -> u64 {
        let known = self.amounts.iter().rev().find(|(.., since)| *since <= era);
        known.map_or(0, |(_, amount, _)| *amount)
    }

    /// How much a bucket drained between two moments, in units of 1/per.
    fn drained(&self, from: i64, to: i64) -> i128 {
        let ends = self.amounts.iter().skip(1).map(|(at, ..)| *at).chain([i64::MAX]);
        let spans = self.amounts.iter().zip(ends);
        let drained = spans.map(|((start, amount, _), end)| {
            let length = i128::from(end.min(to)) - i128::from(from.max(*start));
            length.max(0) * i128::from(*amount)
        });
        drained.sum()
    }

    /// True when an arrival of `cost` at `at` is over the most that the limit has held since it was sent.
    fn refuses(&self, at: i64, sent: Era, cost: u64) -> bool {
        let later = self.amounts.iter().filter(|(.., era)| *era > sent);
        let amount = later.map(|(_, amount, _)| *amount).fold(self.held(sent), u64::max);
        let micros = |per: Duration| per.as_micros() as i64;
        let within = |from: i64| -> u64 {
            self.arrivals
                .iter()
                .filter(|(when, _)| *when > from && *when <= at)
                .map(|(_, amount)| amount)
                .sum()
        };
        match &self.window {
            Window::InFlight => false,
            Window::Sliding { per } => within(at - micros(*per)) + cost > amount,
            Window::Fixed { per } => within(at.div_euclid(micros(*per)) * micros(*per) - 1) + cost > amount,
            Window::Resets(edges) => {
                let start = edges
                    .iter()
                    .map(|edge| edge.as_micros())
                    .filter(|edge| *edge <= at)
                    .max()
                    .unwrap_or(i64::MIN + 1);
                within(start - 1) + cost > amount
            }
            Window::Bucket { per } => {
                let (mut level, mut last) = (0_i128, i64::MIN);
                let per = i128::from(micros(*per));
                for (when, amount) in self.arrivals.iter().filter(|(when, _)| *when <= at).chain([&(at, 0)]) {
                    if last != i64::MIN {
                        level = (level - self.drained(last, *when)).max(0);
                    }
                    level += i128::from(*amount) * per;
                    last = *when;
                }
                level + i128::from(cost) * per > i128::from(amount) * per
            }
        }
    }
}

/// What is on its way.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Due {
    Arrive {
        task: TaskId,
        attempt: u32,
        target: TargetId,
        sent_at: Timestamp,
        sent: Era,
    },
    Report {
        task: TaskId,
        attempt: u32,
        fault: bool,
        sent_at: Timestamp,
        date_secs: i64,
    },
}

/// How the world behaves.
#[derive(Clone, Copy, Debug)]
pub struct Nature {
    /// Delays are uniform up to this, each way.
    pub delay_most: Duration,
    /// Out of 100 requests, so many meet a fault.
    pub faults: u64,
    /// Out of 100 requests, so many are never answered.
    pub silences: u64,
    /// The providers' clock minus ours, in microseconds.
    pub clock: i64,
}

pub struct World {
    pub engine: Engine,
    pub now: Timestamp,
    pub nature: Nature,
    pub dice: Dice,
    pub judges: BTreeMap<u32, Judge>,
    /// The most that each limit ever held.
    most: BTreeMap<u32, u64>,
    /// As it is configured now, and as it was at first.
    pub setup: Setup,
    pub first: Setup,
    due: BTreeSet<(Timestamp, u64, Due)>,
    sequence: u64,
    pub ended: BTreeMap<TaskId, u32>,
    pub calls: BTreeMap<TaskId, u32>,
    pub changes: Vec<Change>,
    sizes: BTreeMap<TaskId, Estimate>,
    /// Everything that ever arrived, by the provider's clock.
    arrived: Vec<(TargetId, i64, Estimate)>,
    /// Which targets each limit counts.
    counts: BTreeMap<u32, BTreeSet<TargetId>>,
    era: Era,
}

impl World {
    pub fn new(setup: Setup, seed: u64, nature: Nature) -> Self {
        let now = Timestamp::from_secs(1_800_000_000);
        let judges = setup.limits.iter().map(|(id, spec)| (id.0, Judge::new(spec, 0)));
        let counts = setup.limits.iter().map(|(id, _)| {
            let covers = |(_, target): &&(TargetId, TargetSpec)| target.limits.contains(id);
            (id.0, setup.targets.iter().filter(covers).map(|(id, _)| *id).collect())
        });
        let counts = counts.collect();
        Self {
            judges: judges.collect(),
            most: setup.limits.iter().map(|(id, spec)| (id.0, spec.amount)).collect(),
            engine: Engine::new(setup.clone(), now),
            now,
            nature,
            dice: Dice(seed),
            first: setup.clone(),
            setup,
            due: BTreeSet::new(),
            sequence: 0,
            ended: BTreeMap::new(),
            calls: BTreeMap::new(),
            changes: Vec::new(),
            sizes: BTreeMap::new(),
            arrived: Vec::new(),
            counts,
            era: 0,
        }
    }

    /// Another configuration, which the providers hold to from this moment on. What the engine must be told of the past is
    /// what a store would have kept.
    pub fn set_up(&mut self, setup: Setup) {
        let past = self.changes.iter().filter_map(|change| match change {
            Change::AttemptEnded {
                target,
                ended_at,
                spent,
                ..
            } => Some(Spent {
                target: *target,
                arrived: *ended_at,
                spent: *spent,
            }),
            _ => None,
        });
        let mut past: Vec<Spent> = past.collect();
        past.sort_by_key(|spent| spent.arrived);
        let theirs = self.theirs(self.now);
        self.era += 1;
        let mut judges = std::mem::take(&mut self.judges);
        for (id, spec) in &setup.limits {
            let covers = |(_, target): &&(TargetId, TargetSpec)| target.limits.contains(id);
            let covered: BTreeSet<TargetId> = setup.targets.iter().filter(covers).map(|(id, _)| *id).collect();
            let counted = self.counts.get(&id.0) == Some(&covered);
            let most = self.most.entry(id.0).or_insert(spec.amount);
            *most = spec.amount.max(*most);
            let judge = judges.remove(&id.0).filter(|_| counted).map(|mut judge| {
                judge.amounts.push((theirs, spec.amount, self.era));
                judge
            });
            let judge = judge.unwrap_or_else(|| {
                // It has been there all the time; only nobody knew.
                let mut judge = Judge::new(spec, self.era);
                // What it held then, whoever knew: an engine that knew it may have kept its count.
                judge.amounts = vec![(i64::MIN, *most, 0), (theirs, spec.amount, self.era)];
                let counted = self.arrived.iter().filter(|(target, ..)| covered.contains(target));
                judge.arrivals = counted
                    .map(|(_, at, estimate)| (*at, judge.cost(estimate).min(spec.amount)))
                    .collect();
                judge
            });
            self.counts.insert(id.0, covered);
            self.judges.insert(id.0, judge);
        }
        self.setup = setup.clone();
        self.give(vec![Input::SetUp {
            setup: Box::new(setup),
            past,
        }]);
    }

    /// A moment by the provider's clock.
    fn theirs(&self, at: Timestamp) -> i64 {
        at.as_micros() + self.nature.clock
    }

    pub fn row(&mut self, id: u64, route: u32, priority: u8, estimate: Estimate) -> TaskRow {
        self.sizes.insert(TaskId(id), estimate);
        TaskRow {
            id: TaskId(id),
            group: GroupId(1),
            client: d8_core::id::ClientId(1),
            route: RouteId(route),
            priority,
            created_at: self.now,
            not_before: self.now,
            deadline: Timestamp::MAX,
            max_attempts: 5,
            faults: 0,
            silences: 0,
            attempt: AttemptNo(0),
            estimate,
            demand: d8_core::change::Demand::default(),
            interactive: id.is_multiple_of(7),
            durable: true,
            callback: false,
            prefix: (!id.is_multiple_of(5)).then_some(PrefixId(id as u32 % 3)),
        }
    }

    pub fn give(&mut self, inputs: Vec<Input>) {
        let mut effects = Effects::default();
        self.engine.handle(self.now, inputs, &mut effects);
        self.take(effects);
    }

    pub fn take(&mut self, effects: Effects) {
        self.changes.extend(effects.changes);
        for output in effects.outputs {
            match output {
                Output::Lease(lease) => self.send(lease),
                Output::Ended { task, .. } => *self.ended.entry(task).or_insert(0) += 1,
                Output::Abort { .. } => {}
            }
        }
        let broken = self.engine.check();
        assert!(broken.is_empty(), "at {:?}: {broken:#?}", self.now);
    }

    fn delay(&mut self) -> Duration {
        Duration::from_micros(self.dice.roll(self.nature.delay_most.as_micros() as u64 + 1))
    }

    fn send(&mut self, lease: Lease) {
        let arrival = self.now + self.delay();
        self.schedule(
            arrival,
            Due::Arrive {
                task: lease.task,
                attempt: lease.attempt.0,
                target: lease.target,
                sent_at: self.now,
                sent: self.era,
            },
        );
    }

    fn schedule(&mut self, at: Timestamp, due: Due) {
        self.sequence += 1;
        self.due.insert((at, self.sequence, due));
    }

    /// The next moment at which something happens.
    pub fn next(&self) -> Option<Timestamp> {
        let due = self.due.first().map(|(at, ..)| *at);
        [due, self.engine.next_wakeup()].into_iter().flatten().min()
    }

    /// Goes on to the next event; false when there is none.
    pub fn step(&mut self) -> bool {
        let Some(at) = self.next() else { return false };
        self.now = self.now.max(at);
        let mut inputs = Vec::new();
        while self.due.first().is_some_and(|(at, ..)| *at <= self.now) {
            let Some((at, _, due)) = self.due.pop_first() else {
                break;
            };
            match due {
                Due::Arrive {
                    task,
                    attempt,
                    target,
                    sent_at,
                    sent,
                } => self.arrive(at, (task, attempt), target, sent_at, sent),
                Due::Report {
                    task,
                    attempt,
                    fault,
                    sent_at,
                    date_secs,
                } => {
                    let clock = ClockOffset::from_date(date_secs, sent_at, self.now);
                    inputs.push(self.report(task, attempt, fault, clock));
                }
            }
        }
        self.give(inputs);
        true
    }

    fn arrive(
        &mut self,
        at: Timestamp,
        (task, attempt): (TaskId, u32),
        target: TargetId,
        sent_at: Timestamp,
        sent: Era,
    ) {
        *self.calls.entry(task).or_insert(0) += 1;
        let estimate = self.sizes[&task];
        let theirs = self.theirs(at);
        self.arrived.push((target, theirs, estimate));
        let spec = self.setup.targets.iter().find(|(id, _)| *id == target);
        for limit in spec.iter().flat_map(|(_, spec)| &spec.limits) {
            let judge = self.judges.get_mut(&limit.0).expect("known");
            let cost = judge.cost(&estimate).min(judge.held(sent));
            assert!(
                sent < judge.since || !judge.refuses(theirs, sent, cost),
                "429 at {at:?}: limit {} ({:?} {:?} {:?}) was overspent",
                limit.0,
                judge.dimension,
                judge.amounts,
                judge.window
            );
            judge.arrivals.push((theirs, cost));
        }
        let fate = self.dice.roll(100);
        if fate >= self.nature.faults && fate < self.nature.faults + self.nature.silences {
            return;
        }
        let answered = at + self.delay();
        let date_secs = (answered.as_micros() + self.nature.clock).div_euclid(1_000_000);
        let back = answered + self.delay();
        let fault = fate < self.nature.faults;
        self.schedule(
            back,
            Due::Report {
                task,
                attempt,
                fault,
                sent_at,
                date_secs,
            },
        );
    }

    fn report(&mut self, task: TaskId, attempt: u32, fault: bool, clock: ClockOffset) -> Input {
        let estimate = self.sizes[&task];
        let usage = Usage {
            input_tokens: u64::from(estimate.input_tokens),
            output_tokens: u64::from(estimate.max_output_tokens.unwrap_or(0)),
        };
        let outcome = if fault {
            Outcome::Fault { sent: true }
        } else {
            Outcome::Answered(Some(usage))
        };
        let report = Report {
            clock: Some(clock),
            ..Report::plain(outcome, self.now)
        };
        Input::Finished {
            task,
            attempt: AttemptNo(attempt),
            report,
        }
    }

    /// Runs until nothing is left to happen, or the time is over.
    pub fn run_until(&mut self, end: Timestamp) {
        while self.next().is_some_and(|at| at <= end) {
            self.step();
        }
    }
}
