//! What an orchestrator says, as far as commands show it. Fields that are not here are left alone, and one that is
//! missing or null is no error: orchestrators of other versions are talked to as well.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A task.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Task {
    #[serde(deserialize_with = "or_default")]
    pub(crate) task_id: String,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) status: String,
    pub(crate) priority: Option<u64>,
    pub(crate) route: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) client: Option<String>,
    pub(crate) assigned_to: Option<String>,
    /// Seconds since 1970, as all moments here.
    pub(crate) created_at: Option<f64>,
    pub(crate) completed_at: Option<f64>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) result: Option<Value>,
    pub(crate) error: Option<Reason>,
    pub(crate) wait: Option<Wait>,
}

impl Task {
    /// Whether nothing more will happen to it by itself.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.status.as_str(), "completed" | "failed" | "cancelled")
    }
}

/// One execution of a task.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Attempt {
    pub(crate) attempt: Option<u64>,
    pub(crate) worker_id: Option<String>,
    pub(crate) target: Option<String>,
    pub(crate) started_at: Option<f64>,
    pub(crate) ended_at: Option<f64>,
    pub(crate) outcome: Option<Value>,
    pub(crate) usage: Option<Value>,
}

/// Work that comes by itself.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Agents {
    #[serde(deserialize_with = "or_default")]
    pub(crate) agents: Vec<Agent>,
}

/// An agent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Agent {
    #[serde(deserialize_with = "or_default")]
    pub(crate) agent: String,
    pub(crate) state: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) schedule: AgentSchedule,
    pub(crate) zone: Option<String>,
    pub(crate) next: Option<f64>,
    pub(crate) last: Option<f64>,
    pub(crate) n: Option<u64>,
    pub(crate) open: Option<u64>,
    pub(crate) queued: Option<u64>,
    pub(crate) undelivered: Option<u64>,
    pub(crate) delivered: Option<u64>,
    pub(crate) failed: Option<u64>,
    pub(crate) skipped: Option<u64>,
    pub(crate) trouble: Option<String>,
    pub(crate) topics: Option<u64>,
    pub(crate) model: Option<String>,
    pub(crate) overlap: Option<String>,
    pub(crate) catch_up: Option<String>,
    pub(crate) output: Option<String>,
    pub(crate) webhook: Option<bool>,
    pub(crate) command: Option<String>,
    pub(crate) group: Option<String>,
}

/// When an agent works: one of these.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AgentSchedule {
    pub(crate) every: Option<f64>,
    pub(crate) cron: Option<String>,
    pub(crate) per_day: Option<u32>,
}

/// Work that an agent was given by hand.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Given {
    #[serde(deserialize_with = "or_default")]
    pub(crate) pieces: Vec<GivenPiece>,
}

/// One piece of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct GivenPiece {
    pub(crate) n: Option<u64>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) task_id: String,
    pub(crate) topic: Option<String>,
    pub(crate) output: Option<String>,
}

/// A code for programs and a sentence for people.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Reason {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) until: Option<f64>,
}

/// Why a task is not running now.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wait {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) until: Option<f64>,
    pub(crate) account: Option<String>,
    pub(crate) next: Option<String>,
}

/// A list of tasks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Tasks {
    #[serde(deserialize_with = "or_default")]
    pub(crate) tasks: Vec<Task>,
    pub(crate) next: Option<String>,
}

/// How many tasks a call by filter changed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Count {
    pub(crate) count: u64,
}

/// The workers that are known.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Workers {
    #[serde(deserialize_with = "or_default")]
    pub(crate) workers: Vec<Worker>,
}

/// A worker.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Worker {
    #[serde(deserialize_with = "or_default")]
    pub(crate) worker_id: String,
    pub(crate) worker_type: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) last_heartbeat: Option<f64>,
    pub(crate) tasks_completed: Option<u64>,
    pub(crate) tasks_failed: Option<u64>,
    pub(crate) account: Option<String>,
    pub(crate) slots: Option<u64>,
    pub(crate) in_flight: Option<u64>,
    pub(crate) policy: Option<String>,
    #[cfg(feature = "tui")]
    #[serde(deserialize_with = "or_default")]
    pub(crate) built_in: bool,
    pub(crate) requests: Option<Requests>,
}

/// What a worker's requests came to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Requests {
    pub(crate) sent: Option<u64>,
    pub(crate) retries: Option<u64>,
    pub(crate) refused: Option<u64>,
    /// 0 to 1.
    pub(crate) success_rate: Option<f64>,
}

