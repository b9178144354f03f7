//! Reading a chat completion request as strictly as the providers do.

use serde_json::{Map, Value};

use super::Flavour;
use super::complaint::Complaint;
use super::fields::{Fields, kind};
use crate::answer::Shape;
use crate::catalogue::Served;
use crate::dialect::{Form, Job, Rejection};
use crate::emulator::Emulator;
use crate::tokens;

const SHARED_FIELDS: [&str; 28] = [
    "model",
    "messages",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "metadata",
    "n",
    "parallel_tool_calls",
    "presence_penalty",
    "reasoning_effort",
    "response_format",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
];
const GROQ_FIELDS: [&str; 9] = [
    "citation_options",
    "compound_custom",
    "disable_tool_validation",
    "documents",
    "exclude_domains",
    "include_domains",
    "include_reasoning",
    "reasoning_format",
    "search_settings",
];
const OPENAI_FIELDS: [&str; 9] = [
    "audio",
    "modalities",
    "moderation",
    "prediction",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "web_search_options",
];
const UNSUPPORTED_AT_GROQ: [&str; 3] = ["logprobs", "top_logprobs", "logit_bias"];
const ROLES: &[&str] = &["system", "developer", "user", "assistant", "tool", "function"];
const PARTS: &[&str] = &["text", "image_url", "input_audio", "file", "refusal", "document"];
const MOST_CHOICES: i64 = 128;
const MOST_STOPS: usize = 4;

/// Reads a request's body, or says what the provider would say about it.
pub(super) fn read(flavour: Flavour, emulator: &Emulator, body: &[u8]) -> Result<Job, Rejection> {
    let no_model = |complaint: Complaint| Rejection::new(complaint.reply(flavour), "");
    let body = object(body).map_err(no_model)?;
    let id = model_id(&body).map_err(no_model)?;
    let model = emulator.find(flavour.provider(), id);
    let model = model.ok_or_else(|| Rejection::new(flavour.unknown_model(id), ""))?;
    let base = model.base.clone();
    understand(flavour, model, &body).map_err(|complaint| Rejection::new(complaint.reply(flavour), &base))
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Complaint> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(other) => Err(Complaint::NotJson(format!("expected an object, got {}", kind(&other)))),
        Err(error) => Err(Complaint::NotJson(error.to_string())),
    }
}

fn model_id(body: &Map<String, Value>) -> Result<&str, Complaint> {
    Fields::new(body, "")
        .text("model")?
        .ok_or_else(|| Complaint::Missing("model".to_owned()))
}

fn understand(flavour: Flavour, model: Served, body: &Map<String, Value>) -> Result<Job, Complaint> {
    let fields = Fields::new(body, "");
    check_known(flavour, fields)?;
    check_sampling(fields)?;
    let messages = messages(fields)?;
    let max_output = max_output(fields, &model)?;
    let shape = shape(fields)?;
    if shape == Shape::Json && !messages.all_text.to_ascii_lowercase().contains("json") {
        return Err(Complaint::NoWordOfJson);
    }
    let extras = ["tools", "functions", "response_format"];
    let extra_tokens: u64 = extras
        .iter()
        .filter_map(|name| fields.get(name))
        .map(tokens::of_json)
        .sum();
    let prompt_tokens = messages.tokens + extra_tokens;
    let choices = choices(flavour, fields)?;
    let reserved = max_output.unwrap_or(tokens::UNNAMED_OUTPUT) * choices;
    let wanted = max_output.unwrap_or(0);
    if prompt_tokens + wanted > model.context {
        return Err(Complaint::ContextTooLong {
            context: model.context,
            prompt: prompt_tokens,
            output: wanted,
        });
    }
    Ok(Job {
        prompt_tokens,
        reserved_output: reserved,
        max_output: Some(max_output.unwrap_or(model.max_output)),
        last_user_message: messages.last_user,
        shape,
        stop: stop(fields)?,
        choices,
        form: form(fields)?,
        model,
    })
}

fn check_known(flavour: Flavour, fields: Fields<'_>) -> Result<(), Complaint> {
    let own: &[&str] = match flavour {
        Flavour::Groq => &GROQ_FIELDS,
        Flavour::OpenAi => &OPENAI_FIELDS,
    };
    let known: Vec<&str> = SHARED_FIELDS.iter().chain(own).copied().collect();
    fields.only(&known)?;
    let asks = |name: &&&str| fields.get(name).is_some_and(|value| value != &Value::Bool(false));
    match UNSUPPORTED_AT_GROQ.iter().find(asks) {
        Some(name) if flavour == Flavour::Groq => Err(Complaint::Unsupported((*name).to_owned())),
        _ => Ok(()),
    }
}

fn check_sampling(fields: Fields<'_>) -> Result<(), Complaint> {
    fields.number("temperature", 0.0, 2.0)?;
    fields.number("top_p", 0.0, 1.0)?;
    fields.number("presence_penalty", -2.0, 2.0)?;
    fields.number("frequency_penalty", -2.0, 2.0)?;
    fields.integer("seed", i64::MIN, i64::MAX)?;
    fields.integer("top_logprobs", 0, 20)?;
    fields.flag("logprobs")?;
    fields.text("user")?;
    fields.list("tools")?;
    Ok(())
}

/// Groq answers once; OpenAI as often as it is asked.
fn choices(flavour: Flavour, fields: Fields<'_>) -> Result<u64, Complaint> {
    let most = if flavour == Flavour::Groq { 1 } else { MOST_CHOICES };
    let choices = fields.integer("n", 1, most)?.unwrap_or(1);
    Ok(u64::try_from(choices).unwrap_or(1))
}

