//! Groq as its users know it.

use d8_emulator::{DAY, Dimension, Kind, Limit, MINUTE, Options, Provider, SECOND, Tier, mark};
use serde_json::{Value, json};

use crate::client::Server;

const MODEL: &str = "llama-3.3-70b-versatile";

fn hello() -> Value {
    json!({"model": MODEL, "messages": [{"role": "user", "content": "Say hello"}]})
}

fn asking_for(model: &str, max_tokens: u64) -> Value {
    json!({"model": model, "max_tokens": max_tokens, "messages": [{"role": "user", "content": "hi"}]})
}

/// One bucket, and nothing else.
fn bucket(dimension: Dimension, amount: u64, per: i64) -> Options {
    let limit = Limit::each(Provider::Groq, dimension, amount, per, Kind::Bucket);
    Options {
        tier: Tier::Custom(vec![limit]),
        ..Options::default()
    }
}

#[tokio::test]
async fn an_answer_names_its_prompt_and_its_usage_adds_up() {
    let server = Server::start(Options::default()).await;
    let answer = server.groq("test-key-1", &hello()).await;
    let body = answer.json();
    assert_eq!(answer.status, 200);
    assert!(
        body["choices"][0]["message"]["content"]
            .as_str()
            .unwrap()
            .contains(&mark("Say hello"))
    );
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    let count = |name: &str| body["usage"][name].as_u64().unwrap();
    assert_eq!(count("prompt_tokens"), 3 + 4 + 3);
    assert_eq!(
        count("total_tokens"),
        count("prompt_tokens") + count("completion_tokens")
    );
    assert_eq!(body["x_groq"]["id"], answer.header("x-request-id").unwrap());
    assert_eq!(answer.header("date"), Some("Tue, 24 Nov 2026 12:00:00 GMT"));
    server.stop().await;
}

#[tokio::test]
async fn headers_tell_the_days_requests_and_the_minutes_tokens_and_no_retry_after() {
    let server = Server::start(Options::default()).await;
    let answer = server.groq("test-key-1", &hello()).await;
    let used = answer.json()["usage"]["total_tokens"].as_u64().unwrap();
    assert_eq!(answer.header("x-ratelimit-limit-requests"), Some("1000"));
    assert_eq!(answer.header("x-ratelimit-remaining-requests"), Some("999"));
    assert_eq!(answer.header("x-ratelimit-reset-requests"), Some("1m26.4s"));
    assert_eq!(answer.header("x-ratelimit-limit-tokens"), Some("12000"));
    assert_eq!(
        answer.header("x-ratelimit-remaining-tokens"),
        Some((12_000 - used).to_string().as_str())
    );
    assert_eq!(
        answer.header("x-ratelimit-reset-tokens"),
        Some(format!("{}ms", used * 5).as_str())
    );
    assert_eq!(answer.header("retry-after"), None);
    server.stop().await;
}

/// The captured refusals, each from the same level: the text, the wait and the header must follow.
#[tokio::test]
async fn refusals_read_as_those_that_were_captured() {
    let cases = [
        (
            Dimension::Tokens,
            12_000,
            MINUTE,
            4_437,
            9_854,
            "tokens per minute (TPM)",
            "11.455s",
            "12",
            "tokens",
        ),
        (
            Dimension::Tokens,
            6_000,
            MINUTE,
            5_034,
            1_443,
            "tokens per minute (TPM)",
            "4.77s",
            "5",
            "tokens",
        ),
        (
            Dimension::Tokens,
            100_000,
            DAY,
            97_050,
            3_619,
            "tokens per day (TPD)",
            "9m38.016s",
            "579",
            "tokens",
        ),
        (
            Dimension::Tokens,
            100_000,
            DAY,
            99_926,
            1_739,
            "tokens per day (TPD)",
            "23m58.56s",
            "1439",
            "tokens",
        ),
        (
            Dimension::OutputTokens,
            1_000,
            MINUTE,
            72,
            981,
            "output tokens per minute (OTPM)",
            "3.18s",
            "4",
            "tokens",
        ),
    ];
    for (dimension, limit, per, used, requested, name, wait, retry_after, kind) in cases {
        let prompt = if dimension == Dimension::Tokens { 8 } else { 0 };
        // The first answer's length is the reservation: it is cut at its maximum.
        let server = Server::start(Options {
            answer_tokens: 200_000..=200_000,
            ..bucket(dimension, limit, per)
        })
        .await;
        let first = server
            .groq("test-key-1", &asking_for("llama-3.1-8b-instant", used - prompt))
            .await;
        assert_eq!(first.status, 200, "{}", first.text);
        let refused = server
            .groq("test-key-1", &asking_for("llama-3.1-8b-instant", requested - prompt))
            .await;
        let expected = format!(
            "Rate limit reached for model `llama-3.1-8b-instant` in organization `org_{}` service tier `on_demand` on {name}: \
             Limit {limit}, Used {used}, Requested {requested}. Please try again in {wait}. Need more tokens? Upgrade to Dev \
             Tier today at https://console.groq.com/settings/billing",
            mark("test-key-1")
        );
        let body = json!({"error": {"message": expected, "type": kind, "code": "rate_limit_exceeded"}});
        assert_eq!((refused.status, refused.json()), (429, body));
        assert_eq!(refused.header("retry-after"), Some(retry_after));
        server.stop().await;
    }
}

