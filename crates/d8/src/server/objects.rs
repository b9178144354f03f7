//! Tasks as the API shows them: one object everywhere.

use d8_core::change::{AttemptOutcome, Ending, ParkReason};
use d8_core::id::TaskId;
use d8_core::wait::{Wait, WaitCode};
use d8_store::{AttemptRow, Filter, LeaseRow, Order, Reader, ResultRow, StoreError, StoredTask, TaskState};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::app::{App, seconds};
use super::error::ApiError;
use super::hive::REPORTED;
use super::ids;
use super::particulars::Particulars;
use super::waits::WaitObject;
use crate::config::DEFAULT_ROUTE;
use crate::orchestrator::EVERYBODY;
use crate::orchestrator::fleet::worker_id;
use crate::words;

/// A task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskObject {
    /// Its name.
    pub task_id: String,
    /// Its type; `agent_action` for most.
    #[serde(rename = "type")]
    pub kind: String,
    /// `pending`, `assigned`, `completed`, `failed` or `cancelled`.
    pub status: &'static str,
    /// 1 to 10, higher first.
    pub priority: u8,
    /// Where it may be served.
    pub route: String,
    /// Submitted together with.
    pub group: Option<String>,
    /// For whom.
    pub client: String,
    /// The worker that is at it, or that did it.
    pub assigned_to: Option<String>,
    /// Seconds since 1970.
    pub created_at: f64,
    /// Seconds since 1970, once it has ended.
    pub completed_at: Option<f64>,
    /// Not to be started earlier: seconds since 1970.
    pub not_before: Option<f64>,
    /// Not to be finished later: seconds since 1970.
    pub deadline: Option<f64>,
    /// Its attempts so far, the one under way included.
    pub attempts: Vec<AttemptObject>,
    /// The chat completion, once it is there.
    #[schema(value_type = Option<Object>)]
    pub result: Option<Box<RawValue>>,
    /// Why there is none.
    pub error: Option<ErrorObject>,
    /// Why it is not running now.
    pub wait: Option<WaitObject>,
    /// The client's own notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Map<String, Value>>,
    /// The id that a line of a file gave itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_id: Option<String>,
}

/// One execution of a task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AttemptObject {
    /// Its number, from 1.
    pub attempt: u32,
    /// By whom.
    pub worker_id: String,
    /// Where: account and model.
    pub target: String,
    /// Seconds since 1970.
    pub started_at: f64,
    /// Seconds since 1970; null while it is under way.
    pub ended_at: Option<f64>,
    /// `answered`, `refused`, `fault`, `rejected`, `denied`, `given_back`, `silent` or `cancelled`; null while it is under way.
    pub outcome: Option<&'static str>,
    /// What it took of the quotas; null while it is under way.
    pub usage: Option<UsageObject>,
}

/// What an attempt took.
#[derive(Copy, Clone, Debug, Serialize, ToSchema)]
pub struct UsageObject {
    /// Tokens of the prompt.
    pub input_tokens: u64,
    /// Tokens of the answer.
    pub output_tokens: u64,
}

/// Why a task has no answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ErrorObject {
    /// `too_large`, `provider_error`, `attempts_exhausted`, `deadline_exceeded`, `quarantined` or `cancelled`.
    pub code: &'static str,
    /// In words.
    pub message: String,
}

/// A task with everything that the store knows of it.
#[derive(Clone, Debug)]
pub struct FullTask {
    stored: StoredTask,
    attempts: Vec<AttemptRow>,
    lease: Option<LeaseRow>,
    custom: Option<String>,
    result: Option<ResultRow>,
}

impl FullTask {
    /// Looks everything up; to be called by the library.
    pub fn read(reader: &dyn Reader, stored: StoredTask) -> Result<Self, StoreError> {
        let task = stored.row.id;
        Ok(Self {
            attempts: reader.attempts(task)?,
            lease: reader.lease(task)?,
            custom: reader.custom(task)?,
            result: reader.result(task)?,
            stored,
        })
    }

    /// Where the task stands.
    pub fn state(&self) -> TaskState {
        self.stored.state
    }

    /// What its client wants to find beside the answer.
    pub fn particulars(&self) -> Particulars {
        Particulars::parse(self.custom.as_deref())
    }

    /// The stored row.
    pub fn stored(&self) -> &StoredTask {
        &self.stored
    }

    /// Its answer or error text, once it has ended.
    pub fn result(&self) -> Option<&ResultRow> {
        self.result.as_ref()
    }
}

