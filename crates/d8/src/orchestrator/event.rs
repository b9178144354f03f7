//! Everything that can wake the engine's loop, and what it tells in return.

use d8_core::LimitView;
use d8_core::change::{Ending, ParkReason, Parked, TaskRow};
use d8_core::engine::{GroupCounts, Outlook, Prospects, TargetView};
use d8_core::id::{AttemptNo, ClientId, GroupId, LimitId, TaskId};
use d8_core::message::Report;
use d8_core::time::Timestamp;
use d8_core::usage::Estimate;
use d8_store::{Payload, ResultRow};
use tokio::sync::oneshot;

use crate::config::Route;

/// A task to be taken in.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// Submitted together with.
    pub group: GroupId,
    /// For whom.
    pub client: ClientId,
    /// Where it may be served.
    pub route: Route,
    /// 1..=10, higher first.
    pub priority: u8,
    /// How large it is.
    pub estimate: Estimate,
    /// What makes it the same when it is submitted again.
    pub key: Option<u128>,
    /// The request.
    pub payload: Payload,
}

/// A task's end, told once it is stored.
#[derive(Clone, Debug)]
pub struct Done {
    /// The task.
    pub task: TaskId,
    /// How.
    pub ending: Ending,
    /// The answer or the error's text, where somebody answered.
    pub result: Option<ResultRow>,
}

/// How things stand.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// When.
    pub now: Timestamp,
    /// The group's counts.
    pub counts: GroupCounts,
    /// Whether what is open can still be done.
    pub prospects: Prospects,
    /// Each target.
    pub targets: Vec<TargetView>,
    /// What is parked.
    pub parked: Vec<(Parked, Timestamp, ParkReason)>,
    /// Each limit.
    pub limits: Vec<(LimitId, LimitView)>,
}

/// What wakes the loop.
#[derive(Debug)]
pub(super) enum Event {
    Submit(Vec<NewTask>, oneshot::Sender<Vec<TaskId>>),
    Revive(Vec<(TaskRow, Ending)>),
    Cancel(Vec<TaskId>),
    Finished {
        task: TaskId,
        attempt: AttemptNo,
        report: Report,
        result: Option<ResultRow>,
    },
    Renew(Vec<(TaskId, AttemptNo)>),
    View(GroupId, oneshot::Sender<View>),
    Outlook(oneshot::Sender<Outlook>),
    /// Built-in workers take work from now on.
    Begin,
    /// Nothing more is started; what is under way may end.
    Drain,
    /// The store has answered.
    Committed,
    /// The loop ends when all that has happened is stored.
    Stop,
}
