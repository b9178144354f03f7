//! What came back from a provider, in D8's terms.

use serde_json::{Value, json};

use crate::failure::{self, ErrorBody, Failure};
use crate::headers::{HeaderFacts, Headers};
use crate::signal::LimitSignal;

/// One reply: what became of the request, and what its headers say besides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// An answer or a failure.
    pub outcome: Outcome,
    /// Limits, clock and working time, from the headers of answers and failures alike.
    pub facts: HeaderFacts,
}

/// What became of a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The model answered.
    Answer {
        /// An OpenAI chat completion as JSON; on the OpenAI wire the provider's own bytes, without white space around.
        body: Vec<u8>,
        /// What it took, where the provider says so.
        usage: Option<TokenUsage>,
    },
    /// It did not.
    Failure(Failure),
}

/// Tokens that a request took, by the provider's count.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct TokenUsage {
    /// Tokens of the prompt, those from a cache included.
    pub input: u64,
    /// Tokens of the answer, thinking included.
    pub output: u64,
    /// Tokens of the prompt that came from a cache.
    pub cached: u64,
}

impl TokenUsage {
    /// Reads OpenAI's `usage` object. `None` where it is no object; a count that is missing is zero.
    pub fn from_openai(usage: &Value) -> Option<Self> {
        let count = |pointer: &str| usage.pointer(pointer).and_then(Value::as_u64);
        usage.as_object()?;
        Some(Self {
            input: count("/prompt_tokens").unwrap_or(0),
            output: count("/completion_tokens").unwrap_or(0),
            cached: count("/prompt_tokens_details/cached_tokens")
                .or_else(|| count("/prompt_cache_hit_tokens"))
                .unwrap_or(0),
        })
    }
}

/// Why a 200 is no answer.
pub(crate) enum NoAnswer {
    /// There is an error in it.
    Error(Box<ErrorBody>),
    /// It is not what an answer looks like.
    Broken(String),
}

impl NoAnswer {
    pub(crate) fn into_failure(self, status: u16, headers: &Headers<'_>, signals: &[LimitSignal], now: u64) -> Failure {
        match self {
            Self::Error(error) => failure::from_body(status, headers, signals, now, *error),
            Self::Broken(message) => failure::broken(message),
        }
    }
}

/// The JSON of a 200, if it is an answer. Some providers send blank lines before it while they wait, and some an error
/// instead of it.
pub(crate) fn answer_within(body: &[u8]) -> Result<Value, NoAnswer> {
    let answer: Value = serde_json::from_slice(body.trim_ascii())
        .map_err(|error| NoAnswer::Broken(format!("the answer is not JSON ({error}): {}", beginning(body))))?;
    match error_within(&answer) {
        Some(error) => Err(NoAnswer::Error(Box::new(error))),
        None => Ok(answer),
    }
}

/// The error in a body or a chunk that came with a 200: at the top, or in a choice that finished with "error".
pub(crate) fn error_within(answer: &Value) -> Option<ErrorBody> {
    let is_error = |error: &Value| error.is_object() || error.is_string();
    if is_error(&answer["error"]) || is_error(&answer[0]["error"]) || answer["object"] == "error" {
        return Some(ErrorBody::from_value(answer.clone()));
    }
    let failed = answer["choices"]
        .as_array()?
        .iter()
        .find(|choice| choice["finish_reason"] == "error")?;
    let error = if is_error(&failed["error"]) {
        failed["error"].clone()
    } else {
        Value::from("the model failed")
    };
    Some(ErrorBody::from_value(json!({ "error": error })))
}

/// The beginning of a body, for a person to recognise what it is.
pub(crate) fn beginning(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned()
}
