//! A model that nobody serves, in words.

use crate::config::UnknownModel;
use crate::text;

/// "the model `gpt-9` is neither a route nor a model of any account".
pub fn unknown_model(unknown: &UnknownModel) -> String {
    text!("model-unknown", asked = unknown.asked.as_str())
}

/// The same, with the name that may have been meant.
pub fn unknown_model_and_nearest(unknown: &UnknownModel) -> String {
    match &unknown.suggestion {
        Some(near) => text!(
            "model-unknown-near",
            asked = unknown.asked.as_str(),
            near = near.as_str()
        ),
        None => unknown_model(unknown),
    }
}
