//! What the orchestrator and D8's own workers say to each other: the Hive's calls, with more in them. Both sides share
//! these types; the OpenAPI document describes them, so that a worker can be written in any language.
//!
//! The calls, in the order in which a worker makes them:
//! 1. `POST /api/workers/register` with a [`Registration`] that holds an [`Introduction`] → [`Welcome`].
//! 2. `GET /api/workers/{id}/tasks?incarnation=I&free=N&wait=30` → [`PollAnswer`]: up to `free` jobs, as soon as there are some.
//! 3. `POST /api/workers/{id}/tasks/{task_id}/chunks?incarnation=I&attempt=N`: where the job asks for a stream, its chunks,
//!    one JSON object a line, in a body that is sent as they come. 410: nobody listens any more.
//! 4. `POST /api/workers/{id}/heartbeat` with a [`Heartbeat`] → [`HeartbeatAnswer`], three times within a lease.
//! 5. `POST /api/workers/{id}/result` with a [`WorkReport`]: 200, or 409 where the attempt is no longer this worker's.
//! 6. `POST /api/workers/{id}/unregister` with `{"incarnation": I}`.
//!
//! Clocks of two machines differ, so moments are told as lengths of time before or after the message. [`translate`] is
//! the way to the engine's terms and back.

pub mod translate;

use serde::{Deserialize, Serialize};
use serde_json::Map;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// The version of this protocol.
pub const VERSION: u32 = 1;

/// A worker's first call.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Registration {
    /// Its id, unique among all workers.
    pub worker_id: String,
    /// `groq`, `gemini` or whatever it calls.
    pub worker_type: String,
    /// What it says of itself; `task_types` names the types of task that it knows besides `agent_action`, and
    /// `only_task_types: true` says that it knows no others.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub capabilities: Map<String, serde_json::Value>,
    /// Only D8's own workers send this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub d8: Option<Introduction>,
}

/// What D8's own workers say of themselves.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Introduction {
    /// [`VERSION`].
    pub protocol: u32,
    /// One life of the worker: another one fences what the former still holds.
    pub incarnation: String,
    /// An entry of the catalogue.
    pub provider: String,
    /// Where it calls the provider.
    pub base_url: String,
    /// The hash of provider, base URL and key; the key itself never leaves the worker's machine.
    pub fingerprint: String,
    /// An account of the orchestrator's configuration, where it shall serve that one.
    #[serde(default)]
    pub account: Option<String>,
    /// The tier of the catalogue; none: the provider's first.
    #[serde(default)]
    pub tier: Option<String>,
    /// The models that it serves; none: those of the tier.
    #[serde(default)]
    pub models: Vec<String>,
    /// How many attempts it runs at once.
    pub slots: u32,
    /// What it is at, or has not been able to report yet: whatever else the orchestrator thinks it has never reached it.
    /// None: nothing is known of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<Vec<AttemptName>>,
}

/// The answer to a registration.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Welcome {
    /// True.
    pub success: bool,
    /// `registered`.
    pub status: String,
    /// The worker's id.
    pub worker_id: String,
    /// For people.
    pub message: String,
    /// The terms for one of D8's own workers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub d8: Option<Terms>,
}

/// What holds for one of D8's own workers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Terms {
    /// The version that both speak.
    pub protocol: u32,
    /// The account whose quota it spends.
    pub account: String,
    /// That account's models.
    pub models: Vec<String>,
    /// Without a sign of life for so long, an attempt is taken for lost.
    pub lease_ms: u64,
}

/// An attempt's name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, ToSchema)]
pub struct AttemptName {
    /// The task.
    pub task_id: String,
    /// The attempt's number: its fencing token.
    pub attempt: u32,
}

/// The answer to a poll of one of D8's own workers.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct PollAnswer {
    /// What to do now.
    #[serde(default)]
    pub jobs: Vec<Job>,
    /// What nobody wants any more.
    #[serde(default)]
    pub cancelled: Vec<AttemptName>,
    /// False where the orchestrator does not know this incarnation: it must register again.
    pub registered: bool,
}

