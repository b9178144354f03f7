//! Tasks as they stand: one, also as soon as it has ended, or a list.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use d8_core::id::TaskId;
use d8_store::{Order, StoreError, TaskState};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use utoipa::{IntoParams, ToSchema};

use super::fields::wrong;
use super::selection::{Code, Status, TaskFilter};
use crate::orchestrator::{Audience, Done};
use crate::server::app::App;
use crate::server::error::{ApiError, ErrorBody};
use crate::server::ids;
use crate::server::objects::{FullTask, TaskObject};
use crate::server::openapi::Always;

/// The longest that a call waits.
const LONGEST_WAIT: f64 = 120.0;
/// So many tasks a list shows where nobody says how many.
const LISTED: u32 = 100;
/// So many at most.
const MOST_LISTED: u32 = 1_000;

/// How long to wait.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Patience {
    /// Seconds to wait for the end; the answer comes as soon as it is there.
    #[param(minimum = 0, maximum = 120)]
    wait: Option<f64>,
}

impl Patience {
    /// As a length of time; zero: not at all.
    ///
    /// # Errors
    /// 400 where it is none, or too long.
    pub(in crate::server) fn length(&self) -> Result<Duration, ApiError> {
        let seconds = self.wait.unwrap_or(0.0);
        if !(0.0..=LONGEST_WAIT).contains(&seconds) {
            return Err(wrong("wait", "must be seconds from 0 to 120"));
        }
        Ok(Duration::from_secs_f64(seconds))
    }
}

/// How a task stands
///
/// With `wait` the answer comes when the task has ended, or after so many seconds as it stands then.
#[utoipa::path(get, path = "/api/tasks/{id}", tag = "tasks", operation_id = "getTask",
    params(("id" = String, Path, description = "The task, such as `task_12`"), Patience),
    responses(
        (status = 200, description = "The task", body = TaskObject),
        (status = 404, description = "`task_not_found`", body = ErrorBody),
        Always,
    ))]
pub async fn one(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(patience): Query<Patience>,
) -> Result<Json<TaskObject>, ApiError> {
    let (task, wait) = (ids::known(&id)?, patience.length()?);
    if wait.is_zero() {
        return Ok(Json(app.task(task).await?));
    }
    let mut watch = Watch::begin(&app, task);
    let full = app.full_task(task).await?;
    if matches!(full.state(), TaskState::Ended(..)) {
        return Ok(Json(object(&app, full).await?));
    }
    drop(full);
    tokio::select! {
        _ = &mut watch.end => {}
        () = tokio::time::sleep(wait) => {}
        () = app.shutdown.cancelled() => {}
    }
    Ok(Json(app.task(task).await?))
}

async fn object(app: &App, full: FullTask) -> Result<TaskObject, ApiError> {
    let mut objects = app.many(vec![full]).await?;
    objects.pop().ok_or_else(ApiError::internal)
}

/// Somebody waits for a task's end, until this is dropped.
struct Watch {
    audience: Arc<Audience>,
    task: TaskId,
    end: oneshot::Receiver<Done>,
}

impl Watch {
    /// Before the task is looked at: an end in between is not missed.
    fn begin(app: &App, task: TaskId) -> Self {
        let audience = app.handle.audience.clone();
        let end = audience.watch(task);
        Self { audience, task, end }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end.close();
        self.audience.leave(self.task);
    }
}

/// Which tasks to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Only those that stand so.
    status: Option<Status>,
    /// Only those of this route.
    route: Option<String>,
    /// Only those of this group.
    group: Option<String>,
    /// Only those for this client.
    client: Option<String>,
    /// Only those that failed so.
    code: Option<Code>,
    /// Only those that came in before that: seconds since 1970.
    created_before: Option<f64>,
    /// Go on after this task: `next` of the page before.
    after: Option<String>,
    /// So many at most; 100 where nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// A page of tasks.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskList {
    /// The newest first.
    tasks: Vec<TaskObject>,
    /// `after` of the next page; null: there is none.
    next: Option<String>,
}

/// List tasks, the newest first
#[utoipa::path(get, path = "/api/tasks", tag = "tasks", operation_id = "listTasks", params(ListQuery),
    responses(
        (status = 200, description = "Those that match everything that is given", body = TaskList),
        Always,
    ))]
pub async fn list(State(app): State<Arc<App>>, Query(query): Query<ListQuery>) -> Result<Json<TaskList>, ApiError> {
    let limit = query.limit.unwrap_or(LISTED);
    if !(1..=MOST_LISTED).contains(&limit) {
        return Err(wrong("limit", "must be from 1 to 1000"));
    }
    let after = query.after.as_deref().filter(|after| !after.is_empty());
    let after = after.map(|after| ids::parse(after).ok_or_else(|| wrong("after", "must be a task, such as task_12")));
    let after = after.transpose()?;
    let filter = TaskFilter {
        status: query.status,
        route: query.route,
        group: query.group,
        client: query.client,
        code: query.code,
        created_before: query.created_before,
    };
    let selection = filter.select(&app.handle.directory);
    let found = app.library.ask(move |reader| {
        // One more tells whether there is a next page.
        let mut stored = selection.page(reader, Order::NewestFirst, after, limit + 1)?;
        let more = stored.len() > limit as usize;
        stored.truncate(limit as usize);
        let full = stored.into_iter().map(|stored| FullTask::read(reader, stored));
        Ok::<_, StoreError>((full.collect::<Result<Vec<_>, _>>()?, more))
    });
    let (full, more) = found.await?;
    let last = full.last().map(|task| ids::shown(task.stored().row.id));
    Ok(Json(TaskList {
        tasks: app.many(full).await?,
        next: last.filter(|_| more),
    }))
}
