//! Verdicts: against the emulator, against servers that answer nonsense or nothing, and from captured words.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use d8_core::limit::Window;
use d8_core::time::Timestamp;
use d8_emulator::{DAY, Dimension, Kind, Limit, Provider};
use d8_wire::{Context, Headers, Period, Wire};
use tokio::net::TcpListener;

use super::judge::{Case, clock_ahead, verdict};
use super::{PATIENCE, Probed, Verdict, ask, ask_default};
use crate::config::Account;
use crate::worker::Cause;
use crate::worker::test_provider::{account, emulated, emulated_with};

const NOW: Timestamp = Timestamp::from_secs(1_790_000_000);

/// What a Gemini key's reply means, on a day that ends in an hour.
fn judged(wire: Wire, status: u16, body: &str) -> Verdict {
    let context = Context {
        model: "m",
        now: 1_790_000_000,
    };
    let reply = wire.decode(&context, status, &Headers::default(), body.as_bytes());
    let day = Window::Resets(vec![NOW, NOW + Duration::from_secs(3600)].into());
    let case = Case {
        status,
        day: Some(&day),
        now: NOW,
    };
    verdict(reply.outcome, &case)
}

/// Asks a provider that says this to everything.
async fn ask_one_that_says(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> Verdict {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let account = account(&format!("http://{}", listener.local_addr().unwrap()));
    let routes = Router::new().fallback(move || std::future::ready(answer()));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    ask_default(&account).await.unwrap().verdict
}

async fn cause_at(origin: &str, patience: Duration) -> Cause {
    let probed = ask(&account(origin), "m", patience).await.unwrap();
    match probed.verdict {
        Verdict::NoNetwork { cause, .. } => {
            let may_have_arrived = matches!(cause, Cause::Timeout | Cause::Broken);
            assert_eq!(probed.counted.is_some(), may_have_arrived, "{cause:?}");
            cause
        }
        other => panic!("{origin}: {other:?}"),
    }
}

#[tokio::test]
async fn a_good_key_works_and_its_headers_tell_limits_and_time() {
    let (emulator, account) = emulated().await;
    let Probed {
        model,
        verdict,
        seen,
        counted,
    } = ask_default(&account).await.unwrap();
    let seen = seen.unwrap();
    assert_eq!((verdict, seen.clock_ahead), (Verdict::Works, Some(0)));
    assert_eq!(model, account.models[0].id);
    assert_eq!(emulator.score().totals.accepted, 1, "it asks once");
    let usage = counted.unwrap().usage;
    assert!(usage.input_tokens > 0 && usage.output_tokens > 0, "{usage:?}");
}

#[tokio::test]
async fn a_key_that_is_refused_is_said_to_be_wrong_and_is_not_repeated() {
    let (_emulator, account) = emulated().await;
    let account = Account {
        api_key: Some("bad-test-key-1".into()),
        ..account
    };
    let probed = ask_default(&account).await.unwrap();
    assert!(matches!(probed.verdict, Verdict::WrongKey { .. }), "{probed:?}");
    assert!(!format!("{probed:?}{}", probed.in_words("Groq", NOW)).contains("bad-test-key-1"));
    assert!(!probed.verdict.is_key_valid());
    assert_eq!(
        probed.counted, None,
        "a provider that knows no key counts nothing for it"
    );
}

#[tokio::test]
async fn a_key_that_no_header_can_carry_is_wrong() {
    let (_emulator, account) = emulated().await;
    let account = Account {
        api_key: Some("test\nkey".into()),
        ..account
    };
    let verdict = ask_default(&account).await.unwrap().verdict;
    assert!(matches!(verdict, Verdict::WrongKey { .. }), "{verdict:?}");
}

#[tokio::test]
async fn a_model_that_is_not_there_says_nothing_against_the_key() {
    let (_emulator, account) = emulated().await;
    let verdict = ask(&account, "no-such-model", PATIENCE).await.unwrap().verdict;
    assert!(
        matches!(verdict, Verdict::ModelUnavailable { .. }) && verdict.is_key_valid(),
        "{verdict:?}"
    );
}

#[tokio::test]
async fn a_spent_day_is_no_fault_of_the_key() {
    let day = Limit::each(Provider::Groq, Dimension::Requests, 1, DAY, Kind::Sliding);
    let (_emulator, account) = emulated_with(vec![day]).await;
    assert_eq!(ask_default(&account).await.unwrap().verdict, Verdict::Works);
    let spent = ask_default(&account).await.unwrap();
    let Verdict::QuotaSpent {
        limit: Some(limit),
        until,
        ..
    } = &spent.verdict
    else {
        panic!("{spent:?}");
    };
    assert_eq!((limit.per, limit.amount), (Some(Period::Day), Some(1)));
    assert!(until.is_some() && spent.verdict.is_key_valid());
    let words = spent.in_words("Groq", NOW);
    assert!(
        words.starts_with("The key is valid; the day's quota is used up (1 request a day); there is room again at"),
        "{words}"
    );
}

#[test]
fn a_spent_day_of_gemini_ends_when_its_day_ends() {
    let body = r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"You exceeded your current quota","details":[
        {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"generate_content_free_tier_requests",
         "quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier","quotaValue":"20"}]},
        {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"37s"}]}}"#;
    let Verdict::QuotaSpent { until, .. } = judged(Wire::GEMINI, 429, body) else {
        panic!("not spent");
    };
    assert_eq!(until, Some(NOW + Duration::from_secs(3600)));
}

