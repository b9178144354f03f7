//! Tools and the choice among them.
//!
//! Parameters go over as `parametersJsonSchema`: real JSON Schema, of which Gemini's older `parameters` takes only a part.

use serde_json::{Map, Value, json};

use super::request::{Draft, unsupported};
use crate::dialect::Unsupported;

/// What a request says of tools, until all of it is known.
#[derive(Default)]
pub(super) struct Tools {
    declarations: Vec<Value>,
    is_strict: bool,
    choice: Option<Choice>,
}

struct Choice {
    mode: &'static str,
    names: Vec<Value>,
}

impl Tools {
    pub(super) fn is_empty(&self) -> bool {
        self.declarations.is_empty()
    }
}

/// `tools`: functions only; each becomes a declaration.
pub(super) fn write(draft: &mut Draft, tools: &Value) -> Result<(), Unsupported> {
    for (index, tool) in tools.as_array().into_iter().flatten().enumerate() {
        let path = format!("tools[{index}]");
        if tool["type"] != "function" {
            return Err(unsupported(
                format!("{path}.type"),
                "Gemini takes tools of the type function",
            ));
        }
        let declaration = declaration(draft, &format!("{path}.function"), &tool["function"])?;
        draft.tools.declarations.push(declaration);
    }
    Ok(())
}

fn declaration(draft: &mut Draft, path: &str, function: &Value) -> Result<Value, Unsupported> {
    let mut declaration = Map::new();
    for (name, value) in function
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_null())
    {
        match name.as_str() {
            "name" | "description" => drop(declaration.insert(name.clone(), value.clone())),
            "parameters" => drop(declaration.insert("parametersJsonSchema".to_owned(), value.clone())),
            "strict" => draft.tools.is_strict |= *value == Value::Bool(true),
            _ => {
                return Err(unsupported(
                    format!("{path}.{name}"),
                    "D8 knows no field of Gemini's for it",
                ));
            }
        }
    }
    Ok(Value::Object(declaration))
}

/// `tool_choice`: a word, one function, or a list of allowed ones.
pub(super) fn choose(draft: &mut Draft, choice: &Value) -> Result<(), Unsupported> {
    let refused = || {
        unsupported(
            "tool_choice",
            "Gemini knows auto, none, required, one function, and allowed functions",
        )
    };
    let allowed = &choice["allowed_tools"];
    let (mode, names) = match (choice.as_str(), choice["type"].as_str()) {
        (Some(word), _) => (mode(word).ok_or_else(refused)?, Vec::new()),
        (None, Some("function")) => ("ANY", vec![choice["function"]["name"].clone()]),
        (None, Some("allowed_tools")) => {
            let names = allowed["tools"].as_array().ok_or_else(refused)?.iter();
            let names = names.map(|tool| tool["function"]["name"].clone()).collect();
            // Names may only stand beside a mode that checks calls; of those, VALIDATED leaves the choice to the model.
            let mode = match allowed["mode"].as_str() {
                Some("auto") => "VALIDATED",
                Some("required") => "ANY",
                _ => return Err(refused()),
            };
            (mode, names)
        }
        _ => return Err(refused()),
    };
    if names.iter().any(|name| !name.is_string()) {
        return Err(refused());
    }
    draft.tools.choice = Some(Choice { mode, names });
    Ok(())
}

fn mode(word: &str) -> Option<&'static str> {
    match word {
        "auto" => Some("AUTO"),
        "none" => Some("NONE"),
        "required" => Some("ANY"),
        _ => None,
    }
}

/// Writes what was gathered. `strict` makes calls fit their schema: VALIDATED where the model may choose, ANY does so anyway.
pub(super) fn finish(draft: &mut Draft) -> Result<(), Unsupported> {
    let Tools {
        declarations,
        is_strict,
        choice,
    } = std::mem::take(&mut draft.tools);
    if declarations.is_empty() {
        return match choice {
            Some(choice) if choice.mode == "ANY" => {
                Err(unsupported("tool_choice", "there are no tools to choose from"))
            }
            _ => Ok(()),
        };
    }
    draft.put("tools", json!([{ "functionDeclarations": declarations }]));
    let (mut mode, names) = choice.map_or(("AUTO", Vec::new()), |choice| (choice.mode, choice.names));
    if is_strict && mode == "AUTO" {
        mode = "VALIDATED";
    }
    if mode != "AUTO" {
        let mut config = json!({ "mode": mode });
        if !names.is_empty() {
            config["allowedFunctionNames"] = Value::Array(names);
        }
        draft.put("toolConfig", json!({ "functionCallingConfig": config }));
    }
    Ok(())
}
