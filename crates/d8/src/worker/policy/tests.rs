//! The policies: what each keeps to, and how a task fails by one.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use d8_core::message::Outcome;
use d8_core::time::Timestamp;
use d8_emulator::{FaultKind, Kind, Limit};
use d8_wire::ChatRequest;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::pace::{Cap, Pace};
use super::{Paced, Rules};
use crate::clock::Clock;
use crate::config::{Account, Policy};
use crate::worker::attempt::{Concluded, Job};
use crate::worker::test_provider::{emulated, emulated_with};
use crate::worker::{Provider, Tally};

/// So fast that the longest backoff is 32 ms.
const SPEED: u32 = 1_000;

fn with_policy(account: Account, policy: Policy) -> Account {
    Account { policy, ..account }
}

fn job() -> Job {
    Job {
        request: Arc::new(ChatRequest::from_prompt("say something")),
        model: "llama-3.3-70b-versatile".to_owned(),
        // Past, as it is for whoever has waited long for its turn.
        send_by: Timestamp::from_micros(0),
        sink: None,
        stop: CancellationToken::new(),
    }
}

/// One request in an hour, which somebody has spent.
async fn spent(policy: Policy) -> (Paced, Arc<Provider>, Tally) {
    let limit = Limit::each(
        d8_emulator::Provider::Groq,
        d8_emulator::Dimension::Requests,
        1,
        d8_emulator::HOUR,
        Kind::Sliding,
    );
    let (_, account) = emulated_with(vec![limit]).await;
    let account = with_policy(account, policy);
    let paced = Paced::new(Rules::of(&account, SPEED).unwrap());
    let provider = Provider::new(&account, SPEED).unwrap();
    let tally = Tally::default();
    let first = paced.attempt(&provider, &job(), Clock::start(), &tally).await;
    assert!(matches!(first.report.outcome, Outcome::Answered(_)), "{first:?}");
    (paced, provider, tally)
}

