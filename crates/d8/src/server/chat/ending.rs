//! What a task's end means for the client that waits for it.

use std::sync::Arc;

use axum::http::StatusCode;
use bytes::Bytes;
use d8_core::change::{Ending, FailureCode};
use d8_store::ResultRow;
use serde_json::Value;

use super::problem::Problem;
use crate::orchestrator::Done;
use crate::server::ApiError;
use crate::server::hive::REPORTED;
use crate::server::objects::{self, said};
use crate::words;

/// The answer's bytes as they came, or why there are none. `begun`: some of it has been passed on.
pub(super) fn answer(done: &Done, begun: bool) -> Result<Bytes, Problem> {
    match done.ending {
        Ending::Completed => match &done.result {
            // A worker of the Hive reports in a form of its own, which is kept beside the completion.
            Some(result) if from_hive(result) => match objects::answer(result) {
                Some(completion) => Ok(Bytes::copy_from_slice(completion.get().as_bytes())),
                None => Err(ApiError::internal().into()),
            },
            Some(result) => Ok(Bytes::from_owner(Shared(result.clone()))),
            None => Err(ApiError::internal().into()),
        },
        Ending::Failed(code) => Err(failed(code, done.result.as_deref(), begun)),
        Ending::Cancelled => Err(match &done.refused {
            Some(refusal) => ApiError::from(refusal.clone()).into(),
            None => cancelled(),
        }),
    }
}

fn from_hive(result: &ResultRow) -> bool {
    let needle = REPORTED.as_bytes();
    result.body.windows(needle.len()).any(|window| window == needle)
}

/// The answer's bytes without a copy of them.
struct Shared(Arc<ResultRow>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0.body
    }
}

fn failed(code: FailureCode, result: Option<&ResultRow>, begun: bool) -> Problem {
    let status = result.map_or(0, |result| result.status);
    if let (Some(result), true) = (result, (400..500).contains(&status))
        && matches!(code, FailureCode::ProviderError | FailureCode::TooLarge)
    {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        let body: Value = serde_json::from_slice(&result.body).unwrap_or_default();
        return Problem::of_provider(status, &body["error"]);
    }
    let word = words::failure_code(code);
    let message = words::ending_message(code, result.and_then(said).as_deref());
    let answered = status != 0;
    let gateway = |status| Problem::from(ApiError::new(status, "server_error", word, message.clone()));
    match code {
        // Nothing was sent: the provider's wire cannot say what the request asks for.
        FailureCode::ProviderError if !answered && !begun => ApiError::unsupported(message).into(),
        FailureCode::ProviderError => gateway(StatusCode::BAD_GATEWAY),
        FailureCode::TooLarge => {
            ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request_error", word, message).into()
        }
        FailureCode::AttemptsExhausted if answered => gateway(StatusCode::SERVICE_UNAVAILABLE).hopeless(),
        FailureCode::AttemptsExhausted | FailureCode::Quarantined => gateway(StatusCode::GATEWAY_TIMEOUT).hopeless(),
        FailureCode::DeadlineExceeded => gateway(StatusCode::GATEWAY_TIMEOUT),
    }
}

/// Somebody else ended it: no SDK shall send it again by itself.
fn cancelled() -> Problem {
    let message = "the task was cancelled while this request waited for it";
    let error = ApiError::new(StatusCode::CONFLICT, "invalid_request_error", "cancelled", message);
    Problem::from(error).hopeless()
}
