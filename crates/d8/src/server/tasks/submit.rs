//! `POST /api/tasks`: one task, an array of them, or one a line.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use d8_core::id::TaskId;
use d8_store::StoreError;
use serde_json::value::RawValue;

use super::describe::{Answer, Submission};
use super::draft::{Draft, key_of};
use super::intake;
use super::lines;
use crate::orchestrator::NewTask;
use crate::server::Caller;
use crate::server::app::App;
use crate::server::body::{self, MAX_BODY};
use crate::server::error::{ApiError, ErrorBody};
use crate::server::objects::{FullTask, TaskObject};
use crate::server::openapi::Always;

/// So many tasks are turned into objects at once.
const OBJECTS_AT_ONCE: usize = 500;
/// What a body of one object a line is called.
const LINES: [&str; 6] = [
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/x-jsonl",
    "application/jsonlines",
    "application/x-jsonlines",
];

/// Hand tasks in
///
/// One object, or an array of them (all or nothing), or, with the content type `application/x-ndjson` or
/// `application/jsonl`, one object a line: each line is answered with a line as soon as it is stored, in order, with the
/// task or with `{"line": 3, "error": {...}}`. What was answered is kept, whatever happens.
///
/// With an idempotency key a submission can be repeated: while the task is open, and for 24 hours after its end, the same
/// key gives the same task, and with another request 409. For an array, or for lines, the header stands for the keys
/// `KEY#1`, `KEY#2` ... of those that have none of their own.
#[utoipa::path(post, path = "/api/tasks", tag = "tasks", operation_id = "submitTasks",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the submission repeatable", min_length = 1, max_length = 256)),
    request_body(content(
        (Submission = "application/json", example = json!({"prompt": "Say hello", "priority": 7})),
        (String = "application/x-ndjson", example = "{\"prompt\": \"Say hello\"}\n{\"prompt\": \"Say goodbye\"}\n"),
    )),
    responses(
        (status = 201, description = "Stored: the task, or an array in the order of the request", body = Answer),
        (status = 200, description = "All were known by their keys; or an answer line by line", content(
            (Answer = "application/json"),
            (String = "application/x-ndjson"),
        )),
        (status = 404, description = "`model_not_found`: there is no such route or model", body = ErrorBody),
        (status = 408, description = "The body stopped coming", body = ErrorBody),
        (status = 409, description = "`idempotency_conflict` or `group_sealed`", body = ErrorBody),
        (status = 413, description = "The body is larger than 64 MiB", body = ErrorBody),
        (status = 422, description = "`deadline_infeasible`", body = ErrorBody),
        (status = 429, description = "`queue_full`", body = ErrorBody),
        (status = 507, description = "`disk_full`", body = ErrorBody),
        Always,
    ))]
pub async fn submit(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, ApiError> {
    let key = key_of(request.headers())?.map(str::to_owned);
    let way_in = WayIn { app, caller, key };
    if is_lines(request.headers()) {
        return Ok(lines::answer(way_in, request));
    }
    let text = body::read(request, MAX_BODY).await?;
    if text.trim_start().starts_with('[') {
        return way_in.many(&text).await;
    }
    way_in.one(&text).await
}

fn is_lines(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next()).unwrap_or_default();
    LINES.iter().any(|name| essence.trim().eq_ignore_ascii_case(name))
}

/// Who hands in, and under which key.
pub(super) struct WayIn {
    pub(super) app: Arc<App>,
    caller: Caller,
    key: Option<String>,
}

impl WayIn {
    async fn one(&self, text: &str) -> Result<Response, ApiError> {
        // Text that is no JSON at all is told of with line and column.
        let text: Box<RawValue> = body::json(text)?;
        let task = self.task(text.get(), None)?;
        let taken = intake::all(&self.app, vec![task]).await.map_err(|(_, error)| error)?;
        let objects = objects(&self.app, taken.iter().map(|taken| taken.id).collect()).await?;
        let repeated = taken.iter().all(|taken| taken.repeated);
        let object = objects.into_iter().next().ok_or_else(ApiError::internal)?;
        Ok((status(repeated), Json(object)).into_response())
    }

    async fn many(&self, text: &str) -> Result<Response, ApiError> {
        let texts: Vec<Box<RawValue>> = body::json(text)?;
        let read = texts.iter().enumerate();
        let tasks = read.map(|(place, text)| {
            let task = self.task(text.get(), Some(place as u64 + 1));
            task.map_err(|error| at(place, error))
        });
        let tasks = tasks.collect::<Result<Vec<_>, _>>()?;
        let placed = |(place, error): (Option<usize>, ApiError)| match place {
            Some(place) => at(place, error),
            None => error,
        };
        let taken = intake::all(&self.app, tasks).await.map_err(placed)?;
        let objects = objects(&self.app, taken.iter().map(|taken| taken.id).collect()).await?;
        let repeated = taken.iter().all(|taken| taken.repeated);
        Ok((status(repeated), Json(objects)).into_response())
    }

    /// Reads a task; `number` is its number where there are many.
    pub(super) fn task(&self, text: &str, number: Option<u64>) -> Result<NewTask, ApiError> {
        let mut draft = Draft::read(text)?;
        match (&self.key, number) {
            (Some(key), Some(number)) => draft.keyed_unless_it_is(format!("{key}#{number}")),
            (Some(key), None) => draft.keyed(key)?,
            (None, _) => {}
        }
        let config = self.app.handle.directory.config();
        draft.into_task(&self.app.handle, &config, self.caller)
    }
}

fn status(repeated: bool) -> StatusCode {
    if repeated { StatusCode::OK } else { StatusCode::CREATED }
}

/// An error of one task of an array.
fn at(place: usize, mut error: ApiError) -> ApiError {
    let number = place + 1;
    error.message = format!("task {number} of the array (nothing was taken in): {}", error.message);
    error
}

/// Tasks that are stored, in this order.
pub(super) async fn objects(app: &App, ids: Vec<TaskId>) -> Result<Vec<TaskObject>, ApiError> {
    let mut objects = Vec::with_capacity(ids.len());
    for part in ids.chunks(OBJECTS_AT_ONCE) {
        let part = part.to_vec();
        let full = app.library.ask(move |reader| {
            let read = |id: &TaskId| match reader.task(*id)? {
                Some(stored) => FullTask::read(reader, stored).map(Some),
                None => Ok(None),
            };
            part.iter()
                .map(read)
                .collect::<Result<Option<Vec<FullTask>>, StoreError>>()
        });
        objects.extend(app.many(full.await?.ok_or_else(ApiError::internal)?).await?);
    }
    Ok(objects)
}
