//! A small value that fits a JSON schema, or Gemini's dialect of it with types in capitals. Where the schema leaves a choice
//! chance decides: a caller that offers five moves gets to see all of them.

use serde_json::{Map, Value, json};

use crate::dice::Dice;

/// Schemas nest; whoever refers to himself gets null below this depth.
const DEPTH: u32 = 16;
/// So many items more than the least a list gets at most.
const MORE_ITEMS: u64 = 2;
const MOST_ITEMS: u64 = 100;
/// Numbers without a maximum are at most so much above their minimum.
const MORE: i64 = 9;

/// Texts for the formats that callers check.
const FORMATS: [(&str, &str); 7] = [
    ("date", "2026-11-24"),
    ("date-time", "2026-11-24T12:00:00Z"),
    ("time", "12:00:00Z"),
    ("duration", "PT1M"),
    ("email", "someone@example.com"),
    ("uri", "https://example.com/"),
    ("uuid", "00000000-0000-4000-8000-000000000000"),
];

/// A value that fits the schema; its texts hold `text`, its choices are thrown.
pub(super) fn of(schema: &Value, text: &str, dice: Dice) -> Value {
    let mut builder = Builder {
        root: schema,
        text,
        dice,
    };
    builder.build(schema, DEPTH)
}

struct Builder<'a> {
    root: &'a Value,
    text: &'a str,
    dice: Dice,
}

