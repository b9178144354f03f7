//! What a server has: the models that it lists.

use std::time::Duration;

use serde_json::Value;

use crate::clock::Clock;
use crate::config::Account;
use crate::probe::{Probed, Verdict};
use crate::worker::{Cause, NoReply, Provider};

/// A list is there at once, or nobody is.
const PATIENCE: Duration = Duration::from_secs(10);

/// The ids in the answer of `/models` on OpenAI's wire, in its order. Empty where there is no such answer: not every server
/// has one, and it is no fault.
///
/// # Errors
/// No server was reached: in words, and what to do next.
pub async fn models(account: &Account, title: &str) -> Result<Vec<String>, (String, Option<String>)> {
    let Ok(provider) = Provider::new(account, 1) else {
        return Ok(Vec::new());
    };
    let fault = match tokio::time::timeout(PATIENCE, list(&provider)).await {
        Ok(Ok(body)) => return Ok(ids(&body).unwrap_or_default()),
        Ok(Err(no_reply)) if matches!(no_reply.cause, Cause::Refused | Cause::Dns | Cause::Unreachable) => no_reply,
        // Somebody is there, who may answer questions all the same.
        _ => return Ok(Vec::new()),
    };
    let probed = Probed {
        model: String::new(),
        verdict: Verdict::NoNetwork {
            cause: fault.cause,
            words: fault.message,
        },
        seen: None,
        counted: None,
    };
    Err((probed.in_words(title, Clock::start().now()), probed.next_step()))
}

/// What starts a server of this kind; none where it is not known.
pub fn start_command(provider: &str) -> Option<&'static str> {
    Some(match provider {
        "ollama" => "ollama serve",
        "llamacpp" => "llama-server -m MODEL.gguf",
        "vllm" => "vllm serve MODEL",
        _ => return None,
    })
}

fn ids(body: &[u8]) -> Option<Vec<String>> {
    let body: Value = serde_json::from_slice(body).ok()?;
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
