//! What a request is as a task: how large, who can carry it, and how it begins.

use std::hash::{DefaultHasher, Hash, Hasher};

use d8_core::id::PrefixId;
use d8_core::usage::Estimate;
use d8_wire::ChatRequest;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// How large a request is: two bytes a token and 16 tokens a message is rather too much, eight bytes a token the least.
pub fn estimate(request: &ChatRequest) -> Estimate {
    let size = request.size();
    let tokens = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    Estimate {
        input_tokens: tokens(size.bytes / 2 + 16 * size.messages),
        input_tokens_least: tokens(size.bytes / 8),
        max_output_tokens: request.max_output_tokens().map(tokens),
    }
}

/// How a request begins, as far as providers may know it again: its tools and its instructions, else its first message, which
/// a conversation keeps while it grows.
pub fn prefix(request: &ChatRequest) -> Option<PrefixId> {
    #[derive(Deserialize)]
    struct Role<'a> {
        role: &'a str,
    }
    let messages: Vec<&RawValue> = serde_json::from_str(request.field("messages")?.get()).ok()?;
    let instructs = |message: &&&RawValue| {
        let role = serde_json::from_str(message.get()).map(|Role { role }| role);
        matches!(role, Ok("system" | "developer"))
    };
    let instructions = messages.iter().take_while(instructs).count();
    let mut hash = DefaultHasher::new();
    request.field("tools").map(RawValue::get).hash(&mut hash);
    for message in messages.iter().take(instructions.max(1)) {
        message.get().hash(&mut hash);
    }
    let hash = hash.finish();
    Some(PrefixId((hash ^ (hash >> 32)) as u32))
}

/// Fields that mean something to a provider and that the Hive's workers lose without a word: they read texts, a temperature
/// and a limit.
const LOST: [&str; 27] = [
    "audio",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "modalities",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "reasoning_effort",
    "reasoning_format",
    "response_format",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "tool_choice",
    "tools",
    "top_k",
    "top_logprobs",
    "top_p",
    "verbosity",
    "web_search_options",
];

/// Whether a worker of the Hive can carry a request without losing any of it.
pub fn is_plain(request: &ChatRequest) -> bool {
    let asks_for_more = |name: &str| LOST.contains(&name) && (name != "stream" || request.stream());
    if request.names().any(asks_for_more) {
        return false;
    }
    let messages = request.field("messages").map_or("[]", |raw| raw.get());
    let Ok(Value::Array(messages)) = serde_json::from_str(messages) else {
        return false;
    };
    messages.iter().all(|message| {
        let plain_role = matches!(message["role"].as_str(), Some("system" | "user" | "assistant"));
        let only = message
            .as_object()
            .is_some_and(|fields| fields.keys().all(|name| name == "role" || name == "content"));
        plain_role && only && message["content"].is_string()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn requests_begin_alike_by_their_instructions_or_their_first_message() {
        let of = |messages: &str| {
            let text = format!(r#"{{"messages":[{messages}]}}"#);
            prefix(&ChatRequest::parse(text.as_bytes()).unwrap())
        };
        let system = r#"{"role":"system","content":"Be short."}"#;
        let user = |text: &str| format!(r#"{{"role":"user","content":"{text}"}}"#);
        let instructed = of(&format!("{system},{}", user("one")));
        assert_eq!(instructed, of(&format!("{system},{}", user("two"))));
        assert_ne!(instructed, of(&user("one")));
        assert_ne!(of(&user("one")), of(&user("two")));
        let grown = format!(
            r#"{},{{"role":"assistant","content":"yes"}},{}"#,
            user("one"),
            user("more")
        );
        assert_eq!(of(&user("one")), of(&grown));
        assert!(instructed.is_some());
    }

    #[test]
    fn what_the_hive_would_lose_is_not_given_to_it() {
        let with = |rest: &str| format!(r#"{{"messages":[{{"role":"user","content":"hi"}}]{rest}}}"#);
        for (text, plain) in [
            (with(""), true),
            (with(r#","model":"m","temperature":0.8,"max_tokens":9"#), true),
            (with(r#","stop":["x"]"#), false),
            (with(r#","tools":[]"#), false),
            (with(r#","stream":true"#), false),
            (
                r#"{"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}"#.to_owned(),
                false,
            ),
            (
                r#"{"messages":[{"role":"tool","content":"hi","tool_call_id":"1"}]}"#.to_owned(),
                false,
            ),
        ] {
            let request = ChatRequest::parse(text.as_bytes()).unwrap();
            assert_eq!(is_plain(&request), plain, "{text}");
        }
    }
}
