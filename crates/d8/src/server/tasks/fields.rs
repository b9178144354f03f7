//! The fields of an object that a client sent, read one by one: each says for itself what is wrong with it.

use d8_core::time::Timestamp;
use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::config::suggestion::{nearest, quoted};
use crate::server::error::{ApiError, shown};

/// The longest name that a client may give to something, in bytes. Names are kept for ever.
pub(super) const LONGEST_NAME: usize = 256;
/// The end of the year 9999 in Unix seconds: no moment is later.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// The fields as they came, in their order.
#[derive(Debug)]
pub(super) struct Fields(IndexMap<String, Box<RawValue>>);

impl Fields {
    /// Reads an object; of a name that occurs twice the last value counts.
    pub(super) fn parse(text: &str) -> Result<Self, ApiError> {
        let is_object = text.trim_start().starts_with('{');
        let read = serde_json::from_str(text).map_err(|error| {
            let what = if is_object { "not JSON" } else { "not a JSON object" };
            let code = if is_object { "invalid_json" } else { "invalid_body" };
            ApiError::bad_request(code, format!("the task is {what}: {error}"))
        });
        read.map(Self)
    }

    /// Refuses fields that nobody would read: neither the task's own nor those that may stand beside them.
    pub(super) fn know(&self, own: &[&str], beside: &[&str]) -> Result<(), ApiError> {
        let known = || own.iter().chain(beside).copied();
        let Some(stranger) = self.names().find(|name| !known().any(|known| known == *name)) else {
            return Ok(());
        };
        let help = match nearest(stranger, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", quoted(own.iter().copied())),
        };
        let message = format!("there is no field `{}`; {help}", shown(stranger));
        Err(ApiError::bad_request("unknown_field", message))
    }

    /// Takes a field out as it came; null is as good as absent.
    pub(super) fn take_raw(&mut self, name: &str) -> Option<Box<RawValue>> {
        self.0.shift_remove(name).filter(|raw| raw.get() != "null")
    }

    /// Takes a field out; `is` says what it must be, as the rest of a sentence.
    pub(super) fn take<T: DeserializeOwned>(&mut self, name: &'static str, is: &str) -> Result<Option<T>, ApiError> {
        let Some(raw) = self.take_raw(name) else {
            return Ok(None);
        };
        serde_json::from_str(raw.get()).map(Some).map_err(|_| wrong(name, is))
    }

    /// Takes a name out: it is not empty and not longer than [`LONGEST_NAME`].
    pub(super) fn take_name(&mut self, name: &'static str) -> Result<Option<String>, ApiError> {
        const IS: &str = "must be a text of 1 to 256 bytes";
        let text: Option<String> = self.take(name, IS)?;
        if text.as_ref().is_some_and(|text| !is_name(text)) {
            return Err(wrong(name, IS));
        }
        Ok(text)
    }

    /// Takes a whole number out of a field.
    pub(super) fn take_number(&mut self, name: &'static str, from: u8, to: u8) -> Result<Option<u8>, ApiError> {
        let is = || format!("must be a whole number from {from} to {to}");
        let Some(raw) = self.take_raw(name) else {
            return Ok(None);
        };
        let number: Option<u8> = serde_json::from_str(raw.get()).ok();
        let number = number.filter(|number| (from..=to).contains(number));
        number.map(Some).ok_or_else(|| wrong(name, &is()))
    }

    /// Takes a moment out: seconds since 1970, or RFC 3339.
    pub(super) fn take_moment(&mut self, name: &'static str) -> Result<Option<Timestamp>, ApiError> {
        const IS: &str = "must be a moment: seconds since 1970, or a text such as 2026-08-01T14:00:00Z";
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Moment {
            Seconds(f64),
            Text(String),
        }
        let moment = match self.take(name, IS)? {
            None => return Ok(None),
            Some(Moment::Seconds(seconds)) if (0.0..=LAST_SECOND).contains(&seconds) => {
                Some(Timestamp::from_micros((seconds * 1e6) as i64))
            }
            Some(Moment::Seconds(_)) => None,
            Some(Moment::Text(text)) => {
                let parsed: Option<jiff::Timestamp> = text.parse().ok();
                parsed.map(|moment| Timestamp::from_micros(moment.as_microsecond().max(0)))
            }
        };
        moment.map(Some).ok_or_else(|| wrong(name, IS))
    }

    /// Puts a field in, at the end where it is new.
    pub(super) fn put(&mut self, name: &str, value: Box<RawValue>) {
        self.0.insert(name.to_owned(), value);
    }

    /// Whether a field is there and not null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|raw| raw.get() != "null")
    }

    /// The names of what is there.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// As JSON again, each value as it came.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // What was read as JSON can be written as such.
        serde_json::to_vec(&self.0).unwrap_or_default()
    }
}

/// Whether a text can name something.
pub(super) fn is_name(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.len())
}

/// A field that is there and wrong.
pub(super) fn wrong(name: &str, is: &str) -> ApiError {
    ApiError::bad_request("invalid_field", format!("`{name}` {is}"))
}
