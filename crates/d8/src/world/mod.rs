//! A small world in virtual time: clients, the orchestrator's process, workers and providers, all from one seed.
//!
//! The engine and the store are the shipped ones; the store is a file that is opened again after each crash. Providers
//! count by the emulator's rules. First anything may go wrong, then all is healed and everything must be done in time.
//!
//! In reading order: [`Scene`] is what a world is made of and what goes wrong in it; `setup` says it in the engine's
//! terms; `process` is one life of the orchestrator, `life` how lives end and begin; `worker` and `provider` are what
//! becomes of a lease outside; `witness` looks on and knows what must not be.

mod chance;
mod life;
mod process;
mod provider;
mod scene;
mod setup;
#[cfg(test)]
mod tests;
mod witness;
mod worker;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use d8_core::id::{AttemptNo, TaskId};
use d8_core::limit::Window;
use d8_core::message::Lease;
use d8_core::setup::Setup;
use d8_core::time::Timestamp;
use d8_emulator::Speed;
use d8_store::StoreError;

use chance::Chance;
use process::Process;
use witness::Witness;
use worker::{Call, Heard};

pub use scene::{Account, Gap, Job, Mistake, Nature, Scene};
pub use witness::Rare;

/// How much later than the bound the work may be done, beside a tenth of the bound: leases that nobody ends, rests of
/// targets and the patience of the route pass in it.
const MARGIN: Duration = Duration::from_secs(5 * 60);
/// A world that does more than this at one moment stands still.
const STEPS_AT_ONE_MOMENT: u32 = 10_000;

/// What happened in a world.
#[derive(Clone, Debug)]
pub struct Story {
    /// What must not be, in words; none is as it should be.
    pub broken: Vec<String>,
    /// All that was stored, and each life's beginning and end: the same for the same scene, byte for byte.
    pub log: String,
    /// How often rare things happened.
    pub seen: BTreeMap<Rare, u32>,
    /// Requests that reached a provider.
    pub calls: u32,
    /// From the healing to the bound.
    pub bound: Duration,
    /// From the healing to the end.
    pub took: Duration,
}

/// What is on its way.
#[derive(Clone, Debug)]
enum Event {
    Submit { jobs: Vec<usize>, again: bool },
    Pick { life: u32, lease: Lease, job: usize },
    Arrive(u64),
    Answer(u64),
    Hear(u64),
    Renew(u64),
    Committed { life: u32 },
    Crash { life: u32 },
    Restart,
    Heal,
}

/// A world that runs.
pub struct World {
    scene: Scene,
    nature: Nature,
    setup: Setup,
    path: PathBuf,
    now: Timestamp,
    chance: Chance,
    events: BTreeMap<(Timestamp, u64), Event>,
    scheduled: u64,
    steps_now: u32,
    /// The process, while it lives, and how many have lived so far.
    process: Option<Process>,
    life: u32,
    /// What restoring changed is not stored yet.
    restoring: bool,
    providers: Vec<d8_emulator::Account>,
    calls: BTreeMap<u64, Call>,
    /// Reports of remote workers that no process has taken for good.
    unheard: BTreeMap<(TaskId, AttemptNo), Heard>,
    /// When days end.
    days: Vec<Timestamp>,
    healed_at: Option<Timestamp>,
    bound: Timestamp,
    witness: Witness,
    log: String,
}

impl World {
    /// A world whose store will be the file at `path`, which must not be there yet.
    pub fn new(scene: Scene, path: PathBuf) -> Self {
        let setup = setup::setup(&scene);
        let providers = scene.accounts.iter().map(|account| account.limits.clone());
        let day_ends = setup.limits.iter().find_map(|(_, spec)| match &spec.window {
            Window::Resets(edges) => Some(edges.to_vec()),
            _ => None,
        });
        let mut world = Self {
            nature: scene.nature,
            path,
            now: scene.start,
            chance: Chance::new(scene.seed, 1),
            events: BTreeMap::new(),
            scheduled: 0,
            steps_now: 0,
            process: None,
            life: 0,
            restoring: false,
            providers: providers
                .map(|limits| d8_emulator::Account::new(limits, Speed::REAL))
                .collect(),
            calls: BTreeMap::new(),
            unheard: BTreeMap::new(),
            days: day_ends.unwrap_or_default(),
            healed_at: None,
            bound: scene.start,
            witness: Witness::new(scene.jobs.len()),
            log: String::new(),
            setup,
            scene,
        };
        world.begin();
        world
    }

    fn begin(&mut self) {
        self.schedule(Duration::ZERO, Event::Restart);
        for index in 0..self.scene.jobs.len() {
            let (jobs, again) = (vec![index], false);
            self.schedule(self.scene.jobs[index].after, Event::Submit { jobs, again });
        }
        self.schedule(self.scene.troubled, Event::Heal);
    }

