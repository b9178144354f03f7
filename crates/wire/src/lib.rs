//! The wires of D8: how providers' HTTP dialects become types, and types bytes.
//!
//! The canonical form is OpenAI's chat completion, request and response, as JSON. Adapters translate at the edge: on the
//! OpenAI wire what D8 does not know passes through untouched; on Gemini's every field is mapped, refused in words, or
//! left out and reported, never dropped in silence. What came back is classified once, here, into what a scheduler must do.
//!
//! This crate is pure. It has no network, no clock and no threads, and it never sees a key: time is an argument, and
//! [`AuthScheme`] only says which header a key belongs in. Whatever bytes a provider sends, nothing here panics.
//!
//! In reading order:
//! - [`chat`]: the request as D8 holds it: checked as little as possible, kept as it came;
//! - [`dialect`]: [`Wire`], one provider's way of speaking as data, and the way in to all that follows;
//! - `openai`, `gemini`: one dialect each;
//! - [`reply`]: what came back; [`failure`]: what went wrong, and [`signal`]: what it tells about limits;
//! - [`stream`]: answers that come in pieces, on top of `sse`; [`assembly`]: the whole that they make;
//! - [`duration`]: Go's notation for durations, in which most waits are written.

pub mod assembly;
pub mod chat;
pub mod dialect;
pub mod duration;
pub mod failure;
mod gemini;
mod headers;
mod openai;
pub mod reply;
pub mod signal;
mod sse;
pub mod stream;

pub use assembly::{Assembly, ChunkKind};
pub use chat::{ChatRequest, InvalidRequest, PromptSize};
pub use dialect::{AuthScheme, Context, Dialect, LeftOut, Mode, Quirks, Unsupported, Wire, WireRequest};
pub use failure::{Failure, FailureKind, RefusedLimit};
pub use headers::{HeaderFacts, Headers};
pub use reply::{Outcome, Reply, TokenUsage};
pub use signal::{Dimension, HeaderStyle, LimitSignal, Period};
pub use stream::{StreamDecoder, StreamEvent};
