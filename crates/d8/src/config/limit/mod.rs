//! Limits: from the words in which d8.toml and the catalogue write them to the counts that an account lives under.
//!
//! In reading order: `period` and `reset` say when a count ends; `table` is one limit as written; `rule` is one
//! count of one scope; `shorthand` is rpm, rpd, tpm and tpd; `group` lets accounts of one quota share their counts.

pub(crate) mod group;
pub(crate) mod period;
pub(crate) mod reset;
pub(crate) mod rule;
pub(crate) mod scope;
pub(crate) mod shorthand;
pub(crate) mod table;

use std::time::Duration;

use d8_core::limit::{LimitSpec, Window};

/// One count of one limit, with the models of one account that it covers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limit {
    /// Stable across restarts and renamed accounts: quota group, scope, dimension, period and kind. Limits of several
    /// accounts with equal keys are one count.
    pub key: String,
    /// Ids of this account's models that it covers.
    pub models: Vec<String>,
    /// What the engine is told.
    pub spec: LimitSpec,
    /// The period in the spoken language: "minute", "day", "2 s"; empty for concurrency.
    pub nominal_per: String,
    /// In English words, for machines too: "30 requests a minute".
    pub label: String,
    /// The same in the spoken language.
    pub called: String,
    /// The period's nominal length; a day is 24 h, a month 30 days. Zero for concurrency.
    pub nominal: Duration,
    /// When its period ends, in words of the spoken language: "midnight Pacific"; none where it has no such moment.
    pub resets: Option<String>,
}

impl Limit {
    /// The same limit in a world that runs `speed` times as fast. Zone days and months become fixed periods, as a
    /// zone has no faster days. The key changes with it: a fast count is not the true one.
    pub fn scaled(&self, speed: u32) -> Self {
        let speed = speed.max(1);
        let window = match &self.spec.window {
            Window::InFlight => return self.clone(),
            Window::Bucket { per } => Window::Bucket { per: *per / speed },
            Window::Sliding { per } => Window::Sliding { per: *per / speed },
            Window::Fixed { per } => Window::Fixed { per: *per / speed },
            Window::Resets(_) => Window::Fixed {
                per: self.nominal / speed,
            },
        };
        Self {
            key: format!("{}@{speed}", self.key),
            spec: LimitSpec {
                window,
                ..self.spec.clone()
            },
            ..self.clone()
        }
    }
}
