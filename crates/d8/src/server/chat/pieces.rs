//! A whole completion as the chunks of a stream: for clients that want pieces where a worker could only send the whole.

use serde_json::{Value, json};

/// The chunks: one for each choice, one for each choice's end, and the usage where the client asked for it.
pub(super) fn of(completion: &Value, include_usage: bool) -> Vec<Value> {
    let chunk = |choices: Value| {
        json!({
            "id": completion["id"],
            "object": "chat.completion.chunk",
            "created": completion["created"],
            "model": completion["model"],
            "choices": choices,
        })
    };
    let mut chunks = Vec::new();
    for choice in completion["choices"].as_array().into_iter().flatten() {
        let mut delta = choice["message"].clone();
        if let Some(calls) = delta["tool_calls"].as_array_mut() {
            for (index, call) in calls.iter_mut().enumerate() {
                call["index"] = json!(index);
            }
        }
        chunks.push(chunk(
            json!([{"index": choice["index"], "delta": delta, "finish_reason": null}]),
        ));
        let end = json!([{"index": choice["index"], "delta": {}, "finish_reason": choice["finish_reason"]}]);
        chunks.push(chunk(end));
    }
    if include_usage && completion["usage"].is_object() {
        let mut last = chunk(json!([]));
        last["usage"] = completion["usage"].clone();
        chunks.push(last);
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_make_up_the_whole() {
        let completion = json!({"id": "c", "created": 7, "model": "m", "usage": {"total_tokens": 3}, "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "hi", "tool_calls": [{"id": "t", "type": "function"}]}, "finish_reason": "stop"}]});
        let chunks = of(&completion, true);
        assert_eq!(chunks.len(), 3);
        assert_eq!(chunks[0]["choices"][0]["delta"]["content"], "hi");
        assert_eq!(chunks[0]["choices"][0]["delta"]["tool_calls"][0]["index"], 0);
        assert_eq!(chunks[1]["choices"][0]["finish_reason"], "stop");
        assert_eq!(
            (&chunks[2]["choices"], &chunks[2]["usage"]["total_tokens"]),
            (&json!([]), &json!(3))
        );
        assert_eq!(of(&completion, false).len(), 2);
    }
}
