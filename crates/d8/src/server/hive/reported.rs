//! What the Hive's workers report, as a chat completion and as a reason; and back, as its client reads it.

use std::time::Duration;

use d8_core::message::Outcome;
use d8_core::usage::Usage;
use d8_store::ResultRow;
use d8_wire::{Context, FailureKind, Headers, Wire};
use serde_json::{Map, Value, json};

/// The field of a stored answer that keeps what was reported, beside the completion that it was made into.
pub const REPORTED: &str = "d8_reported";

/// A report as the engine and the store take it.
pub(super) struct Taken {
    pub(super) outcome: Outcome,
    pub(super) result: ResultRow,
}

/// Reads what a worker reported. Without a word on success it is one.
pub(super) fn take(reported: &Value, task_id: &str, now_seconds: i64) -> Taken {
    let succeeded = reported.get("success").and_then(Value::as_bool).unwrap_or(true);
    if succeeded {
        success(reported, task_id, now_seconds)
    } else {
        failure(reported)
    }
}

fn success(reported: &Value, task_id: &str, now_seconds: i64) -> Taken {
    let tokens = reported.get("tokens").and_then(Value::as_u64);
    let mut completion = json!({
        "id": format!("chatcmpl-{task_id}"),
        "object": "chat.completion",
        "created": now_seconds,
        "model": reported.get("model").and_then(Value::as_str).unwrap_or("unknown"),
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": text(reported)},
            "finish_reason": "stop",
        }],
    });
    if let Some(tokens) = tokens {
        completion["usage"] = json!({"prompt_tokens": 0, "completion_tokens": tokens, "total_tokens": tokens});
    }
    completion[REPORTED] = reported.clone();
    let usage = tokens.map(|tokens| Usage {
        input_tokens: 0,
        output_tokens: tokens,
    });
    Taken {
        outcome: Outcome::Answered(usage),
        result: ResultRow {
            status: 200,
            body: completion.to_string().into_bytes(),
        },
    }
}

/// The answer's text, under whichever name the worker gave it.
fn text(reported: &Value) -> String {
    if let Some(text) = reported.as_str() {
        return text.to_owned();
    }
    let named = ["response", "output", "result", "content", "text"];
    let found = named
        .iter()
        .filter_map(|name| reported.get(name))
        .find(|value| !value.is_null());
    match found {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn failure(reported: &Value) -> Taken {
    let error = reported
        .get("error")
        .map(|error| error.as_str().map_or_else(|| error.to_string(), str::to_owned));
    let message = error.unwrap_or_else(|| "the worker gave no reason".to_owned());
    let lower = message.to_ascii_lowercase();
    let is_refusal = ["429", "toomanyrequests", "quota"]
        .iter()
        .any(|word| lower.contains(word));
    let outcome = if is_refusal {
        Outcome::Refused {
            limits: Vec::new(),
            retry_after: hint(&message),
        }
    } else {
        Outcome::Fault { sent: true }
    };
    let body = json!({"error": {"message": message, "code": Value::Null}, REPORTED: reported});
    Taken {
        outcome,
        result: ResultRow {
            status: 0,
            body: body.to_string().into_bytes(),
        },
    }
}

/// When to come again, where the provider's words in the report tell.
fn hint(message: &str) -> Option<Duration> {
    let body = json!({"error": {"message": message}}).to_string();
    let context = Context { model: "", now: 0 };
    let reply = Wire::OPENAI.decode(&context, 429, &Headers::default(), body.as_bytes());
    match reply.outcome {
        d8_wire::Outcome::Failure(failure) => match failure.kind {
            FailureKind::RateLimited { retry_after, .. } => retry_after,
            _ => None,
        },
        d8_wire::Outcome::Answer { .. } => None,
    }
}

/// A stored result as the Hive's client reads it: what was reported, and always `success`, `response`, `output` and `model`.
pub(super) fn for_client(completed: bool, result: Option<&ResultRow>, error: Option<&str>) -> Value {
    let stored: Value = result
        .and_then(|result| serde_json::from_slice(&result.body).ok())
        .unwrap_or(Value::Null);
    let mut shown: Map<String, Value> = match stored.get(REPORTED) {
        Some(Value::Object(reported)) => reported.clone(),
        _ => Map::new(),
    };
    let said = if completed {
        let content = &stored["choices"][0]["message"]["content"];
        content
            .as_str()
            .map_or_else(|| Value::from(content.to_string()), Value::from)
    } else {
        Value::Null
    };
    shown.insert("success".to_owned(), Value::from(completed));
    for name in ["response", "output"] {
        shown.insert(name.to_owned(), said.clone());
    }
    let model = shown.get("model").filter(|model| !model.is_null()).cloned();
    shown.insert("model".to_owned(), model.unwrap_or_else(|| stored["model"].clone()));
    if completed && let Some(total) = stored["usage"]["total_tokens"].as_u64() {
        shown.entry("tokens").or_insert(Value::from(total));
    }
    if let Some(error) = error {
        shown.entry("error").or_insert(Value::from(error));
    }
    Value::Object(shown)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn each_workers_success_becomes_a_completion() {
        for (reported, content, tokens) in [
            (
                json!({"success": true, "response": "hi", "model": "m", "tokens": 12, "elapsed": 0.4}),
                "hi",
                Some(12),
            ),
            (json!({"success": true, "result": "hi", "worker_id": "w"}), "hi", None),
            (json!({"output": {"a": 1}}), "{\"a\":1}", None),
            (json!("hi"), "hi", None),
        ] {
            let taken = take(&reported, "task_1", 7);
            let Outcome::Answered(usage) = taken.outcome else {
                panic!("{reported}")
            };
            assert_eq!(usage.map(|usage| usage.output_tokens), tokens);
            let body: Value = serde_json::from_slice(&taken.result.body).unwrap();
            assert_eq!(body["choices"][0]["message"]["content"], content);
            let shown = for_client(true, Some(&taken.result), None);
            assert_eq!(
                (&shown["output"], &shown["success"]),
                (&Value::from(content), &Value::from(true))
            );
        }
    }

    #[test]
    fn a_refusal_is_told_from_a_fault_by_its_words() {
        let outcome = |error: &str| take(&json!({"success": false, "error": error}), "task_1", 0).outcome;
        for error in ["Error code: 429", "TooManyRequests", "You exceeded your current quota"] {
            assert!(matches!(outcome(error), Outcome::Refused { .. }), "{error}");
        }
        assert!(matches!(outcome("connection reset"), Outcome::Fault { sent: true }));
        let Outcome::Refused { retry_after, .. } = outcome("429: Please try again in 7.66s.") else {
            panic!("a refusal")
        };
        assert_eq!(retry_after, Some(Duration::from_millis(7_660)));
    }
}
