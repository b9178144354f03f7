//! Gemini's answer as an OpenAI chat completion.

use serde_json::{Map, Value, json};

use super::candidate::{CallIds, Candidate, fingerprint};
use crate::dialect::Context;
use crate::reply::{NoAnswer, Outcome, TokenUsage, answer_within, beginning};

/// Reads the body of a 200.
pub(crate) fn decode(context: &Context<'_>, body: &[u8]) -> Result<Outcome, NoAnswer> {
    let mut answer = Answer::read(answer_within(body)?, body);
    let blocked = answer.block_reason().map(blocked_choice);
    let id = answer.id.clone();
    let mut ids = CallIds::default();
    let choices = std::mem::take(&mut answer.candidates);
    let mut choices: Vec<Value> = choices
        .into_iter()
        .map(|candidate| choice(candidate, &id, &mut ids))
        .collect();
    if choices.is_empty() {
        choices.extend(blocked);
    }
    if choices.is_empty() {
        return Err(NoAnswer::Broken(format!(
            "the answer has no candidates: {}",
            beginning(body)
        )));
    }
    let mut completion = answer.envelope(context, "chat.completion");
    completion["choices"] = Value::Array(choices);
    let usage = answer.usage();
    if let Some((written, _)) = &usage {
        completion["usage"] = written.clone();
    }
    Ok(Outcome::Answer {
        body: completion.to_string().into_bytes(),
        usage: usage.map(|(_, usage)| usage),
    })
}

/// What one body, or one frame of a stream, holds.
pub(super) struct Answer {
    pub(super) id: String,
    pub(super) candidates: Vec<Candidate>,
    pub(super) model: Option<String>,
    feedback: Value,
    usage: Value,
}

impl Answer {
    /// Reads a body. Its id is Gemini's, else minted from the bytes: the same answer has the same id.
    pub(super) fn read(mut answer: Value, body: &[u8]) -> Self {
        let candidates = match answer.get_mut("candidates").map(Value::take) {
            Some(Value::Array(candidates)) => candidates,
            _ => Vec::new(),
        };
        let text = |name: &str| answer[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        Self {
            id: format!(
                "chatcmpl-{}",
                text("responseId").unwrap_or_else(|| format!("{:016x}", fingerprint(body)))
            ),
            candidates: candidates
                .into_iter()
                .enumerate()
                .map(|(at, item)| Candidate::read(item, at))
                .collect(),
            model: text("modelVersion"),
            feedback: answer["promptFeedback"].clone(),
            usage: answer["usageMetadata"].clone(),
        }
    }

    /// Why the prompt was refused, where it was.
    pub(super) fn block_reason(&self) -> Option<&str> {
        self.feedback["blockReason"].as_str()
    }

    /// All of a completion or chunk but its choices and usage.
    pub(super) fn envelope(&self, context: &Context<'_>, object: &str) -> Value {
        let mut envelope = json!({
            "id": self.id,
            "object": object,
            "created": context.now,
            "model": self.model.as_deref().unwrap_or(context.model),
        });
        if self.feedback.is_object() {
            envelope["extra_content"] = json!({ "google": { "promptFeedback": self.feedback } });
        }
        envelope
    }

    /// The usage in OpenAI's form and in ours. Gemini leaves out every count that is zero, and counts thoughts apart.
    pub(super) fn usage(&self) -> Option<(Value, TokenUsage)> {
        self.usage.as_object()?;
        let count = |name: &str| self.usage[name].as_u64().unwrap_or(0);
        let thoughts = count("thoughtsTokenCount");
        let usage = TokenUsage {
            input: count("promptTokenCount").saturating_add(count("toolUsePromptTokenCount")),
            output: count("candidatesTokenCount").saturating_add(thoughts),
            cached: count("cachedContentTokenCount"),
        };
        let total = self.usage["totalTokenCount"].as_u64();
        let written = json!({
            "prompt_tokens": usage.input,
            "completion_tokens": usage.output,
            "total_tokens": total.unwrap_or(usage.input.saturating_add(usage.output)),
            "prompt_tokens_details": { "cached_tokens": usage.cached },
            "completion_tokens_details": { "reasoning_tokens": thoughts },
        });
        Some((written, usage))
    }
}

fn choice(mut candidate: Candidate, id: &str, ids: &mut CallIds) -> Value {
    let calls: Vec<Value> = std::mem::take(&mut candidate.calls)
        .into_iter()
        .map(|call| ids.write(call, id))
        .collect();
    let mut message = Map::from_iter([("role".to_owned(), json!("assistant"))]);
    let text = std::mem::take(&mut candidate.text);
    message.insert(
        "content".to_owned(),
        if text.is_empty() && !calls.is_empty() {
            Value::Null
        } else {
            text.into()
        },
    );
    if !candidate.thoughts.is_empty() {
        message.insert(
            "reasoning_content".to_owned(),
            Value::from(std::mem::take(&mut candidate.thoughts)),
        );
    }
    let finish = candidate.finish_reason(!calls.is_empty()).unwrap_or("stop");
    if !calls.is_empty() {
        message.insert("tool_calls".to_owned(), Value::Array(calls));
    }
    if let Some(extension) = candidate.message_extension() {
        message.insert("extra_content".to_owned(), extension);
    }
    let mut choice = json!({ "index": candidate.index, "message": message, "logprobs": null, "finish_reason": finish });
    if let Some(extension) = candidate.extension() {
        choice["extra_content"] = extension;
    }
    choice
}

/// A refused prompt is an answer of its own: a 200 without candidates.
fn blocked_choice(reason: &str) -> Value {
    json!({
        "index": 0,
        "message": { "role": "assistant", "content": null, "refusal": refusal(reason) },
        "logprobs": null,
        "finish_reason": "content_filter",
    })
}

/// What stands in `refusal` where Gemini refused the prompt.
pub(super) fn refusal(reason: &str) -> String {
    format!("Gemini refused the prompt: {reason}")
}
