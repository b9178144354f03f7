//! Another configuration without a restart: d8.toml and `.env` are read again, and what changed comes into force as a whole.
//!
//! A faulty file changes nothing. [`difference`] tells what is new, [`Reloader`] brings it into force: it makes what new
//! accounts are served with, hands everything to the engine's loop (`orchestrator/turn/reform`), and keeps what is in force
//! to compare the next one with. What the process holds from its start (its address, its token, its store) stays.

mod difference;
mod hands;
mod words;

use std::collections::BTreeSet;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use utoipa::ToSchema;

pub use difference::{Difference, difference};

use crate::agents::Agents;
use crate::config::Config;
use crate::orchestrator::{Opened, Reform};
use crate::worker::Surroundings;

/// Reads the configuration as it stands now; fails with what is wrong, in words.
pub type Read = Box<dyn Fn() -> Result<Config, String> + Send + Sync>;

/// What came of it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Reloaded {
    /// What is in force now and was not before.
    pub changes: Vec<Difference>,
    /// Settings that differ in the file and need a restart, as d8.toml calls them.
    pub restart: Vec<String>,
    /// What is odd in it but allowed.
    pub notices: Vec<String>,
}

/// Why everything is as it was.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Failed {
    /// The file cannot be used.
    #[error("{0}")]
    Faulty(String),
    /// The engine has stopped.
    #[error(transparent)]
    Stopped(#[from] crate::orchestrator::Stopped),
}

/// Brings configurations into force.
pub struct Reloader {
    read: Read,
    surroundings: Surroundings,
    speed: u32,
    agents: Agents,
    current: Mutex<Current>,
}

/// What is in force.
struct Current {
    config: Config,
    /// Accounts that have a worker in this process, or had one.
    served: BTreeSet<String>,
}

impl Reloader {
    /// For an orchestrator that began with `config`.
    pub fn new(opened: &Opened, agents: Agents, config: Config, read: Read) -> Self {
        let served = config.accounts.iter().filter(|account| account.is_served_here());
        Self {
            read,
            surroundings: Surroundings {
                handle: opened.handle.clone(),
                clock: opened.clock,
                tally: opened.tally.clone(),
                sinks: opened.sinks.clone(),
            },
            speed: 1,
            agents,
            current: Mutex::new(Current {
                served: served.map(|account| account.name.clone()).collect(),
                config,
            }),
        }
    }

    /// Reads the configuration again and brings it into force. One at a time; what happened is in the log too.
    pub async fn reload(&self) -> Result<Reloaded, Failed> {
        let done = self.take_over().await;
        match &done {
            Ok(reloaded) => reloaded
                .in_words()
                .iter()
                .for_each(|line| tracing::info!("reload: {line}")),
            Err(failed) => tracing::error!("reload: nothing has changed: {failed}"),
        }
        done
    }

    async fn take_over(&self) -> Result<Reloaded, Failed> {
        let mut current = self.current.lock().await;
        let mut config = tokio::task::block_in_place(|| (self.read)()).map_err(Failed::Faulty)?;
        let restart = keep_what_is_fixed(&current.config, &mut config);
        let changes = difference(&current.config, &config);
        let (hands, served) = self.hands(&current, &config).map_err(Failed::Faulty)?;
        let reform = Reform {
            config: config.clone(),
            hands,
        };
        self.surroundings.handle.reform(reform).await?;
        if current.config.agents != config.agents {
            self.agents.appoint(config.agents.clone()).await?;
        }
        let notices = config.notices.clone();
        *current = Current { config, served };
        Ok(Reloaded {
            changes,
            restart,
            notices,
        })
    }
}

/// What the process has from its start stays as it is: its sockets, the token at its doors, its store. Gives back what
/// differs, as d8.toml calls it.
fn keep_what_is_fixed(running: &Config, config: &mut Config) -> Vec<String> {
    let token = |config: &Config| {
        config
            .server
            .token
            .as_ref()
            .map(|token| token.expose_secret().to_owned())
    };
    let (ours, theirs) = (&running.server, &config.server);
    let differs = [
        ("server.listen", ours.listen != theirs.listen),
        ("server.token", token(running) != token(config)),
        (
            "server.allow_private_callbacks",
            ours.allow_private_callbacks != theirs.allow_private_callbacks,
        ),
        ("store.url", running.store != config.store),
    ];
    let names = differs.iter().filter(|(_, differs)| *differs);
    let names = names.map(|(name, _)| (*name).to_owned()).collect();
    config.server.listen = running.server.listen;
    config.server.token.clone_from(&running.server.token);
    config.server.allow_private_callbacks = running.server.allow_private_callbacks;
    config.store.clone_from(&running.store);
    names
}

#[cfg(test)]
mod tests;
