//! The pieces of an answer that one of D8's own workers passes on as they come.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, Request, State};
use bytes::Bytes;
use d8_core::id::AttemptNo;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::server::app::App;
use crate::server::error::{ApiError, ErrorBody};
use crate::server::ids;
use crate::server::lines::{JsonLines, MAX_LINE};

/// Whose pieces they are.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ChunkParameters {
    /// Which life of the worker.
    incarnation: String,
    /// The attempt.
    attempt: u32,
}

/// Takes chunks, one JSON object a line, in a body that is sent as they come. 410: nobody listens any more.
#[utoipa::path(post, path = "/api/workers/{id}/tasks/{task_id}/chunks", tag = "workers",
    params(("id" = String, Path, description = "The worker"), ("task_id" = String, Path, description = "The task"), ChunkParameters),
    request_body(content = String, content_type = "application/x-ndjson"), responses(
    (status = 200, description = "All were passed on", body = Value, example = json!({"status": "ok"})),
    (status = 400, description = "The body broke off, or a parameter is missing", body = ErrorBody),
    (status = 404, description = "There is no such task", body = ErrorBody),
    (status = 408, description = "The body stopped coming", body = ErrorBody),
    (status = 410, description = "Nobody listens, or the attempt is another worker's by now", body = ErrorBody),
    (status = 413, description = "A chunk is too large", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
pub(super) async fn chunks(
    State(app): State<Arc<App>>,
    Path((worker, task_id)): Path<(String, String)>,
    Query(ChunkParameters { incarnation, attempt }): Query<ChunkParameters>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let task = ids::known(&task_id)?;
    let name = (task, AttemptNo(attempt));
    let heard = app.handle.heartbeat(worker, Some(incarnation), vec![name]).await?;
    if !heard.known || heard.cancelled.contains(&name) {
        return Err(ApiError::gone("this attempt is no longer yours"));
    }
    let gone = || ApiError::gone("nobody waits for the pieces of this answer any more");
    let (sink, stop) = app.sinks.take(task).ok_or_else(gone)?;
    let mut lines = JsonLines::new(request, MAX_LINE);
    let mut passed_on = false;
    while let Some(line) = lines.next().await? {
        passed_on = true;
        sink.send(Bytes::from(line.text?)).await.map_err(|_| gone())?;
    }
    if !passed_on {
        // Another attempt may follow, for whoever waits.
        app.sinks.put(task, sink, stop);
    }
    Ok(Json(json!({"status": "ok"})))
}
