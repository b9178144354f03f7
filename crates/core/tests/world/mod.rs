//! A small strict world around the engine: providers that count arrivals by rules of their own, delays from a seed, and
//! answers that come in any order. It shares no counting with the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use d8_core::change::{Change, TaskRow};
use d8_core::clock::ClockOffset;
use d8_core::engine::Engine;
use d8_core::id::{AttemptNo, GroupId, PrefixId, RouteId, TargetId, TaskId};
use d8_core::limit::{Dimension, Window};
use d8_core::message::{Effects, Input, Lease, Outcome, Output, Report};
use d8_core::setup::Setup;
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

/// One limit at the provider's: what arrived when.
pub struct Judge {
    pub dimension: Dimension,
    pub amount: u64,
    pub window: Window,
    arrivals: Vec<(i64, u64)>,
}

impl Judge {
    /// True when an arrival of `cost` at `at` is over the limit.
    fn refuses(&self, at: i64, cost: u64) -> bool {
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
            Window::Sliding { per } => within(at - micros(*per)) + cost > self.amount,
            Window::Fixed { per } => within(at.div_euclid(micros(*per)) * micros(*per) - 1) + cost > self.amount,
            Window::Resets(edges) => {
                let start = edges
                    .iter()
                    .map(|edge| edge.as_micros())
                    .filter(|edge| *edge <= at)
                    .max()
                    .unwrap_or(i64::MIN + 1);
                within(start - 1) + cost > self.amount
            }
            Window::Bucket { per } => {
                let (mut level, mut last) = (0_i128, i64::MIN);
                let per = i128::from(micros(*per));
                for (when, amount) in self.arrivals.iter().chain([&(at, 0)]) {
                    if last != i64::MIN {
                        level = (level - i128::from(when - last) * i128::from(self.amount)).max(0);
                    }
                    level += i128::from(*amount) * per;
                    last = *when;
                }
                level + i128::from(cost) * per > i128::from(self.amount) * per
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
    setup: Setup,
    due: BTreeSet<(Timestamp, u64, Due)>,
    sequence: u64,
    pub ended: BTreeMap<TaskId, u32>,
    pub calls: BTreeMap<TaskId, u32>,
    pub changes: Vec<Change>,
    sizes: BTreeMap<TaskId, Estimate>,
}

impl World {
    pub fn new(setup: Setup, seed: u64, nature: Nature) -> Self {
        let now = Timestamp::from_secs(1_800_000_000);
        let judges = setup.limits.iter().map(|(id, spec)| {
            let judge = Judge {
                dimension: spec.dimension,
                amount: spec.amount,
                window: spec.window.clone(),
                arrivals: Vec::new(),
            };
            (id.0, judge)
        });
        Self {
            judges: judges.collect(),
            engine: Engine::new(setup.clone(), now),
            now,
            nature,
            dice: Dice(seed),
            setup,
            due: BTreeSet::new(),
            sequence: 0,
            ended: BTreeMap::new(),
            calls: BTreeMap::new(),
            changes: Vec::new(),
            sizes: BTreeMap::new(),
        }
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
                } => self.arrive(at, task, attempt, target, sent_at),
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

    fn arrive(&mut self, at: Timestamp, task: TaskId, attempt: u32, target: TargetId, sent_at: Timestamp) {
        *self.calls.entry(task).or_insert(0) += 1;
        let spec = &self
            .setup
            .targets
            .iter()
            .find(|(id, _)| *id == target)
            .expect("known")
            .1;
        let estimate = self.sizes[&task];
        // The truth is never above the reservation, as with max_tokens given.
        let input = u64::from(estimate.input_tokens);
        let output = u64::from(estimate.max_output_tokens.unwrap_or(0));
        for limit in &spec.limits {
            let judge = self.judges.get_mut(&limit.0).expect("known");
            let cost = match judge.dimension {
                Dimension::Requests | Dimension::Concurrency => 1,
                Dimension::Tokens => input + output,
                Dimension::InputTokens => input,
                Dimension::OutputTokens => output,
                Dimension::Cost => 0,
            };
            let cost = cost.min(judge.amount);
            let theirs = at.as_micros() + self.nature.clock;
            assert!(
                !judge.refuses(theirs, cost),
                "429 at {at:?}: limit {} ({:?} {} {:?}) was overspent",
                limit.0,
                judge.dimension,
                judge.amount,
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
