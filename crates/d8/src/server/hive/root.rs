//! The greeting at `/`, and whether we are well.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::server::app::App;
use crate::server::error::ApiError;
use crate::server::page;

/// The page for browsers, JSON for everybody else.
#[utoipa::path(get, path = "/", tag = "hive", responses(
    (status = 200, description = "The page where `Accept` names text/html, else who this is", content(
        (Value = "application/json", example = json!({"status": "online", "project": "D8", "version": "0.1.0"})),
        (String = "text/html"))),
))]
pub(super) async fn greet(headers: HeaderMap) -> Response {
    // PowerShell sends no `Accept` and calls itself Mozilla, so only that header decides.
    let accepts = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    if accepts.into_iter().any(|value| value.contains("text/html")) {
        return page::index();
    }
    Json(json!({
        "status": "online",
        "project": "D8",
        "version": env!("CARGO_PKG_VERSION"),
        "endpoints": {
            "register": "/api/workers/register",
            "tasks": "/api/tasks",
            "stats": "/api/workers/stats",
            "accounts": "/api/accounts",
            "chat": "/v1/chat/completions",
            "openapi": "/api/openapi.json",
        },
    }))
    .into_response()
}

/// Whether it is well, and how much there is to do.
#[utoipa::path(get, path = "/health", tag = "hive", responses(
    (status = 200, description = "It is", body = Value, example = json!({"status": "healthy", "workers_online": 1, "tasks_pending": 0, "tasks_in_progress": 0})),
    (status = 503, description = "It is stopping", body = super::super::error::ErrorBody),
))]
pub(super) async fn health(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
    let status = app.handle.status().await?;
    let online = status.fleet.iter().filter(|(member, _)| member.online).count();
    Ok(Json(json!({
        "status": "healthy",
        "service": "d8",
        "timestamp": iso(status.now),
        "workers_online": online,
        "tasks_pending": status.tasks.pending,
        "tasks_in_progress": status.tasks.assigned,
    })))
}

fn iso(at: d8_core::time::Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.as_micros()).map_or_else(|_| String::new(), |time| time.to_string())
}

/// The process lives.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, description = "ok", body = String)))]
pub(super) async fn healthz() -> &'static str {
    "ok"
}

/// It takes work.
#[utoipa::path(get, path = "/readyz", tag = "health", responses(
    (status = 200, description = "ready", body = String),
    (status = 503, description = "It is stopping", body = String),
))]
pub(super) async fn readyz(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    if app.shutdown.is_cancelled() || app.handle.status().await.is_err() {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping")
    } else {
        (StatusCode::OK, "ready")
    }
}
