//! What goes into the engine and what comes out of it.

use std::time::Duration;

use crate::change::{Change, Ending, Parked, Pausable, TaskRow};
use crate::clock::ClockOffset;
use crate::id::{AccountId, AttemptNo, GroupId, LimitId, TargetId, TaskId, WorkerId};
use crate::limit::{Dimension, Learnt};
use crate::setup::{Setup, Spent};
use crate::time::Timestamp;
use crate::usage::{Spend, Usage};
use crate::worker::Enlisted;

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    /// A new task.
    Submit(TaskRow),
    /// A task that had failed or was cancelled, to be done after all.
    Revive {
        /// The task.
        row: TaskRow,
        /// How it had ended.
        was: Ending,
    },
    /// Nobody wants this task any more.
    Cancel(TaskId),
    /// An open task that only the store knew until now.
    Adopt(TaskRow),
    /// Nobody waits for this group now: those of its tasks that wait are the store's alone until they are adopted again.
    Release(
        /// Which.
        GroupId,
    ),
    /// An open task has another priority from now on.
    Reprioritise {
        /// The task.
        task: TaskId,
        /// 1..=10, higher first.
        priority: u8,
    },
    /// A worker takes whatever comes, until it is down.
    WorkerUp(Enlisted),
    /// A worker takes what there is now.
    Poll {
        /// Who.
        worker: Enlisted,
        /// It waits until there is something, or until [`Input::Hush`]; else it has gone when the turn ends.
        waits: bool,
    },
    /// A worker that waited does so no more.
    Hush(
        /// Who.
        WorkerId,
    ),
    /// A worker takes no more; what it holds runs on until it reports or its leases end.
    WorkerDown(
        /// Who.
        WorkerId,
    ),
    /// A worker is no longer there, or no longer knows what it held: all its leases end in silence.
    WorkerLost(
        /// Who.
        WorkerId,
    ),
    /// We did not run for so long: nobody could be heard, so every lease lasts so much longer.
    Stalled(
        /// How long.
        Duration,
    ),
    /// Somebody holds this back.
    Pause(
        /// What.
        Pausable,
    ),
    /// It goes on.
    Resume(
        /// What.
        Pausable,
    ),
    /// An attempt is still at work.
    Renew {
        /// The task.
        task: TaskId,
        /// Its attempt.
        attempt: AttemptNo,
    },
    /// An attempt is over.
    Finished {
        /// The task.
        task: TaskId,
        /// Its attempt.
        attempt: AttemptNo,
        /// How.
        report: Report,
    },
    /// Somebody wants this tried again now.
    Unpark(
        /// What.
        Parked,
    ),
    /// Somebody asked a provider past this engine, with a key that it serves: that is counted there all the same.
    SpentAside(Aside),
    /// What was learnt of an account's limits is no longer true.
    Forget(
        /// Whose.
        AccountId,
    ),
    /// The configuration is another one from now on. What is under way runs on, what was spent stays spent, and what waits
    /// waits for what serves it now.
    SetUp {
        /// All of it. Routes that are not in it lead nowhere; the bounds stay as they are.
        setup: Box<Setup>,
        /// What was spent at the targets that have limits which did not count them until now, in order of time. Other
        /// targets' is not looked at.
        past: Vec<Spent>,
    },
}

/// Requests that went to a target past this engine.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Aside {
    /// A name that no task has and none will have: in the store it is an attempt like any other.
    pub task: TaskId,
    /// Who is to stand for it in the store.
    pub worker: WorkerId,
    /// Where they went.
    pub target: TargetId,
    /// How many.
    pub requests: u32,
    /// What they took together.
    pub usage: Usage,
    /// The latest moment at which the provider may have counted them.
    pub at: Timestamp,
}

/// What an attempt found out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// When all of the answer was here.
    pub received_at: Timestamp,
    /// The latest moment at which the provider can have counted the request: when the answer began, less the time for
    /// which the provider says that it worked.
    pub arrived_by: Timestamp,
    /// What the answer told of the provider's clock.
    pub clock: Option<ClockOffset>,
    /// What the answer told of limits, as they stood when the provider had counted the request.
    pub signals: Vec<LimitSignal>,
}

