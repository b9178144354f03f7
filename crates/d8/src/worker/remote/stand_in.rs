//! An orchestrator for tests: it hands out what the test says, notes what it is told, and can go and come back.

#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{Notify, mpsc};

use crate::protocol::{
    AttemptName, Heartbeat, HeartbeatAnswer, Job, PollAnswer, Registration, Terms, VERSION, Welcome, WorkReport,
};

/// What happened at the orchestrator.
#[derive(Debug)]
pub(super) enum Seen {
    Registered(Registration, Option<String>),
    Beat(Heartbeat),
    Report(WorkReport),
    Chunk(Bytes),
    ChunksEnded,
    Unregistered(Value),
}

/// What it knows and what it is to do; it outlives a restart.
#[derive(Debug)]
struct Mind {
    jobs: Mutex<VecDeque<Job>>,
    cancelled: Mutex<Vec<AttemptName>>,
    news: Notify,
    knows_worker: AtomicBool,
    /// 410 after the first chunk.
    nobody_listens: AtomicBool,
    /// Answers to the next reports; else 200.
    report_statuses: Mutex<VecDeque<u16>>,
    seen: mpsc::UnboundedSender<Seen>,
}

/// One that is there.
pub(super) struct StandIn {
    pub(super) address: SocketAddr,
    mind: Arc<Mind>,
    runtime: Option<Runtime>,
}

impl StandIn {
    pub(super) fn start() -> (Self, mpsc::UnboundedReceiver<Seen>) {
        let (seen, sights) = mpsc::unbounded_channel();
        let mind = Arc::new(Mind {
            jobs: Mutex::default(),
            cancelled: Mutex::default(),
            news: Notify::new(),
            knows_worker: AtomicBool::new(false),
            nobody_listens: AtomicBool::new(false),
            report_statuses: Mutex::default(),
            seen,
        });
        let mut stand_in = Self {
            address: ([127, 0, 0, 1], 0).into(),
            mind,
            runtime: None,
        };
        stand_in.come();
        (stand_in, sights)
    }

    /// Listens, at the address of the last time.
    pub(super) fn come(&mut self) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (told, address) = std::sync::mpsc::channel();
        let (wanted, routes) = (self.address, routes(self.mind.clone()));
        runtime.spawn(async move {
            let listener = TcpListener::bind(wanted).await.unwrap();
            told.send(listener.local_addr().unwrap()).unwrap();
            axum::serve(listener, routes).await.unwrap();
        });
        self.address = address.recv().unwrap();
        self.runtime = Some(runtime);
    }

    /// Goes away with every connection, and forgets who had registered.
    pub(super) fn go(&mut self) {
        self.mind.knows_worker.store(false, Ordering::SeqCst);
        let runtime = self.runtime.take().unwrap();
        // A runtime ends only where none is: then its sockets are closed.
        std::thread::spawn(move || drop(runtime)).join().unwrap();
    }

    pub(super) fn hand_out(&self, job: Job) {
        self.mind.jobs.lock().unwrap().push_back(job);
        self.mind.news.notify_one();
    }

    pub(super) fn cancel(&self, name: AttemptName) {
        self.mind.cancelled.lock().unwrap().push(name);
        self.mind.news.notify_one();
    }

    pub(super) fn answer_reports(&self, statuses: &[u16]) {
        self.mind.report_statuses.lock().unwrap().extend(statuses);
    }

    pub(super) fn stop_listening(&self) {
        self.mind.nobody_listens.store(true, Ordering::SeqCst);
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Mind {
    fn see(&self, seen: Seen) {
        let _ = self.seen.send(seen);
    }

    fn knows(&self) -> bool {
        self.knows_worker.load(Ordering::SeqCst)
    }
}

fn routes(mind: Arc<Mind>) -> Router {
    Router::new()
        .route("/api/workers/register", post(register))
        .route("/api/workers/{id}/tasks", get(poll))
        .route("/api/workers/{id}/tasks/{task}/chunks", post(chunks))
        .route("/api/workers/{id}/heartbeat", post(heartbeat))
        .route("/api/workers/{id}/result", post(result))
        .route("/api/workers/{id}/unregister", post(unregister))
        .with_state(mind)
}

async fn register(
    State(mind): State<Arc<Mind>>,
    headers: HeaderMap,
    Json(registration): Json<Registration>,
) -> Result<Json<Welcome>, (StatusCode, Json<Value>)> {
    let authorization = headers
        .get("authorization")
        .map(|value| value.to_str().unwrap().to_owned());
    let worker_id = registration.worker_id.clone();
    if worker_id == "stranger" {
        let words = json!({"error": {"message": "a token is needed"}});
        return Err((StatusCode::UNAUTHORIZED, Json(words)));
    }
    mind.knows_worker.store(true, Ordering::SeqCst);
    mind.see(Seen::Registered(registration, authorization));
    Ok(Json(Welcome {
        success: true,
        status: "registered".to_owned(),
        worker_id,
        message: String::new(),
        d8: Some(Terms {
            protocol: VERSION,
            account: "groq".to_owned(),
            models: Vec::new(),
            lease_ms: 150,
        }),
    }))
}

async fn poll(State(mind): State<Arc<Mind>>) -> Json<PollAnswer> {
    if mind.knows() {
        // A second at most, whatever it asks for.
        let _ = tokio::time::timeout(Duration::from_secs(1), mind.news.notified()).await;
    }
    Json(PollAnswer {
        jobs: mind.jobs.lock().unwrap().drain(..).collect(),
        cancelled: std::mem::take(&mut *mind.cancelled.lock().unwrap()),
        registered: mind.knows(),
    })
}

async fn heartbeat(State(mind): State<Arc<Mind>>, Json(beat): Json<Heartbeat>) -> Json<HeartbeatAnswer> {
    mind.see(Seen::Beat(beat));
    Json(HeartbeatAnswer {
        status: "ok".to_owned(),
        cancelled: Vec::new(),
        registered: mind.knows(),
    })
}

async fn result(State(mind): State<Arc<Mind>>, Json(report): Json<WorkReport>) -> StatusCode {
    // One that does not know the worker does not believe it either.
    if !mind.knows() {
        return StatusCode::CONFLICT;
    }
    let scripted = mind.report_statuses.lock().unwrap().pop_front();
    mind.see(Seen::Report(report));
    StatusCode::from_u16(scripted.unwrap_or(200)).unwrap()
}

async fn chunks(State(mind): State<Arc<Mind>>, body: Body) -> StatusCode {
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let Ok(piece) = piece else {
            return StatusCode::BAD_REQUEST;
        };
        mind.see(Seen::Chunk(piece));
        if mind.nobody_listens.load(Ordering::SeqCst) {
            return StatusCode::GONE;
        }
    }
    mind.see(Seen::ChunksEnded);
    StatusCode::OK
}

async fn unregister(State(mind): State<Arc<Mind>>, Json(words): Json<Value>) -> StatusCode {
    mind.see(Seen::Unregistered(words));
    StatusCode::OK
}
