//! Workers come, ask for work, give signs of life, and go.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use d8_core::id::{AttemptNo, TaskId};
use d8_core::message::{Lease, Outcome, Report};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::payload;
use crate::orchestrator::{Polled, Registered};
use crate::protocol::{
    AttemptName, Heartbeat, HeartbeatAnswer, Job, PollAnswer, Registration, Terms, VERSION, Welcome,
};
use crate::server::app::App;
use crate::server::body::{JsonBody, Text, json as read_json};
use crate::server::error::{ApiError, ErrorBody};
use crate::server::ids;

/// So long a poll may wait.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A worker begins a life. Registering again begins another one: what the former still holds goes back to the queue.
#[utoipa::path(post, path = "/api/workers/register", tag = "workers", request_body = Registration, responses(
    (status = 200, description = "It is one of ours now", body = Welcome),
    (status = 400, description = "A field is missing, or it cannot be taken", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
pub(super) async fn register(
    State(app): State<Arc<App>>,
    JsonBody(body): JsonBody<Value>,
) -> Result<Json<Welcome>, ApiError> {
    let registration = registration(body)?;
    let worker_id = registration.worker_id.clone();
    let is_ours = registration.d8.is_some();
    match app.handle.register(registration).await? {
        Registered::Welcome { account, models, lease } => Ok(Json(Welcome {
            success: true,
            status: "registered".to_owned(),
            message: format!("Worker {worker_id} registered; it spends the quota of {account}"),
            worker_id,
            d8: is_ours.then(|| Terms {
                protocol: VERSION,
                account,
                models,
                lease_ms: u64::try_from(lease.as_millis()).unwrap_or(u64::MAX),
            }),
        })),
        Registered::Refused(problem) => Err(ApiError::bad_request("worker_refused", problem)),
    }
}

/// Old workers send null where they have nothing to say.
fn registration(mut body: Value) -> Result<Registration, ApiError> {
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    read_json(&body.to_string())
}

/// How a worker asks for work.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PollParameters {
    /// Seconds to wait for work, 60 at most.
    #[param(minimum = 0, maximum = 60)]
    wait: Option<f64>,
    /// D8's own workers: which life of theirs this is.
    incarnation: Option<String>,
    /// D8's own workers: how many attempts more they can run.
    #[param(minimum = 0, maximum = 512)]
    free: Option<u32>,
}

