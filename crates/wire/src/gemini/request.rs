//! Writes an OpenAI request in Gemini's form: one rule for every field, so that none is forgotten.

use serde_json::{Map, Value, json};

use super::thinking::Generation;
use super::{contents, thinking, tools};
use crate::chat::ChatRequest;
use crate::dialect::{LeftOut, Mode, Unsupported, WireRequest};

/// What becomes of a field.
enum Rule {
    /// It has a place of this name in `generationConfig`.
    Config(&'static str),
    /// It takes more than a name.
    By(fn(&mut Draft, &Value) -> Result<(), Unsupported>),
    /// This value, given as JSON, asks for what Gemini does anyway; any other is refused.
    Only(&'static str, &'static str),
    /// The answer does not depend on it.
    LeftOut(&'static str),
    /// Refused.
    Refused(&'static str),
}
use Rule::{By, Config, Only, Refused};

const RULES: &[(&str, Rule)] = &[
    ("model", By(|_, _| Ok(()))),          // stands in the path
    ("stream", By(|_, _| Ok(()))),         // stands in the path, and the mode decides
    ("stream_options", By(|_, _| Ok(()))), // Gemini always tells the usage
    ("messages", By(contents::write)),
    ("temperature", Config("temperature")),
    ("top_p", Config("topP")),
    ("top_k", Config("topK")),
    (
        "max_tokens",
        By(|draft, value| draft.config_default("maxOutputTokens", value)),
    ),
    (
        "max_completion_tokens",
        By(|draft, value| draft.config("maxOutputTokens", value.clone())),
    ),
    ("n", Config("candidateCount")),
    ("stop", By(stop)),
    ("seed", By(seed)),
    ("presence_penalty", Config("presencePenalty")),
    ("frequency_penalty", Config("frequencyPenalty")),
    ("response_format", By(response_format)),
    ("reasoning_effort", By(thinking::write)),
    ("tools", By(tools::write)),
    ("tool_choice", By(tools::choose)),
    ("service_tier", By(service_tier)),
    ("extra_body", By(extra_body)),
    (
        "parallel_tool_calls",
        Only("true", "Gemini decides by itself how many tools it calls at once"),
    ),
    (
        "logprobs",
        Only("false", "D8 does not translate Gemini's log probabilities"),
    ),
    (
        "top_logprobs",
        Only("0", "D8 does not translate Gemini's log probabilities"),
    ),
    ("logit_bias", Only("{}", "Gemini has no bias of tokens")),
    (
        "modalities",
        Only(r#"["text"]"#, "only text can be asked for on this wire"),
    ),
    ("store", Only("false", "Gemini stores no completions")),
    (
        "verbosity",
        Only(r#""medium""#, "Gemini has no such setting; ask for it in the prompt"),
    ),
    (
        "user",
        Rule::LeftOut("a label for OpenAI's abuse monitoring; Gemini has none"),
    ),
    (
        "safety_identifier",
        Rule::LeftOut("a label for OpenAI's abuse monitoring; Gemini has none"),
    ),
    (
        "metadata",
        Rule::LeftOut("a label on stored completions; Gemini stores none"),
    ),
    (
        "prompt_cache_key",
        Rule::LeftOut("Gemini finds cached prompts by itself"),
    ),
    (
        "prompt_cache_retention",
        Rule::LeftOut("Gemini finds cached prompts by itself"),
    ),
    (
        "prediction",
        Rule::LeftOut("only makes the same answer faster; Gemini has no such thing"),
    ),
    ("audio", Refused("only text can be asked for on this wire")),
    ("functions", Refused("an old form; send `tools`")),
    ("function_call", Refused("an old form; send `tool_choice`")),
    (
        "web_search_options",
        Refused("Gemini's search is another tool with a quota of its own; D8 does not translate it"),
    ),
];

/// A request to Gemini in the making.
pub(super) struct Draft {
    pub(super) generation: Generation,
    pub(super) tools: tools::Tools,
    pub(super) thinking: Option<Value>,
    body: Map<String, Value>,
    config: Map<String, Value>,
    left_out: Vec<LeftOut>,
}

/// Writes the request, or says which field cannot be sent and why.
pub(crate) fn encode(request: &ChatRequest, model: &str, mode: Mode) -> Result<WireRequest, Unsupported> {
    let mut draft = Draft {
        generation: Generation::of(model),
        tools: tools::Tools::default(),
        thinking: None,
        body: Map::new(),
        config: Map::new(),
        left_out: Vec::new(),
    };
    for (name, raw) in request.fields().iter() {
        let value: Value = serde_json::from_str(raw.get()).map_err(|error| unsupported(name, error.to_string()))?;
        if !value.is_null() {
            draft.take(name, &value)?;
        }
    }
    draft.finish(model, mode)
}

impl Draft {
    fn take(&mut self, name: &str, value: &Value) -> Result<(), Unsupported> {
        let rule = RULES.iter().find(|(field, _)| *field == name).map(|(_, rule)| rule);
        match rule {
            Some(Config(place)) => self.config(place, value.clone()),
            Some(By(write)) => write(self, value),
            Some(Only(neutral, why)) => {
                let is_neutral = serde_json::from_str::<Value>(neutral).is_ok_and(|neutral| neutral == *value);
                if is_neutral {
                    Ok(())
                } else {
                    Err(unsupported(name, *why))
                }
            }
            Some(Rule::LeftOut(why)) => {
                self.leave_out(name, why);
                Ok(())
            }
            Some(Refused(why)) => Err(unsupported(name, *why)),
            None => Err(unsupported(name, "D8 knows no field of Gemini's for it")),
        }
    }

    fn finish(mut self, model: &str, mode: Mode) -> Result<WireRequest, Unsupported> {
        if let Some(thinking) = self.thinking.take() {
            self.config.insert("thinkingConfig".to_owned(), thinking);
        }
        let wants_json = self.config.contains_key("responseMimeType");
        if wants_json && !self.tools.is_empty() && !self.generation.joins_tools_and_schema() {
            let why = "this Gemini cannot answer as JSON while it has tools; Gemini 3 can";
            return Err(unsupported("response_format", why));
        }
        tools::finish(&mut self)?;
        let config = std::mem::take(&mut self.config);
        if !config.is_empty() {
            self.put("generationConfig", Value::Object(config));
        }
        let body = serde_json::to_vec(&self.body).map_err(|error| unsupported("body", error.to_string()))?;
        Ok(WireRequest {
            path: path(model, mode),
            body,
            left_out: self.left_out,
        })
    }

    /// Sets a field at the top of Gemini's request.
    pub(super) fn put(&mut self, name: &str, value: Value) {
        self.body.insert(name.to_owned(), value);
    }

    fn config(&mut self, name: &str, value: Value) -> Result<(), Unsupported> {
        self.config.insert(name.to_owned(), value);
        Ok(())
    }

    fn config_default(&mut self, name: &str, value: &Value) -> Result<(), Unsupported> {
        self.config.entry(name).or_insert_with(|| value.clone());
        Ok(())
    }

    /// Notes that a field stays behind; once, however often it occurs.
    pub(super) fn leave_out(&mut self, field: &str, why: &'static str) {
        if self.left_out.iter().all(|left| left.field != field) {
            self.left_out.push(LeftOut {
                field: field.to_owned(),
                why,
            });
        }
    }
}

pub(super) fn unsupported(field: impl Into<String>, why: impl Into<String>) -> Unsupported {
    Unsupported {
        field: field.into(),
        why: why.into(),
    }
}

fn stop(draft: &mut Draft, value: &Value) -> Result<(), Unsupported> {
    let list = if value.is_array() {
        value.clone()
    } else {
        json!([value])
    };
    draft.config("stopSequences", list)
}

fn seed(draft: &mut Draft, value: &Value) -> Result<(), Unsupported> {
    let fits = value.as_i64().is_some_and(|seed| i32::try_from(seed).is_ok());
    if fits {
        draft.config("seed", value.clone())
    } else {
        Err(unsupported("seed", "Gemini takes 32 bits"))
    }
}

/// The schema goes over as JSON Schema, which Gemini takes beside its own; its name and description become its title and
/// description.
fn response_format(draft: &mut Draft, value: &Value) -> Result<(), Unsupported> {
    match value["type"].as_str() {
        Some("text") => return Ok(()),
        Some("json_object" | "json_schema") => draft.config("responseMimeType", json!("application/json"))?,
        _ => {
            return Err(unsupported(
                "response_format.type",
                "Gemini knows text, json_object and json_schema",
            ));
        }
    }
    let format = &value["json_schema"];
    let mut schema = format["schema"].clone();
    if let Some(fields) = schema.as_object_mut() {
        for (from, to) in [("name", "title"), ("description", "description")] {
            if let Some(text) = format.get(from).filter(|text| text.is_string()) {
                fields.entry(to).or_insert_with(|| text.clone());
            }
        }
    }
    if schema.is_null() {
        Ok(())
    } else {
        draft.config("responseJsonSchema", schema)
    }
}

fn service_tier(draft: &mut Draft, value: &Value) -> Result<(), Unsupported> {
    match value.as_str() {
        Some("auto") => return Ok(()),
        Some("default") => draft.put("serviceTier", json!("standard")),
        Some("flex" | "priority") => draft.put("serviceTier", value.clone()),
        _ => {
            return Err(unsupported(
                "service_tier",
                "Gemini knows auto, default, flex and priority",
            ));
        }
    }
    Ok(())
}

/// `extra_body.google`, as on Google's own OpenAI endpoint.
fn extra_body(draft: &mut Draft, value: &Value) -> Result<(), Unsupported> {
    for (name, value) in value.as_object().into_iter().flatten() {
        if name != "google" {
            return Err(unsupported(
                format!("extra_body.{name}"),
                "only `google` is meant for Gemini",
            ));
        }
        for (name, value) in value.as_object().into_iter().flatten() {
            match name.as_str() {
                "thinking_config" => thinking::set(draft, "extra_body.google.thinking_config", value.clone())?,
                "cached_content" => draft.put("cachedContent", value.clone()),
                "safety_settings" => draft.put("safetySettings", value.clone()),
                _ => {
                    return Err(unsupported(
                        format!("extra_body.google.{name}"),
                        "D8 knows no field of Gemini's for it",
                    ));
                }
            }
        }
    }
    Ok(())
}

/// The path of a model; its name may hold anything, and must not leave its place in the path.
fn path(model: &str, mode: Mode) -> String {
    let (collection, name) = match model.split_once('/') {
        Some((collection @ ("models" | "tunedModels"), name)) => (collection, name),
        _ => ("models", model),
    };
    let mut escaped = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    match mode {
        Mode::Plain => format!("/{collection}/{escaped}:generateContent"),
        Mode::Stream => format!("/{collection}/{escaped}:streamGenerateContent?alt=sse"),
    }
}