/// The accounts that are known.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Accounts {
    #[serde(deserialize_with = "or_default")]
    pub(crate) accounts: Vec<Account>,
    pub(crate) forecast: Option<OpenForecast>,
}

/// What is to be expected of everything that is open.
#[derive(Copy, Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OpenForecast {
    pub(crate) all_done_at: Option<f64>,
}

/// What is to be expected of an account.
#[derive(Copy, Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AccountForecast {
    pub(crate) runs_out_at: Option<f64>,
    pub(crate) next_start_at: Option<f64>,
}

/// An account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Account {
    #[serde(deserialize_with = "or_default")]
    pub(crate) account: String,
    pub(crate) provider: Option<String>,
    pub(crate) tier: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) paused: bool,
    pub(crate) origin: Option<String>,
    pub(crate) policy: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) models: Vec<String>,
    pub(crate) workers: Option<u64>,
    pub(crate) in_flight: Option<u64>,
    pub(crate) parked: Option<Reason>,
    pub(crate) diagnosis: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) limits: Vec<Limit>,
    pub(crate) forecast: Option<AccountForecast>,
}

/// A limit, and what of it is used.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Limit {
    pub(crate) dimension: Option<String>,
    pub(crate) limit: Option<f64>,
    pub(crate) configured: Option<f64>,
    pub(crate) learnt: Option<Learnt>,
    pub(crate) per: Option<String>,
    /// A pattern, or a list of them.
    pub(crate) models: Option<Value>,
    pub(crate) used: Option<f64>,
    pub(crate) used_by_others: Option<f64>,
    pub(crate) reserved: Option<f64>,
    pub(crate) free_at: Option<f64>,
    pub(crate) label: Option<String>,
    pub(crate) parked_until: Option<f64>,
}

/// What the wire showed of what a limit holds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Learnt {
    pub(crate) at: Option<f64>,
    pub(crate) evidence: Option<String>,
}

/// The statistics of `/api/workers/stats`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Stats {
    #[serde(deserialize_with = "or_default")]
    pub(crate) workers: WorkerCounts,
    #[serde(deserialize_with = "or_default")]
    pub(crate) tasks: TaskCounts,
    #[serde(deserialize_with = "or_default")]
    pub(crate) performance: Performance,
    pub(crate) pace: Option<Pace>,
}

/// How fast it goes.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Pace {
    pub(crate) minute: Happened,
    pub(crate) five_minutes: Happened,
}

/// What happened in some time.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Happened {
    pub(crate) completed: u64,
    pub(crate) failed: u64,
    pub(crate) refused: u64,
    pub(crate) input_tokens: u64,
    pub(crate) output_tokens: u64,
}

/// How many workers live.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WorkerCounts {
    pub(crate) online: u64,
    pub(crate) busy: u64,
    #[serde(deserialize_with = "or_default")]
    pub(crate) by_type: BTreeMap<String, u64>,
}

/// How many tasks stand where.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TaskCounts {
    pub(crate) pending: u64,
    pub(crate) assigned: u64,
    pub(crate) completed: u64,
    pub(crate) failed: u64,
    pub(crate) cancelled: u64,
}

/// How everything stands, as an event of `/api/events?view=status` tells it.
#[cfg(feature = "tui")]
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Standing {
    pub(crate) now: Option<f64>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) workers: WorkerCounts,
    #[serde(deserialize_with = "or_default")]
    pub(crate) tasks: TaskCounts,
    #[serde(deserialize_with = "or_default")]
    pub(crate) waits: Vec<Waiting>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) routes: Vec<Queue>,
    pub(crate) pace: Option<Pace>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) accounts: Vec<Account>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) fleet: Vec<Worker>,
}

/// Tasks that wait for one reason.
#[cfg(feature = "tui")]
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Waiting {
    #[serde(flatten)]
    pub(crate) wait: Wait,
    pub(crate) count: u64,
}

/// Tasks that wait on one route.
#[cfg(feature = "tui")]
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Queue {
    #[serde(deserialize_with = "or_default")]
    pub(crate) route: String,
    pub(crate) pending: u64,
    pub(crate) paused: bool,
}

/// What became of the tasks that ended.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Performance {
    /// 0 to 1.
    pub(crate) success_rate: Option<f64>,
}

/// Null means the same as nothing.
fn or_default<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}
