//! The Hive's own calls, of both generations, kept so that its workers and scripts work unchanged; and what D8's own
//! workers say besides.
//!
//! In reading order: `workers` come and go, `payload` is the task as they see it, `reports` and `reported` are what
//! they say of it; `tasks` are the scripts' calls, `stats` what they print; `root` greets.

mod chunks;
mod payload;
mod reported;
mod reports;
mod root;
mod stats;
mod tasks;
mod workers;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use reported::REPORTED;
pub(crate) use stats::{Pace, Stats, fleet};

use super::app::App;

/// All of them.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(root::greet))
        .routes(routes!(root::health))
        .routes(routes!(root::healthz))
        .routes(routes!(root::readyz))
        .routes(routes!(workers::register))
        .routes(routes!(workers::poll))
        .routes(routes!(workers::heartbeat))
        .routes(routes!(workers::unregister))
        .routes(routes!(workers::unregister_by_body))
        .routes(routes!(chunks::chunks))
        .routes(routes!(reports::results))
        .routes(routes!(reports::result_of_worker))
        .routes(routes!(reports::result_of_task))
        .routes(routes!(stats::list))
        .routes(routes!(stats::stats_of_workers))
        .routes(routes!(stats::stats))
        .routes(routes!(tasks::test_task))
        .routes(routes!(tasks::submit))
        .routes(routes!(tasks::status))
        .routes(routes!(tasks::queue))
}
