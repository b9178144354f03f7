//! A server with nothing but this door, its store in a folder of its own, and a client.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use d8_emulator::{Emulator, Options};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::hand::Hand;
use crate::clock::Clock;
use crate::config::{Config, Environment, LoadOptions, UserFolders};
use crate::orchestrator::{Opened, Opening, Scope};
use crate::server::app::App;
use crate::server::chat::{self, Orphans};
use crate::server::{Guard, layers, listen};

pub(super) const MODEL: &str = "llama-3.3-70b-versatile";

pub(super) struct Door {
    pub(super) app: Arc<App>,
    pub(super) address: SocketAddr,
    client: reqwest::Client,
    opened: Option<Opened>,
    _folder: TempDir,
}

/// An answer as it begins.
pub(super) type Reply = Response;

/// A whole answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) body: Value,
}

/// What an account of d8.toml may do, and where its provider is.
pub(super) struct Account<'a> {
    pub(super) origin: &'a str,
    pub(super) limits: &'a str,
    /// Before the account.
    pub(super) more: &'a str,
}

impl Account<'_> {
    fn config(&self, folder: &TempDir) -> Config {
        let Self { origin, limits, more } = self;
        let text = format!(
            "{more}\n[store]\nurl = \"sqlite:d8.db\"\n[[account]]\nname = \"groq\"\nprovider = \"groq\"\n\
             api_key = \"test-key-1\"\nbase_url = \"{origin}/openai/v1\"\nmodels = [\"{MODEL}\"]\n\
             limits = {limits}\n"
        );
        let options = LoadOptions {
            config_path: None,
            cwd: folder.path().to_owned(),
            env: Environment::default(),
            folders: UserFolders::default(),
            now: Clock::start().now(),
        };
        Config::from_text(&text, options).unwrap()
    }

    fn opening(&self, folder: &TempDir) -> Opening {
        Opening {
            config: Arc::new(self.config(folder)),
            scope: Scope::Everything,
            clock: Clock::start(),
            speed: 1,
        }
    }
}

impl Door {
    /// Before an emulated provider; `limits` as d8.toml has them.
    pub(super) async fn emulated(options: Options, limits: &str) -> (Self, Emulator) {
        let emulator = Emulator::new(options);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(d8_emulator::serve(listener, emulator.clone(), std::future::pending()));
        (Self::before(&origin, limits).await, emulator)
    }

    /// Before the provider that listens there.
    pub(super) async fn before(origin: &str, limits: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        install_crypto();
        let account = Account {
            origin,
            limits,
            more: "",
        };
        let opened = account.opening(&folder).open().unwrap();
        Self::serve(opened, folder, Orphans::default()).await
    }

    /// Before a worker that does what the test says; clients that hung up are remembered for so long.
    pub(super) async fn by_hand(limits: &str, more: &str, orphans: Orphans) -> (Self, Hand) {
        let folder = tempfile::tempdir().unwrap();
        let account = Account {
            origin: "http://127.0.0.1:9",
            limits,
            more,
        };
        let (errands, hand) = Hand::hired();
        let opened = account.opening(&folder).open_with(|_, _| Ok(errands.clone())).unwrap();
        let door = Self::serve(opened, folder, orphans).await;
        let hand = hand.of(&door.app);
        (door, hand)
    }

    async fn serve(opened: Opened, folder: TempDir, orphans: Orphans) -> Self {
        install_crypto();
        let shutdown = CancellationToken::new();
        let mut app = App::new(&opened, shutdown);
        Arc::get_mut(&mut app).unwrap().orphans = orphans;
        opened.handle.begin().unwrap();
        let listeners = listen::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listeners[0].local_addr().unwrap();
        let grace = std::time::Duration::ZERO;
        let never = CancellationToken::new();
        tokio::spawn(listen::serve(listeners, router(&app), never, grace));
        Self {
            app,
            address,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            opened: Some(opened),
            _folder: folder,
        }
    }

    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("http://{}{path}", self.address))
    }

    /// A chat request that can still be given headers.
    pub(super) fn post(&self, body: &Value) -> RequestBuilder {
        let url = format!("http://{}/v1/chat/completions", self.address);
        self.client.post(url).body(body.to_string())
    }

    /// Sends a chat request and waits for its whole answer.
    pub(super) async fn ask(&self, body: &Value) -> Answer {
        answer(self.post(body)).await
    }
}

/// All the door's routes with what stands before them.
pub(super) fn router(app: &Arc<App>) -> Router {
    let (routes, _) = chat::routes().with_state(app.clone()).split_for_parts();
    layers(routes, Guard::new(None, []))
}

/// The first test of a process does it for all of them.
fn install_crypto() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

impl Drop for Door {
    fn drop(&mut self) {
        if let Some(opened) = self.opened.take() {
            let _ = opened.running.stop();
        }
    }
}

/// The whole answer to a request, which must be JSON.
pub(super) async fn answer(request: RequestBuilder) -> Answer {
    Answer::of(request.send().await.unwrap()).await
}

impl Answer {
    pub(super) async fn of(reply: Reply) -> Self {
        let status = reply.status().as_u16();
        let headers = reply.headers().clone();
        let bytes = reply.bytes().await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap();
        Self { status, headers, body }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(super) fn text(&self) -> &str {
        assert_eq!(self.status, StatusCode::OK.as_u16(), "{}", self.body);
        self.body["choices"][0]["message"]["content"].as_str().unwrap()
    }

    pub(super) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }
}
