//! An answer on its way out: status, headers and a JSON body, turned into an HTTP response in one place.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::Value;

/// A header that a dialect adds.
pub(crate) type Header = (&'static str, String);

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<Header>,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn new(status: u16, body: Value) -> Reply {
        Reply {
            status,
            headers: Vec::new(),
            body,
        }
    }

    pub(crate) fn with(mut self, headers: Vec<Header>) -> Reply {
        self.headers.extend(headers);
        self
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        response(
            self.status,
            "application/json",
            self.headers,
            Body::from(self.body.to_string()),
        )
    }
}

/// Puts a response together. What is no valid status or header is left out rather than a panic.
pub(crate) fn response(status: u16, content_type: &'static str, headers: Vec<Header>, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// In a response's extensions: close the connection instead of sending it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hangup;

/// A response that is never sent.
pub(crate) fn hangup() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response.extensions_mut().insert(Hangup);
    response
}
