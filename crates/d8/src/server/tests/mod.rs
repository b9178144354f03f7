//! The server without its handlers: who comes in, what a refusal looks like, how bodies and sockets behave.

#![allow(clippy::unwrap_used, clippy::panic)]

mod body;
mod guard;
mod lines;
mod listen;
mod refusal;
mod stall;

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, Response, StatusCode};
use secrecy::SecretString;
use serde_json::Value;
use tower::ServiceExt;

use super::guard::Guard;

/// A server called `Pi` that asks for the token `test-key-1`.
fn pi() -> Guard {
    Guard::new(Some(&SecretString::from("test-key-1")), ["Pi".to_owned()])
}

/// A request as it would come from there: method and path, the peer, and headers.
fn request(line: &str, peer: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request<Body> {
    let (method, path) = line.split_once(' ').unwrap();
    let mut request = Request::new(body.into());
    *request.method_mut() = method.parse::<Method>().unwrap();
    *request.uri_mut() = path.parse().unwrap();
    let peer: SocketAddr = format!("{peer}:40000").parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    for (name, value) in headers {
        let name: axum::http::HeaderName = name.parse().unwrap();
        request.headers_mut().append(name, value.parse().unwrap());
    }
    request
}

/// A request from this machine to itself.
fn local(line: &str, body: impl Into<Body>) -> Request<Body> {
    request(line, "127.0.0.1", &[("host", "localhost:5000")], body)
}

async fn answer(router: &Router, request: Request<Body>) -> Response<Body> {
    router.clone().oneshot(request).await.unwrap()
}

async fn json_of(response: Response<Body>) -> (StatusCode, Value) {
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}
