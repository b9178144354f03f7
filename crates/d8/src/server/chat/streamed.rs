//! An answer in pieces, each passed on as it comes.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Response;
use bytes::{BufMut, Bytes, BytesMut};
use d8_core::change::Ending;
use d8_core::id::TaskId;
use d8_core::time::Timestamp;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::submission::Submission;
use super::{failure, pieces, plain};
use crate::orchestrator::Done;
use crate::server::app::App;
use crate::server::error::{ApiError, Wire};

/// After so long the headers leave without an answer: what stands in between would hang up.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a stream that waits gives a sign of life.
const SIGN_EVERY: Duration = Duration::from_secs(15);
/// So many pieces wait for a slow client before the provider is slowed down.
const PIECES: usize = 64;
/// A comment with one line end: safe for every parser that was tried.
const SIGN: &[u8] = b": wait\n";

pub(super) async fn answer(app: Arc<App>, submission: Submission) -> Result<Response, ApiError> {
    let task = submission.task;
    let (sink, chunks) = mpsc::channel(PIECES);
    let stop = CancellationToken::new();
    app.sinks.put(task, sink, stop.clone());
    let mut stream = Stream {
        done: Some(app.handle.audience.watch(task)),
        chunks,
        guard: Guard {
            app: app.clone(),
            task,
            stop,
            ended: false,
        },
        give_up_at: Instant::now() + submission.wishes.max_wait,
        sign_at: Instant::now() + PATIENCE,
        include_usage: submission.request.wants_stream_usage(),
        begun: false,
        waiting: None,
        over: false,
    };
    submission.hand_in(&app).await?;
    let came = submission.came;
    drop(submission);
    match stream.next().await {
        Next::Piece(piece) => {
            stream.waiting = Some(piece);
            Ok(respond(&app, stream, task, came))
        }
        Next::Sign => {
            stream.waiting = Some(Bytes::from_static(SIGN));
            Ok(respond(&app, stream, task, came))
        }
        Next::Ended(done) if done.ending == Ending::Completed => {
            stream.finish(&done);
            Ok(respond(&app, stream, task, came))
        }
        Next::Ended(done) => {
            stream.guard.ended = true;
            Ok(plain::respond(&app, done, came))
        }
        Next::TooLong(error) => Err(error),
    }
}

fn respond(app: &App, stream: Stream, task: TaskId, came: Timestamp) -> Response {
    let start = app.handle.audience.start_of(task);
    let body = futures_util::stream::unfold(stream, |mut stream| async move {
        let piece = stream.piece().await?;
        Some((Ok::<_, std::convert::Infallible>(piece), stream))
    });
    let mut response = Response::new(Body::from_stream(body));
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream; charset=utf-8"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    plain::mark(app, headers, task, start, came);
    response
}

/// A stream under way.
struct Stream {
    chunks: mpsc::Receiver<Bytes>,
    done: Option<oneshot::Receiver<Done>>,
    guard: Guard,
    give_up_at: Instant,
    sign_at: Instant,
    include_usage: bool,
    /// A piece of the answer has been passed on.
    begun: bool,
    /// What leaves first.
    waiting: Option<Bytes>,
    over: bool,
}

/// What comes next.
enum Next {
    Piece(Bytes),
    Sign,
    Ended(Done),
    TooLong(ApiError),
}

impl Stream {
    /// The next bytes for the client; none at the end.
    async fn piece(&mut self) -> Option<Bytes> {
        if let Some(piece) = self.waiting.take() {
            return Some(piece);
        }
        if self.over {
            return None;
        }
        match self.next().await {
            Next::Piece(piece) => Some(piece),
            Next::Sign => Some(Bytes::from_static(SIGN)),
            Next::Ended(done) => {
                self.finish(&done);
                self.waiting.take()
            }
            Next::TooLong(error) => {
                self.over = true;
                Some(event(error.body(Wire::OpenAi).to_string().as_bytes()))
            }
        }
    }

    async fn next(&mut self) -> Next {
        let patient = !self.begun;
        let done = async {
            match &mut self.done {
                Some(done) => done.await.ok(),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            Some(chunk) = self.chunks.recv() => {
                self.begun = true;
                Next::Piece(event(&chunk))
            }
            done = done => {
                self.done = None;
                // Pieces that came before the end are before it in the answer too.
                if let Ok(chunk) = self.chunks.try_recv() {
                    self.begun = true;
                    self.done = done.map(answered);
                    return Next::Piece(event(&chunk));
                }
                match done {
                    Some(done) => Next::Ended(done),
                    None => Next::TooLong(ApiError::stopped()),
                }
            }
            () = tokio::time::sleep_until(self.give_up_at), if patient => {
                let waited = self.give_up_at.elapsed();
                let error = failure::waited_enough(&self.guard.app, self.guard.task, waited).await;
                Next::TooLong(error)
            }
            () = tokio::time::sleep_until(self.sign_at), if patient => {
                self.sign_at = Instant::now() + SIGN_EVERY;
                Next::Sign
            }
            () = self.guard.app.shutdown.cancelled(), if patient => Next::TooLong(ApiError::stopped()),
        }
    }

    /// Says the end: the answer as a whole where none of it came in pieces, the last word, or why there is none.
    fn finish(&mut self, done: &Done) {
        self.over = true;
        self.guard.ended = true;
        let mut text = BytesMut::new();
        if done.ending == Ending::Completed {
            if !self.begun {
                let body = done
                    .result
                    .as_ref()
                    .map(|result| result.body.as_slice())
                    .unwrap_or_default();
                let completion: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
                for chunk in pieces::of(&completion, self.include_usage) {
                    text.put(event(chunk.to_string().as_bytes()));
                }
            }
            text.put_slice(b"data: [DONE]\n\n");
        } else {
            text.put(event(failure::as_event(done).to_string().as_bytes()));
        }
        self.waiting = Some(text.freeze());
    }
}

/// An end that is known already.
fn answered(done: Done) -> oneshot::Receiver<Done> {
    let (sender, receiver) = oneshot::channel();
    let _ = sender.send(done);
    receiver
}

fn event(data: &[u8]) -> Bytes {
    let mut text = BytesMut::with_capacity(data.len() + 8);
    text.put_slice(b"data: ");
    text.put_slice(data);
    text.put_slice(b"\n\n");
    text.freeze()
}

/// A stream's client that goes away takes the call with it.
struct Guard {
    app: Arc<App>,
    task: TaskId,
    stop: CancellationToken,
    ended: bool,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.app.sinks.forget(self.task);
        self.stop.cancel();
        if !self.ended {
            // When the loop has ended there is nothing to cancel.
            let _ = self.app.handle.cancel(vec![self.task]);
            self.app.handle.audience.leave(self.task);
        }
    }
}
