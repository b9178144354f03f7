//! The smallest value that fits a JSON schema, or Gemini's dialect of it with types in capitals.

use serde_json::{Map, Value, json};

/// Schemas nest; whoever refers to himself gets null below this depth.
const DEPTH: u32 = 16;

/// A value that fits the schema; its texts hold `text`.
pub(super) fn of(schema: &Value, text: &str) -> Value {
    build(schema, schema, text, DEPTH)
}

fn build(root: &Value, schema: &Value, text: &str, depth: u32) -> Value {
    if depth == 0 {
        return Value::Null;
    }
    let within = |inner: &Value| build(root, inner, text, depth - 1);
    if let Some(path) = schema["$ref"].as_str() {
        return within(root.pointer(path.trim_start_matches('#')).unwrap_or(&Value::Null));
    }
    if let Some(value) = schema.get("const").or_else(|| schema["enum"].get(0)) {
        return value.clone();
    }
    if let Some(first) = ["anyOf", "oneOf", "allOf"].iter().find_map(|key| schema[key].get(0)) {
        return within(first);
    }
    match kind(schema).as_str() {
        "object" => Value::Object(properties(schema, within)),
        "array" => {
            let length = schema["minItems"].as_u64().unwrap_or(1).clamp(1, 100);
            (0..length).map(|_| within(&schema["items"])).collect()
        }
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        "boolean" => json!(true),
        "null" => Value::Null,
        _ => json!(text),
    }
}

fn properties(schema: &Value, within: impl Fn(&Value) -> Value) -> Map<String, Value> {
    let Some(properties) = schema["properties"].as_object() else {
        return Map::new();
    };
    properties
        .iter()
        .map(|(name, inner)| (name.clone(), within(inner)))
        .collect()
}

/// The type in lower case; the first one where several are allowed.
fn kind(schema: &Value) -> String {
    let named = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    let implied = if schema.get("properties").is_some() {
        "object"
    } else {
        "string"
    };
    named.unwrap_or(implied).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fit_their_schema() {
        let schema = json!({"type": "OBJECT", "properties": {
            "city": {"type": "STRING"}, "celsius": {"type": ["number", "null"], "minimum": -5},
            "tags": {"type": "array", "items": {"enum": ["a", "b"]}}, "child": {"$ref": "#/$defs/child"}},
            "$defs": {"child": {"type": "object", "properties": {"ok": {"type": "boolean"}}}}});
        let expected = json!({"city": "x", "celsius": -5, "tags": ["a"], "child": {"ok": true}});
        assert_eq!(of(&schema, "x"), expected);
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({"type": "object", "properties": {"next": {"$ref": "#"}}});
        assert!(of(&schema, "x")["next"]["next"].is_object());
    }
}
