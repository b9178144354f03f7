//! What the API answers when it cannot do what was asked: one shape for all routes, and OpenAI's under `/v1`.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// The largest text of a library's own refusal that is put into our words.
const MAX_FOREIGN_TEXT: usize = 16 * 1024;

/// A refusal. As a response it is `{"error": {"message", "type", "code"}}`; under `/v1` with OpenAI's `param` as well.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiError {
    /// The HTTP status.
    pub status: StatusCode,
    /// What a program acts on, such as `queue_full`.
    pub code: &'static str,
    /// OpenAI's `type`, such as `invalid_request_error`.
    pub kind: &'static str,
    /// What happened, on what, and what to do next.
    pub message: String,
    /// When to come again; sent in whole seconds, rounded up.
    pub retry_after: Option<Duration>,
}

/// A refusal as it is sent.
#[derive(Clone, Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "it only describes what is sent")]
pub struct ErrorBody {
    error: ErrorDetail,
}

/// What happened.
#[derive(Clone, Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "it only describes what is sent")]
pub struct ErrorDetail {
    /// What happened, on what, and what to do next.
    message: String,
    /// OpenAI's `type`.
    #[schema(rename = "type")]
    kind: String,
    /// What a program acts on.
    code: String,
}

/// The shape of a refusal.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Wire {
    /// Everywhere else.
    Api,
    /// OpenAI's, under `/v1`.
    OpenAi,
}

impl Wire {
    /// The one that is spoken at this path.
    pub fn of(path: &str) -> Self {
        if path == "/v1" || path.starts_with("/v1/") {
            Self::OpenAi
        } else {
            Self::Api
        }
    }
}

const INVALID: &str = "invalid_request_error";
const SERVER: &str = "server_error";

impl ApiError {
    /// Any refusal.
    pub fn new(status: StatusCode, kind: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            kind,
            message: message.into(),
            retry_after: None,
        }
    }

    /// 400: the request is wrong.
    pub fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, INVALID, code, message)
    }

    /// 400: the request asks for what D8 does not do. No 5xx: clients would try those again.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::bad_request("unsupported", message)
    }

    /// 401: the caller must show the token.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "authentication_error",
            "unauthorized",
            message,
        )
    }

    /// 403: whoever asks from there may not.
    pub fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "permission_error", code, message)
    }

    /// 404: what was named is not there.
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, INVALID, code, message)
    }

    /// 405: the path is there, but not for this method.
    pub fn method_not_allowed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, INVALID, "method_not_allowed", message)
    }

    /// 408: the body did not come.
    pub fn too_slow() -> Self {
        let message = "the rest of the request's body did not come in time; send it again";
        Self::new(StatusCode::REQUEST_TIMEOUT, INVALID, "request_timeout", message)
    }

    /// 409: it is not in the state for it, or somebody else's by now.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, INVALID, code, message)
    }

    /// 410: nobody waits for it any more.
    pub fn gone(message: impl Into<String>) -> Self {
        Self::new(StatusCode::GONE, INVALID, "gone", message)
    }

    /// 413: the body, or a line of it, has more than this many bytes.
    pub fn too_large(what: &str, limit_bytes: usize) -> Self {
        let message = format!("{what} is larger than {}; send less at once", size(limit_bytes));
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, INVALID, "too_large", message)
    }

    /// 422: what it names cannot be used as it is.
    pub fn unprocessable(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, INVALID, code, message)
    }

    /// 422: no target can start the task by its deadline.
    pub fn deadline_infeasible(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            INVALID,
            "deadline_infeasible",
            message,
        )
    }

    /// 429: come again then.
    pub fn too_many(code: &'static str, message: impl Into<String>, retry_after: Duration) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_error", code, message).retry_after(retry_after)
    }

    /// 429: the queue holds as much as it may.
    pub fn queue_full(message: impl Into<String>, retry_after: Duration) -> Self {
        Self::too_many("queue_full", message, retry_after)
    }

    /// 500: a fault of ours. The caller learns nothing of its insides.
    pub fn internal() -> Self {
        let message = "d8 met an error of its own; its log says more";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, SERVER, "internal_error", message)
    }

    /// 502: the provider's answer cannot be passed on.
    pub fn bad_gateway(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, SERVER, code, message)
    }

    /// 503: the server is stopping, or its engine has.
    pub fn stopped() -> Self {
        let message = "d8 is stopping; what was acknowledged is kept, send the rest again when it is back";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, SERVER, "stopped", message).retry_after(Duration::from_secs(5))
    }

    /// 507: the store has no room to remember more.
    pub fn disk_full(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INSUFFICIENT_STORAGE, SERVER, "disk_full", message)
    }

    /// With the time after which it is worth coming again.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// The object that is sent.
    pub fn body(&self, wire: Wire) -> Value {
        let mut error = json!({"message": self.message, "type": self.kind, "code": self.code});
        if wire == Wire::OpenAi {
            error["param"] = Value::Null;
        }
        json!({"error": error})
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}, {})", self.message, self.code, self.status.as_u16())
    }
}

