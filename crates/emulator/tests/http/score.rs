//! What the judge wrote down.

use d8_emulator::{Dimension, FaultKind, Kind, Limit, MINUTE, Options, Provider, SECOND, Tier, mark};
use serde_json::{Value, json};

use crate::client::{NOON, Server};

fn chat() -> Value {
    json!({"model": "llama-3.3-70b-versatile", "max_tokens": 100, "messages": [{"role": "user", "content": "hi"}]})
}

fn two_a_minute() -> Options {
    let limit = Limit::each(Provider::Groq, Dimension::Requests, 2, MINUTE, Kind::Fixed);
    Options {
        tier: Tier::Custom(vec![limit]),
        ..Options::default()
    }
}

#[tokio::test]
async fn every_request_is_in_the_score_and_no_key_is() {
    let server = Server::start(two_a_minute()).await;
    server.emulator.fail_next(FaultKind::Garbage, 1, None);
    for second in 0..4 {
        server.at(second * SECOND);
        server.groq("test-key-1", &chat()).await;
    }
    server.groq("bad-key", &chat()).await;
    server
        .groq("test-key-1", &json!({"model": "llama-3.3-70b-versatile"}))
        .await;
    let answer = server.get("/__d8/score", &[]).await;
    assert!(!answer.text.contains("test-key-1") && !answer.text.contains("bad-key"));
    let score = answer.json();
    let row = score["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["account"] == mark("test-key-1").as_str())
        .unwrap();
    let limit = json!({"dimension": "requests", "amount": 2, "per_seconds": 60.0, "counted_seconds": 60.0, "kind": "fixed", "peak": 2, "refused": 2,
        "max_over": 1});
    for (name, expected) in [
        ("provider", json!("groq")),
        ("model", json!("llama-3.3-70b-versatile")),
        ("accepted", json!(2)),
        ("answered", json!(1)),
        ("refused", json!(2)),
        ("rejected", json!(1)),
        ("faults", json!({"garbage": 1})),
        ("limits", json!([limit])),
        ("accepted_at", json!([NOON, NOON + SECOND])),
        ("refused_at", json!([NOON + 2 * SECOND, NOON + 3 * SECOND])),
    ] {
        assert_eq!(row[name], expected, "{name}");
    }
    assert_eq!(
        (&score["totals"]["accepted"], &score["totals"]["rejected"]),
        (&json!(2), &json!(2))
    );
    server.stop().await;
}

#[tokio::test]
async fn a_reset_forgets_quotas_score_and_faults() {
    let server = Server::start(two_a_minute()).await;
    for _ in 0..3 {
        server.groq("test-key-1", &chat()).await;
    }
    server.emulator.fail_next(FaultKind::ServerError, 9, None);
    assert_eq!(server.post("/__d8/reset", &[], &json!({})).await.status, 200);
    assert_eq!(server.emulator.score(), d8_emulator::Score::default());
    assert_eq!(server.groq("test-key-1", &chat()).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn what_can_never_fit_is_rejected_and_not_refused() {
    let server = Server::start(Options::default()).await;
    let mut large = chat();
    large["max_tokens"] = json!(20_000);
    assert_eq!(server.groq("test-key-1", &large).await.status, 413);
    let totals = server.emulator.score().totals;
    assert_eq!((totals.refused, totals.rejected), (0, 1));
    server.stop().await;
}
