//! The figures that the scripts print.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::config::Policy;
use crate::orchestrator::fleet::Member;
use crate::orchestrator::pace::Tally;
use crate::orchestrator::{Entries, Status};
use crate::server::app::{App, seconds};
use crate::server::error::{ApiError, ErrorBody};
use crate::worker::Count;

/// Workers, tasks and how they went.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Stats {
    workers: WorkerStats,
    tasks: TaskStats,
    performance: Performance,
    pace: Pace,
}

/// How fast it goes; counted since the orchestrator's start.
#[derive(Copy, Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Pace {
    /// In the last minute.
    minute: Happened,
    /// In the last five minutes.
    five_minutes: Happened,
}

impl Pace {
    pub(crate) fn of(status: &Status) -> Self {
        Self {
            minute: status.minute.into(),
            five_minutes: status.five_minutes.into(),
        }
    }
}

/// What happened in some time.
#[derive(Copy, Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Happened {
    /// Tasks that were answered.
    completed: u64,
    /// Tasks that were given up.
    failed: u64,
    /// Attempts that were refused for quota.
    refused: u64,
    /// Tokens of prompts, of attempts that were answered.
    input_tokens: u64,
    /// Tokens of answers.
    output_tokens: u64,
}

impl From<Tally> for Happened {
    fn from(tally: Tally) -> Self {
        let Tally {
            completed,
            failed,
            refused,
            input_tokens,
            output_tokens,
        } = tally;
        Self {
            completed,
            failed,
            refused,
            input_tokens,
            output_tokens,
        }
    }
}

/// Workers that are alive.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct WorkerStats {
    total: u64,
    /// Busy ones too.
    online: u64,
    busy: u64,
    /// No key for a type without a worker.
    by_type: BTreeMap<String, u64>,
}

/// All tasks by status.
#[derive(Copy, Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TaskStats {
    pending: u64,
    assigned: u64,
    completed: u64,
    failed: u64,
    cancelled: u64,
    total: u64,
}

/// How all tasks went.
#[derive(Copy, Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Performance {
    total_completed: u64,
    total_failed: u64,
    success_rate: f64,
}

impl Stats {
    /// `whole`: what a rate of success is counted in: 1 or 100.
    pub(crate) fn new(status: &Status, whole: f64) -> Self {
        let mut workers = WorkerStats {
            total: 0,
            online: 0,
            busy: 0,
            by_type: BTreeMap::new(),
        };
        for (member, busy) in status.fleet.iter().filter(|(member, _)| member.online) {
            workers.total += 1;
            workers.online += 1;
            workers.busy += u64::from(*busy > 0);
            *workers.by_type.entry(member.name.kind.clone()).or_default() += 1;
        }
        let tasks = status.tasks;
        let ended = tasks.completed + tasks.failed;
        let rate = if ended == 0 {
            0.0
        } else {
            tasks.completed as f64 / ended as f64 * whole
        };
        Self {
            workers,
            tasks: TaskStats {
                pending: tasks.pending,
                assigned: tasks.assigned,
                completed: tasks.completed,
                failed: tasks.failed,
                cancelled: tasks.cancelled,
                total: tasks.pending + tasks.assigned + tasks.completed + tasks.failed + tasks.cancelled,
            },
            performance: Performance {
                total_completed: tasks.completed,
                total_failed: tasks.failed,
                success_rate: rate,
            },
            pace: Pace::of(status),
        }
    }

    pub(crate) fn workers(&self) -> &WorkerStats {
        &self.workers
    }

    pub(crate) fn tasks(&self) -> &TaskStats {
        &self.tasks
    }
}

/// A worker.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct WorkerObject {
    worker_id: String,
    worker_type: String,
    /// `online`, `busy` or `offline`.
    status: &'static str,
    /// Seconds since 1970.
    last_heartbeat: f64,
    tasks_completed: u64,
    tasks_failed: u64,
    #[schema(value_type = Object)]
    capabilities: Map<String, Value>,
    account: Option<String>,
    slots: u32,
    in_flight: u32,
    /// It lives in the orchestrator's process.
    built_in: bool,
    /// How it lets requests out: `d8`, by the ledger, or one of `plain`, `resilient` and `groq`.
    policy: &'static str,
    /// What its requests came to since the orchestrator began; null for workers elsewhere.
    requests: Option<Requests>,
}

/// What a worker's requests to its provider came to.
#[derive(Copy, Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Requests {
    /// All that were sent.
    sent: u64,
    /// Answered.
    successes: u64,
    /// Ended without an answer, refusals included.
    failures: u64,
    /// Of those sent: for tasks that an earlier request had brought no answer.
    retries: u64,
    /// Of the failures: 429s for quota.
    refused: u64,
    /// Answers among those that have ended, 0 to 1; null before the first has.
    success_rate: Option<f64>,
}

impl From<Count> for Requests {
    fn from(count: Count) -> Self {
        Self {
            sent: count.sent,
            successes: count.answered,
            failures: count.failed,
            retries: count.retried,
            refused: count.refused,
            success_rate: count.success_rate(),
        }
    }
}

/// All workers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct WorkerList {
    workers: Vec<WorkerObject>,
    total: usize,
}

/// The workers of a status as objects.
pub(crate) fn fleet(app: &App, status: &Status) -> Vec<WorkerObject> {
    let Entries { config, plan } = app.handle.directory.entries();
    let policy = |member: &Member| {
        let account = plan.account_name(member.enlisted.account);
        let account = account
            .and_then(|name| config.account(name))
            .filter(|_| member.built_in);
        account.map_or(Policy::D8, |account| account.policy).name()
    };
    let object = |(member, busy): &(Member, u32)| WorkerObject {
        worker_id: member.name.id.clone(),
        worker_type: member.name.kind.clone(),
        status: match (member.online, *busy) {
            (false, _) => "offline",
            (true, 0) => "online",
            (true, _) => "busy",
        },
        last_heartbeat: seconds(if member.built_in { status.now } else { member.last_heard }),
        tasks_completed: member.completed,
        tasks_failed: member.failed,
        capabilities: member.capabilities.clone(),
        account: plan.account_name(member.enlisted.account).map(str::to_owned),
        slots: member.enlisted.slots,
        in_flight: *busy,
        built_in: member.built_in,
        policy: policy(member),
        requests: app.tallies.of(member.enlisted.worker).map(|tally| tally.count().into()),
    };
    status.fleet.iter().map(object).collect()
}

/// Every worker, those offline too.
#[utoipa::path(get, path = "/api/workers/list", tag = "workers", responses(
    (status = 200, description = "All workers", body = WorkerList),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<WorkerList>, ApiError> {
    let status = app.handle.status().await?;
    let workers = fleet(&app, &status);
    let total = workers.len();
    Ok(Json(WorkerList { workers, total }))
}

/// The figures, with the rate of success as a fraction: the scripts print it times 100.
#[utoipa::path(get, path = "/api/workers/stats", tag = "hive", responses(
    (status = 200, description = "The figures; success_rate is 0 to 1", body = Stats),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
pub(super) async fn stats_of_workers(State(app): State<Arc<App>>) -> Result<Json<Stats>, ApiError> {
    Ok(Json(Stats::new(&app.handle.status().await?, 1.0)))
}

/// The figures, with the rate of success in per cent.
#[utoipa::path(get, path = "/api/stats", tag = "hive", responses(
    (status = 200, description = "The figures; success_rate is 0 to 100", body = Stats),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
pub(super) async fn stats(State(app): State<Arc<App>>) -> Result<Json<Stats>, ApiError> {
    Ok(Json(Stats::new(&app.handle.status().await?, 100.0)))
}