#[test]
fn a_country_is_told_from_a_key() {
    let gemini = r#"{"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}}"#;
    let openai = r#"{"error":{"code":"unsupported_country_region_territory","message":"Country, region, or territory not supported","type":"request_forbidden"}}"#;
    let key = r#"{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[
        {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}"#;
    let country = |verdict| matches!(verdict, Verdict::BlockedCountry { .. });
    assert!(country(judged(Wire::GEMINI, 400, gemini)));
    assert!(country(judged(Wire::OPENAI, 403, openai)));
    assert!(matches!(judged(Wire::GEMINI, 400, key), Verdict::WrongKey { .. }));
}

#[test]
fn money_capacity_and_models_that_think_have_verdicts_of_their_own() {
    let error = |code: &str, message: &str| format!(r#"{{"error":{{"code":"{code}","message":"{message}"}}}}"#);
    let verdict = |status, code, message| judged(Wire::OPENAI, status, &error(code, message));
    let money = verdict(429, "insufficient_quota", "You exceeded your current quota");
    assert!(matches!(money, Verdict::NoMoney { .. }));
    let busy = verdict(503, "overloaded", "try later");
    assert!(matches!(busy, Verdict::Overloaded { status: 503, .. }));
    let fault = verdict(500, "server_error", "oops");
    assert!(matches!(fault, Verdict::Overloaded { status: 500, .. }));
    let thinks = verdict(
        400,
        "invalid_value",
        "Could not finish the message because max_tokens was reached",
    );
    assert_eq!(thinks, Verdict::Works);
}

#[tokio::test]
async fn what_is_no_api_is_strange() {
    let page = ask_one_that_says(|| Html("<html>welcome</html>").into_response()).await;
    assert!(matches!(page, Verdict::Strange { .. }), "{page:?}");
    let nothing = ask_one_that_says(|| StatusCode::NOT_FOUND.into_response()).await;
    assert!(matches!(nothing, Verdict::Strange { status: 404, .. }), "{nothing:?}");
}

#[tokio::test]
async fn where_the_way_breaks_off_is_said() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(cause_at(&format!("http://{closed}"), PATIENCE).await, Cause::Refused);
    assert_eq!(cause_at("http://provider.invalid", PATIENCE).await, Cause::Dns);

    // Whoever speaks no TLS cannot be trusted.
    let (_emulator, plain) = emulated().await;
    let encrypted = plain.base_url.replace("http://", "https://");
    assert_eq!(cause_at(&encrypted, PATIENCE).await, Cause::Tls);

    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let patience = Duration::from_millis(200);
    assert_eq!(cause_at(&format!("http://{address}"), patience).await, Cause::Timeout);
}

#[test]
fn a_clock_is_ahead_only_as_far_as_is_sure() {
    let at = Timestamp::from_secs;
    let ahead = |date| clock_ahead(date, at(1_000), at(1_002));
    let seen = [990, 999, 1_000, 1_002, 1_003, 1_062].map(ahead);
    assert_eq!(seen, [Some(-9), Some(0), Some(0), Some(0), Some(1), Some(60)]);
}
