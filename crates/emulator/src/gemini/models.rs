//! The list of models at `/v1beta/models`, in pages.

use serde_json::{Value, json};

use super::unknown_model;
use crate::catalogue::{Served, Thinking};
use crate::counting::Provider;
use crate::emulator::Emulator;
use crate::reply::Reply;

const PAGE: usize = 50;
const LARGEST_PAGE: usize = 1_000;

/// One page of models. A page's token is the index of its first model.
pub(crate) fn list(emulator: &Emulator, page_size: Option<&str>, page_token: Option<&str>) -> Reply {
    let served = emulator.served(Provider::Gemini);
    let size = page_size
        .and_then(|size| size.parse().ok())
        .filter(|size| *size > 0)
        .unwrap_or(PAGE);
    let start = page_token
        .and_then(|token| token.parse().ok())
        .unwrap_or(0_usize)
        .min(served.len());
    let end = start.saturating_add(size.min(LARGEST_PAGE)).min(served.len());
    let models: Vec<Value> = served[start..end].iter().map(object).collect();
    let mut page = json!({"models": models});
    if end < served.len() {
        page["nextPageToken"] = json!(end.to_string());
    }
    Reply::new(200, page)
}

/// One model, or 404.
pub(crate) fn one(emulator: &Emulator, id: &str) -> Reply {
    let found = emulator.find(Provider::Gemini, id);
    found.map_or_else(|| unknown_model(id), |model| Reply::new(200, object(&model)))
}

fn object(model: &Served) -> Value {
    json!({
        "name": format!("models/{}", model.id), "version": "001", "displayName": model.id,
        "description": "An emulated model", "inputTokenLimit": model.context, "outputTokenLimit": model.max_output,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
        "temperature": 1.0, "topP": 0.95, "topK": 64, "maxTemperature": 2.0,
        "thinking": model.thinking != Thinking::None,
    })
}
