//! Which path leads where: three providers' APIs and the emulator's own calls.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, Response, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::routing::{get, post};

use crate::admin;
use crate::counting::SECOND;
use crate::dialect::{Dialect, Form};
use crate::emulator::Emulator;
use crate::exchange::Exchange;
use crate::gemini::{self, Gemini};
use crate::openai::{self, Flavour};
use crate::reply::response;

/// The largest body that a request may have, in bytes: Gemini's limit.
const MAX_BODY: usize = 20 * 1024 * 1024;

impl Emulator {
    /// All routes. [`crate::serve`] serves them; other servers can too, but only it can drop a connection without an
    /// answer (they send a bare 502 instead).
    pub fn router(&self) -> Router {
        let of = |flavour: Flavour| {
            Router::new()
                .route(
                    "/chat/completions",
                    post(move |emulator, request| chat(flavour, emulator, request)),
                )
                .route(
                    "/models",
                    get(move |emulator, request| openai_models(flavour, emulator, request)),
                )
                .route(
                    "/models/{*id}",
                    get(move |emulator, id, request| openai_model(flavour, emulator, id, request)),
                )
        };
        Router::new()
            .nest("/openai/v1", of(Flavour::Groq))
            .nest("/v1", of(Flavour::OpenAi))
            // Google's own SDK speaks `v1` by default: the same API. A key in Google's way tells whose list is wanted.
            .route("/v1/models/{*id}", post(gemini_call))
            .route("/v1beta/models", get(gemini_models))
            .route("/v1beta/models/{call}", get(gemini_model).post(gemini_call))
            .route("/__d8/score", get(admin::score))
            .route("/__d8/reset", post(admin::reset))
            .route("/__d8/faults", post(admin::faults))
            .fallback(nowhere)
            .method_not_allowed_fallback(nowhere)
            .layer(from_fn_with_state(self.clone(), dated))
            .with_state(self.clone())
    }
}

async fn chat(flavour: Flavour, State(emulator): State<Emulator>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await;
    exchange(&emulator, &flavour, &parts).generate(body).await
}

async fn openai_models(flavour: Flavour, State(emulator): State<Emulator>, request: Request) -> Response<Body> {
    if flavour == Flavour::OpenAi && has_google_key(&request) {
        return gemini_models(State(emulator), request).await;
    }
    let (parts, _) = request.into_parts();
    exchange(&emulator, &flavour, &parts).look_up(|| openai::list(flavour, &emulator))
}

async fn openai_model(
    flavour: Flavour,
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    request: Request,
) -> Response<Body> {
    if flavour == Flavour::OpenAi && has_google_key(&request) {
        return gemini_model(State(emulator), Path(id), request).await;
    }
    let (parts, _) = request.into_parts();
    exchange(&emulator, &flavour, &parts).look_up(|| openai::one(flavour, &emulator, &id))
}

fn has_google_key(request: &Request) -> bool {
    request.headers().contains_key("x-goog-api-key") || gemini::query(request.uri(), "key").is_some()
}

async fn gemini_models(State(emulator): State<Emulator>, request: Request) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let dialect = Gemini {
        options: emulator.options(),
        model: "",
        form: Form::Whole,
    };
    let (size, token) = (
        gemini::query(&parts.uri, "pageSize"),
        gemini::query(&parts.uri, "pageToken"),
    );
    exchange(&emulator, &dialect, &parts).look_up(|| gemini::list(&emulator, size.as_deref(), token.as_deref()))
}

async fn gemini_model(State(emulator): State<Emulator>, Path(id): Path<String>, request: Request) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let dialect = Gemini {
        options: emulator.options(),
        model: &id,
        form: Form::Whole,
    };
    exchange(&emulator, &dialect, &parts).look_up(|| gemini::one(&emulator, &id))
}

async fn gemini_call(State(emulator): State<Emulator>, Path(call): Path<String>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await;
    let (model, verb) = call.split_once(':').unwrap_or((&call, ""));
    let as_events = gemini::query(&parts.uri, "alt").as_deref() == Some("sse");
    let form = match verb {
        "streamGenerateContent" if as_events => Form::Events { include_usage: false },
        "streamGenerateContent" => Form::Array,
        _ => Form::Whole,
    };
    let dialect = Gemini {
        options: emulator.options(),
        model,
        form,
    };
    let exchange = exchange(&emulator, &dialect, &parts);
    match verb {
        "generateContent" | "streamGenerateContent" => exchange.generate(body).await,
        "countTokens" => exchange.look_up(|| match body {
            Ok(body) => dialect.count_tokens(&emulator, &body),
            Err(_) => dialect.too_big(),
        }),
        _ => gemini::unknown_model(&call).into_response(),
    }
}

/// 404 in the form of whoever's path it is.
async fn nowhere(request: Request) -> Response<Body> {
    let (method, path) = (request.method().as_str(), request.uri().path());
    let reply = if path.starts_with("/openai/") {
        Flavour::Groq.unknown_url(method, path)
    } else if path.starts_with("/v1beta/") {
        gemini::error(404, "Requested entity was not found.", "NOT_FOUND", None)
    } else if path.starts_with("/v1/") {
        Flavour::OpenAi.unknown_url(method, path)
    } else {
        return response(404, "text/plain", Vec::new(), Body::from(HELP));
    };
    reply.into_response()
}

const HELP: &str = "An emulator of LLM providers: Groq at /openai/v1, OpenAI at /v1, Gemini at /v1beta.\n\
                    What it saw: GET /__d8/score. Begin anew: POST /__d8/reset.\n";

/// `Date` tells the clock that arrivals are counted by.
async fn dated(State(emulator): State<Emulator>, request: Request, next: Next) -> Response<Body> {
    let mut response = next.run(request).await;
    let seconds = u64::try_from(emulator.now().div_euclid(SECOND)).unwrap_or(0);
    let now = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(now)) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

fn exchange<'a>(
    emulator: &'a Emulator,
    dialect: &'a dyn Dialect,
    parts: &'a axum::http::request::Parts,
) -> Exchange<'a> {
    Exchange {
        emulator,
        dialect,
        headers: &parts.headers,
        uri: &parts.uri,
    }
}
