//! Checks the messages of a request as far as every provider would, and measures them on the way.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{InvalidRequest, PromptSize};

const ROLES: [&str; 6] = ["system", "developer", "user", "assistant", "tool", "function"];
/// Parts whose bytes are not text.
const ATTACHMENTS: [&str; 5] = ["image_url", "input_audio", "file", "video_url", "input_image"];

#[derive(Deserialize)]
struct Message<'a> {
    role: Option<String>,
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tool_calls: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(borrow, default)]
    text: Option<&'a RawValue>,
}

/// Checks that there are messages, each with a known role and a content of a known type, and measures them.
pub(super) fn check(messages: &RawValue) -> Result<PromptSize, InvalidRequest> {
    let messages: Vec<&RawValue> =
        serde_json::from_str(messages.get()).map_err(|_| InvalidRequest::new("messages", "must be an array"))?;
    if messages.is_empty() {
        return Err(InvalidRequest::new("messages", "must hold at least one message"));
    }
    let mut size = PromptSize {
        messages: messages.len() as u64,
        ..PromptSize::default()
    };
    for (index, raw) in messages.iter().enumerate() {
        check_message(&format!("messages[{index}]"), raw, &mut size)?;
    }
    Ok(size)
}

fn check_message(path: &str, raw: &RawValue, size: &mut PromptSize) -> Result<(), InvalidRequest> {
    if !raw.get().starts_with('{') {
        return Err(InvalidRequest::new(path, "must be an object"));
    }
    let message: Message<'_> = serde_json::from_str(raw.get())
        .map_err(|error| InvalidRequest::new(format!("{path}.role"), format!("cannot be read: {error}")))?;
    let role = message.role.as_deref().unwrap_or("missing");
    if !ROLES.contains(&role) {
        let problem = format!("is {role}; it must be one of {}", ROLES.join(", "));
        return Err(InvalidRequest::new(format!("{path}.role"), problem));
    }
    size.bytes += message.tool_calls.map_or(0, |calls| calls.get().len() as u64);
    message.content.map_or(Ok(()), |content| {
        check_content(&format!("{path}.content"), content, size)
    })
}

fn check_content(path: &str, content: &RawValue, size: &mut PromptSize) -> Result<(), InvalidRequest> {
    match content.get().as_bytes().first() {
        Some(b'"') => size.bytes += text_bytes(content),
        Some(b'[') => {
            let parts: Vec<&RawValue> = serde_json::from_str(content.get())
                .map_err(|error| InvalidRequest::new(path, format!("cannot be read: {error}")))?;
            for (index, part) in parts.iter().enumerate() {
                check_part(&format!("{path}[{index}]"), part, size)?;
            }
        }
        _ => {
            return Err(InvalidRequest::new(
                path,
                "must be a string, an array of parts, or null",
            ));
        }
    }
    Ok(())
}

fn check_part(path: &str, raw: &RawValue, size: &mut PromptSize) -> Result<(), InvalidRequest> {
    if !raw.get().starts_with('{') {
        return Err(InvalidRequest::new(path, "must be an object"));
    }
    let part: Part<'_> = serde_json::from_str(raw.get())
        .map_err(|error| InvalidRequest::new(path, format!("cannot be read: {error}")))?;
    match (part.kind.as_deref(), part.text) {
        (Some(kind), _) if ATTACHMENTS.contains(&kind) => size.attachments += 1,
        (_, Some(text)) => size.bytes += text_bytes(text),
        (_, None) => size.bytes += raw.get().len() as u64,
    }
    Ok(())
}

/// Bytes of a JSON string once read. Most strings hold no escape, and need no reading to know.
fn text_bytes(raw: &RawValue) -> u64 {
    let written = raw.get().len().saturating_sub(2);
    let read = if raw.get().contains('\\') {
        serde_json::from_str::<String>(raw.get()).ok()
    } else {
        None
    };
    read.map_or(written, |text| text.len()) as u64
}
