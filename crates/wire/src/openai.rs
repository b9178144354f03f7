//! The OpenAI wire: requests pass with little change, answers with none.

use serde_json::{Value, json};

use crate::chat::{ChatRequest, RequestFields};
use crate::dialect::{Mode, Quirks, WireRequest};
use crate::reply::{NoAnswer, Outcome, TokenUsage, answer_within, beginning};

/// Writes the request: the model replaced, streaming as the mode says, all else in its order and as it was.
pub(crate) fn encode(quirks: &Quirks, request: &ChatRequest, model: &str, mode: Mode) -> WireRequest {
    let mut fields = request.fields().clone();
    fields.set("model", &Value::from(model));
    set_mode(&mut fields, mode, quirks);
    for (from, to) in quirks.renames {
        fields.rename(from, to);
    }
    WireRequest {
        path: "/chat/completions".to_owned(),
        body: fields.to_bytes(),
        left_out: Vec::new(),
    }
}

/// A stream is asked to tell its usage; a plain request must not carry options for streams.
fn set_mode(fields: &mut RequestFields, mode: Mode, quirks: &Quirks) {
    match mode {
        Mode::Plain if fields.get("stream").is_some() => fields.set("stream", &Value::Bool(false)),
        Mode::Plain => {}
        Mode::Stream => fields.set("stream", &Value::Bool(true)),
    }
    if mode == Mode::Plain || !quirks.stream_options {
        return fields.remove("stream_options");
    }
    let mut options: Value = fields.read("stream_options").unwrap_or_else(|| json!({}));
    match options.as_object_mut() {
        Some(options) => drop(options.insert("include_usage".to_owned(), Value::Bool(true))),
        None => options = json!({"include_usage": true}),
    }
    fields.set("stream_options", &options);
}

/// Reads the body of a 200.
pub(crate) fn decode(body: &[u8]) -> Result<Outcome, NoAnswer> {
    let answer = answer_within(body)?;
    if answer["choices"].as_array().is_none_or(Vec::is_empty) {
        return Err(NoAnswer::Broken(format!(
            "the answer has no choices: {}",
            beginning(body)
        )));
    }
    Ok(Outcome::Answer {
        body: body.trim_ascii().to_vec(),
        usage: TokenUsage::from_openai(&answer["usage"]),
    })
}
