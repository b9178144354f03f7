//! What the engine is told about the world before it begins: limits, targets, routes.

use std::time::Duration;

use crate::id::{AccountId, LimitId, RouteId, TargetId};
use crate::limit::LimitSpec;
use crate::time::Timestamp;
use crate::usage::{CostRule, Spend};

/// An account and a model.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TargetSpec {
    /// Whose credential.
    pub account: AccountId,
    /// Every limit that a request to it counts against.
    pub limits: Vec<LimitId>,
    /// What a task costs there.
    pub cost: CostRule,
}

/// How many levels a route has: primary, backup, last resort.
pub const LEVELS: usize = 3;

/// How long a task waits for a primary target.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Patience {
    /// Where nobody waits for the answer.
    pub queued: Duration,
    /// Where somebody does.
    pub interactive: Duration,
}

/// A name that tasks ask for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RouteSpec {
    /// Primary, backup, last resort.
    pub levels: [Vec<TargetId>; LEVELS],
    /// A task takes the backup when it would wait longer than this for the primary.
    pub patience: Patience,
    /// A task takes the last resort when it would wait longer than this for the others.
    pub last_resort_after: Duration,
}

/// The bounds that everything has.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// How long a lease lives without a sign of life.
    pub lease: Duration,
    /// How long after the grant a request may still leave.
    pub send_within: Duration,
    /// How long a request that has left may be on its way: what a process that ended had sent is counted so late.
    pub on_the_way: Duration,
    /// How much waiting outweighs one step of priority.
    pub age_step: Duration,
    /// Silences after which a task is set aside.
    pub max_silences: u8,
    /// The first backoff after a fault; doubles up to `backoff_most`.
    pub backoff_least: Duration,
    /// The longest backoff.
    pub backoff_most: Duration,
    /// Faults in a row after which a target rests and is then probed by one request at a time.
    pub faults_to_rest: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(60),
            send_within: Duration::from_secs(5),
            on_the_way: Duration::from_secs(5),
            age_step: Duration::from_secs(600),
            max_silences: 3,
            backoff_least: Duration::from_secs(1),
            backoff_most: Duration::from_secs(60),
            faults_to_rest: 3,
        }
    }
}

/// Everything that the configuration says, in the engine's terms.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Setup {
    /// Each count of each limit.
    pub limits: Vec<(LimitId, LimitSpec)>,
    /// Each account's models.
    pub targets: Vec<(TargetId, TargetSpec)>,
    /// Each name that tasks may ask for.
    pub routes: Vec<(RouteId, RouteSpec)>,
    /// The bounds.
    pub bounds: Bounds,
}

/// What a target was spent on before the engine counted it: the store remembers it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spent {
    /// Where.
    pub target: TargetId,
    /// The latest moment at which it may have arrived.
    pub arrived: Timestamp,
    /// What it took.
    pub spent: Spend,
}
