//! The emulator's own calls, for tests: the score, a reset, faults on demand.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::Response;
use serde_json::{Value, json};

use crate::counting::Provider;
use crate::emulator::Emulator;
use crate::faults::FaultKind;
use crate::reply::Reply;
use crate::score::Score;

/// `GET /__d8/score`.
pub(crate) async fn score(State(emulator): State<Emulator>) -> Json<Score> {
    Json(emulator.score())
}

/// `POST /__d8/reset`.
pub(crate) async fn reset(State(emulator): State<Emulator>) -> Json<Value> {
    emulator.reset();
    Json(json!({"reset": true}))
}

/// `POST /__d8/faults {"kind": "drop", "count": 3, "provider": "groq"}`; without a provider, at any.
pub(crate) async fn faults(State(emulator): State<Emulator>, body: Bytes) -> Response<Body> {
    match order(&body) {
        Ok((kind, count, provider)) => {
            emulator.fail_next(kind, count, provider);
            Reply::new(200, json!({"kind": kind.name(), "count": count})).into_response()
        }
        Err(why) => Reply::new(400, json!({"error": {"message": why}})).into_response(),
    }
}

fn order(body: &[u8]) -> Result<(FaultKind, u64, Option<Provider>), String> {
    let body: Value = serde_json::from_slice(body).map_err(|why| format!("the body is not JSON: {why}"))?;
    let kind = body["kind"]
        .as_str()
        .ok_or("`kind` is missing: name a fault such as \"drop\"")?
        .parse()?;
    let count = match &body["count"] {
        Value::Null => 1,
        count => count.as_u64().ok_or("`count` must be a whole number")?,
    };
    let provider = body["provider"].as_str().map(str::parse).transpose()?;
    Ok((kind, count, provider))
}
