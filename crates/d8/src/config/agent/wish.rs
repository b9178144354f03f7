//! How an agent wants its answers: from which model, how long, in which form.

use serde_json::{Value, json};
use toml::Spanned;

use crate::config::fault::{Fault, one_of};
use crate::config::file::AgentTable;
use crate::config::surroundings::Surroundings;
use crate::config::text_file;
use crate::{text, words};

pub(super) fn asks_for(table: &AgentTable) -> Result<Option<String>, Fault> {
    match (&table.route, &table.model) {
        (Some(_), Some(model)) => Err(Fault::new(text!("agent-route-and-model"))
            .at(model.span())
            .hint(text!("agent-give-one"))),
        (Some(name), None) | (None, Some(name)) => Ok(Some(name.as_ref().clone())),
        (None, None) => Ok(None),
    }
}

pub(super) fn priority(table: &AgentTable) -> Result<Option<u8>, Fault> {
    let Some(written) = &table.priority else {
        return Ok(None);
    };
    let number = u8::try_from(*written.as_ref())
        .ok()
        .filter(|number| (1..=10).contains(number));
    let wrong = || Fault::new(text!("agent-priority")).at(written.span());
    number.map(Some).ok_or_else(wrong)
}

pub(super) fn max_tokens(table: &AgentTable) -> Result<Option<u32>, Fault> {
    match &table.max_tokens {
        Some(written) if *written.as_ref() == 0 => Err(Fault::new(text!("agent-no-tokens")).at(written.span())),
        written => Ok(written.as_ref().map(|written| *written.as_ref())),
    }
}

pub(super) fn temperature(table: &AgentTable) -> Result<Option<f64>, Fault> {
    let Some(written) = &table.temperature else {
        return Ok(None);
    };
    let wrong = || Fault::new(text!("agent-temperature")).at(written.span());
    let number = match written.as_ref() {
        toml::Value::Float(number) => Some(*number),
        toml::Value::Integer(number) => i32::try_from(*number).ok().map(f64::from),
        _ => None,
    };
    let number = number.filter(|number| (0.0..=2.0).contains(number));
    number.map(Some).ok_or_else(wrong)
}

/// OpenAI's `response_format`, from the word or from the schema.
pub(super) fn response_format(table: &AgentTable, around: &Surroundings<'_>) -> Result<Option<Value>, Fault> {
    let word = match &table.response_format {
        None => None,
        Some(word) => {
            let meanings = [
                ("text", "text"),
                ("json", "json_object"),
                ("json_object", "json_object"),
            ];
            let meaning = one_of("response_format", word.as_ref(), &meanings);
            Some(meaning.map_err(|fault| fault.at(word.span()))?)
        }
    };
    let Some(schema) = &table.schema else {
        return Ok(word.map(|word| json!({"type": word})));
    };
    if word == Some("text") {
        return Err(Fault::new(text!("agent-schema-of-text")).at(schema.span()));
    }
    let schema = read_schema(schema, around).map_err(|fault| fault.at(schema.span()))?;
    let format = json!({"name": "answer", "schema": schema, "strict": true});
    Ok(Some(json!({"type": "json_schema", "json_schema": format})))
}

fn read_schema(written: &Spanned<toml::Value>, around: &Surroundings<'_>) -> Result<Value, Fault> {
    let wrong = || {
        Fault::new(text!("agent-no-schema")).hint(text!(
            "agent-write-schema",
            table = "schema = { type = \"object\", ... }"
        ))
    };
    match written.as_ref() {
        toml::Value::Table(table) => serde_json::to_value(table).map_err(|_| wrong()),
        toml::Value::String(text) => {
            let path = around.path(text.strip_prefix("file:").ok_or_else(wrong)?.trim());
            let shown = path.display().to_string();
            let text = text_file::read(&path).map_err(|error| {
                Fault::new(text!(
                    "agent-schema-unreadable",
                    file = shown.as_str(),
                    why = words::system(&error)
                ))
            })?;
            let schema: Value = serde_json::from_str(&text).map_err(|error| {
                Fault::new(text!(
                    "agent-schema-no-json",
                    file = shown.as_str(),
                    why = error.to_string()
                ))
            })?;
            if schema.is_object() { Ok(schema) } else { Err(wrong()) }
        }
        _ => Err(wrong()),
    }
}
