//! Whose quota is spent, how far, and until when.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use d8_core::Free;
use d8_core::change::Parked;
use d8_core::limit::Evidence;
use d8_core::time::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::{App, seconds};
use super::error::{ApiError, ErrorBody};
use super::forecasts::{AccountForecast, OpenForecast};
use super::waits;
use crate::config::suggestion::nearest;
use crate::config::{Origin, Policy};
use crate::orchestrator::{AccountEntry, Entries, Named, Status, diagnosis};
use crate::words;

/// All of them.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(pause_account))
        .routes(routes!(resume_account))
        .routes(routes!(unpark_account))
        .routes(routes!(forget_account))
        .routes(routes!(pause_route))
        .routes(routes!(resume_route))
}

/// An account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccountObject {
    account: String,
    provider: String,
    tier: Option<String>,
    /// Somebody holds it back.
    paused: bool,
    /// `file`, `environment` or `worker`.
    origin: &'static str,
    /// How its built-in worker lets requests out: `d8`, by the ledger, or one of `plain`, `resilient` and `groq`.
    policy: &'static str,
    models: Vec<String>,
    /// Workers that serve it now.
    workers: u64,
    in_flight: u64,
    /// Why it takes nothing.
    parked: Option<ParkedObject>,
    /// Where a limit is spent for long: which, by whom, until when, and who takes over, in a sentence.
    diagnosis: Option<String>,
    limits: Vec<LimitObject>,
    /// When it runs out and goes on; left out in events, which tell only what has changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    forecast: Option<AccountForecast>,
}

/// Why an account takes nothing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ParkedObject {
    code: &'static str,
    message: String,
    /// Seconds since 1970; null: until somebody mends it.
    until: Option<f64>,
}

/// One count of a limit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LimitObject {
    dimension: &'static str,
    /// How much it holds, as far as is known.
    limit: u64,
    /// How much it was configured to hold; null: nobody has said.
    configured: Option<u64>,
    /// What the wire showed of what it holds, and when.
    learnt: Option<LearntObject>,
    per: Option<String>,
    /// Refusals showed that it is enforced on shorter slices.
    slice: Option<SliceObject>,
    label: String,
    models: Vec<String>,
    /// Used now, what is reserved included.
    used: u64,
    used_by_others: u64,
    /// Of what is used: reserved by attempts under way.
    reserved: u64,
    /// Seconds since 1970: when one request more fits; null: after the next answer.
    free_at: Option<f64>,
    /// Seconds since 1970: it takes nothing until then.
    parked_until: Option<f64>,
}

/// How much of a limit fits into a shorter time.
#[derive(Copy, Clone, Debug, Serialize, ToSchema)]
pub struct SliceObject {
    amount: u64,
    seconds: f64,
}

/// What the wire showed of what a limit holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LearntObject {
    amount: u64,
    /// Seconds since 1970.
    at: f64,
    /// `told`: the provider said so; `counted`: so much was accepted, and then one was refused.
    evidence: &'static str,
}

/// All accounts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccountList {
    accounts: Vec<AccountObject>,
    /// When everything is done.
    forecast: OpenForecast,
}

/// The accounts of a status as objects.
pub fn objects(status: &Status, entries: &Entries) -> Vec<AccountObject> {
    entries
        .plan
        .accounts
        .iter()
        .map(|entry| object(entry, status, entries))
        .collect()
}

