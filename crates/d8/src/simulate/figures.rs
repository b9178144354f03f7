//! What came of a policy in a world, in figures.

use std::time::Duration;

use d8_core::limit::{Dimension, Window};
use serde::Serialize;

use super::conditions::Conditions;
use super::ground::{Ground, TrueLimit};
use super::least::least_time;
use super::policy::Policy;
use super::record::{Record, UseOfLimit};
use super::workload::Job;

/// One policy's figures.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Figures {
    /// The policy.
    pub name: &'static str,
    /// Tasks.
    pub total: u64,
    /// Answered.
    pub completed: u64,
    /// Given up, or still open at the end of the world's time.
    pub failed: u64,
    /// Of these, those that were still open.
    pub open: u64,
    /// Requests that were sent.
    pub sent: u64,
    /// 429s.
    pub refused: u64,
    /// 503s.
    pub overloaded: u64,
    /// Somebody else's requests that were accepted.
    pub foreign: u64,
    /// From the beginning to the last answer.
    pub seconds: f64,
    /// The least that the limits allow for what was completed; null where nothing bounds it.
    pub bound_seconds: Option<f64>,
    /// Bound to time: 1 is perfect; null where work was given up.
    pub ratio: Option<f64>,
    /// The same bound where every sliding window is longer by what nobody can see of the way: null without such windows.
    pub bound_seconds_seen: Option<f64>,
    /// That bound to time.
    pub ratio_seen: Option<f64>,
    /// The mean of answer - send - processing time, in seconds.
    pub unseen_seconds: f64,
    /// How long tasks waited for their send, in seconds: half of them, nine in ten, 99 in a hundred.
    pub wait: Waits,
    /// Use of each limit.
    pub limits: Vec<LimitFigures>,
}

/// Waits by percentile, in seconds.
#[derive(Copy, Clone, PartialEq, Debug, Default, Serialize)]
pub struct Waits {
    /// Half.
    pub p50: f64,
    /// Nine in ten.
    pub p90: f64,
    /// Ninety-nine in a hundred.
    pub p99: f64,
}

/// Use of one limit.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct LimitFigures {
    /// The account.
    pub account: String,
    /// In English words: "30 requests a minute".
    pub limit: String,
    /// The same in the spoken language.
    #[serde(skip)]
    pub called: String,
    /// What it holds.
    pub amount: u64,
    /// The most that was used at once.
    pub peak: u64,
    /// All that our requests took.
    pub total: u64,
    /// The mean of a window that lies within the time.
    pub mean_per_window: f64,
}

/// How full one limit was over time.
#[derive(Clone, PartialEq, Debug)]
pub struct Curve {
    /// In words.
    pub limit: String,
    /// The models that it counts.
    pub models: Vec<String>,
    /// What it holds.
    pub amount: u64,
    /// In each step, the most that was used.
    pub steps: Vec<u64>,
}

/// What happened at one quota.
#[derive(Clone, PartialEq, Debug)]
pub struct Panel {
    /// Its accounts.
    pub account: String,
    /// Its limits, without concurrency.
    pub curves: Vec<Curve>,
    /// Its refusals in each step.
    pub refusals: Vec<u64>,
}

/// Figures and what a picture needs.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The policy.
    pub policy: Policy,
    /// Figures.
    pub figures: Figures,
    /// The length of a step of the curves.
    pub step: Duration,
    /// One for each quota.
    pub panels: Vec<Panel>,
}

pub(super) fn outcome(
    policy: Policy,
    record: &Record,
    ground: &Ground,
    conditions: &Conditions,
    jobs: &[Job],
) -> Outcome {
    let completed = record.completed_jobs().count() as u64;
    let bound = |wider| least_time(ground, conditions, jobs, record, wider);
    let seconds = record.took.as_secs_f64();
    // Who gives work up is soon done; how fast says nothing then.
    let gave_up = record.failed_count() > 0;
    let ratio = |bound: Option<Duration>| {
        let bound = bound.filter(|_| !gave_up)?;
        Some(bound.as_secs_f64() / seconds.max(1e-6))
    };
    let least = bound(Duration::ZERO);
    let unseen = record.mean_travel();
    let seen = has_sliding(ground).then(|| bound(unseen)).flatten();
    let figures = Figures {
        name: policy.name(),
        total: jobs.len() as u64,
        completed,
        failed: record.failed_count() + record.open as u64,
        open: record.open as u64,
        sent: record.sent,
        refused: record.refused,
        overloaded: record.overloaded,
        foreign: record.foreign.iter().map(|times| times.len() as u64).sum(),
        seconds,
        bound_seconds: least.map(|bound| bound.as_secs_f64()),
        ratio: ratio(least),
        bound_seconds_seen: seen.map(|bound| bound.as_secs_f64()),
        ratio_seen: ratio(seen),
        unseen_seconds: unseen.as_secs_f64(),
        wait: waits(&record.waits()),
        limits: limits(record, ground),
    };
    Outcome {
        policy,
        figures,
        step: record.step,
        panels: panels(record, ground),
    }
}

fn has_sliding(ground: &Ground) -> bool {
    let mut limits = ground.quotas.iter().flat_map(|quota| &quota.limits);
    limits.any(|limit| matches!(limit.spec.window, Window::Sliding { .. }))
}

fn waits(ascending: &[Duration]) -> Waits {
    let at = |part: f64| {
        let last = ascending.len().saturating_sub(1) as f64;
        let wait = ascending.get((last * part).round() as usize);
        wait.map_or(0.0, Duration::as_secs_f64)
    };
    Waits {
        p50: at(0.5),
        p90: at(0.9),
        p99: at(0.99),
    }
}

/// Every limit with its use, concurrency aside.
fn used<'a>(record: &'a Record, ground: &'a Ground) -> impl Iterator<Item = (usize, &'a TrueLimit, &'a UseOfLimit)> {
    let of_quota = |(index, (quota, uses)): (usize, (&'a super::ground::Quota, &'a Vec<UseOfLimit>))| {
        let pairs = quota.limits.iter().zip(uses);
        pairs.map(move |(limit, usage)| (index, limit, usage))
    };
    let all = ground.quotas.iter().zip(&record.uses).enumerate().flat_map(of_quota);
    all.filter(|(_, limit, _)| limit.spec.dimension != Dimension::Concurrency)
}

fn limits(record: &Record, ground: &Ground) -> Vec<LimitFigures> {
    let figures = |(_, limit, usage): (usize, &TrueLimit, &UseOfLimit)| {
        let windows = limit.nominal.map_or(1.0, |nominal| {
            (record.took.as_secs_f64() / nominal.as_secs_f64()).max(1.0)
        });
        LimitFigures {
            account: limit.account.clone(),
            limit: limit.label.clone(),
            called: limit.called.clone(),
            amount: limit.spec.amount,
            peak: usage.peak,
            total: usage.total,
            mean_per_window: (usage.total as f64 / windows * 10.0).round() / 10.0,
        }
    };
    used(record, ground).map(figures).collect()
}

fn panels(record: &Record, ground: &Ground) -> Vec<Panel> {
    let mut panels: Vec<Panel> = ground
        .quotas
        .iter()
        .zip(&record.refusals)
        .map(|(quota, refusals)| Panel {
            account: quota.accounts.join(", "),
            curves: Vec::new(),
            refusals: refusals.clone(),
        })
        .collect();
    for (quota, limit, usage) in used(record, ground) {
        panels[quota].curves.push(Curve {
            limit: limit.called.clone(),
            models: limit.models.clone(),
            amount: limit.spec.amount,
            steps: usage.steps.clone(),
        });
    }
    panels
}
