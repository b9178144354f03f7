//! What is sent and answered, for the OpenAPI document alone: `draft` is what reads it.

#![expect(dead_code, reason = "it only describes what is sent")]

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::server::objects::TaskObject;

/// A task to be done: `prompt`, `messages` or `data`, one of them. Fields of the request that belong to the model
/// (`temperature`, `max_tokens` ...) may stand beside `prompt` or `messages`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTaskObject {
    /// Its type, `agent_action` where nothing is said. `code_generation` and `evolution_*` go only to workers that name
    /// them.
    #[serde(rename = "type")]
    #[schema(min_length = 1, max_length = 256)]
    kind: Option<String>,
    /// One message of a user.
    prompt: Option<String>,
    /// The messages of a chat completion request.
    #[schema(value_type = Option<Vec<Object>>)]
    messages: Option<Vec<Map<String, Value>>>,
    /// A whole chat completion request, or whatever the workers of its type understand.
    #[schema(value_type = Option<Object>)]
    data: Option<Map<String, Value>>,
    /// A route of the configuration; not together with `model`.
    #[schema(min_length = 1, max_length = 256)]
    route: Option<String>,
    /// A route, `account/model`, or a model; none: the route `default`.
    #[schema(min_length = 1, max_length = 256)]
    model: Option<String>,
    /// 1 to 10, higher first; 5 where nothing is said.
    #[schema(minimum = 1, maximum = 10)]
    priority: Option<u8>,
    /// Not to be started earlier.
    not_before: Option<Moment>,
    /// Not to be finished later.
    deadline: Option<Moment>,
    /// So many faults of providers and it is failed; 5 where nothing is said. Waiting for quota is no fault.
    #[schema(minimum = 1, maximum = 100)]
    max_attempts: Option<u8>,
    /// Makes the submission repeatable, as the header Idempotency-Key does.
    #[schema(min_length = 1, max_length = 256)]
    idempotency_key: Option<String>,
    /// Kept with the task and shown again; up to 64 KiB.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    /// Submitted together with: can be waited for as a whole.
    #[schema(min_length = 1, max_length = 256)]
    group: Option<String>,
    /// For whom; `local` where nothing is said.
    #[schema(min_length = 1, max_length = 256)]
    client: Option<String>,
    /// An http or https URL that is told the end, signed as standardwebhooks.com says.
    callback: Option<String>,
    /// The longest answer that is wanted, in tokens.
    #[schema(minimum = 1)]
    max_tokens: Option<u32>,
    max_completion_tokens: Option<u32>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    #[schema(value_type = Option<Object>)]
    stop: Option<Value>,
    seed: Option<i64>,
    n: Option<u32>,
    #[schema(value_type = Option<Object>)]
    response_format: Option<Map<String, Value>>,
    #[schema(value_type = Option<Vec<Object>>)]
    tools: Option<Vec<Map<String, Value>>>,
    tool_choice: Option<Value>,
    frequency_penalty: Option<f64>,
    presence_penalty: Option<f64>,
    reasoning_effort: Option<String>,
    user: Option<String>,
}

/// Seconds since 1970, or RFC 3339 such as `2026-08-01T14:00:00Z`.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Moment {
    /// Seconds since 1970.
    Seconds(f64),
    /// RFC 3339.
    Text(String),
}

/// One task, or many.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Submission {
    /// One.
    One(Box<NewTaskObject>),
    /// All or nothing.
    Many(Vec<NewTaskObject>),
}

/// The task, or an array of them.
#[derive(serde::Serialize, ToSchema)]
#[serde(untagged)]
pub enum Answer {
    /// For one task.
    One(Box<TaskObject>),
    /// For an array, in its order.
    Many(Vec<TaskObject>),
}
