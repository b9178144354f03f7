//! Real sockets: who may stay, what ends a handler, and how the server stops.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::{get, post};
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::server::body::Text;
use crate::server::listen::{Timing, bind, serve_timed};

/// Far beyond what anything here takes; only a defect waits so long.
const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(60);
/// Nothing runs out.
pub(super) const PATIENT: Timing = Timing {
    head: LONG,
    body: LONG,
    write: LONG,
    idle: LONG,
};

/// A server on a port of its own.
pub(super) struct Running {
    pub(super) address: SocketAddr,
    shutdown: CancellationToken,
    served: JoinHandle<usize>,
}

impl Running {
    pub(super) async fn start(routes: Router, timing: Timing, grace: Duration) -> Self {
        let listeners = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listeners[0].local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let served = tokio::spawn(serve_timed(listeners, routes, timing, shutdown.clone(), grace));
        Self {
            address,
            shutdown,
            served,
        }
    }

    /// How many connections were cut.
    async fn stop(self) -> usize {
        self.shutdown.cancel();
        timeout(LONG, self.served).await.unwrap().unwrap()
    }

    pub(super) async fn say(&self, words: &str) -> TcpStream {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        socket.write_all(words.as_bytes()).await.unwrap();
        socket
    }
}

/// All that the server sends until it closes.
pub(super) async fn hear(socket: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    match timeout(LONG, socket.read_to_end(&mut heard)).await.unwrap() {
        Err(error) if error.kind() != io::ErrorKind::ConnectionReset => panic!("{error}"),
        _ => String::from_utf8_lossy(&heard).into_owned(),
    }
}

/// What the server sends until it has sent this.
async fn hear_until(socket: &mut TcpStream, end: &str) -> String {
    let mut heard = String::new();
    while !heard.ends_with(end) {
        let byte = timeout(LONG, socket.read_u8()).await.unwrap().unwrap();
        heard.push(char::from(byte));
    }
    heard
}