fn object(entry: &AccountEntry, status: &Status, entries: &Entries) -> AccountObject {
    let account = entries.config.account(&entry.name);
    let targets = status.targets.iter().filter(|target| target.account == entry.id);
    let workers = status
        .fleet
        .iter()
        .filter(|(member, _)| member.online && member.enlisted.account == entry.id);
    AccountObject {
        account: entry.name.clone(),
        provider: entry.provider.clone(),
        tier: account.map(|account| account.tier.clone()),
        paused: status.paused_accounts.contains(&entry.name),
        origin: match account.map(|account| account.origin) {
            Some(Origin::File) => "file",
            Some(Origin::Environment) => "environment",
            Some(Origin::Worker) | None => "worker",
        },
        policy: account.map_or(Policy::D8, |account| account.policy).name(),
        models: account
            .map(|account| account.models.iter().map(|model| model.id.clone()).collect())
            .unwrap_or_default(),
        workers: workers.count() as u64,
        in_flight: targets.map(|target| u64::from(target.in_flight)).sum(),
        parked: parked(entry, status, entries),
        diagnosis: diagnosis::of_account(entry, status, entries),
        limits: limits(entry, status, entries),
        forecast: None,
    }
}

/// What keeps the account from work: itself, or one of its models.
fn parked(entry: &AccountEntry, status: &Status, entries: &Entries) -> Option<ParkedObject> {
    let of_account = |what: &Parked| match what {
        Parked::Account(id) => *id == entry.id,
        Parked::Target(id) => status
            .targets
            .iter()
            .any(|target| target.target == *id && target.account == entry.id),
        Parked::Limit(_) => false,
    };
    let (what, until, why) = status.parked.iter().find(|(what, _, _)| of_account(what))?;
    let (account, model) = entries.plan.name_of(*what)?;
    let until = Some(*until).filter(|until| *until < Timestamp::MAX);
    let left = until.map(|until| until.since(status.now));
    Some(ParkedObject {
        code: waits::park_code(*why),
        message: words::parked(&account, model.as_deref(), *why, left),
        until: until.map(seconds),
    })
}

fn limits(entry: &AccountEntry, status: &Status, entries: &Entries) -> Vec<LimitObject> {
    let of_account = status.limits.iter().filter_map(|(id, view)| {
        let words = entries.plan.limits.get(id)?;
        (words.account == entry.name).then_some((view, words))
    });
    of_account
        .map(|(view, words)| LimitObject {
            dimension: waits::dimension(view.spec.dimension),
            limit: view.amount,
            configured: Some(view.spec.amount).filter(|amount| *amount < u64::MAX),
            learnt: view.learnt.map(|learnt| LearntObject {
                amount: learnt.amount,
                at: seconds(learnt.at),
                evidence: match learnt.evidence {
                    Evidence::Told => "told",
                    Evidence::Counted => "counted",
                },
            }),
            per: waits::per(view),
            slice: view.slice.map(|(amount, length)| SliceObject {
                amount,
                seconds: length.as_secs_f64(),
            }),
            label: words.called(view),
            models: words.models.clone(),
            used: view.used,
            used_by_others: view.used_by_others,
            reserved: view.reserved,
            free_at: match view.free {
                Free::At(at) if at < Timestamp::MAX => Some(seconds(at)),
                _ => None,
            },
            parked_until: view.parked.map(|(until, _)| seconds(until)),
        })
        .collect()
}

/// Every account with its limits: how much is used, and until when.
#[utoipa::path(get, path = "/api/accounts", tag = "accounts", responses(
    (status = 200, description = "All accounts", body = AccountList),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
async fn list(State(app): State<Arc<App>>) -> Result<Json<AccountList>, ApiError> {
    let status = app.handle.status().await?;
    let forecast = app.forecasts.get(&app.handle).await?;
    let entries = app.handle.directory.entries();
    let mut accounts = objects(&status, &entries);
    for (account, entry) in accounts.iter_mut().zip(&entries.plan.accounts) {
        let expected = forecast.accounts.get(&entry.id).copied();
        account.forecast = Some(expected.unwrap_or_default().into());
    }
    Ok(Json(AccountList {
        accounts,
        forecast: forecast.as_ref().into(),
    }))
}

fn no_such(what: &str, name: &str) -> ApiError {
    let name: String = name.chars().take(100).collect();
    ApiError::not_found("not_found", format!("there is no {what} `{name}`"))
}

