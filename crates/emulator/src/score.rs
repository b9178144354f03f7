//! The score: what the judge saw, by account and model. Keys are never in it, only their marks.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::counting::{Account, Limit, Micros, Provider, Refusal, SECOND, Speed};
use crate::faults::FaultKind;

/// How many arrival times of each sort a row keeps; later ones are counted only.
pub const KEPT_TIMES: usize = 10_000;

/// How many rows are kept: keys and models come from outside. What comes later is in the totals only.
const KEPT_ROWS: usize = 10_000;

/// What the emulator saw since it began, or was reset.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Score {
    /// All rows together.
    pub totals: Tally,
    /// One row for each provider, account and base model, in this order.
    pub accounts: Vec<Row>,
}

/// Counts of requests by what became of them, and tokens of those answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Let in by the quota, whatever became of them.
    pub accepted: u64,
    /// Answered with 200, whole.
    pub answered: u64,
    /// Answered with 429 for quota.
    pub refused: u64,
    /// Answered with another 4xx: bad key, bad request, unknown model, too large, no money.
    pub rejected: u64,
    /// Tokens of the prompts of those answered.
    pub prompt_tokens: u64,
    /// Tokens of the answers.
    pub output_tokens: u64,
    /// Faults, by kind.
    pub faults: BTreeMap<FaultKind, u64>,
}

/// What one account did with one base model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Row {
    /// The provider's name.
    pub provider: &'static str,
    /// The account's label: a mark of its key. Empty where no key came.
    pub account: String,
    /// The base model; empty where the request was rejected before its model was known.
    pub model: String,
    /// The counts.
    #[serde(flatten)]
    pub tally: Tally,
    /// The limits that hold for the model.
    pub limits: Vec<LimitScore>,
    /// When requests were let in, in microseconds since the Unix epoch; the first [`KEPT_TIMES`] of them.
    pub accepted_at: Vec<Micros>,
    /// When requests were refused, likewise.
    pub refused_at: Vec<Micros>,
}

/// How one limit fared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LimitScore {
    /// What it counts.
    pub dimension: &'static str,
    /// Its amount.
    pub amount: u64,
    /// Its nominal period in seconds.
    pub per_seconds: f64,
    /// The period as it is counted: the nominal one divided by the speed. A zone's day has its nominal 24 hours here.
    pub counted_seconds: f64,
    /// How it counts.
    pub kind: &'static str,
    /// The most that was ever used of it at once, reservations included.
    pub peak: u64,
    /// How many requests did not fit under it.
    pub refused: u64,
    /// The most by which a refused request would have passed it.
    pub max_over: u64,
    #[serde(skip)]
    index: usize,
}

/// What became of a request, as far as its account is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered { prompt_tokens: u64, output_tokens: u64 },
    Rejected,
    Fault(FaultKind),
}

/// Who a row belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Whose {
    pub(crate) provider: Provider,
    pub(crate) account: String,
    pub(crate) model: String,
}

/// The score while it is being kept.
#[derive(Debug, Default)]
pub(crate) struct Book {
    totals: Tally,
    rows: BTreeMap<Whose, Row>,
}

impl Book {
    pub(crate) fn accepted(&mut self, whose: &Whose, at: Micros, account: &mut Account) {
        self.totals.accepted += 1;
        let Some(row) = self.row(whose) else { return };
        row.tally.accepted += 1;
        keep(&mut row.accepted_at, at);
        for reading in account.readings(at, &whose.model) {
            let score = limit_score(&mut row.limits, reading.limit, account.limits(), account.speed());
            score.peak = score.peak.max(reading.used);
        }
    }

    pub(crate) fn refused(&mut self, whose: &Whose, at: Micros, refusal: &Refusal, account: &Account) {
        self.totals.refused += 1;
        let Some(row) = self.row(whose) else { return };
        row.tally.refused += 1;
        keep(&mut row.refused_at, at);
        for violation in &refusal.violations {
            let score = limit_score(&mut row.limits, violation.limit, account.limits(), account.speed());
            score.refused += 1;
            score.max_over = score.max_over.max(violation.over());
        }
    }

    pub(crate) fn ended(&mut self, whose: &Whose, outcome: Outcome) {
        self.totals.note(outcome);
        if let Some(row) = self.row(whose) {
            row.tally.note(outcome);
        }
    }

    pub(crate) fn score(&self) -> Score {
        Score {
            totals: self.totals.clone(),
            accounts: self.rows.values().cloned().collect(),
        }
    }

    fn row(&mut self, whose: &Whose) -> Option<&mut Row> {
        if self.rows.len() >= KEPT_ROWS && !self.rows.contains_key(whose) {
            return None;
        }
        let Whose {
            provider,
            account,
            model,
        } = whose.clone();
        let fresh = || Row {
            provider: provider.name(),
            account,
            model,
            ..Row::default()
        };
        Some(self.rows.entry(whose.clone()).or_insert_with(fresh))
    }
}

impl Tally {
    fn note(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Answered {
                prompt_tokens,
                output_tokens,
            } => {
                self.answered += 1;
                self.prompt_tokens += prompt_tokens;
                self.output_tokens += output_tokens;
            }
            Outcome::Rejected => self.rejected += 1,
            Outcome::Fault(kind) => *self.faults.entry(kind).or_default() += 1,
        }
    }
}

fn seconds(length: Micros) -> f64 {
    length as f64 / SECOND as f64
}

fn keep(times: &mut Vec<Micros>, at: Micros) {
    if times.len() < KEPT_TIMES {
        times.push(at);
    }
}

fn limit_score<'a>(
    scores: &'a mut Vec<LimitScore>,
    index: usize,
    limits: &[Limit],
    speed: Speed,
) -> &'a mut LimitScore {
    let place = scores.partition_point(|score| score.index < index);
    if scores.get(place).is_none_or(|score| score.index != index) {
        let limit = &limits[index];
        scores.insert(
            place,
            LimitScore {
                dimension: limit.dimension.name(),
                amount: limit.amount,
                per_seconds: seconds(limit.per),
                counted_seconds: seconds(speed.shorten(limit.per)),
                kind: limit.kind.name(),
                peak: 0,
                refused: 0,
                max_over: 0,
                index,
            },
        );
    }
    &mut scores[place]
}
