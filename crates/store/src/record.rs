//! The rows that go in and come out: what is remembered beside the engine's own changes.

use d8_core::change::{AttemptOutcome, Change, Ending, FailureCode, ParkReason, Parked, Pausable, TaskRow};
use d8_core::id::{AttemptNo, ClientId, GroupId, LimitId, RouteId, TargetId, TaskId, WorkerId};
use d8_core::time::Timestamp;
use d8_core::usage::Spend;

use crate::names::{Endpoint, FreshName};

/// Everything that becomes durable together. Within a batch changes apply in order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Batch {
    /// The engine's time. The newest of all batches is given back by [`Loaded::newest`].
    pub now: Timestamp,
    /// Names that the rest of the batch is the first to use.
    pub names: Vec<FreshName>,
    /// The engine's changes, in its order.
    pub changes: Vec<Change>,
    /// Requests of added tasks.
    pub payloads: Vec<(TaskId, Payload)>,
    /// Identities of added tasks within their group. Kept after the task's end.
    pub keys: Vec<Key>,
    /// Answers or error texts of finished tasks. One for a task that the batch leaves open is dropped.
    pub results: Vec<(TaskId, ResultRow)>,
    /// Groups that take no more tasks.
    pub seals: Vec<GroupId>,
    /// Targets whose spending may be this much more than the rows say, until something else is said of them:
    /// [`Spend::NONE`] takes it back.
    pub allowances: Vec<(TargetId, Spend)>,
    /// Finished tasks whose client is still to be told. One that the batch leaves open is dropped.
    pub callbacks: Vec<TaskId>,
    /// Those whose client has been told, of an end in an earlier batch: it comes before `callbacks`.
    pub told: Vec<TaskId>,
    /// Identities that are looked up one by one, by [`Reader::task_by_request`](crate::Reader::task_by_request). One
    /// that is known already stands for the new task from now on.
    pub requests: Vec<(u128, TaskId)>,
    /// Those of `requests` that need not be known any more, of an earlier batch: it comes before `requests`.
    pub forget_requests: Vec<u128>,
    /// How agents stand from now on.
    pub agents: Vec<AgentRow>,
    /// Added tasks whose answers are to be delivered, each with a note in a form that is the caller's.
    pub outputs: Vec<(TaskId, String)>,
    /// Those of an earlier batch's `outputs` that need not be known any more.
    pub delivered: Vec<TaskId>,
}

impl Batch {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        let Self {
            now: _,
            names,
            changes,
            payloads,
            keys,
            results,
            seals,
            allowances,
            callbacks,
            told,
            requests,
            forget_requests,
            agents,
            outputs,
            delivered,
        } = self;
        names.is_empty()
            && changes.is_empty()
            && payloads.is_empty()
            && keys.is_empty()
            && results.is_empty()
            && seals.is_empty()
            && allowances.is_empty()
            && callbacks.is_empty()
            && told.is_empty()
            && requests.is_empty()
            && forget_requests.is_empty()
            && agents.is_empty()
            && outputs.is_empty()
            && delivered.is_empty()
    }
}

/// A request as it came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payload {
    /// What it asks of a provider.
    pub endpoint: Endpoint,
    /// What the client wants to find beside its answer (`custom_id`, metadata), in a form that is the caller's.
    pub custom: Option<String>,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// An answer or an error text as it came.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ResultRow {
    /// The provider's HTTP status; 0 where none answered.
    pub status: u16,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// What makes a task the same one when it is submitted again.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// Known within this group.
    pub group: GroupId,
    /// The identity, a hash.
    pub key: u128,
    /// The task.
    pub task: TaskId,
}

/// A key, and how its task stands.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct KeyedTask {
    /// The identity.
    pub key: u128,
    /// The task.
    pub task: TaskId,
    /// How and when it ended; `None`: it is open.
    pub ended: Option<(Ending, Timestamp)>,
}

/// Which open tasks to load.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Which<'a> {
    /// All of them.
    All,
    /// Those of these groups.
    Groups(&'a [GroupId]),
}

