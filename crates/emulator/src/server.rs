//! The socket: an accept loop that can close a connection without an answer, and that no silent client can block.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::emulator::Emulator;
use crate::reply::Hangup;

/// How many connections are open at once; further ones wait to be accepted.
const MAX_CONNECTIONS: usize = 4_096;
/// How long a client may take for the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long answers in flight may take once the server is told to stop.
const GRACE: Duration = Duration::from_secs(2);

/// Serves an emulator on a listener of the caller's until `shutdown` is ready. Answers in flight may end, for two seconds
/// at most.
///
/// # Errors
/// None so far: a connection that fails ends itself alone, and a failed accept is tried again.
pub async fn serve(listener: TcpListener, emulator: Emulator, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let router = emulator.router();
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let next = tokio::select! {
            () = &mut shutdown => break,
            next = accept(&listener, &places) => next,
            Some(_) = connections.join_next() => continue,
        };
        let (socket, place) = next;
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(TokioIo::new(socket), service(router.clone()));
        let connection = graceful.watch(connection);
        connections.spawn(async move {
            // A client that breaks off, or that is dropped on demand, is no news.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    emulator.close();
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
    connections.shutdown().await;
    Ok(())
}

/// A socket and its place among the connections. A failed accept (too many open files, mostly) is tried again.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, Option<tokio::sync::OwnedSemaphorePermit>) {
    let place = places.clone().acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((socket, _)) => {
                // Streams are made of small writes: they must not wait for each other. It may fail, they just wait then.
                let _ = socket.set_nodelay(true);
                return (socket, place);
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// The routes, and an error where the answer is that there is none: hyper then closes the connection.
fn service(
    router: Router,
) -> impl Service<Request<Incoming>, Response = Response<Body>, Error = HungUp, Future: Send> + Clone {
    let router = TowerToHyperService::new(router);
    service_fn(move |request: Request<Incoming>| {
        let answer = router.call(request);
        async move {
            let response = answer.await.unwrap_or_else(|never: Infallible| match never {});
            if response.extensions().get::<Hangup>().is_some() {
                Err(HungUp)
            } else {
                Ok(response)
            }
        }
    })
}

/// The connection is closed on demand.
#[derive(Debug)]
struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is closed without an answer, on demand")
    }
}

impl std::error::Error for HungUp {}
