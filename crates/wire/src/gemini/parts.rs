//! The content of a message into Gemini's parts: text, and what was attached as data.

use serde_json::{Value, json};

use super::request::{Draft, unsupported};
use crate::dialect::Unsupported;

/// Text only: a string, an array of text parts, or nothing.
pub(super) fn texts(draft: &mut Draft, path: &str, content: &Value) -> Result<Vec<Value>, Unsupported> {
    let parts = any(draft, path, content)?;
    match parts.iter().position(|part| part.get("text").is_none()) {
        Some(_) => Err(unsupported(path, "Gemini takes only text from this role")),
        None => Ok(parts),
    }
}

/// A string, or an array of parts of every kind that Gemini takes. Empty texts are nothing, and Gemini refuses them.
pub(super) fn any(draft: &mut Draft, path: &str, content: &Value) -> Result<Vec<Value>, Unsupported> {
    let parts = match content {
        Value::String(text) => vec![json!({ "text": text })],
        Value::Array(parts) => {
            let parts = parts.iter().enumerate();
            parts
                .map(|(index, item)| part(draft, &format!("{path}[{index}]"), item))
                .collect::<Result<_, _>>()?
        }
        _ => Vec::new(),
    };
    Ok(parts.into_iter().filter(|part| part["text"] != "").collect())
}

fn part(draft: &mut Draft, path: &str, item: &Value) -> Result<Value, Unsupported> {
    let kind = item["type"].as_str().unwrap_or_default();
    if let Some((name, _)) = item
        .as_object()
        .into_iter()
        .flatten()
        .find(|(name, _)| !is_known(kind, name))
    {
        return Err(unsupported(
            format!("{path}.{name}"),
            "D8 knows no field of Gemini's for it",
        ));
    }
    if item.get("cache_control").is_some() {
        draft.leave_out(
            "messages[].content[].cache_control",
            "Gemini finds cached prompts by itself",
        );
    }
    let body = &item[kind];
    let place = format!("{path}.{kind}");
    match kind {
        "text" | "refusal" => Ok(json!({ "text": body.as_str().unwrap_or_default() })),
        "image_url" => image(draft, &place, body),
        "input_audio" => audio(&place, body),
        "file" => file(draft, &place, body),
        _ => Err(unsupported(
            format!("{path}.type"),
            "Gemini takes text, image_url, input_audio and file",
        )),
    }
}

fn is_known(kind: &str, name: &str) -> bool {
    name == "type" || name == kind || name == "cache_control"
}

fn image(draft: &mut Draft, path: &str, image: &Value) -> Result<Value, Unsupported> {
    if image.get("detail").is_some_and(|detail| detail != "auto") {
        draft.leave_out(
            "messages[].content[].image_url.detail",
            "Gemini chooses the resolution of each image itself",
        );
    }
    let url = image["url"].as_str().or_else(|| image.as_str()).unwrap_or_default();
    inline(&format!("{path}.url"), url)
}

fn audio(path: &str, audio: &Value) -> Result<Value, Unsupported> {
    match (audio["format"].as_str(), audio["data"].as_str()) {
        (Some(format), Some(data)) => Ok(inline_data(&format!("audio/{format}"), data)),
        _ => Err(unsupported(path, "it needs `format` and `data`")),
    }
}

fn file(draft: &mut Draft, path: &str, file: &Value) -> Result<Value, Unsupported> {
    if file.get("filename").is_some() {
        draft.leave_out("messages[].content[].file.filename", "Gemini has no names for files");
    }
    match file["file_data"].as_str() {
        Some(url) => inline(&format!("{path}.file_data"), url),
        None => Err(unsupported(
            path,
            "files stored elsewhere are not fetched; send `file_data` as a data: URL",
        )),
    }
}

/// Only data comes along. Fetching an address for a client would let it reach what only this machine can reach.
fn inline(path: &str, url: &str) -> Result<Value, Unsupported> {
    let refused = || unsupported(path, "addresses are not fetched; send it as data:TYPE;base64,...");
    let (kind, data) = url
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(','))
        .ok_or_else(refused)?;
    let kind = kind.strip_suffix(";base64").ok_or_else(refused)?;
    match kind.split(';').next() {
        Some(kind) if !kind.is_empty() => Ok(inline_data(kind, data)),
        _ => Err(refused()),
    }
}

fn inline_data(mime_type: &str, data: &str) -> Value {
    json!({ "inlineData": { "mimeType": mime_type, "data": data } })
}
