//! A built-in worker that does what the test says.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use d8_core::id::TaskId;
use d8_core::message::{Lease, Outcome, Report};
use d8_store::ResultRow;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::server::app::App;
use crate::worker::{Errand, Sink};

/// The worker before it knows whom it reports to.
pub(super) struct Idle(mpsc::UnboundedReceiver<Errand>);

pub(super) struct Hand {
    app: Arc<App>,
    errands: mpsc::UnboundedReceiver<Errand>,
}

impl Idle {
    pub(super) fn of(self, app: &Arc<App>) -> Hand {
        Hand {
            app: app.clone(),
            errands: self.0,
        }
    }
}

impl Hand {
    pub(super) fn hired() -> (mpsc::UnboundedSender<Errand>, Idle) {
        let (sender, errands) = mpsc::unbounded_channel();
        (sender, Idle(errands))
    }

    async fn errand(&mut self) -> Errand {
        let errand = timeout(Duration::from_secs(20), self.errands.recv()).await;
        errand.expect("no errand came").unwrap()
    }

    /// The next attempt.
    pub(super) async fn lease(&mut self) -> Lease {
        match self.errand().await {
            Errand::Make(lease) => lease,
            other => panic!("{other:?}"),
        }
    }

    /// The next attempt that nobody wants any more.
    pub(super) async fn stopped(&mut self) -> TaskId {
        match self.errand().await {
            Errand::Stop(task, _) => task,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.errands.is_empty()
    }

    /// Who waits for the attempt's pieces.
    pub(super) fn sink(&self, lease: &Lease) -> Sink {
        self.app.sinks.take(lease.task).expect("nobody waits for pieces").0
    }

    pub(super) fn answer(&self, lease: &Lease, completion: &Value) {
        self.report(lease, Outcome::Answered(None), 200, completion);
    }

    pub(super) fn report(&self, lease: &Lease, outcome: Outcome, status: u16, body: &Value) {
        let report = Report::plain(outcome, self.app.clock.now());
        let body = body.to_string().into_bytes();
        let result = Some(ResultRow { status, body });
        self.app
            .handle
            .finished(lease.task, lease.attempt, report, result)
            .unwrap();
    }
}

/// A piece with this text.
pub(super) fn piece(text: &str) -> Bytes {
    let delta = serde_json::json!({"content": text});
    let choice = serde_json::json!({"index": 0, "delta": delta, "finish_reason": null});
    let chunk = serde_json::json!({"id": "c1", "object": "chat.completion.chunk", "choices": [choice]});
    Bytes::from(chunk.to_string())
}
