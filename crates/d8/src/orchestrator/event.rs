//! Everything that can wake the engine's loop, and what it tells in return.

use std::sync::Arc;
use std::time::Duration;

use d8_core::LimitView;
use d8_core::change::{Ending, ParkReason, Parked, TaskRow};
use d8_core::engine::{GroupCounts, Line, Outlook, Prospects, TargetView, Workload};
use d8_core::id::{AttemptNo, GroupId, LimitId, PrefixId, RouteId, TargetId, TaskId, WorkerId};
use d8_core::message::{Lease, Report};
use d8_core::time::Timestamp;
use d8_core::usage::Estimate;
use d8_core::wait::Wait;
use d8_store::{AgentRow, Payload, ResultRow};
use d8_wire::ChatRequest;
use tokio::sync::{mpsc, oneshot};

use super::aside::{Aside, Unknown};
use super::fleet::Member;
use super::pace::Tally;
use crate::config::{Config, Route};
use crate::protocol::Registration;
use crate::worker::{self, Equipment, Errand};

/// The type of tasks that name none.
pub const AGENT_ACTION: &str = "agent_action";

/// A task to be taken in.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// Its name, from [`super::Handle::new_id`].
    pub id: TaskId,
    /// Submitted together with.
    pub group: Arc<str>,
    /// For whom.
    pub client: Arc<str>,
    /// Its type.
    pub kind: Arc<str>,
    /// Where it may be served.
    pub way: Way,
    /// 1..=10, higher first.
    pub priority: u8,
    /// Not to be started earlier.
    pub not_before: Option<Timestamp>,
    /// Not to be finished later.
    pub deadline: Option<Timestamp>,
    /// Transient faults after which it is failed.
    pub max_attempts: u8,
    /// How large it is.
    pub estimate: Estimate,
    /// Only workers that name its type know it.
    pub rare: bool,
    /// A worker of the Hive can carry it.
    pub plain: bool,
    /// Somebody waits for its answer.
    pub interactive: bool,
    /// Its client wants it kept, whatever happens.
    pub durable: bool,
    /// What makes it the same within its group when it is submitted again.
    pub key: Option<u128>,
    /// What makes it the same for its client when it is submitted again.
    pub request_key: Option<u128>,
    /// Somebody elsewhere is to be told of its end.
    pub callback: bool,
    /// How its prompt begins.
    pub prefix: Option<PrefixId>,
    /// The request as it is kept; none for a task that is not.
    pub payload: Option<Payload>,
    /// The request in memory, where its first attempt shall find it.
    pub request: Option<Arc<ChatRequest>>,
    /// The agent that it comes from.
    pub agent: Option<Box<AgentWork>>,
}

/// What is stored together with a piece of an agent's work, so that it is given once and its answer is not forgotten.
#[derive(Clone, Debug)]
pub struct AgentWork {
    /// How the agent stands with it.
    pub row: AgentRow,
    /// What is to be known when its answer is delivered.
    pub note: String,
}

/// Faults after which a task is failed, where nobody says otherwise.
pub const MAX_ATTEMPTS: u8 = 5;

impl NewTask {
    /// A task as most are: durable, and nobody waits for it.
    pub fn new(id: TaskId, group: Arc<str>, client: Arc<str>, way: Way, estimate: Estimate) -> Self {
        Self {
            id,
            group,
            client,
            kind: AGENT_ACTION.into(),
            way,
            priority: 5,
            not_before: None,
            deadline: None,
            max_attempts: MAX_ATTEMPTS,
            estimate,
            rare: false,
            plain: true,
            interactive: false,
            durable: true,
            key: None,
            request_key: None,
            callback: false,
            prefix: None,
            payload: None,
            request: None,
            agent: None,
        }
    }
}

/// Where a task may be served.
#[derive(Clone, Debug)]
pub enum Way {
    /// On this route.
    Route(Arc<Route>),
    /// On the default route, and by every worker of the Hive that brings its own key.
    Everybody,
}

/// A task that was taken in.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Accepted {
    /// Its name.
    pub id: TaskId,
    /// It was known already.
    pub repeated: bool,
}

