//! One job: the attempt, its chunks on their way, its report.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use d8_core::message::{Outcome, Report};
use d8_core::time::Timestamp;
use d8_wire::ChatRequest;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::fleet_loop::Life;
use super::spoken;
use crate::protocol::{self, AttemptName};
use crate::worker::{Concluded, Job, attempt};

/// So many chunks may wait for the orchestrator before the provider has to.
const CHUNKS_AHEAD: usize = 64;
/// The last chunks of an answer may take so long on their way.
const LAST_CHUNKS: Duration = Duration::from_secs(30);
/// What the way of a poll's answer may have taken of the time to send, where there is that much.
const MARGIN: Duration = Duration::from_secs(1);

impl Life {
    /// From the poll's answer to the report's.
    pub(super) async fn work(
        self: &Arc<Self>,
        name: &AttemptName,
        job: &protocol::Job,
        arrived: Timestamp,
        stop: CancellationToken,
    ) {
        let began = self.clock.now();
        let concluded = self.attempt(name, job, arrived, stop).await;
        spoken::ended(name, &concluded, self.clock.now().since(began));
        self.deliver(name, concluded).await;
        self.held.end(name);
    }

    async fn attempt(
        self: &Arc<Self>,
        name: &AttemptName,
        job: &protocol::Job,
        arrived: Timestamp,
        stop: CancellationToken,
    ) -> Concluded {
        let request = match ChatRequest::parse(job.request.get().as_bytes()) {
            Ok(request) => Arc::new(request),
            Err(invalid) => return self.rejected(&invalid.to_string()),
        };
        let (sink, carrier) = if job.stream {
            let (sink, carrier) = self.carry(name, stop.clone());
            (Some(sink), Some(carrier))
        } else {
            (None, None)
        };
        let job = Job {
            request,
            model: job.model.clone(),
            send_by: arrived + send_within(job.send_within_ms),
            sink,
            stop,
        };
        let concluded = attempt::run(&self.provider, &job, self.clock, &self.tally).await;
        // The carrier ends with the last sender.
        drop(job);
        match carrier {
            Some(carrier) => after(carrier, concluded).await,
            None => concluded,
        }
    }

    fn rejected(&self, message: &str) -> Concluded {
        attempt::unsent(self.clock, Outcome::Rejected, Some(message))
    }

    /// Takes chunks on their way as soon as the first is there. When they cannot go on, the attempt is stopped.
    fn carry(
        self: &Arc<Self>,
        name: &AttemptName,
        stop: CancellationToken,
    ) -> (mpsc::Sender<Bytes>, JoinHandle<Carried>) {
        let (sink, mut chunks) = mpsc::channel(CHUNKS_AHEAD);
        let (life, name) = (self.clone(), name.clone());
        let carrier = tokio::spawn(async move {
            let Some(first) = chunks.recv().await else {
                return Carried::Nothing;
            };
            match life.link.chunks(&name, lines(first, chunks)).await {
                Ok(()) => Carried::All,
                Err(_) => {
                    stop.cancel();
                    Carried::Part
                }
            }
        });
        (sink, carrier)
    }
}

/// What became of a stream's chunks.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Carried {
    Nothing,
    All,
    Part,
}

/// The chunks arrive before the report does. Of an answer that somebody has begun to read, an end that is none is a cut.
async fn after(carrier: JoinHandle<Carried>, concluded: Concluded) -> Concluded {
    let abort = carrier.abort_handle();
    let carried = match tokio::time::timeout(LAST_CHUNKS, carrier).await {
        Ok(carried) => carried.unwrap_or(Carried::Part),
        Err(_) => {
            abort.abort();
            Carried::Part
        }
    };
    let begun = carried != Carried::Nothing;
    if begun && matches!(concluded.report.outcome, Outcome::Fault { .. }) {
        return Concluded {
            report: Report {
                outcome: Outcome::Cut,
                ..concluded.report
            },
            ..concluded
        };
    }
    concluded
}

/// A body of one line a chunk, each as it comes.
fn lines(first: Bytes, chunks: mpsc::Receiver<Bytes>) -> reqwest::Body {
    let pieces = futures_util::stream::unfold((Some(first), chunks), |(first, mut chunks)| async move {
        let chunk = match first {
            Some(first) => first,
            None => chunks.recv().await?,
        };
        Some((Ok::<_, std::convert::Infallible>(line(&chunk)), (None, chunks)))
    });
    reqwest::Body::wrap_stream(pieces)
}

/// A line end within a chunk is white space of its JSON.
fn line(chunk: &[u8]) -> Bytes {
    let mut line = BytesMut::with_capacity(chunk.len() + 1);
    line.extend(
        chunk
            .iter()
            .map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }),
    );
    line.extend_from_slice(b"\n");
    line.freeze()
}

/// The orchestrator counts from when its answer left, this worker from when it came.
fn send_within(ms: u64) -> Duration {
    let within = Duration::from_millis(ms);
    if within > 2 * MARGIN { within - MARGIN } else { within }
}
