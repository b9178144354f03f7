//! Groups: tasks that were submitted together, as a whole.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use d8_core::id::GroupId;
use d8_store::GroupCounts;
use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::error::{ApiError, ErrorBody, shown};
use super::openapi::Always;
use super::tasks::look::Patience;

/// All of them.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(one)).routes(routes!(seal))
}

/// How things stand with a group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct GroupObject {
    /// Its name.
    pub group: String,
    /// `open`: it takes more tasks; `sealed`: it takes no more, and some are still to be done; `done`: sealed, and all
    /// have ended.
    pub state: &'static str,
    /// All its tasks.
    pub total: u64,
    /// Those that wait.
    pub pending: u64,
    /// Those that a worker is at.
    pub assigned: u64,
    /// Those answered.
    pub completed: u64,
    /// Those given up.
    pub failed: u64,
    /// Those no longer wanted.
    pub cancelled: u64,
}

impl GroupObject {
    fn new(group: String, counts: &GroupCounts, assigned: u64) -> Self {
        let open = open(counts);
        let assigned = assigned.min(open);
        Self {
            group,
            state: match (counts.sealed, open) {
                (false, _) => "open",
                (true, 0) => "done",
                (true, _) => "sealed",
            },
            total: counts.total,
            pending: open - assigned,
            assigned,
            completed: counts.completed,
            failed: counts.failed,
            cancelled: counts.cancelled,
        }
    }
}

fn open(counts: &GroupCounts) -> u64 {
    let ended = counts.completed + counts.failed + counts.cancelled;
    counts.total.saturating_sub(ended)
}

/// How a group stands
///
/// With `wait` the answer comes when none of its tasks is open any more, or after so many seconds as it stands then.
#[utoipa::path(get, path = "/api/groups/{id}", tag = "groups", operation_id = "getGroup",
    params(("id" = String, Path, description = "The group; a slash in its name is written %2F"), Patience),
    responses(
        (status = 200, description = "The group", body = GroupObject),
        (status = 404, description = "`group_not_found`", body = ErrorBody),
        Always,
    ))]
pub async fn one(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Query(patience): Query<Patience>,
) -> Result<Json<GroupObject>, ApiError> {
    let until = Instant::now() + patience.length()?;
    let id = known(&app, &name)?;
    // Followed before it is counted: an end in between is not missed.
    let mut ends = app.handle.audience.follow(id);
    loop {
        let mut left = open(&counts(&app, id, &name).await?);
        // Counting again only when all that were open may have ended: a large group has many ends.
        while left > 0 && Instant::now() < until {
            tokio::select! {
                end = ends.recv() => left = if end.is_some() { left - 1 } else { 0 },
                () = tokio::time::sleep_until(until) => {}
                () = app.shutdown.cancelled() => return object(&app, id, name).await,
            }
        }
        let group = object(&app, id, name.clone()).await?;
        if Instant::now() >= until || group.pending + group.assigned == 0 {
            return Ok(group);
        }
    }
}

/// Let a group take no more tasks
///
/// A sealed group is `done` when all its tasks have ended.
#[utoipa::path(post, path = "/api/groups/{id}/seal", tag = "groups", operation_id = "sealGroup",
    params(("id" = String, Path, description = "The group; a slash in its name is written %2F")),
    responses(
        (status = 200, description = "It is sealed", body = GroupObject),
        (status = 404, description = "`group_not_found`", body = ErrorBody),
        Always,
    ))]
pub async fn seal(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Json<GroupObject>, ApiError> {
    let id = known(&app, &name)?;
    counts(&app, id, &name).await?;
    app.handle.seal(name.clone()).await?;
    object(&app, id, name).await
}

fn known(app: &App, name: &str) -> Result<GroupId, ApiError> {
    let id = app.handle.directory.names(|names| names.find(name));
    id.filter(|_| !name.is_empty()).ok_or_else(|| no_such_group(name))
}

async fn counts(app: &App, id: GroupId, name: &str) -> Result<GroupCounts, ApiError> {
    let counts = app.library.ask(move |reader| reader.group_counts(id)).await?;
    counts.ok_or_else(|| no_such_group(name))
}

async fn object(app: &App, id: GroupId, name: String) -> Result<Json<GroupObject>, ApiError> {
    let assigned = app.handle.view(id).await?.counts.assigned;
    let counts = counts(app, id, &name).await?;
    Ok(Json(GroupObject::new(name, &counts, assigned)))
}

fn no_such_group(name: &str) -> ApiError {
    let message = format!("there is no group `{}`; it begins with its first task", shown(name));
    ApiError::not_found("group_not_found", message)
}