fn max_output(fields: Fields<'_>, model: &Served) -> Result<Option<u64>, Complaint> {
    let most = i64::try_from(model.max_output).unwrap_or(i64::MAX);
    let old = fields.integer("max_tokens", 1, most)?;
    let new = fields.integer("max_completion_tokens", 1, most)?;
    if old.is_some() && new.is_some() {
        return Err(Complaint::Both("max_tokens", "max_completion_tokens"));
    }
    Ok(new.or(old).and_then(|most| u64::try_from(most).ok()))
}

fn shape(fields: Fields<'_>) -> Result<Shape, Complaint> {
    let Some(format) = fields.object("response_format")? else {
        return Ok(Shape::Text);
    };
    let format = Fields::new(format, "response_format.");
    match format.one_of("type", &["text", "json_object", "json_schema"])? {
        Some("json_object") => Ok(Shape::Json),
        Some("json_schema") => {
            let wrapped = format.required("json_schema")?;
            Ok(Shape::Schema(wrapped.get("schema").cloned().unwrap_or_default()))
        }
        Some(_) => Ok(Shape::Text),
        None => Err(Complaint::Missing("response_format.type".to_owned())),
    }
}

fn stop(fields: Fields<'_>) -> Result<Vec<String>, Complaint> {
    match fields.get("stop") {
        None => Ok(Vec::new()),
        Some(Value::String(word)) => Ok(vec![word.clone()]),
        Some(Value::Array(words)) if words.len() <= MOST_STOPS && words.iter().all(Value::is_string) => {
            Ok(words.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        Some(other) => {
            let expected = "a string or an array of at most 4 strings";
            Err(Complaint::WrongType {
                field: "stop".to_owned(),
                expected,
                got: kind(other),
            })
        }
    }
}

fn form(fields: Fields<'_>) -> Result<Form, Complaint> {
    let stream = fields.flag("stream")?.unwrap_or(false);
    let options = fields.object("stream_options")?;
    match (stream, options) {
        (false, Some(_)) => Err(Complaint::NotStreamed),
        (false, None) => Ok(Form::Whole),
        (true, None) => Ok(Form::Events { include_usage: false }),
        (true, Some(options)) => {
            let include_usage = Fields::new(options, "stream_options.").flag("include_usage")?;
            Ok(Form::Events {
                include_usage: include_usage.unwrap_or(false),
            })
        }
    }
}

/// What the messages hold.
#[derive(Debug, Default)]
struct Messages {
    tokens: u64,
    last_user: String,
    all_text: String,
}

fn messages(fields: Fields<'_>) -> Result<Messages, Complaint> {
    fields.required("messages")?;
    let list = fields.list("messages")?.map(Vec::as_slice).unwrap_or_default();
    if list.is_empty() {
        return Err(Complaint::EmptyList("messages".to_owned()));
    }
    let mut messages = Messages {
        tokens: tokens::PER_PROMPT,
        ..Messages::default()
    };
    for (index, message) in list.iter().enumerate() {
        messages.add(index, message)?;
    }
    Ok(messages)
}

impl Messages {
    fn add(&mut self, index: usize, message: &Value) -> Result<(), Complaint> {
        let wrong = |got| Complaint::WrongType {
            field: format!("messages[{index}]"),
            expected: "an object",
            got,
        };
        let object = message.as_object().ok_or_else(|| wrong(kind(message)))?;
        let prefix = format!("messages[{index}].");
        let fields = Fields::new(object, &prefix);
        fields.required("role")?;
        let role = fields.one_of("role", ROLES)?.unwrap_or_default();
        let (text, other_tokens) = content(fields, role)?;
        let calls = fields
            .list("tool_calls")?
            .map_or(0, |calls| calls.iter().map(tokens::of_json).sum());
        self.tokens += tokens::PER_MESSAGE + tokens::of_text(&text) + other_tokens + calls;
        self.all_text.push_str(&text);
        if role == "user" {
            self.last_user = text;
        }
        Ok(())
    }
}

/// A message's text, and the tokens of what is no text.
fn content(fields: Fields<'_>, role: &str) -> Result<(String, u64), Complaint> {
    let may_be_absent =
        role == "assistant" && (fields.get("tool_calls").is_some() || fields.get("function_call").is_some());
    match fields.get("content") {
        Some(Value::String(text)) => Ok((text.clone(), 0)),
        Some(Value::Array(parts)) => content_parts(&fields.path("content"), parts),
        None if may_be_absent => Ok((String::new(), 0)),
        None => Err(Complaint::Missing(fields.path("content"))),
        Some(other) => {
            let expected = "a string or an array of objects";
            Err(Complaint::WrongType {
                field: fields.path("content"),
                expected,
                got: kind(other),
            })
        }
    }
}

fn content_parts(field: &str, parts: &[Value]) -> Result<(String, u64), Complaint> {
    if parts.is_empty() {
        return Err(Complaint::EmptyList(field.to_owned()));
    }
    let (mut text, mut other_tokens) = (String::new(), 0);
    for (index, part) in parts.iter().enumerate() {
        let place = format!("{field}[{index}]");
        let wrong = || Complaint::WrongType {
            field: place.clone(),
            expected: "an object",
            got: kind(part),
        };
        let object = part.as_object().ok_or_else(wrong)?;
        let prefix = format!("{place}.");
        let fields = Fields::new(object, &prefix);
        fields.required("type")?;
        if fields.one_of("type", PARTS)? == Some("text") {
            fields.required("text")?;
            text.push_str(fields.text("text")?.unwrap_or_default());
        } else {
            other_tokens += tokens::of_json(part);
        }
    }
    Ok((text, other_tokens))
}
