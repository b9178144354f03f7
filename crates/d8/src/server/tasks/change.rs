//! One task is no longer wanted, or is to be tried again.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use d8_core::change::{Ending, TaskRow};
use d8_core::time::Timestamp;
use d8_store::{StoredTask, TaskState};

use crate::server::app::App;
use crate::server::error::{ApiError, ErrorBody};
use crate::server::ids;
use crate::server::objects::{TaskObject, ended_status};
use crate::server::openapi::Always;

/// Cancel a task
///
/// What is under way is dropped, and counts as spent. A task that is cancelled already is answered as it is.
#[utoipa::path(post, path = "/api/tasks/{id}/cancel", tag = "tasks", operation_id = "cancelTask",
    params(("id" = String, Path, description = "The task")),
    responses(
        (status = 200, description = "It is cancelled", body = TaskObject),
        (status = 404, description = "`task_not_found`", body = ErrorBody),
        (status = 409, description = "`already_ended`: it has completed or failed", body = ErrorBody),
        Always,
    ))]
pub async fn cancel(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<TaskObject>, ApiError> {
    let task = ids::known(&id)?;
    let mut state = app.full_task(task).await?.state();
    if !matches!(state, TaskState::Ended(..)) {
        app.handle.cancel_now(vec![task]).await?;
        state = app.full_task(task).await?.state();
    }
    match state {
        TaskState::Ended(ending @ (Ending::Completed | Ending::Failed(_)), _) => Err(ApiError::conflict(
            "already_ended",
            format!(
                "{} has {} and cannot be cancelled",
                ids::shown(task),
                ended_status(ending)
            ),
        )),
        _ => Ok(Json(app.task(task).await?)),
    }
}

/// Try a task again
///
/// One that has failed or was cancelled is open again, under its old name and with all its attempts before it; a deadline
/// that has passed no longer holds.
#[utoipa::path(post, path = "/api/tasks/{id}/retry", tag = "tasks", operation_id = "retryTask",
    params(("id" = String, Path, description = "The task")),
    responses(
        (status = 200, description = "It is open again", body = TaskObject),
        (status = 404, description = "`task_not_found`", body = ErrorBody),
        (status = 409, description = "`already_completed`; `not_ended`; `not_kept`: its request is not stored", body = ErrorBody),
        Always,
    ))]
pub async fn retry(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<TaskObject>, ApiError> {
    let task = ids::known(&id)?;
    let full = app.full_task(task).await?;
    let stored = full.stored();
    let again = again(stored, app.clock.now()).map_err(|why| why.of(&ids::shown(task)))?;
    app.handle.revive_now(vec![again]).await?;
    Ok(Json(app.task(task).await?))
}

/// Why a task cannot be tried again.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum NotAgain {
    Completed,
    Open,
    NotKept,
}

impl NotAgain {
    fn of(self, task: &str) -> ApiError {
        let (code, why) = match self {
            Self::Completed => (
                "already_completed",
                "has completed; hand it in as a new task to have it done anew",
            ),
            Self::Open => ("not_ended", "is open; it is tried again by itself"),
            Self::NotKept => (
                "not_kept",
                "was not to be kept by its client's choice, so its request is not there any more",
            ),
        };
        ApiError::conflict(code, format!("{task} {why}"))
    }
}

/// What to hand to the orchestrator for a task to be tried again.
pub(super) fn again(stored: &StoredTask, now: Timestamp) -> Result<(TaskRow, Ending), NotAgain> {
    let ending = match stored.state {
        TaskState::Ended(Ending::Completed, _) => return Err(NotAgain::Completed),
        TaskState::Ended(ending, _) => ending,
        TaskState::Pending | TaskState::Assigned => return Err(NotAgain::Open),
    };
    if !stored.row.durable {
        return Err(NotAgain::NotKept);
    }
    let row = TaskRow {
        not_before: now,
        deadline: if stored.row.deadline <= now {
            Timestamp::MAX
        } else {
            stored.row.deadline
        },
        ..stored.row
    };
    Ok((row, ending))
}
