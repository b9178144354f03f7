//! What a task asks to have done: a chat request in one of its forms, or data for workers that know its type.

use d8_core::usage::Estimate;
use d8_wire::ChatRequest;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use super::fields::{Fields, wrong};
use crate::orchestrator::is_rare;
use crate::server::error::ApiError;

/// Fields of the request that may stand beside `messages` or `prompt`; all others belong into `data`.
pub(super) const PASSED: [&str; 14] = [
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "stop",
    "seed",
    "n",
    "response_format",
    "tools",
    "tool_choice",
    "frequency_penalty",
    "presence_penalty",
    "reasoning_effort",
    "user",
];

/// What is to be done.
#[derive(Debug)]
pub(super) enum Work {
    /// A chat request.
    Chat(ChatRequest),
    /// What only workers that name its type understand.
    Data(Vec<u8>),
}

/// What is to be done: `data`, `messages` or `prompt`, one of them.
pub(super) fn work(fields: &mut Fields, kind: &str) -> Result<Work, ApiError> {
    let given: Vec<&str> = ["data", "messages", "prompt"]
        .into_iter()
        .filter(|name| fields.has(name))
        .collect();
    match given[..] {
        ["data"] => data(fields, kind),
        ["messages" | "prompt"] => beside(fields),
        [] => Err(ApiError::bad_request(
            "missing_field",
            "the task says nothing to do: give it `prompt`, `messages`, or `data` with a whole request",
        )),
        _ => Err(ApiError::bad_request(
            "invalid_field",
            format!("give one of `{}`, not all", given.join("`, `")),
        )),
    }
}

/// A whole request in an object of its own.
fn data(fields: &mut Fields, kind: &str) -> Result<Work, ApiError> {
    let stray = fields.names().find(|name| PASSED.contains(name));
    if let Some(stray) = stray {
        let message = format!("`{stray}` belongs into `data`, with the rest of the request");
        return Err(ApiError::bad_request("invalid_field", message));
    }
    let data = fields.take_raw("data");
    let text = data.as_deref().map_or("", RawValue::get);
    if !text.starts_with('{') {
        return Err(wrong("data", "must be an object"));
    }
    if is_rare(kind) {
        return Ok(Work::Data(text.as_bytes().to_vec()));
    }
    let mut inner = Fields::parse(text).map_err(|_| wrong("data", "cannot be read"))?;
    if !inner.has("messages") {
        let prompt = prompt(&mut inner).map_err(|error| within_data(&error.message))?;
        let Some(messages) = prompt else {
            let message = "`data` holds neither `messages` nor `prompt`; other data is for types that only workers know \
                           which name them (`code_generation`, `evolution_*`)";
            return Err(ApiError::bad_request("missing_field", message));
        };
        inner.put("messages", messages);
    }
    let request = ChatRequest::parse(&inner.to_bytes());
    request.map(Work::Chat).map_err(|error| within_data(&error.to_string()))
}

fn within_data(error: &str) -> ApiError {
    ApiError::bad_request("invalid_request", format!("`data` holds no chat request: {error}"))
}

/// A request whose fields stand beside the task's own. `model` goes with it.
fn beside(fields: &mut Fields) -> Result<Work, ApiError> {
    let mut request = Fields::parse("{}")?;
    if let Some(messages) = prompt(fields)?.or_else(|| fields.take_raw("messages")) {
        request.put("messages", messages);
    }
    let passed: Vec<String> = fields
        .names()
        .filter(|name| PASSED.contains(name))
        .map(str::to_owned)
        .collect();
    for name in passed {
        if let Some(value) = fields.take_raw(&name) {
            request.put(&name, value);
        }
    }
    let parsed = ChatRequest::parse(&request.to_bytes());
    parsed
        .map(Work::Chat)
        .map_err(|error| ApiError::bad_request("invalid_request", error.to_string()))
}

/// A prompt as the messages of a request.
fn prompt(fields: &mut Fields) -> Result<Option<Box<RawValue>>, ApiError> {
    let prompt: Option<String> = fields.take("prompt", "must be a text")?;
    let messages = prompt.map(|prompt| to_raw_value(&json!([{"role": "user", "content": prompt}])));
    messages.transpose().map_err(|_| ApiError::internal())
}

/// What nobody here understands, by its bytes alone.
pub(super) fn size(body: &[u8]) -> Estimate {
    let tokens = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Estimate {
        input_tokens: tokens(body.len() / 2),
        input_tokens_least: tokens(body.len() / 8),
        max_output_tokens: None,
    }
}