/// The same with what helps: the name that was meant, or where to see them all.
pub(super) fn no_such_account(app: &App, name: &str) -> ApiError {
    let name: String = name.chars().take(100).collect();
    let entries = app.handle.directory.entries();
    let known = entries.plan.accounts.iter().map(|account| account.name.as_str());
    let next = match nearest(&name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`d8 accounts ls` lists those there are".to_owned(),
    };
    ApiError::not_found("not_found", format!("there is no account `{name}`; {next}"))
}

async fn hold(app: &App, what: Named, paused: bool) -> Result<Json<Value>, ApiError> {
    let (noun, name) = match &what {
        Named::Account(name) => ("account", name.clone()),
        Named::Route(name) => ("route", name.clone()),
    };
    let is_account = matches!(what, Named::Account(_));
    if app.handle.pause(what, paused).await? {
        Ok(Json(json!({noun: name, "paused": paused})))
    } else if is_account {
        Err(no_such_account(app, &name))
    } else {
        Err(no_such(noun, &name))
    }
}

/// Starts nothing more on an account; what is under way goes on.
#[utoipa::path(post, path = "/api/accounts/{name}/pause", tag = "accounts", params(("name" = String, Path, description = "The account")), responses(
    (status = 200, description = "Paused", body = Value, example = json!({"account": "groq-main", "paused": true})),
    (status = 404, description = "No such account", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
async fn pause_account(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Json<Value>, ApiError> {
    hold(&app, Named::Account(name), true).await
}

/// Lets an account go on.
#[utoipa::path(post, path = "/api/accounts/{name}/resume", tag = "accounts", params(("name" = String, Path, description = "The account")), responses(
    (status = 200, description = "It goes on", body = Value, example = json!({"account": "groq-main", "paused": false})),
    (status = 404, description = "No such account", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
async fn resume_account(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Json<Value>, ApiError> {
    hold(&app, Named::Account(name), false).await
}

/// Tries everything of an account again at once.
#[utoipa::path(post, path = "/api/accounts/{name}/unpark", tag = "accounts", params(("name" = String, Path, description = "The account")), responses(
    (status = 200, description = "It is tried again", body = Value, example = json!({"account": "groq-main", "parked": false})),
    (status = 404, description = "No such account", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
async fn unpark_account(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Json<Value>, ApiError> {
    if app.handle.unpark(name.clone()).await? {
        Ok(Json(json!({"account": name, "parked": false})))
    } else {
        Err(no_such_account(&app, &name))
    }
}

/// Forgets what was learnt of an account's limits: what is configured holds again, and what was refused is tried again.
#[utoipa::path(post, path = "/api/accounts/{name}/forget", tag = "accounts", params(("name" = String, Path, description = "The account")), responses(
    (status = 200, description = "It is forgotten", body = Value, example = json!({"account": "groq-main", "forgotten": true})),
    (status = 404, description = "No such account", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
async fn forget_account(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Json<Value>, ApiError> {
    if app.handle.forget(name.clone()).await? {
        Ok(Json(json!({"account": name, "forgotten": true})))
    } else {
        Err(no_such_account(&app, &name))
    }
}

/// Starts nothing more on a route.
#[utoipa::path(post, path = "/api/routes/{name}/pause", tag = "accounts", params(("name" = String, Path, description = "The route")), responses(
    (status = 200, description = "Paused", body = Value, example = json!({"route": "default", "paused": true})),
    (status = 404, description = "No such route", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
async fn pause_route(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Json<Value>, ApiError> {
    hold(&app, Named::Route(name), true).await
}

/// Lets a route go on.
#[utoipa::path(post, path = "/api/routes/{name}/resume", tag = "accounts", params(("name" = String, Path, description = "The route")), responses(
    (status = 200, description = "It goes on", body = Value, example = json!({"route": "default", "paused": false})),
    (status = 404, description = "No such route", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
))]
async fn resume_route(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Json<Value>, ApiError> {
    hold(&app, Named::Route(name), false).await
}
