//! `POST /api/tasks`, one task a line: taken in as the lines come, answered in their order.
//!
//! Taking in does not wait for the answers to be read: many clients send all before they read anything, and would wait
//! for us as we for them. So what became of a line is noted in a few bytes, and becomes text when the client takes it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use bytes::Bytes;
use d8_core::id::TaskId;
use futures_util::{FutureExt, Stream, stream};
use serde_json::json;
use tokio::sync::mpsc;

use super::intake;
use super::submit::{WayIn, objects};
use crate::orchestrator::NewTask;
use crate::server::app::App;
use crate::server::error::{ApiError, Wire};
use crate::server::lines::{JsonLines, Line, MAX_LINE};

/// So many lines are taken in together.
const CHUNK: usize = 500;
/// So many bytes of lines are taken in together.
const CHUNK_BYTES: usize = 8 * 1024 * 1024;

/// What became of a line.
enum Outcome {
    Stored(TaskId),
    Refused(u64, Box<ApiError>),
}

/// Answers while lines still come.
pub(super) fn answer(way_in: WayIn, request: Request) -> Response {
    let (notes, noted) = mpsc::unbounded_channel();
    let app = way_in.app.clone();
    let intake = LineIntake {
        way_in,
        lines: JsonLines::new(request, MAX_LINE),
        notes,
        number: 0,
        fault: None,
    };
    tokio::spawn(intake.run());
    let mut response = Response::new(Body::from_stream(texts(app, noted)));
    let content_type = HeaderValue::from_static("application/x-ndjson");
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

struct LineIntake {
    way_in: WayIn,
    lines: JsonLines,
    notes: mpsc::UnboundedSender<Vec<Outcome>>,
    /// Of the latest line that came.
    number: u64,
    /// Why no more lines come; told after what came before.
    fault: Option<ApiError>,
}

impl LineIntake {
    /// Takes lines in until there are no more, or nobody reads the answers, or the server stops.
    async fn run(mut self) {
        let shutdown = self.way_in.app.shutdown.clone();
        loop {
            let chunk = tokio::select! {
                biased;
                () = shutdown.cancelled() => Err(ApiError::stopped()),
                () = self.notes.closed() => return,
                chunk = gather(&mut self.lines, &mut self.number, &mut self.fault) => chunk,
            };
            let last = match chunk {
                Ok(chunk) if chunk.is_empty() => return,
                Ok(chunk) => match take_in(&self.way_in, chunk).await {
                    Ok(outcomes) => match self.notes.send(outcomes) {
                        Ok(()) => continue,
                        Err(_) => return,
                    },
                    Err(error) => error,
                },
                Err(error) => error,
            };
            // What comes after this line is not taken in: that is told, not left to be found out by counting.
            let _ = self.notes.send(vec![Outcome::Refused(self.number + 1, Box::new(last))]);
            return;
        }
    }
}

async fn take_in(way_in: &WayIn, lines: Vec<Line>) -> Result<Vec<Outcome>, ApiError> {
    let mut read = Vec::with_capacity(lines.len());
    let mut tasks: Vec<NewTask> = Vec::with_capacity(lines.len());
    for Line { number, text } in lines {
        let task = text.and_then(|text| way_in.task(&text, Some(number)));
        read.push((number, task.map(|task| tasks.push(task))));
    }
    let mut taken = intake::each(&way_in.app, tasks).await?.into_iter();
    let outcome = |(number, read): (u64, Result<(), ApiError>)| {
        let taken = read.and_then(|()| taken.next().unwrap_or_else(|| Err(ApiError::internal())));
        match taken {
            Ok(taken) => Outcome::Stored(taken.id),
            Err(error) => Outcome::Refused(number, Box::new(error)),
        }
    };
    Ok(read.into_iter().map(outcome).collect())
}

/// The lines that are there, at least one unless there are no more: whoever sends slowly is answered line by line.
async fn gather(lines: &mut JsonLines, number: &mut u64, fault: &mut Option<ApiError>) -> Result<Vec<Line>, ApiError> {
    if let Some(fault) = fault.take() {
        return Err(fault);
    }
    let mut chunk = Vec::new();
    let mut bytes = 0;
    let mut next = lines.next().await?;
    while let Some(line) = next {
        *number = line.number;
        bytes += line.text.as_ref().map_or(0, String::len);
        chunk.push(line);
        if chunk.len() >= CHUNK || bytes >= CHUNK_BYTES {
            break;
        }
        next = match lines.next().now_or_never() {
            Some(Ok(next)) => next,
            Some(Err(error)) => {
                *fault = Some(error);
                break;
            }
            None => break,
        };
    }
    Ok(chunk)
}

/// What became of the lines, as text.
fn texts(
    app: Arc<App>,
    noted: mpsc::UnboundedReceiver<Vec<Outcome>>,
) -> impl Stream<Item = Result<Bytes, std::convert::Infallible>> {
    stream::unfold((app, noted), |(app, mut noted)| async {
        let outcomes = noted.recv().await?;
        let text = text(&app, outcomes).await;
        Some((Ok(text), (app, noted)))
    })
}

async fn text(app: &App, outcomes: Vec<Outcome>) -> Bytes {
    let stored = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Stored(id) => Some(*id),
        Outcome::Refused(..) => None,
    });
    let ids: Vec<TaskId> = stored.collect();
    // Where the store cannot be read any more, what is stored is named at least.
    let objects = objects(app, ids).await.ok();
    let mut objects = objects.into_iter().flatten();
    let mut text = Vec::new();
    for outcome in outcomes {
        let written = match outcome {
            Outcome::Stored(id) => match objects.next() {
                Some(object) => serde_json::to_vec(&object),
                None => serde_json::to_vec(&json!({"task_id": crate::server::ids::shown(id)})),
            },
            Outcome::Refused(number, error) => {
                let mut line = json!({"line": number});
                line["error"] = error.body(Wire::Api)["error"].take();
                serde_json::to_vec(&line)
            }
        };
        text.extend(written.unwrap_or_default());
        text.push(b'\n');
    }
    text.into()
}