/// Asks for work: a task or null. It is a sign of life, revives a worker that was thought dead, and renews no lease.
/// With `incarnation` the answer is a PollAnswer.
#[utoipa::path(get, path = "/api/workers/{id}/tasks", tag = "workers", params(("id" = String, Path, description = "The worker"), PollParameters), responses(
    (status = 200, description = "`{\"task\": ...}`, or a PollAnswer", body = PolledBody),
    (status = 400, description = "A parameter is wrong", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
pub(super) async fn poll(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(parameters): Query<PollParameters>,
) -> Result<Response, ApiError> {
    let wait = match parameters.wait {
        None => Duration::ZERO,
        Some(seconds) if (0.0..=3_600.0).contains(&seconds) => Duration::from_secs_f64(seconds).min(LONGEST_WAIT),
        Some(_) => {
            return Err(ApiError::bad_request(
                "invalid_wait",
                "`wait` is a number of seconds, 60 at most",
            ));
        }
    };
    let life = parameters.incarnation;
    let free = if life.is_some() {
        parameters.free.unwrap_or(1)
    } else {
        1
    };
    let polled = tokio::select! {
        polled = app.handle.poll(id, life.clone(), free, wait) => polled?,
        () = app.shutdown.cancelled() => Polled { known: true, ..Polled::default() },
    };
    Ok(match life {
        Some(_) => Json(jobs(&app, polled).await).into_response(),
        None => Json(json!({"task": hive_task(&app, &polled).await})).into_response(),
    })
}

/// What a poll brings.
#[derive(Serialize, ToSchema)]
#[expect(dead_code, reason = "it only describes what is sent")]
#[schema(as = Polled)]
#[serde(untagged)]
pub(super) enum PolledBody {
    /// To one of the Hive's workers.
    #[schema(title = "HiveTask")]
    Hive {
        /// `task_id`, `type`, `priority` and the payload: beside them, in `task_data` and in `data`.
        #[schema(value_type = Option<Object>, required = true)]
        task: Option<Value>,
    },
    /// To one of D8's own.
    Own(PollAnswer),
}

async fn jobs(app: &App, polled: Polled) -> PollAnswer {
    let mut jobs = Vec::new();
    for lease in &polled.leases {
        match job(app, lease).await {
            Ok(job) => jobs.push(job),
            Err(problem) => reject(app, lease, &problem),
        }
    }
    PollAnswer {
        jobs,
        cancelled: polled.cancelled.into_iter().map(named).collect(),
        registered: polled.known,
    }
}

async fn job(app: &App, lease: &Lease) -> Result<Job, String> {
    let request = app.handle.requests.read(lease.task).await?;
    let plan = app.handle.directory.plan();
    let target = plan.targets.get(&lease.target).ok_or("its target is gone")?;
    let text = String::from_utf8(request.to_bytes()).map_err(|error| error.to_string())?;
    let left = lease.send_by.since(app.clock.now());
    Ok(Job {
        task_id: ids::shown(lease.task),
        attempt: lease.attempt.0,
        model: target.model.clone(),
        send_within_ms: u64::try_from(left.as_millis()).unwrap_or(0),
        stream: app.sinks.has(lease.task),
        request: serde_json::value::RawValue::from_string(text).map_err(|error| error.to_string())?,
    })
}

async fn hive_task(app: &App, polled: &Polled) -> Value {
    let Some(lease) = polled.leases.first() else {
        return Value::Null;
    };
    match payload::for_worker(app, lease).await {
        Ok(task) => task,
        Err(problem) => {
            reject(app, lease, &problem);
            Value::Null
        }
    }
}

/// A task that cannot be handed out will not be at another try either.
fn reject(app: &App, lease: &Lease, problem: &str) {
    tracing::error!("{} cannot be handed out: {problem}", ids::shown(lease.task));
    let report = Report::plain(Outcome::Rejected, app.clock.now());
    let _ = app.handle.finished(lease.task, lease.attempt, report, None);
}

fn named((task, attempt): (TaskId, AttemptNo)) -> AttemptName {
    AttemptName {
        task_id: ids::shown(task),
        attempt: attempt.0,
    }
}

/// A sign of life. It renews the attempts that are named, or all that one of the Hive's workers holds. Any body will do.
#[utoipa::path(post, path = "/api/workers/{id}/heartbeat", tag = "workers", params(("id" = String, Path, description = "The worker")), request_body = Option<Heartbeat>, responses(
    (status = 200, description = "Heard", body = HeartbeatAnswer),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
pub(super) async fn heartbeat(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Text(body): Text,
) -> Result<Json<HeartbeatAnswer>, ApiError> {
    let said: Option<Heartbeat> = serde_json::from_str(&body).ok();
    let (life, attempts) = said.map_or((None, Vec::new()), |said| (Some(said.incarnation), said.attempts));
    let attempts = attempts
        .iter()
        .filter_map(|attempt| Some((ids::parse(&attempt.task_id)?, AttemptNo(attempt.attempt))));
    let polled = app.handle.heartbeat(id, life, attempts.collect()).await?;
    Ok(Json(HeartbeatAnswer {
        status: "ok".to_owned(),
        cancelled: polled.cancelled.into_iter().map(named).collect(),
        registered: polled.known,
    }))
}

/// Who goes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(super) struct Leaving {
    worker_id: String,
    /// D8's own workers: only this life of theirs.
    #[serde(default)]
    incarnation: Option<String>,
}

/// A worker goes; what it holds goes back to the queue.
#[utoipa::path(post, path = "/api/workers/unregister", tag = "workers", request_body = Leaving, responses(
    (status = 200, description = "It is gone, or never was here", body = Value, example = json!({"success": true, "status": "unregistered"})),
    (status = 400, description = "No `worker_id`", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
pub(super) async fn unregister_by_body(
    State(app): State<Arc<App>>,
    JsonBody(leaving): JsonBody<Leaving>,
) -> Result<Json<Value>, ApiError> {
    app.handle.unregister(leaving.worker_id, leaving.incarnation).await?;
    Ok(Json(json!({"success": true, "status": "unregistered"})))
}

/// A worker goes; what it holds goes back to the queue. Any body will do.
#[utoipa::path(post, path = "/api/workers/{id}/unregister", tag = "workers", params(("id" = String, Path, description = "The worker")), responses(
    (status = 200, description = "It is gone, or never was here", body = Value, example = json!({"success": true, "status": "unregistered"})),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
pub(super) async fn unregister(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Text(body): Text,
) -> Result<Json<Value>, ApiError> {
    let said: Option<Value> = serde_json::from_str(&body).ok();
    let life = said.and_then(|said| Some(said.get("incarnation")?.as_str()?.to_owned()));
    app.handle.unregister(id, life).await?;
    Ok(Json(json!({"success": true, "status": "unregistered"})))
}
