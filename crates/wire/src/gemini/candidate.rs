//! One candidate of Gemini's answer, whole or a piece of it, in terms of OpenAI's choice.

use serde_json::{Map, Value, json};

/// What a candidate says. A piece in a stream has any part of it.
#[derive(Debug, Default)]
pub(super) struct Candidate {
    pub(super) index: u64,
    pub(super) text: String,
    /// What it thought, where it was asked to show it.
    pub(super) thoughts: String,
    pub(super) calls: Vec<Call>,
    /// The signature of its text; calls have their own.
    pub(super) signature: Option<String>,
    pub(super) finish: Option<String>,
    /// Parts that OpenAI has no form for.
    pub(super) other_parts: Vec<Value>,
    /// All other fields: ratings, citations, grounding.
    pub(super) rest: Map<String, Value>,
}

/// One call of a function.
#[derive(Debug)]
pub(super) struct Call {
    id: Option<String>,
    name: String,
    arguments: String,
    signature: Option<String>,
}

impl Candidate {
    pub(super) fn read(candidate: Value, position: usize) -> Self {
        let Value::Object(mut rest) = candidate else {
            return Self::default();
        };
        let mut take = |name: &str| rest.remove(name).unwrap_or_default();
        let mut read = Self {
            index: take("index").as_u64().unwrap_or(position as u64),
            finish: take("finishReason").as_str().map(str::to_owned),
            ..Self::default()
        };
        let mut content = take("content");
        if let Some(Value::Array(parts)) = content.get_mut("parts").map(Value::take) {
            parts.into_iter().for_each(|part| read.take_part(part));
        }
        rest.retain(|_, value| !is_empty(value));
        read.rest = rest;
        read
    }

    fn take_part(&mut self, part: Value) {
        let signature = part["thoughtSignature"].as_str().map(str::to_owned);
        let call = &part["functionCall"];
        if call.is_object() {
            self.calls.push(Call {
                id: call["id"].as_str().filter(|id| !id.is_empty()).map(str::to_owned),
                name: call["name"].as_str().unwrap_or_default().to_owned(),
                arguments: call
                    .get("args")
                    .filter(|args| !args.is_null())
                    .map_or("{}".to_owned(), Value::to_string),
                signature,
            });
            return;
        }
        // A later part without a signature must not undo an earlier one.
        self.signature = signature.or(self.signature.take());
        match part["text"].as_str() {
            Some(text) if part["thought"] == true => self.thoughts.push_str(text),
            Some(text) => self.text.push_str(text),
            None => self.other_parts.push(part),
        }
    }

    /// OpenAI's word for the end; Gemini's own is kept beside it where that says more.
    pub(super) fn finish_reason(&self, has_calls: bool) -> Option<&'static str> {
        Some(match self.finish.as_deref()? {
            "MAX_TOKENS" => "length",
            "SAFETY"
            | "RECITATION"
            | "BLOCKLIST"
            | "PROHIBITED_CONTENT"
            | "SPII"
            | "IMAGE_SAFETY"
            | "IMAGE_PROHIBITED_CONTENT"
            | "IMAGE_RECITATION"
            | "MODEL_ARMOR" => "content_filter",
            _ if has_calls => "tool_calls",
            _ => "stop",
        })
    }

    /// What OpenAI's choice has no place for, as an extension of it.
    pub(super) fn extension(&mut self) -> Option<Value> {
        let mut google = std::mem::take(&mut self.rest);
        if let Some(finish) = self
            .finish
            .as_deref()
            .filter(|finish| !matches!(*finish, "STOP" | "MAX_TOKENS"))
        {
            google.insert("finishReason".to_owned(), Value::from(finish));
        }
        (!google.is_empty()).then(|| json!({ "google": google }))
    }

    /// What OpenAI's message has no place for: the signature of the text, and parts of other kinds.
    pub(super) fn message_extension(&mut self) -> Option<Value> {
        let mut google = Map::new();
        if let Some(signature) = self.signature.take() {
            google.insert("thought_signature".to_owned(), Value::from(signature));
        }
        if !self.other_parts.is_empty() {
            google.insert("parts".to_owned(), Value::Array(std::mem::take(&mut self.other_parts)));
        }
        (!google.is_empty()).then(|| json!({ "google": google }))
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Ids of one answer's calls: Gemini's own where they are there and unique, else minted from the answer's id.
#[derive(Debug, Default)]
pub(super) struct CallIds(Vec<String>);

impl CallIds {
    /// The call in OpenAI's form.
    pub(super) fn write(&mut self, call: Call, answer_id: &str) -> Value {
        let Call {
            id,
            name,
            arguments,
            signature,
        } = call;
        let id = id.filter(|id| !self.0.contains(id)).unwrap_or_else(|| {
            format!(
                "call_{:016x}",
                fingerprint(format!("{answer_id}/{}", self.0.len()).as_bytes())
            )
        });
        self.0.push(id.clone());
        let mut call = json!({ "id": id, "type": "function", "function": { "name": name, "arguments": arguments } });
        if let Some(signature) = signature {
            call["extra_content"] = json!({ "google": { "thought_signature": signature } });
        }
        call
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }
}

/// FNV-1a: short, the same everywhere, and good enough where nobody attacks.
pub(super) fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