/// One attempt to be made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// The task.
    pub task_id: String,
    /// The attempt's number: its fencing token.
    pub attempt: u32,
    /// The model to ask.
    pub model: String,
    /// The request must have left within so long of this answer, else the job is given back unsent.
    pub send_within_ms: u64,
    /// Whether somebody waits for chunks.
    pub stream: bool,
    /// An OpenAI chat completion request.
    #[schema(value_type = Object)]
    pub request: Box<RawValue>,
}

/// A sign of life.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Heartbeat {
    /// Of which life.
    pub incarnation: String,
    /// The attempts at work: their leases are renewed.
    #[serde(default)]
    pub attempts: Vec<AttemptName>,
}

/// The answer to a sign of life.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HeartbeatAnswer {
    /// `ok`.
    pub status: String,
    /// What nobody wants any more.
    #[serde(default)]
    pub cancelled: Vec<AttemptName>,
    /// False where the orchestrator does not know this incarnation: it must register again.
    pub registered: bool,
}

/// The end of an attempt.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WorkReport {
    /// The task.
    pub task_id: String,
    /// The attempt's number.
    pub attempt: u32,
    /// Of which life.
    pub incarnation: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The provider's HTTP status; 0 where none answered.
    #[serde(default)]
    pub status: u16,
    /// An OpenAI chat completion, or an error object.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub body: Option<Box<RawValue>>,
    /// How long before this message the request left.
    #[serde(default)]
    pub sent_ms_ago: Option<u64>,
    /// How long before this message the answer was here.
    #[serde(default)]
    pub received_ms_ago: u64,
    /// How long before this message the provider had counted the request at the latest: when the answer began, less the
    /// time for which the provider says that it worked. None: when the answer was here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived_ms_ago: Option<u64>,
    /// The provider's `Date`, in seconds since 1970.
    #[serde(default)]
    pub date: Option<i64>,
    /// What the answer's headers told of limits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<LimitSignal>,
}

/// A limit as an answer's headers show it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct LimitSignal {
    /// `requests`, `tokens`, `input_tokens`, `output_tokens`, `concurrency` or `cost`.
    pub dimension: String,
    /// Its period.
    #[serde(default)]
    pub per_ms: Option<u64>,
    /// How much it holds.
    #[serde(default)]
    pub limit: Option<u64>,
    /// How much of it is left.
    #[serde(default)]
    pub remaining: Option<u64>,
    /// How long until nothing of it is used any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_ms: Option<u64>,
}

/// What became of an attempt.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// The provider answered.
    Answered {
        /// What it took, where the provider said so.
        usage: Option<Usage>,
    },
    /// Refused for quota.
    Refused {
        /// The limits that the refusal named.
        limits: Vec<RefusedLimit>,
        /// When to come again, by its word.
        retry_after_ms: Option<u64>,
    },
    /// The provider has no capacity now.
    Overloaded {
        /// When to come again, by its word.
        retry_after_ms: Option<u64>,
    },
    /// A fault that another attempt may not meet.
    Fault {
        /// Whether the request may have arrived.
        sent: bool,
    },
    /// A stream that broke off after its first chunk: nobody may begin it again.
    Cut,
    /// The request is larger than the model takes.
    TooLarge,
    /// The request itself is refused.
    Rejected,
    /// The key is refused.
    BadKey,
    /// There is no money.
    NoMoney,
    /// The account does not have the model.
    ModelUnavailable,
    /// Nothing was sent.
    GivenBack,
}

/// Tokens that an attempt took.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    /// Of the prompt.
    pub input_tokens: u64,
    /// Of the answer.
    pub output_tokens: u64,
}

/// A limit as a refusal named it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct RefusedLimit {
    /// `requests`, `tokens`, `input_tokens`, `output_tokens`, `concurrency` or `cost`.
    pub dimension: String,
    /// Its period.
    pub per_ms: Option<u64>,
    /// How much it holds.
    pub amount: Option<u64>,
    /// How much of it was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<u64>,
}
