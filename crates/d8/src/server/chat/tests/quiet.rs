//! Streams that nothing comes from for a long time, in virtual time and without sockets.

use std::net::SocketAddr;

use axum::body::{Body, BodyDataStream};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use d8_core::message::{Lease, Outcome};
use futures_util::StreamExt;
use tokio::time::Instant;
use tower::ServiceExt;

use super::door::router;
use super::hand::piece;
use super::*;
use crate::server::chat::Orphans;

/// Sends a request for a stream; from the moment at which it is being worked on time is virtual.
async fn send(door: &Door, hand: &mut Hand) -> (Response<Body>, Lease) {
    let (response, lease) = tokio::join!(post(door, &[]), async {
        let lease = hand.lease().await;
        tokio::time::pause();
        lease
    });
    (response, lease)
}

async fn post(door: &Door, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::post("/v1/chat/completions").header("host", "localhost");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let peer: SocketAddr = "127.0.0.1:40000".parse().unwrap();
    let request = request.extension(ConnectInfo(peer));
    let request = request.body(Body::from(streamed("hello").to_string())).unwrap();
    router(&door.app).oneshot(request).await.unwrap()
}

async fn next(body: &mut BodyDataStream) -> Option<String> {
    let bytes = body.next().await?.unwrap();
    Some(String::from_utf8(bytes.to_vec()).unwrap())
}

/// The first that is no comment.
async fn first_event(body: &mut BodyDataStream) -> String {
    loop {
        let text = next(body).await.unwrap();
        if text != ": wait\n" {
            return text;
        }
    }
}

#[tokio::test]
async fn after_half_a_minute_the_headers_leave_and_comments_follow() {
    let (door, mut hand) = Door::by_hand("[]", "", Orphans::default()).await;
    let began = Instant::now();
    let (response, lease) = send(&door, &mut hand).await;
    assert_eq!(began.elapsed().as_secs(), 30);
    assert_eq!(response.status().as_u16(), 200);
    assert!(response.headers().contains_key("x-d8-task-id"));
    let mut body = response.into_body().into_data_stream();
    for seconds in [30, 45, 60] {
        assert_eq!(next(&mut body).await.as_deref(), Some(": wait\n"));
        assert_eq!(began.elapsed().as_secs(), seconds);
    }
    hand.sink(&lease).send(piece("hello")).await.unwrap();
    hand.answer(&lease, &completion("hello"));
    assert!(first_event(&mut body).await.starts_with("data: {"));
    assert_eq!(first_event(&mut body).await, "data: [DONE]\n\n");
    assert_eq!(next(&mut body).await, None);
}

#[tokio::test]
async fn a_failure_after_the_headers_is_an_event() {
    let (door, mut hand) = Door::by_hand("[]", "", Orphans::default()).await;
    let (response, lease) = send(&door, &mut hand).await;
    let mut body = response.into_body().into_data_stream();
    let said = json!({"error": {"message": "no such tool", "code": "bad_tool"}});
    hand.report(&lease, Outcome::Rejected, 400, &said);
    let event = first_event(&mut body).await;
    let error: Value = serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(error["error"]["message"], "no such tool");
    assert_eq!(error["error"]["code"], "bad_tool");
    assert_eq!(next(&mut body).await, None);
}

#[tokio::test(start_paused = true)]
async fn who_has_waited_enough_after_the_headers_is_told_by_an_event() {
    let (door, _hand) = Door::by_hand("[{ requests = 0, per = \"1d\" }]", "", Orphans::default()).await;
    let began = Instant::now();
    let mut body = post(&door, &[("x-d8-max-wait", "1m")])
        .await
        .into_body()
        .into_data_stream();
    let event = first_event(&mut body).await;
    assert!(event.contains("d8_max_wait"), "{event}");
    assert_eq!(began.elapsed().as_secs(), 60);
    assert_eq!(next(&mut body).await, None);
}