    /// Runs to the end of all work, or to the first thing that must not be.
    pub fn run(mut self) -> Story {
        while self.witness.broken.is_empty() && !self.is_over() {
            if let Err(error) = self.step() {
                self.witness.complain(format!("the store: {error}"));
            }
        }
        if let (true, Some(process)) = (self.witness.broken.is_empty(), &self.process)
            && let Err(error) = self.witness.close(process.reader.as_ref())
        {
            self.witness.complain(format!("the store: {error}"));
        }
        let healed_at = self.healed_at.unwrap_or(self.now);
        Story {
            broken: self.witness.broken,
            log: self.log,
            seen: self.witness.seen,
            calls: self.witness.calls,
            bound: self.bound.since(healed_at),
            took: self.now.since(healed_at),
        }
    }

    fn is_over(&self) -> bool {
        let idle = self.process.as_ref().is_some_and(Process::is_idle);
        self.healed_at.is_some() && idle && self.witness.is_done()
    }

    /// Goes on to the next thing that happens.
    fn step(&mut self) -> Result<(), StoreError> {
        let event = self.events.first_key_value().map(|((at, _), _)| *at);
        let wakeup = self.process.as_ref().and_then(|process| process.engine.next_wakeup());
        let Some(at) = [event, wakeup].into_iter().flatten().min() else {
            self.witness.complain("nothing will ever happen again");
            return Ok(());
        };
        self.pass_to(at);
        if event == Some(at) {
            match self.events.pop_first() {
                Some((_, event)) => self.happen(event),
                None => Ok(()),
            }
        } else {
            self.decide(Vec::new())
        }
    }

    fn pass_to(&mut self, at: Timestamp) {
        self.steps_now = if at > self.now { 0 } else { self.steps_now + 1 };
        if self.steps_now > STEPS_AT_ONE_MOMENT {
            self.witness.complain("time stands still");
        }
        let passed = self.days.partition_point(|end| *end <= self.now)..self.days.partition_point(|end| *end <= at);
        for day in passed {
            self.day_ends(day);
        }
        self.now = self.now.max(at);
        if self.healed_at.is_some_and(|healed_at| self.now > self.due(healed_at)) {
            self.complain_of_delay();
        }
    }

    /// When all must be done. The bound does not see what a day's end takes away unused, which costs a day at most.
    fn due(&self, healed_at: Timestamp) -> Timestamp {
        let spare = self.bound.since(healed_at) / 10 + MARGIN;
        let due = self.bound + spare;
        let day_ends = self.days.iter().any(|end| *end > healed_at && *end <= due);
        if day_ends {
            due + Duration::from_secs(25 * 3_600)
        } else {
            due
        }
    }

    fn day_ends(&mut self, day: usize) {
        if self.calls.values().any(|call| !call.settled) {
            self.witness.saw(Rare::DayResetWithLeasesOut);
        }
        let length = day.checked_sub(1).map(|before| self.days[day].since(self.days[before]));
        if length.is_some_and(|length| length != Duration::from_secs(86_400)) && !self.witness.is_done() {
            self.witness.saw(Rare::DayOfOtherLength);
        }
    }

    fn complain_of_delay(&mut self) {
        let open: Vec<usize> = (0..self.scene.jobs.len())
            .filter(|job| !self.witness.has_ended(*job))
            .collect();
        let targets: Vec<_> = self
            .process
            .iter()
            .flat_map(|process| process.engine.targets())
            .collect();
        self.witness.complain(format!(
            "not done by {:?}, the bound was {:?} and all was healed at {:?}: jobs {open:?}, targets {targets:?}",
            self.now, self.bound, self.healed_at
        ));
    }

    fn schedule(&mut self, after: Duration, event: Event) {
        self.scheduled += 1;
        self.events.insert((self.now + after, self.scheduled), event);
    }

    fn note(&mut self, what: &str) {
        let _ = writeln!(self.log, "{:?} {what}", self.now);
    }

    fn happen(&mut self, event: Event) -> Result<(), StoreError> {
        match event {
            Event::Submit { jobs, again } => self.submit(&jobs, again),
            Event::Pick { life, lease, job } => self.pick(life, &lease, job),
            Event::Arrive(call) => {
                self.arrive(call);
                Ok(())
            }
            Event::Answer(call) => {
                self.answer(call);
                Ok(())
            }
            Event::Hear(call) => self.answer_heard(call),
            Event::Renew(call) => self.renew(call),
            Event::Committed { life } if life == self.life => self.committed(),
            Event::Crash { life } if life == self.life => self.crash(),
            Event::Committed { .. } | Event::Crash { .. } => Ok(()),
            Event::Restart => self.restart(),
            Event::Heal => self.heal(),
        }
    }

    /// A client asks; without an answer it will ask again when the process is there again.
    fn submit(&mut self, jobs: &[usize], again: bool) -> Result<(), StoreError> {
        let mut inputs = Vec::new();
        for job in jobs {
            self.witness.submitted(*job, again && self.process.is_some());
            if let Some(process) = &mut self.process {
                process.admit(*job, &self.scene.jobs[*job], self.now, &mut inputs);
            }
        }
        self.decide(inputs)
    }
}