impl std::error::Error for ApiError {}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body(Wire::Api).to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let ways = HeaderValue::from_static("Basic realm=\"d8\", Bearer");
            headers.insert(WWW_AUTHENTICATE, ways);
        }
        // Where it is sent under another wire's path, it is said again in that wire's form.
        response.extensions_mut().insert(self);
        response
    }
}

fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

fn size(bytes: usize) -> String {
    const KIB: usize = 1024;
    match bytes {
        b if b >= KIB * KIB && b.is_multiple_of(KIB * KIB) => format!("{} MiB", b / (KIB * KIB)),
        b if b >= KIB && b.is_multiple_of(KIB) => format!("{} KiB", b / KIB),
        b => format!("{b} bytes"),
    }
}

/// The answer where no route is.
pub(super) async fn no_such_route(method: Method, uri: Uri) -> ApiError {
    let message = format!(
        "there is no {method} {} here; /api/openapi.json lists what is",
        shown(uri.path())
    );
    ApiError::not_found("not_found", message)
}

/// The answer where the path is known and the method is not; axum adds `Allow`.
pub(super) async fn no_such_method(method: Method, uri: Uri) -> ApiError {
    let message = format!(
        "{} does not take {method}; the header `allow` lists what it takes",
        shown(uri.path())
    );
    ApiError::method_not_allowed(message)
}

/// The beginning of a text that a stranger chose.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 100;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Gives refusals the form of the wire that was asked, those of a library's extractors too.
pub(super) async fn in_words_of_the_route(request: Request, next: Next) -> Response {
    let wire = Wire::of(request.uri().path());
    let response = adopt(next.run(request).await).await;
    in_form(response, wire)
}

/// The same refusal in the wire's form; anything else as it is.
pub(super) fn in_form(response: Response, wire: Wire) -> Response {
    match response.extensions().get::<ApiError>().cloned() {
        Some(error) if wire == Wire::OpenAi => response.map(|_| Body::from(error.body(wire).to_string())),
        _ => response,
    }
}

/// A refusal in plain text is a library's (a path or query that cannot be read): it becomes one of ours.
async fn adopt(response: Response) -> Response {
    let status = response.status();
    let is_text = |value: &HeaderValue| value.as_bytes().starts_with(b"text/plain");
    let is_ours = response.extensions().get::<ApiError>().is_some();
    if is_ours || !status.is_client_error() || !response.headers().get(CONTENT_TYPE).is_some_and(is_text) {
        return response;
    }
    let text = axum::body::to_bytes(response.into_body(), MAX_FOREIGN_TEXT)
        .await
        .unwrap_or_default();
    let message = String::from_utf8_lossy(&text).into_owned();
    ApiError::new(status, INVALID, "invalid_request", message).into_response()
}
