//! A chat request that is answered in pieces (server-sent events), each as it comes.
//!
//! The headers leave with the first piece: until then a failure is an answer like any other. Where that takes long they
//! leave without it, and comments keep the connection from being taken for dead. After the first piece a failure is the
//! stream's last event: what somebody has begun to read is never silently begun again.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::stream::unfold;
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::ask::Ask;
use super::label::label;
use super::problem::Problem;
use super::seat::{Seat, WhenLeft};
use super::{chunks, ending};
use crate::orchestrator::{Done, Start};
use crate::server::ApiError;
use crate::server::app::App;

/// After so long without a piece the headers leave without one.
const HEADERS_AT_LATEST: Duration = Duration::from_secs(30);
/// So often is said that the stream lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// One newline: some clients take an empty event for a piece.
const COMMENT: &[u8] = b": wait\n";
/// Asks proxies to pass each piece on as it comes.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
const END: &[u8] = b"data: [DONE]\n\n";
/// How many pieces may be ahead of the client; then the provider waits.
const AHEAD: usize = 16;
/// How often a request that has waited enough is looked at, while it is being answered.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Longer than it takes to tell of an end that has happened.
const END_IS_TOLD: Duration = Duration::from_secs(1);

/// Submits a request and answers it piece by piece.
pub(super) async fn answer(app: Arc<App>, ask: Ask) -> Response {
    let mut streaming = Box::new(Streaming::new(&app, &ask));
    if let Err(problem) = streaming.seat.submit(ask).await {
        return problem.into_response();
    }
    streaming.respond().await
}

/// A stream from its submission to its last byte.
struct Streaming {
    seat: Seat,
    pieces: mpsc::Receiver<Bytes>,
    /// Ends the attempt of whoever still sends.
    stop: CancellationToken,
    timer: Pin<Box<Sleep>>,
    max_wait: Duration,
    /// When the client has waited enough for the first piece.
    waits_until: Instant,
    /// When a sign of life is due.
    quiet_until: Instant,
    wants_usage: bool,
    /// A piece has come.
    begun: bool,
    /// Nobody can send pieces any more, but another attempt may come.
    senders_gone: bool,
    /// The end, which is told after the last pieces.
    end: Option<Result<Done, Problem>>,
}

/// What happens next.
enum Step {
    Pieces(Bytes),
    /// Nothing, for long enough to say so.
    Quiet,
    /// The last bytes.
    Completed(Bytes),
    Failed(Problem),
}

impl Streaming {
    fn new(app: &Arc<App>, ask: &Ask) -> Self {
        let seat = Seat::new(app, WhenLeft::Cancel);
        let (sink, pieces) = mpsc::channel(AHEAD);
        let stop = CancellationToken::new();
        // Before it is submitted: its attempt may begin right after.
        app.sinks.put(seat.task, sink, stop.clone());
        let now = Instant::now();
        Self {
            seat,
            pieces,
            stop,
            timer: Box::pin(sleep_until(now)),
            max_wait: ask.wishes.max_wait,
            waits_until: now + ask.wishes.max_wait,
            quiet_until: now + HEADERS_AT_LATEST,
            wants_usage: ask.request.wants_stream_usage(),
            begun: false,
            senders_gone: false,
            end: None,
        }
    }

