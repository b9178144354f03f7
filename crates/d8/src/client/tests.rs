//! Calls against a stand-in: what is sent, and how what goes wrong is told.

#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::json;

use super::standin::{Standin, set_up_tls};
use super::*;
use crate::cli::{Failure, NOT_STARTED, PARTLY};

fn address(url: &str, token: Option<&str>) -> Address {
    Address {
        url: url.parse().unwrap(),
        token: token.map(Into::into),
        origin: Origin::Flag,
    }
}

/// Nobody listens there: the port was free a moment ago.
async fn free_url() -> String {
    set_up_tls();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn the_token_goes_along_and_names_stay_one_segment() {
    let server = Standin::start().await;
    server.on("GET /base/api/tasks/a%2Fb%3Fc", 200, &json!({}));
    let url = format!("{}/base/", server.url);
    let client = Client::open(vec![address(&url, Some("test-token-1"))]).await.unwrap();
    client
        .get(&["api", "tasks", "a/b?c"], &[("wait", "6 0")])
        .await
        .unwrap();
    let call = &server.calls()[0];
    assert_eq!(call.line, "GET /base/api/tasks/a%2Fb%3Fc?wait=6+0");
    assert_eq!(call.authorization.as_deref(), Some("Bearer test-token-1"));
    assert!(!format!("{client:?}").contains("test-token-1"));
}

#[tokio::test]
async fn nobody_there_is_told_with_the_address_and_the_next_step() {
    let url = free_url().await;
    let client = Client::open(vec![address(&url, None)]).await.unwrap();
    let failure = Failure::from(client.get(&["health"], &[]).await.unwrap_err());
    assert_eq!(failure.code, NOT_STARTED);
    let expected = format!("no orchestrator answers at {url}: the connection is refused, so nothing listens there");
    assert_eq!(failure.message, expected);
    assert!(failure.hints.concat().contains("d8 up"));
}

#[tokio::test]
async fn a_dead_holder_is_passed_over() {
    let server = Standin::start().await;
    server.on("GET /health", 200, &json!({}));
    let dead = free_url().await;
    let client = Client::open(vec![address(&dead, None), address(&server.url, None)])
        .await
        .unwrap();
    client.get(&["health"], &[]).await.unwrap();

    let client = Client::open(vec![address(&dead, None), address(&free_url().await, None)])
        .await
        .unwrap();
    let failure = Failure::from(client.get(&["health"], &[]).await.unwrap_err());
    assert!(failure.hints[0].contains(&dead), "{failure:?}");
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_no_wait_for_ever() {
    set_up_tls();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = Client::open(vec![address(&url, None)]).await.unwrap();
    let error = client
        .get_within(&["health"], &[], Duration::from_millis(20))
        .await
        .unwrap_err();
    assert!(error.to_string().ends_with("no answer within 0.0 s"), "{error}");
}

#[tokio::test]
async fn refusals_are_told_in_the_orchestrators_words() {
    let told = |status, body: &str| {
        let body = body.to_owned();
        async move {
            let server = Standin::start().await;
            server.on_text("GET /x", status, &body);
            Failure::from(server.client().await.get(&["x"], &[]).await.unwrap_err())
        }
    };
    let no = told(
        404,
        r#"{"error": {"message": "no task_9", "type": "t", "code": "not_found"}}"#,
    )
    .await;
    assert_eq!((no.code, no.message.as_str()), (PARTLY, "no task_9 (not_found)"));
    let hive = told(400, r#"{"error": "Missing type"}"#).await;
    assert_eq!((hive.code, hive.message.as_str()), (PARTLY, "Missing type"));
    let token = told(401, r#"{"error": {"message": "a token is required", "code": null}}"#).await;
    assert!(token.hints.concat().contains("D8_TOKEN"), "{token:?}");
    let stranger = told(403, "").await;
    assert_eq!(stranger.code, NOT_STARTED);
    assert!(stranger.message.contains("not as an orchestrator"), "{stranger:?}");
    let odd = Answer {
        status: 200,
        text: "<html>".to_owned(),
    };
    assert_eq!(Failure::from(odd.read::<serde_json::Value>().unwrap_err()).code, PARTLY);
}
