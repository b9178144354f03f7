//! Why there is no answer. D8's own refusals carry their code in a header too, so that nobody takes them for a provider's.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use d8_core::change::{Ending, FailureCode};
use d8_core::id::TaskId;
use serde_json::{Value, json};

use crate::orchestrator::Done;
use crate::server::app::App;
use crate::server::error::{ApiError, Wire};
use crate::server::objects::said;
use crate::server::waits::WaitObject;
use crate::words;

/// A refusal of ours. SDKs shall not send it again by themselves: we have tried already, or waiting is what we do.
pub(super) fn own(error: ApiError) -> Response {
    let code = HeaderValue::from_static(error.code);
    let mut response = error.into_response();
    let headers = response.headers_mut();
    headers.insert("x-d8-error", code);
    headers.insert("x-should-retry", HeaderValue::from_static("false"));
    response
}

/// The end of a task that has no answer.
pub(super) fn of(done: &Done) -> Response {
    match judge(done) {
        Judged::Provider(status, body) => {
            let mut response = Response::new(Body::from(body.to_string()));
            *response.status_mut() = status;
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response
        }
        Judged::Own(error) => own(error),
    }
}

/// The same as the error object of a stream that has begun.
pub(super) fn as_event(done: &Done) -> Value {
    match judge(done) {
        Judged::Provider(_, body) => body,
        Judged::Own(error) => error.body(Wire::OpenAi),
    }
}

enum Judged {
    Provider(StatusCode, Value),
    Own(ApiError),
}

fn judge(done: &Done) -> Judged {
    let result = done.result.as_deref();
    let words = result.and_then(said);
    let stored: Value = result
        .and_then(|result| serde_json::from_slice(&result.body).ok())
        .unwrap_or(Value::Null);
    let code = match done.ending {
        Ending::Failed(code) => code,
        Ending::Completed | Ending::Cancelled => return Judged::Own(cancelled(&stored, words)),
    };
    let status = result.and_then(|result| StatusCode::from_u16(result.status).ok());
    if let (FailureCode::ProviderError | FailureCode::TooLarge, Some(status)) =
        (code, status.filter(StatusCode::is_client_error))
    {
        let message = words.unwrap_or_else(|| "the provider refuses the request".to_owned());
        let error = json!({"error": {"message": message, "type": "invalid_request_error", "param": null, "code": stored["error"]["code"]}});
        return Judged::Provider(status, error);
    }
    let message = words::ending_message(code, words.as_deref());
    let (status, kind) = match code {
        FailureCode::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "invalid_request_error"),
        FailureCode::DeadlineExceeded => (StatusCode::GATEWAY_TIMEOUT, "server_error"),
        FailureCode::ProviderError | FailureCode::AttemptsExhausted | FailureCode::Quarantined => {
            (StatusCode::BAD_GATEWAY, "server_error")
        }
    };
    Judged::Own(ApiError::new(status, kind, words::failure_code(code), message))
}

/// It was not taken in, or somebody cancelled it.
fn cancelled(stored: &Value, words: Option<String>) -> ApiError {
    let message = words.unwrap_or_else(|| "the task was cancelled".to_owned());
    match stored["error"]["code"].as_str() {
        Some("queue_full") => ApiError::queue_full(message, Duration::from_secs(30)),
        Some("disk_full") => ApiError::disk_full(message),
        Some("stopping") => ApiError::stopped(),
        _ => {
            let status = StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST);
            ApiError::new(status, "invalid_request_error", "cancelled", message)
        }
    }
}

/// It has waited as long as its client allows: it is cancelled, and the client is told what it waited for and when to
/// come again.
pub(super) async fn waited_enough(app: &App, task: TaskId, max_wait: Duration) -> ApiError {
    let wait = app
        .handle
        .explain(vec![task])
        .await
        .ok()
        .and_then(|mut waits| waits.pop().flatten());
    let _ = app.handle.cancel(vec![task]);
    app.handle.audience.leave(task);
    let mut after = Duration::from_secs(60);
    let mut reason = "no account could take it".to_owned();
    if let (Some(wait), Ok(status)) = (wait, app.handle.status().await) {
        if let Some(until) = wait.until {
            after = until.since(status.now);
        }
        reason = WaitObject::new(&wait, &status, &app.handle.directory.plan()).message;
    }
    let waited = words::span(max_wait);
    ApiError::too_many(
        "d8_max_wait",
        format!("waited {waited}, as long as was allowed: {reason}; allow more with x-d8-max-wait, or come again"),
        after.max(Duration::from_secs(1)),
    )
}
