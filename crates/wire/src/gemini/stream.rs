//! Gemini's stream as OpenAI chunks: one id for all, the role once, and calls numbered as they come.

use serde_json::{Map, Value, json};

use super::answer::{Answer, refusal};
use super::candidate::{CallIds, Candidate};
use crate::dialect::Context;
use crate::reply::TokenUsage;
use crate::stream::{Choices, StreamEvent};

/// The state of one stream. There is no `[DONE]`: it is over when its bytes end after every candidate has finished.
#[derive(Debug)]
pub(crate) struct GeminiStream {
    /// As the provider names it, once it has.
    model: String,
    now: u64,
    include_usage: bool,
    /// That of the first frame.
    id: Option<String>,
    choices: Choices,
    /// By choice: its calls so far. A choice that is here has had its role.
    calls: Vec<(u64, CallIds)>,
    usage: Option<(Value, TokenUsage)>,
}

impl GeminiStream {
    pub(crate) fn new(context: &Context<'_>, include_usage: bool) -> Self {
        Self {
            model: context.model.to_owned(),
            now: context.now,
            include_usage,
            id: None,
            choices: Choices::default(),
            calls: Vec::new(),
            usage: None,
        }
    }

    /// Takes one frame; a frame with nothing but usage gives no chunk.
    pub(crate) fn frame(&mut self, frame: Value, events: &mut Vec<StreamEvent>) {
        let bytes = frame.to_string();
        let mut answer = Answer::read(frame, bytes.as_bytes());
        answer.id = self.id.get_or_insert(answer.id).clone();
        self.usage = answer.usage().or(self.usage.take());
        if let Some(model) = answer.model.take() {
            self.model = model;
        }
        let candidates = std::mem::take(&mut answer.candidates);
        let mut choices: Vec<Value> = Vec::new();
        for candidate in candidates {
            choices.push(self.choice(candidate, &answer.id));
        }
        if let (true, Some(reason)) = (choices.is_empty(), answer.block_reason()) {
            self.choices.see(0, true);
            let delta = json!({ "role": "assistant", "content": null, "refusal": refusal(reason) });
            choices.push(json!({ "index": 0, "delta": delta, "finish_reason": "content_filter" }));
        }
        if !choices.is_empty() {
            self.chunk(&answer, choices, events);
        }
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.choices.is_complete()
    }

    /// The answer is complete: gives the usage, as a last chunk too where the client asked for it.
    pub(crate) fn end(&mut self, events: &mut Vec<StreamEvent>) -> Option<TokenUsage> {
        let (written, usage) = self.usage.take()?;
        if self.include_usage {
            let mut answer = Answer::read(Value::Null, &[]);
            answer.id = self.id.clone().unwrap_or(answer.id);
            let mut chunk = answer.envelope(&self.context(), "chat.completion.chunk");
            chunk["choices"] = json!([]);
            chunk["usage"] = written;
            events.push(StreamEvent::Chunk(chunk.to_string().into_bytes()));
        }
        Some(usage)
    }

    fn context(&self) -> Context<'_> {
        Context {
            model: &self.model,
            now: self.now,
        }
    }

    fn chunk(&self, answer: &Answer, choices: Vec<Value>, events: &mut Vec<StreamEvent>) {
        let mut chunk = answer.envelope(&self.context(), "chat.completion.chunk");
        chunk["choices"] = Value::Array(choices);
        events.push(StreamEvent::Chunk(chunk.to_string().into_bytes()));
    }

    fn choice(&mut self, mut candidate: Candidate, id: &str) -> Value {
        let mut delta = Map::new();
        let calls = self.calls_of(candidate.index, &mut delta);
        for call in std::mem::take(&mut candidate.calls) {
            let index = calls.count();
            let mut call = calls.write(call, &format!("{id}/{}", candidate.index));
            call["index"] = Value::from(index);
            let list = delta.entry("tool_calls").or_insert_with(|| json!([]));
            list.as_array_mut().into_iter().for_each(|list| list.push(call.take()));
        }
        let finish = candidate.finish_reason(calls.count() > 0);
        self.choices.see(candidate.index, finish.is_some());
        for (name, text) in [
            ("content", &mut candidate.text),
            ("reasoning_content", &mut candidate.thoughts),
        ] {
            if !text.is_empty() {
                delta.insert(name.to_owned(), Value::from(std::mem::take(text)));
            }
        }
        if let Some(extension) = candidate.message_extension() {
            delta.insert("extra_content".to_owned(), extension);
        }
        let mut choice = json!({ "index": candidate.index, "delta": delta, "finish_reason": finish });
        if let Some(extension) = candidate.extension() {
            choice["extra_content"] = extension;
        }
        choice
    }

    /// The calls of a choice. A choice seen for the first time gets its role.
    fn calls_of(&mut self, index: u64, delta: &mut Map<String, Value>) -> &mut CallIds {
        let at = self
            .calls
            .iter()
            .position(|(choice, _)| *choice == index)
            .unwrap_or_else(|| {
                delta.insert("role".to_owned(), json!("assistant"));
                self.calls.push((index, CallIds::default()));
                self.calls.len() - 1
            });
        &mut self.calls[at].1
    }
}
