//! The scripts' and the client's calls: hand a task in, ask how it stands, look at the queue.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use d8_store::{Filter, Order, Payload, TaskState, TaskStatus};
use d8_wire::ChatRequest;
use serde_json::{Map, Value, json};

use super::reported;
use crate::orchestrator::{AGENT_ACTION, NewTask, Way, is_rare};
use crate::server::app::{App, seconds};
use crate::server::body::{JsonBody, Text, json as read_json};
use crate::server::error::{ApiError, ErrorBody};
use crate::server::objects::status as status_word;
use crate::server::{ids, particulars::Particulars};
use crate::task::{estimate, is_plain, prefix};

/// What is asked where nobody says what.
const TEST_PROMPT: &str = "Say hello in one short sentence.";
/// So many tasks of the queue are shown.
const SHOWN: u32 = 1_000;

/// A test task with one prompt.
#[utoipa::path(post, path = "/api/test/task", tag = "hive", request_body = Value, responses(
    (status = 200, description = "It is in the queue", body = Value, example = json!({"success": true, "task_id": "task_1", "message": "...", "check_stats": "/api/workers/stats"})),
    (status = 400, description = "The body is not JSON", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 429, description = "The queue is full", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
    (status = 507, description = "The disk is full", body = ErrorBody),
))]
pub(super) async fn test_task(State(app): State<Arc<App>>, Text(text): Text) -> Result<Json<Value>, ApiError> {
    let body: Value = if text.trim().is_empty() {
        json!({})
    } else {
        read_json(&text)?
    };
    let prompt = body.get("prompt").and_then(Value::as_str).unwrap_or(TEST_PROMPT);
    let data = json!({
        "messages": [
            {"role": "system", "content": "You are a helpful assistant."},
            {"role": "user", "content": prompt},
        ],
        "model": "gemini-2.0-flash-exp",
        "temperature": 0.8,
    });
    let Value::Object(data) = data else {
        return Err(ApiError::internal());
    };
    let task_id = hand_in(&app, AGENT_ACTION, data, 5).await?;
    Ok(Json(json!({
        "success": true,
        "task_id": task_id,
        "message": "Task queued; a worker takes it when its quota allows",
        "check_stats": "/api/workers/stats",
    })))
}

/// A task of the second generation.
#[utoipa::path(post, path = "/api/tasks/submit", tag = "hive", request_body = Value, responses(
    (status = 201, description = "It is in the queue", body = Value, example = json!({"task_id": "task_1", "status": "submitted", "message": "..."})),
    (status = 400, description = "`data` is missing, or holds no request", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 429, description = "The queue is full", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
    (status = 507, description = "The disk is full", body = ErrorBody),
))]
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    JsonBody(body): JsonBody<Value>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let kind = body.get("type").and_then(Value::as_str).unwrap_or(AGENT_ACTION);
    let Some(Value::Object(data)) = body.get("data").cloned() else {
        return Err(ApiError::bad_request(
            "missing_field",
            "`data` is missing: an object with `messages`",
        ));
    };
    let priority = match body.get("priority") {
        None | Some(Value::Null) => 5,
        Some(value) => value
            .as_u64()
            .and_then(|value| u8::try_from(value.clamp(1, 10)).ok())
            .ok_or_else(|| ApiError::bad_request("invalid_priority", "`priority` is a number from 1 to 10"))?,
    };
    let task_id = hand_in(&app, kind, data, priority).await?;
    let answer = json!({"task_id": task_id, "status": "submitted", "message": format!("Task {task_id} submitted")});
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Takes a task in. Its model is a wish: it goes wherever there is quota.
async fn hand_in(app: &App, kind: &str, mut data: Map<String, Value>, priority: u8) -> Result<String, ApiError> {
    // What is no chat is for workers that name its type.
    let rare = is_rare(kind) || (kind != AGENT_ACTION && !data.contains_key("messages"));
    if let (false, None, Some(prompt)) = (rare, data.get("messages"), data.get("prompt").and_then(Value::as_str)) {
        let messages = json!([{"role": "user", "content": prompt}]);
        data.insert("messages".to_owned(), messages);
        data.remove("prompt");
    }
    let wish = data.get("model").and_then(Value::as_str).map(str::to_owned);
    let body = serde_json::to_vec(&data).map_err(|_| ApiError::internal())?;
    let request = ChatRequest::parse(&body);
    let (estimate, plain) = match (&request, rare) {
        (Ok(request), _) => (estimate(request), rare || is_plain(request)),
        (Err(_), true) => (d8_core::usage::Estimate::default(), true),
        (Err(error), false) => {
            let message = format!("`data` is no chat request: {error}");
            return Err(ApiError::bad_request("invalid_request", message));
        }
    };
    let particulars = Particulars {
        wish,
        ..Particulars::default()
    };
    let handle = &app.handle;
    let id = handle.new_id();
    let task = NewTask {
        kind: kind.into(),
        priority,
        rare,
        plain,
        prefix: request.ok().as_ref().and_then(prefix),
        payload: Some(Payload {
            endpoint: handle.chat,
            custom: particulars.to_text(),
            body,
        }),
        ..NewTask::new(id, "".into(), "local".into(), Way::Everybody, estimate)
    };
    handle.submit(vec![task]).await??;
    Ok(ids::shown(id))
}

