//! `d8 reload`: d8.toml and `.env` are read again by the orchestrator that runs.

use clap::Args;
use serde_json::json;

use super::{Failure, NOT_STARTED, OK, config, say, tell};
use crate::client::reach::Reach;
use crate::client::{Client, ClientError};
use crate::config::Config;
use crate::reload::Reloaded;
use crate::text;

/// Let a running orchestrator read d8.toml and .env again: what changed comes into force, nothing is lost.
#[derive(Debug, Args)]
#[command(
    after_help = "A faulty file changes nothing; the error says what is wrong with it. What is under way ends as it would have, and\n\
  what was spent stays spent. On Linux and macOS SIGHUP does the same.\n\n\
  Examples:\n  \
  d8 reload\n  \
  d8 config check d8.toml && d8 reload\n  \
  d8 reload --json | jq .changes"
)]
pub(super) struct ReloadArguments {
    #[command(flatten)]
    reach: Reach,
}

pub(super) async fn run(arguments: ReloadArguments) -> Result<u8, Failure> {
    reload(&arguments.reach.open().await?, arguments.reach.json).await
}

/// Lets that orchestrator read its files again, and says what changed.
pub(super) async fn reload(client: &Client, json: bool) -> Result<u8, Failure> {
    let answer = match client.post(&["api", "reload"], &json!({})).await {
        Ok(answer) => answer,
        Err(ClientError::Refused { code, message, .. }) if code == "faulty_configuration" => {
            return Err(Failure {
                code: NOT_STARTED,
                message,
                hints: vec![text!("reload-faulty")],
            });
        }
        Err(error) => return Err(explained(error)),
    };
    if json {
        tell(&answer.text);
        return Ok(OK);
    }
    let reloaded: Reloaded = answer.read()?;
    for notice in &reloaded.notices {
        say(&text!("config-note", notice = notice.as_str()));
    }
    for change in &reloaded.changes {
        tell(&change.in_words());
    }
    if reloaded.changes.is_empty() {
        say(&text!("reload-nothing"));
    }
    for restart in reloaded.restarts() {
        say(&restart);
    }
    Ok(OK)
}

/// Where the orchestrator is stands in the same d8.toml: if that is faulty, this is why nobody was found.
fn explained(error: ClientError) -> Failure {
    let unreachable = matches!(error, ClientError::Unreachable { .. });
    let faulty = || Config::load(config::options(None).ok()?).err();
    match unreachable.then(faulty).flatten() {
        Some(problem) => Failure::not_started(problem.to_string()).hint(text!("reload-faulty")),
        None => error.into(),
    }
}
