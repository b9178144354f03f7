//! Answers in pieces.

use d8_emulator::{MINUTE, Options, mark};
use serde_json::{Value, json};

use crate::client::Server;

fn chat(model: &str, options: Option<Value>) -> Value {
    let mut body = json!({"model": model, "stream": true, "messages": [{"role": "user", "content": "Say hello"}]});
    if let Some(options) = options {
        body["stream_options"] = options;
    }
    body
}

/// The chunks of an OpenAI stream, and their text.
fn chunks(events: &[String]) -> (Vec<Value>, String) {
    assert_eq!(events.last().map(String::as_str), Some("[DONE]"));
    let chunks: Vec<Value> = events[..events.len() - 1]
        .iter()
        .map(|data| serde_json::from_str(data).unwrap())
        .collect();
    let text = chunks
        .iter()
        .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str())
        .collect();
    (chunks, text)
}

#[tokio::test]
async fn groq_tells_its_usage_on_the_last_chunk_unasked() {
    let server = Server::start(Options::default()).await;
    let answer = server.groq("test-key-1", &chat("llama-3.3-70b-versatile", None)).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.header("x-ratelimit-remaining-requests"), Some("999"));
    let (chunks, text) = chunks(&answer.events());
    assert!(text.contains(&mark("Say hello")));
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    assert_eq!(chunks[0]["x_groq"]["id"], answer.header("x-request-id").unwrap());
    let last = chunks.last().unwrap();
    assert_eq!(last["choices"][0]["finish_reason"], "stop");
    assert!(last["x_groq"]["usage"]["total_tokens"].as_u64().unwrap() > 0);
    assert!(chunks[1].get("x_groq").is_none());
    server.stop().await;
}

#[tokio::test]
async fn openai_adds_a_chunk_without_choices_when_usage_is_asked_for() {
    let server = Server::start(Options::default()).await;
    let plain = server.openai("test-key-1", &chat("gpt-4o-mini", None)).await;
    assert!(
        chunks(&plain.events())
            .0
            .iter()
            .all(|chunk| chunk.get("usage").is_none())
    );
    let asked = server
        .openai("test-key-1", &chat("gpt-4o-mini", Some(json!({"include_usage": true}))))
        .await;
    let (chunks, _) = chunks(&asked.events());
    let (last, others) = chunks.split_last().unwrap();
    assert!(last["choices"].as_array().unwrap().is_empty() && last["usage"]["total_tokens"].is_u64());
    assert!(
        others
            .iter()
            .all(|chunk| chunk["usage"].is_null() && chunk.get("usage").is_some())
    );
    server.stop().await;
}

#[tokio::test]
async fn a_stream_settles_its_reservation_when_it_ends() {
    let server = Server::start(Options::default()).await;
    let mut body = chat("llama-3.3-70b-versatile", None);
    body["max_tokens"] = json!(8_000);
    let answer = server.groq("test-key-1", &body).await;
    assert_eq!(answer.header("x-ratelimit-remaining-tokens"), Some("3990"));
    body["max_tokens"] = json!(100);
    let next = server.groq("test-key-1", &body).await;
    let remaining: u64 = next.header("x-ratelimit-remaining-tokens").unwrap().parse().unwrap();
    assert!(remaining > 11_000, "{remaining}");
    server.stop().await;
}

#[tokio::test]
async fn gemini_streams_events_without_done_and_an_array_without_alt() {
    let server = Server::start(Options::default()).await;
    let body = json!({"contents": [{"parts": [{"text": "Say hello"}]}], "generationConfig": {"maxOutputTokens": 10}});
    let call = "gemini-2.5-flash:streamGenerateContent";
    let text = |responses: &[Value]| -> String {
        responses
            .iter()
            .filter_map(|one| one["candidates"][0]["content"]["parts"][0]["text"].as_str())
            .collect()
    };
    let streamed = server.gemini("test-key-1", &format!("{call}?alt=sse"), &body).await;
    let events: Vec<Value> = streamed
        .events()
        .iter()
        .map(|data| serde_json::from_str(data).unwrap())
        .collect();
    assert!(text(&events).contains(&mark("Say hello")));
    let (last, others) = events.split_last().unwrap();
    assert_eq!(last["candidates"][0]["finishReason"], "MAX_TOKENS");
    assert_eq!(last["usageMetadata"]["candidatesTokenCount"], 10);
    assert!(
        others
            .iter()
            .all(|event| event["candidates"][0].get("finishReason").is_none())
    );
    let array = server.gemini("test-key-1", call, &body).await;
    assert_eq!(array.header("content-type"), Some("application/json"));
    assert_eq!(text(array.json().as_array().unwrap()), text(&events));
    server.stop().await;
}

#[tokio::test]
async fn a_refusal_of_the_array_form_is_wrapped_in_an_array() {
    let server = Server::start(Options::default()).await;
    let body = json!({"contents": [{"parts": [{"text": "x"}]}]});
    let refused = server
        .gemini("test-key-1", "gemini-2.5-pro:streamGenerateContent", &body)
        .await;
    assert_eq!(
        (refused.status, refused.json()[0]["error"]["code"].clone()),
        (429, json!(429))
    );
    server.at(MINUTE);
    let bare = server
        .gemini("test-key-1", "gemini-2.5-pro:streamGenerateContent?alt=sse", &body)
        .await;
    assert_eq!(bare.json()["error"]["code"], 429);
    server.stop().await;
}