/// How a task stands, with its result as the Hive's client reads it.
#[utoipa::path(get, path = "/api/tasks/status/{id}", tag = "hive", params(("id" = String, Path, description = "The task")), responses(
    (status = 200, description = "How it stands", body = Value),
    (status = 404, description = "There is no such task", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
pub(super) async fn status(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let full = app.full_task(ids::known(&id)?).await?;
    let result = full.result().cloned();
    let state = full.state();
    let mut objects = app.many(vec![full]).await?;
    let object = objects.pop().ok_or_else(ApiError::internal)?;
    let result = match state {
        TaskState::Ended(d8_core::change::Ending::Completed, _) => reported::for_client(true, result.as_ref(), None),
        TaskState::Ended(..) => {
            let error = object.error.as_ref().map(|error| error.message.as_str());
            reported::for_client(false, result.as_ref(), error)
        }
        TaskState::Pending | TaskState::Assigned => Value::Null,
    };
    Ok(Json(json!({
        "task_id": object.task_id,
        "type": object.kind,
        "status": object.status,
        "assigned_to": object.assigned_to,
        "created_at": object.created_at,
        "completed_at": object.completed_at,
        "result": result,
    })))
}

/// What waits and what is being worked on; the first thousand of each.
#[utoipa::path(get, path = "/api/tasks/queue", tag = "hive", responses(
    (status = 200, description = "The queue", body = Value),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
pub(super) async fn queue(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
    let stored = app.library.ask(|reader| {
        let of = |status| {
            let filter = Filter {
                status: Some(status),
                ..Filter::default()
            };
            reader.tasks(&filter, Order::OldestFirst, None, SHOWN)
        };
        let mut tasks = of(TaskStatus::Pending)?;
        tasks.extend(of(TaskStatus::Assigned)?);
        Ok(tasks)
    });
    let stored = stored.await?;
    let status = app.handle.status().await?;
    let shown = |task: &d8_store::StoredTask| {
        let kind = app
            .handle
            .directory
            .names(|names| names.name(task.row.demand.kind).map(str::to_owned));
        json!({
            "task_id": ids::shown(task.row.id),
            "type": kind.unwrap_or_else(|| AGENT_ACTION.to_owned()),
            "priority": task.row.priority,
            "status": status_word(task.state),
            "created_at": seconds(task.row.created_at),
        })
    };
    let queue: Vec<Value> = stored.iter().map(shown).collect();
    Ok(Json(json!({
        "queue": queue,
        "pending": status.tasks.pending,
        "assigned": status.tasks.assigned,
        "completed": status.tasks.completed,
        "failed": status.tasks.failed,
    })))
}
