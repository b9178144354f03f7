//! What became of a task: the Hive's reports on every route that a worker of theirs uses, and those of D8's own workers.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use d8_core::id::{AttemptNo, TaskId};
use d8_core::message::Report;
use serde_json::{Value, json};

use super::reported;
use crate::orchestrator::Reporter;
use crate::protocol::WorkReport;
use crate::protocol::translate::{report_from, result_from};
use crate::server::app::App;
use crate::server::body::{JsonBody, Text, json as read_json};
use crate::server::error::{ApiError, ErrorBody};
use crate::server::ids;

/// A report by `worker_fixed` and the second Groq worker: always heard, whatever it changes.
#[utoipa::path(post, path = "/api/workers/results", tag = "hive", request_body = Value, responses(
    (status = 200, description = "Heard", body = Value, example = json!({"success": true, "status": "received"})),
    (status = 400, description = "`task_id`, `worker_id` or `result` is missing", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
pub(super) async fn results(
    State(app): State<Arc<App>>,
    JsonBody(body): JsonBody<Value>,
) -> Result<Json<Value>, ApiError> {
    let (task, worker) = (field(&body, "task_id")?, field(&body, "worker_id")?);
    hear(&app, &task, worker, result(&body)?).await
}

/// A report by the first Groq worker and the resilient one; and, with an attempt, by D8's own workers.
#[utoipa::path(post, path = "/api/workers/{id}/result", tag = "workers", params(("id" = String, Path, description = "The worker")), request_body = WorkReport, responses(
    (status = 200, description = "Heard", body = Value, example = json!({"success": true, "status": "received"})),
    (status = 400, description = "A field is missing", body = ErrorBody),
    (status = 404, description = "There is no such task", body = ErrorBody),
    (status = 409, description = "The attempt is no longer this worker's", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
pub(super) async fn result_of_worker(
    State(app): State<Arc<App>>,
    Path(worker): Path<String>,
    Text(text): Text,
) -> Result<Response, ApiError> {
    let body: Value = read_json(&text)?;
    if body.get("attempt").is_some() && body.get("outcome").is_some() {
        let work: WorkReport = read_json(&text)?;
        return own(&app, worker, &work).await.map(IntoResponse::into_response);
    }
    let task = field(&body, "task_id")?;
    hear(&app, &task, worker, result(&body)?)
        .await
        .map(IntoResponse::into_response)
}

/// A report of the second generation.
#[utoipa::path(post, path = "/api/tasks/{id}/result", tag = "hive", params(("id" = String, Path, description = "The task")), request_body = Value, responses(
    (status = 200, description = "Heard", body = Value, example = json!({"success": true, "status": "received"})),
    (status = 400, description = "`worker_id` or `result` is missing", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
pub(super) async fn result_of_task(
    State(app): State<Arc<App>>,
    Path(task): Path<String>,
    JsonBody(body): JsonBody<Value>,
) -> Result<Json<Value>, ApiError> {
    let worker = field(&body, "worker_id")?;
    hear(&app, &task, worker, result(&body)?).await
}

fn field(body: &Value, name: &str) -> Result<String, ApiError> {
    match body.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        _ => Err(ApiError::bad_request("missing_field", format!("`{name}` is missing"))),
    }
}

fn result(body: &Value) -> Result<&Value, ApiError> {
    body.get("result")
        .ok_or_else(|| ApiError::bad_request("missing_field", "`result` is missing"))
}

/// Takes a report of the Hive's in. It is answered well whatever it changes: those workers read nothing but the status.
async fn hear(app: &App, task_id: &str, worker: String, reported: &Value) -> Result<Json<Value>, ApiError> {
    let heard = Json(json!({"success": true, "status": "received"}));
    let Some(task) = ids::parse(task_id) else {
        return Ok(heard);
    };
    let attempts = attempts_of(app, task).await?;
    let now = app.clock.now();
    let taken = reported::take(reported, &ids::shown(task), now.as_micros() / 1_000_000);
    let report = Report::plain(taken.outcome, now);
    let reporter = Reporter::Hive { worker, attempts };
    app.handle.reported(task, reporter, report, Some(taken.result)).await?;
    Ok(heard)
}

/// Who was given a task, and when: the store knows each attempt before its worker does.
async fn attempts_of(app: &App, task: TaskId) -> Result<Vec<(d8_core::id::WorkerId, AttemptNo)>, ApiError> {
    let found = app.library.ask(move |reader| {
        let ended = reader.attempts(task)?;
        let mut attempts: Vec<_> = ended.iter().map(|attempt| (attempt.worker, attempt.attempt)).collect();
        attempts.extend(reader.lease(task)?.map(|lease| (lease.worker, lease.attempt)));
        Ok(attempts)
    });
    Ok(found.await?)
}

async fn own(app: &App, worker: String, work: &WorkReport) -> Result<Json<Value>, ApiError> {
    let task = ids::known(&work.task_id)?;
    let report = report_from(work, d8_core::time::Timestamp::EPOCH, app.clock.now());
    let reporter = Reporter::Own {
        worker,
        incarnation: work.incarnation.clone(),
        attempt: AttemptNo(work.attempt),
    };
    if app.handle.reported(task, reporter, report, result_from(work)).await? {
        Ok(Json(json!({"success": true, "status": "received"})))
    } else {
        Err(ApiError::conflict(
            "attempt_over",
            format!(
                "attempt {} of {} is no longer this worker's",
                work.attempt, work.task_id
            ),
        ))
    }
}
