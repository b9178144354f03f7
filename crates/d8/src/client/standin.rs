//! A stand-in for an orchestrator, for the tests of the commands: it answers as it is told, and keeps what it was asked.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use super::find::{Address, Origin};
use super::{Answer, Client};

/// One call as it came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Call {
    /// Method, path and query: `GET /api/tasks?limit=2`.
    pub(crate) line: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: String,
}

/// Status and body, by `METHOD /path`; the last of several stays.
type Answers = BTreeMap<String, VecDeque<(u16, String)>>;

#[derive(Clone, Default)]
struct Told {
    answers: Arc<Mutex<Answers>>,
    calls: Arc<Mutex<Vec<Call>>>,
}

/// It lives as long as the test's runtime.
pub(crate) struct Standin {
    pub(crate) url: String,
    told: Told,
}

impl Standin {
    pub(crate) async fn start() -> Self {
        set_up_tls();
        let told = Told::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(told.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, told }
    }

    /// What to answer to a call; told again, what to answer after that.
    pub(crate) fn on(&self, call: &str, status: u16, body: &Value) -> &Self {
        self.on_text(call, status, &body.to_string())
    }

    pub(crate) fn on_text(&self, call: &str, status: u16, body: &str) -> &Self {
        let mut answers = self.told.answers.lock().unwrap();
        answers
            .entry(call.to_owned())
            .or_default()
            .push_back((status, body.to_owned()));
        drop(answers);
        self
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.told.calls.lock().unwrap().clone()
    }

    /// The calls' first lines.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.line).collect()
    }

    pub(crate) async fn client(&self) -> Client {
        let address = Address {
            url: self.url.parse().unwrap(),
            token: None,
            origin: Origin::Flag,
        };
        Client::open(vec![address]).await.unwrap()
    }
}

/// As the program does first of all; whichever test comes first does it for all.
pub(crate) fn set_up_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

async fn answer(State(told): State<Told>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    told.calls.lock().unwrap().push(Call {
        line: format!("{} {}", parts.method, parts.uri),
        authorization: parts
            .headers
            .get(AUTHORIZATION)
            .map(|value| value.to_str().unwrap().to_owned()),
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    let name = format!("{} {}", parts.method, parts.uri.path());
    let mut answers = told.answers.lock().unwrap();
    let found = answers.get_mut(&name).and_then(|queue| match queue.len() {
        0 | 1 => queue.front().cloned(),
        _ => queue.pop_front(),
    });
    drop(answers);
    let nothing = || {
        let error = json!({"error": {"message": format!("nothing at {name}"), "type": "invalid_request_error", "code": "not_found"}});
        (404, error.to_string())
    };
    let (status, body) = found.unwrap_or_else(nothing);
    let status = StatusCode::from_u16(status).unwrap();
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}

/// An answer as a client would have it.
pub(crate) fn answered(body: &Value) -> Answer {
    Answer {
        status: 200,
        text: body.to_string(),
    }
}
