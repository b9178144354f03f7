//! The chat completion request as D8 holds it: each field as the bytes it came in, in the order it came in.
//!
//! Providers cache prompts by prefix and clients send fields that nobody here has heard of, so a request is not turned
//! into a model of ours and back: only what must hold is checked, and only what changes is replaced.

mod fields;
mod messages;

use serde_json::Value;
use serde_json::value::RawValue;

use fields::Fields;

/// A chat completion request in OpenAI's form. Holds at least one message; everything else is the provider's to judge.
#[derive(Clone, Debug)]
pub struct ChatRequest {
    fields: Fields,
    size: PromptSize,
}

/// How much a prompt is, as far as it can be known without the model's tokenizer.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct PromptSize {
    /// Bytes of text that the model reads: messages, tool definitions and schemas.
    pub bytes: u64,
    /// Number of messages: chat templates add a few tokens to each.
    pub messages: u64,
    /// Images, audio clips and files; their bytes say nothing about their tokens and are not in `bytes`.
    pub attachments: u64,
}

/// Why something is not a chat completion request.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{param}` {problem}")]
pub struct InvalidRequest {
    /// The field at fault, as a path: `messages[2].role`; `body` for the whole.
    pub param: String,
    /// What is wrong with it, as the rest of a sentence.
    pub problem: String,
}

impl InvalidRequest {
    pub(crate) fn new(param: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            param: param.into(),
            problem: problem.into(),
        }
    }
}

impl ChatRequest {
    /// Reads a request from JSON. Of a key that occurs twice the last value counts.
    ///
    /// # Errors
    /// Not a JSON object, no messages, a message that is none, or a `model` or `stream` of the wrong type.
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidRequest> {
        let fields: Fields = serde_json::from_slice(bytes)
            .map_err(|error| InvalidRequest::new("body", format!("is not a JSON object: {error}")))?;
        fields.check_type("model", Value::is_string, "must be a string")?;
        fields.check_type("stream", Value::is_boolean, "must be true or false")?;
        let messages = fields
            .get("messages")
            .ok_or_else(|| InvalidRequest::new("messages", "is missing"))?;
        let mut size = messages::check(messages)?;
        for schema in ["tools", "functions", "response_format"] {
            size.bytes += fields.get(schema).map_or(0, |raw| raw.get().len() as u64);
        }
        Ok(Self { fields, size })
    }

    /// The request for a single prompt: one message of a user.
    pub fn from_prompt(prompt: &str) -> Self {
        let messages = serde_json::json!([{"role": "user", "content": prompt}]);
        let mut fields = Fields::default();
        fields.set("messages", &messages);
        Self {
            fields,
            size: PromptSize {
                bytes: prompt.len() as u64,
                messages: 1,
                attachments: 0,
            },
        }
    }

    /// The model that is asked for, where one is named.
    pub fn model(&self) -> Option<String> {
        self.fields.read("model")
    }

    /// The same request for another model.
    #[must_use]
    pub fn with_model(&self, model: &str) -> Self {
        self.with("model", &Value::from(model))
    }

    /// The same request with a field set. `messages`, `tools` and schemas belong to the size and are not for this.
    #[must_use]
    pub fn with(&self, name: &str, value: &Value) -> Self {
        let mut request = self.clone();
        request.fields.set(name, value);
        request
    }

    /// The most tokens the answer may have: `max_completion_tokens`, else `max_tokens`.
    pub fn max_output_tokens(&self) -> Option<u64> {
        self.fields
            .read("max_completion_tokens")
            .or_else(|| self.fields.read("max_tokens"))
    }

    /// Whether the client wants the answer in pieces.
    pub fn stream(&self) -> bool {
        self.fields.read("stream").unwrap_or(false)
    }

    /// Whether the client wants the usage as a last chunk of its stream.
    pub fn wants_stream_usage(&self) -> bool {
        let options: Option<Value> = self.fields.read("stream_options");
        options.is_some_and(|options| options["include_usage"] == Value::Bool(true))
    }

    /// How large the prompt is.
    pub fn size(&self) -> PromptSize {
        self.size
    }

