//! What others have spent of an account's quota, told by whoever did.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use d8_core::usage::Usage;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::accounts::no_such_account;
use super::app::App;
use super::body::JsonBody;
use super::error::{ApiError, ErrorBody};
use crate::orchestrator::aside::{Aside, Unknown};

/// The call.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(spent))
}

/// Requests that went to a provider with an account's key, and not through D8.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpentBody {
    /// Default: the account's default model.
    #[serde(default)]
    model: Option<String>,
    /// How many.
    #[serde(default = "one")]
    #[schema(minimum = 1, default = 1)]
    requests: u32,
    /// Tokens of their prompts.
    #[serde(default)]
    input_tokens: u64,
    /// Tokens of their answers.
    #[serde(default)]
    output_tokens: u64,
}

fn one() -> u32 {
    1
}

/// What was counted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SpentObject {
    account: String,
    counted: bool,
}

/// Counts what was asked with an account's key past D8, as if D8 had sent it now: another program's requests, told by itself.
#[utoipa::path(post, path = "/api/accounts/{name}/spent", tag = "accounts", params(("name" = String, Path, description = "The account")),
    request_body(content = SpentBody, example = json!({"requests": 3, "input_tokens": 1200, "output_tokens": 400})), responses(
    (status = 200, description = "It is counted", body = SpentObject),
    (status = 400, description = "No such model, or no request", body = ErrorBody),
    (status = 404, description = "No such account", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
async fn spent(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    JsonBody(body): JsonBody<SpentBody>,
) -> Result<Json<SpentObject>, ApiError> {
    if body.requests == 0 {
        let message = "`requests` is how many were sent: 1 or more";
        return Err(ApiError::bad_request("invalid_value", message));
    }
    let aside = Aside {
        account: name.clone(),
        model: body.model.clone(),
        requests: body.requests,
        usage: Usage {
            input_tokens: body.input_tokens,
            output_tokens: body.output_tokens,
        },
        at: app.clock.now(),
        day_spent: None,
    };
    match app.handle.spent_aside(aside).await? {
        Ok(()) => Ok(Json(SpentObject {
            account: name,
            counted: true,
        })),
        Err(Unknown::Account) => Err(no_such_account(&app, &name)),
        Err(Unknown::Model) => {
            let model: String = body.model.unwrap_or_default().chars().take(100).collect();
            let message = format!("the account `{name}` has no model `{model}`; `d8 accounts ls` lists what it has");
            Err(ApiError::bad_request("model_not_found", message))
        }
    }
}
