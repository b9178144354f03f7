//! What a server has: the models that it lists.

use std::time::Duration;

use serde_json::Value;

use crate::clock::Clock;
use crate::config::Account;
use crate::worker::{NoReply, Provider};

/// A list is there at once, or nobody is.
const PATIENCE: Duration = Duration::from_secs(10);

/// The ids in the answer of `/models` on OpenAI's wire, in its order. None where there is no such answer: not every server
/// has one, and it is no fault.
pub async fn models(account: &Account) -> Option<Vec<String>> {
    let provider = Provider::new(account, 1).ok()?;
    let body = tokio::time::timeout(PATIENCE, list(&provider)).await.ok()?.ok()?;
    let body: Value = serde_json::from_slice(&body).ok()?;
    let models = body["data"].as_array()?.iter();
    Some(
        models
            .filter_map(|model| Some(model["id"].as_str()?.to_owned()))
            .collect(),
    )
}

async fn list(provider: &Provider) -> Result<Vec<u8>, NoReply> {
    provider.get("/models", Clock::start()).await?.read().await
}