/// Tells when it is dropped.
pub(super) struct Told(pub(super) mpsc::UnboundedSender<&'static str>);

impl Drop for Told {
    fn drop(&mut self) {
        let _ = self.0.send("dropped");
    }
}

/// A route that never answers, and tells when it is entered and when it is dropped.
fn waiting() -> (Router, mpsc::UnboundedReceiver<&'static str>) {
    let (tell, told) = mpsc::unbounded_channel();
    let wait = async move |Text(_): Text| -> String {
        let _told = Told(tell.clone());
        let _ = tell.send("entered");
        std::future::pending().await
    };
    (Router::new().route("/wait", post(wait)), told)
}

async fn next(told: &mut mpsc::UnboundedReceiver<&'static str>) -> &'static str {
    timeout(LONG, told.recv()).await.unwrap().unwrap()
}

fn echo() -> Router {
    let echo = async |Text(text): Text| format!("{text}!");
    Router::new().route("/echo", post(echo))
}

#[tokio::test]
async fn whoever_does_not_ask_in_time_is_sent_away() {
    let timing = Timing { head: SHORT, ..PATIENT };
    let server = Running::start(echo(), timing, LONG).await;
    let half = [
        "",
        "P",
        "GET / HT",
        "GET / HTTP/1.1\r\nhost: x\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    let all = half.map(async |words| {
        let heard = hear(&mut server.say(words).await).await;
        assert!(!heard.contains(" 200 "), "{words:?}: {heard}");
    });
    join_all(all).await;
    assert_eq!(server.stop().await, 0);
}

#[tokio::test]
async fn between_requests_there_is_more_time_but_not_for_ever() {
    let timing = Timing { idle: SHORT, ..PATIENT };
    let server = Running::start(echo(), timing, LONG).await;
    let words = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi";
    let mut socket = server.say(words).await;
    assert!(hear(&mut socket).await.ends_with("hi!"));
}

#[tokio::test]
async fn a_body_that_stops_coming_is_answered_408() {
    let timing = Timing { body: SHORT, ..PATIENT };
    let server = Running::start(echo(), timing, LONG).await;
    for words in [
        "content-length: 10\r\n\r\nabc",
        "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ] {
        let mut socket = server.say(&format!("POST /echo HTTP/1.1\r\nhost: x\r\n{words}")).await;
        let heard = hear(&mut socket).await;
        assert!(heard.starts_with("HTTP/1.1 408"), "{heard}");
        assert!(heard.contains("request_timeout"), "{heard}");
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_ends_its_handler() {
    let (routes, mut told) = waiting();
    let server = Running::start(routes, PATIENT, LONG).await;
    let whole = "POST /wait HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi";
    let chunked = "POST /wait HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    for words in [whole, chunked] {
        let socket = server.say(words).await;
        assert_eq!(next(&mut told).await, "entered");
        drop(socket);
        assert_eq!(next(&mut told).await, "dropped");
    }
    assert_eq!(server.stop().await, 0);
}

#[tokio::test]
async fn over_http2_too() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (routes, mut told) = waiting();
    let server = Running::start(routes.merge(echo()), PATIENT, LONG).await;
    let client = reqwest::Client::builder()
        .no_proxy()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    let ask = |path: &str| {
        client
            .post(format!("http://{}{path}", server.address))
            .body("hi")
            .send()
    };

    let answer = ask("/echo").await.unwrap();
    assert_eq!(answer.version(), axum::http::Version::HTTP_2);
    assert_eq!(answer.text().await.unwrap(), "hi!");

    let waiter = tokio::spawn(ask("/wait"));
    assert_eq!(next(&mut told).await, "entered");
    waiter.abort();
    assert_eq!(next(&mut told).await, "dropped");
    // The client keeps its connection; nothing is under way on it.
    assert_eq!(server.stop().await, 0);
}

#[tokio::test]
async fn requests_under_way_may_end_when_the_server_stops() {
    let go = Arc::new(Notify::new());
    let (entered, mut told) = mpsc::unbounded_channel();
    let wait = {
        let go = go.clone();
        async move || {
            let _ = entered.send("entered");
            go.notified().await;
            "done"
        }
    };
    let server = Running::start(Router::new().route("/", get(wait)), PATIENT, LONG).await;
    let address = server.address;
    let mut socket = server.say("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(next(&mut told).await, "entered");
    let stopping = tokio::spawn(server.stop());
    // Nobody new comes in; until the sockets are closed the system may still greet somebody.
    timeout(LONG, async { while TcpStream::connect(address).await.is_ok() {} })
        .await
        .unwrap();
    go.notify_one();
    assert!(hear(&mut socket).await.ends_with("done"));
    assert_eq!(stopping.await.unwrap(), 0);
}

#[tokio::test]
async fn what_does_not_end_within_the_grace_is_cut() {
    let (routes, mut told) = waiting();
    let server = Running::start(routes, PATIENT, SHORT).await;
    let mut socket = server
        .say("POST /wait HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n")
        .await;
    assert_eq!(next(&mut told).await, "entered");
    assert_eq!(server.stop().await, 1);
    assert_eq!(next(&mut told).await, "dropped");
    assert_eq!(hear(&mut socket).await, "");
}

#[tokio::test]
async fn nobody_silent_holds_the_stop_up() {
    let server = Running::start(echo(), PATIENT, Duration::from_secs(3_600)).await;
    let mut idle = server
        .say("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi")
        .await;
    hear_until(&mut idle, "hi!").await;
    let half = ["", "P", "GET / HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"];
    let _silent = join_all(half.map(|words| server.say(words))).await;
    assert_eq!(server.stop().await, 0);
}

#[tokio::test]
async fn a_body_is_asked_for_where_the_client_waits_for_that() {
    let server = Running::start(echo(), PATIENT, LONG).await;
    let mut socket = server
        .say("POST /echo HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\nconnection: close\r\n\r\n")
        .await;
    let first = hear_until(&mut socket, "\r\n\r\n").await;
    assert!(first.starts_with("HTTP/1.1 100"), "{first}");
    socket.write_all(b"hi").await.unwrap();
    let answer = hear(&mut socket).await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("hi!"),
        "{answer}"
    );
}

#[tokio::test]
async fn handlers_see_the_peer_on_both_families() {
    let peer = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string();
    let routes = Router::new().route("/", get(peer));
    for (listen, sibling) in [("127.0.0.1:0", "[::1]"), ("[::1]:0", "127.0.0.1")] {
        let Ok(listeners) = bind(listen.parse().unwrap()).await else {
            continue; // No IPv6 here.
        };
        let addresses: Vec<SocketAddr> = listeners.iter().map(|one| one.local_addr().unwrap()).collect();
        if let [first, second] = addresses[..] {
            assert_eq!(second, format!("{sibling}:{}", first.port()).parse().unwrap());
        }
        let shutdown = CancellationToken::new();
        let served = tokio::spawn(serve_timed(listeners, routes.clone(), PATIENT, shutdown.clone(), LONG));
        for address in addresses {
            let mut socket = TcpStream::connect(address).await.unwrap();
            socket
                .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
                .await
                .unwrap();
            assert!(hear(&mut socket).await.ends_with(&format!("\r\n{}", address.ip())));
        }
        shutdown.cancel();
        served.await.unwrap();
    }
}

#[tokio::test]
async fn a_taken_port_is_an_error_with_its_address_and_a_way_out() {
    let held = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    for listener in &held {
        let address = listener.local_addr().unwrap();
        let error = bind(address).await.unwrap_err();
        assert!(error.to_string().contains(&address.to_string()), "{error}");
        assert!(error.hint().contains("--listen"), "{}", error.hint());
    }
}

#[tokio::test]
async fn a_port_that_only_a_stranger_has_in_the_other_family_is_taken_too() {
    let Ok(stranger) = tokio::net::TcpListener::bind("[::1]:0").await else {
        return; // No IPv6 here.
    };
    let port = stranger.local_addr().unwrap().port();
    // Somebody else may have it on IPv4: then it is an error all the same.
    let error = bind(format!("127.0.0.1:{port}").parse().unwrap()).await.unwrap_err();
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}
