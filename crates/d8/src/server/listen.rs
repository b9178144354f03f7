//! The sockets: where the server listens, and an accept loop that no silent client can block.

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{connection, open_files};
use crate::text;

/// How many connections are open at once; further ones wait to be accepted.
pub const MAX_CONNECTIONS: usize = 16_384;
/// How many connections the system holds for us until they are accepted.
const BACKLOG: u32 = 4_096;
/// How many files and sockets the rest of the process may want: its store, its calls to providers.
const OTHER_FILES: u64 = 4_096;
/// How often a port that the system chose is tried in the other family before it is an error.
const PORT_TRIES: usize = 16;

/// How long a client may take for what.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Timing {
    /// From the connection to the end of its first request's head.
    pub head: Duration,
    /// Between two pieces of a body.
    pub body: Duration,
    /// To take what was written to it.
    pub write: Duration,
    /// Between two requests. Longer than what HTTP libraries keep unused connections for: the client closes first, and
    /// never sends a request into a connection that is being closed.
    pub idle: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            write: Duration::from_secs(60),
            idle: Duration::from_secs(120),
        }
    }
}

/// The server cannot listen there.
#[derive(Debug, thiserror::Error)]
#[error("{}", text!("listen-cannot", address = .address.to_string(), reason = self.reason()))]
pub struct BindError {
    /// Where.
    pub address: SocketAddr,
    /// Why.
    pub source: io::Error,
}

impl BindError {
    fn reason(&self) -> String {
        match self.source.kind() {
            io::ErrorKind::AddrInUse => text!("listen-in-use"),
            io::ErrorKind::AddrNotAvailable => text!("listen-not-ours"),
            io::ErrorKind::PermissionDenied => text!("listen-not-allowed"),
            _ => self.source.to_string(),
        }
    }

    /// What to do next.
    pub fn hint(&self) -> String {
        let free = SocketAddr::new(self.address.ip(), 0);
        match self.source.kind() {
            io::ErrorKind::AddrInUse => text!("listen-in-use-next", free = free.to_string()),
            io::ErrorKind::AddrNotAvailable => text!("listen-not-ours-next"),
            io::ErrorKind::PermissionDenied => text!("listen-not-allowed-next"),
            _ => text!("listen-other-next"),
        }
    }
}

/// Listens there and, where that is a loopback address, at the other family's on the same port if the machine has it:
/// `localhost` is either. Port 0 takes a port that is free in both.
///
/// # Errors
/// The address, or its sibling, is taken or not to be had.
pub async fn bind(listen: SocketAddr) -> Result<Vec<TcpListener>, BindError> {
    let mut tries = if listen.port() == 0 { PORT_TRIES } else { 1 };
    loop {
        tries -= 1;
        match bind_both(listen) {
            Err(error) if error.source.kind() == io::ErrorKind::AddrInUse && tries > 0 => {}
            done => return done,
        }
    }
}

fn bind_both(listen: SocketAddr) -> Result<Vec<TcpListener>, BindError> {
    let first = bind_one(listen).map_err(|source| BindError {
        address: listen,
        source,
    })?;
    let Some(address) = sibling(listen.ip()) else {
        return Ok(vec![first]);
    };
    let port = first.local_addr().map_or(listen.port(), |taken| taken.port());
    let address = SocketAddr::new(address, port);
    match bind_one(address) {
        Ok(second) => Ok(vec![first, second]),
        // A stranger there would get half of what is sent to `localhost`.
        Err(source) if source.kind() == io::ErrorKind::AddrInUse => Err(BindError { address, source }),
        // The machine does not have the other family.
        Err(_) => Ok(vec![first]),
    }
}

fn sibling(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(Ipv4Addr::LOCALHOST) => Some(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        IpAddr::V6(Ipv6Addr::LOCALHOST) => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        _ => None,
    }
}

fn bind_one(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // Else a restart must wait for the last connections' remains. On Windows the same word means to share a port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves the routes on these sockets until `shutdown`. Then nothing new is accepted, requests under way may end within
/// `grace`, and what is left is cut. Returns how many connections were.
pub async fn serve(listeners: Vec<TcpListener>, routes: Router, shutdown: CancellationToken, grace: Duration) -> usize {
    serve_timed(listeners, routes, Timing::default(), shutdown, grace).await
}

/// [`serve`] with a client's time limits.
pub async fn serve_timed(
    listeners: Vec<TcpListener>,
    routes: Router,
    timing: Timing,
    shutdown: CancellationToken,
    grace: Duration,
) -> usize {
    open_files::allow(MAX_CONNECTIONS as u64 + OTHER_FILES);
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let (socket, peer, place) = tokio::select! {
            () = shutdown.cancelled() => break,
            next = accept(&listeners, &places) => next,
            Some(_) = connections.join_next() => continue,
        };
        let life = connection::live(socket, peer, routes.clone(), timing, shutdown.clone());
        connections.spawn(async move {
            life.await;
            drop(place);
        });
    }
    drop(listeners);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(grace, all_ended).await;
    let cut = connections.len();
    connections.shutdown().await;
    cut
}

/// A socket, who is at its other end, and its place among the connections.
async fn accept(
    listeners: &[TcpListener],
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    let place = places.clone().acquire_owned().await.ok();
    loop {
        match first_of(listeners).await {
            Ok((socket, peer)) => {
                // Streams are made of small writes: they must not wait for each other. It may fail, they just wait then.
                let _ = socket.set_nodelay(true);
                return (socket, peer, place);
            }
            // Mostly too many open files: some of them will be closed.
            Err(error) => {
                tracing::warn!(%error, "a connection cannot be accepted; trying again");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn first_of(listeners: &[TcpListener]) -> io::Result<(TcpStream, SocketAddr)> {
    poll_fn(|cx| {
        for listener in listeners {
            if let Poll::Ready(accepted) = listener.poll_accept(cx) {
                return Poll::Ready(accepted);
            }
        }
        Poll::Pending
    })
    .await
}
