//! The calls to the orchestrator: each is made once; whether it is made again, others decide.

use std::time::Duration;

use d8_core::time::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Body, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Address;
use crate::clock::Clock;
use crate::protocol::{AttemptName, Heartbeat, HeartbeatAnswer, PollAnswer, Registration, Welcome, WorkReport};
use crate::text;
use crate::worker::no_reply::what_happened;
use crate::worker::provider::client_builder;

/// A call that is answered at once takes no longer.
const SHORT: Duration = Duration::from_secs(15);
/// A report may be large and its way slow.
const REPORT: Duration = Duration::from_secs(120);
/// So much longer than it is to wait, a long poll may take.
const POLL_MORE: Duration = Duration::from_secs(15);

/// Why a call brought nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum NoAnswer {
    /// Nobody is there, or can answer now: it may be tried again.
    Away(String),
    /// It answered, and not with what was asked for.
    Refused {
        /// Its HTTP status.
        status: u16,
        /// Its words.
        message: String,
    },
}

/// The way to one orchestrator, for one life of a worker.
pub(super) struct Link {
    client: reqwest::Client,
    address: Address,
    /// Below it are the worker's own calls.
    own: String,
    incarnation: String,
    clock: Clock,
}

impl Link {
    /// Fails where no HTTP client can be made.
    pub(super) fn new(address: Address, worker: &str, incarnation: String, clock: Clock) -> Result<Self, String> {
        let mut headers = reqwest::header::HeaderMap::new();
        if let Some(value) = address.authorization()? {
            headers.insert(AUTHORIZATION, value);
        }
        let client = client_builder(address.is_here()).default_headers(headers).build();
        let id = utf8_percent_encode(worker, NON_ALPHANUMERIC);
        Ok(Self {
            client: client.map_err(|error| text!("worker-no-client", why = error.to_string()))?,
            own: format!("{}/api/workers/{id}", address.origin()),
            address,
            incarnation,
            clock,
        })
    }

    /// What it is called when it is spoken of.
    pub(super) fn origin(&self) -> &str {
        self.address.origin()
    }

    pub(super) fn incarnation(&self) -> &str {
        &self.incarnation
    }

    pub(super) async fn register(&self, registration: &Registration) -> Result<Welcome, NoAnswer> {
        let url = format!("{}/api/workers/register", self.address.origin());
        let call = self.client.post(url).json(registration).timeout(SHORT);
        read(answered(call).await?).await
    }

    /// Waits for jobs, and tells when they came: their time counts from there.
    pub(super) async fn poll(&self, free: usize, wait: Duration) -> Result<(PollAnswer, Timestamp), NoAnswer> {
        let url = format!(
            "{}/tasks?incarnation={}&free={free}&wait={}",
            self.own,
            self.incarnation,
            wait.as_secs()
        );
        let response = answered(self.client.get(url).timeout(wait + POLL_MORE)).await?;
        let arrived = self.clock.now();
        Ok((read(response).await?, arrived))
    }

    pub(super) async fn heartbeat(&self, attempts: Vec<AttemptName>) -> Result<HeartbeatAnswer, NoAnswer> {
        let incarnation = self.incarnation.clone();
        let beat = Heartbeat { incarnation, attempts };
        let call = self.client.post(format!("{}/heartbeat", self.own)).json(&beat);
        read(answered(call.timeout(SHORT)).await?).await
    }

    pub(super) async fn report(&self, report: &WorkReport) -> Result<(), NoAnswer> {
        let call = self.client.post(format!("{}/result", self.own)).json(report);
        answered(call.timeout(REPORT)).await.map(drop)
    }

    /// Sends a body for as long as it takes.
    pub(super) async fn chunks(&self, name: &AttemptName, body: Body) -> Result<(), NoAnswer> {
        let url = format!(
            "{}/tasks/{}/chunks?incarnation={}&attempt={}",
            self.own,
            utf8_percent_encode(&name.task_id, NON_ALPHANUMERIC),
            self.incarnation,
            name.attempt
        );
        let call = self.client.post(url).header(CONTENT_TYPE, "application/x-ndjson");
        answered(call.body(body)).await.map(drop)
    }

    pub(super) async fn unregister(&self) -> Result<(), NoAnswer> {
        let words = json!({ "incarnation": self.incarnation });
        let call = self.client.post(format!("{}/unregister", self.own)).json(&words);
        answered(call.timeout(SHORT)).await.map(drop)
    }
}

/// A response that says yes.
async fn answered(call: RequestBuilder) -> Result<Response, NoAnswer> {
    let response = call
        .send()
        .await
        .map_err(|error| NoAnswer::Away(what_happened(&error)))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let message = words(&response.bytes().await.unwrap_or_default());
    let passing = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    // 501 is the word of a server of another kind.
    let may_come_back = status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED;
    if may_come_back || passing.contains(&status) {
        return Err(NoAnswer::Away(format!("HTTP {status}: {message}")));
    }
    let message = if message.is_empty() {
        format!("HTTP {status}")
    } else {
        message
    };
    Err(NoAnswer::Refused {
        status: status.as_u16(),
        message,
    })
}

/// An error's words: those of its JSON, else the beginning of its text on one line.
fn words(body: &[u8]) -> String {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = &json["error"];
    match error["message"].as_str().or_else(|| error.as_str()) {
        Some(message) => message.to_owned(),
        None if body.trim_ascii().starts_with(b"<") => text!("worker-page-for-people"),
        None => {
            let text = String::from_utf8_lossy(body);
            let words: Vec<&str> = text.split_whitespace().collect();
            words.join(" ").chars().take(200).collect()
        }
    }
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, NoAnswer> {
    let status = response.status().as_u16();
    let body = response
        .bytes()
        .await
        .map_err(|error| NoAnswer::Away(what_happened(&error)))?;
    serde_json::from_slice(&body).map_err(|_| NoAnswer::Refused {
        status,
        message: text!("worker-answers-otherwise"),
    })
}