    /// The names of all fields, in the order in which they came.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name)
    }

    /// A field as it came, if it is there; a JSON `null` is there.
    pub fn field(&self, name: &str) -> Option<&RawValue> {
        self.fields.get(name)
    }

    /// The request as JSON, without white space between its fields.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.fields.to_bytes()
    }

    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }
}

pub(crate) use fields::Fields as RequestFields;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> ChatRequest {
        ChatRequest::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn order_unknown_fields_and_odd_numbers_survive() {
        let text = r#"{"zeta":{"b":1,"a":[ 2 ]},"messages":[{"role":"user","content":"hi","x":12345678901234567890123}],"model":"m","top_p":0.10,"huge":1e400}"#;
        assert_eq!(parse(text).to_bytes(), text.as_bytes());
    }

    #[test]
    fn another_model_changes_nothing_else() {
        let request = parse(r#"{ "model": "a", "messages": [{"role":"user","content":"hi"}], "n": 1 }"#);
        assert_eq!(
            request.with_model("b/\"c\"").to_bytes(),
            br#"{"model":"b/\"c\"","messages":[{"role":"user","content":"hi"}],"n":1}"#
        );
        assert_eq!(request.with_model("b").model().as_deref(), Some("b"));
    }

    #[test]
    fn a_prompt_is_a_request() {
        let request = ChatRequest::from_prompt("say \"hi\"").with_model("m");
        assert_eq!(
            parse(std::str::from_utf8(&request.to_bytes()).unwrap()).size(),
            request.size()
        );
    }

    #[test]
    fn output_limit_prefers_the_newer_field() {
        let with = |rest: &str| parse(&format!(r#"{{"messages":[{{"role":"user","content":""}}]{rest}}}"#));
        assert_eq!(
            with(r#","max_tokens":5,"max_completion_tokens":7"#).max_output_tokens(),
            Some(7)
        );
        assert_eq!(
            with(r#","max_tokens":5,"max_completion_tokens":null"#).max_output_tokens(),
            Some(5)
        );
        assert_eq!(with("").max_output_tokens(), None);
        assert!(with(r#","stream":true"#).stream() && !with(r#","stream":null"#).stream());
        assert!(with(r#","stream_options":{"include_usage":true}"#).wants_stream_usage());
    }

    #[test]
    fn of_a_repeated_key_the_last_counts() {
        let request = parse(r#"{"model":"a","messages":[{"role":"user"}],"model":"b"}"#);
        assert_eq!(request.to_bytes(), br#"{"model":"b","messages":[{"role":"user"}]}"#);
    }

    #[test]
    fn the_size_counts_what_the_model_reads() {
        let request = parse(
            r#"{"messages":[{"role":"system","content":"ab"},
                {"role":"user","content":[{"type":"text","text":"c\u00e9"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAAAAAAAAAAAAAA"}}]}],
                "tools":[1,2]}"#,
        );
        assert_eq!(
            request.size(),
            PromptSize {
                bytes: 2 + 3 + 5,
                messages: 2,
                attachments: 1
            }
        );
    }

    #[test]
    fn what_must_hold_is_said_in_words() {
        let cases = [
            ("[]", "body"),
            ("{\"messages\":", "body"),
            ("{}", "messages"),
            (r#"{"messages":"hi"}"#, "messages"),
            (r#"{"messages":[]}"#, "messages"),
            (r#"{"messages":["hi"]}"#, "messages[0]"),
            (r#"{"messages":[{"content":"hi"}]}"#, "messages[0].role"),
            (
                r#"{"messages":[{"role":"user"},{"role":"sistem","content":"hi"}]}"#,
                "messages[1].role",
            ),
            (r#"{"messages":[{"role":"user","content":{}}]}"#, "messages[0].content"),
            (
                r#"{"messages":[{"role":"user","content":["hi"]}]}"#,
                "messages[0].content[0]",
            ),
            (r#"{"messages":[{"role":"user"}],"model":7}"#, "model"),
            (r#"{"messages":[{"role":"user"}],"stream":"yes"}"#, "stream"),
        ];
        for (text, param) in cases {
            assert_eq!(
                ChatRequest::parse(text.as_bytes())
                    .map_err(|e| e.param)
                    .err()
                    .as_deref(),
                Some(param),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn never_panics_on_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = ChatRequest::parse(&bytes);
        }
    }
}
