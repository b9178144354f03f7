//! OpenAI's door: `POST /v1/chat/completions`, plain and streamed, and `GET /v1/models`.
//!
//! A request's way: `wishes` reads its headers, `ask` makes a task of it, a `seat` waits for the end, `plain` or
//! `stream` answers. `orphans` keeps those whose clients hung up, `ending` says what an end means for a client,
//! `problem` how a failure looks, `label` which headers an answer carries, `chunks` makes pieces of a whole.

mod ask;
mod chunks;
mod completions;
mod ending;
mod label;
mod models;
mod orphans;
mod plain;
mod problem;
mod seat;
mod stream;
mod wishes;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use models::{ModelList, ModelObject};
pub use orphans::Orphans;

use super::app::App;

/// The routes under `/v1` of chat and models.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(completions::completions))
        .routes(routes!(models::list))
        .routes(routes!(models::one))
        // Names hold slashes, and not every client encodes them.
        .route(
            "/v1/models/{model}/{*rest}",
            axum::routing::get(models::one_with_slashes),
        )
}
