//! How much a model thinks: each generation of Gemini says it in its own field, and refuses the other's.

use serde_json::{Value, json};

use super::request::{Draft, unsupported};
use crate::dialect::Unsupported;

/// What can be told from a model's name.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) struct Generation {
    thinking: Thinking,
    is_pro: bool,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Thinking {
    /// Before 2.5, and Gemma: it does not think.
    Never,
    /// 2.5: a number of tokens.
    Budget,
    /// From 3 on: a level.
    Level,
}

impl Generation {
    /// Reads a model's name. Aliases without a number ("gemini-flash-latest") mean the newest.
    pub(super) fn of(model: &str) -> Self {
        let name = model.rsplit('/').next().unwrap_or(model);
        let version = name.strip_prefix("gemini-").map(|rest| {
            let number = rest.split('-').next().unwrap_or_default();
            number
                .parse::<f32>()
                .unwrap_or(if name.ends_with("-latest") { f32::INFINITY } else { 0.0 })
        });
        let thinking = match version {
            Some(3.0..) => Thinking::Level,
            Some(2.5..3.0) => Thinking::Budget,
            _ => Thinking::Never,
        };
        Self {
            thinking,
            is_pro: name.contains("pro"),
        }
    }

    /// Whether calls carry signatures that the model wants back.
    pub(super) fn signs_calls(self) -> bool {
        self.thinking == Thinking::Level
    }

    /// Whether tools and a schema for the answer go together.
    pub(super) fn joins_tools_and_schema(self) -> bool {
        self.thinking == Thinking::Level
    }
}

/// `reasoning_effort`, with the figures of Google's own OpenAI endpoint.
pub(super) fn write(draft: &mut Draft, effort: &Value) -> Result<(), Unsupported> {
    let refused = |why: &str| Err(unsupported("reasoning_effort", why));
    let Generation { thinking, is_pro } = draft.generation;
    let config = match (thinking, effort.as_str().unwrap_or_default()) {
        (Thinking::Never, "none") => return Ok(()),
        (Thinking::Never, _) => return refused("this model does not think; leave the field out"),
        (Thinking::Budget, "none") if !is_pro => json!({"thinkingBudget": 0}),
        (Thinking::Budget, "minimal" | "low") => json!({"thinkingBudget": 1024}),
        (Thinking::Budget, "medium") => json!({"thinkingBudget": 8192}),
        (Thinking::Budget, "high") => json!({"thinkingBudget": 24_576}),
        (Thinking::Level, "minimal") if !is_pro => json!({"thinkingLevel": "MINIMAL"}),
        (Thinking::Level, "minimal" | "low") => json!({"thinkingLevel": "LOW"}),
        (Thinking::Level, "medium") => json!({"thinkingLevel": "MEDIUM"}),
        (Thinking::Level, "high") => json!({"thinkingLevel": "HIGH"}),
        (_, "none") => return refused("this model cannot be kept from thinking; `minimal` is the least"),
        _ => return refused("Gemini knows none, minimal, low, medium and high"),
    };
    set(draft, "reasoning_effort", config)
}

/// Sets the thinking; it can be asked for in two fields, but not in both.
pub(super) fn set(draft: &mut Draft, field: &str, config: Value) -> Result<(), Unsupported> {
    match draft.thinking.replace(config) {
        None => Ok(()),
        Some(_) => Err(unsupported(
            field,
            "`reasoning_effort` and `thinking_config` exclude each other",
        )),
    }
}
