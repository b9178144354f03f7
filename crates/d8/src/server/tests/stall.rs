//! Clients that send what nobody reads, or do not read what they are sent.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::routing::{get, post};
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::listen::{PATIENT, Running, Told, hear};
use super::*;
use crate::server::body::read;
use crate::server::listen::Timing;
use crate::server::{ApiError, layers};

const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn an_answer_that_nobody_takes_ends_the_connection() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let flood = async move || {
        let told = Told(tell);
        let pieces = futures_util::stream::repeat_with(move || {
            let _held = &told;
            Ok::<_, Infallible>(vec![b'x'; 64 * 1024])
        });
        Body::from_stream(pieces)
    };
    let timing = Timing {
        write: Duration::from_millis(60),
        ..PATIENT
    };
    let server = Running::start(Router::new().route("/", get(flood)), timing, LONG).await;
    let _deaf = server.say("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(timeout(LONG, told.recv()).await.unwrap(), Some("dropped"));
}

#[tokio::test]
async fn whoever_is_refused_before_the_end_of_a_large_body_reads_why() {
    let small = async |request: Request| -> Result<String, ApiError> { read(request, 1_000).await };
    let routes = Router::new().route("/small", post(small));
    let server = Running::start(layers(routes, pi()), PATIENT, LONG).await;
    let lengthy = vec![b'x'; 6 * 1024 * 1024];
    for (head, status) in [
        ("POST /small HTTP/1.1\r\nhost: localhost", "HTTP/1.1 413"),
        ("POST /nothing HTTP/1.1\r\nhost: localhost", "HTTP/1.1 404"),
        ("POST /small HTTP/1.1\r\nhost: 10.0.0.1", "HTTP/1.1 401"),
    ] {
        let length = lengthy.len();
        let mut socket = server
            .say(&format!(
                "{head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
            ))
            .await;
        socket.write_all(&lengthy).await.unwrap();
        let heard = hear(&mut socket).await;
        assert!(heard.starts_with(status), "{head}: {heard}");
    }
}

#[tokio::test]
async fn whoever_asks_before_sending_is_refused_without_sending() {
    let small = async |request: Request| -> Result<String, ApiError> { read(request, 1_000).await };
    let server = Running::start(Router::new().route("/small", post(small)), PATIENT, LONG).await;
    let mut socket = server
        .say("POST /small HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 5000\r\n\r\n")
        .await;
    let heard = hear(&mut socket).await;
    assert!(heard.starts_with("HTTP/1.1 413"), "{heard}");
}
