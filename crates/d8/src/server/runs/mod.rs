//! Runs of other processes on this machine: `d8 run` hands its lines to whoever holds the store. In the order of its calls:
//! `agreement`, the stream of ends, known keys, `lines`, tasks to be settled, the status now and then, answers.

mod agreement;
mod lines;

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use bytes::Bytes;
use d8_core::change::{Ending, FailureCode, TaskRow};
use d8_core::id::{GroupId, TaskId};
use d8_store::{ResultRow, StoredTask, TaskState};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use agreement::{SetupObject, setup_of};
pub use lines::{LineAnswer, LineObject};

use super::app::App;
use super::body::JsonBody;
use super::error::{ApiError, ErrorBody};
use crate::orchestrator::Done;
use crate::run::{lasting_trouble, reasons, waiting_for};
use crate::words;

/// A stream of ends gives a sign of life so often.
const SIGN_EVERY: Duration = Duration::from_secs(1);

/// All of them.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(agreement::agree))
        .routes(routes!(keys))
        .routes(routes!(lines::lines))
        .routes(routes!(tasks))
        .routes(routes!(ends))
        .routes(routes!(status))
        .routes(routes!(answer))
}

/// A line that is known.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyObject {
    key: String,
    task: u64,
    ended: Option<String>,
}

impl KeyObject {
    /// Its parts.
    pub fn read(&self) -> Option<(u128, TaskId, Option<Ending>)> {
        let ended = match &self.ended {
            Some(word) => Some(ending_of(word)?),
            None => None,
        };
        Some((u128::from_str_radix(&self.key, 16).ok()?, TaskId(self.task), ended))
    }
}

fn ending_word(ending: Ending) -> &'static str {
    match ending {
        Ending::Completed => "completed",
        Ending::Cancelled => "cancelled",
        Ending::Failed(code) => words::failure_code(code),
    }
}

fn ending_of(word: &str) -> Option<Ending> {
    let codes = [
        FailureCode::TooLarge,
        FailureCode::ProviderError,
        FailureCode::AttemptsExhausted,
        FailureCode::DeadlineExceeded,
        FailureCode::Quarantined,
    ];
    match word {
        "completed" => Some(Ending::Completed),
        "cancelled" => Some(Ending::Cancelled),
        _ => codes
            .into_iter()
            .find(|code| words::failure_code(*code) == word)
            .map(Ending::Failed),
    }
}

fn group_of(app: &App, name: &str) -> Option<GroupId> {
    app.handle.directory.names(|names| names.find(name))
}

/// The run's lines that are known, one JSON object a line.
#[utoipa::path(get, path = "/api/runs/{name}/keys", tag = "runs", params(("name" = String, Path, description = "The run")), responses(
    (status = 200, description = "One object a line: key, task, and how it ended", content_type = "application/x-ndjson", body = String),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