impl App {
    /// A task; 404 where there is none.
    pub async fn task(&self, id: TaskId) -> Result<TaskObject, ApiError> {
        let full = self.full_task(id).await?;
        self.one(full).await
    }

    /// Everything that the store knows of a task; 404 where there is none.
    pub async fn full_task(&self, id: TaskId) -> Result<FullTask, ApiError> {
        let found = self.library.ask(move |reader| match reader.task(id)? {
            Some(stored) => FullTask::read(reader, stored).map(Some),
            None => Ok(None),
        });
        found.await?.ok_or_else(|| ids::no_such_task(&ids::shown(id)))
    }

    /// Up to `limit` tasks that match, after that one.
    pub async fn tasks(
        &self,
        filter: Filter,
        order: Order,
        after: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<TaskObject>, ApiError> {
        let found = self.library.ask(move |reader| {
            let stored = reader.tasks(&filter, order, after, limit)?;
            stored
                .into_iter()
                .map(|stored| FullTask::read(reader, stored))
                .collect()
        });
        self.many(found.await?).await
    }

    async fn one(&self, full: FullTask) -> Result<TaskObject, ApiError> {
        let mut objects = self.many(vec![full]).await?;
        objects.pop().ok_or_else(ApiError::internal)
    }

    /// Tasks as objects, with the reasons why those that wait do.
    pub async fn many(&self, tasks: Vec<FullTask>) -> Result<Vec<TaskObject>, ApiError> {
        let pending: Vec<TaskId> = tasks
            .iter()
            .filter(|task| task.stored.state == TaskState::Pending)
            .map(|task| task.stored.row.id)
            .collect();
        let mut waits = Vec::new();
        if !pending.is_empty() {
            let reasons = self.handle.explain(pending.clone()).await?;
            let status = self.handle.status().await?;
            let entries = self.handle.directory.entries();
            let for_quota = |wait: &Option<Wait>| {
                let code = wait.map(|wait| wait.code);
                matches!(code, Some(WaitCode::Quota | WaitCode::Parked(ParkReason::QuotaRefused)))
            };
            let waiting = pending.iter().zip(&reasons).filter(|(_, wait)| for_quota(wait));
            let turns = self.turns(waiting.map(|(task, _)| *task).collect()).await?;
            let object = |task: TaskId, wait: Wait| {
                let object = WaitObject::new(&wait, &status, &entries);
                match turns.iter().find(|(known, _)| *known == task) {
                    Some((_, turn)) => object.with_turn(turn, status.now),
                    None => object,
                }
            };
            let reasons = pending.into_iter().zip(reasons);
            waits = reasons
                .map(|(task, wait)| (task, wait.map(|wait| object(task, wait))))
                .collect();
        }
        let objects = tasks.into_iter().map(|task| {
            let id = task.stored.row.id;
            let wait = waits.iter().find(|(waiting, _)| *waiting == id);
            self.object(&task, wait.and_then(|(_, wait)| wait.clone()))
        });
        Ok(objects.collect())
    }

    fn object(&self, task: &FullTask, wait: Option<WaitObject>) -> TaskObject {
        let row = task.stored.row;
        let particulars = task.particulars();
        let mut attempts: Vec<AttemptObject> = task.attempts.iter().map(|attempt| self.attempt(attempt)).collect();
        attempts.extend(task.lease.as_ref().map(|lease| self.under_way(lease)));
        let names = &self.handle.directory;
        let (ended, result, error) = end(task);
        let last_worker = attempts.last().map(|attempt| attempt.worker_id.clone());
        TaskObject {
            task_id: ids::shown(row.id),
            kind: names
                .names(|names| names.name(row.demand.kind).map(str::to_owned))
                .unwrap_or_else(|| "agent_action".to_owned()),
            status: status(task.stored.state),
            priority: row.priority,
            route: names.names(|names| route_name(names.name(row.route).unwrap_or_default()).to_owned()),
            group: names
                .names(|names| names.name(row.group).map(str::to_owned))
                .filter(|group| !group.is_empty()),
            client: names.names(|names| names.name(row.client).unwrap_or_default().to_owned()),
            assigned_to: last_worker.filter(|_| task.stored.state != TaskState::Pending),
            created_at: seconds(row.created_at),
            completed_at: ended,
            not_before: (row.not_before > row.created_at).then(|| seconds(row.not_before)),
            deadline: (row.deadline < d8_core::time::Timestamp::MAX).then(|| seconds(row.deadline)),
            attempts,
            result,
            error,
            wait,
            metadata: particulars.metadata,
            custom_id: particulars.custom_id,
        }
    }

    fn attempt(&self, row: &AttemptRow) -> AttemptObject {
        AttemptObject {
            attempt: row.attempt.0,
            worker_id: self.worker_name(row.worker),
            target: self.target_name(row.target),
            started_at: seconds(row.granted_at),
            ended_at: Some(seconds(row.ended_at)),
            outcome: Some(outcome(row.outcome)),
            usage: Some(UsageObject {
                input_tokens: row.spent.input_tokens,
                output_tokens: row.spent.output_tokens,
            }),
        }
    }

    fn under_way(&self, row: &LeaseRow) -> AttemptObject {
        AttemptObject {
            attempt: row.attempt.0,
            worker_id: self.worker_name(row.worker),
            target: self.target_name(row.target),
            started_at: seconds(row.granted_at),
            ended_at: None,
            outcome: None,
            usage: None,
        }
    }

    /// The id under which people know a worker.
    pub fn worker_name(&self, worker: d8_core::id::WorkerId) -> String {
        self.handle
            .directory
            .names(|names| worker_id(names.name(worker).unwrap_or("?")))
    }

    /// Account and model.
    pub fn target_name(&self, target: d8_core::id::TargetId) -> String {
        self.handle.directory.names(|names| {
            names.target(target).map_or_else(
                || "?".to_owned(),
                |target| format!("{}/{}", target.account, target.model),
            )
        })
    }
}

/// What a route is called outside.
pub fn route_name(kept: &str) -> &str {
    if kept == EVERYBODY { DEFAULT_ROUTE } else { kept }
}

/// The word for where a task stands.
pub fn status(state: TaskState) -> &'static str {
    match state {
        TaskState::Pending => "pending",
        TaskState::Assigned => "assigned",
        TaskState::Ended(ending, _) => ended_status(ending),
    }
}

