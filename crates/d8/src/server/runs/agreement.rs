//! Whether a run and the orchestrator beside it are set up alike.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::config::Config;
use crate::server::app::App;
use crate::server::body::JsonBody;
use crate::server::error::ErrorBody;

/// What a run configures itself: to be the same at the orchestrator. No key is in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct SetupObject {
    accounts: Vec<SetupAccount>,
    routes: Vec<SetupRoute>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
struct SetupAccount {
    name: String,
    /// The hash of provider, base URL and key.
    fingerprint: String,
    models: Vec<String>,
    limits: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
struct SetupRoute {
    name: String,
    levels: Vec<Vec<String>>,
    /// Milliseconds: of tasks that somebody waits for, of others, and until the last resort.
    patience_ms: [u64; 3],
}

/// What a configuration says, for comparison.
pub fn setup_of(config: &Config) -> SetupObject {
    let account = |account: &crate::config::Account| SetupAccount {
        name: account.name.clone(),
        fingerprint: account.fingerprint(),
        models: account.models.iter().map(|model| model.id.clone()).collect(),
        limits: account
            .limits
            .iter()
            .map(|limit| format!("{}, {}", limit.label, limit.spec.amount))
            .collect(),
    };
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let route = |route: &crate::config::Route| SetupRoute {
        name: route.name.clone(),
        patience_ms: [
            route.patience.interactive,
            route.patience.queued,
            route.last_resort_after,
        ]
        .map(millis),
        levels: route
            .levels
            .iter()
            .map(|level| {
                level
                    .iter()
                    .map(|target| format!("{}/{}", target.account, target.model))
                    .collect()
            })
            .collect(),
    };
    let implied =
        |route: &&crate::config::Route| !(config.default_is_implied && route.name == crate::config::DEFAULT_ROUTE);
    SetupObject {
        accounts: config.accounts.iter().map(account).collect(),
        routes: config.routes.iter().filter(implied).map(route).collect(),
    }
}

/// How what a run configures itself differs from what is configured here.
fn differences(theirs: &SetupObject, ours: &SetupObject) -> Vec<String> {
    let mut found = Vec::new();
    for account in &theirs.accounts {
        let name = &account.name;
        match ours.accounts.iter().find(|own| own.name == *name) {
            None => found.push(format!("it has no account `{name}`")),
            Some(own) if own.fingerprint != account.fingerprint => {
                found.push(format!("its account `{name}` has another key, provider or address"));
            }
            Some(own) if own.models != account.models => found.push(format!("its account `{name}` has other models")),
            Some(own) if own.limits != account.limits => found.push(format!("its account `{name}` has other limits")),
            Some(_) => {}
        }
    }
    for route in &theirs.routes {
        let name = &route.name;
        match ours.routes.iter().find(|own| own.name == *name) {
            None => found.push(format!("it has no route `{name}`")),
            Some(own) if own.levels != route.levels => found.push(format!("its route `{name}` leads elsewhere")),
            Some(own) if own != route => found.push(format!("its route `{name}` has another patience")),
            Some(_) => {}
        }
    }
    found
}

/// Whether what a run configures itself is the same here.
#[utoipa::path(post, path = "/api/runs/agree", tag = "runs", request_body = SetupObject, responses(
    (status = 200, description = "The differences in words; none where both agree", body = Value, example = json!({"differences": []})),
    (status = 400, description = "The body is wrong", body = ErrorBody),
))]
pub(super) async fn agree(State(app): State<Arc<App>>, JsonBody(theirs): JsonBody<SetupObject>) -> Json<Value> {
    let ours = setup_of(&app.handle.directory.config());
    Json(json!({"differences": differences(&theirs, &ours)}))
}
