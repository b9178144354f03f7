//! One task a line.

use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Site, request, soon, until};

const LINES: (&str, &str) = ("content-type", "application/x-ndjson");

async fn answers(site: &Site, headers: &[(&str, &str)], body: impl Into<Body>) -> Vec<Value> {
    let headers = [&[LINES], headers].concat();
    let response = site.send(request("POST", "/api/tasks", &headers, body)).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    let text = soon(axum::body::to_bytes(response.into_body(), usize::MAX))
        .await
        .unwrap();
    let text = String::from_utf8(text.to_vec()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Each answer in a word: its priority, or its line and code.
fn words(answers: &[Value]) -> Vec<String> {
    let word = |answer: &Value| match answer.get("line") {
        Some(line) => format!("{line} {}", answer["error"]["code"].as_str().unwrap()),
        None => answer["priority"].to_string(),
    };
    answers.iter().map(word).collect()
}

#[tokio::test]
async fn each_line_is_answered_in_its_place_and_a_bad_one_stops_nobody() {
    let site = Site::still().await;
    let body = "{\"prompt\":\"a\",\"priority\":1}\r\n\n{\"prompt\":\"b\",\"priority\":99}\nnonsense\n\
                {\"prompt\":\"c\",\"model\":\"watsonx\"}\n{\"prompt\":\"d\",\"priority\":2}\n[]\n\
                {\"prompt\":\"e\",\"deadline\":1000000000}\n{\"prompt\":\"f\",\"priority\":3}";
    let answers = answers(&site, &[], body).await;
    let expected = [
        "1",
        "3 invalid_field",
        "4 invalid_body",
        "5 model_not_found",
        "2",
        "7 invalid_body",
        "8 deadline_infeasible",
        "3",
    ];
    assert_eq!(words(&answers), expected);
    assert_eq!(site.count().await, 3);
}

#[tokio::test]
async fn every_name_for_lines_is_understood_and_json_is_not_taken_for_lines() {
    let site = Site::still().await;
    for name in ["application/jsonl", "Application/X-NDJSON; charset=utf-8"] {
        let headers = [("content-type", name)];
        let body = "{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}\n";
        let response = site.send(request("POST", "/api/tasks", &headers, body)).await;
        assert_eq!(response.headers()["content-type"], "application/x-ndjson", "{name}");
        drop(axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap());
    }
    let json = site
        .post_with("/api/tasks", &[("content-type", "application/json")], "{}\n{}")
        .await;
    json.refused(400, "invalid_json");
}

#[tokio::test]
async fn a_line_is_answered_while_more_are_to_come() {
    let site = Site::still().await;
    let (sender, pieces) = mpsc::unbounded_channel::<Result<Bytes, std::io::Error>>();
    let pieces = futures_util::stream::unfold(pieces, |mut pieces| async { Some((pieces.recv().await?, pieces)) });
    let response = site
        .send(request("POST", "/api/tasks", &[LINES], Body::from_stream(pieces)))
        .await;
    let mut answers = response.into_body().into_data_stream();
    for priority in [3, 4] {
        sender
            .send(Ok(Bytes::from(format!(
                "{{\"prompt\":\"a\",\"priority\":{priority}}}\n"
            ))))
            .unwrap();
        let answer = soon(answers.next()).await.unwrap().unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answer["priority"], priority);
    }
    sender.send(Err(std::io::Error::other("gone"))).unwrap();
    let last = soon(answers.next()).await.unwrap().unwrap();
    let last: Value = serde_json::from_slice(&last).unwrap();
    assert_eq!(
        (&last["line"], &last["error"]["code"]),
        (&json!(3), &json!("broken_body"))
    );
    assert!(soon(answers.next()).await.is_none());
}

#[tokio::test]
async fn many_lines_are_taken_in_though_nobody_reads_the_answers_yet() {
    let site = Site::still().await;
    let body: String = (0..1_200)
        .map(|number| {
            let deadline = if number == 700 { ",\"deadline\":1000000000" } else { "" };
            format!("{{\"prompt\":\"{number}\"{deadline}}}\n")
        })
        .collect();
    let response = site.send(request("POST", "/api/tasks", &[LINES], body)).await;
    until(async || site.count().await == 1_199).await;
    let text = soon(axum::body::to_bytes(response.into_body(), usize::MAX))
        .await
        .unwrap();
    let lines: Vec<Value> = text
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    assert_eq!(lines.len(), 1_200);
    assert_eq!(lines[700]["error"]["code"], "deadline_infeasible");
    let ids: Vec<u64> = lines
        .iter()
        .filter_map(|line| line["task_id"].as_str()?.strip_prefix("task_")?.parse().ok())
        .collect();
    assert_eq!(ids.len(), 1_199);
    assert!(ids.is_sorted(), "stored in the order of the lines");
}

#[tokio::test]
async fn a_queue_that_fills_takes_what_fits() {
    let site = Site::with("[server]\nmax_pending = 3").await;
    let body: String = (0..5).map(|_| "{\"prompt\":\"a\"}\n").collect();
    let answers = answers(&site, &[], body).await;
    assert_eq!(words(&answers), ["5", "5", "5", "4 queue_full", "5 queue_full"]);
}

#[tokio::test]
async fn lines_are_repeatable_by_their_own_keys_or_by_the_header() {
    let site = Site::still().await;
    let body = "{\"prompt\":\"a\"}\n{\"prompt\":\"b\",\"idempotency_key\":\"own\"}\n{\"prompt\":\"a\"}\n";
    let headers = [("idempotency-key", "night")];
    let first = answers(&site, &headers, body).await;
    let again = answers(&site, &headers, body).await;
    assert_eq!(first, again);
    assert_eq!(site.count().await, 3);
    let other = answers(
        &site,
        &[],
        "{\"prompt\":\"x\",\"idempotency_key\":\"own\"}\n{\"prompt\":\"y\",\"priority\":1}",
    )
    .await;
    assert_eq!(words(&other), ["1 idempotency_conflict", "1"]);
}

#[tokio::test]
async fn a_line_that_repeats_a_refused_one_shares_its_fate() {
    let site = Site::still().await;
    let late = "{\"prompt\":\"a\",\"idempotency_key\":\"k\",\"deadline\":1000000000}\n";
    let answers = answers(&site, &[], [late, late, "{\"prompt\":\"b\"}"].concat()).await;
    assert_eq!(words(&answers), ["1 deadline_infeasible", "2 deadline_infeasible", "5"]);
}

#[tokio::test]
async fn a_server_that_stops_says_so_and_ends_the_answer() {
    let site = Site::still().await;
    let (sender, pieces) = mpsc::unbounded_channel::<Result<Bytes, std::io::Error>>();
    let pieces = futures_util::stream::unfold(pieces, |mut pieces| async { Some((pieces.recv().await?, pieces)) });
    let response = site
        .send(request("POST", "/api/tasks", &[LINES], Body::from_stream(pieces)))
        .await;
    site.app.shutdown.cancel();
    let text = soon(axum::body::to_bytes(response.into_body(), usize::MAX))
        .await
        .unwrap();
    let last: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(last["error"]["code"], "stopped");
    drop(sender);
}
