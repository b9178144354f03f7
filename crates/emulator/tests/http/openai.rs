//! OpenAI where it differs from Groq.

use d8_emulator::{DAY, Dimension, Kind, Limit, MINUTE, Options, Provider, Tier, mark};
use serde_json::{Value, json};

use crate::client::Server;

fn asking_for(max_tokens: u64) -> Value {
    json!({"model": "gpt-4o-mini", "max_tokens": max_tokens, "messages": [{"role": "user", "content": "hi"}]})
}

fn bucket(dimension: Dimension, amount: u64, per: i64) -> Options {
    let limit = Limit::each(Provider::OpenAi, dimension, amount, per, Kind::Bucket);
    Options {
        tier: Tier::Custom(vec![limit]),
        answer_tokens: 200_000..=200_000,
        ..Options::default()
    }
}

#[tokio::test]
async fn a_refusal_reads_as_the_captured_one() {
    let server = Server::start(bucket(Dimension::Tokens, 30_000, MINUTE)).await;
    for part in [14_020, 14_019] {
        assert_eq!(server.openai("test-key-1", &asking_for(part - 8)).await.status, 200);
    }
    let refused = server.openai("test-key-1", &asking_for(3_906 - 8)).await;
    let expected = format!(
        "Rate limit reached for gpt-4o-mini in organization org-{} on tokens per min (TPM): Limit 30000, Used 28039, Requested \
         3906. Please try again in 3.89s. Visit https://platform.openai.com/account/rate-limits to learn more.",
        mark("test-key-1")
    );
    let body = json!({"error": {"message": expected, "type": "tokens", "param": null, "code": "rate_limit_exceeded"}});
    assert_eq!(
        (refused.status, refused.json(), refused.header("retry-after")),
        (429, body, Some("4"))
    );
    server.stop().await;
}

#[tokio::test]
async fn too_large_is_429_here() {
    let server = Server::start(bucket(Dimension::Tokens, 10_000, MINUTE)).await;
    let refused = server.openai("test-key-1", &asking_for(10_601 - 8)).await;
    assert_eq!(refused.status, 429);
    let expected = "on tokens per min (TPM): Limit 10000, Requested 10601. The input or output tokens must be reduced";
    assert!(refused.message().contains(expected), "{}", refused.message());
    server.stop().await;
}

#[tokio::test]
async fn a_key_without_money_is_429_for_ever_and_tells_no_wait() {
    let server = Server::start(Options::default()).await;
    let refused = server.openai("broke-key", &asking_for(5)).await;
    let error = refused.json()["error"].clone();
    assert_eq!(
        (refused.status, &error["code"], &error["type"]),
        (429, &json!("insufficient_quota"), &json!("insufficient_quota"))
    );
    assert_eq!(refused.header("retry-after"), None);
    server.stop().await;
}

#[tokio::test]
async fn refused_requests_count_as_requests() {
    let limits = vec![
        Limit::each(Provider::OpenAi, Dimension::Requests, 3, DAY, Kind::Bucket),
        Limit::each(Provider::OpenAi, Dimension::Tokens, 100, MINUTE, Kind::Bucket),
    ];
    let server = Server::start(Options {
        tier: Tier::Custom(limits),
        ..Options::default()
    })
    .await;
    assert_eq!(server.openai("test-key-1", &asking_for(80)).await.status, 200);
    for _ in 0..2 {
        let refused = server.openai("test-key-1", &asking_for(90)).await;
        assert!(refused.message().contains("(TPM)"), "{}", refused.message());
    }
    let refused = server.openai("test-key-1", &asking_for(5)).await;
    assert!(
        refused.message().contains("(RPD): Limit 3, Used 3, Requested 1"),
        "{}",
        refused.message()
    );
    server.stop().await;
}

#[tokio::test]
async fn the_request_headers_show_the_scarcer_limit() {
    let server = Server::start(Options::default()).await;
    let answer = server.openai("test-key-1", &asking_for(50)).await;
    assert_eq!(answer.header("x-ratelimit-limit-requests"), Some("10000"));
    assert_eq!(answer.header("x-ratelimit-reset-requests"), Some("8.64s"));
    assert_eq!(answer.header("x-ratelimit-limit-tokens"), Some("200000"));
    assert!(answer.header("openai-processing-ms").is_some());
    server.stop().await;
}

#[tokio::test]
async fn several_choices_and_a_schema() {
    let server = Server::start(Options::default()).await;
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}, "celsius": {"type": "integer"}}});
    let format = json!({"type": "json_schema", "json_schema": {"name": "weather", "schema": schema, "strict": true}});
    let mut body = asking_for(200);
    body["n"] = json!(2);
    let choices = server.openai("test-key-1", &body).await.json()["choices"].clone();
    assert_ne!(choices[0]["message"]["content"], choices[1]["message"]["content"]);
    body["n"] = json!(1);
    body["response_format"] = format;
    let answer = server.openai("test-key-1", &body).await.json();
    let weather: Value = serde_json::from_str(answer["choices"][0]["message"]["content"].as_str().unwrap()).unwrap();
    assert!(weather["city"].is_string() && weather["celsius"].is_i64());
    server.stop().await;
}

#[tokio::test]
async fn errors_carry_all_four_fields_and_the_parameter() {
    let server = Server::start(Options::default()).await;
    let mut body = asking_for(5);
    body["max_tokens"] = json!("many");
    let error = server.openai("test-key-1", &body).await.json()["error"].clone();
    let expected = json!({
        "message": "Invalid type for 'max_tokens': expected an integer, but got a string instead.",
        "type": "invalid_request_error", "param": "max_tokens", "code": "invalid_type"
    });
    assert_eq!(error, expected);
    let unknown = server.openai("bad-key", &asking_for(5)).await;
    assert_eq!(
        (unknown.status, unknown.json()["error"]["code"].clone()),
        (401, json!("invalid_api_key"))
    );
    assert!(!unknown.text.contains("bad-key"));
    server.stop().await;
}