fn message(concluded: &Concluded) -> String {
    let body: Value = serde_json::from_slice(&concluded.result.as_ref().unwrap().body).unwrap();
    body["error"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn plain_fails_at_the_first_429_in_the_providers_own_words() {
    let (paced, provider, tally) = spent(Policy::Plain).await;
    let concluded = paced.attempt(&provider, &job(), Clock::start(), &tally).await;
    assert_eq!(concluded.report.outcome, Outcome::Rejected);
    let message = message(&concluded);
    assert!(message.starts_with("Rate limit reached"), "{message}");
    assert!(
        message.ends_with("(429, and the policy `plain` does not retry)"),
        "{message}"
    );
    let count = tally.count();
    assert_eq!(
        (count.sent, count.answered, count.failed, count.refused, count.retried),
        (2, 1, 1, 1, 0)
    );
    assert_eq!(count.success_rate(), Some(0.5));
}

#[tokio::test]
async fn resilient_fails_after_five_retries() {
    let (paced, provider, tally) = spent(Policy::Resilient).await;
    let began = std::time::Instant::now();
    let concluded = paced.attempt(&provider, &job(), Clock::start(), &tally).await;
    assert_eq!(concluded.report.outcome, Outcome::Rejected);
    let message = message(&concluded);
    assert!(
        message.ends_with("(429, still after 5 retries of the policy `resilient`)"),
        "{message}"
    );
    let count = tally.count();
    assert_eq!(
        (count.sent, count.failed, count.refused, count.retried),
        (7, 6, 6, 5),
        "{count:?}"
    );
    assert!(began.elapsed() >= Duration::from_millis(2 + 4 + 8 + 16 + 32));
}

#[tokio::test]
async fn what_is_no_429_fails_at_once() {
    let (emulator, account) = emulated().await;
    let account = with_policy(account, Policy::Resilient);
    let paced = Paced::new(Rules::of(&account, SPEED).unwrap());
    let provider = Provider::new(&account, SPEED).unwrap();
    emulator.fail_next(FaultKind::Unavailable, 1, None);
    let tally = Tally::default();
    let concluded = paced.attempt(&provider, &job(), Clock::start(), &tally).await;
    assert_eq!(concluded.report.outcome, Outcome::Rejected);
    assert!(message(&concluded).ends_with("(the policy `resilient` retries nothing but a 429)"));
    assert_eq!(tally.count().sent, 1);
}

#[tokio::test]
async fn a_task_that_nobody_wants_any_more_gives_its_turn_back() {
    let (_, account) = emulated().await;
    let account = with_policy(account, Policy::Resilient);
    // In true time the eleventh waits for a minute.
    let paced = Paced::new(Rules::of(&account, 1).unwrap());
    let provider = Provider::new(&account, 1).unwrap();
    let tally = Tally::default();
    for cap in &paced.rules.caps {
        for _ in 0..cap.requests {
            paced.pace.lock().await.turn().await;
        }
    }
    let job = job();
    let stop = job.stop.clone();
    tokio::spawn(async move { stop.cancel() });
    let concluded = paced.attempt(&provider, &job, Clock::start(), &tally).await;
    assert_eq!(concluded.report.outcome, Outcome::GivenBack);
    assert_eq!(tally.count().sent, 0);
}

#[tokio::test(start_paused = true)]
async fn a_cap_lets_through_what_it_says_and_no_more() {
    let cap = |requests, seconds| Cap {
        requests,
        per: Duration::from_secs(seconds),
    };
    let mut pace = Pace::new(vec![cap(3, 10), cap(5, 100)]);
    let began = tokio::time::Instant::now();
    let mut turns = Vec::new();
    for _ in 0..7 {
        pace.turn().await;
        turns.push(began.elapsed().as_secs());
    }
    assert_eq!(turns, [0, 0, 0, 10, 10, 100, 100]);
}

#[tokio::test(start_paused = true)]
async fn without_caps_nothing_waits() {
    let mut pace = Pace::new(Vec::new());
    let began = tokio::time::Instant::now();
    for _ in 0..100 {
        pace.turn().await;
    }
    assert!(began.elapsed().is_zero());
}

/// Of an account with these limits.
fn rules(policy: &str, limits: &str, speed: u32) -> Option<Rules> {
    let text = format!(
        "[[account]]\nname = \"a\"\nprovider = \"groq\"\napi_key = \"k\"\npolicy = \"{policy}\"\nlimits = {limits}\n"
    );
    let options = crate::config::LoadOptions {
        config_path: None,
        cwd: std::env::current_dir().unwrap(),
        env: crate::config::Environment::default(),
        folders: crate::config::UserFolders::default(),
        now: Clock::start().now(),
    };
    let config = crate::config::Config::from_text(&text, options).unwrap();
    Rules::of(&config.scaled(speed).accounts[0], speed)
}

#[test]
fn each_policy_keeps_to_what_the_hives_worker_did() {
    const GEMINI: &str = "[{ requests = 15, per = \"1m\" }, { requests = 1500, per = \"1d\" }]";
    let caps = |rules: &Rules| -> Vec<_> { rules.caps.iter().map(|cap| (cap.requests, cap.per)).collect() };
    let waits = |rules: &Rules| -> Vec<_> {
        (0..)
            .map_while(|retries| rules.backoff(retries))
            .map(|wait| wait.as_millis())
            .collect()
    };
    let (seconds, millis) = (Duration::from_secs, Duration::from_millis);

    assert_eq!(rules("d8", GEMINI, 1), None);
    let plain = rules("plain", GEMINI, 1).unwrap();
    assert_eq!((caps(&plain), waits(&plain)), (vec![], vec![]));
    let resilient = rules("resilient", GEMINI, 1).unwrap();
    assert_eq!(
        caps(&resilient),
        [(10, seconds(61))],
        "10 of 15, and its second of margin"
    );
    assert_eq!(waits(&resilient), [2_000, 4_000, 8_000, 16_000, 32_000]);
    assert_eq!(caps(&rules("resilient", "[]", 1).unwrap()), [(10, seconds(61))]);
    let fast = rules("resilient", GEMINI, 100).unwrap();
    assert_eq!(
        (caps(&fast), waits(&fast)),
        (vec![(10, millis(610))], vec![20, 40, 80, 160, 320])
    );
    let short = rules("resilient", "[{ requests = 3, per = \"2s\" }]", 1).unwrap();
    assert_eq!(
        caps(&short),
        [(2, seconds(3))],
        "a minute may be as short as tests write it"
    );
    let groq = rules("groq", "[]", 1).unwrap();
    assert_eq!(caps(&groq), [(30, seconds(61)), (14_400, seconds(86_401))]);
    assert_eq!(waits(&groq), [0_u128; 0]);
}
