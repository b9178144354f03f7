//! Providers for tests: the emulator, or one that says what the test wants, each on a port of its own.

#![allow(clippy::unwrap_used)]

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use bytes::Bytes;
use d8_emulator::{Emulator, Limit, Options, Tier};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::config::{Account, Config, Environment, LoadOptions, UserFolders};

/// The key of its accounts.
pub(crate) const KEY: &str = "test-key-1";

/// An emulator without limits, and an account of Groq on it.
pub(crate) async fn emulated() -> (Emulator, Account) {
    emulated_with(Vec::new()).await
}

/// An emulator with these limits, and an account of Groq on it.
pub(crate) async fn emulated_with(limits: Vec<Limit>) -> (Emulator, Account) {
    let emulator = Emulator::new(Options {
        tier: Tier::Custom(limits),
        ..Options::default()
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let account = account(&format!("http://{}", listener.local_addr().unwrap()));
    tokio::spawn(d8_emulator::serve(listener, emulator.clone(), std::future::pending()));
    (emulator, account)
}

/// An event of a stream.
pub(crate) fn event(data: &str) -> String {
    format!("data: {data}\n\n")
}

/// A provider whose next answer is made of what is sent here, as it is sent, and an account on it.
pub(crate) async fn scripted() -> (mpsc::UnboundedSender<String>, Account) {
    let (script, pieces) = mpsc::unbounded_channel::<String>();
    let pieces = std::sync::Arc::new(tokio::sync::Mutex::new(Some(pieces)));
    let answer = post(move || async move {
        let pieces = pieces.lock().await.take().unwrap();
        let body = futures_util::stream::unfold(pieces, |mut pieces| async {
            let piece = Bytes::from(pieces.recv().await?);
            Some((Ok::<_, std::io::Error>(piece), pieces))
        });
        Body::from_stream(body)
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let account = account(&format!("http://{}", listener.local_addr().unwrap()));
    let routes = Router::new().route("/openai/v1/chat/completions", answer);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (script, account)
}

/// An account of Groq at this origin.
pub(crate) fn account(origin: &str) -> Account {
    // The first test of a process does it for all of them.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let text = format!(
        "[[account]]\nname = \"groq\"\nprovider = \"groq\"\napi_key = \"{KEY}\"\nbase_url = \"{origin}/openai/v1\"\n"
    );
    let options = LoadOptions {
        config_path: None,
        cwd: std::env::current_dir().unwrap(),
        env: Environment::default(),
        folders: UserFolders::default(),
        now: Clock::start().now(),
    };
    Config::from_text(&text, options).unwrap().accounts.remove(0)
}
