//! `/api/tasks`: tasks are handed in, looked at, waited for, cancelled, tried again.
//!
//! In reading order: `fields`, `work` and `draft` read what a client describes; `repeat` knows it again by its key; `intake`
//! hands it to the orchestrator; `submit` and `lines` are the two forms of the call. [`look`] shows tasks; `selection` is
//! what a filter means; [`change`] cancels and tries again one task, [`bulk`] all that a filter finds.

pub mod bulk;
pub mod change;
pub mod describe;
mod draft;
mod fields;
mod intake;
mod lines;
pub mod look;
mod repeat;
pub mod selection;
pub mod submit;
mod work;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
pub use repeat::forget_old_requests;

/// All of them.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(submit::submit, look::list))
        .routes(routes!(look::one))
        .routes(routes!(change::cancel))
        .routes(routes!(change::retry))
        .routes(routes!(bulk::cancel))
        .routes(routes!(bulk::retry))
        .routes(routes!(bulk::reprioritise))
}
