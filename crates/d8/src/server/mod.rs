//! The HTTP server: doors to the orchestrator. Handlers are thin; the router comes from a function without a socket.
//!
//! A request's way, which is the reading order: [`listen`] takes sockets and accepts connections; `connection` lives one
//! of them, `pace` sees to it that nobody stalls it (`open_files` that there is room); [`guard`] decides by `host`, origin and [`token`] who may come in;
//! [`body`] and [`lines`] are how handlers read what was sent; [`error`] is how a refusal looks. Each works without the
//! others: tests drive the router without a socket.

pub mod accounts;
pub mod agents;
pub mod app;
pub mod body;
pub mod callbacks;
pub mod chat;
mod connection;
pub mod error;
pub mod events;
pub mod forecasts;
pub mod groups;
pub mod guard;
pub mod guests;
pub mod hive;
mod host;
pub mod ids;
pub mod lines;
pub mod listen;
pub mod metrics;
pub mod objects;
mod open_files;
pub mod openapi;
mod pace;
pub mod page;
pub mod particulars;
pub mod reload;
pub mod router;
pub mod runs;
pub mod spent;
pub mod tasks;
pub mod token;
pub mod waits;

#[cfg(test)]
mod tests;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

pub use error::ApiError;
pub use guard::{Caller, Guard};

/// The routes with all that stands before them: who may come in, what is not there, and what must not break the rest.
/// Routes that are added afterwards are not guarded.
pub fn layers(router: Router, guard: Guard) -> Router {
    router
        .fallback(error::no_such_route)
        .method_not_allowed_fallback(error::no_such_method)
        .layer(DefaultBodyLimit::max(body::MAX_BODY))
        .layer(from_fn_with_state(Arc::new(guard), guard::guard))
        .layer(from_fn(error::in_words_of_the_route))
        .layer(from_fn(catch_panic))
        .layer(from_fn(careful_headers))
}

/// A handler that panics costs one answer, not the connection. The panic itself has been written to standard error.
async fn catch_panic(request: Request, next: Next) -> Response {
    let wire = error::Wire::of(request.uri().path());
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answer.unwrap_or_else(|_| error::in_form(ApiError::internal().into_response(), wire))
}

/// Browsers shall neither guess types, nor keep answers that hold prompts, nor show the page inside another.
async fn careful_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
