//! Workers as the engine knows them: whose quota they spend, what they can do, how long they may be silent.

use std::time::Duration;

use crate::change::Demand;
use crate::id::{AccountId, KindId, WorkerId};

/// What a worker can do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Skill {
    /// One of D8's own: every chat completion, whatever its type, unless the type is rare.
    Any,
    /// One of the Hive's: plain texts, of these types.
    Plain(
        /// The types that it knows.
        Vec<KindId>,
    ),
}

impl Skill {
    /// Whether it can do such a task.
    pub fn covers(&self, demand: &Demand) -> bool {
        match self {
            Self::Any => !demand.rare,
            Self::Plain(kinds) => demand.plain && kinds.contains(&demand.kind),
        }
    }
}

/// A worker that takes work.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Enlisted {
    /// Who.
    pub worker: WorkerId,
    /// Whose quota it spends.
    pub account: AccountId,
    /// How many attempts it runs at once.
    pub slots: u32,
    /// What it can do.
    pub skill: Skill,
    /// How long an attempt of its may be silent.
    pub lease: Duration,
}
