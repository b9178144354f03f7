//! `GET /metrics`: the figures in Prometheus' form, as they are when somebody asks.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::error::{ApiError, ErrorBody};
use super::waits;
use crate::orchestrator::{Plan, Status};

type Labels = Vec<(&'static str, String)>;
type Figures = Family<Labels, Gauge<f64, AtomicU64>>;

/// The route.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(metrics))
}

/// The figures for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "health", responses(
    (status = 200, description = "Gauges of tasks, workers, accounts and limits", content_type = "application/openmetrics-text", body = String),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
async fn metrics(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    let status = app.handle.status().await?;
    let registry = registry(&status, &app.handle.directory.plan());
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|_| ApiError::internal())?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, kind)], text).into_response())
}

fn registry(status: &Status, plan: &Plan) -> Registry {
    let mut registry = Registry::with_prefix("d8");
    let mut family = |name: &str, help: &str| {
        let figures = Figures::default();
        registry.register(name, help, figures.clone());
        figures
    };
    let set = |figures: &Figures, labels: Labels, value: u64| {
        figures.get_or_create(&labels).set(value as f64);
    };

    let tasks = family("tasks", "Tasks by status");
    let counts = status.tasks;
    for (word, count) in [
        ("pending", counts.pending),
        ("assigned", counts.assigned),
        ("completed", counts.completed),
        ("failed", counts.failed),
        ("cancelled", counts.cancelled),
    ] {
        set(&tasks, vec![("status", word.to_owned())], count);
    }
    let waiting = family("tasks_waiting", "Waiting tasks by the reason why they wait");
    for (wait, count) in &status.waits {
        let account = wait
            .account
            .and_then(|account| plan.account_name(account))
            .unwrap_or_default();
        let labels = vec![
            ("reason", waits::code(wait.code).to_owned()),
            ("account", account.to_owned()),
        ];
        set(&waiting, labels, *count);
    }
    let workers = family("workers", "Workers that are alive, by type");
    for (member, _) in status.fleet.iter().filter(|(member, _)| member.online) {
        let figure = workers.get_or_create(&vec![("type", member.name.kind.clone())]);
        figure.inc();
    }
    let used = family("limit_used", "What is used of a limit now, what is reserved included");
    let holds = family("limit_amount", "How much a limit holds");
    for (id, view) in &status.limits {
        let Some(words) = plan.limits.get(id) else { continue };
        let labels = vec![
            ("account", words.account.clone()),
            ("limit", words.label.clone()),
            ("models", words.models.join(" ")),
        ];
        set(&used, labels.clone(), view.used);
        set(&holds, labels, view.amount);
    }
    registry
}
