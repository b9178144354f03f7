//! Reading a generateContent request as strictly as the API does.

use serde_json::{Map, Value};

use super::messages::{COUNT, GENERATE};
use super::shape::{as_integer, check};
use super::{error, unknown_model};
use crate::answer::Shape;
use crate::catalogue::{Served, Thinking};
use crate::counting::Provider;
use crate::dialect::{Form, Job, Rejection};
use crate::emulator::Emulator;
use crate::reply::Reply;
use crate::tokens;

/// Reads a request's body, or says what the API would say about it.
pub(super) fn read(emulator: &Emulator, id: &str, form: Form, body: &[u8]) -> Result<Job, Rejection> {
    let model = find(emulator, id)?;
    let base = model.base.clone();
    understand(model, form, body).map_err(|reply| Rejection::new(reply, &base))
}

/// Reads a countTokens request: the tokens of its prompt.
pub(super) fn count(emulator: &Emulator, id: &str, body: &[u8]) -> Result<u64, Rejection> {
    let model = find(emulator, id)?;
    let counted = json_object(body)
        .and_then(|body| check(&COUNT, &body))
        .and_then(|body| {
            let inner = body.get("generateContentRequest").and_then(Value::as_object);
            Prompt::read(inner.unwrap_or(&body))
        });
    counted
        .map(|prompt| prompt.tokens)
        .map_err(|reply| Rejection::new(reply, &model.base))
}

fn find(emulator: &Emulator, id: &str) -> Result<Served, Rejection> {
    let unknown = || Rejection::new(unknown_model(id), "");
    emulator.find(Provider::Gemini, id).ok_or_else(unknown)
}

fn json_object(body: &[u8]) -> Result<Map<String, Value>, Reply> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(invalid(
            "Invalid JSON payload received. Root element must be a message.",
        )),
        Err(why) => Err(invalid(&format!("Invalid JSON payload received. {why}"))),
    }
}

fn understand(model: Served, form: Form, body: &[u8]) -> Result<Job, Reply> {
    let body = check(&GENERATE, &json_object(body)?)?;
    let prompt = Prompt::read(&body)?;
    if prompt.tokens > model.context {
        let (got, most) = (prompt.tokens, model.context);
        return Err(invalid(&format!(
            "The input token count ({got}) exceeds the maximum number of tokens allowed ({most})."
        )));
    }
    let none = Map::new();
    let config = body.get("generationConfig").and_then(Value::as_object).unwrap_or(&none);
    check_sampling(config)?;
    check_thinking(config, &model)?;
    Ok(Job {
        prompt_tokens: prompt.tokens,
        reserved_output: 0,
        max_output: Some(max_output(config, &model)?),
        last_user_message: prompt.last_user,
        shape: shape(config)?,
        stop: texts(config.get("stopSequences")),
        choices: 1,
        form,
        model,
    })
}

fn check_sampling(config: &Map<String, Value>) -> Result<(), Reply> {
    let bounds = [("temperature", "temperature", 0.0, 2.0), ("topP", "top_p", 0.0, 1.0)];
    for (name, proto, least, most) in bounds {
        if config
            .get(name)
            .and_then(Value::as_f64)
            .is_some_and(|value| !(least..=most).contains(&value))
        {
            return Err(invalid(&format!(
                "* GenerateContentRequest.generation_config.{proto}: {proto} must be in the range [{least:.1}, {most:.1}].\n"
            )));
        }
    }
    match config.get("candidateCount").and_then(as_integer) {
        None | Some(1) => Ok(()),
        Some(_) => Err(invalid("Multiple candidates is not enabled for this model")),
    }
}

/// 2.5 models take a budget, 3.x models a level; the other one is refused.
fn check_thinking(config: &Map<String, Value>, model: &Served) -> Result<(), Reply> {
    let Some(thinking) = config.get("thinkingConfig") else {
        return Ok(());
    };
    let (budget, level) = (
        thinking.get("thinkingBudget").is_some(),
        thinking.get("thinkingLevel").is_some(),
    );
    match model.thinking {
        Thinking::None => Err(invalid("Thinking is not enabled for this model")),
        Thinking::Budget if level => Err(invalid("Thinking level is not supported for this model.")),
        Thinking::Level if budget => Err(invalid("Thinking budget is not supported for this model.")),
        Thinking::Budget | Thinking::Level => Ok(()),
    }
}

