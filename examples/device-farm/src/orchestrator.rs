//! D8 as anybody reaches it over HTTP: the calls of a worker, of a client that hands work in, and of one that asks a model.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// How long a poll waits for work, in seconds.
pub(crate) const POLL_SECONDS: u32 = 20;
/// How long a step may wait for quota before it is asked again, in seconds. The connection shows that nothing is lost.
const MOST_WAIT_SECONDS: u32 = 300;
/// Every other call is answered at once.
const SOON: Duration = Duration::from_secs(30);
const TO_CONNECT: Duration = Duration::from_secs(5);
/// Goals go before posts: a device that waits holds up its whole test.
const PRIORITY: u8 = 7;

/// A way to one orchestrator.
#[derive(Clone, Debug)]
pub(crate) struct Orchestrator {
    http: Client,
    base: String,
    token: Option<String>,
}

/// Why a call brought nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// Nobody answers, or it is about to stop: worth another try.
    Away(String),
    /// It waited for quota for as long as it was allowed: worth another try.
    StillWaiting,
    /// It says no.
    Refused(String),
}

/// A task as a worker gets it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Task {
    pub(crate) task_id: String,
    /// As it was handed in.
    pub(crate) data: Value,
}

/// What a model answered.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) content: String,
    /// How long it waited for quota.
    pub(crate) waited: Duration,
}

/// How a task stands.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Standing {
    pub(crate) status: String,
    /// What the worker reported.
    #[serde(default)]
    pub(crate) result: Value,
}

#[derive(Deserialize)]
struct Polled {
    task: Option<Task>,
}

#[derive(Deserialize)]
struct Submitted {
    task_id: String,
}

impl Orchestrator {
    /// The one at this URL; `http://d8:TOKEN@host:5000` carries a token too.
    ///
    /// # Errors
    /// In words, where the URL is none.
    pub(crate) fn at(url: &str, token: Option<String>) -> Result<Self, String> {
        let base = url.trim_end_matches('/').to_owned();
        let parsed = reqwest::Url::parse(&base).map_err(|error| format!("`{url}` is no URL: {error}"))?;
        let is_local = matches!(parsed.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let client = Client::builder().connect_timeout(TO_CONNECT);
        // A proxy of the user's is for the world outside.
        let client = if is_local { client.no_proxy() } else { client };
        let http = client.build().map_err(|error| format!("no HTTP client: {error}"))?;
        Ok(Self { http, base, token })
    }

    /// A worker begins. It takes tasks of this type and no others.
    pub(crate) async fn register(&self, worker: &str, task_type: &str, about: &Value) -> Result<(), Trouble> {
        let capabilities = json!({"task_types": [task_type], "only_task_types": true, "device": about});
        let body = json!({"worker_id": worker, "worker_type": "device", "capabilities": capabilities});
        self.post::<Value>("/api/workers/register", &body).await.map(drop)
    }

    /// Waits for a task, for [`POLL_SECONDS`] at most.
    pub(crate) async fn poll(&self, worker: &str) -> Result<Option<Task>, Trouble> {
        let path = format!("/api/workers/{worker}/tasks?wait={POLL_SECONDS}");
        let patience = SOON + Duration::from_secs(u64::from(POLL_SECONDS));
        let polled: Polled = said(self.call(Method::GET, &path).timeout(patience)).await?;
        Ok(polled.task)
    }

    /// Gives a sign of life; what the worker holds stays its own.
    pub(crate) async fn heartbeat(&self, worker: &str) -> Result<(), Trouble> {
        let path = format!("/api/workers/{worker}/heartbeat");
        self.post::<Value>(&path, &json!({})).await.map(drop)
    }

    /// Says what became of a task.
    pub(crate) async fn report(&self, worker: &str, task: &str, result: &Value) -> Result<(), Trouble> {
        let path = format!("/api/workers/{worker}/result");
        let body = json!({"task_id": task, "result": result});
        self.post::<Value>(&path, &body).await.map(drop)
    }

    /// A worker goes.
    pub(crate) async fn unregister(&self, worker: &str) -> Result<(), Trouble> {
        let body = json!({"worker_id": worker});
        self.post::<Value>("/api/workers/unregister", &body).await.map(drop)
    }

    /// Asks a model, in the name of a client; waits for quota.
    pub(crate) async fn ask(&self, client: &str, request: &Value) -> Result<Asked, Trouble> {
        let sent = self
            .call(Method::POST, "/v1/chat/completions")
            .timeout(SOON * 4 + Duration::from_secs(u64::from(MOST_WAIT_SECONDS)))
            .header("x-d8-client", client)
            .header("x-d8-max-wait", MOST_WAIT_SECONDS.to_string())
            .header("x-d8-priority", PRIORITY.to_string())
            .json(request);
        let response = sent.send().await.map_err(|error| away(&error))?;
        let queued = response.headers().get("x-d8-queued-ms");
        let queued = queued.and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0);
        let completion: Value = read(response).await?;
        let content = &completion["choices"][0]["message"]["content"];
        Ok(Asked {
            content: content.as_str().unwrap_or_default().to_owned(),
            waited: Duration::from_millis(queued),
        })
    }

