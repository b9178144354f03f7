//! What happened, as it happened: ends, refusals, waits, and how full each limit was.

use std::time::Duration;

use d8_core::limit::Dimension;
use d8_core::time::Timestamp;
use d8_emulator::Reading;

use super::ground::{Ground, Place};
use super::provider::Verdict;
use super::workload::Job;

/// So many steps of time have a value of their own; then two become one.
const STEPS: usize = 1_536;

/// How full one limit was over time.
#[derive(Clone, Debug, Default)]
pub(super) struct UseOfLimit {
    /// The most that was used at once.
    pub(super) peak: u64,
    /// All that was taken by our requests.
    pub(super) total: u64,
    /// In each step, the most that was used.
    pub(super) steps: Vec<u64>,
    /// What it was at the end of the step that lasts.
    last: u64,
}

/// How one job went.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
struct Fate {
    /// From its hand-over to the latest send.
    waited: Duration,
    ended: Ended,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
enum Ended {
    #[default]
    Not,
    Completed,
    Failed,
}

/// All of it.
#[derive(Clone, Debug)]
pub(super) struct Record {
    start: Timestamp,
    fates: Vec<Fate>,
    /// Those that nobody finished.
    pub(super) open: usize,
    pub(super) sent: u64,
    pub(super) refused: u64,
    pub(super) overloaded: u64,
    /// When somebody else's requests were accepted, of each quota.
    pub(super) foreign: Vec<Vec<Duration>>,
    /// How long the length of a step is.
    pub(super) step: Duration,
    /// Of each quota, of each of its limits.
    pub(super) uses: Vec<Vec<UseOfLimit>>,
    /// Of each quota, its refusals in each step.
    pub(super) refusals: Vec<Vec<u64>>,
    pub(super) took: Duration,
    travelled: Duration,
    worked: Duration,
    heard: u32,
    dimensions: Vec<Vec<(Dimension, Vec<String>)>>,
}

impl Record {
    pub(super) fn new(ground: &Ground, jobs: usize, start: Timestamp) -> Self {
        let uses = ground
            .quotas
            .iter()
            .map(|quota| vec![UseOfLimit::default(); quota.limits.len()]);
        let dimensions = ground.quotas.iter().map(|quota| {
            let limits = quota.limits.iter();
            limits
                .map(|limit| (limit.spec.dimension, limit.models.clone()))
                .collect()
        });
        Self {
            start,
            fates: vec![Fate::default(); jobs],
            open: 0,
            sent: 0,
            refused: 0,
            overloaded: 0,
            foreign: vec![Vec::new(); ground.quotas.len()],
            step: Duration::from_secs(1),
            uses: uses.collect(),
            refusals: vec![Vec::new(); ground.quotas.len()],
            took: Duration::ZERO,
            travelled: Duration::ZERO,
            worked: Duration::ZERO,
            heard: 0,
            dimensions: dimensions.collect(),
        }
    }

    pub(super) fn sent(&mut self, job: usize, waited: Duration) {
        self.sent += 1;
        self.fates[job].waited = waited;
    }

    pub(super) fn completed(&mut self, job: usize) {
        self.fates[job].ended = Ended::Completed;
    }

    pub(super) fn failed(&mut self, job: usize) {
        self.fates[job].ended = Ended::Failed;
    }

    /// How long until somebody should look at all limits again, so that what runs out unseen is seen.
    pub(super) fn look_after(&self) -> Duration {
        self.step.max(Duration::from_secs(5))
    }

    pub(super) fn foreign(&mut self, quota: usize, readings: &[Reading], now: Timestamp) {
        self.foreign[quota].push(now.since(self.start));
        self.read(quota, readings, now);
    }

