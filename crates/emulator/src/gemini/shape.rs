//! Checking a body against the API's messages: every name must exist, every value be of its field's type.

use serde_json::{Map, Value, json};

use super::error;
use crate::reply::Reply;

/// A message: its fields in camelCase, each with its type.
pub(super) struct Message(pub(super) &'static [(&'static str, Kind)]);

/// The type of a field.
pub(super) enum Kind {
    Any,
    Text,
    Texts,
    Flag,
    Integer,
    Number,
    One(&'static Message),
    Many(&'static Message),
    /// An object whose names are free and whose values are such messages.
    Map(&'static Message),
}

/// Turns an accepted body into one whose names are all camelCase.
///
/// # Errors
/// The 400 that names every violation, as Google's front end does.
pub(super) fn check(message: &Message, body: &Map<String, Value>) -> Result<Map<String, Value>, Reply> {
    let mut violations = Vec::new();
    let checked = object(message, body, "", &mut violations);
    if violations.is_empty() {
        Ok(checked)
    } else {
        Err(bad_request(&violations))
    }
}

struct Violation {
    place: String,
    description: String,
}

fn bad_request(violations: &[Violation]) -> Reply {
    let message: Vec<&str> = violations
        .iter()
        .map(|violation| violation.description.as_str())
        .collect();
    let field = |violation: &Violation| {
        let mut field = json!({"description": violation.description});
        if !violation.place.is_empty() {
            field["field"] = json!(violation.place);
        }
        field
    };
    let fields: Vec<Value> = violations.iter().map(field).collect();
    let detail = json!([{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": fields}]);
    error(400, &message.join("\n"), "INVALID_ARGUMENT", Some(detail))
}

fn object(message: &Message, body: &Map<String, Value>, place: &str, found: &mut Vec<Violation>) -> Map<String, Value> {
    let mut checked = Map::new();
    for (name, value) in body {
        let camel = camel_case(name);
        match message.0.iter().find(|(known, _)| *known == camel) {
            Some(_) if value.is_null() => {}
            Some((_, kind)) => {
                checked.insert(camel, field(kind, value, &join(place, name), found));
            }
            None => found.push(unknown(name, place)),
        }
    }
    checked
}

fn field(kind: &Kind, value: &Value, place: &str, found: &mut Vec<Violation>) -> Value {
    match (kind, value) {
        (Kind::One(message), Value::Object(body)) => Value::Object(object(message, body, place, found)),
        (Kind::Many(message), Value::Array(items)) => each(message, items, place, found),
        // The front end takes one message where a list is wanted.
        (Kind::Many(message), Value::Object(_)) => each(message, std::slice::from_ref(value), place, found),
        (Kind::Map(message), Value::Object(body)) => {
            let inner = |(name, value): (&String, &Value)| {
                (
                    name.clone(),
                    field(&Kind::One(message), value, &format!("{place}[{name}]"), found),
                )
            };
            Value::Object(body.iter().map(inner).collect())
        }
        (kind, value) => {
            if !scalar_fits(kind, value) {
                found.push(wrong_type(kind, value, place));
            }
            value.clone()
        }
    }
}

fn each(message: &'static Message, items: &[Value], place: &str, found: &mut Vec<Violation>) -> Value {
    let inner = |(index, item)| field(&Kind::One(message), item, &format!("{place}[{index}]"), found);
    items.iter().enumerate().map(inner).collect()
}

fn scalar_fits(kind: &Kind, value: &Value) -> bool {
    match kind {
        Kind::Any => true,
        Kind::Text => value.is_string(),
        Kind::Texts => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        Kind::Flag => value.is_boolean(),
        Kind::Integer => as_integer(value).is_some(),
        Kind::Number => value.is_number(),
        Kind::One(_) | Kind::Many(_) | Kind::Map(_) => false,
    }
}

/// Protobuf's JSON reads `64`, `64.0` and `"64"` as the same integer.
pub(super) fn as_integer(value: &Value) -> Option<i64> {
    let whole = |number: f64| (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64);
    let from_text = || value.as_str().and_then(|text| text.parse().ok());
    value
        .as_i64()
        .or_else(|| value.as_f64().and_then(whole))
        .or_else(from_text)
}

fn unknown(name: &str, place: &str) -> Violation {
    let at = if place.is_empty() {
        String::new()
    } else {
        format!(" at '{place}'")
    };
    let description = format!("Invalid JSON payload received. Unknown name \"{name}\"{at}: Cannot find field.");
    Violation {
        place: place.to_owned(),
        description,
    }
}

fn wrong_type(kind: &Kind, value: &Value, place: &str) -> Violation {
    let wanted = match kind {
        Kind::Flag => "TYPE_BOOL",
        Kind::Integer => "TYPE_INT32",
        Kind::Number => "TYPE_FLOAT",
        Kind::Any | Kind::Text | Kind::Texts => "TYPE_STRING",
        Kind::One(_) | Kind::Many(_) | Kind::Map(_) => "TYPE_MESSAGE",
    };
    Violation {
        place: place.to_owned(),
        description: format!("Invalid value at '{place}' ({wanted}), {value}"),
    }
}

/// Places are told in the proto's own names.
fn join(place: &str, name: &str) -> String {
    let name = snake_case(name);
    if place.is_empty() {
        name
    } else {
        format!("{place}.{name}")
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn camel_case(name: &str) -> String {
    let mut camel = String::new();
    let mut after_underscore = false;
    for letter in name.chars() {
        match letter {
            '_' => after_underscore = true,
            _ if after_underscore => {
                camel.push(letter.to_ascii_uppercase());
                after_underscore = false;
            }
            _ => camel.push(letter),
        }
    }
    camel
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::messages::GENERATE;
    use super::*;

    fn descriptions(body: &Value) -> Vec<String> {
        let Err(reply) = check(&GENERATE, body.as_object().unwrap()) else {
            return Vec::new();
        };
        let fields = reply.body["error"]["details"][0]["fieldViolations"]
            .as_array()
            .unwrap()
            .clone();
        fields
            .iter()
            .map(|field| field["description"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn an_unknown_name_is_told_with_its_place() {
        assert_eq!(
            descriptions(&json!({"foo": 1})),
            ["Invalid JSON payload received. Unknown name \"foo\": Cannot find field."]
        );
        assert_eq!(
            descriptions(&json!({"contents": [{"parts": [{"txt": "hi"}]}], "generationConfig": {"max_tokens": 5}})),
            [
                "Invalid JSON payload received. Unknown name \"txt\" at 'contents[0].parts[0]': Cannot find field.",
                "Invalid JSON payload received. Unknown name \"max_tokens\" at 'generation_config': Cannot find field.",
            ]
        );
    }

    #[test]
    fn json_schema_words_that_the_subset_lacks_are_unknown() {
        let schema = json!({"type": "object", "properties": {"a": {"type": "string", "const": "x"}}, "additionalProperties": false});
        let found = descriptions(&json!({"generationConfig": {"responseSchema": schema}}));
        assert_eq!(found.len(), 2);
        assert!(
            found[0].contains("\"const\" at 'generation_config.response_schema.properties[a]'"),
            "{found:?}"
        );
    }

    #[test]
    fn a_value_of_the_wrong_type_is_told_with_its_type() {
        assert_eq!(
            descriptions(&json!({"generationConfig": {"maxOutputTokens": "many"}})),
            ["Invalid value at 'generation_config.max_output_tokens' (TYPE_INT32), \"many\""]
        );
    }

    #[test]
    fn both_spellings_are_read_and_come_out_as_one() {
        let body = json!({"system_instruction": {"parts": [{"text": "a"}]}, "generation_config": {"top_k": 4}});
        let checked = check(&GENERATE, body.as_object().unwrap()).unwrap();
        assert_eq!(
            Value::Object(checked),
            json!({"systemInstruction": {"parts": [{"text": "a"}]}, "generationConfig": {"topK": 4}})
        );
    }
}
