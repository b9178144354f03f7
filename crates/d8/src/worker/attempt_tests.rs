//! Attempts as they go over a socket: whole answers, answers in pieces, and what breaks off.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use d8_core::message::Outcome;
use d8_core::time::Timestamp;
use d8_emulator::FaultKind;
use d8_wire::ChatRequest;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::attempt::{self, Concluded, Job};
use super::test_provider::{KEY, emulated, event, scripted};
use super::{Provider, Tally};
use crate::clock::Clock;
use crate::config::Account;

const MODEL: &str = "llama-3.3-70b-versatile";
const FIRST: &str =
    r#"{"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"he"},"finish_reason":null}]}"#;
const SECOND: &str = r#"{"id":"c","choices":[{"index":0,"delta":{"content":"llo"},"finish_reason":"stop"}]}"#;

fn job() -> Job {
    let request = ChatRequest::from_prompt("say something").with("max_tokens", &Value::from(20));
    Job {
        request: Arc::new(request),
        model: MODEL.to_owned(),
        send_by: Timestamp::MAX,
        sink: None,
        stop: CancellationToken::new(),
    }
}

fn streaming() -> (Job, mpsc::Receiver<Bytes>) {
    let (sink, chunks) = mpsc::channel(64);
    let job = Job {
        sink: Some(sink),
        ..job()
    };
    (job, chunks)
}

async fn run(account: &Account, job: Job) -> Concluded {
    let provider = Provider::new(account, 1).unwrap();
    attempt::run(&provider, &job, Clock::start(), &Tally::default()).await
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

fn result(concluded: &Concluded) -> Value {
    json(&concluded.result.as_ref().unwrap().body)
}

async fn all(mut chunks: mpsc::Receiver<Bytes>) -> Vec<Value> {
    let mut taken = Vec::new();
    while let Some(chunk) = chunks.recv().await {
        taken.push(json(&chunk));
    }
    taken
}

fn text(chunks: &[Value]) -> String {
    let texts = chunks
        .iter()
        .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str());
    texts.collect()
}

#[tokio::test]
async fn a_whole_answer_is_kept_with_what_it_took() {
    let (_, account) = emulated().await;
    let concluded = run(&account, job()).await;
    let Outcome::Answered(Some(usage)) = concluded.report.outcome else {
        panic!("{concluded:?}")
    };
    assert!(usage.input_tokens > 0 && usage.output_tokens > 0);
    assert_eq!(result(&concluded)["object"], "chat.completion");
    assert!(concluded.sent_at.is_some() && concluded.date.is_some() && concluded.report.clock.is_some());
}

#[tokio::test]
async fn a_stream_is_passed_on_and_kept_as_a_completion() {
    let (_, account) = emulated().await;
    let (job, chunks) = streaming();
    let (concluded, chunks) = tokio::join!(run(&account, job), all(chunks));
    let whole = result(&concluded);
    assert!(chunks.len() > 2);
    assert_eq!(whole["object"], "chat.completion");
    assert_eq!(whole["choices"][0]["message"]["content"], text(&chunks));
    let Outcome::Answered(Some(usage)) = concluded.report.outcome else {
        panic!("{concluded:?}")
    };
    assert_eq!(whole["usage"]["prompt_tokens"], usage.input_tokens);
    let asked_for = |chunk: &Value| !chunk["choices"].as_array().unwrap().is_empty();
    assert!(chunks.iter().all(asked_for), "nobody asked for the usage: {chunks:?}");
}

#[tokio::test]
async fn the_usage_goes_to_a_client_that_asked_for_it() {
    let (_, account) = emulated().await;
    let (job, chunks) = streaming();
    let options = serde_json::json!({"include_usage": true});
    let job = Job {
        request: Arc::new(job.request.with("stream_options", &options)),
        ..job
    };
    let (_, chunks) = tokio::join!(run(&account, job), all(chunks));
    assert!(chunks.last().unwrap()["usage"]["prompt_tokens"].is_u64());
}

#[tokio::test]
async fn each_piece_is_passed_on_before_the_next_one_comes() {
    let (script, account) = scripted().await;
    let (job, mut chunks) = streaming();
    let running = tokio::spawn(async move { run(&account, job).await });
    for piece in [FIRST, SECOND] {
        script.send(event(piece)).unwrap();
        assert_eq!(chunks.recv().await.unwrap(), piece.as_bytes());
    }
    script.send(event("[DONE]")).unwrap();
    let concluded = running.await.unwrap();
    assert_eq!(result(&concluded)["choices"][0]["message"]["content"], "hello");
    assert_eq!(concluded.report.outcome, Outcome::Answered(None));
}