/// What the engine is rebuilt from, beside its open tasks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loaded {
    /// Open attempts of the tasks that were loaded; with [`Which::All`], also those whose task was never stored.
    pub leases: Vec<LeaseRow>,
    /// The smallest id that no task ever had.
    pub next_task: TaskId,
    /// The newest `now` of any batch: the engine's time goes on from there.
    pub newest: Timestamp,
    /// What takes nothing.
    pub parks: Vec<ParkRow>,
    /// What the wire showed of limits.
    pub learnt: Vec<Learnt>,
    /// What somebody holds back.
    pub pauses: Vec<Pausable>,
    /// What may have been spent beside the rows. All of it, whichever tasks were loaded.
    pub allowances: Vec<(TargetId, Spend)>,
    /// Finished tasks whose client is still to be told, in the order of ids. All of them, whichever tasks were loaded.
    pub callbacks: Vec<TaskId>,
    /// How each agent stands, by name.
    pub agents: Vec<AgentRow>,
    /// Tasks whose answers are still to be delivered, in the order of ids. All of them, whichever tasks were loaded.
    pub outputs: Vec<(TaskId, String)>,
}

/// How far an agent has come.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AgentRow {
    /// Its name.
    pub name: String,
    /// The last occurrence of its schedule that has been dealt with.
    pub last: Option<Timestamp>,
    /// How many pieces of work it was ever given: the number of the latest.
    pub number: u64,
    /// Somebody holds it back.
    pub paused: bool,
    /// How many of its answers were delivered.
    pub delivered: u64,
    /// How many occurrences of its schedule were left out.
    pub skipped: u64,
}

/// An attempt that was granted and has not ended.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct LeaseRow {
    /// The task.
    pub task: TaskId,
    /// Its attempt.
    pub attempt: AttemptNo,
    /// Where to.
    pub target: TargetId,
    /// By whom.
    pub worker: WorkerId,
    /// When.
    pub granted_at: Timestamp,
    /// The last moment at which the request may leave.
    pub send_by: Timestamp,
    /// Reserved.
    pub reserved: Spend,
}

/// An attempt that has ended.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct AttemptRow {
    /// The task.
    pub task: TaskId,
    /// Its attempt.
    pub attempt: AttemptNo,
    /// Where it went.
    pub target: TargetId,
    /// By whom.
    pub worker: WorkerId,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// The latest moment at which the provider may have counted it.
    pub ended_at: Timestamp,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// What it took.
    pub spent: Spend,
}

/// What the ledger has to know of the past.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum PastSpend {
    /// It took this.
    Ended(AttemptRow),
    /// Its reservation holds.
    Open(LeaseRow),
}

/// Something that takes nothing for a while.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ParkRow {
    /// What.
    pub what: Parked,
    /// Until when.
    pub until: Timestamp,
    /// Why.
    pub why: ParkReason,
}

/// How much a limit really holds.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Learnt {
    /// Which.
    pub limit: LimitId,
    /// How much, since when this is known, and by what.
    pub learnt: d8_core::limit::Learnt,
}

/// A group's counts. Open tasks are the rest of `total`.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct GroupCounts {
    /// When its first task came.
    pub created_at: Timestamp,
    /// Whether it takes no more tasks.
    pub sealed: bool,
    /// All its tasks.
    pub total: u64,
    /// Those answered.
    pub completed: u64,
    /// Those given up.
    pub failed: u64,
    /// Those no longer wanted.
    pub cancelled: u64,
}

/// A task, open or ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredTask {
    /// The task.
    pub row: TaskRow,
    /// How it stands.
    pub state: TaskState,
}

/// How a task stands.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum TaskState {
    /// It waits.
    Pending,
    /// An attempt is under way.
    Assigned,
    /// It is over.
    Ended(
        /// How.
        Ending,
        /// When.
        Timestamp,
    ),
}

/// The five words for how a task stands.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum TaskStatus {
    /// It waits.
    Pending,
    /// An attempt is under way.
    Assigned,
    /// Answered.
    Completed,
    /// Given up.
    Failed,
    /// No longer wanted.
    Cancelled,
}

/// Which tasks a listing shows: those that match everything that is set.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// How it stands.
    pub status: Option<TaskStatus>,
    /// Its group.
    pub group: Option<GroupId>,
    /// For whom.
    pub client: Option<ClientId>,
    /// Its route.
    pub route: Option<RouteId>,
    /// Why it failed.
    pub failure: Option<FailureCode>,
    /// It came in before that.
    pub created_before: Option<Timestamp>,
}

/// The order of a listing.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Order {
    /// In order of submission.
    OldestFirst,
    /// In the opposite order.
    NewestFirst,
}
