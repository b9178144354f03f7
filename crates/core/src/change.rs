//! What the engine wants remembered. The store writes changes as they come and decides nothing; replayed in order they
//! are the engine's whole durable state.

use crate::id::{
    AccountId, AttemptNo, ClientId, GroupId, KindId, LimitId, PrefixId, RouteId, TargetId, TaskId, WorkerId,
};
use crate::limit::Learnt;
use crate::time::Timestamp;
use crate::usage::{Estimate, Spend};

/// An open task, as it is handed to the engine and as it stands in the store.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct TaskRow {
    /// Its name.
    pub id: TaskId,
    /// Submitted together with.
    pub group: GroupId,
    /// For whom.
    pub client: ClientId,
    /// Where it may be served.
    pub route: RouteId,
    /// 1..=10, higher first.
    pub priority: u8,
    /// When it was submitted.
    pub created_at: Timestamp,
    /// Not to be started earlier: the caller's wish or a backoff.
    pub not_before: Timestamp,
    /// Not to be finished later; `Timestamp::MAX` for none.
    pub deadline: Timestamp,
    /// Transient faults after which it is failed.
    pub max_attempts: u8,
    /// Transient faults so far.
    pub faults: u8,
    /// Leases that ended in silence so far.
    pub silences: u8,
    /// The latest attempt, 0 before the first.
    pub attempt: AttemptNo,
    /// Its size.
    pub estimate: Estimate,
    /// What a worker must be able to do for it.
    pub demand: Demand,
    /// Somebody waits for the answer: it goes first, and is patient for a shorter time.
    pub interactive: bool,
    /// False: its client does not want it kept beyond a crash; its rows are written behind.
    pub durable: bool,
    /// Somebody elsewhere is to be told of its end.
    pub callback: bool,
    /// How its prompt begins; none: nothing is gained by sending it where another one was sent.
    pub prefix: Option<PrefixId>,
}

/// What a task demands of a worker.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Demand {
    /// Its type.
    pub kind: KindId,
    /// Only workers that name this type know it.
    pub rare: bool,
    /// A worker of the Hive can carry it: plain texts and nothing else.
    pub plain: bool,
}

impl Default for Demand {
    fn default() -> Self {
        Self {
            kind: KindId(0),
            rare: false,
            plain: true,
        }
    }
}

/// How an attempt ended.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum AttemptOutcome {
    /// The provider answered.
    Answered,
    /// Refused for quota: 429.
    Refused,
    /// A fault that another attempt may not meet: 5xx, time-out, dropped connection, overload.
    Fault,
    /// The request itself was refused: 400, 413.
    Rejected,
    /// The account was refused: 401, 403, no money.
    Denied,
    /// Given back before anything was sent.
    GivenBack,
    /// Nobody reported in time, or the process ended: it may have been sent.
    Silent,
    /// The task was cancelled or out of time; the request may have been sent.
    Cancelled,
}

/// How a task ended.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Ending {
    /// Answered.
    Completed,
    /// Will not be answered: why.
    Failed(FailureCode),
    /// Somebody no longer wants it.
    Cancelled,
}

/// Why a task failed, in the words of the public contract.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FailureCode {
    /// Larger than a limit of every target that could serve it.
    TooLarge,
    /// The provider refused the request itself.
    ProviderError,
    /// `max_attempts` transient faults.
    AttemptsExhausted,
    /// Its deadline passed.
    DeadlineExceeded,
    /// Three of its attempts ended in silence.
    Quarantined,
}

/// Why an account or a limit takes nothing for a while.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ParkReason {
    /// A quota refusal.
    QuotaRefused,
    /// The provider has no capacity.
    Overloaded,
    /// The key was refused.
    BadKey,
    /// No money, a spend cap.
    NoMoney,
    /// The model is not served to this account.
    ModelUnavailable,
}

/// What is parked.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Parked {
    /// A whole account.
    Account(AccountId),
    /// One model of an account.
    Target(TargetId),
    /// One count of one limit.
    Limit(LimitId),
}

/// What somebody holds back.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Pausable {
    /// A whole account.
    Account(AccountId),
    /// A route.
    Route(RouteId),
}

/// One thing to remember.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// A new task; its payload is stored beside it.
    Added(TaskRow),
    /// An ended task is open again, under its old name; its result is forgotten.
    Revived(TaskRow),
    /// The right to send: stored before anything is sent.
    Granted {
        /// The task.
        task: TaskId,
        /// Its attempt.
        attempt: AttemptNo,
        /// Where to.
        target: TargetId,
        /// By whom.
        worker: WorkerId,
        /// When.
        at: Timestamp,
        /// The last moment at which the request may leave.
        send_by: Timestamp,
        /// Reserved.
        reserved: Spend,
    },
    /// The end of an attempt. What it spent is history for the ledger from now on.
    AttemptEnded {
        /// The task.
        task: TaskId,
        /// Its attempt.
        attempt: AttemptNo,
        /// Where it went.
        target: TargetId,
        /// By whom.
        worker: WorkerId,
        /// When it was granted.
        granted_at: Timestamp,
        /// The latest moment at which the provider may have counted it.
        ended_at: Timestamp,
        /// How.
        outcome: AttemptOutcome,
        /// What it took of the limits.
        spent: Spend,
    },
    /// An attempt that was taken for lost was answered after all: what it took is known now. It was counted already.
    LateReport {
        /// The task.
        task: TaskId,
        /// Its attempt.
        attempt: AttemptNo,
        /// How it ended.
        outcome: AttemptOutcome,
        /// What it took.
        spent: Spend,
    },
    /// An open task waits again, with these counts.
    Requeued {
        /// The task.
        task: TaskId,
        /// Not to be started earlier.
        not_before: Timestamp,
        /// Its latest attempt.
        attempt: AttemptNo,
        /// Transient faults so far.
        faults: u8,
        /// Silences so far.
        silences: u8,
    },
    /// A task's end; its result or error text is stored beside it.
    Finished {
        /// The task.
        task: TaskId,
        /// Its group, whose counts move.
        group: GroupId,
        /// How.
        ending: Ending,
        /// When.
        at: Timestamp,
    },
    /// Something takes nothing until then; `Timestamp::MAX`: until somebody unparks it.
    ParkedUntil {
        /// What.
        what: Parked,
        /// Until when.
        until: Timestamp,
        /// Why.
        why: ParkReason,
    },
    /// It takes work again.
    Unparked(
        /// What.
        Parked,
    ),
    /// An open task has another priority.
    Reprioritised {
        /// The task.
        task: TaskId,
        /// 1..=10, higher first.
        priority: u8,
    },
    /// Somebody holds this back.
    Paused(
        /// What.
        Pausable,
    ),
    /// It goes on.
    Resumed(
        /// What.
        Pausable,
    ),
    /// The wire showed how much a limit really holds.
    Learnt {
        /// Which.
        limit: LimitId,
        /// How much, when, and by what.
        learnt: Learnt,
    },
    /// What was learnt of a limit is no longer believed.
    Forgotten(
        /// Which.
        LimitId,
    ),
}