    /// Waits until there is something to say.
    async fn respond(mut self: Box<Self>) -> Response {
        let (first, is_last) = match self.next().await {
            Step::Pieces(pieces) => (pieces, false),
            Step::Quiet => (Bytes::from_static(COMMENT), false),
            Step::Completed(last) => (last, true),
            Step::Failed(problem) => {
                let mut response = problem.into_response();
                let start = self.start_by_end();
                label(response.headers_mut(), &self.seat, start);
                return response;
            }
        };
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/event-stream; charset=utf-8"),
        );
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
        headers.insert(NO_BUFFERING, HeaderValue::from_static("no"));
        let start = self.start().await;
        label(headers, &self.seat, start);
        *response.body_mut() = if is_last { Body::from(first) } else { self.body(first) };
        response
    }

    /// Where the first piece came from, and when its attempt began.
    async fn start(&mut self) -> Option<Start> {
        let running = self.begun.then(|| self.seat.start()).flatten();
        if self.begun && running.is_none() && self.end.is_none() {
            // It has ended since, and that is being told at this moment.
            self.end = tokio::time::timeout(END_IS_TOLD, self.seat.ended()).await.ok();
        }
        running.or_else(|| self.start_by_end())
    }

    fn start_by_end(&self) -> Option<Start> {
        self.end.as_ref()?.as_ref().ok()?.start
    }

    /// Everything from `first` on. Whoever drops it ends the request.
    fn body(self: Box<Self>, first: Bytes) -> Body {
        let begin = (Some(first), Some(self));
        Body::from_stream(unfold(begin, async |(first, streaming)| {
            if let Some(first) = first {
                return Some((Ok::<_, Infallible>(first), (None, streaming)));
            }
            let mut streaming = streaming?;
            let (bytes, more) = match streaming.next().await {
                Step::Pieces(pieces) => (pieces, true),
                Step::Quiet => (Bytes::from_static(COMMENT), true),
                Step::Completed(last) => (last, false),
                Step::Failed(problem) => (event(problem.body().as_bytes()), false),
            };
            Some((Ok(bytes), (None, more.then_some(streaming))))
        }))
    }

    async fn next(&mut self) -> Step {
        let app = self.seat.app.clone();
        loop {
            if self.end.is_some() {
                return self.last();
            }
            let look = self.next_look();
            self.timer.as_mut().reset(look);
            tokio::select! {
                biased;
                piece = self.pieces.recv(), if !self.senders_gone => match piece {
                    Some(piece) => return self.pieces_from(&piece),
                    None => self.senders_gone = true,
                },
                end = self.seat.ended() => self.end = Some(end),
                () = app.shutdown.cancelled() => return Step::Failed(self.seat.stop()),
                () = &mut self.timer => if let Some(step) = self.look().await {
                    return step;
                },
            }
        }
    }

    fn next_look(&self) -> Instant {
        if self.begun {
            self.quiet_until
        } else {
            self.quiet_until.min(self.waits_until)
        }
    }

    /// Time has passed without a piece.
    async fn look(&mut self) -> Option<Step> {
        let now = Instant::now();
        if !self.begun && now >= self.waits_until {
            if let Some(problem) = self.seat.waited_enough(self.max_wait).await {
                return Some(Step::Failed(problem));
            }
            self.waits_until = now + LOOK_AGAIN;
        }
        if now >= self.quiet_until {
            self.quiet_until = now + SIGN_OF_LIFE;
            return Some(Step::Quiet);
        }
        None
    }

    /// A piece, and what has come right behind it.
    fn pieces_from(&mut self, first: &Bytes) -> Step {
        self.begun = true;
        self.quiet_until = Instant::now() + SIGN_OF_LIFE;
        let mut events = BytesMut::with_capacity(first.len() + 16);
        put_event(&mut events, first);
        for _ in 1..AHEAD {
            match self.pieces.try_recv() {
                Ok(piece) => put_event(&mut events, &piece),
                Err(_) => break,
            }
        }
        Step::Pieces(events.freeze())
    }

    /// The task has ended: first comes what was sent before that.
    fn last(&mut self) -> Step {
        if let Ok(piece) = self.pieces.try_recv() {
            return self.pieces_from(&piece);
        }
        let begun = self.begun;
        let answer = match self.end.clone() {
            Some(end) => end.and_then(|done| ending::answer(&done, begun)),
            None => Err(ApiError::internal().into()),
        };
        match answer {
            Err(problem) => Step::Failed(problem),
            Ok(_) if self.begun => Step::Completed(Bytes::from_static(END)),
            Ok(completion) => match chunks::of_completion(&completion, self.wants_usage) {
                Some(chunks) => Step::Completed(whole(&chunks)),
                None => {
                    Step::Failed(ApiError::bad_gateway("provider_error", "the answer is no chat completion").into())
                }
            },
        }
    }
}

impl Drop for Streaming {
    fn drop(&mut self) {
        // In this order: the engine hears of it before the worker's report, and the worker puts no closed sink back.
        self.seat.cancel();
        self.pieces.close();
        self.stop.cancel();
        self.seat.app.sinks.forget(self.seat.task);
    }
}

/// An answer that came whole, as a stream from its first to its last event.
fn whole(chunks: &[serde_json::Value]) -> Bytes {
    let mut events = BytesMut::new();
    for chunk in chunks {
        put_event(&mut events, chunk.to_string().as_bytes());
    }
    events.put_slice(END);
    events.freeze()
}

fn event(data: &[u8]) -> Bytes {
    let mut event = BytesMut::new();
    put_event(&mut event, data);
    event.freeze()
}

/// JSON needs no line ends, and within an event they would end it.
fn put_event(events: &mut BytesMut, json: &[u8]) {
    events.put_slice(b"data: ");
    let begin = events.len();
    events.put_slice(json);
    for byte in &mut events[begin..] {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
    events.put_slice(b"\n\n");
}
