//! Gemini as its users know it.

use d8_emulator::{
    Counting, DAY, DailyHint, Dimension, GeminiMinute, Kind, Limit, MINUTE, Options, Provider, SECOND, Tier, mark,
};
use serde_json::{Value, json};

use crate::client::Server;

const CALL: &str = "gemini-2.5-flash:generateContent";

fn hello() -> Value {
    json!({"contents": [{"role": "user", "parts": [{"text": "Say hello"}]}]})
}

fn limits(requests_a_minute: u64, requests_a_day: u64) -> Options {
    let limit = |amount, per, kind| Limit::each(Provider::Gemini, Dimension::Requests, amount, per, kind);
    let limits = vec![
        limit(requests_a_minute, MINUTE, Kind::Fixed),
        limit(requests_a_day, DAY, Kind::PacificDay),
    ];
    Options {
        tier: Tier::Custom(limits),
        ..Options::default()
    }
}

async fn spend(server: &Server, requests: u64) {
    for _ in 0..requests {
        let answer = server.gemini("test-key-1", CALL, &hello()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

#[tokio::test]
async fn an_answer_names_its_prompt_and_its_usage_adds_up() {
    let server = Server::start(Options::default()).await;
    let answer = server.gemini("test-key-1", CALL, &hello()).await;
    let body = answer.json();
    assert!(
        body["candidates"][0]["content"]["parts"][0]["text"]
            .as_str()
            .unwrap()
            .contains(&mark("Say hello"))
    );
    assert_eq!(body["candidates"][0]["finishReason"], "STOP");
    let count = |name: &str| body["usageMetadata"][name].as_u64().unwrap();
    assert_eq!(
        count("totalTokenCount"),
        count("promptTokenCount") + count("candidatesTokenCount")
    );
    assert_eq!(body["modelVersion"], "gemini-2.5-flash");
    assert!(
        answer
            .headers
            .keys()
            .all(|name| !name.starts_with("x-ratelimit") && name != "retry-after")
    );
    let counted = server
        .gemini("test-key-1", "gemini-2.5-flash:countTokens", &hello())
        .await
        .json();
    assert_eq!(counted["totalTokens"], count("promptTokenCount"));
    server.stop().await;
}

/// The whole body, word by word.
#[tokio::test]
async fn the_minutes_refusal_is_the_known_body_and_its_delay_is_cut_down() {
    let server = Server::start(limits(5, 100)).await;
    server.at(4_449_430);
    spend(&server, 5).await;
    let refused = server.gemini("test-key-1", CALL, &hello()).await;
    let message = "You exceeded your current quota, please check your plan and billing details. For more information on this \
        error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current usage, head to: \
        https://ai.dev/rate-limit. \n* Quota exceeded for metric: \
        generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 5, model: gemini-2.5-flash\nPlease \
        retry in 55.55057s.";
    let expected = json!({"error": {"code": 429, "message": message, "status": "RESOURCE_EXHAUSTED", "details": [
        {"@type": "type.googleapis.com/google.rpc.Help", "links": [{"description": "Learn more about Gemini API quotas",
            "url": "https://ai.google.dev/gemini-api/docs/rate-limits"}]},
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [
            {"quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
             "quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
             "quotaDimensions": {"location": "global", "model": "gemini-2.5-flash"}, "quotaValue": "5"}]},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "55s"}]}});
    assert_eq!((refused.status, refused.json()), (429, expected));
    assert_eq!(refused.header("retry-after"), None);
    server.at(MINUTE);
    spend(&server, 5).await;
    server.stop().await;
}

#[tokio::test]
async fn the_days_refusal_names_both_quotas_and_hints_wrongly_in_both_ways() {
    for (mode, hint) in [(DailyHint::NextMinute, "20s"), (DailyHint::UtcMidnight, "11h59m20s")] {
        let server = Server::start(Options {
            gemini_daily_hint: mode,
            ..limits(5, 5)
        })
        .await;
        server.at(40 * SECOND);
        spend(&server, 5).await;
        let refused = server.gemini("test-key-1", CALL, &hello()).await;
        let ids: Vec<Value> = refused.json()["error"]["details"][1]["violations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|violation| violation["quotaId"].clone())
            .collect();
        assert_eq!(
            ids,
            [
                "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
                "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
            ]
        );
        assert!(
            refused.message().ends_with(&format!("Please retry in {hint}.")),
            "{}",
            refused.message()
        );
        // The next minute does not help, nor does midnight UTC; midnight in Los Angeles is 08:00Z.
        for (hours, status) in [(13, 429), (20, 200)] {
            server.at(hours * 60 * MINUTE);
            assert_eq!(server.gemini("test-key-1", CALL, &hello()).await.status, status);
        }
        server.stop().await;
    }
}

#[tokio::test]
async fn a_model_outside_the_tier_has_limit_0_and_no_value() {
    let server = Server::start(Options::default()).await;
    let refused = server
        .gemini("test-key-1", "gemini-2.5-pro:generateContent", &hello())
        .await;
    assert_eq!(refused.status, 429);
    assert!(refused.message().contains("limit: 0, model: gemini-2.5-pro"));
    let violations = refused.json()["error"]["details"][1]["violations"].clone();
    assert_eq!(violations.as_array().unwrap().len(), 3);
    assert!(
        violations
            .as_array()
            .unwrap()
            .iter()
            .all(|violation| violation.get("quotaValue").is_none())
    );
    server.stop().await;
}

#[tokio::test]
async fn ids_of_one_base_model_share_their_quota() {
    let server = Server::start(Options::default()).await;
    for call in [
        "gemini-3-flash:generateContent",
        "gemini-3-flash-preview:generateContent",
    ]
    .repeat(3)
    {
        let answer = server.gemini("test-key-1", call, &hello()).await;
        if answer.status != 200 {
            assert_eq!(
                answer.json()["error"]["details"][1]["violations"][0]["quotaDimensions"]["model"],
                "gemini-3-flash"
            );
            assert_eq!(server.emulator.score().totals.accepted, 5);
        }
    }
    assert_eq!(server.emulator.score().totals.refused, 1);
    server.stop().await;
}

#[tokio::test]
async fn the_sliding_reading_refuses_what_the_fixed_one_allows() {
    for (reading, status) in [(GeminiMinute::Fixed, 200), (GeminiMinute::Sliding, 429)] {
        let server = Server::start(Options {
            gemini_minute: reading,
            ..limits(5, 100)
        })
        .await;
        server.at(50 * SECOND);
        spend(&server, 5).await;
        server.at(70 * SECOND);
        assert_eq!(server.gemini("test-key-1", CALL, &hello()).await.status, status);
        server.stop().await;
    }
}

#[tokio::test]
async fn bad_requests_count_and_refused_ones_only_if_told_so() {
    let bad = json!({"contents": [], "foo": 1});
    let server = Server::start(limits(100, 2)).await;
    assert_eq!(server.gemini("test-key-1", CALL, &bad).await.status, 400);
    spend(&server, 1).await;
    assert_eq!(server.gemini("test-key-1", CALL, &hello()).await.status, 429);
    server.stop().await;
    for (refused, left) in [(false, 1), (true, 0)] {
        let counts = Counting {
            refused,
            client_errors: true,
            server_errors: true,
        };
        let server = Server::start(Options {
            gemini_counts: counts,
            ..limits(1, 2)
        })
        .await;
        spend(&server, 1).await;
        assert_eq!(server.gemini("test-key-1", CALL, &hello()).await.status, 429);
        server.at(MINUTE);
        let expected = if left == 1 { 200 } else { 429 };
        assert_eq!(server.gemini("test-key-1", CALL, &hello()).await.status, expected);
        server.stop().await;
    }
}

#[tokio::test]
async fn keys_that_open_nothing() {
    let server = Server::start(Options::default()).await;
    let bad = server.gemini("bad-key", CALL, &hello()).await;
    assert_eq!(
        (bad.status, bad.json()["error"]["details"][0]["reason"].clone()),
        (400, json!("API_KEY_INVALID"))
    );
    assert_eq!(
        server
            .post(&format!("/v1beta/models/{CALL}"), &[], &hello())
            .await
            .status,
        403
    );
    assert_eq!(
        server.gemini("blocked-key", CALL, &hello()).await.json()["error"]["status"],
        "PERMISSION_DENIED"
    );
    let broke = server.gemini("broke-key", CALL, &hello()).await;
    assert_eq!(broke.status, 429);
    assert!(broke.message().starts_with("Your prepayment credits are depleted."));
    let by_query = server
        .post(&format!("/v1beta/models/{CALL}?key=test-key-1"), &[], &hello())
        .await;
    assert_eq!(by_query.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn bad_requests_are_told_what_is_wrong() {
    let server = Server::start(Options {
        tier: Tier::Unlimited,
        ..Options::default()
    })
    .await;
    let configured = |config: Value| json!({"contents": [{"parts": [{"text": "x"}]}], "generationConfig": config});
    let cases = [
        (json!({"contents": []}), "contents is not specified"),
        (
            json!({"contents": [{"role": "system", "parts": [{"text": "x"}]}]}),
            "Please use a valid role: user, model.",
        ),
        (json!({"contents": [{"parts": []}]}), "parts must not be empty"),
        (
            configured(json!({"temperature": 3})),
            "temperature must be in the range [0.0, 2.0]",
        ),
        (
            configured(json!({"thinkingConfig": {"thinkingLevel": "LOW"}})),
            "Thinking level is not supported",
        ),
        (configured(json!({"maxOutputTokens": 0})), "maxOutputTokens value of 0"),
        (
            configured(json!({"responseSchema": {"type": "STRING"}})),
            "only allowed if response_mime_type",
        ),
    ];
    for (body, expected) in cases {
        let answer = server.gemini("test-key-1", CALL, &body).await;
        assert_eq!(
            (answer.status, answer.json()["error"]["status"].clone()),
            (400, json!("INVALID_ARGUMENT"))
        );
        assert!(
            answer.message().contains(expected),
            "{} lacks {expected}",
            answer.message()
        );
    }
    let unknown = server.gemini("test-key-1", CALL, &json!({"foo": 1})).await.json();
    assert_eq!(
        unknown["error"]["details"][0]["@type"],
        "type.googleapis.com/google.rpc.BadRequest"
    );
    let nowhere = server.gemini("test-key-1", "gemini-9:generateContent", &hello()).await;
    assert_eq!(
        (nowhere.status, nowhere.json()["error"]["status"].clone()),
        (404, json!("NOT_FOUND"))
    );
    server.stop().await;
}

#[tokio::test]
async fn models_come_in_pages_and_one_by_one() {
    let server = Server::start(Options::default()).await;
    let key = [("x-goog-api-key", "test-key-1")];
    let first = server.get("/v1beta/models?pageSize=2", &key).await.json();
    let token = first["nextPageToken"].as_str().unwrap();
    let rest = server
        .get(&format!("/v1beta/models?pageSize=100&pageToken={token}"), &key)
        .await
        .json();
    assert_eq!(first["models"].as_array().unwrap().len(), 2);
    assert!(rest.get("nextPageToken").is_none());
    let one = server.get("/v1beta/models/gemini-2.5-flash", &key).await.json();
    assert_eq!(one["name"], "models/gemini-2.5-flash");
    server.stop().await;
}

/// Google's SDK speaks `v1` by default, and OpenAI's routes begin alike.
#[tokio::test]
async fn the_version_v1_is_the_same_api() {
    let server = Server::start(Options::default()).await;
    let key = [("x-goog-api-key", "test-key-1")];
    assert_eq!(
        server.post(&format!("/v1/models/{CALL}"), &key, &hello()).await.status,
        200
    );
    assert_eq!(
        server.get("/v1/models/gemini-2.5-flash", &key).await.json()["name"],
        "models/gemini-2.5-flash"
    );
    assert!(server.get("/v1/models", &key).await.json()["models"].is_array());
    let bearer = [("authorization", "Bearer test-key-1")];
    assert!(server.get("/v1/models", &bearer).await.json()["data"].is_array());
    server.stop().await;
}
