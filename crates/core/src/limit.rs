//! What a limit is: dimension x amount x window. How it is counted is `quota`'s.

use std::sync::Arc;
use std::time::Duration;

use crate::time::Timestamp;

/// What a limit counts.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Dimension {
    /// Requests, whatever became of them.
    Requests,
    /// Input and output tokens together.
    Tokens,
    /// Tokens of the prompt.
    InputTokens,
    /// Tokens of the answer.
    OutputTokens,
    /// Money, in picodollars.
    Cost,
    /// Requests open at once.
    Concurrency,
}

/// When what was counted stops counting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Window {
    /// With the answer: concurrency.
    InFlight,
    /// A bucket as large as the amount, which drains the whole amount in `per`, continuously.
    Bucket {
        /// The time in which a full bucket drains.
        per: Duration,
    },
    /// At most the amount in any `per`. It is safe under every other kind with the same numbers, so it stands for
    /// "unknown" too.
    Sliding {
        /// The length of the window: the longest that the period can be.
        per: Duration,
    },
    /// Whole multiples of `per` since the Unix epoch, by the provider's clock.
    Fixed {
        /// The length of the period.
        per: Duration,
    },
    /// From one instant to the next, by the provider's clock: days or months of a zone, worked out by who knows zones.
    Resets(
        /// Ascending; before the first and after the last, the period is taken to be open.
        Arc<[Timestamp]>,
    ),
}

/// One limit of one quota group and scope.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LimitSpec {
    /// What is counted.
    pub dimension: Dimension,
    /// How much of it fits; picodollars for `Cost`. Zero: the model is not served at all.
    pub amount: u64,
    /// When it stops counting.
    pub window: Window,
    /// Thousandths of the amount that only tasks of priority 8 and higher may use.
    pub reserve_permille: u16,
    /// How far the amount is to be believed.
    pub standing: Standing,
}

/// How far a limit's amount is to be believed.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum Standing {
    /// The user wrote it: what the wire shows may lower it, and it climbs back, never above.
    #[default]
    Ceiling,
    /// The catalogue says so: what the wire shows moves it both ways.
    Belief,
    /// Nobody said anything; there may be no such limit. Its amount is `u64::MAX`, and its period a guess.
    Unknown,
}

/// How much a limit really holds, as the wire showed.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Learnt {
    /// How much.
    pub amount: u64,
    /// Within how long, where the period was found too.
    pub per: Option<Duration>,
    /// When it was shown.
    pub at: Timestamp,
    /// By what.
    pub evidence: Evidence,
}

/// What showed how much a limit holds.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Evidence {
    /// The provider said so, in headers or with a refusal.
    Told,
    /// So much was accepted, and then one was refused.
    Counted,
}
