//! Runs of other processes on this machine: `d8 run` hands its lines to whoever holds the store.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use bytes::Bytes;
use d8_core::change::{Ending, FailureCode, TaskRow};
use d8_core::id::{GroupId, TaskId};
use d8_store::{Payload, ResultRow, StoredTask, TaskState};
use d8_wire::ChatRequest;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::body::JsonBody;
use super::error::{ApiError, ErrorBody};
use super::lines::JsonLines;
use crate::config::Config;
use crate::orchestrator::{Done, NewTask, Way};
use crate::run::{lasting_trouble, reasons, waiting_for};
use crate::task::{estimate, is_plain};
use crate::words;

/// A stream of ends gives a sign of life so often.
const SIGN_EVERY: Duration = Duration::from_secs(1);
/// So many lines are handed in at once.
const CHUNK: usize = 1_000;
/// The longest line: one of a file of work, and what is said of it.
const LONGEST_LINE: usize = 66 * 1024 * 1024;

/// All of them.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(agree))
        .routes(routes!(keys))
        .routes(routes!(lines))
        .routes(routes!(tasks))
        .routes(routes!(ends))
        .routes(routes!(status))
        .routes(routes!(answer))
}

/// What a run configures itself: to be the same at the orchestrator. No key is in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct SetupObject {
    accounts: Vec<SetupAccount>,
    routes: Vec<SetupRoute>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
struct SetupAccount {
    name: String,
    /// The hash of provider, base URL and key.
    fingerprint: String,
    models: Vec<String>,
    limits: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
struct SetupRoute {
    name: String,
    levels: Vec<Vec<String>>,
    /// Milliseconds: of tasks that somebody waits for, of others, and until the last resort.
    patience_ms: [u64; 3],
}

/// What a configuration says, for comparison.
pub fn setup_of(config: &Config) -> SetupObject {
    let account = |account: &crate::config::Account| SetupAccount {
        name: account.name.clone(),
        fingerprint: account.fingerprint(),
        models: account.models.iter().map(|model| model.id.clone()).collect(),
        limits: account
            .limits
            .iter()
            .map(|limit| format!("{}, {}", limit.label, limit.spec.amount))
            .collect(),
    };
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let route = |route: &crate::config::Route| SetupRoute {
        name: route.name.clone(),
        patience_ms: [
            route.patience.interactive,
            route.patience.queued,
            route.last_resort_after,
        ]
        .map(millis),
        levels: route
            .levels
            .iter()
            .map(|level| {
                level
                    .iter()
                    .map(|target| format!("{}/{}", target.account, target.model))
                    .collect()
            })
            .collect(),
    };
    let implied =
        |route: &&crate::config::Route| !(config.default_is_implied && route.name == crate::config::DEFAULT_ROUTE);
    SetupObject {
        accounts: config.accounts.iter().map(account).collect(),
        routes: config.routes.iter().filter(implied).map(route).collect(),
    }
}

/// How what a run configures itself differs from what is configured here.
fn differences(theirs: &SetupObject, ours: &SetupObject) -> Vec<String> {
    let mut found = Vec::new();
    for account in &theirs.accounts {
        let name = &account.name;
        match ours.accounts.iter().find(|own| own.name == *name) {
            None => found.push(format!("it has no account `{name}`")),
            Some(own) if own.fingerprint != account.fingerprint => {
                found.push(format!("its account `{name}` has another key, provider or address"));
            }
            Some(own) if own.models != account.models => found.push(format!("its account `{name}` has other models")),
            Some(own) if own.limits != account.limits => found.push(format!("its account `{name}` has other limits")),
            Some(_) => {}
        }
    }
    for route in &theirs.routes {
        let name = &route.name;
        match ours.routes.iter().find(|own| own.name == *name) {
            None => found.push(format!("it has no route `{name}`")),
            Some(own) if own.levels != route.levels => found.push(format!("its route `{name}` leads elsewhere")),
            Some(own) if own != route => found.push(format!("its route `{name}` has another patience")),
            Some(_) => {}
        }
    }
    found
}

/// Whether what a run configures itself is the same here.
#[utoipa::path(post, path = "/api/runs/agree", tag = "runs", request_body = SetupObject, responses(
    (status = 200, description = "The differences in words; none where both agree", body = Value, example = json!({"differences": []})),
    (status = 400, description = "The body is wrong", body = ErrorBody),
))]
async fn agree(State(app): State<Arc<App>>, JsonBody(theirs): JsonBody<SetupObject>) -> Json<Value> {
    let ours = setup_of(&app.handle.directory.config());
    Json(json!({"differences": differences(&theirs, &ours)}))
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
async fn lines(State(app): State<Arc<App>>, Path(name): Path<String>, request: Request) -> Result<Response, ApiError> {
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
    /// 429s for quota since the orchestrator began, whoever's tasks they met.
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
