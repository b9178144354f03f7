//! All tasks that a filter finds are cancelled, tried again, or given another priority: a thousand at a time.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use d8_core::id::TaskId;
use d8_store::{Order, StoredTask, TaskStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::change::again;
use super::fields::wrong;
use super::selection::{Selection, TaskFilter};
use crate::server::app::App;
use crate::server::body::JsonBody;
use crate::server::error::{ApiError, ErrorBody};
use crate::server::openapi::Always;

/// So many tasks are changed together.
const PAGE: u32 = 1_000;
/// Tasks move from one open state to the other meanwhile: it is looked again until there are no more, but not for ever.
const MOST_ROUNDS: u32 = 5;

/// Which tasks.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// Which tasks.
    #[serde(default)]
    filter: Option<TaskFilter>,
    /// An empty filter means every task there is: that must be said.
    #[serde(default)]
    all: Option<bool>,
    /// Only count them.
    #[serde(default)]
    dry_run: Option<bool>,
}

/// Which tasks, and their new priority.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhichAndPriority {
    /// Which tasks.
    #[serde(default)]
    filter: Option<TaskFilter>,
    /// An empty filter means every task there is: that must be said.
    #[serde(default)]
    all: Option<bool>,
    /// 1 to 10, higher first.
    #[schema(minimum = 1, maximum = 10)]
    priority: u8,
}

/// What came of it.
#[derive(Copy, Clone, Debug, Serialize, ToSchema)]
pub struct Count {
    /// So many tasks.
    count: u64,
}

impl Which {
    fn select(&self, app: &App) -> Result<Selection, ApiError> {
        let filter = self.filter.clone().unwrap_or_default();
        if filter.is_empty() && self.all != Some(true) {
            let message = "the filter is empty; narrow it by `status`, `route`, `group`, `client`, `code` or \
                           `created_before`, or say \
                           {\"all\": true} for every task there is";
            return Err(ApiError::bad_request("empty_filter", message));
        }
        Ok(filter.select(&app.handle.directory))
    }
}

/// Cancel all tasks that a filter finds
#[utoipa::path(post, path = "/api/tasks/cancel", tag = "tasks", operation_id = "cancelTasks",
    request_body(content = Which, example = json!({"filter": {"group": "monday", "status": "pending"}})),
    responses(
        (status = 200, description = "So many were open and are cancelled, or would be", body = Count),
        (status = 408, description = "The body stopped coming", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        Always,
    ))]
pub async fn cancel(State(app): State<Arc<App>>, JsonBody(which): JsonBody<Which>) -> Result<Json<Count>, ApiError> {
    let selection = which.select(&app)?;
    let act = if which.dry_run == Some(true) {
        Act::Count
    } else {
        Act::Cancel
    };
    let count = to_open_ones(&app, &selection, act).await?;
    Ok(Json(Count { count }))
}

/// Give all open tasks that a filter finds another priority
#[utoipa::path(post, path = "/api/tasks/reprioritise", tag = "tasks", operation_id = "reprioritiseTasks",
    request_body(content = WhichAndPriority, example = json!({"filter": {"group": "monday"}, "priority": 9})),
    responses(
        (status = 200, description = "So many are open and have it now", body = Count),
        (status = 408, description = "The body stopped coming", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        Always,
    ))]
pub async fn reprioritise(
    State(app): State<Arc<App>>,
    JsonBody(body): JsonBody<WhichAndPriority>,
) -> Result<Json<Count>, ApiError> {
    let WhichAndPriority { filter, all, priority } = body;
    if !(1..=10).contains(&priority) {
        return Err(wrong("priority", "must be a whole number from 1 to 10"));
    }
    let which = Which {
        filter,
        all,
        dry_run: None,
    };
    let selection = which.select(&app)?;
    let count = to_open_ones(&app, &selection, Act::Reprioritise(priority)).await?;
    Ok(Json(Count { count }))
}

