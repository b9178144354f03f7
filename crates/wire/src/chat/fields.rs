//! A JSON object as an ordered list of named, unread values.

use std::fmt;

use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::InvalidRequest;

/// The fields of an object: names unique, order as they came, values as they were written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<(String, Box<RawValue>)>);

impl Fields {
    pub(crate) fn get(&self, name: &str) -> Option<&RawValue> {
        self.iter().find(|(key, _)| *key == name).map(|(_, raw)| raw)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0.iter().map(|(name, raw)| (name.as_str(), raw.as_ref()))
    }

    /// Reads a field as a type; `None` where it is absent, null, or something else.
    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_str::<Option<T>>(self.get(name)?.get()).ok().flatten()
    }

    pub(crate) fn set(&mut self, name: &str, value: &Value) {
        let raw = serde_json::value::to_raw_value(value).expect("a JSON value is always written");
        self.put(name.to_owned(), raw);
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(key, _)| key != name);
    }

    /// Renames a field, keeping its place and value. What stood under the new name gives way to it.
    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        if self.get(from).is_none() {
            return;
        }
        self.remove(to);
        for (key, _) in self.0.iter_mut().filter(|(key, _)| key == from) {
            to.clone_into(key);
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("what was read as JSON is written as JSON")
    }

    /// Checks the type of a field that is there and not null.
    pub(crate) fn check_type(&self, name: &str, is: fn(&Value) -> bool, problem: &str) -> Result<(), InvalidRequest> {
        match self.get(name).map(|raw| serde_json::from_str::<Value>(raw.get())) {
            None | Some(Ok(Value::Null)) => Ok(()),
            Some(Ok(value)) if is(&value) => Ok(()),
            _ => Err(InvalidRequest::new(name, problem)),
        }
    }

    fn put(&mut self, name: String, raw: Box<RawValue>) {
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => *old = raw,
            None => self.0.push((name, raw)),
        }
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields::default();
                while let Some((name, raw)) = map.next_entry()? {
                    fields.put(name, raw);
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Object)
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, raw) in &self.0 {
            map.serialize_entry(name, raw)?;
        }
        map.end()
    }
}
