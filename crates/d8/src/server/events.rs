//! What happens, as it happens: one stream of server-sent events.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::{App, seconds};
use super::hive::{Pace, Stats, fleet};
use super::waits::WaitObject;
use super::{accounts, ids, objects};
use crate::orchestrator::{News, Status};

/// The status is looked at so often.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// All of them.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(events))
}

/// What is to be told.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum What {
    /// Every change of a task's status.
    #[default]
    Tasks,
    /// How everything stands, once a second at most, when something has changed.
    Status,
}

#[derive(Copy, Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EventParameters {
    /// `tasks` (the default): every change of a task's status, as events named `task`. `status`: how everything stands, as
    /// events named `status`, at once and then once a second at most.
    #[serde(default)]
    #[param(inline)]
    view: What,
}

/// What happens, as it happens. `task` events hold `{task_id, status}`; a `missed` event tells how many were lost because
/// the reader was slow.
#[utoipa::path(get, path = "/api/events", tag = "events", params(EventParameters), responses(
    (status = 200, description = "A stream without end", content_type = "text/event-stream", body = String),
    (status = 400, description = "An unknown view", body = super::error::ErrorBody),
))]
async fn events(State(app): State<Arc<App>>, Query(parameters): Query<EventParameters>) -> Response {
    let stream: futures_util::stream::BoxStream<'static, _> = match parameters.view {
        What::Tasks => Box::pin(tasks(app)),
        What::Status => Box::pin(status(app)),
    };
    let kept = KeepAlive::new().interval(Duration::from_secs(15));
    Sse::new(stream).keep_alive(kept).into_response()
}

fn tasks(app: Arc<App>) -> impl Stream<Item = Result<Event, Infallible>> {
    let news = app.news.subscribe();
    futures_util::stream::unfold((app, news), |(app, mut news)| async move {
        let event = tokio::select! {
            received = news.recv() => match received {
                Ok(one) => task_event(&app, &one),
                Err(RecvError::Lagged(count)) => Event::default().event("missed").data(count.to_string()),
                Err(RecvError::Closed) => return None,
            },
            () = app.shutdown.cancelled() => return None,
        };
        Some((Ok(event), (app, news)))
    })
}

fn task_event(app: &App, news: &News) -> Event {
    let data = match news {
        News::Pending(task) => json!({"task_id": ids::shown(*task), "status": "pending"}),
        News::Assigned { task, attempt, worker } => json!({
            "task_id": ids::shown(*task), "status": "assigned", "attempt": attempt.0, "worker_id": app.worker_name(*worker),
        }),
        News::Ended { task, ending, .. } => {
            json!({"task_id": ids::shown(*task), "status": objects::ended_status(*ending)})
        }
    };
    Event::default().event("task").data(data.to_string())
}

fn status(app: Arc<App>) -> impl Stream<Item = Result<Event, Infallible>> {
    let ticks = tokio::time::interval(LOOK_EVERY);
    futures_util::stream::unfold((app, ticks, Value::Null), |(app, mut ticks, last)| async move {
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = app.shutdown.cancelled() => return None,
            }
            let (now, state) = snapshot(&app).await?;
            if state == last {
                continue;
            }
            let mut shown = state.clone();
            shown["now"] = json!(now);
            let event = Event::default().event("status").data(shown.to_string());
            return Some((Ok(event), (app, ticks, state)));
        }
    })
}

/// The routes on which something waits, or that somebody holds back.
fn queues(app: &App, status: &Status) -> Vec<Value> {
    let mut waiting: BTreeMap<String, u64> = status.paused_routes.iter().map(|name| (name.clone(), 0)).collect();
    for (id, count) in &status.queues {
        let name = app.handle.directory.names(|names| names.name(*id).map(str::to_owned));
        let name = objects::route_name(name.as_deref().unwrap_or_default()).to_owned();
        *waiting.entry(name).or_default() += count;
    }
    let paused = |route: &String| status.paused_routes.contains(route);
    waiting
        .iter()
        .map(|(route, pending)| json!({"route": route, "pending": pending, "paused": paused(route)}))
        .collect()
}

/// How everything stands, without the time: two that are equal are no news.
async fn snapshot(app: &App) -> Option<(f64, Value)> {
    let status = app.handle.status().await.ok()?;
    let entries = app.handle.directory.entries();
    let stats = Stats::new(&status, 1.0);
    let waits: Vec<Value> = status
        .waits
        .iter()
        .map(|(wait, count)| {
            let mut object = json!(WaitObject::new(wait, &status, &entries));
            object["count"] = json!(count);
            object
        })
        .collect();
    let mut workers = json!(fleet(app, &status));
    // A built-in worker's sign of life is that we speak at all.
    for worker in workers.as_array_mut().into_iter().flatten() {
        if worker["built_in"] == true {
            worker["last_heartbeat"] = json!(seconds(d8_core::time::Timestamp::EPOCH));
        }
    }
    let state = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "workers": stats.workers(),
        "tasks": stats.tasks(),
        "waits": waits,
        "routes": queues(app, &status),
        "pace": Pace::of(&status),
        "accounts": accounts::objects(&status, &entries),
        "fleet": workers,
    });
    Some((seconds(status.now), state))
}