async fn keys(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Response, ApiError> {
    let Some(group) = group_of(&app, &name) else {
        return Ok(ndjson(Body::empty()));
    };
    let known = app.library.ask(move |reader| reader.tasks_by_keys(group)).await?;
    let mut text = Vec::new();
    for keyed in known {
        let object = KeyObject {
            key: format!("{:x}", keyed.key),
            task: keyed.task.0,
            ended: keyed.ended.map(|(ending, _)| ending_word(ending).to_owned()),
        };
        serde_json::to_writer(&mut text, &object).map_err(|_| ApiError::internal())?;
        text.push(b'\n');
    }
    Ok(ndjson(Body::from(text)))
}

fn ndjson(body: Body) -> Response {
    let mut response = Response::new(body);
    let kind = HeaderValue::from_static("application/x-ndjson");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// Tasks of a run that are known already.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SettleObject {
    /// They failed or were cancelled, and are wanted after all.
    pub reopen: Vec<u64>,
    /// They are open.
    pub adopt: Vec<u64>,
    /// The input no longer holds them.
    pub cancel: Vec<u64>,
}

/// Opens tasks again, sees to open ones, drops others.
#[utoipa::path(post, path = "/api/runs/{name}/tasks", tag = "runs", params(("name" = String, Path, description = "The run")), request_body = SettleObject, responses(
    (status = 200, description = "Done", body = Value, example = json!({"status": "ok"})),
    (status = 400, description = "The body is wrong", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
async fn tasks(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    JsonBody(settle): JsonBody<SettleObject>,
) -> Result<Json<Value>, ApiError> {
    let group = group_of(&app, &name);
    let numbered = |numbers: Vec<u64>| numbers.into_iter().map(TaskId).collect::<Vec<_>>();
    let _settling = app.guests.settling.lock().await;
    // What is open here needs nothing; one that has just ended here must not begin anew.
    let cancel = numbered(settle.cancel);
    let known = numbered(settle.adopt).into_iter().chain(cancel.iter().copied());
    let strangers = app.handle.strangers(known.collect()).await?;
    let open = stored(&app, group, strangers).await?;
    let open = open
        .into_iter()
        .filter(|stored| !matches!(stored.state, TaskState::Ended(..)));
    app.handle.adopt(open.map(|stored| stored.row).collect())?;
    app.handle.cancel_now(cancel).await?;
    let now = app.clock.now();
    let again = |stored: StoredTask| match stored.state {
        TaskState::Ended(ending @ (Ending::Failed(_) | Ending::Cancelled), _) => {
            let row = TaskRow {
                not_before: now,
                ..stored.row
            };
            Some((row, ending))
        }
        _ => None,
    };
    let ended = stored(&app, group, numbered(settle.reopen)).await?;
    app.handle
        .revive_now(ended.into_iter().filter_map(again).collect())
        .await?;
    Ok(Json(json!({"status": "ok"})))
}

/// Those of these tasks that are of the group.
async fn stored(app: &App, group: Option<GroupId>, tasks: Vec<TaskId>) -> Result<Vec<StoredTask>, ApiError> {
    let found = app.library.ask(move |reader| {
        let mut found = Vec::new();
        for task in tasks {
            found.extend(reader.task(task)?.filter(|stored| Some(stored.row.group) == group));
        }
        Ok(found)
    });
    Ok(found.await?)
}

/// A task's end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndObject {
    task: u64,
    ending: String,
    status: u16,
    body: Option<String>,
}

impl EndObject {
    fn of(done: &Done) -> Self {
        let result = done.result.as_deref();
        Self {
            task: done.task.0,
            ending: ending_word(done.ending).to_owned(),
            status: result.map_or(0, |result| result.status),
            body: result.map(|result| String::from_utf8_lossy(&result.body).into_owned()),
        }
    }

    /// As it was told.
    pub fn into_done(self) -> Option<Done> {
        let status = self.status;
        let result = self.body.map(|body| {
            Arc::new(ResultRow {
                status,
                body: body.into_bytes(),
            })
        });
        Some(Done {
            task: TaskId(self.task),
            ending: ending_of(&self.ending)?,
            result,
            by: None,
            start: None,
            refused: None,
        })
    }
}

/// The ends of a run's tasks from now on, one JSON object a line, as they are stored.
///
/// As long as it is read, somebody waits for the run: an orchestrator inside another run does only what somebody waits for.
#[utoipa::path(get, path = "/api/runs/{name}/ends", tag = "runs", params(("name" = String, Path, description = "The run")), responses(
    (status = 200, description = "A stream without end", content_type = "application/x-ndjson", body = String),
))]
async fn ends(State(app): State<Arc<App>>, Path(name): Path<String>) -> Response {
    let group = app.handle.group_named(&name);
    let seat = app.guests.sit(group);
    let endings = app.handle.audience.follow(group);
    let stream = futures_util::stream::unfold((app, endings, seat), |(app, mut endings, seat)| async move {
        let text = tokio::select! {
            done = endings.recv() => {
                let mut text = serde_json::to_vec(&EndObject::of(&done?)).ok()?;
                text.push(b'\n');
                Bytes::from(text)
            }
            () = tokio::time::sleep(SIGN_EVERY) => Bytes::from_static(b"\n"),
            () = app.shutdown.cancelled() => return None,
        };
        Some((Ok::<_, std::convert::Infallible>(text), (app, endings, seat)))
    });
    // Its head leaves at once: whoever reads it knows that nothing is missed from now on.
    let first = futures_util::stream::once(async { Ok(Bytes::from_static(b"\n")) });
    ndjson(Body::from_stream(futures_util::StreamExt::chain(first, stream)))
}

/// How a run stands.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct RunStatus {
    /// Tasks that wait.
    pub pending: u64,
    /// Tasks under way.
    pub assigned: u64,
    /// What it waits for, in words.
    pub waiting: Option<String>,
    /// Why nothing can ever serve what is open, if so.
    pub hopeless: Option<Vec<String>>,
    /// What keeps accounts from work until somebody mends it.
    pub troubles: Vec<String>,
    /// 429s for quota since the orchestrator began, for whomever.
    #[serde(default)]
    pub refused: u64,
}

/// How a run stands.
#[utoipa::path(get, path = "/api/runs/{name}/status", tag = "runs", params(("name" = String, Path, description = "The run")), responses(
    (status = 200, description = "How it stands", body = RunStatus),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
async fn status(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Json<RunStatus>, ApiError> {
    let group = group_of(&app, &name).unwrap_or(GroupId(0));
    let view = app.handle.view(group).await?;
    let plan = app.handle.directory.plan();
    let hopeless = view.prospects.open > 0 && view.prospects.open == view.prospects.hopeless;
    Ok(Json(RunStatus {
        pending: view.counts.pending,
        assigned: view.counts.assigned,
        waiting: waiting_for(&plan, &view),
        hopeless: hopeless.then(|| reasons(&plan, &view)),
        troubles: lasting_trouble(&plan, &view),
        refused: app.tally.count().refused,
    }))
}

/// What came back for a task.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AnswerObject {
    /// The provider's status; 0 where none answered.
    status: u16,
    /// As it came; null where nothing did.
    body: Option<String>,
}

impl AnswerObject {
    /// As it is stored.
    pub fn read(self) -> Option<ResultRow> {
        let status = self.status;
        self.body.map(|body| ResultRow {
            status,
            body: body.into_bytes(),
        })
    }
}

/// What came back for a task of a run.
#[utoipa::path(get, path = "/api/runs/{name}/answers/{task}", tag = "runs", params(("name" = String, Path, description = "The run"), ("task" = u64, Path, description = "The task's number")), responses(
    (status = 200, description = "What came back", body = AnswerObject),
    (status = 400, description = "That is no number", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
async fn answer(
    State(app): State<Arc<App>>,
    Path((_name, task)): Path<(String, u64)>,
) -> Result<Json<AnswerObject>, ApiError> {
    let result = app.library.ask(move |reader| reader.result(TaskId(task))).await?;
    Ok(Json(AnswerObject {
        status: result.as_ref().map_or(0, |result| result.status),
        body: result.map(|result| String::from_utf8_lossy(&result.body).into_owned()),
    }))
}
