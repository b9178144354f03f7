//! What a user types to choose an orchestrator, the same for every command that talks to one.

use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;

use super::{Client, find};
use crate::cli::Failure;
use crate::clock::Clock;
use crate::config::LoadOptions;
use crate::text;

/// Where the orchestrator is, and how to print what it says.
#[derive(Clone, Debug, Args)]
pub(crate) struct Reach {
    /// The orchestrator. Default: ORCHESTRATOR_URL, whoever holds the store, http://127.0.0.1:5000.
    #[arg(long, value_name = "URL", help_heading = "Connection")]
    orchestrator: Option<SecretString>,
    /// The configuration that names the store; default: ./d8.toml, then the user's own.
    #[arg(long, value_name = "FILE", help_heading = "Connection")]
    pub(crate) config: Option<PathBuf>,
    /// Print what the HTTP API answers, as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

impl Reach {
    /// A client of the orchestrator that is meant.
    pub(crate) async fn open(&self) -> Result<Client, Failure> {
        let options = LoadOptions::of_process(self.config.clone(), Clock::start().now())
            .map_err(|error| Failure::not_started(text!("folder-unreadable", error = error.to_string())))?;
        let addresses = find::addresses(self.orchestrator.as_ref(), options)?;
        Ok(Client::open(addresses).await?)
    }
}
