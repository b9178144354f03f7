//! The configuration: d8.toml, the environment and the catalogue, met in one resolved and typed [`Config`].
//!
//! The way of a setting, which is the reading order: `location` finds the files, `file` is d8.toml as written, `load`
//! brings all together; `server`, `store_location`, `written_accounts`, `found_accounts`, [`route`], [`worker`] and
//! [`agent`] judge one part each; [`limit`] is how limits become counts. What is wrong is a `fault`, drawn beside the
//! text by [`error`]. Nothing here asks the process or the clock: environment, folders and time are passed in.

pub mod account;
pub mod agent;
mod base_url;
mod cron;
mod draft;
pub mod env_names;
pub mod environment;
pub mod error;
pub mod explained;
pub(crate) mod fault;
mod file;
mod found_accounts;
pub mod limit;
mod load;
pub mod location;
mod mask;
pub mod remote_worker;
pub mod resolve;
pub mod route;
pub mod server;
pub mod store_location;
pub(crate) mod suggestion;
mod surroundings;
pub(crate) mod text_file;
pub(crate) mod toml_words;
pub mod worker;
mod written_accounts;
mod written_limits;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

pub use account::{Account, Model, Origin, Policy};
pub use agent::{Agent, ByLanguage, CatchUp, Hours, Overlap, Schedule, Template, Topic};
pub use environment::Environment;
pub use error::ConfigError;
pub use explained::Explained;
pub use limit::Limit;
pub use load::LoadOptions;
pub use location::UserFolders;
pub use resolve::UnknownModel;
pub use route::{DEFAULT_ROUTE, Patience, Route, Target};
pub use server::Server;
pub use store_location::StoreLocation;
pub use worker::WorkerRule;

use crate::catalogue::Catalogue;
pub use crate::catalogue::{HeaderStyle, Wire};

/// Reads a length of time as d8.toml writes it: "2s", "1h30m", "1d". Fails on anything else, and on none at all.
pub fn duration(text: &str) -> Result<std::time::Duration, ConfigError> {
    limit::period::duration(text).map_err(ConfigError::from)
}

/// Reads an address to listen at as d8.toml writes it: `127.0.0.1:5000`, `[::1]:0`, `localhost:5000`.
pub fn listen_address(text: &str) -> Result<std::net::SocketAddr, ConfigError> {
    server::address(text).map_err(ConfigError::from)
}

/// Completes a base URL as d8.toml takes it: a bare origin gets `path`. The complaint does not repeat the text.
pub fn complete_base_url(text: &str, path: &str) -> Result<String, ConfigError> {
    base_url::complete(text, path).map_err(ConfigError::from)
}

/// Everything that was set, or has its default.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen, and who may come in.
    pub server: Server,
    /// Where the truth is kept.
    pub store: StoreLocation,
    /// Those of d8.toml in their order, then those found in the environment.
    pub accounts: Vec<Account>,
    /// Those of d8.toml in their order; one named `default` is always there.
    pub routes: Vec<Route>,
    /// Nobody wrote a route named `default`: it takes whatever there is, accounts that workers bring too.
    pub default_is_implied: bool,
    /// In their order: the first that names a worker counts.
    pub workers: Vec<WorkerRule>,
    /// In their order.
    pub agents: Vec<Agent>,
    /// What is odd but allowed; to be shown once at the start, each a line.
    pub notices: Vec<String>,
    /// The d8.toml that was read.
    pub file: Option<PathBuf>,
    /// The environment with what `.env` files added.
    pub env: Environment,
    /// What is known of providers, the `[[provider]]` entries of d8.toml among it.
    pub catalogue: Arc<Catalogue>,
}

impl Config {
    /// The account of this name.
    pub fn account(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name == name)
    }

    /// The same configuration in a world that runs `speed` times as fast: periods of limits and the patience of routes.
    pub fn scaled(&self, speed: u32) -> Self {
        Self {
            accounts: self.accounts.iter().map(|account| account.scaled(speed)).collect(),
            routes: self.routes.iter().map(|route| route.scaled(speed)).collect(),
            ..self.clone()
        }
    }
}
