//! Answers in pieces: each piece in its time, the reservation settled with the last one, or the connection cut before.

use std::io;

use axum::body::{Body, Bytes};
use futures_util::stream;
use serde_json::Value;
use std::time::Duration;

use crate::counting::Cost;
use crate::dialect::{Answer, Piece};
use crate::emulator::Emulator;
use crate::running::Running;
use crate::score::Outcome;

/// The body of an answer in pieces. Who goes away in the middle keeps the reservation.
pub(crate) fn body(emulator: Emulator, running: Running, answer: Answer, pieces: Vec<Piece>, cut: bool) -> Body {
    let end = if cut { (pieces.len() / 2).max(1) } else { pieces.len() };
    let left: Vec<Piece> = pieces.into_iter().take(end).rev().collect();
    let flow = Flow {
        emulator,
        running,
        answer,
        left,
        cut,
    };
    Body::from_stream(stream::unfold(Some(flow), |flow| async { flow?.next().await }))
}

/// A whole body in two halves, to be cut between them.
pub(crate) fn halves(body: &Value) -> Vec<Piece> {
    let text = body.to_string();
    let half = (0..=text.len() / 2)
        .rev()
        .find(|&end| text.is_char_boundary(end))
        .unwrap_or(0);
    let (first, second) = text.split_at(half);
    vec![Piece::new(first.to_owned(), 0), Piece::new(second.to_owned(), 0)]
}

/// An answer has gone out whole: what it used replaces what it reserved.
pub(crate) fn settle(running: &mut Running, answer: &Answer) {
    let Answer {
        prompt_tokens,
        output_tokens,
        ..
    } = *answer;
    running.note(Outcome::Answered {
        prompt_tokens,
        output_tokens,
    });
    running.finish(Some(Cost::request(prompt_tokens, output_tokens)));
}

struct Flow {
    emulator: Emulator,
    running: Running,
    answer: Answer,
    /// The next piece is the last of these.
    left: Vec<Piece>,
    cut: bool,
}

impl Flow {
    async fn next(mut self) -> Option<(io::Result<Bytes>, Option<Flow>)> {
        let Some(piece) = self.left.pop() else {
            // What was sent must leave the server's buffers before the connection is closed under it.
            tokio::time::sleep(Duration::from_millis(2)).await;
            let error = io::Error::new(io::ErrorKind::ConnectionAborted, "cut on demand");
            return Some((Err(error), None));
        };
        let per_token = self.emulator.options().latency.per_output_token;
        self.emulator
            .pause(per_token * u32::try_from(piece.tokens).unwrap_or(u32::MAX))
            .await;
        let done = self.left.is_empty() && !self.cut;
        if done {
            settle(&mut self.running, &self.answer);
        }
        Some((Ok(Bytes::from(piece.bytes)), (!done).then_some(self)))
    }
}