/// Why nothing of a submission was taken in.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// Too many tasks are open.
    #[error("{open} tasks are open, and no more than {most} may be")]
    QueueFull {
        /// How many are.
        open: u64,
        /// How many may be.
        most: u64,
    },
    /// The disk of the store is nearly full.
    #[error("the disk of the store has only {megabytes} MB left")]
    DiskFull {
        /// How much is left.
        megabytes: u64,
    },
    /// The group takes no more tasks.
    #[error("the group `{0}` is sealed")]
    Sealed(String),
    /// Nothing can start it before its deadline.
    #[error("its deadline is {}", if *past { "past" } else { "before any account takes work again" })]
    DeadlineInfeasible {
        /// It was past when the task came.
        past: bool,
    },
    /// The orchestrator is about to end.
    #[error("the orchestrator is stopping")]
    Stopping,
}

/// Where the latest attempt of a watched task went, and when.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Start {
    /// Where.
    pub target: TargetId,
    /// When.
    pub at: Timestamp,
}

/// A task's end, told once it is stored.
#[derive(Clone, Debug)]
pub struct Done {
    /// The task.
    pub task: TaskId,
    /// How.
    pub ending: Ending,
    /// The answer or the error's text, where somebody answered.
    pub result: Option<Arc<ResultRow>>,
    /// The attempt that ended it, if one did.
    pub by: Option<AttemptNo>,
    /// Where its latest attempt went, and when, if somebody watched it.
    pub start: Option<Start>,
    /// Why it was not taken in, where it was not: its ending is then `Cancelled`.
    pub refused: Option<Refusal>,
}

/// How things stand with a group.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// When.
    pub now: Timestamp,
    /// The group's counts.
    pub counts: GroupCounts,
    /// Whether what is open of the group can still be done.
    pub prospects: Prospects,
    /// Each target.
    pub targets: Vec<TargetView>,
    /// What is parked.
    pub parked: Vec<(Parked, Timestamp, ParkReason)>,
    /// Each limit.
    pub limits: Vec<(LimitId, LimitView)>,
}

/// How everything stands.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// When.
    pub now: Timestamp,
    /// All tasks.
    pub tasks: GroupCounts,
    /// Why tasks wait, and how many for each reason.
    pub waits: Vec<(Wait, u64)>,
    /// Each target.
    pub targets: Vec<TargetView>,
    /// What is parked.
    pub parked: Vec<(Parked, Timestamp, ParkReason)>,
    /// Each limit.
    pub limits: Vec<(LimitId, LimitView)>,
    /// Accounts that somebody holds back, by name.
    pub paused_accounts: Vec<String>,
    /// Routes that somebody holds back, by name.
    pub paused_routes: Vec<String>,
    /// How many tasks wait on each route, by its id.
    pub queues: Vec<(RouteId, u64)>,
    /// What happened in the last minute.
    pub minute: Tally,
    /// What happened in the last five minutes.
    pub five_minutes: Tally,
    /// Every worker, and how many attempts it is at.
    pub fleet: Vec<(Member, u32)>,
}

/// What a forecast is made from.
#[derive(Clone, Debug)]
pub struct Open {
    /// The limits.
    pub outlook: Outlook,
    /// What is open.
    pub workload: Workload,
    /// What comes before each task that was asked about, where that is known.
    pub lines: Vec<Option<Line>>,
}

/// What a registration came to.
#[derive(Clone, Debug)]
pub enum Registered {
    /// It is one of ours now.
    Welcome {
        /// The account whose quota it spends.
        account: String,
        /// That account's models.
        models: Vec<String>,
        /// How long its attempts may be silent.
        lease: Duration,
    },
    /// It cannot be: why, in words.
    Refused(String),
}

/// What a poll brings.
#[derive(Debug, Default)]
pub struct Polled {
    /// Attempts to be made.
    pub leases: Vec<Lease>,
    /// What nobody wants any more.
    pub cancelled: Vec<(TaskId, AttemptNo)>,
    /// False: nobody here knows this worker, or this life of it.
    pub known: bool,
}

/// What somebody wants held back, or to go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Named {
    /// An account.
    Account(String),
    /// A route.
    Route(String),
}

