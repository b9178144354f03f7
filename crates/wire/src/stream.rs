//! Answers that come in pieces: from a provider's bytes to OpenAI chunks, the usage, and an end that is one.
//!
//! A stream is over when its answer is complete, not when its bytes end: a connection that breaks in the middle looks the
//! same as one that ends, but for the finish reason that never came.

use serde_json::Value;

use crate::dialect::{Context, Dialect};
use crate::failure::{self, ErrorBody, Failure};
use crate::gemini::GeminiStream;
use crate::headers::Headers;
use crate::reply::{TokenUsage, beginning, error_within};
use crate::sse::{SseDecoder, SseItem};

/// What a stream gives, in the order in which it comes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StreamEvent {
    /// One chunk, as the JSON of an OpenAI `chat.completion.chunk`; on the OpenAI wire the provider's own bytes.
    Chunk(Vec<u8>),
    /// What the whole answer took. At most once, right before `Done`.
    Usage(TokenUsage),
    /// The answer broke off. Nothing follows.
    Failed(Failure),
    /// The answer is complete. Nothing follows.
    Done,
}

/// Decodes the body of one stream. Feed it with `push`, and call `finish` when the bytes end.
#[derive(Debug)]
pub struct StreamDecoder {
    sse: SseDecoder,
    frames: Frames,
    now: u64,
    ended: bool,
}

/// What the frames mean, by dialect.
#[derive(Debug)]
enum Frames {
    OpenAi(OpenAiStream),
    Gemini(Box<GeminiStream>),
}

impl StreamDecoder {
    pub(crate) fn new(dialect: Dialect, context: &Context<'_>, include_usage: bool) -> Self {
        let frames = match dialect {
            Dialect::OpenAi => Frames::OpenAi(OpenAiStream {
                include_usage,
                ..OpenAiStream::default()
            }),
            Dialect::Gemini => Frames::Gemini(Box::new(GeminiStream::new(context, include_usage))),
        };
        Self {
            sse: SseDecoder::default(),
            frames,
            now: context.now,
            ended: false,
        }
    }

    /// Takes the next bytes, cut anywhere, and gives what they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<StreamEvent> {
        let mut events = Vec::new();
        for item in if self.ended { Vec::new() } else { self.sse.push(bytes) } {
            match item {
                SseItem::Data(data) => self.frame(&data, &mut events),
                SseItem::TooLong => self.fail(failure::broken("the stream sent an event without end"), &mut events),
            }
        }
        events
    }

    /// The bytes have ended: gives what is left, and always the end, unless that was given before.
    pub fn finish(&mut self) -> Vec<StreamEvent> {
        let mut events = Vec::new();
        let (last, stray) = self.sse.finish();
        if let Some(data) = last {
            self.frame(&data, &mut events);
        }
        if !self.ended {
            match stray_error(&stray) {
                Some(error) => self.fail_with(error, &mut events),
                None if self.frames.is_complete() => self.end(&mut events),
                None => self.fail(
                    failure::broken("the stream was cut before its answer was complete"),
                    &mut events,
                ),
            }
        }
        events
    }

    fn frame(&mut self, data: &[u8], events: &mut Vec<StreamEvent>) {
        if self.ended || data.trim_ascii().is_empty() {
            return;
        }
        if data.trim_ascii() == b"[DONE]" {
            return self.done(events);
        }
        let Ok(frame) = serde_json::from_slice::<Value>(data) else {
            let message = format!("the stream sent what is not JSON: {}", beginning(data));
            return self.fail(failure::broken(message), events);
        };
        if let Some(error) = error_within(&frame) {
            return self.fail_with(error, events);
        }
        match &mut self.frames {
            Frames::OpenAi(stream) => stream.frame(&frame, data, events),
            Frames::Gemini(stream) => stream.frame(frame, events),
        }
        if let Some(message) = self.frames.broken_off() {
            self.fail(failure::broken(message), events);
        }
    }

    /// `[DONE]` is the provider's word that the answer is complete, unless there was none.
    fn done(&mut self, events: &mut Vec<StreamEvent>) {
        if self.frames.has_begun() {
            self.end(events);
        } else {
            self.fail(failure::broken("the stream ended without an answer"), events);
        }
    }

    fn end(&mut self, events: &mut Vec<StreamEvent>) {
        self.ended = true;
        let usage = match &mut self.frames {
            Frames::OpenAi(stream) => stream.usage,
            Frames::Gemini(stream) => stream.end(events),
        };
        events.extend(usage.map(StreamEvent::Usage));
        events.push(StreamEvent::Done);
    }

    fn fail_with(&mut self, error: ErrorBody, events: &mut Vec<StreamEvent>) {
        let failure = failure::from_body(200, &Headers::default(), &[], self.now, error);
        self.fail(failure, events);
    }

    fn fail(&mut self, failure: Failure, events: &mut Vec<StreamEvent>) {
        self.ended = true;
        events.push(StreamEvent::Failed(failure));
    }
}

impl Frames {
    fn is_complete(&self) -> bool {
        match self {
            Self::OpenAi(stream) => stream.choices.is_complete(),
            Self::Gemini(stream) => stream.is_complete(),
        }
    }

    fn has_begun(&self) -> bool {
        match self {
            Self::OpenAi(stream) => stream.begun,
            Self::Gemini(stream) => stream.is_complete(),
        }
    }

    fn broken_off(&mut self) -> Option<String> {
        match self {
            Self::OpenAi(stream) => stream.broken_off.take(),
            Self::Gemini(_) => None,
        }
    }
}

/// Lines outside of events are an error body that a server sent as it is.
fn stray_error(stray: &[u8]) -> Option<ErrorBody> {
    let value: Value = serde_json::from_slice(stray).ok()?;
    error_within(&value)
}

/// The choices of a stream, and which of them have finished.
#[derive(Debug, Default)]
pub(crate) struct Choices(Vec<(u64, bool)>);

impl Choices {
    pub(crate) fn see(&mut self, index: u64, finished: bool) {
        match self.0.iter_mut().find(|(seen, _)| *seen == index) {
            Some((_, done)) => *done |= finished,
            None => self.0.push((index, finished)),
        }
    }

    /// There is a choice, and each one has finished.
    pub(crate) fn is_complete(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|(_, finished)| *finished)
    }
}

#[derive(Debug, Default)]
struct OpenAiStream {
    include_usage: bool,
    begun: bool,
    choices: Choices,
    usage: Option<TokenUsage>,
    broken_off: Option<String>,
}

impl OpenAiStream {
    fn frame(&mut self, frame: &Value, data: &[u8], events: &mut Vec<StreamEvent>) {
        self.begun = true;
        let usage = TokenUsage::from_openai(&frame["usage"]);
        self.usage = usage
            .or_else(|| TokenUsage::from_openai(&frame["x_groq"]["usage"]))
            .or(self.usage);
        let choices = frame["choices"].as_array().map_or(&[][..], Vec::as_slice);
        for choice in choices {
            let index = choice["index"].as_u64().unwrap_or(0);
            self.choices.see(index, choice["finish_reason"].is_string());
        }
        // Groq says in the last chunk why it stopped short.
        self.broken_off = frame["x_groq"]["error"].as_str().map(str::to_owned);
        let only_usage = choices.is_empty() && usage.is_some();
        if self.include_usage || !only_usage {
            events.push(StreamEvent::Chunk(data.to_vec()));
        }
    }
}