impl Builder<'_> {
    fn build(&mut self, schema: &Value, depth: u32) -> Value {
        let Some(depth) = depth.checked_sub(1) else {
            return Value::Null;
        };
        if let Some(path) = schema["$ref"].as_str() {
            let named = self.root.pointer(path.trim_start_matches('#'));
            return self.build(named.unwrap_or(&Value::Null), depth);
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(value) = self.one_of(&schema["enum"]) {
            return value.clone();
        }
        let choices = ["anyOf", "oneOf"].iter().find_map(|word| schema.get(word));
        if let Some(chosen) = choices.and_then(|choices| self.one_of(choices)) {
            return self.build(chosen, depth);
        }
        // All must fit. Callers write it around a single reference.
        if let Some(first) = schema["allOf"].get(0) {
            return self.build(first, depth);
        }
        match self.kind(schema).as_str() {
            "object" => Value::Object(self.properties(schema, depth)),
            "array" => self.items(schema, depth),
            "integer" | "number" => self.number(schema),
            "boolean" => json!(self.below(2) == 1),
            "null" => Value::Null,
            _ => Value::String(self.string(schema)),
        }
    }

    /// Every property that is named, the optional ones too: that is what models do.
    fn properties(&mut self, schema: &Value, depth: u32) -> Map<String, Value> {
        let properties = schema["properties"].as_object().into_iter().flatten();
        properties
            .map(|(name, inner)| (name.clone(), self.build(inner, depth)))
            .collect()
    }

    fn items(&mut self, schema: &Value, depth: u32) -> Value {
        let least = schema["minItems"].as_u64().unwrap_or(1).min(MOST_ITEMS);
        let most = schema["maxItems"].as_u64().unwrap_or(u64::MAX);
        let most = most.clamp(least, (least + MORE_ITEMS).min(MOST_ITEMS));
        let length = least + self.below(most - least + 1);
        (0..length).map(|_| self.build(&schema["items"], depth)).collect()
    }

    /// A whole number within its bounds; the bound itself where no whole number is.
    fn number(&mut self, schema: &Value) -> Value {
        let bound = |word: &str| schema[word].as_f64();
        let least = bound("minimum").map(f64::ceil);
        let above = bound("exclusiveMinimum").map(|bound| bound.floor() + 1.0);
        let most = bound("maximum").map(f64::floor);
        let under = bound("exclusiveMaximum").map(|bound| bound.ceil() - 1.0);
        let most = most.or(under).map(|most| most as i64);
        let least = least.or(above).map(|least| least as i64);
        let least = least.unwrap_or_else(|| most.map_or(1, |most| most.min(1)));
        let most = most.map_or(least.saturating_add(MORE), |most| most.min(least.saturating_add(MORE)));
        match u64::try_from(most.saturating_sub(least)) {
            Ok(span) => json!(least.saturating_add_unsigned(self.below(span + 1))),
            Err(_) => schema.get("minimum").cloned().unwrap_or(json!(least)),
        }
    }

    fn string(&self, schema: &Value) -> String {
        let format = schema["format"].as_str();
        if let Some((_, sample)) = FORMATS.iter().find(|(name, _)| Some(*name) == format) {
            return (*sample).to_owned();
        }
        let length = |word: &str| schema[word].as_u64().and_then(|length| usize::try_from(length).ok());
        let least = length("minLength").unwrap_or(0).min(10_000);
        let letters = self.text.chars().chain(std::iter::repeat('.'));
        let wanted = self.text.chars().count().max(least);
        letters
            .take(wanted.min(length("maxLength").unwrap_or(usize::MAX)))
            .collect()
    }

    /// The type in lower case; any of them where several are allowed.
    fn kind(&mut self, schema: &Value) -> String {
        let implied = if schema.get("properties").is_some() {
            "object"
        } else {
            "string"
        };
        let several = self.one_of(&schema["type"]).and_then(Value::as_str);
        let named = schema["type"].as_str().or(several);
        named.unwrap_or(implied).to_ascii_lowercase()
    }

    fn one_of<'v>(&mut self, choices: &'v Value) -> Option<&'v Value> {
        let choices = choices.as_array().filter(|choices| !choices.is_empty())?;
        choices.get(usize::try_from(self.below(choices.len() as u64)).unwrap_or(0))
    }

    /// A whole number below `end`, each as likely as the others.
    fn below(&mut self, end: u64) -> u64 {
        (self.dice.fraction() * end as f64) as u64
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    fn many(schema: &Value) -> Vec<Value> {
        (0..60).map(|number| of(schema, "x", Dice::new(7, number))).collect()
    }

    #[test]
    fn values_fit_their_schema() {
        let schema = json!({"type": "OBJECT", "properties": {
            "city": {"type": "STRING"}, "celsius": {"type": "number", "minimum": -5, "maximum": -5},
            "tags": {"type": "array", "items": {"enum": ["a"]}, "maxItems": 1}, "child": {"$ref": "#/$defs/child"}},
            "$defs": {"child": {"type": "object", "properties": {"ok": {"const": true}}}}});
        let expected = json!({"city": "x", "celsius": -5, "tags": ["a"], "child": {"ok": true}});
        assert!(many(&schema).iter().all(|value| *value == expected));
    }

    #[test]
    fn every_choice_comes_and_nothing_else() {
        let tap =
            json!({"type": "object", "properties": {"action": {"enum": ["tap"]}, "target": {"enum": ["a", "b"]}}});
        let wait = json!({"type": "object", "properties": {"action": {"const": "wait"}}});
        let seen: BTreeSet<String> = many(&json!({"anyOf": [tap, wait]}))
            .iter()
            .map(Value::to_string)
            .collect();
        let expected = [
            r#"{"action":"tap","target":"a"}"#,
            r#"{"action":"tap","target":"b"}"#,
            r#"{"action":"wait"}"#,
        ];
        assert_eq!(seen, expected.map(str::to_owned).into());
        let kinds: BTreeSet<bool> = many(&json!({"type": ["string", "null"]}))
            .iter()
            .map(Value::is_null)
            .collect();
        assert_eq!(kinds, [false, true].into());
    }

    #[test]
    fn the_same_throw_gives_the_same_value() {
        let schema = json!({"type": "array", "items": {"type": "integer"}, "minItems": 5});
        assert_eq!(of(&schema, "x", Dice::new(1, 2)), of(&schema, "x", Dice::new(1, 2)));
        assert_ne!(of(&schema, "x", Dice::new(1, 2)), of(&schema, "x", Dice::new(2, 2)));
    }

    #[test]
    fn numbers_lists_and_texts_stay_within_their_bounds() {
        for (bounds, least, most) in [
            (json!({"minimum": 3, "maximum": 5}), 3, 5),
            (json!({"exclusiveMinimum": 3, "exclusiveMaximum": 6}), 4, 5),
            (json!({"minimum": 2.5}), 3, 12),
            (json!({"maximum": -4}), -4, -4),
            (json!({}), 1, 10),
        ] {
            let mut schema = bounds.clone();
            schema["type"] = json!("integer");
            let numbers = many(&schema).into_iter().map(|value| value.as_i64().unwrap());
            assert!(
                numbers.into_iter().all(|number| (least..=most).contains(&number)),
                "{bounds}"
            );
        }
        assert_eq!(
            many(&json!({"type": "number", "minimum": 0.2, "maximum": 0.4}))[0],
            json!(0.2)
        );
        let lists = many(&json!({"type": "array", "items": {"type": "null"}, "minItems": 2, "maxItems": 3}));
        assert!(
            lists
                .iter()
                .all(|list| (2..=3).contains(&list.as_array().unwrap().len()))
        );
        let text = |schema: Value| of(&schema, "héllo", Dice::new(0, 0));
        assert_eq!(text(json!({"type": "string", "maxLength": 2})), "hé");
        assert_eq!(text(json!({"type": "string", "minLength": 7})), "héllo..");
        assert_eq!(text(json!({"type": "string", "format": "date"})), "2026-11-24");
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({"type": "object", "properties": {"next": {"$ref": "#"}}});
        assert!(of(&schema, "x", Dice::new(0, 0))["next"]["next"].is_object());
    }
}
