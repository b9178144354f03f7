//! The tasks API as its users meet it: through the router, on a store of the test's own.

#![allow(clippy::unwrap_used, clippy::panic)]

mod change;
mod lines;
mod look;
mod refused;
mod repeated;
mod submit;
mod together;
mod worked;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, StatusCode};
use d8_core::id::TaskId;
use d8_emulator::{Emulator, Options, Tier};
use d8_store::Payload;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use utoipa_axum::router::OpenApiRouter;

use crate::clock::Clock;
use crate::config::{Config, Environment, LoadOptions, UserFolders};
use crate::orchestrator::{Opened, Opening, Scope};
use crate::server::app::App;
use crate::server::guard::Guard;
use crate::server::{groups, ids, layers, openapi, tasks};

const MODEL: &str = "llama-3.3-70b-versatile";

/// An orchestrator with one account, and its API. Until it begins, tasks only gather.
struct Site {
    folder: TempDir,
    text: String,
    opened: Opened,
    app: Arc<App>,
    router: Router,
}

/// An answer.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    body: Value,
    retry_after: Option<String>,
}

impl Answer {
    async fn read(response: Response<Body>) -> Self {
        let status = response.status();
        let retry_after = response.headers().get("retry-after");
        let retry_after = retry_after.map(|value| value.to_str().unwrap().to_owned());
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Self {
            status,
            body,
            retry_after,
        }
    }

    /// The object of a call that went well.
    fn ok(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// The message of a call that was refused so.
    fn refused(self, status: u16, code: &str) -> String {
        assert_eq!(
            (self.status.as_u16(), &self.body["error"]["code"]),
            (status, &json!(code)),
            "{}",
            self.body
        );
        self.body["error"]["message"].as_str().unwrap().to_owned()
    }
}

impl Site {
    /// Nothing answers at the account's provider, and nothing is begun.
    async fn still() -> Self {
        Self::with("").await
    }

    async fn with(settings: &str) -> Self {
        Self::at("http://127.0.0.1:9", settings).await
    }

    /// At a provider that answers everything, and begun.
    async fn working(settings: &str) -> (Emulator, Self) {
        let emulator = Emulator::new(Options {
            tier: Tier::Unlimited,
            ..Options::default()
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(d8_emulator::serve(listener, emulator.clone(), std::future::pending()));
        let site = Self::at(&origin, settings).await;
        site.opened.handle.begin().unwrap();
        (emulator, site)
    }

    async fn at(origin: &str, settings: &str) -> Self {
        let text = format!(
            "[[account]]\nname = \"groq\"\nprovider = \"groq\"\napi_key = \"test-key-1\"\nmodels = [\"{MODEL}\"]\n\
             base_url = \"{origin}/openai/v1\"\nlimits = []\n\
             [[route]]\nname = \"fast\"\nprimary = [\"groq/{MODEL}\"]\n\
             [store]\nurl = \"sqlite:q.db\"\n{settings}\n"
        );
        Self::open(tempfile::tempdir().unwrap(), text)
    }

    fn open(folder: TempDir, text: String) -> Self {
        // The first test of a process does it for all of them.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let opening = Opening {
            config: Arc::new(config(folder.path(), &text)),
            scope: Scope::Everything,
            clock: Clock::start(),
            speed: 1,
        };
        let opened = opening.open().unwrap();
        let app = App::new(&opened, CancellationToken::new());
        let routes = OpenApiRouter::new().merge(tasks::routes()).merge(groups::routes());
        let router = layers(
            openapi::documented(routes).with_state(app.clone()),
            Guard::new(None, []),
        );
        Self {
            folder,
            text,
            opened,
            app,
            router,
        }
    }

    /// The process ends and another one begins on its store.
    async fn again(self) -> Self {
        let Self {
            folder, text, opened, ..
        } = self;
        let Opened { running, hold, .. } = opened;
        let stopped = tokio::task::spawn_blocking(move || running.stop()).await;
        stopped.unwrap().unwrap();
        drop(hold);
        Self::open(folder, text)
    }

    async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str) -> Answer {
        Answer::read(self.send(request("GET", path, &[], Body::empty())).await).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_with(path, &[], body.to_string()).await
    }

    async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        Answer::read(self.send(request("POST", path, headers, body)).await).await
    }

    /// Hands a task in; its name.
    async fn submit(&self, task: Value) -> String {
        let task = self.post("/api/tasks", task).await.ok(201);
        task["task_id"].as_str().unwrap().to_owned()
    }

    /// Hands in a task that only says something.
    async fn say(&self, prompt: &str) -> String {
        self.submit(json!({"prompt": prompt})).await
    }

    /// The status of each of these.
    async fn statuses(&self, tasks: &[String]) -> Vec<String> {
        let mut statuses = Vec::new();
        for task in tasks {
            let task = self.get(&format!("/api/tasks/{task}")).await.ok(200);
            statuses.push(task["status"].as_str().unwrap().to_owned());
        }
        statuses
    }

    /// How many tasks there are.
    async fn count(&self) -> u64 {
        self.app.library.ask(|reader| reader.totals()).await.unwrap().total
    }

    /// A task's request as it is kept.
    async fn payload(&self, task: &str) -> Payload {
        let id: TaskId = ids::parse(task).unwrap();
        let payload = self.app.library.ask(move |reader| reader.payload(id)).await;
        payload.unwrap().unwrap()
    }

    async fn body_of(&self, task: &str) -> String {
        String::from_utf8(self.payload(task).await.body).unwrap()
    }
}

fn config(folder: &Path, text: &str) -> Config {
    let options = LoadOptions {
        config_path: None,
        cwd: folder.to_owned(),
        env: Environment::default(),
        folders: UserFolders::default(),
        now: Clock::start().now(),
    };
    Config::from_text(text, options).unwrap()
}

/// A request from this machine to itself.
fn request(method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost:5000");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let peer: std::net::SocketAddr = "127.0.0.1:40000".parse().unwrap();
    request.extension(ConnectInfo(peer)).body(body.into()).unwrap()
}

/// Fails a test that would hang; nothing that is waited for takes that long.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.unwrap()
}

/// Waits until something holds.
async fn until(mut holds: impl AsyncFnMut() -> bool) {
    soon(async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}
