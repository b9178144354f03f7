//! `POST /v1/chat/completions`, plain and streamed, and `GET /v1/models`: a request waits for quota instead of failing.
//!
//! In reading order: [`wishes`] are the headers; [`submission`] makes a task of the request; [`plain`] waits for the whole
//! answer and [`orphans`] for a client that comes again; [`streamed`] passes pieces on; [`failure`] says why there is no
//! answer; [`models`] are the names that may be asked for.

mod failure;
mod models;
mod orphans;
mod pieces;
mod plain;
mod streamed;
mod submission;
mod wishes;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use orphans::Orphans;

use super::app::App;
use super::body::{MAX_BODY, read};
use super::error::ErrorBody;
use super::guard::Caller;
use submission::Submission;
use wishes::Wishes;

/// All of them.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(completions))
        .routes(routes!(models::list))
        .routes(routes!(models::one))
        .route(
            "/v1/models/{account}/{*model}",
            axum::routing::get(models::one_of_account),
        )
}

/// A chat completion. It waits for quota instead of failing, as long as `x-d8-max-wait` allows (570 s by default).
#[utoipa::path(post, path = "/v1/chat/completions", tag = "openai", request_body(content = Value, example = json!({"model": "default", "messages": [{"role": "user", "content": "Say hello."}]})),
    params(
        ("x-d8-max-wait" = Option<String>, Header, description = "The longest wait: seconds, or \"30s\", \"2m\""),
        ("x-d8-priority" = Option<String>, Header, description = "1 to 10, higher first; 5 by default"),
        ("x-d8-client" = Option<String>, Header, description = "Who it is for: the unit of fair shares"),
        ("x-d8-durable" = Option<String>, Header, description = "`true`: stored before anything else happens"),
    ), responses(
    (status = 200, description = "The completion, or its chunks as server-sent events", content((Value = "application/json"), (String = "text/event-stream"))),
    (status = 400, description = "The request is wrong, by our word or the provider's", body = ErrorBody),
    (status = 404, description = "Nothing is called so", body = ErrorBody),
    (status = 408, description = "The body stopped coming", body = ErrorBody),
    (status = 413, description = "Larger than any account takes", body = ErrorBody),
    (status = 422, description = "The provider refuses it", body = ErrorBody),
    (status = 429, description = "`d8_max_wait`: it waited as long as it was allowed to; `queue_full`", body = ErrorBody),
    (status = 499, description = "Somebody cancelled it", body = ErrorBody),
    (status = 502, description = "Every attempt met a fault", body = ErrorBody),
    (status = 503, description = "Stopping", body = ErrorBody),
    (status = 504, description = "Its deadline passed", body = ErrorBody),
    (status = 507, description = "The disk is full", body = ErrorBody),
))]
async fn completions(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(app, request).await.unwrap_or_else(failure::own)
}

async fn answer(app: Arc<App>, request: Request) -> Result<Response, super::ApiError> {
    let wishes = Wishes::read(request.headers())?;
    let caller = request
        .extensions()
        .get::<Caller>()
        .map_or(0, |caller| caller.client_key);
    let text = read(request, MAX_BODY).await?;
    let submission = Submission::new(&app, &text, wishes, caller)?;
    // The text may be large, and the wait long.
    drop(text);
    if submission.request.stream() {
        streamed::answer(app, submission).await
    } else {
        plain::answer(app, submission).await
    }
}
