//! The names that may be asked for: routes, models of accounts, and models wherever they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::config::Config;
use crate::server::app::App;
use crate::server::error::{ApiError, ErrorBody};

/// A name that may be asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(super) struct ModelObject {
    id: String,
    object: &'static str,
    created: u64,
    /// A provider, or `d8` for a route.
    owned_by: String,
}

/// All of them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ModelList {
    object: &'static str,
    data: Vec<ModelObject>,
}

fn all(config: &Config) -> Vec<ModelObject> {
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for account in &config.accounts {
        for model in &account.models {
            owners.insert(format!("{}/{}", account.name, model.id), account.provider.clone());
            owners
                .entry(model.id.clone())
                .or_insert_with(|| account.provider.clone());
        }
    }
    for route in &config.routes {
        owners.insert(route.name.clone(), "d8".to_owned());
    }
    let object = |(id, owned_by)| ModelObject {
        id,
        object: "model",
        created: 0,
        owned_by,
    };
    owners.into_iter().map(object).collect()
}

/// Every name that may be asked for: routes, `account/model`, and models wherever they are served.
#[utoipa::path(get, path = "/v1/models", tag = "openai", responses((status = 200, description = "All names", body = ModelList)))]
pub(super) async fn list(State(app): State<Arc<App>>) -> Json<ModelList> {
    Json(ModelList {
        object: "list",
        data: all(&app.handle.directory.config()),
    })
}

/// One name.
#[utoipa::path(get, path = "/v1/models/{model}", tag = "openai", params(("model" = String, Path, description = "The name")), responses(
    (status = 200, description = "It may be asked for", body = ModelObject),
    (status = 404, description = "Nothing is called so", body = ErrorBody),
))]
pub(super) async fn one(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Json<ModelObject>, ApiError> {
    let found = all(&app.handle.directory.config())
        .into_iter()
        .find(|model| model.id == name);
    let shown: String = name.chars().take(100).collect();
    found.map(Json).ok_or_else(|| {
        ApiError::not_found(
            "model_not_found",
            format!("the model `{shown}` is neither a route nor a model of any account"),
        )
    })
}

/// One name with a slash in it.
pub(super) async fn one_of_account(
    state: State<Arc<App>>,
    Path((account, model)): Path<(String, String)>,
) -> Result<Json<ModelObject>, ApiError> {
    one(state, Path(format!("{account}/{model}"))).await
}
