//! One shape for all the shapes in which providers write errors.

use std::time::Duration;

use serde_json::{Map, Value};

/// An error as it was written: with or without wrapper, alone or in an array, code as text or number.
#[derive(Clone, Debug, Default)]
pub(crate) struct ErrorBody {
    pub(crate) message: String,
    pub(crate) code: Option<String>,
    pub(crate) number: Option<u16>,
    pub(crate) kind: Option<String>,
    pub(crate) google_status: Option<String>,
    pub(crate) details: Vec<Value>,
    pub(crate) metadata: Value,
    pub(crate) retry_after: Option<Duration>,
}

impl ErrorBody {
    /// Reads any body. What is not JSON is taken as the message, so that a person can still read it.
    pub(crate) fn parse(body: &[u8]) -> Self {
        match serde_json::from_slice(body) {
            Ok(value) => Self::from_value(value),
            Err(_) => Self {
                message: String::from_utf8_lossy(body).trim().to_owned(),
                ..Self::default()
            },
        }
    }

    /// Reads an error that is already JSON.
    pub(crate) fn from_value(value: Value) -> Self {
        let outer = first_object(trim_keys(value));
        let retry_after = outer.get("retry_after").and_then(Value::as_f64);
        let mut fields = match outer.get("error") {
            Some(Value::Object(inner)) => inner.clone(),
            _ => outer,
        };
        let text = |fields: &Map<String, Value>, name: &str| Some(fields.get(name)?.as_str()?.to_owned());
        let code = fields.remove("code").unwrap_or_default();
        let number = status_number(&code);
        Self {
            message: message(&fields),
            code: if number.is_some() { None } else { code_text(code) },
            number: number.or_else(|| status_number(fields.get("status")?)),
            kind: text(&fields, "type"),
            google_status: text(&fields, "status"),
            details: fields
                .remove("details")
                .and_then(|details| details.as_array().cloned())
                .unwrap_or_default(),
            retry_after: retry_after
                .or_else(|| fields.get("retry_after")?.as_f64())
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            metadata: fields.remove("metadata").unwrap_or_default(),
        }
    }

    /// The code to show: the most telling of those there are.
    pub(crate) fn shown_code(&self) -> Option<String> {
        let texts = [&self.code, &self.google_status, &self.kind];
        texts
            .into_iter()
            .flatten()
            .next()
            .cloned()
            .or_else(|| Some(self.number?.to_string()))
    }

    /// Whether the code or the type is one of these.
    pub(crate) fn is_any(&self, names: &[&str]) -> bool {
        [&self.code, &self.kind]
            .into_iter()
            .flatten()
            .any(|code| names.contains(&code.as_str()))
    }

    /// The status of the reply; for an error inside a 200, the status that the error stands for.
    pub(crate) fn effective_status(&self, status: u16) -> u16 {
        if status >= 300 {
            return status;
        }
        let named = self.google_status.as_deref().and_then(google_number);
        self.number.or(named).or_else(|| self.status_by_code()).unwrap_or(502)
    }

    fn status_by_code(&self) -> Option<u16> {
        const BY_CODE: [(&str, u16); 8] = [
            ("rate_limit", 429),
            ("quota", 429),
            ("too_many_requests", 429),
            ("overloaded", 503),
            ("unavailable", 503),
            ("invalid_api_key", 401),
            ("authentication", 401),
            ("invalid_request", 400),
        ];
        let codes = [&self.code, &self.kind].into_iter().flatten();
        codes
            .flat_map(|code| BY_CODE.iter().find(|(part, _)| code.contains(part)))
            .map(|(_, status)| *status)
            .next()
    }
}

fn google_number(status: &str) -> Option<u16> {
    Some(match status {
        "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" => 400,
        "UNAUTHENTICATED" => 401,
        "PERMISSION_DENIED" => 403,
        "NOT_FOUND" => 404,
        "RESOURCE_EXHAUSTED" => 429,
        "CANCELLED" => 499,
        "UNAVAILABLE" => 503,
        "DEADLINE_EXCEEDED" => 504,
        "INTERNAL" => 500,
        _ => return None,
    })
}

fn status_number(code: &Value) -> Option<u16> {
    let number = code.as_u64().or_else(|| code.as_str()?.parse().ok())?;
    u16::try_from(number).ok().filter(|status| (400..600).contains(status))
}

fn code_text(code: Value) -> Option<String> {
    match code {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The words for a person, wherever this provider puts them.
fn message(fields: &Map<String, Value>) -> String {
    let found = ["message", "error", "detail", "title"]
        .into_iter()
        .find_map(|name| match fields.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(text.trim().to_owned()),
            other => Some(other.to_string()),
        });
    found.unwrap_or_else(|| {
        if fields.is_empty() {
            String::new()
        } else {
            Value::Object(fields.clone()).to_string()
        }
    })
}

fn first_object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        Value::Array(items) => items
            .into_iter()
            .next()
            .and_then(|item| item.as_object().cloned())
            .unwrap_or_default(),
        Value::Null => Map::new(),
        other => Map::from_iter([("message".to_owned(), other)]),
    }
}

/// Captured bodies have keys with a blank or a non-breaking space before them.
fn trim_keys(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| (key.trim().to_owned(), trim_keys(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(trim_keys).collect(),
        other => other,
    }
}
