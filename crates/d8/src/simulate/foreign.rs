//! Somebody else who spends the same quota: requests at random, as many as their share of it.

use std::time::Duration;

use d8_core::limit::Dimension;
use d8_emulator::Dice;

use super::conditions::Conditions;
use super::ground::{Ground, TrueLimit};

/// Keeps what others throw apart from what the rest of the world throws.
const THROWS: u64 = 1 << 60;

/// Who else spends one quota.
#[derive(Clone, Debug)]
pub(super) struct Foreign {
    /// What they ask for.
    pub(super) model: String,
    /// Tokens of one of their requests: so many that their share of the tokens is that of the requests.
    pub(super) tokens: u64,
    /// Requests a second.
    rate: f64,
    dice: Dice,
}

impl Foreign {
    /// None where nobody else spends the quota, or nothing limits its requests.
    pub(super) fn new(ground: &Ground, quota: usize, conditions: &Conditions) -> Option<Self> {
        if conditions.foreign <= 0.0 {
            return None;
        }
        let limits = &ground.quotas[quota].limits;
        let model = limits.first()?.models.first()?.clone();
        let slowest = |dimensions: &[Dimension]| {
            let of = |limit: &&TrueLimit| limit.models.contains(&model) && dimensions.contains(&limit.spec.dimension);
            let rate = |limit: &TrueLimit| Some(limit.spec.amount as f64 / limit.nominal?.as_secs_f64());
            limits.iter().filter(of).filter_map(rate).reduce(f64::min)
        };
        let requests = slowest(&[Dimension::Requests])?;
        let tokens = slowest(&[Dimension::Tokens, Dimension::InputTokens]);
        Some(Self {
            tokens: tokens.map_or(0, |tokens| (tokens / requests.max(1e-9)) as u64),
            rate: requests * conditions.foreign,
            dice: Dice::new(conditions.seed, THROWS + quota as u64),
            model,
        })
    }

    /// How long until the next one.
    pub(super) fn next_gap(&mut self) -> Option<Duration> {
        let gap = -(1.0 - self.dice.fraction()).ln() / self.rate;
        Duration::try_from_secs_f64(gap).ok()
    }
}
