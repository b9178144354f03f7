//! A whole completion from the chunks of a stream: what a client that had not asked for pieces would have got.
//!
//! Chunks may hold fields that nobody here has heard of, so they are put together by their shape: texts are continued,
//! lists are continued or merged by `index`, of everything else the last word counts.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Fields of a delta that come whole, though some providers say them in every chunk.
const WHOLE: [&str; 4] = ["role", "id", "type", "index"];

/// What has been put together so far.
#[derive(Clone, Debug, Default)]
pub struct Assembly {
    envelope: Map<String, Value>,
    choices: BTreeMap<u64, Map<String, Value>>,
}

/// What a chunk was about.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ChunkKind {
    /// The answer.
    Answer,
    /// Nothing but the usage: the last chunk, for clients that asked for it.
    OnlyUsage,
}

impl Assembly {
    /// Adds the next chunk, the JSON of a `chat.completion.chunk`. What is not JSON adds nothing.
    pub fn add(&mut self, chunk: &[u8]) -> ChunkKind {
        let Ok(Value::Object(mut chunk)) = serde_json::from_slice(chunk) else {
            return ChunkKind::Answer;
        };
        let choices = match chunk.remove("choices") {
            Some(Value::Array(choices)) => choices,
            _ => Vec::new(),
        };
        let kind = match chunk.get("usage") {
            Some(Value::Object(_)) if choices.is_empty() => ChunkKind::OnlyUsage,
            _ => ChunkKind::Answer,
        };
        for (name, value) in chunk {
            replace(&mut self.envelope, name, value);
        }
        for choice in choices {
            self.add_choice(choice);
        }
        kind
    }

    fn add_choice(&mut self, choice: Value) {
        let Value::Object(mut choice) = choice else { return };
        let index = choice.remove("index").and_then(|index| index.as_u64()).unwrap_or(0);
        let known = self.choices.entry(index).or_default();
        for (name, value) in choice {
            match name.as_str() {
                "delta" => merge(known.entry("message").or_insert_with(|| json!({})), value),
                "logprobs" => merge(known.entry(name).or_insert(Value::Null), value),
                _ => replace(known, name, value),
            }
        }
    }

    /// The completion as JSON.
    pub fn completion(self) -> Vec<u8> {
        let mut completion = self.envelope;
        completion.insert("object".to_owned(), Value::from("chat.completion"));
        let choices = self
            .choices
            .into_iter()
            .map(|(index, choice)| whole_choice(index, choice));
        completion.insert("choices".to_owned(), choices.collect());
        // Groq tells its usage here where nobody asked for it.
        let usage_is_told = completion.get("usage").is_some_and(Value::is_object);
        let aside = completion.get("x_groq").map(|aside| aside["usage"].clone());
        if let (false, Some(usage @ Value::Object(_))) = (usage_is_told, aside) {
            completion.insert("usage".to_owned(), usage);
        }
        Value::Object(completion).to_string().into_bytes()
    }
}

/// A choice as a completion has it.
fn whole_choice(index: u64, mut choice: Map<String, Value>) -> Value {
    let mut message = match choice.remove("message") {
        Some(Value::Object(message)) => message,
        _ => Map::new(),
    };
    let mut written = Map::new();
    let role = message.remove("role").filter(Value::is_string);
    written.insert("role".to_owned(), role.unwrap_or_else(|| Value::from("assistant")));
    written.insert("content".to_owned(), message.remove("content").unwrap_or_default());
    if let Some(Value::Array(calls)) = message.get_mut("tool_calls") {
        // Their places in the list say it.
        for call in calls.iter_mut().filter_map(Value::as_object_mut) {
            call.remove("index");
        }
    }
    written.extend(message);
    let mut whole = Map::new();
    whole.insert("index".to_owned(), Value::from(index));
    whole.insert("message".to_owned(), Value::Object(written));
    whole.extend(choice);
    whole.entry("finish_reason").or_insert(Value::Null);
    Value::Object(whole)
}

/// The last word counts, but for null, which is none. Objects are taken field by field.
fn replace(into: &mut Map<String, Value>, name: String, value: Value) {
    match (into.get_mut(&name), value) {
        (Some(_), Value::Null) => {}
        (Some(Value::Object(known)), Value::Object(more)) => {
            for (name, value) in more {
                replace(known, name, value);
            }
        }
        (_, value) => drop(into.insert(name, value)),
    }
}

/// Continues what is there.
fn merge(into: &mut Value, more: Value) {
    match (into, more) {
        (_, Value::Null) => {}
        (Value::String(text), Value::String(more)) => text.push_str(&more),
        (Value::Object(known), Value::Object(more)) => {
            for (name, value) in more {
                merge_field(known, name, value);
            }
        }
        (Value::Array(known), Value::Array(more)) => {
            for item in more {
                merge_item(known, item);
            }
        }
        (into, Value::Array(more)) => {
            let mut list = Vec::new();
            for item in more {
                merge_item(&mut list, item);
            }
            *into = Value::Array(list);
        }
        (into, more) => *into = more,
    }
}

fn merge_field(known: &mut Map<String, Value>, name: String, value: Value) {
    let Some(there) = known.get_mut(&name) else {
        let mut fresh = Value::Null;
        merge(&mut fresh, value);
        known.insert(name, fresh);
        return;
    };
    let says_nothing = value.is_null() || value.as_str() == Some("");
    // A function's name comes at once; where it comes again it is no continuation.
    let again = name == "name" && *there == value;
    if says_nothing || again {
        return;
    }
    if WHOLE.contains(&name.as_str()) {
        *there = value;
    } else {
        merge(there, value);
    }
}

