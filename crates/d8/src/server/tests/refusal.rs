//! What refusals look like, on each wire, ours and a library's.

use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use serde_json::json;

use super::*;
use crate::server::{ApiError, layers};

fn routes() -> Router {
    let boom = async || -> String { panic!("with a secret inside") };
    let full = async || ApiError::queue_full("the queue holds 10 tasks", Duration::from_millis(1_200));
    let number = async |Path(number): Path<u32>| number.to_string();
    let routes = Router::new()
        .route("/api/boom", get(boom))
        .route("/v1/boom", get(boom))
        .route("/v1/full", post(full))
        .route("/api/full", post(full))
        .route("/api/number/{number}", get(number));
    layers(routes, pi())
}

#[tokio::test]
async fn each_wire_has_its_own_form() {
    let error = json!({"message": "the queue holds 10 tasks", "type": "rate_limit_error", "code": "queue_full"});
    let response = answer(&routes(), local("POST /api/full", "")).await;
    assert_eq!(response.headers()["retry-after"], "2");
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(
        json_of(response).await,
        (StatusCode::TOO_MANY_REQUESTS, json!({"error": error}))
    );

    let mut error = error;
    error["param"] = Value::Null;
    let response = answer(&routes(), local("POST /v1/full", "")).await;
    assert_eq!(response.headers()["retry-after"], "2");
    assert_eq!(
        json_of(response).await,
        (StatusCode::TOO_MANY_REQUESTS, json!({"error": error}))
    );
}

#[tokio::test]
async fn the_guard_speaks_the_wires_form_too_and_says_how_to_come_in() {
    let from_lan = |line| request(line, "10.0.0.9", &[("host", "10.0.0.1")], Body::empty());
    let response = answer(&routes(), from_lan("POST /v1/full")).await;
    assert_eq!(response.headers()["www-authenticate"], "Basic realm=\"d8\", Bearer");
    let (status, body) = json_of(response).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(body["error"].get("param"), Some(&Value::Null));
    assert!(body["error"]["message"].as_str().unwrap().contains("server.token"));
    let (_, body) = json_of(answer(&routes(), from_lan("POST /api/full")).await).await;
    assert_eq!(body["error"].get("param"), None);
}

#[tokio::test]
async fn what_is_not_there_is_said_in_json() {
    let (status, body) = json_of(answer(&routes(), local("GET /api/nothing", "")).await).await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (StatusCode::NOT_FOUND, &json!("not_found"))
    );
    assert!(body["error"]["message"].as_str().unwrap().contains("GET /api/nothing"));

    let response = answer(&routes(), local("DELETE /api/full", "")).await;
    assert_eq!(response.headers()["allow"], "POST");
    let (status, body) = json_of(response).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(body["error"]["code"], "method_not_allowed");
}

#[tokio::test]
async fn a_librarys_refusal_becomes_one_of_ours() {
    let (status, body) = json_of(answer(&routes(), local("GET /api/number/x", "")).await).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(body["error"]["code"], "invalid_request");
}

#[tokio::test]
async fn a_panic_costs_one_answer_and_tells_nothing() {
    for (path, param) in [("GET /api/boom", None), ("GET /v1/boom", Some(&Value::Null))] {
        let (status, body) = json_of(answer(&routes(), local(path, "")).await).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(body["error"].get("param"), param);
        assert!(!body.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn answers_are_not_kept_by_browsers() {
    let response = answer(&routes(), local("GET /api/nothing", "")).await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
}
