//! What the providers say differently: how a request is read, and how answers, refusals and faults are worded.

use axum::http::{HeaderMap, Uri};

use crate::answer::{Shape, Text};
use crate::catalogue::Served;
use crate::counting::{Micros, Provider, Refusal};
use crate::emulator::{Emulator, Standing};
use crate::faults::FaultKind;
use crate::reply::{Header, Reply};

/// A provider's way of speaking.
pub(crate) trait Dialect: Send + Sync {
    fn provider(&self) -> Provider;

    /// The key that came with the request.
    fn key(&self, headers: &HeaderMap, uri: &Uri) -> Option<String>;

    /// The answer to a request without a key, or with one that opens nothing.
    fn locked_out(&self, why: Lockout<'_>) -> Reply;

    /// Reads a request's body.
    fn read(&self, emulator: &Emulator, body: &[u8]) -> Result<Job, Rejection>;

    /// 429 or 413: the quota does not let it in.
    fn refuse(&self, refused: &Refused<'_>) -> Reply;

    /// 500 or 503.
    fn fail(&self, fault: FaultKind) -> Reply;

    /// The body is larger than any request may be.
    fn too_big(&self) -> Reply;

    /// Headers that tell how full the limits are.
    fn limit_headers(&self, standings: &[Standing]) -> Vec<Header>;

    /// Headers of every answer.
    fn common_headers(&self, request_id: &str, processing: Micros) -> Vec<Header>;

    /// A whole answer.
    fn whole(&self, job: &Job, answer: &Answer) -> serde_json::Value;

    /// An answer in pieces.
    fn pieces(&self, job: &Job, answer: &Answer) -> Vec<Piece>;
}

/// Why a key opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lockout<'a> {
    NoKey,
    /// Keys that begin with `bad-`.
    BadKey(&'a str),
    /// Keys that begin with `blocked-`.
    Blocked,
    /// Keys that begin with `broke-`.
    NoMoney,
}

/// A request, understood.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) model: Served,
    pub(crate) prompt_tokens: u64,
    /// What is reserved for the answer at admission.
    pub(crate) reserved_output: u64,
    pub(crate) max_output: Option<u64>,
    pub(crate) last_user_message: String,
    pub(crate) shape: Shape,
    pub(crate) stop: Vec<String>,
    pub(crate) choices: u64,
    pub(crate) form: Form,
}

/// How the answer is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// One JSON body.
    Whole,
    /// Server-sent events.
    Events {
        /// OpenAI's `stream_options.include_usage`.
        include_usage: bool,
    },
    /// Gemini's JSON array, piece by piece.
    Array,
}

/// A request that is refused before the quota is asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rejection {
    pub(crate) reply: Box<Reply>,
    /// The base model, where the request came that far.
    pub(crate) model: String,
}

/// A request that the quota refuses.
#[derive(Debug)]
pub(crate) struct Refused<'a> {
    pub(crate) refusal: &'a Refusal,
    /// The account's label.
    pub(crate) account: &'a str,
    pub(crate) model: &'a Served,
    pub(crate) now: Micros,
}

/// An answer, with all that its forms need.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// 16 hex digits for the ids of this answer.
    pub(crate) id: String,
    pub(crate) request_id: String,
    /// Epoch seconds.
    pub(crate) created: i64,
    pub(crate) choices: Vec<Text>,
    pub(crate) prompt_tokens: u64,
    pub(crate) output_tokens: u64,
    /// From the arrival to the first token, in microseconds.
    pub(crate) prompt_time: Micros,
    /// From the first token to the last, in microseconds.
    pub(crate) completion_time: Micros,
}

impl Rejection {
    /// `model` is empty where it is not known.
    pub(crate) fn new(reply: Reply, model: &str) -> Rejection {
        Rejection {
            reply: Box::new(reply),
            model: model.to_owned(),
        }
    }
}

/// One piece of an answer in pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) bytes: String,
    /// How many tokens it carries: it comes that much later.
    pub(crate) tokens: u64,
}

impl Piece {
    pub(crate) fn new(bytes: String, tokens: u64) -> Piece {
        Piece { bytes, tokens }
    }
}

/// A text in pieces of a few tokens, for a stream.
pub(crate) fn slices(text: &str) -> Vec<&str> {
    const TOKENS: u64 = 4;
    let mut rest = text;
    let mut slices = Vec::new();
    while !rest.is_empty() {
        let slice = crate::tokens::truncated(rest, TOKENS);
        slices.push(slice);
        rest = &rest[slice.len()..];
    }
    slices
}
