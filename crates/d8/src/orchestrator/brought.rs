//! Accounts that workers bring: what of them is kept, so that they are there again after a restart.

use d8_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::Account;

/// The account of one of D8's own workers whose key the orchestrator does not have.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Brought {
    /// Its name.
    #[serde(rename = "brought")]
    pub(super) name: String,
    pub(super) provider: String,
    pub(super) base_url: String,
    /// The key's: the key itself is on the worker's machine.
    pub(super) fingerprint: String,
    pub(super) tier: Option<String>,
    pub(super) models: Vec<String>,
}

impl Brought {
    /// As it is kept.
    pub(super) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| self.name.clone())
    }

    /// Reads what was kept. `None` for the plain name of an account.
    pub(super) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The account, by the catalogue. `None` where that does not know the provider, or no models.
    pub(super) fn account(&self, now: Timestamp, speed: u32) -> Option<Account> {
        let account = Account::brought(
            self.name.clone(),
            &self.provider,
            self.tier.as_deref(),
            &self.models,
            self.fingerprint.clone(),
            now,
        )?;
        let account = Account {
            base_url: self.base_url.clone(),
            ..account
        };
        Some(if speed > 1 { account.scaled(speed) } else { account })
    }
}

/// The name of the account of a worker of the Hive that nobody named.
pub(super) fn visitor_name(worker: &str) -> String {
    format!("worker:{}", worker.replace('/', "-"))
}