/// Who reports, and for which attempt.
#[derive(Clone, Debug)]
pub enum Reporter {
    /// A worker in this process: it knows the number of its attempt.
    BuiltIn(AttemptNo),
    /// One of D8's own workers elsewhere.
    Own {
        /// Its id.
        worker: String,
        /// Which of its lives.
        incarnation: String,
        /// The attempt.
        attempt: AttemptNo,
    },
    /// One of the Hive's: it knows no attempts. These are the ones of the task, with who made each.
    Hive {
        /// Its id.
        worker: String,
        /// The task's attempts as the store knows them.
        attempts: Vec<(WorkerId, AttemptNo)>,
    },
}

/// Another configuration, with what serves its accounts.
#[derive(Debug)]
pub struct Reform {
    /// The configuration.
    pub config: Config,
    /// For each account that is served here otherwise than before, or was not.
    pub hands: Vec<Hand>,
}

/// What an account is served with from now on.
#[derive(Debug)]
pub struct Hand {
    /// The account's name.
    pub account: String,
    /// What its worker makes attempts with.
    pub equipment: Equipment,
    /// The worker itself, where there was none.
    pub worker: Option<(mpsc::UnboundedSender<Errand>, Arc<worker::Tally>)>,
}

/// Something that is told when what came before it is stored.
pub(super) type Later = Box<dyn FnOnce() + Send>;

/// What wakes the loop.
pub(super) enum Event {
    Submit(Vec<NewTask>, Option<oneshot::Sender<Result<Vec<Accepted>, Refusal>>>),
    Revive(Vec<(TaskRow, Ending)>, Option<oneshot::Sender<()>>),
    Adopt(Vec<TaskRow>),
    /// Nobody waits for this group now.
    Release(GroupId),
    /// Which of these are not open here; answered when what came before is stored.
    Strangers(Vec<TaskId>, oneshot::Sender<Vec<TaskId>>),
    Cancel(Vec<TaskId>, Option<oneshot::Sender<()>>),
    Reprioritise(Vec<TaskId>, u8, oneshot::Sender<()>),
    Pause(Named, bool, oneshot::Sender<bool>),
    Unpark(String, oneshot::Sender<bool>),
    Forget(String, oneshot::Sender<bool>),
    SpentAside(Aside, TaskId, oneshot::Sender<Result<(), Unknown>>),
    Seal(String, oneshot::Sender<()>),
    Finished {
        task: TaskId,
        reporter: Reporter,
        report: Report,
        result: Option<ResultRow>,
        /// Told, once the report is stored, whether the attempt was still the reporter's.
        heard: Option<oneshot::Sender<bool>>,
    },
    Renew(Vec<(TaskId, AttemptNo)>),
    Register(Box<Registration>, oneshot::Sender<Registered>),
    Poll {
        worker: String,
        incarnation: Option<String>,
        free: u32,
        waits: bool,
        /// Tells this poll from the worker's next one.
        number: u64,
        reply: oneshot::Sender<Polled>,
    },
    Hush {
        worker: String,
        number: u64,
    },
    Heartbeat {
        worker: String,
        incarnation: Option<String>,
        attempts: Vec<(TaskId, AttemptNo)>,
        reply: oneshot::Sender<Polled>,
    },
    Unregister(String, Option<String>, oneshot::Sender<()>),
    View(GroupId, oneshot::Sender<View>),
    Outlook(oneshot::Sender<Outlook>),
    Status(oneshot::Sender<Status>),
    Open(Vec<TaskId>, oneshot::Sender<Open>),
    Explain(Vec<TaskId>, oneshot::Sender<Vec<Option<Wait>>>),
    /// Whoever was to be told of these tasks' ends has been, or never will be.
    Told(Vec<TaskId>),
    /// An agent stands so now.
    Agent(AgentRow, oneshot::Sender<()>),
    /// The answer of a task has been delivered, or never will be; how its agent stands then.
    Delivered(TaskId, Option<AgentRow>),
    ForgetRequests(Vec<u128>, oneshot::Sender<()>),
    /// The configuration is another one.
    Reform(Box<Reform>, oneshot::Sender<()>),
    /// Built-in workers take work from now on.
    Begin,
    /// Nothing more is started; what is under way may end.
    Drain,
    /// The store has answered.
    Committed,
    /// The loop ends when all that has happened is stored.
    Stop,
}
