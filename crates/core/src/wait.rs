//! Why something is not running now: every wait has a reason that a program can read. Sentences are made elsewhere.

use crate::change::ParkReason;
use crate::id::{AccountId, LimitId, TargetId};
use crate::time::Timestamp;

/// Why a target takes nothing, or why a task waits.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Wait {
    /// The reason.
    pub code: WaitCode,
    /// Until when at the latest, where that is known.
    pub until: Option<Timestamp>,
    /// The account concerned.
    pub account: Option<AccountId>,
    /// The target concerned.
    pub target: Option<TargetId>,
    /// The limit that decides.
    pub limit: Option<LimitId>,
}

impl Wait {
    /// Whether two tasks that wait so wait for the same thing; those that wait for a time of their own do.
    pub fn is_like(&self, other: &Self) -> bool {
        let key = |wait: &Self| (wait.code, wait.account, wait.target, wait.limit);
        key(self) == key(other)
    }
}

/// The reasons there are.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum WaitCode {
    /// The caller wished for a later start.
    NotBefore,
    /// It met a fault and is tried again later.
    Backoff,
    /// Every account's quota is taken.
    Quota,
    /// Its turn has not come: others are before it.
    Order,
    /// It waits for the primary, within its patience.
    Patience,
    /// Every worker is busy.
    Workers,
    /// No worker serves the account.
    NoWorker,
    /// No worker knows its type, or none can carry it.
    NoSkill,
    /// Somebody holds the account or the route back.
    Paused,
    /// The target or the account takes nothing.
    Parked(ParkReason),
    /// No target can ever take it as things are.
    NoTarget,
}
