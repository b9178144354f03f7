//! The door over real sockets: before the emulator, or before a worker that does what the test says.

#![allow(clippy::unwrap_used, clippy::panic)]

mod door;
mod hand;
mod headers;
mod models;
mod orphans;
mod plain;
mod quiet;
mod stream;

use std::time::Duration;

use serde_json::{Value, json};

use door::{Answer, Door, MODEL, Reply};
use hand::Hand;

/// A request for one prompt.
fn chat(prompt: &str) -> Value {
    json!({"model": MODEL, "messages": [{"role": "user", "content": prompt}], "max_tokens": 16})
}

/// The same, wanted in pieces.
fn streamed(prompt: &str) -> Value {
    let mut body = chat(prompt);
    body["stream"] = json!(true);
    body
}

/// What a worker says, as a completion.
fn completion(text: &str) -> Value {
    json!({"id": "c1", "object": "chat.completion", "created": 5, "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}})
}

/// Waits until something holds; only a defect waits long.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let patience = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let held = tokio::time::timeout(Duration::from_secs(20), patience).await;
    assert!(held.is_ok(), "{what}: this did not happen");
}
