//! Messages into `contents`: who says what, in turns.
//!
//! Gemini knows two roles. System text stands apart from the turns; results of tools are a turn of the user, all results
//! of one round together, each under the name of the function that its id belongs to.

use serde_json::{Map, Value, json};

use super::parts;
use super::request::{Draft, unsupported};
use crate::dialect::Unsupported;

/// What Gemini takes in place of a signature where a call was not its own.
const FOREIGN_CALL: &str = "skip_thought_signature_validator";
const LABEL: &str = "Gemini has no names for participants";

/// The turns so far.
#[derive(Default)]
struct Turns {
    system: Vec<Value>,
    /// OpenAI's role beside Gemini's parts: adjacent messages of one role are one turn.
    turns: Vec<(String, Vec<Value>)>,
    /// Calls so far: id and function.
    calls: Vec<(String, String)>,
}

/// Writes `systemInstruction` and `contents`.
pub(super) fn write(draft: &mut Draft, messages: &Value) -> Result<(), Unsupported> {
    let mut turns = Turns::default();
    for (index, message) in messages.as_array().into_iter().flatten().enumerate() {
        turns.take(draft, &format!("messages[{index}]"), message)?;
    }
    if turns.turns.is_empty() {
        return Err(unsupported(
            "messages",
            "Gemini needs a message of a user with something in it",
        ));
    }
    if !turns.system.is_empty() {
        draft.put("systemInstruction", json!({ "parts": turns.system }));
    }
    let contents = turns.turns.into_iter().map(|(role, parts)| {
        let role = if role == "assistant" { "model" } else { "user" };
        json!({ "role": role, "parts": parts })
    });
    draft.put("contents", contents.collect());
    Ok(())
}

impl Turns {
    fn take(&mut self, draft: &mut Draft, path: &str, message: &Value) -> Result<(), Unsupported> {
        let role = message["role"].as_str().unwrap_or_default();
        check_fields(draft, path, role, message)?;
        let content = format!("{path}.content");
        let parts = match role {
            "system" | "developer" => {
                self.system.extend(parts::texts(draft, &content, &message["content"])?);
                return Ok(());
            }
            "user" => parts::any(draft, &content, &message["content"])?,
            "assistant" => self.assistant(draft, path, message)?,
            "tool" => vec![self.tool_result(draft, path, message)?],
            _ => {
                return Err(unsupported(
                    format!("{path}.role"),
                    "an old form; send role `tool` and `tool_calls`",
                ));
            }
        };
        match self.turns.last_mut() {
            _ if parts.is_empty() => {} // a message without a word says nothing, and Gemini refuses it
            Some((last, earlier)) if last == role => earlier.extend(parts),
            _ => self.turns.push((role.to_owned(), parts)),
        }
        Ok(())
    }

    fn assistant(&mut self, draft: &mut Draft, path: &str, message: &Value) -> Result<Vec<Value>, Unsupported> {
        let mut parts = parts::texts(draft, &format!("{path}.content"), &message["content"])?;
        parts.extend(message["refusal"].as_str().map(|text| json!({ "text": text })));
        sign_text(&mut parts, signature(message));
        let calls = message["tool_calls"].as_array().map_or(&[][..], Vec::as_slice);
        // Of parallel calls only the first is signed; so one signature shows that all of them are Gemini's own.
        let foreign = draft.generation.signs_calls() && calls.iter().all(|call| signature(call).is_none());
        for (index, call) in calls.iter().enumerate() {
            let substitute = (foreign && index == 0).then_some(FOREIGN_CALL);
            parts.push(self.call(&format!("{path}.tool_calls[{index}]"), call, substitute)?);
        }
        Ok(parts)
    }

    fn call(&mut self, path: &str, call: &Value, substitute: Option<&str>) -> Result<Value, Unsupported> {
        let Some(name) = call["function"]["name"].as_str() else {
            return Err(unsupported(path, "Gemini takes calls of functions, each with its name"));
        };
        let id = call["id"].as_str().unwrap_or_default();
        self.calls.push((id.to_owned(), name.to_owned()));
        let arguments = call["function"]["arguments"].as_str().unwrap_or_default();
        let args: Value = if arguments.trim().is_empty() {
            Ok(json!({}))
        } else {
            serde_json::from_str(arguments)
        }
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| unsupported(format!("{path}.function.arguments"), "Gemini takes only a JSON object"))?;
        let mut function = json!({ "name": name, "args": args });
        if !id.is_empty() {
            function["id"] = Value::from(id);
        }
        let mut part = json!({ "functionCall": function });
        if let Some(signature) = signature(call).or(substitute) {
            part["thoughtSignature"] = Value::from(signature);
        }
        Ok(part)
    }

    fn tool_result(&self, draft: &mut Draft, path: &str, message: &Value) -> Result<Value, Unsupported> {
        let id = message["tool_call_id"].as_str().unwrap_or_default();
        let called = self
            .calls
            .iter()
            .rev()
            .find(|(call, _)| call == id)
            .map(|(_, name)| name.as_str());
        let name = called.or_else(|| message["name"].as_str()).ok_or_else(|| {
            unsupported(
                format!("{path}.tool_call_id"),
                "it names no earlier call, and Gemini wants the function's name",
            )
        })?;
        let texts = parts::texts(draft, &format!("{path}.content"), &message["content"])?;
        let text: String = texts.iter().filter_map(|part| part["text"].as_str()).collect();
        // Gemini takes an object only; anything else is put into one.
        let object = serde_json::from_str::<Map<String, Value>>(&text).map(Value::Object);
        let response = object.unwrap_or_else(|_| json!({ "output": text }));
        let mut result = json!({ "name": name, "response": response });
        if !id.is_empty() {
            result["id"] = Value::from(id);
        }
        Ok(json!({ "functionResponse": result }))
    }
}

/// Where a text was signed, the signature goes back on its last part; a signature without a text has an empty one.
fn sign_text(parts: &mut Vec<Value>, signature: Option<&str>) {
    let Some(signature) = signature else { return };
    if parts.is_empty() {
        parts.push(json!({ "text": "" }));
    }
    if let Some(last) = parts.last_mut() {
        last["thoughtSignature"] = Value::from(signature);
    }
}

fn signature(holder: &Value) -> Option<&str> {
    holder["extra_content"]["google"]["thought_signature"].as_str()
}

/// Every field of a message is one that its role has here, or one that may stay behind.
fn check_fields(draft: &mut Draft, path: &str, role: &str, message: &Value) -> Result<(), Unsupported> {
    for (name, _) in message
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_null())
    {
        match (name.as_str(), role) {
            ("role" | "content", _) | ("tool_calls" | "refusal" | "extra_content", "assistant") => {}
            ("tool_call_id" | "name", "tool") => {}
            ("name", _) => draft.leave_out("messages[].name", LABEL),
            ("reasoning" | "reasoning_content", "assistant") => {
                draft.leave_out("messages[].reasoning_content", "thoughts are not sent back as text");
            }
            ("annotations", "assistant") => {
                draft.leave_out("messages[].annotations", "notes on an answer, not part of it");
            }
            ("function_call", _) => {
                return Err(unsupported(format!("{path}.{name}"), "an old form; send `tool_calls`"));
            }
            _ => {
                return Err(unsupported(
                    format!("{path}.{name}"),
                    "D8 knows no field of Gemini's for it",
                ));
            }
        }
    }
    Ok(())
}