    /// Hands a task in; gives its id.
    pub(crate) async fn submit(&self, task_type: &str, data: &Value) -> Result<String, Trouble> {
        let body = json!({"type": task_type, "priority": PRIORITY, "data": data});
        let submitted: Submitted = self.post("/api/tasks/submit", &body).await?;
        Ok(submitted.task_id)
    }

    /// How a task stands.
    pub(crate) async fn standing(&self, task: &str) -> Result<Standing, Trouble> {
        let path = format!("/api/tasks/status/{task}");
        said(self.call(Method::GET, &path).timeout(SOON)).await
    }

    /// Takes a task back.
    pub(crate) async fn cancel(&self, task: &str) -> Result<(), Trouble> {
        let path = format!("/api/tasks/{task}/cancel");
        self.post::<Value>(&path, &json!({})).await.map(drop)
    }

    /// Any of its pages as JSON.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, Trouble> {
        said(self.call(Method::GET, path).timeout(SOON)).await
    }

    fn call(&self, method: Method, path: &str) -> RequestBuilder {
        let call = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => call.bearer_auth(token),
            None => call,
        }
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, Trouble> {
        said(self.call(Method::POST, path).timeout(SOON).json(body)).await
    }
}

async fn said<T: DeserializeOwned>(call: RequestBuilder) -> Result<T, Trouble> {
    read(call.send().await.map_err(|error| away(&error))?).await
}

async fn read<T: DeserializeOwned>(response: reqwest::Response) -> Result<T, Trouble> {
    let status = response.status();
    let text = response.text().await.map_err(|error| away(&error))?;
    if status.is_success() {
        return serde_json::from_str(&text)
            .map_err(|error| Trouble::Refused(format!("an answer that is none: {error}")));
    }
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    let error = &body["error"];
    let message = error["message"].as_str().unwrap_or(&text);
    Err(match (status, error["code"].as_str()) {
        (StatusCode::TOO_MANY_REQUESTS, Some("d8_max_wait")) => Trouble::StillWaiting,
        (status, _) if status.is_server_error() => Trouble::Away(message.to_owned()),
        (status, _) => Trouble::Refused(format!("{}: {message}", status.as_u16())),
    })
}

/// The innermost cause says most.
fn away(error: &reqwest::Error) -> Trouble {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Trouble::Away(cause.to_string())
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Away(why) => write!(f, "the orchestrator does not answer: {why}"),
            Self::StillWaiting => write!(f, "no account had room for it within {MOST_WAIT_SECONDS} s"),
            Self::Refused(why) => write!(f, "the orchestrator says no: {why}"),
        }
    }
}
