//! What a task may carry besides its prompt, as flags.

use clap::Args;
use serde_json::{Map, Value, json};

use crate::client::moment;
use crate::text;

/// Each flag is a field of POST /api/tasks. For a file they hold where a line does not say otherwise.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Fields {
    /// A route, an account/model, or a model; default: the route `default`.
    #[arg(short, long, value_name = "MODEL")]
    model: Option<String>,
    /// 1 to 10, higher goes first; default 5.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=10))]
    priority: Option<u8>,
    /// What kind of task it is; default `agent_action`.
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// The group that it belongs to, for counts and filters.
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
    /// Whom it is for: clients share fairly.
    #[arg(long, value_name = "CLIENT")]
    client: Option<String>,
    /// The same key again is the same task, not a second one. For a file: each line's key begins so.
    #[arg(long, value_name = "KEY")]
    pub(super) key: Option<String>,
    /// A JSON object to be kept with it.
    #[arg(long, value_name = "JSON", value_parser = object)]
    metadata: Option<Value>,
    /// The longest answer that is wanted, in tokens.
    #[arg(long, value_name = "N")]
    max_tokens: Option<u64>,
    /// Do not begin before: 10m (from now), 2026-08-01T14:00, 2026-08-01T14:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    not_before: Option<f64>,
    /// Give up after; written like --not-before.
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    deadline: Option<f64>,
    /// The URL that is told the result.
    #[arg(long, value_name = "URL")]
    callback: Option<String>,
}

impl Fields {
    /// One task.
    pub(super) fn with_prompt(&self, prompt: &str) -> Map<String, Value> {
        let mut task = Map::new();
        task.insert("prompt".to_owned(), prompt.into());
        task.extend(self.given());
        task.extend(self.key.as_ref().map(|key| ("idempotency_key".to_owned(), json!(key))));
        task
    }

    /// The flags that were given, the key aside.
    pub(super) fn given(&self) -> Map<String, Value> {
        let all = [
            ("model", self.model.as_ref().map(|model| json!(model))),
            ("priority", self.priority.map(|priority| json!(priority))),
            ("type", self.kind.as_ref().map(|kind| json!(kind))),
            ("group", self.group.as_ref().map(|group| json!(group))),
            ("client", self.client.as_ref().map(|client| json!(client))),
            ("metadata", self.metadata.clone()),
            ("max_tokens", self.max_tokens.map(|tokens| json!(tokens))),
            ("not_before", self.not_before.map(|moment| json!(moment))),
            ("deadline", self.deadline.map(|moment| json!(moment))),
            ("callback", self.callback.as_ref().map(|url| json!(url))),
        ];
        let given = all.into_iter();
        given
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }
}

fn object(json: &str) -> Result<Value, String> {
    match serde_json::from_str(json) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(text!("submit-not-an-object")),
        Err(error) => Err(text!("submit-not-json", why = error.to_string())),
    }
}
