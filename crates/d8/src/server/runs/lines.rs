//! Lines of a run as another process hands them in.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use d8_core::id::TaskId;
use d8_store::Payload;
use d8_wire::ChatRequest;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::ndjson;
use crate::orchestrator::{NewTask, Way};
use crate::server::app::App;
use crate::server::error::{ApiError, ErrorBody};
use crate::server::lines::JsonLines;
use crate::task::{estimate, is_plain, prefix};

/// So many lines are handed in at once.
const CHUNK: usize = 1_000;
/// The longest line: one of a file of work, and what is said of it.
const LONGEST_LINE: usize = 66 * 1024 * 1024;

/// A line as it is handed in.
#[derive(Debug, Serialize, Deserialize)]
pub struct LineObject {
    key: String,
    route: String,
    priority: u8,
    custom_id: Option<String>,
    request: Box<RawValue>,
}

impl LineObject {
    /// A line.
    pub fn new(key: u128, route: &str, priority: u8, custom_id: Option<&str>, request: &ChatRequest) -> Self {
        let text = String::from_utf8(request.to_bytes()).unwrap_or_default();
        Self {
            key: format!("{key:x}"),
            route: route.to_owned(),
            priority,
            custom_id: custom_id.map(str::to_owned),
            request: RawValue::from_string(text).unwrap_or_default(),
        }
    }
}

/// What became of a line that was handed in.
#[derive(Debug, Serialize, Deserialize)]
pub struct LineAnswer {
    #[serde(default)]
    task: Option<u64>,
    #[serde(default)]
    error: Option<String>,
}

impl LineAnswer {
    /// Its task, or why it has none.
    pub fn read(self) -> Result<TaskId, String> {
        match (self.task, self.error) {
            (Some(task), _) => Ok(TaskId(task)),
            (None, error) => Err(error.unwrap_or_else(|| "it was not taken in".to_owned())),
        }
    }
}

/// Takes lines in, one JSON object a line; answers line by line in the same order.
#[utoipa::path(post, path = "/api/runs/{name}/lines", tag = "runs", params(("name" = String, Path, description = "The run")),
    request_body(content = String, content_type = "application/x-ndjson"), responses(
    (status = 200, description = "One object a line: `task`, or `error`", content_type = "application/x-ndjson", body = String),
    (status = 400, description = "The body broke off", body = ErrorBody),
    (status = 408, description = "The body stopped coming", body = ErrorBody),
    (status = 429, description = "The queue is full", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
    (status = 507, description = "The disk is full", body = ErrorBody),
))]
pub(super) async fn lines(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let mut lines = JsonLines::new(request, LONGEST_LINE);
    let name: Arc<str> = name.into();
    let mut answers: Vec<LineAnswer> = Vec::new();
    let mut places: Vec<usize> = Vec::new();
    let mut tasks: Vec<NewTask> = Vec::new();
    while let Some(line) = lines.next().await? {
        let read = line
            .text
            .map_err(|error| error.message)
            .and_then(|text| task_of(&app, &name, &text));
        match read {
            Ok(task) => {
                places.push(answers.len());
                answers.push(LineAnswer {
                    task: None,
                    error: None,
                });
                tasks.push(task);
            }
            Err(problem) => answers.push(LineAnswer {
                task: None,
                error: Some(problem),
            }),
        }
        if tasks.len() >= CHUNK {
            submit(&app, &mut tasks, &mut places, &mut answers).await?;
        }
    }
    submit(&app, &mut tasks, &mut places, &mut answers).await?;
    let mut text = Vec::new();
    for answer in &answers {
        serde_json::to_writer(&mut text, answer).map_err(|_| ApiError::internal())?;
        text.push(b'\n');
    }
    Ok(ndjson(Body::from(text)))
}

async fn submit(
    app: &App,
    tasks: &mut Vec<NewTask>,
    places: &mut Vec<usize>,
    answers: &mut [LineAnswer],
) -> Result<(), ApiError> {
    if tasks.is_empty() {
        return Ok(());
    }
    let accepted = app.handle.submit(std::mem::take(tasks)).await??;
    for (place, accepted) in places.drain(..).zip(accepted) {
        answers[place].task = Some(accepted.id.0);
    }
    Ok(())
}

fn task_of(app: &App, name: &Arc<str>, text: &str) -> Result<NewTask, String> {
    let line: LineObject = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let key = u128::from_str_radix(&line.key, 16).map_err(|error| format!("`key`: {error}"))?;
    let request = ChatRequest::parse(line.request.get().as_bytes()).map_err(|error| error.to_string())?;
    let config = app.handle.directory.config();
    let route = config
        .resolve(Some(&line.route))
        .map_err(|unknown| unknown.to_string())?;
    Ok(NewTask {
        priority: line.priority,
        plain: is_plain(&request),
        prefix: prefix(&request),
        key: Some(key),
        payload: Some(Payload {
            endpoint: app.handle.chat,
            custom: line.custom_id,
            body: request.to_bytes(),
        }),
        ..NewTask::new(
            app.handle.new_id(),
            name.clone(),
            "local".into(),
            Way::Route(Arc::new(route)),
            estimate(&request),
        )
    })
}
