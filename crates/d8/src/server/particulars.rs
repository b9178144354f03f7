//! What a client wants to find beside a task's answer. It is kept with the request, and nobody else reads it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Kept as JSON beside the request.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Particulars {
    /// The client's own notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// Who is to be told of the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<String>,
    /// The id that a line of a file gave itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_id: Option<String>,
    /// The key under which it was submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// What it asked for as its model, where that was only a wish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<String>,
}

impl Particulars {
    /// As it is kept; nothing where there is nothing.
    pub fn to_text(&self) -> Option<String> {
        (*self != Self::default())
            .then(|| serde_json::to_string(self).ok())
            .flatten()
    }

    /// Reads what was kept. A text that is no object is a line's own id.
    pub fn parse(text: Option<&str>) -> Self {
        let Some(text) = text else { return Self::default() };
        serde_json::from_str(text).unwrap_or_else(|_| Self {
            custom_id: Some(text.to_owned()),
            ..Self::default()
        })
    }
}