fn max_output(config: &Map<String, Value>, model: &Served) -> Result<u64, Reply> {
    let Some(asked) = config.get("maxOutputTokens").and_then(as_integer) else {
        return Ok(model.max_output);
    };
    let most = model.max_output;
    u64::try_from(asked).ok().filter(|asked| (1..=most).contains(asked)).ok_or_else(|| {
        invalid(&format!(
            "Unable to submit request because it has a maxOutputTokens value of {asked} but the supported range is from 1 (inclusive) to {} (exclusive). Update the value and try again.",
            most + 1
        ))
    })
}

fn shape(config: &Map<String, Value>) -> Result<Shape, Reply> {
    let mime = config
        .get("responseMimeType")
        .and_then(Value::as_str)
        .unwrap_or("text/plain");
    let schemas = (config.get("responseSchema"), config.get("responseJsonSchema"));
    match (mime, schemas) {
        (_, (Some(_), Some(_))) => Err(invalid(
            "Only one of response_schema and response_json_schema can be set.",
        )),
        ("application/json", (Some(schema), _) | (_, Some(schema))) => Ok(Shape::Schema(schema.clone())),
        ("application/json", _) => Ok(Shape::Json),
        ("text/plain" | "text/x.enum", (None, None)) => Ok(Shape::Text),
        ("text/x.enum", (Some(schema), _)) => Ok(Shape::Schema(schema.clone())),
        (_, (None, None)) => Err(invalid(
            "* GenerateContentRequest.generation_config.response_mime_type: allowed mimetypes are `text/plain`, `application/json`, `application/xml`, `application/yaml` and `text/x.enum`.\n",
        )),
        _ => Err(invalid(
            "* GenerateContentRequest.generation_config.response_schema: only allowed if response_mime_type is set to application/json.\n",
        )),
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What a prompt holds.
#[derive(Debug, Default)]
struct Prompt {
    tokens: u64,
    last_user: String,
}

impl Prompt {
    fn read(body: &Map<String, Value>) -> Result<Prompt, Reply> {
        let contents = body
            .get("contents")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        if contents.is_empty() {
            return Err(invalid(
                "* GenerateContentRequest.contents: contents is not specified\n",
            ));
        }
        let mut prompt = Prompt {
            tokens: tokens::PER_PROMPT,
            ..Prompt::default()
        };
        for (index, content) in contents.iter().enumerate() {
            prompt.add(index, content)?;
        }
        let extras = ["systemInstruction", "tools"];
        prompt.tokens += extras
            .iter()
            .filter_map(|name| body.get(*name))
            .map(tokens::of_json)
            .sum::<u64>();
        Ok(prompt)
    }

    fn add(&mut self, index: usize, content: &Value) -> Result<(), Reply> {
        let role = content["role"].as_str().unwrap_or("user");
        if !["user", "model"].contains(&role) {
            return Err(invalid("Please use a valid role: user, model."));
        }
        let parts = content["parts"].as_array().map(Vec::as_slice).unwrap_or_default();
        if parts.is_empty() {
            return Err(invalid(&format!(
                "* GenerateContentRequest.contents[{index}].parts: contents.parts must not be empty.\n"
            )));
        }
        let text: String = parts.iter().filter_map(|part| part["text"].as_str()).collect();
        let others = parts.iter().filter(|part| part.get("text").is_none());
        self.tokens += tokens::PER_MESSAGE + tokens::of_text(&text) + others.map(tokens::of_json).sum::<u64>();
        if role == "user" {
            self.last_user = text;
        }
        Ok(())
    }
}

fn invalid(message: &str) -> Reply {
    error(400, message, "INVALID_ARGUMENT", None)
}