/// The word for how a task ended.
pub fn ended_status(ending: Ending) -> &'static str {
    match ending {
        Ending::Completed => "completed",
        Ending::Failed(_) => "failed",
        Ending::Cancelled => "cancelled",
    }
}

fn outcome(outcome: AttemptOutcome) -> &'static str {
    match outcome {
        AttemptOutcome::Answered => "answered",
        AttemptOutcome::Refused => "refused",
        AttemptOutcome::Fault => "fault",
        AttemptOutcome::Rejected => "rejected",
        AttemptOutcome::Denied => "denied",
        AttemptOutcome::GivenBack => "given_back",
        AttemptOutcome::Silent => "silent",
        AttemptOutcome::Cancelled => "cancelled",
    }
}

/// When it ended, with its answer or with why there is none.
fn end(task: &FullTask) -> (Option<f64>, Option<Box<RawValue>>, Option<ErrorObject>) {
    let TaskState::Ended(ending, at) = task.stored.state else {
        return (None, None, None);
    };
    let at = Some(seconds(at));
    match ending {
        Ending::Completed => (at, task.result.as_ref().and_then(answer), None),
        Ending::Failed(code) => {
            let said = task.result.as_ref().and_then(said);
            let error = ErrorObject {
                code: words::failure_code(code),
                message: words::ending_message(code, said.as_deref()),
            };
            (at, None, Some(error))
        }
        Ending::Cancelled => {
            let error = ErrorObject {
                code: "cancelled",
                message: "cancelled".to_owned(),
            };
            (at, None, Some(error))
        }
    }
}

/// The completion of a stored answer. A report of the Hive's is kept beside it, see `hive::reported`.
pub fn answer(result: &ResultRow) -> Option<Box<RawValue>> {
    let text = std::str::from_utf8(&result.body).ok()?;
    if text.contains(REPORTED) {
        let mut completion: Value = serde_json::from_str(text).ok()?;
        completion.as_object_mut()?.remove(REPORTED);
        return serde_json::value::to_raw_value(&completion).ok();
    }
    RawValue::from_string(text.trim().to_owned()).ok()
}

/// The provider's own words in a kept failure.
pub fn said(result: &ResultRow) -> Option<String> {
    let value: Value = serde_json::from_slice(&result.body).ok()?;
    Some(value.pointer("/error/message")?.as_str()?.to_owned())
}