#[tokio::test]
async fn a_stream_that_breaks_off_after_its_first_piece_ends_the_task() {
    let (emulator, account) = emulated().await;
    emulator.fail_next(FaultKind::Cut, 1, None);
    let (job, chunks) = streaming();
    let (concluded, chunks) = tokio::join!(run(&account, job), all(chunks));
    assert!(!chunks.is_empty());
    assert_eq!(concluded.report.outcome, Outcome::Cut);
    assert!(result(&concluded)["error"]["message"].is_string());
}

#[tokio::test]
async fn a_whole_answer_that_breaks_off_is_a_fault() {
    let (emulator, account) = emulated().await;
    emulator.fail_next(FaultKind::Cut, 1, None);
    let concluded = run(&account, job()).await;
    assert_eq!(concluded.report.outcome, Outcome::Fault { sent: true });
}

#[tokio::test]
async fn a_failure_before_the_first_piece_lets_another_attempt_follow() {
    let (emulator, account) = emulated().await;
    emulator.fail_next(FaultKind::Unavailable, 1, None);
    let (job, chunks) = streaming();
    let (concluded, chunks) = tokio::join!(run(&account, job), all(chunks));
    assert!(chunks.is_empty());
    assert!(matches!(concluded.report.outcome, Outcome::Overloaded { .. }));
}

#[tokio::test]
async fn a_stream_that_falls_silent_is_over() {
    let (script, account) = scripted().await;
    let (job, chunks) = streaming();
    script.send(event(FIRST)).unwrap();
    let provider = Provider::with_silence(&account, 1, Duration::from_millis(300)).unwrap();
    let (concluded, chunks) = tokio::join!(
        // The job goes with the attempt, so that its chunks end with it.
        async move { attempt::run(&provider, &job, Clock::start(), &Tally::default()).await },
        all(chunks)
    );
    assert_eq!(text(&chunks), "he");
    assert_eq!(concluded.report.outcome, Outcome::Cut);
    drop(script);
}

#[tokio::test]
async fn an_error_within_a_stream_shows_no_key() {
    let (script, account) = scripted().await;
    let (job, chunks) = streaming();
    script.send(event(FIRST)).unwrap();
    script
        .send(event(r#"{"error":{"message":"test-key-1 is at its end"}}"#))
        .unwrap();
    let (concluded, _) = tokio::join!(run(&account, job), all(chunks));
    assert_eq!(concluded.report.outcome, Outcome::Cut);
    let words = result(&concluded).to_string();
    assert!(words.contains("is at its end") && !words.contains(KEY), "{words}");
}

#[tokio::test]
async fn what_nobody_wants_any_more_is_dropped_at_once() {
    let (emulator, account) = emulated().await;
    emulator.fail_next(FaultKind::Hang, 2, None);
    let (job, chunks) = streaming();
    let stop = job.stop.clone();
    let (concluded, ()) = tokio::join!(run(&account, job), async { stop.cancel() });
    assert!(matches!(
        concluded.report.outcome,
        Outcome::Fault { sent: true } | Outcome::GivenBack
    ));
    drop(chunks);
    let (job, chunks) = streaming();
    let (concluded, ()) = tokio::join!(run(&account, job), async { drop(chunks) });
    assert_eq!(concluded.report.outcome, Outcome::Fault { sent: true });
}

#[tokio::test]
async fn a_reader_that_goes_in_the_middle_ends_the_connection() {
    let (script, account) = scripted().await;
    let (job, mut chunks) = streaming();
    let running = tokio::spawn(async move { run(&account, job).await });
    script.send(event(FIRST)).unwrap();
    chunks.recv().await.unwrap();
    drop(chunks);
    assert_eq!(running.await.unwrap().report.outcome, Outcome::Fault { sent: true });
    // The provider's side of the connection is gone.
    script.closed().await;
}

#[tokio::test]
async fn nothing_is_sent_too_late() {
    let (emulator, account) = emulated().await;
    let job = Job {
        send_by: Timestamp::EPOCH,
        ..job()
    };
    let concluded = run(&account, job).await;
    assert_eq!(concluded.report.outcome, Outcome::GivenBack);
    assert_eq!(concluded.sent_at, None);
    assert_eq!(emulator.score().totals.accepted, 0);
}
