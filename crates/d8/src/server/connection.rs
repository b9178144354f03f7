//! The life of one connection: which protocol it speaks, its requests, and its end when it is silent, gone or told to.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::EXPECT;
use axum::http::{HeaderMap, Request, Response};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::listen::Timing;
use super::pace::{Brisk, Paced};

/// What hyper keeps of a connection at most, in bytes; a request's head must fit. It begins with 8 KiB each way.
const MAX_BUFFER: usize = 64 * 1024;
/// How many requests an HTTP/2 connection has under way at once.
const MAX_STREAMS: u32 = 4_096;
/// How often an HTTP/2 client is asked whether it still lives, and how long it may take to answer.
const PING: Duration = Duration::from_secs(20);
/// How HTTP/2 begins, when no TLS has agreed on it before.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Once the server stops, a connection without a request has so long to send what it still holds.
const LEAVING: Duration = Duration::from_millis(500);

/// Serves a connection until it ends, is silent for too long, or the server stops and its requests are answered.
pub(super) async fn live(
    socket: TcpStream,
    peer: SocketAddr,
    routes: Router,
    timing: Timing,
    shutdown: CancellationToken,
) {
    let began = Instant::now();
    let protocol = tokio::select! {
        () = shutdown.cancelled() => return,
        first = tokio::time::timeout(timing.head, protocol(&socket)) => first,
    };
    let requests = watch::Sender::new(0);
    let rest_of_head = timing.head.saturating_sub(began.elapsed());
    let silence = silence(requests.subscribe(), rest_of_head, timing.idle);
    let service = service(routes, peer, timing, requests.clone());
    let io = TokioIo::new(Brisk::new(socket, timing.write));
    let ending = Ending {
        requests,
        silence,
        shutdown,
    };
    match protocol {
        Ok(Some(Protocol::Http1)) => ending.of(http1(timing).serve_connection(io, service)).await,
        Ok(Some(Protocol::Http2)) => ending.of(http2().serve_connection(io, service)).await,
        // Nothing was said, or the client has gone.
        Ok(None) | Err(_) => {}
    }
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Protocol {
    Http1,
    Http2,
}

/// Looks at the first bytes without taking them. None where the client goes before it has said enough.
async fn protocol(socket: &TcpStream) -> Option<Protocol> {
    let mut seen = [0; PREFACE.len()];
    loop {
        let count = socket.peek(&mut seen).await.ok()?;
        if count == 0 {
            return None;
        } else if !PREFACE.starts_with(&seen[..count]) {
            return Some(Protocol::Http1);
        } else if count == PREFACE.len() {
            return Some(Protocol::Http2);
        }
        // The same bytes would be seen again at once: nothing tells when there are more of them.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn http1(timing: Timing) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        // Runs between requests as well; the first one's is held by `silence`.
        .header_read_timeout(timing.idle)
        .max_buf_size(MAX_BUFFER);
    builder
}

fn http2() -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_BUFFER as u32)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    builder
}

/// Ready when no request has been under way for `head` before the first, and for `idle` after any.
async fn silence(mut requests: watch::Receiver<u32>, head: Duration, idle: Duration) {
    let mut patience = head;
    loop {
        let changed = if *requests.borrow_and_update() == 0 {
            match tokio::time::timeout(patience, requests.changed()).await {
                Ok(changed) => changed,
                Err(_) => return,
            }
        } else {
            requests.changed().await
        };
        if changed.is_err() {
            return;
        }
        patience = idle;
    }
}

/// What ends a connection besides itself.
struct Ending<S> {
    requests: watch::Sender<u32>,
    silence: S,
    shutdown: CancellationToken,
}

impl<S: Future<Output = ()>> Ending<S> {
    /// Drives a connection to its end. One that breaks is no news.
    async fn of<C: GracefulConnection>(self, connection: C) {
        let mut connection = pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => return,
            () = self.silence => {}
            () = self.shutdown.cancelled() => {}
        }
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            _ = connection => {}
            () = silence(self.requests.subscribe(), LEAVING, LEAVING) => {}
        }
    }
}

/// The routes as hyper calls them: with the peer's address, a body that cannot stall, and a count of what is under way.
fn service(
    routes: Router,
    peer: SocketAddr,
    timing: Timing,
    requests: watch::Sender<u32>,
) -> impl Service<Request<Incoming>, Response = Response<Counted>, Error = Infallible, Future: Send + 'static> + Clone {
    let routes = TowerToHyperService::new(routes);
    service_fn(move |request: Request<Incoming>| {
        let entry = Entry::new(&requests);
        let asks = waits_to_be_asked(request.headers());
        let mut request = request.map(|body| Body::new(Paced::new(body, timing.body, asks)));
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = routes.call(request);
        async move {
            let response = answer.await?;
            Ok(response.map(|body| Counted { body, _entry: entry }))
        }
    })
}

fn waits_to_be_asked(headers: &HeaderMap) -> bool {
    let value = headers.get(EXPECT).map(axum::http::HeaderValue::as_bytes);
    value.is_some_and(|value| value.eq_ignore_ascii_case(b"100-continue"))
}

/// A request under way: from its head to the last byte of its answer, or to the client's leaving.
struct Entry(watch::Sender<u32>);

impl Entry {
    fn new(requests: &watch::Sender<u32>) -> Self {
        requests.send_modify(|count| *count += 1);
        Self(requests.clone())
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// An answer's body that counts as under way until it has been given out.
pub(super) struct Counted {
    body: Body,
    _entry: Entry,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
