//! `GET /v1/models`: every name that a request may give as its `model`.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::ask::unknown_model;
use super::problem::Problem;
use crate::config::Config;
use crate::server::app::App;

/// A name that a request may give as its model.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct ModelObject {
    /// The name: a route, `account/model`, or a model id.
    pub id: String,
    /// `model`.
    pub object: &'static str,
    /// Seconds since 1970; 0, for it is not known.
    pub created: u64,
    /// `d8` for a route, else the provider; `d8` too where several providers serve the model.
    pub owned_by: String,
}

/// All of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct ModelList {
    /// `list`.
    pub object: &'static str,
    /// Routes first, then accounts' models, then model ids.
    pub data: Vec<ModelObject>,
}

/// Every name that a request may give as its `model`.
#[utoipa::path(
    get,
    path = "/v1/models",
    tag = "openai",
    responses(
        (status = 200, description = "Routes, accounts' models and model ids", body = ModelList,
            example = json!({"object": "list", "data": [
                {"id": "default", "object": "model", "created": 0, "owned_by": "d8"},
                {"id": "groq-main/llama-3.3-70b-versatile", "object": "model", "created": 0, "owned_by": "groq"}]})),
        (status = 401, description = "The server's token is asked for"),
        (status = 403, description = "The caller may not come in"),
    )
)]
pub(super) async fn list(State(app): State<Arc<App>>) -> Json<ModelList> {
    Json(ModelList {
        object: "list",
        data: all(&app.handle.directory.config()),
    })
}

/// One name that a request may give as its `model`.
#[utoipa::path(
    get,
    path = "/v1/models/{model}",
    tag = "openai",
    params(("model" = String, Path, description = "The name; it may hold slashes", example = "default")),
    responses(
        (status = 200, description = "It is served", body = ModelObject,
            example = json!({"id": "default", "object": "model", "created": 0, "owned_by": "d8"})),
        (status = 401, description = "The server's token is asked for"),
        (status = 403, description = "The caller may not come in"),
        (status = 404, description = "`model_not_found`"),
    )
)]
pub(super) async fn one(State(app): State<Arc<App>>, Path(model): Path<String>) -> Response {
    find(&app.handle.directory.config(), &model)
}

/// The same for names with slashes that nobody encoded.
pub(super) async fn one_with_slashes(
    State(app): State<Arc<App>>,
    Path((first, rest)): Path<(String, String)>,
) -> Response {
    find(&app.handle.directory.config(), &format!("{first}/{rest}"))
}

fn find(config: &Config, model: &str) -> Response {
    if let Some(found) = all(config).into_iter().find(|known| known.id == model) {
        return Json(found).into_response();
    }
    match config.resolve(Some(model)) {
        Ok(route) => Json(object(&route.name, "d8")).into_response(),
        Err(unknown) => Problem::from(unknown_model(&unknown)).into_response(),
    }
}

/// In the order in which a `model` is looked for.
fn all(config: &Config) -> Vec<ModelObject> {
    let mut known = BTreeSet::new();
    let routes = config.routes.iter().map(|route| object(&route.name, "d8"));
    let of_accounts = config.accounts.iter().flat_map(|account| {
        let own = account.models.iter();
        own.map(|model| object(&format!("{}/{}", account.name, model.id), &account.provider))
    });
    let ids = config.accounts.iter().flat_map(|account| &account.models);
    let ids = ids.map(|model| object(&model.id, owner(config, &model.id)));
    let all = routes.chain(of_accounts).chain(ids);
    all.filter(|model| known.insert(model.id.clone())).collect()
}

fn owner<'a>(config: &'a Config, model: &str) -> &'a str {
    let serving = config.accounts.iter().filter(|account| account.serves(model));
    let providers: BTreeSet<&str> = serving.map(|account| account.provider.as_str()).collect();
    match providers.first() {
        Some(only) if providers.len() == 1 => only,
        _ => "d8",
    }
}

fn object(id: &str, owned_by: &str) -> ModelObject {
    ModelObject {
        id: id.to_owned(),
        object: "model",
        created: 0,
        owned_by: owned_by.to_owned(),
    }
}
