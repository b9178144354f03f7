//! Somebody else who spends the same quota: requests at random, as many as their share of it.

use std::time::Duration;

use d8_core::limit::Dimension;
use d8_emulator::Dice;

use super::conditions::Conditions;
use super::ground::{Ground, TrueLimit};

/// Keeps what others throw apart from what the rest of the world throws.
const THROWS: u64 = 1 << 60;

/// So many of them may be waiting to try again; more give up.
const KNOCKING: usize = 60;

/// Who else spends one quota. What is refused to them they ask for again every second or so: they get their share in the
/// end, as people do who do not give up either.
#[derive(Clone, Debug)]
pub(super) struct Foreign {
    /// What they ask for.
    pub(super) model: String,
    /// Tokens of one of their requests: those of one of ours.
    pub(super) tokens: u64,
    /// Requests a second.
    rate: f64,
    knocking: usize,
    dice: Dice,
}

impl Foreign {
    /// None where nobody else spends the quota, or nothing limits it.
    pub(super) fn new(ground: &Ground, quota: usize, conditions: &Conditions, tokens: u64) -> Option<Self> {
        if conditions.foreign <= 0.0 {
            return None;
        }
        let limits = &ground.quotas[quota].limits;
        let model = limits.first()?.models.first()?.clone();
        let rate = |limit: &TrueLimit| {
            let each = match limit.spec.dimension {
                Dimension::Requests => 1,
                Dimension::Tokens => tokens.max(1),
                Dimension::InputTokens | Dimension::OutputTokens => (tokens / 2).max(1),
                Dimension::Cost | Dimension::Concurrency => return None,
            };
            Some(limit.spec.amount as f64 / each as f64 / limit.nominal?.as_secs_f64())
        };
        let of_model = limits.iter().filter(|limit| limit.models.contains(&model));
        let slowest = of_model.filter_map(rate).reduce(f64::min)?;
        Some(Self {
            tokens,
            rate: slowest * conditions.foreign,
            knocking: 0,
            dice: Dice::new(conditions.seed, THROWS + quota as u64),
            model,
        })
    }

    /// How long until the next one.
    pub(super) fn next_gap(&mut self) -> Option<Duration> {
        let gap = -(1.0 - self.dice.fraction()).ln() / self.rate;
        Duration::try_from_secs_f64(gap).ok()
    }

    /// One was refused: when it comes again, if it does.
    pub(super) fn knock_again(&mut self) -> Option<Duration> {
        (self.knocking < KNOCKING).then(|| {
            self.knocking += 1;
            Duration::from_secs_f64(0.5 + self.dice.fraction())
        })
    }

    /// One comes again.
    pub(super) fn knocks(&mut self) {
        self.knocking = self.knocking.saturating_sub(1);
    }
}