/// An item with an index continues the one of that index; one without is new.
fn merge_item(known: &mut Vec<Value>, item: Value) {
    let index = item["index"].as_u64();
    let same = known
        .iter_mut()
        .find(|other| index.is_some() && other["index"].as_u64() == index);
    match same {
        Some(same) => merge(same, item),
        None => known.push(item),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn assembled(chunks: &[Value]) -> Value {
        let mut assembly = Assembly::default();
        for chunk in chunks {
            assembly.add(chunk.to_string().as_bytes());
        }
        serde_json::from_slice(&assembly.completion()).unwrap()
    }

    fn chunk(delta: &Value, finish: Option<&str>) -> Value {
        json!({"id": "c1", "object": "chat.completion.chunk", "created": 5, "model": "m",
            "choices": [{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]})
    }

    #[test]
    fn texts_are_continued_and_the_envelope_is_kept() {
        let usage = json!({"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5});
        let chunks = [
            chunk(
                &json!({"role": "assistant", "content": "", "reasoning_content": "so"}),
                None,
            ),
            chunk(&json!({"reasoning_content": "?", "x_trace": "a"}), None),
            chunk(&json!({"content": "hel", "x_trace": "b", "x_score": 1}), None),
            chunk(&json!({"content": "lo", "x_score": 2}), None),
            chunk(&json!({}), Some("stop")),
            json!({"id": "c1", "object": "chat.completion.chunk", "created": 5, "model": "m", "choices": [], "usage": usage}),
        ];
        assert_eq!(
            assembled(&chunks),
            json!({"id": "c1", "object": "chat.completion", "created": 5, "model": "m", "usage": usage,
                "choices": [{"index": 0, "finish_reason": "stop", "logprobs": null, "message": {"role": "assistant",
                    "content": "hello", "reasoning_content": "so?", "x_trace": "ab", "x_score": 2}}]})
        );
    }

    #[test]
    fn the_calls_of_two_tools_are_put_together_by_their_index() {
        let call = |index: u64, more: Value| {
            let mut call = json!({ "index": index });
            call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({ "tool_calls": [call] })
        };
        let begin =
            |id: &str, name: &str| json!({"id": id, "type": "function", "function": {"name": name, "arguments": ""}});
        let whole = assembled(&[
            chunk(&json!({"role": "assistant", "content": null}), None),
            chunk(&call(0, begin("a", "f")), None),
            chunk(
                &call(
                    0,
                    json!({"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"x\""}}),
                ),
                None,
            ),
            chunk(&call(1, begin("b", "g")), None),
            chunk(&call(0, json!({"id": "", "function": {"arguments": ":1}"}})), None),
            chunk(&call(1, json!({"function": {"arguments": "{}"}})), None),
            chunk(&json!({}), Some("tool_calls")),
        ]);
        let call = |id: &str, name: &str, arguments: &str| json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}});
        let message = &whole["choices"][0]["message"];
        assert_eq!(
            message["tool_calls"],
            json!([call("a", "f", "{\"x\":1}"), call("b", "g", "{}")])
        );
        assert_eq!(message["content"], Value::Null);
        assert_eq!(whole["choices"][0]["finish_reason"], "tool_calls");
    }

    #[test]
    fn choices_and_their_logprobs_stay_apart() {
        let of = |index: u64, text: &str, finish: Option<&str>| {
            json!({"choices": [{"index": index, "delta": {"content": text}, "finish_reason": finish,
                "logprobs": {"content": [{"token": text}]}}]})
        };
        let chunks = [
            of(1, "x", None),
            of(0, "a", None),
            of(1, "y", Some("stop")),
            of(0, "b", Some("length")),
        ];
        let whole = assembled(&chunks);
        let texts: Vec<_> = (0..2)
            .map(|at| whole["choices"][at]["message"]["content"].clone())
            .collect();
        assert_eq!(texts, ["ab", "xy"]);
        assert_eq!(
            whole["choices"][0]["logprobs"],
            json!({"content": [{"token": "a"}, {"token": "b"}]})
        );
        assert_eq!(whole["choices"][0]["finish_reason"], "length");
    }

    #[test]
    fn a_refusal_and_the_usage_aside_are_found() {
        let mut last = chunk(&json!({"refusal": "not"}), Some("stop"));
        last["x_groq"] = json!({"id": "r", "usage": {"prompt_tokens": 1}});
        let whole = assembled(&[chunk(&json!({"refusal": "I may "}), None), last]);
        assert_eq!(whole["choices"][0]["message"]["refusal"], "I may not");
        assert_eq!(whole["choices"][0]["message"]["role"], "assistant");
        assert_eq!(whole["usage"], json!({"prompt_tokens": 1}));
    }

    #[test]
    fn only_a_chunk_without_choices_tells_only_the_usage() {
        let mut assembly = Assembly::default();
        let mut told = |chunk: Value| assembly.add(chunk.to_string().as_bytes());
        assert_eq!(
            told(json!({"choices": [], "usage": {"prompt_tokens": 1}})),
            ChunkKind::OnlyUsage
        );
        assert_eq!(told(json!({"choices": [], "usage": null})), ChunkKind::Answer);
        let mut with_both = chunk(&json!({"content": "x"}), None);
        with_both["usage"] = json!({"prompt_tokens": 1});
        assert_eq!(told(with_both), ChunkKind::Answer);
    }
}