#[tokio::test]
async fn refusals_for_requests_tell_the_wait_of_one_request() {
    let cases = [
        (30, MINUTE, "requests per minute (RPM)", "2s"),
        (1_000, DAY, "requests per day (RPD)", "1m26.4s"),
    ];
    for (limit, per, name, wait) in cases {
        let server = Server::start(bucket(Dimension::Requests, limit, per)).await;
        for _ in 0..limit {
            assert_eq!(server.groq("test-key-1", &hello()).await.status, 200);
        }
        let refused = server.groq("test-key-1", &hello()).await;
        let expected = format!("on {name}: Limit {limit}, Used {limit}, Requested 1. Please try again in {wait}. ");
        assert!(refused.message().contains(&expected), "{}", refused.message());
        assert_eq!(refused.json()["error"]["type"], "requests");
        server.stop().await;
    }
}

#[tokio::test]
async fn who_waits_as_told_is_let_in_and_no_microsecond_earlier() {
    let server = Server::start(bucket(Dimension::Requests, 30, MINUTE)).await;
    for _ in 0..30 {
        server.groq("test-key-1", &hello()).await;
    }
    server.at(2 * SECOND - 1);
    assert_eq!(server.groq("test-key-1", &hello()).await.status, 429);
    server.at(2 * SECOND);
    assert_eq!(server.groq("test-key-1", &hello()).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_request_larger_than_the_whole_limit_is_413() {
    let server = Server::start(bucket(Dimension::Tokens, 6_000, MINUTE)).await;
    let refused = server
        .groq("test-key-1", &asking_for("llama-3.1-8b-instant", 12_320))
        .await;
    let expected = format!(
        "Request too large for model `llama-3.1-8b-instant` in organization `org_{}` service tier `on_demand` on tokens per \
         minute (TPM): Limit 6000, Requested 12328, please reduce your message size and try again. Need more tokens? Upgrade \
         to Dev Tier today at https://console.groq.com/settings/billing",
        mark("test-key-1")
    );
    let body = json!({"error": {"message": expected, "type": "tokens", "code": "rate_limit_exceeded"}});
    assert_eq!((refused.status, refused.json()), (413, body));
    assert!(refused.header("retry-after").is_some());
    server.stop().await;
}

#[tokio::test]
async fn keys_models_and_paths_that_lead_nowhere() {
    let server = Server::start(Options::default()).await;
    for headers in [&[][..], &[("authorization", "Bearer bad-key")]] {
        let answer = server.post("/openai/v1/chat/completions", headers, &hello()).await;
        let code = answer.json()["error"]["code"].clone();
        assert_eq!((answer.status, code), (401, json!("invalid_api_key")));
    }
    assert_eq!(server.groq("blocked-key", &hello()).await.status, 403);
    let unknown = server.groq("test-key-1", &asking_for("no-such-model", 5)).await;
    assert_eq!(
        (unknown.status, unknown.json()["error"]["code"].clone()),
        (404, json!("model_not_found"))
    );
    let nowhere = server.post("/openai/v1/chats", &[], &json!({})).await;
    assert_eq!(
        (nowhere.status, nowhere.json()["error"]["code"].clone()),
        (404, json!("unknown_url"))
    );
    server.stop().await;
}

#[tokio::test]
async fn bad_requests_are_told_what_is_wrong() {
    let server = Server::start(Options::default()).await;
    let with = |name: &str, value: Value| {
        let mut body = hello();
        body[name] = value;
        body
    };
    let cases = [
        (with("n", json!(2)), "'n' : number must be at most 1"),
        (with("logprobs", json!(true)), "property 'logprobs' is unsupported"),
        (with("wish", json!(1)), "property 'wish' is unsupported"),
        (with("messages", json!([])), "'messages' : minimum number of items is 1"),
        (
            with("max_tokens", json!("many")),
            "'max_tokens' : value must be an integer",
        ),
        (with("max_tokens", json!(0)), "'max_tokens' : number must be at least 1"),
        (
            with("max_tokens", json!(40_000)),
            "`max_tokens` must be less than or equal to `32768`",
        ),
        (
            with("temperature", json!(3)),
            "'temperature' : number must be at most 2",
        ),
        (
            with("messages", json!([{"role": "robot", "content": "x"}])),
            "'messages.0.role' : value must be one of",
        ),
        (
            with("messages", json!([{"role": "user"}])),
            "property 'messages[0].content' is missing",
        ),
        (with("stream_options", json!({})), "`stream_options` is only allowed"),
        (
            with("response_format", json!({"type": "json_object"})),
            "must contain the word 'json'",
        ),
    ];
    for (body, expected) in cases {
        let answer = server.groq("test-key-1", &body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(
            answer.message().contains(expected),
            "{} lacks {expected}",
            answer.message()
        );
    }
    let broken = server
        .send(
            "POST",
            "/openai/v1/chat/completions",
            &[("authorization", "Bearer k")],
            "{\"model\":",
        )
        .await;
    assert_eq!(broken.unwrap().status, 400);
    server.stop().await;
}

#[tokio::test]
async fn models_are_listed_and_looked_up_by_ids_with_a_slash() {
    let server = Server::start(Options::default()).await;
    let key = [("authorization", "Bearer test-key-1")];
    let list = server.get("/openai/v1/models", &key).await.json();
    assert!(
        list["data"]
            .as_array()
            .unwrap()
            .iter()
            .any(|model| model["id"] == MODEL)
    );
    let one = server.get("/openai/v1/models/openai/gpt-oss-120b", &key).await.json();
    assert_eq!(one["id"], "openai/gpt-oss-120b");
    assert_eq!(server.get("/openai/v1/models", &[]).await.status, 401);
    server.stop().await;
}
