//! The socket itself.

use std::time::Duration;

use d8_emulator::{Delay, Dimension, FaultKind, Kind, Latency, Limit, MINUTE, Options, Provider, SECOND, Speed, Tier};
use serde_json::{Value, json};

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::client::{NOON, Server};

fn chat() -> Value {
    json!({"model": "llama-3.3-70b-versatile", "max_tokens": 100, "messages": [{"role": "user", "content": "hi"}]})
}

#[tokio::test]
async fn a_silent_client_does_not_keep_the_server_from_stopping() {
    let server = Server::start(Options::default()).await;
    let mut silent = TcpStream::connect(&server.address).await.unwrap();
    tokio::time::timeout(Duration::from_secs(8), server.stop())
        .await
        .expect("it stops");
    let mut byte = [0];
    assert!(!matches!(silent.read(&mut byte).await, Ok(read) if read > 0));
}

#[tokio::test]
async fn a_client_that_goes_away_frees_its_place_and_keeps_its_reservation() {
    let limit = |dimension, amount| Limit::each(Provider::Groq, dimension, amount, MINUTE, Kind::Fixed);
    let limits = vec![limit(Dimension::Concurrency, 1), limit(Dimension::Tokens, 1_000)];
    let server = Server::start(Options {
        tier: Tier::Custom(limits),
        ..Options::default()
    })
    .await;
    server.emulator.fail_next(FaultKind::Hang, 1, None);
    let body = chat();
    let gone = server.groq("test-key-1", &body);
    assert!(tokio::time::timeout(Duration::from_millis(200), gone).await.is_err());
    let answered = async {
        while server.groq("test-key-1", &chat()).await.status != 200 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), answered)
        .await
        .expect("the place is free again");
    let tokens = server.emulator.score().accounts[0].limits[1].clone();
    assert_eq!((tokens.dimension, tokens.peak), ("tokens", 2 * 108));
    server.stop().await;
}

#[tokio::test]
async fn an_arrival_is_counted_after_its_way_here() {
    let uplink = Delay::fixed(Duration::from_millis(300));
    let server = Server::start(Options {
        latency: Latency {
            uplink,
            ..Latency::default()
        },
        ..Options::default()
    })
    .await;
    let body = chat();
    let (answer, ()) = tokio::join!(server.groq("test-key-1", &body), async { server.at(5 * SECOND) });
    assert_eq!(answer.status, 200);
    assert_eq!(server.emulator.score().accounts[0].accepted_at, [NOON + 5 * SECOND]);
    server.stop().await;
}

#[tokio::test]
async fn usage_tells_the_time_that_generating_took_divided_by_the_speed() {
    let first_token = Delay::fixed(Duration::from_millis(40));
    let latency = Latency {
        first_token,
        per_output_token: Duration::from_millis(2),
        ..Latency::default()
    };
    let speed = Speed::new(10.0).unwrap();
    let options = Options {
        latency,
        speed,
        answer_tokens: 500..=500,
        ..Options::default()
    };
    let server = Server::start(options).await;
    let usage = server.groq("test-key-1", &chat()).await.json()["usage"].clone();
    let told = ["completion_tokens", "prompt_time", "completion_time", "total_time"].map(|name| usage[name].clone());
    assert_eq!(told, [json!(100), json!(0.004), json!(0.02), json!(0.024)]);
    server.stop().await;
}

#[tokio::test]
async fn an_unknown_path_explains_where_things_are() {
    let server = Server::start(Options::default()).await;
    let answer = server.get("/", &[]).await;
    assert_eq!(answer.status, 404);
    assert!(answer.text.contains("/openai/v1") && answer.text.contains("/__d8/score"));
    server.stop().await;
}
