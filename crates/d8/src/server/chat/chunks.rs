//! Pieces of an answer that came whole, for a client that wants it in pieces.

use serde_json::{Map, Value, json};

/// The chunks of a completion, each as JSON; the usage as a last one where it is wanted. None where it is no completion.
pub(super) fn of_completion(completion: &[u8], wants_usage: bool) -> Option<Vec<Value>> {
    let Value::Object(mut envelope) = serde_json::from_slice(completion).ok()? else {
        return None;
    };
    let Some(Value::Array(choices)) = envelope.remove("choices") else {
        return None;
    };
    let usage = envelope
        .remove("usage")
        .filter(|usage| wants_usage && usage.is_object());
    envelope.insert("object".to_owned(), Value::from("chat.completion.chunk"));
    let mut chunks = Vec::new();
    for (place, choice) in (0_u64..).zip(choices) {
        let index = choice["index"].as_u64().unwrap_or(place);
        for (delta, logprobs, finish) in deltas(choice) {
            let choice = json!({"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish});
            chunks.push(with_choices(&envelope, json!([choice])));
        }
    }
    if let Some(usage) = usage {
        let mut last = with_choices(&envelope, json!([]));
        last["usage"] = usage;
        chunks.push(last);
    }
    Some(chunks)
}

/// Role, text, the calls, and the end: as providers send them.
fn deltas(mut choice: Value) -> Vec<(Value, Value, Value)> {
    let mut message = match choice["message"].take() {
        Value::Object(message) => message,
        _ => Map::new(),
    };
    let role = message.remove("role").unwrap_or_else(|| Value::from("assistant"));
    let mut logprobs = choice["logprobs"].take();
    let calls = message
        .remove("tool_calls")
        .map(numbered)
        .filter(|calls| !calls.is_empty());
    // Thoughts before the text, as they were thought.
    let content = message.remove("content").filter(Value::is_string);
    message.retain(|_, value| !value.is_null());
    let mut deltas = vec![(json!({"role": role, "content": ""}), Value::Null, Value::Null)];
    if !message.is_empty() {
        deltas.push((Value::Object(message), Value::Null, Value::Null));
    }
    if let Some(content) = content {
        deltas.push((json!({"content": content}), logprobs.take(), Value::Null));
    }
    if let Some(calls) = calls {
        deltas.push((json!({"tool_calls": calls}), Value::Null, Value::Null));
    }
    let finish = choice["finish_reason"].take();
    let finish = if finish.is_null() { Value::from("stop") } else { finish };
    deltas.push((json!({}), logprobs, finish));
    deltas
}

/// In a list their places say which is which, in pieces a number does.
fn numbered(calls: Value) -> Vec<Value> {
    let Value::Array(mut calls) = calls else {
        return Vec::new();
    };
    for (place, call) in (0_u64..).zip(calls.iter_mut().filter_map(Value::as_object_mut)) {
        call.insert("index".to_owned(), Value::from(place));
    }
    calls
}

fn with_choices(envelope: &Map<String, Value>, choices: Value) -> Value {
    let mut chunk = envelope.clone();
    chunk.insert("choices".to_owned(), choices);
    Value::Object(chunk)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use d8_wire::Assembly;

    use super::*;

    fn completion() -> Value {
        let call = |id: &str| json!({"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}});
        json!({"id": "c1", "object": "chat.completion", "created": 5, "model": "m", "system_fingerprint": "fp",
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": "hello", "reasoning_content": "hm"},
                    "logprobs": {"content": [{"token": "hello"}]}, "finish_reason": "stop"},
                {"index": 1, "message": {"role": "assistant", "content": null, "tool_calls": [call("a"), call("b")]},
                    "finish_reason": "tool_calls"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}})
    }

    #[test]
    fn put_together_again_they_are_the_same() {
        let mut whole = completion();
        let chunks = of_completion(whole.to_string().as_bytes(), true).unwrap();
        let mut assembly = Assembly::default();
        for chunk in &chunks {
            assembly.add(chunk.to_string().as_bytes());
        }
        let mut again: Value = serde_json::from_slice(&assembly.completion()).unwrap();
        // What was null was said with an empty text, as providers do.
        again["choices"][1]["message"]["content"].take();
        again["choices"][1].as_object_mut().unwrap().remove("logprobs");
        whole["choices"][1].as_object_mut().unwrap().remove("logprobs");
        assert_eq!(again, whole);
    }

    #[test]
    fn the_role_comes_first_and_once_and_the_end_last() {
        let chunks = of_completion(completion().to_string().as_bytes(), false).unwrap();
        let first: Vec<&Value> = chunks
            .iter()
            .filter(|chunk| chunk["choices"][0]["index"] == 0)
            .collect();
        assert_eq!(first[0]["choices"][0]["delta"]["role"], "assistant");
        assert!(
            first[1..]
                .iter()
                .all(|chunk| chunk["choices"][0]["delta"]["role"].is_null())
        );
        assert_eq!(first.last().unwrap()["choices"][0]["finish_reason"], "stop");
        assert!(
            chunks
                .iter()
                .all(|chunk| chunk["object"] == "chat.completion.chunk" && chunk["id"] == "c1")
        );
        assert!(
            chunks.iter().all(|chunk| chunk["usage"].is_null()),
            "nobody asked for the usage"
        );
    }

    #[test]
    fn what_is_no_completion_has_none() {
        for text in ["", "[]", "{}", "{\"choices\":1}", "oops"] {
            assert!(of_completion(text.as_bytes(), true).is_none(), "{text}");
        }
    }
}
