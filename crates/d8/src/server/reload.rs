//! Another configuration, without a restart.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::error::{ApiError, ErrorBody};
use crate::reload::{Failed, Reloaded};

/// All of them.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(reload))
}

/// Reads d8.toml and `.env` again. What changed comes into force at once: what is under way ends as it would have, and what
/// was spent stays spent. A faulty file changes nothing.
#[utoipa::path(post, path = "/api/reload", tag = "accounts", responses(
    (status = 200, description = "What is in force now and was not before", body = Reloaded),
    (status = 409, description = "`not_reloadable`: this server has no configuration of its own", body = ErrorBody),
    (status = 422, description = "`faulty_configuration`: nothing has changed", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
async fn reload(State(app): State<Arc<App>>) -> Result<Json<Reloaded>, ApiError> {
    let Some(reloader) = app.reloader.get().cloned() else {
        let message = "this server has no configuration of its own to read again";
        return Err(ApiError::conflict("not_reloadable", message));
    };
    // Whoever hangs up in the middle must not leave it half done.
    let done = tokio::spawn(async move { reloader.reload().await }).await;
    match done.map_err(|_| ApiError::internal())? {
        Ok(reloaded) => Ok(Json(reloaded)),
        Err(Failed::Faulty(problem)) => Err(ApiError::unprocessable("faulty_configuration", problem)),
        Err(Failed::Stopped(_)) => Err(ApiError::stopped()),
    }
}