    /// A request was answered: what it took is known.
    pub(super) fn settled(&mut self, quota: usize, job: &Job, place: &Place, readings: &[Reading], now: Timestamp) {
        for ((dimension, models), usage) in self.dimensions[quota].iter().zip(&mut self.uses[quota]) {
            if models.contains(&place.model) {
                usage.total += match dimension {
                    Dimension::Requests | Dimension::Concurrency => 1,
                    Dimension::Tokens => job.input + job.output,
                    Dimension::InputTokens => job.input,
                    Dimension::OutputTokens => job.output,
                    Dimension::Cost => place.cost.price.of(job.input, job.output).0,
                };
            }
        }
        self.read(quota, readings, now);
    }

    pub(super) fn refused(&mut self, quota: usize, now: Timestamp) {
        let at = self.step_at(now);
        let steps = &mut self.refusals[quota];
        if steps.len() <= at {
            steps.resize(at + 1, 0);
        }
        steps[at] += 1;
    }

    pub(super) fn heard(&mut self, verdict: &Verdict, travelled: Duration, worked: Duration) {
        match verdict {
            Verdict::Refused { .. } => self.refused += 1,
            Verdict::Overloaded => self.overloaded += 1,
            Verdict::TooLarge => {}
            Verdict::Answered(_) => {
                self.heard += 1;
                self.travelled += travelled;
                self.worked += worked;
            }
        }
    }

    pub(super) fn end(&mut self, now: Timestamp, open: usize) {
        self.took = now.since(self.start);
        self.open = open;
    }

    /// The mean of answer - send - processing.
    pub(super) fn mean_travel(&self) -> Duration {
        self.travelled.checked_div(self.heard).unwrap_or_default()
    }

    /// The mean of what was worked.
    pub(super) fn mean_work(&self) -> Duration {
        self.worked.checked_div(self.heard).unwrap_or_default()
    }

    pub(super) fn completed_jobs(&self) -> impl Iterator<Item = usize> + '_ {
        let completed = |(_, fate): &(usize, &Fate)| fate.ended == Ended::Completed;
        self.fates.iter().enumerate().filter(completed).map(|(job, _)| job)
    }

    pub(super) fn failed_count(&self) -> u64 {
        self.fates.iter().filter(|fate| fate.ended == Ended::Failed).count() as u64
    }

    /// The waits of what was completed, ascending.
    pub(super) fn waits(&self) -> Vec<Duration> {
        let mut waits: Vec<Duration> = self.completed_jobs().map(|job| self.fates[job].waited).collect();
        waits.sort_unstable();
        waits
    }

    /// How full some limits are now.
    pub(super) fn read(&mut self, quota: usize, readings: &[Reading], now: Timestamp) {
        let at = self.step_at(now);
        for reading in readings {
            let usage = &mut self.uses[quota][reading.limit];
            usage.peak = usage.peak.max(reading.used);
            usage.go_to(at);
            if let Some(step) = usage.steps.last_mut() {
                *step = (*step).max(reading.used);
            }
            usage.last = reading.used;
        }
    }

    /// The step that holds this moment; where there would be too many, steps become longer.
    fn step_at(&mut self, now: Timestamp) -> usize {
        loop {
            let step = now.since(self.start).as_micros() / self.step.as_micros().max(1);
            match usize::try_from(step) {
                Ok(step) if step < STEPS => return step,
                _ => self.halve(),
            }
        }
    }

    /// Two steps become one.
    fn halve(&mut self) {
        self.step *= 2;
        for steps in &mut self.refusals {
            *steps = steps.chunks(2).map(|pair| pair.iter().sum()).collect();
        }
        for usage in self.uses.iter_mut().flatten() {
            usage.steps = usage
                .steps
                .chunks(2)
                .map(|pair| pair.iter().copied().max().unwrap_or(0))
                .collect();
        }
    }
}

impl UseOfLimit {
    /// Begins the step with this number; what nothing was heard of is as it was last.
    fn go_to(&mut self, step: usize) {
        while self.steps.len() <= step {
            self.steps.push(self.last);
        }
    }
}
