//! Why a chat request has no answer: as an HTTP response, or as an event of a stream whose headers have left.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::orchestrator::Stopped;
use crate::server::ApiError;

/// Names D8's own code, so that nobody takes its refusal for the provider's.
const OWN_ERROR: HeaderName = HeaderName::from_static("x-d8-error");
/// SDKs try again by themselves, unless they are told not to.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// Why there is no answer, in OpenAI's form.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) error: Value,
    /// The code, where it is D8's word and not the provider's.
    pub(super) own: Option<Cow<'static, str>>,
    pub(super) retry_after: Option<Duration>,
    /// D8 has tried often enough; the SDK shall not begin all over again.
    pub(super) hopeless: bool,
}

impl Problem {
    /// The request is wrong; `param` is the path to what is.
    pub(super) fn invalid(param: &str, message: &str) -> Self {
        let code = if param == "body" {
            "invalid_json"
        } else {
            "invalid_request"
        };
        let mut problem = Self::from(ApiError::bad_request(code, message));
        if param != "body" {
            problem.error["param"] = Value::from(param);
        }
        problem
    }

    /// What a provider said, as its own words.
    pub(super) fn of_provider(status: StatusCode, said: &Value) -> Self {
        let kind = said["type"].as_str().unwrap_or(match status {
            StatusCode::UNAUTHORIZED => "authentication_error",
            StatusCode::FORBIDDEN => "permission_error",
            StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
            _ => "invalid_request_error",
        });
        let message = said["message"].as_str().unwrap_or("the provider refused the request");
        let error = json!({"message": message, "type": kind, "param": said["param"], "code": said["code"]});
        Self {
            status,
            error,
            own: None,
            retry_after: None,
            hopeless: false,
        }
    }

    /// Not to be tried again by itself.
    #[must_use]
    pub(super) fn hopeless(self) -> Self {
        Self { hopeless: true, ..self }
    }

    /// The object that is sent.
    pub(super) fn body(&self) -> String {
        json!({"error": self.error}).to_string()
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        Self {
            status: error.status,
            error: json!({"message": error.message, "type": error.kind, "param": null, "code": error.code}),
            own: Some(error.code.into()),
            retry_after: error.retry_after,
            hopeless: false,
        }
    }
}

impl From<Stopped> for Problem {
    fn from(stopped: Stopped) -> Self {
        ApiError::from(stopped).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(code) = self.own.as_deref().and_then(|code| HeaderValue::from_str(code).ok()) {
            headers.insert(OWN_ERROR, code);
        }
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        if self.hopeless {
            headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
        }
        response
    }
}
