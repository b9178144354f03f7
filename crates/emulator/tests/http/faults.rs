//! What goes wrong on demand, as it looks from outside, and what it costs.

use std::time::Duration;

use d8_emulator::{Counting, FaultKind, Faults, Options, Provider};
use serde_json::{Value, json};

use crate::client::Server;

fn chat() -> Value {
    json!({"model": "llama-3.3-70b-versatile", "max_tokens": 100, "messages": [{"role": "user", "content": "hi"}]})
}

async fn used_requests(server: &Server) -> u64 {
    let answer = server.groq("test-key-1", &chat()).await;
    999 - answer
        .header("x-ratelimit-remaining-requests")
        .unwrap()
        .parse::<u64>()
        .unwrap()
}

#[tokio::test]
async fn server_errors_have_each_providers_form() {
    let server = Server::start(Options::default()).await;
    server.emulator.fail_next(FaultKind::Unavailable, 3, None);
    let gemini = json!({"contents": [{"parts": [{"text": "x"}]}]});
    let answer = server
        .gemini("test-key-1", "gemini-2.5-flash:generateContent", &gemini)
        .await;
    assert_eq!(
        (answer.status, answer.json()["error"]["status"].clone()),
        (503, json!("UNAVAILABLE"))
    );
    assert_eq!(server.groq("test-key-1", &chat()).await.status, 503);
    let mut openai = chat();
    openai["model"] = json!("gpt-4o-mini");
    let answer = server.openai("test-key-1", &openai).await;
    assert_eq!(
        (answer.status, answer.json()["error"]["code"].clone()),
        (503, json!("server_is_overloaded"))
    );
    assert_eq!(server.groq("test-key-1", &chat()).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_server_error_costs_a_request_only_where_it_is_told_to() {
    for (server_errors, expected) in [(true, 2), (false, 0)] {
        let groq_counts = Counting {
            refused: false,
            client_errors: false,
            server_errors,
        };
        let server = Server::start(Options {
            groq_counts,
            ..Options::default()
        })
        .await;
        server.emulator.fail_next(FaultKind::ServerError, 2, None);
        for _ in 0..2 {
            assert_eq!(server.groq("test-key-1", &chat()).await.status, 500);
        }
        assert_eq!(used_requests(&server).await, expected);
        server.stop().await;
    }
}

#[tokio::test]
async fn a_dropped_connection_gives_no_byte_and_counts() {
    let server = Server::start(Options::default()).await;
    server.emulator.fail_next(FaultKind::Drop, 1, None);
    let headers = [("authorization", "Bearer test-key-1")];
    let dropped = server
        .send("POST", "/openai/v1/chat/completions", &headers, &chat().to_string())
        .await;
    assert!(dropped.is_none(), "{dropped:?}");
    assert_eq!(used_requests(&server).await, 1);
    server.stop().await;
}

#[tokio::test]
async fn a_cut_answer_begins_and_does_not_end_and_keeps_its_reservation() {
    let server = Server::start(Options::default()).await;
    for stream in [true, false] {
        let mut body = chat();
        body["stream"] = json!(stream);
        server.emulator.fail_next(FaultKind::Cut, 1, None);
        let cut = server.groq("test-key-1", &body).await;
        assert_eq!(cut.status, 200);
        assert!(
            !cut.whole && !cut.text.is_empty() && !cut.text.contains("[DONE]"),
            "{cut:?}"
        );
    }
    let answer = server.groq("test-key-1", &chat()).await;
    let used = 12_000
        - answer
            .header("x-ratelimit-remaining-tokens")
            .unwrap()
            .parse::<u64>()
            .unwrap();
    assert_eq!(used, 2 * 108 + answer.json()["usage"]["total_tokens"].as_u64().unwrap());
    assert_eq!(server.emulator.score().totals.answered, 1);
    server.stop().await;
}

#[tokio::test]
async fn garbage_is_200_and_no_json() {
    let server = Server::start(Options::default()).await;
    server.emulator.fail_next(FaultKind::Garbage, 1, None);
    let answer = server.groq("test-key-1", &chat()).await;
    assert_eq!(answer.status, 200);
    assert!(serde_json::from_str::<Value>(&answer.text).is_err());
    server.stop().await;
}

#[tokio::test]
async fn a_hang_gives_nothing_until_the_server_stops() {
    let server = Server::start(Options::default()).await;
    server.emulator.fail_next(FaultKind::Hang, 1, None);
    let headers = [("authorization", "Bearer test-key-1")];
    let body = chat().to_string();
    let call = server.send("POST", "/openai/v1/chat/completions", &headers, &body);
    assert!(tokio::time::timeout(Duration::from_millis(200), call).await.is_err());
    server.stop().await;
}

#[tokio::test]
async fn faults_are_ordered_over_http_for_one_provider() {
    let server = Server::start(Options::default()).await;
    let order = json!({"kind": "500", "count": 1, "provider": "gemini"});
    assert_eq!(server.post("/__d8/faults", &[], &order).await.status, 200);
    assert_eq!(server.groq("test-key-1", &chat()).await.status, 200);
    let gemini = json!({"contents": [{"parts": [{"text": "x"}]}]});
    assert_eq!(
        server
            .gemini("test-key-1", "gemini-2.5-flash:generateContent", &gemini)
            .await
            .status,
        500
    );
    let wrong = server.post("/__d8/faults", &[], &json!({"kind": "teapot"})).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.message().contains("server_error, unavailable, hang"));
    server.stop().await;
}

#[tokio::test]
async fn the_same_seed_brings_the_same_faults() {
    let faults = Faults {
        server_error: 0.3,
        garbage: 0.3,
        ..Faults::default()
    };
    let mut runs = Vec::new();
    for _ in 0..2 {
        let server = Server::start(Options {
            faults,
            seed: 11,
            ..Options::default()
        })
        .await;
        let mut statuses = Vec::new();
        for _ in 0..20 {
            statuses.push(server.groq("test-key-1", &chat()).await.status);
        }
        runs.push(statuses);
        server.stop().await;
    }
    assert_eq!(runs[0], runs[1]);
    assert!(runs[0].contains(&500) && runs[0].contains(&200));
}

#[tokio::test]
async fn a_fault_waits_for_a_request_that_the_quota_lets_in() {
    let server = Server::start(Options::default()).await;
    server
        .emulator
        .fail_next(FaultKind::ServerError, 1, Some(Provider::Gemini));
    let gemini = json!({"contents": [{"parts": [{"text": "x"}]}]});
    let refused = server
        .gemini("test-key-1", "gemini-2.5-pro:generateContent", &gemini)
        .await;
    assert_eq!(refused.status, 429);
    assert_eq!(
        server
            .gemini("test-key-1", "gemini-2.5-flash:generateContent", &gemini)
            .await
            .status,
        500
    );
    server.stop().await;
}