/// Try all tasks again that a filter finds
///
/// Those that have failed or were cancelled; say `"status": "failed"` for the former alone.
#[utoipa::path(post, path = "/api/tasks/retry", tag = "tasks", operation_id = "retryTasks",
    request_body(content = Which, example = json!({"filter": {"status": "failed"}})),
    responses(
        (status = 200, description = "So many are open again, or would be", body = Count),
        (status = 408, description = "The body stopped coming", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        Always,
    ))]
pub async fn retry(State(app): State<Arc<App>>, JsonBody(which): JsonBody<Which>) -> Result<Json<Count>, ApiError> {
    let selection = which.select(&app)?;
    let newest = newest(&app).await?;
    let mut count = 0;
    for status in [TaskStatus::Failed, TaskStatus::Cancelled] {
        let mut pages = Pages::new(selection.of(status), newest);
        while let Some(stored) = pages.next(&app).await? {
            let now = app.clock.now();
            let rows: Vec<_> = stored.iter().filter_map(|stored| again(stored, now).ok()).collect();
            count += rows.len() as u64;
            if which.dry_run != Some(true) {
                app.handle.revive_now(rows).await?;
            }
        }
    }
    Ok(Json(Count { count }))
}

/// What is done to open tasks.
#[derive(Copy, Clone)]
enum Act {
    Count,
    Cancel,
    Reprioritise(u8),
}

/// Does something to all open tasks of a selection; gives how many there were.
async fn to_open_ones(app: &App, selection: &Selection, act: Act) -> Result<u64, ApiError> {
    let newest = newest(app).await?;
    let mut done = BTreeSet::new();
    for _ in 0..MOST_ROUNDS {
        let before = done.len();
        for status in [TaskStatus::Pending, TaskStatus::Assigned] {
            let mut pages = Pages::new(selection.of(status), newest);
            while let Some(stored) = pages.next(app).await? {
                let tasks: Vec<TaskId> = stored.iter().map(|stored| stored.row.id).collect();
                let new: Vec<TaskId> = tasks.into_iter().filter(|task| done.insert(*task)).collect();
                match act {
                    Act::Count => {}
                    _ if new.is_empty() => {}
                    Act::Cancel => app.handle.cancel_now(new).await?,
                    Act::Reprioritise(priority) => app.handle.reprioritise(new, priority).await?,
                }
            }
        }
        if done.len() == before {
            break;
        }
    }
    Ok(done.len() as u64)
}

/// The newest task there is: what comes after it is not meant.
async fn newest(app: &App) -> Result<Option<TaskId>, ApiError> {
    let all = TaskFilter::default().select(&app.handle.directory);
    let newest = app
        .library
        .ask(move |reader| all.page(reader, Order::NewestFirst, None, 1));
    Ok(newest.await?.first().map(|stored| stored.row.id))
}

/// A selection in the order of submission, page by page.
struct Pages {
    selection: Selection,
    after: Option<TaskId>,
    newest: Option<TaskId>,
}

impl Pages {
    fn new(selection: Selection, newest: Option<TaskId>) -> Self {
        Self {
            selection,
            after: None,
            newest,
        }
    }

    /// The next one; none: there are no more.
    ///
    /// # Errors
    /// 503 where the server is to stop: what was done is done.
    async fn next(&mut self, app: &App) -> Result<Option<Vec<StoredTask>>, ApiError> {
        if app.shutdown.is_cancelled() {
            return Err(ApiError::stopped());
        }
        let (selection, after) = (self.selection.clone(), self.after);
        let page = app
            .library
            .ask(move |reader| selection.page(reader, Order::OldestFirst, after, PAGE));
        let mut page = page.await?;
        page.retain(|stored| Some(stored.row.id) <= self.newest);
        self.after = page.last().map(|stored| stored.row.id);
        Ok((!page.is_empty()).then_some(page))
    }
}
