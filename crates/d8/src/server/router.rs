//! All routes, from one function without a socket.

use std::sync::Arc;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;

use super::app::App;
use super::{accounts, agents, chat, events, groups, hive, metrics, openapi, page, reload, runs, spent, tasks};

/// What the orchestrator serves, and the document that says so.
pub fn api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .merge(hive::routes())
        .merge(accounts::routes())
        .merge(spent::routes())
        .merge(agents::routes())
        .merge(events::routes())
        .merge(metrics::routes())
        .merge(chat::routes())
        .merge(tasks::routes())
        .merge(groups::routes())
        .merge(runs::routes())
        .merge(reload::routes())
}

/// All routes. Whoever may come in is decided by [`super::layers`].
pub fn router(app: &Arc<App>) -> Router {
    let routes = openapi::documented(api());
    routes.merge(page::routes()).with_state(app.clone())
}
