//! Counting as a client meets it: tiers, keys, speed, settling, many at once.

use d8_emulator::{DAY, Dimension, Kind, Limit, MINUTE, Options, Provider, SECOND, Scope, Speed, Tier};
use serde_json::{Value, json};

use crate::client::Server;

fn chat(model: &str, max_tokens: u64) -> Value {
    json!({"model": model, "max_tokens": max_tokens, "messages": [{"role": "user", "content": "hi"}]})
}

async fn admitted(server: &Server, key: &str, model: &str, attempts: u64) -> u64 {
    let mut admitted = 0;
    for _ in 0..attempts {
        admitted += u64::from(server.groq(key, &chat(model, 20)).await.status == 200);
    }
    admitted
}

#[tokio::test]
async fn the_seeds_tier_lets_thirty_a_minute_in_for_each_model_and_each_key() {
    let server = Server::start(Options {
        tier: Tier::Free202511,
        ..Options::default()
    })
    .await;
    for key in ["test-key-1", "test-key-2"] {
        for model in ["llama-3.3-70b-versatile", "llama-3.1-8b-instant"] {
            assert_eq!(admitted(&server, key, model, 33).await, 30);
        }
    }
    server.at(MINUTE);
    assert_eq!(admitted(&server, "test-key-1", "llama-3.1-8b-instant", 33).await, 30);
    server.stop().await;
}

#[tokio::test]
async fn without_limits_nothing_is_refused() {
    let server = Server::start(Options {
        tier: Tier::Unlimited,
        ..Options::default()
    })
    .await;
    assert_eq!(admitted(&server, "test-key-1", "llama-3.1-8b-instant", 200).await, 200);
    server.stop().await;
}

#[tokio::test]
async fn speed_divides_periods_and_hints_and_leaves_dates_true() {
    let speed = Speed::new(60.0).unwrap();
    let limit = Limit::each(Provider::Groq, Dimension::Requests, 30, MINUTE, Kind::Bucket);
    let server = Server::start(Options {
        tier: Tier::Custom(vec![limit]),
        speed,
        ..Options::default()
    })
    .await;
    assert_eq!(admitted(&server, "test-key-1", "llama-3.1-8b-instant", 30).await, 30);
    let refused = server.groq("test-key-1", &chat("llama-3.1-8b-instant", 20)).await;
    assert!(refused.message().contains("requests per minute (RPM)"));
    assert!(
        refused.message().contains("Please try again in 34ms."),
        "{}",
        refused.message()
    );
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.header("date"), Some("Tue, 24 Nov 2026 12:00:00 GMT"));
    server.at(SECOND);
    assert_eq!(admitted(&server, "test-key-1", "llama-3.1-8b-instant", 33).await, 30);
    server.stop().await;
}

#[tokio::test]
async fn a_day_at_speed_is_a_fixed_window_of_a_days_share() {
    let limit = Limit::each(Provider::Gemini, Dimension::Requests, 2, DAY, Kind::PacificDay);
    let speed = Speed::new(86_400.0).unwrap();
    let server = Server::start(Options {
        tier: Tier::Custom(vec![limit]),
        speed,
        ..Options::default()
    })
    .await;
    let body = json!({"contents": [{"parts": [{"text": "x"}]}]});
    let mut statuses = Vec::new();
    for at in [0, 1, 2, SECOND - 1, SECOND] {
        server.at(at);
        statuses.push(
            server
                .gemini("test-key-1", "gemini-2.5-flash:generateContent", &body)
                .await
                .status,
        );
    }
    assert_eq!(statuses, [200, 200, 429, 429, 200]);
    server.stop().await;
}

#[tokio::test]
async fn many_at_once_are_let_in_exactly_as_often_as_the_limit_says() {
    let limit = Limit::each(Provider::Groq, Dimension::Requests, 7, MINUTE, Kind::Sliding).shared_by(Scope::AllModels);
    let server = Server::start(Options {
        tier: Tier::Custom(vec![limit]),
        ..Options::default()
    })
    .await;
    let bodies = [chat("llama-3.1-8b-instant", 20), chat("llama-3.3-70b-versatile", 20)];
    let calls = (0..40).map(|number| server.groq("test-key-1", &bodies[number % 2]));
    let answers = futures_util::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 7);
    let score = server.emulator.score();
    assert_eq!((score.totals.accepted, score.totals.refused), (7, 33));
    server.stop().await;
}

#[tokio::test]
async fn a_missing_maximum_reserves_the_prompt_and_a_small_estimate() {
    let limit = Limit::each(Provider::Groq, Dimension::Tokens, 23, MINUTE, Kind::Bucket);
    let server = Server::start(Options {
        tier: Tier::Custom(vec![limit]),
        ..Options::default()
    })
    .await;
    let body = json!({"model": "llama-3.1-8b-instant", "messages": [{"role": "user", "content": "hi"}]});
    let refused = server.groq("test-key-1", &body).await;
    assert!(
        refused.message().contains("Limit 23, Requested 24"),
        "{}",
        refused.message()
    );
    server.stop().await;
}

#[tokio::test]
async fn models_of_the_callers_own_are_served() {
    let extra_models = vec![(Provider::Groq, "my-model".to_owned())];
    let server = Server::start(Options {
        extra_models,
        ..Options::default()
    })
    .await;
    assert_eq!(server.groq("test-key-1", &chat("my-model", 20)).await.status, 200);
    server.stop().await;
}
