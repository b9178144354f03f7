//! `POST /v1/chat/completions`.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};

use super::ask::Ask;
use super::{plain, stream};
use crate::server::Caller;
use crate::server::app::App;

/// A chat completion, as OpenAI's: it waits for quota instead of failing. Fields that are not known here are passed on.
#[utoipa::path(
    post,
    path = "/v1/chat/completions",
    tag = "openai",
    params(
        ("x-d8-max-wait" = Option<String>, Header, description = "How long to wait for quota: seconds, or `30s`, `2m`. \
            Default 570 s, or less where `x-stainless-read-timeout` says that the client hangs up sooner"),
        ("x-d8-priority" = Option<u8>, Header, description = "1 to 10, higher goes first; default 5"),
        ("x-d8-client" = Option<String>, Header, description = "For whom: the unit of fair shares; default `local`"),
        ("x-d8-durable" = Option<bool>, Header, description = "Store the request before anything is done"),
    ),
    request_body(
        content = Object,
        description = "OpenAI's request. `model`: a route, `account/model`, or a model id; without one the route `default`",
        example = json!({"model": "default", "messages": [{"role": "user", "content": "Hello"}], "stream": false})
    ),
    responses(
        (status = 200, description = "The provider's answer as it came; with `stream` server-sent events that end with \
            `data: [DONE]`, or with `data: {\"error\": ...}` where the answer broke off", body = Object,
            headers(
                ("x-d8-task-id" = String, description = "The task"),
                ("x-d8-target" = String, description = "Account and model that answered"),
                ("x-d8-queued-ms" = u64, description = "How long it waited, in milliseconds"),
            ),
            example = json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": "m",
                "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 8, "completion_tokens": 1, "total_tokens": 9}})),
        (status = 400, description = "No chat request, a header that cannot be read, or what the provider refuses"),
        (status = 401, description = "The server's token is asked for"),
        (status = 403, description = "The caller may not come in"),
        (status = 404, description = "`model_not_found`: neither a route nor a model of any account"),
        (status = 408, description = "The body did not come in time"),
        (status = 409, description = "`cancelled`: somebody cancelled the task"),
        (status = 413, description = "The body is too large, or `too_large` for every account's limits"),
        (status = 429, description = "`d8_max_wait`: no quota within the wait; `retry-after` says when. `queue_full`"),
        (status = 502, description = "`provider_error`: the provider's answer cannot be passed on"),
        (status = 503, description = "`stopped`, or `attempts_exhausted`: the provider failed each time"),
        (status = 504, description = "`attempts_exhausted`, `quarantined` or `deadline_exceeded`: the provider did not answer"),
        (status = 507, description = "`disk_full`"),
    )
)]
pub(super) async fn completions(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    // Boxed: what reading needs shall not be kept by those who wait.
    match Box::pin(Ask::read(&app, caller, request)).await {
        Err(problem) => problem.into_response(),
        Ok(ask) if ask.request.stream() => stream::answer(app, ask).await,
        Ok(ask) => plain::answer(app, ask).await,
    }
}
