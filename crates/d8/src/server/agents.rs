//! Work that comes by itself: how each agent stands, and what a person may do to it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use d8_core::id::TaskId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::{App, seconds};
use super::body::{Text, json};
use super::error::{ApiError, ErrorBody, shown};
use super::ids;
use super::openapi::Always;
use crate::agents::note::Note;
use crate::agents::{Agents, NotDone, View};
use crate::config::{CatchUp, Overlap, Schedule, Template};

/// All of them.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(pause))
        .routes(routes!(resume))
        .routes(routes!(run))
}

/// An agent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgentObject {
    agent: String,
    /// `paused`, `trouble`, `working` or `idle`.
    state: &'static str,
    paused: bool,
    schedule: ScheduleObject,
    /// The zone whose clock it goes by.
    zone: Option<String>,
    /// Seconds since 1970: when it works next; null: not by itself.
    next: Option<f64>,
    /// Seconds since 1970: when it was last given work.
    last: Option<f64>,
    /// How many pieces of work it was ever given: the number of the latest.
    n: u64,
    /// Tasks that have not ended.
    open: u64,
    /// Occurrences that wait for the former ones.
    queued: u64,
    /// Answers on their way to a file or a program.
    undelivered: u64,
    /// Answers that were ever delivered.
    delivered: u64,
    /// Tasks that failed; tried again, their answers are delivered too.
    failed: u64,
    /// Occurrences that were ever left out.
    skipped: u64,
    /// What went wrong last.
    trouble: Option<String>,
    topics: u64,
    /// The route or model that it asks for; null: the default route.
    model: Option<String>,
    priority: u8,
    /// `skip`, `queue` or `allow`.
    overlap: &'static str,
    /// `none`, `last` or `all`.
    catch_up: &'static str,
    /// Where its answers go, as it is configured.
    output: Option<String>,
    /// Whether a URL is told of each end.
    webhook: bool,
    /// The program that gets each answer, without its arguments.
    command: Option<String>,
    /// The group of its tasks.
    group: String,
}

/// When an agent works: one of these.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct ScheduleObject {
    /// Once in so many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<f64>,
    /// By the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    cron: Option<String>,
    /// So often in a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    per_day: Option<u32>,
}

impl From<&Schedule> for ScheduleObject {
    fn from(schedule: &Schedule) -> Self {
        let none = Self::default();
        match schedule {
            Schedule::Every(length) => Self {
                every: Some(length.as_secs_f64()),
                ..none
            },
            Schedule::Cron(line) => Self {
                cron: Some(line.clone()),
                ..none
            },
            Schedule::PerDay(times) => Self {
                per_day: Some(*times),
                ..none
            },
        }
    }
}

impl From<View> for AgentObject {
    fn from(view: View) -> Self {
        let agent = &view.agent;
        Self {
            state: match () {
                () if view.paused => "paused",
                () if view.trouble.is_some() => "trouble",
                () if view.open + view.queued + view.undelivered > 0 => "working",
                () => "idle",
            },
            schedule: (&agent.schedule).into(),
            zone: agent.zone.iana_name().map(str::to_owned),
            topics: agent.topics.len() as u64,
            model: agent.asks_for.clone(),
            priority: agent.priority,
            overlap: match agent.overlap {
                Overlap::Skip => "skip",
                Overlap::Queue => "queue",
                Overlap::Allow => "allow",
            },
            catch_up: match agent.catch_up {
                CatchUp::None => "none",
                CatchUp::Last => "last",
                CatchUp::All => "all",
            },
            output: agent.output.as_ref().map(Template::text).map(str::to_owned),
            webhook: agent.webhook.is_some(),
            command: agent.command.first().cloned(),
            group: crate::agents::group_of(&agent.name),
            agent: agent.name.clone(),
            paused: view.paused,
            next: view.next.map(seconds),
            last: view.last.map(seconds),
            n: view.number,
            open: view.open,
            queued: view.queued,
            undelivered: view.undelivered,
            delivered: view.delivered,
            failed: view.failed,
            skipped: view.skipped,
            trouble: view.trouble,
        }
    }
}

/// All agents.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgentList {
    agents: Vec<AgentObject>,
}

/// Work that an agent was given by hand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GivenObject {
    agent: String,
    pieces: Vec<PieceObject>,
}

/// One piece of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PieceObject {
    n: u64,
    task_id: String,
    topic: Option<String>,
    /// Where its answer goes, relative to d8.toml.
    output: Option<String>,
}