impl Report {
    /// A report that tells nothing but how it ended, and when.
    pub fn plain(outcome: Outcome, received_at: Timestamp) -> Self {
        Self {
            outcome,
            received_at,
            arrived_by: received_at,
            clock: None,
            signals: Vec::new(),
        }
    }
}

/// One limit, as an answer shows it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct LimitSignal {
    /// What it counts.
    pub dimension: Dimension,
    /// Its period, where it is told.
    pub per: Option<Duration>,
    /// How much it holds.
    pub limit: Option<u64>,
    /// How much of it is left.
    pub remaining: Option<u64>,
    /// How long until nothing of it is used any more.
    pub reset: Option<Duration>,
}

/// How an attempt ended, in terms of what must follow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Answered; usage as far as the provider told it.
    Answered(Option<Usage>),
    /// Refused for quota.
    Refused {
        /// The limits it named.
        limits: Vec<RefusedLimit>,
        /// When to come again, by its word.
        retry_after: Option<Duration>,
    },
    /// The provider has no capacity now.
    Overloaded {
        /// When to come again, by its word.
        retry_after: Option<Duration>,
    },
    /// A fault that another attempt may not meet.
    Fault {
        /// Whether the request may have arrived: one that surely has not took nothing of the limits.
        sent: bool,
    },
    /// A stream that broke off after its first piece was passed on: nobody may begin it again.
    Cut,
    /// The request is larger than the target takes.
    TooLarge,
    /// The request itself is refused, for good.
    Rejected,
    /// The key is refused.
    BadKey,
    /// There is no money.
    NoMoney,
    /// The account does not have this model.
    ModelUnavailable,
    /// Nothing was sent.
    GivenBack,
}

/// A limit as a refusal names it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct RefusedLimit {
    /// What it counts.
    pub dimension: Dimension,
    /// Its period.
    pub per: Option<Duration>,
    /// How much it holds.
    pub amount: Option<u64>,
    /// How much of it was used, this request not counted.
    pub used: Option<u64>,
}

/// Something to be done, once the changes are stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Output {
    /// Run this attempt.
    Lease(Lease),
    /// A task has ended.
    Ended {
        /// The task.
        task: TaskId,
        /// Its group.
        group: GroupId,
        /// How.
        ending: Ending,
        /// The attempt whose report ended it; none where no report did.
        by: Option<AttemptNo>,
        /// Whether its client wanted it kept.
        durable: bool,
        /// Whether somebody elsewhere is to be told.
        callback: bool,
    },
    /// An attempt is no longer wanted.
    Abort {
        /// Who runs it.
        worker: WorkerId,
        /// The task.
        task: TaskId,
        /// The attempt.
        attempt: AttemptNo,
    },
}

/// The right to run an attempt.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Lease {
    /// The task.
    pub task: TaskId,
    /// The attempt.
    pub attempt: AttemptNo,
    /// Where to.
    pub target: TargetId,
    /// By whom.
    pub worker: WorkerId,
    /// The last moment at which the request may leave.
    pub send_by: Timestamp,
    /// Without a sign of life until then it is taken for lost.
    pub deadline: Timestamp,
    /// What is reserved for it.
    pub reserved: Spend,
    /// Whether the task's client wanted it kept.
    pub durable: bool,
}

/// What one turn of the engine brings about: changes to store first, outputs to deliver afterwards.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Effects {
    /// To be stored in one transaction.
    pub changes: Vec<Change>,
    /// To be delivered once the changes are stored.
    pub outputs: Vec<Output>,
}

impl Effects {
    /// True when nothing came of it.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.outputs.is_empty()
    }

    /// The wire showed how much limits hold.
    pub(crate) fn learnt(&mut self, news: impl IntoIterator<Item = (LimitId, Learnt)>) {
        let change = |(limit, learnt)| Change::Learnt { limit, learnt };
        self.changes.extend(news.into_iter().map(change));
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.changes.clear();
        self.outputs.clear();
    }
}
