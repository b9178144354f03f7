//! Reading single fields of a request, each with the complaint that it deserves.

use serde_json::{Map, Value};

use super::complaint::Complaint;

/// The fields of a JSON object, read by name. Null is as good as absent, as both providers have it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    /// What stands before a field's name in complaints: `messages[0].`, or nothing.
    prefix: &'a str,
}

impl<'a> Fields<'a> {
    pub(super) fn new(object: &'a Map<String, Value>, prefix: &'a str) -> Fields<'a> {
        Fields { object, prefix }
    }

    /// Complains about the first field that is not known.
    pub(super) fn only(self, known: &[&str]) -> Result<(), Complaint> {
        let unknown = self.object.keys().find(|name| !known.contains(&name.as_str()));
        unknown.map_or(Ok(()), |name| Err(Complaint::Unknown(self.path(name))))
    }

    pub(super) fn get(self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn required(self, name: &str) -> Result<&'a Value, Complaint> {
        self.get(name).ok_or_else(|| Complaint::Missing(self.path(name)))
    }

    pub(super) fn text(self, name: &str) -> Result<Option<&'a str>, Complaint> {
        self.typed(name, "a string", Value::as_str)
    }

    pub(super) fn flag(self, name: &str) -> Result<Option<bool>, Complaint> {
        self.typed(name, "a boolean", Value::as_bool)
    }

    pub(super) fn list(self, name: &str) -> Result<Option<&'a Vec<Value>>, Complaint> {
        self.typed(name, "an array", Value::as_array)
    }

    pub(super) fn object(self, name: &str) -> Result<Option<&'a Map<String, Value>>, Complaint> {
        self.typed(name, "an object", Value::as_object)
    }

    /// A whole number within bounds.
    pub(super) fn integer(self, name: &str, least: i64, most: i64) -> Result<Option<i64>, Complaint> {
        let whole = |value: &Value| value.as_i64().or_else(|| value.as_u64().map(|_| i64::MAX));
        let Some(number) = self.typed(name, "an integer", whole)? else {
            return Ok(None);
        };
        self.bounded(name, number, least, most).map(Some)
    }

    /// Any number within bounds.
    pub(super) fn number(self, name: &str, least: f64, most: f64) -> Result<Option<f64>, Complaint> {
        let Some(number) = self.typed(name, "a decimal", Value::as_f64)? else {
            return Ok(None);
        };
        self.bounded(name, number, least, most).map(Some)
    }

    /// One of a few words.
    pub(super) fn one_of(self, name: &str, allowed: &'static [&'static str]) -> Result<Option<&'a str>, Complaint> {
        let Some(word) = self.text(name)? else { return Ok(None) };
        if allowed.contains(&word) {
            return Ok(Some(word));
        }
        Err(Complaint::NotOneOf {
            field: self.path(name),
            allowed,
            got: word.to_owned(),
        })
    }

    pub(super) fn path(self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn bounded<N: Copy + PartialOrd + ToString>(
        self,
        name: &str,
        number: N,
        least: N,
        most: N,
    ) -> Result<N, Complaint> {
        let field = self.path(name);
        if number < least {
            return Err(Complaint::TooSmall {
                field,
                least: least.to_string(),
                got: number.to_string(),
            });
        }
        if number > most {
            return Err(Complaint::TooLarge {
                field,
                most: most.to_string(),
                got: number.to_string(),
            });
        }
        Ok(number)
    }

    fn typed<T>(
        self,
        name: &str,
        expected: &'static str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Complaint> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let wrong = || Complaint::WrongType {
            field: self.path(name),
            expected,
            got: kind(value),
        };
        read(value).ok_or_else(wrong).map(Some)
    }
}

/// What a value is, as OpenAI names it.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a decimal",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
