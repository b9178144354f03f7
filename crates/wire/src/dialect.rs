//! One provider's way of speaking, as data, and the way into encoding and decoding.

use crate::chat::ChatRequest;
use crate::failure;
use crate::headers::{HeaderFacts, Headers};
use crate::reply::{Outcome, Reply};
use crate::signal::HeaderStyle;
use crate::stream::StreamDecoder;
use crate::{gemini, openai};

/// A wire that differs in its shape, not only in details.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// OpenAI's chat completions, which nearly everybody speaks.
    OpenAi,
    /// Google's `generateContent`.
    Gemini,
}

/// How a provider on the OpenAI wire differs from OpenAI. The default is no difference.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Quirks {
    /// Whether `stream_options` is understood. Without it, no usage is asked for in streams.
    pub stream_options: bool,
    /// Fields that have another name here: theirs by OpenAI's.
    pub renames: &'static [(&'static str, &'static str)],
}

impl Quirks {
    /// Mistral: no `stream_options`, and older or other names.
    pub const MISTRAL: Self = Self {
        stream_options: false,
        renames: &[("seed", "random_seed"), ("max_completion_tokens", "max_tokens")],
    };
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            stream_options: true,
            renames: &[],
        }
    }
}

/// How a provider speaks: a row of the catalogue.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Wire {
    /// The shape of its bodies.
    pub dialect: Dialect,
    /// How it names limits in its headers.
    pub headers: HeaderStyle,
    /// Where it differs from OpenAI on OpenAI's wire.
    pub quirks: Quirks,
}

/// Whether the answer comes whole or in pieces.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Mode {
    /// As one body.
    Plain,
    /// As server-sent events.
    Stream,
}

/// A request as it goes out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WireRequest {
    /// Path and query, to be appended to the base URL, which has no slash at its end: `/chat/completions`.
    pub path: String,
    /// The JSON body.
    pub body: Vec<u8>,
    /// What the wire has no place for and the answer does not depend on, so that it may go without: to be told, not hidden.
    pub left_out: Vec<LeftOut>,
}

/// A field that stayed behind, and why it may.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftOut {
    /// The field, as a path in the request.
    pub field: String,
    /// Why the answer is the same without it.
    pub why: &'static str,
}

/// A request that this wire cannot carry as it is meant.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{field}` cannot be sent to this provider: {why}")]
pub struct Unsupported {
    /// The field, as a path in the request: `messages[2].content[0]`.
    pub field: String,
    /// Why not, and where possible what to do instead.
    pub why: String,
}

/// Which header a key belongs in, and what stands before it there.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct AuthScheme {
    /// The header's name.
    pub header: &'static str,
    /// What stands before the key in its value.
    pub prefix: &'static str,
}

/// What a reply cannot say itself.
#[derive(Copy, Clone, Debug)]
pub struct Context<'a> {
    /// The model that was asked for: named in answers where the provider names none.
    pub model: &'a str,
    /// The time now, in Unix seconds: `created` of answers, and what instants in headers are measured against where the
    /// reply has no `Date`.
    pub now: u64,
}

impl Wire {
    /// OpenAI's wire without any difference and without limits in headers.
    pub const OPENAI: Self = Self {
        dialect: Dialect::OpenAi,
        headers: HeaderStyle::OpenAi,
        quirks: Quirks {
            stream_options: true,
            renames: &[],
        },
    };

    /// Google's own wire.
    pub const GEMINI: Self = Self {
        dialect: Dialect::Gemini,
        headers: HeaderStyle::None,
        ..Self::OPENAI
    };

    /// Writes a request for `model`.
    ///
    /// # Errors
    /// The request asks for something that this wire has no words for.
    pub fn encode(&self, request: &ChatRequest, model: &str, mode: Mode) -> Result<WireRequest, Unsupported> {
        match self.dialect {
            Dialect::OpenAi => Ok(openai::encode(&self.quirks, request, model, mode)),
            Dialect::Gemini => gemini::encode(request, model, mode),
        }
    }

    /// Which header a key belongs in.
    pub fn auth(&self) -> AuthScheme {
        match self.dialect {
            Dialect::OpenAi => AuthScheme {
                header: "authorization",
                prefix: "Bearer ",
            },
            Dialect::Gemini => AuthScheme {
                header: "x-goog-api-key",
                prefix: "",
            },
        }
    }

    /// Reads a whole reply, whatever its status.
    pub fn decode(&self, context: &Context<'_>, status: u16, headers: &Headers<'_>, body: &[u8]) -> Reply {
        let facts = self.read_headers(context, headers);
        let now = facts.date.unwrap_or(context.now);
        let outcome = if (200..300).contains(&status) {
            let answer = match self.dialect {
                Dialect::OpenAi => openai::decode(body),
                Dialect::Gemini => gemini::decode(context, body),
            };
            answer
                .unwrap_or_else(|refusal| Outcome::Failure(refusal.into_failure(status, headers, &facts.signals, now)))
        } else {
            Outcome::Failure(failure::read(status, headers, &facts.signals, now, body))
        };
        Reply { outcome, facts }
    }

    /// Reads what the headers say, for a stream whose body is still to come.
    pub fn read_headers(&self, context: &Context<'_>, headers: &Headers<'_>) -> HeaderFacts {
        let date = headers.date();
        let signals = self.headers.read(headers, date.unwrap_or(context.now));
        HeaderFacts {
            signals,
            date,
            processing: headers.processing(),
        }
    }

    /// A decoder for the body of a 200 that was asked for with [`Mode::Stream`]. `include_usage`: whether the client asked
    /// for a last chunk with the usage; D8 itself always does.
    pub fn stream(&self, context: &Context<'_>, include_usage: bool) -> StreamDecoder {
        StreamDecoder::new(self.dialect, context, include_usage)
    }
}