impl From<(TaskId, Note)> for PieceObject {
    fn from((task, note): (TaskId, Note)) -> Self {
        Self {
            n: note.number,
            task_id: ids::shown(task),
            topic: note.topic,
            output: note.output,
        }
    }
}

/// How often.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// 1 to 1,000.
    #[schema(minimum = 1, maximum = 1000)]
    times: Option<u32>,
}

impl App {
    fn agents(&self) -> Result<&Agents, ApiError> {
        let none = || ApiError::not_found("no_agents", "agents work where `d8 up` runs; this process runs none");
        self.agents.get().ok_or_else(none)
    }
}

fn not_done(name: &str, why: NotDone) -> ApiError {
    let name = shown(name);
    match why {
        NotDone::Unknown => ApiError::not_found(
            "agent_not_found",
            format!("there is no agent `{name}`; `d8 agents ls` lists those there are"),
        ),
        NotDone::PausedInConfig => ApiError::conflict(
            "paused_in_config",
            format!("d8.toml says `paused = true` for the agent `{name}`; take that line out and start d8 again"),
        ),
        NotDone::TooOften(most) => ApiError::bad_request("invalid_field", format!("`times` is {most} at most")),
        NotDone::Refused(why) => ApiError::conflict("not_taken_in", format!("its work is not taken in: {why}")),
    }
}

// Not /api/agents: a later product of the Hive's makers answers there with something else, and D8 shall not be taken for it.
/// Every agent: when it works next, how much it has done, what is under way
#[utoipa::path(get, path = "/api/d8/agents", tag = "agents", operation_id = "listAgents", responses(
    (status = 200, description = "All agents, in the order of d8.toml; none in a process that runs none", body = AgentList),
    Always,
))]
async fn list(State(app): State<Arc<App>>) -> Result<Json<AgentList>, ApiError> {
    let views = match app.agents.get() {
        Some(agents) => agents.list().await?,
        None => Vec::new(),
    };
    Ok(Json(AgentList {
        agents: views.into_iter().map(AgentObject::from).collect(),
    }))
}

async fn hold(app: &App, name: &str, paused: bool) -> Result<Json<AgentObject>, ApiError> {
    let view = app.agents()?.pause(name, paused).await?;
    view.map(|view| Json(view.into())).map_err(|why| not_done(name, why))
}

/// Starts no more of an agent's work; what is under way goes on
#[utoipa::path(post, path = "/api/d8/agents/{name}/pause", tag = "agents", operation_id = "pauseAgent",
    params(("name" = String, Path, description = "The agent")),
    responses(
        (status = 200, description = "Paused", body = AgentObject),
        (status = 404, description = "`agent_not_found`", body = ErrorBody),
        Always,
    ))]
async fn pause(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Json<AgentObject>, ApiError> {
    hold(&app, &name, true).await
}

/// Lets a paused agent go on; what it would have done meanwhile is not made up for
#[utoipa::path(post, path = "/api/d8/agents/{name}/resume", tag = "agents", operation_id = "resumeAgent",
    params(("name" = String, Path, description = "The agent")),
    responses(
        (status = 200, description = "It goes on", body = AgentObject),
        (status = 404, description = "`agent_not_found`", body = ErrorBody),
        (status = 409, description = "`paused_in_config`: d8.toml holds it back", body = ErrorBody),
        Always,
    ))]
async fn resume(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Json<AgentObject>, ApiError> {
    hold(&app, &name, false).await
}

/// Gives an agent work now, beside its schedule; a paused one too
#[utoipa::path(post, path = "/api/d8/agents/{name}/run", tag = "agents", operation_id = "runAgent",
    params(("name" = String, Path, description = "The agent")),
    request_body(content = Times, description = "How often; nothing: once"),
    responses(
        (status = 200, description = "What it was given", body = GivenObject),
        (status = 404, description = "`agent_not_found`", body = ErrorBody),
        (status = 409, description = "`not_taken_in`: the queue is full, or its model is not there", body = ErrorBody),
        Always,
    ))]
async fn run(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Text(body): Text,
) -> Result<Json<GivenObject>, ApiError> {
    let times: Times = if body.trim().is_empty() {
        Times::default()
    } else {
        json(&body)?
    };
    let times = times.times.unwrap_or(1);
    if times == 0 {
        return Err(ApiError::bad_request("invalid_field", "`times` is 1 at least"));
    }
    let given = app.agents()?.run(&name, times).await?;
    let pieces = given.map_err(|why| not_done(&name, why))?;
    Ok(Json(GivenObject {
        agent: name,
        pieces: pieces.into_iter().map(PieceObject::from).collect(),
    }))
}
