//! One line of a file of work: OpenAI's batch line, or D8's short forms.

use d8_wire::ChatRequest;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::text;

/// The only thing that a line can ask for so far.
pub(crate) const CHAT_URL: &str = "/v1/chat/completions";
/// Fields of a short line that are D8's and no part of the request.
const OWN_FIELDS: [&str; 4] = ["id", "custom_id", "priority", "prompt"];
const DEFAULT_PRIORITY: u8 = 5;

/// What a line asks for.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// What the user calls it.
    pub id: Option<String>,
    /// The request, `model` as asked for.
    pub request: ChatRequest,
    /// 1..=10.
    pub priority: u8,
}

/// The fields of a line as they came.
type Fields = indexmap::IndexMap<String, Box<RawValue>>;

#[derive(Deserialize)]
struct BatchLine {
    custom_id: Option<Value>,
    id: Option<Value>,
    method: Option<String>,
    url: Option<String>,
    model: Option<String>,
    priority: Option<Value>,
    max_tokens: Option<Value>,
    body: Box<RawValue>,
}

impl Line {
    /// Reads a line; `model` replaces whatever it names. The error says what is wrong with it.
    pub(crate) fn parse(text: &[u8], model: Option<&str>) -> Result<Self, String> {
        let text = std::str::from_utf8(text)
            .map_err(|error| text!("run-line-not-utf8", byte = (error.valid_up_to() + 1).to_string()))?;
        let fields: Fields =
            serde_json::from_str(text).map_err(|error| text!("run-line-no-object", problem = without_place(&error)))?;
        let mut line = if fields.contains_key("body") {
            batch(text)
        } else {
            short(fields)
        }?;
        if let Some(model) = model {
            line.request = line.request.with_model(model);
        }
        Ok(line)
    }
}

/// serde_json counts lines within the line, which says nothing to the user.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text);
    format!("{text} (column {})", error.column())
}

fn batch(text: &str) -> Result<Line, String> {
    let line: BatchLine = serde_json::from_str(text).map_err(|error| without_place(&error))?;
    if line
        .method
        .as_deref()
        .is_some_and(|method| !method.eq_ignore_ascii_case("POST"))
    {
        return Err(text!("run-line-method", method = line.method.unwrap_or_default()));
    }
    if let Some(url) = line.url.as_deref().filter(|url| *url != CHAT_URL) {
        return Err(text!("run-line-url", url = url, known = CHAT_URL));
    }
    let mut request = ChatRequest::parse(line.body.get().as_bytes()).map_err(|error| format!("body: {error}"))?;
    if let (None, Some(model)) = (request.model(), &line.model) {
        request = request.with_model(model);
    }
    if let (None, Some(tokens)) = (request.max_output_tokens(), &line.max_tokens) {
        request = request.with("max_tokens", tokens);
    }
    Ok(Line {
        id: name(line.custom_id.as_ref().or(line.id.as_ref()))?,
        priority: priority(line.priority.as_ref())?,
        request,
    })
}

fn short(mut fields: Fields) -> Result<Line, String> {
    let id = name(value(&fields, "custom_id")?.or(value(&fields, "id")?).as_ref())?;
    let priority = priority(value(&fields, "priority")?.as_ref())?;
    match (value(&fields, "prompt")?, fields.contains_key("messages")) {
        (None, true) => {}
        (None, false) => return Err(text!("run-line-no-work")),
        (Some(Value::String(prompt)), false) => {
            let messages = json!([{"role": "user", "content": prompt}]);
            let messages = serde_json::value::to_raw_value(&messages).map_err(|error| error.to_string())?;
            fields.insert("messages".to_owned(), messages);
        }
        (Some(_), _) => return Err(text!("run-line-prompt")),
    }
    // The rest is the request, its bytes and its order as they came.
    fields.retain(|field, _| !OWN_FIELDS.contains(&field.as_str()));
    let body = serde_json::to_vec(&fields).map_err(|error| error.to_string())?;
    let request = ChatRequest::parse(&body).map_err(|error| error.to_string())?;
    Ok(Line { id, request, priority })
}

/// A field's value. What is no value (half of a surrogate pair) is told, not taken for absent.
fn value(fields: &Fields, field: &str) -> Result<Option<Value>, String> {
    let value = fields.get(field).map(|raw| serde_json::from_str(raw.get()));
    value
        .transpose()
        .map_err(|error| format!("`{field}`: {}", without_place(&error)))
}

fn name(value: Option<&Value>) -> Result<Option<String>, String> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(text!("run-line-id")),
    }
}

fn priority(value: Option<&Value>) -> Result<u8, String> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Ok(DEFAULT_PRIORITY);
    };
    let number = value.as_u64().and_then(|number| u8::try_from(number).ok());
    number
        .filter(|number| (1..=10).contains(number))
        .ok_or_else(|| text!("run-line-priority"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let line = Line::parse(text.as_bytes(), None).unwrap();
        let shown = format!(
            "{} {} {}",
            line.id.as_deref().unwrap_or("-"),
            line.priority,
            String::from_utf8(line.request.to_bytes()).unwrap()
        );
        assert_eq!(shown, expected);
    }

    fn refused(text: &str, expected: &str) {
        let error = Line::parse(text.as_bytes(), None).unwrap_err();
        assert!(error.contains(expected), "{error:?} does not say {expected:?}");
    }

    #[test]
    fn three_forms() {
        check(r#"{"prompt":"hi"}"#, r#"- 5 {"messages":[{"content":"hi","role":"user"}]}"#.replace(r#"{"content":"hi","role":"user"}"#, r#"{"role":"user","content":"hi"}"#).as_str());
        check(
            r#"{"id":"a","priority":9,"messages":[{"role":"user","content":"hi"}],"max_tokens":7,"x":1e400}"#,
            r#"a 9 {"messages":[{"role":"user","content":"hi"}],"max_tokens":7,"x":1e400}"#,
        );
        check(
            r#"{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{"role":"user","content":"hi"}]}}"#,
            r#"b 5 {"model":"m","messages":[{"role":"user","content":"hi"}]}"#,
        );
    }

    #[test]
    fn the_model_of_the_command_line_replaces_the_lines_own() {
        let line = Line::parse(br#"{"model":"a","prompt":"hi"}"#, Some("b")).unwrap();
        assert_eq!(line.request.model().as_deref(), Some("b"));
    }

    #[test]
    fn bad_lines_say_what_is_wrong() {
        refused("nonsense", "not a JSON object");
        refused("[1]", "not a JSON object");
        refused(r#"{"id":"a"}"#, "neither `messages` nor `prompt`");
        refused(r#"{"prompt":1}"#, "`prompt` must be a string");
        refused(r#"{"prompt":"half \ud800 a pair"}"#, "`prompt`: ");
        refused(r#"{"id":"\ud800","prompt":"x"}"#, "`id`: ");
        refused(r#"{"messages":[]}"#, "messages");
        refused(r#"{"prompt":"x","priority":11}"#, "`priority` must be 1 to 10");
        refused(
            r#"{"url":"/v1/embeddings","body":{"messages":[]}}"#,
            "only /v1/chat/completions",
        );
        assert!(
            Line::parse(b"{\"prompt\":\"\xff\"}", None)
                .unwrap_err()
                .contains("not UTF-8")
        );
    }
}
