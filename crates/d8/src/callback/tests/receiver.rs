//! A receiver of callbacks on this machine, and deliveries to it in virtual time.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use d8_core::id::TaskId;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::callback::agenda::Told;
use crate::callback::courier::Courier;
use crate::callback::deliveries::{Caller, Handle, Message};
use crate::callback::resolver::Resolver;
use crate::callback::secret::Secret;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    pub(super) after: Duration,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Arrived {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
    }
}

type Answer = Box<dyn Fn() -> BoxFuture<'static, Response> + Send + Sync>;

/// Gives its answers in turn, the last one for ever.
pub(super) struct Receiver {
    began: Instant,
    address: SocketAddr,
    answers: Mutex<VecDeque<Answer>>,
    arrived: Mutex<Vec<Arrived>>,
}

impl Receiver {
    /// Must run before anything that needs TLS settings.
    pub(super) async fn start(answers: Vec<Answer>) -> Arc<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let receiver = Arc::new(Self {
            began: Instant::now(),
            address: listener.local_addr().unwrap(),
            answers: Mutex::new(answers.into()),
            arrived: Mutex::default(),
        });
        let app = axum::Router::new().fallback(answer).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        receiver
    }

    pub(super) fn url(&self, host: &str) -> String {
        format!("http://{host}:{}/hook?key=test-key-1", self.address.port())
    }

    pub(super) fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    /// Whole seconds between one arrival and the next.
    pub(super) fn gaps(&self) -> Vec<u64> {
        let arrived = self.arrived();
        let gaps = arrived.windows(2).map(|pair| (pair[1].after - pair[0].after).as_secs());
        gaps.collect()
    }
}

async fn answer(State(receiver): State<Arc<Receiver>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let arrived = Arrived {
        after: receiver.began.elapsed(),
        method: parts.method,
        path: parts.uri.path().to_owned(),
        headers: parts.headers,
        body: axum::body::to_bytes(body, usize::MAX).await.unwrap(),
    };
    receiver.arrived.lock().unwrap().push(arrived);
    let answer = {
        let mut answers = receiver.answers.lock().unwrap();
        let answer = answers.front().unwrap()();
        if answers.len() > 1 {
            answers.pop_front();
        }
        answer
    };
    answer.await
}

/// A status alone, or with one header.
pub(super) fn status(status: u16, header: Option<(&'static str, &'static str)>) -> Answer {
    Box::new(move || {
        let response = header
            .iter()
            .fold(Response::builder().status(status), |response, (name, value)| {
                response.header(*name, *value)
            });
        let response = response.body(Body::empty()).unwrap();
        async { response }.boxed()
    })
}

/// Never.
pub(super) fn silence() -> Answer {
    Box::new(|| futures_util::future::pending().boxed())
}

/// What each name leads to.
pub(super) struct Names(HashMap<&'static str, IpAddr>);

pub(super) fn names<const N: usize>(names: [(&'static str, &str); N]) -> Arc<dyn Resolver> {
    let names = names.map(|(name, address)| (name, address.parse().unwrap()));
    Arc::new(Names(names.into()))
}

impl Resolver for Names {
    fn addresses(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let found = self.0.get(&*host).map(|address| vec![*address]);
        async { found.ok_or_else(|| io::Error::other("unknown name")) }.boxed()
    }
}

/// A secret in a folder that goes when the test ends.
pub(super) fn secret() -> (Secret, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Secret::load_or_make(folder.path()).unwrap(), folder)
}

/// Virtual time stands still as long as this is there: real sockets need no virtual time, and an idle runtime would
/// otherwise leap to the next timeout while bytes are on their way.
pub(super) fn hold_time() -> std::sync::mpsc::Sender<()> {
    let (held, freed) = std::sync::mpsc::channel();
    tokio::task::spawn_blocking(move || freed.recv());
    held
}

/// Deliveries whose waits take no real time, with their ends as they come.
pub(super) struct Telling {
    pub(super) handle: Handle,
    pub(super) shutdown: CancellationToken,
    pub(super) told: mpsc::UnboundedReceiver<(TaskId, Told)>,
}

/// Tells tasks whose messages `load` gives.
pub(super) fn tell(courier: Courier, load: impl Fn(TaskId) -> Option<Message> + Send + Sync + 'static) -> Telling {
    let courier = Arc::new(courier);
    let shutdown = CancellationToken::new();
    let (tell, told) = mpsc::unbounded_channel();
    let caller = Caller {
        load: move |task| {
            let message = load(task);
            async { message }.boxed()
        },
        carry: move |parcel| {
            let courier = courier.clone();
            async move {
                let _still = hold_time();
                courier.carry(parcel).await
            }
            .boxed()
        },
        told: move |task, end| drop(tell.send((task, end))),
        allow_private: true,
    };
    Telling {
        handle: caller.start(shutdown.clone()),
        shutdown,
        told,
    }
}
