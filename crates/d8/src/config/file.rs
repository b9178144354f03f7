//! The tables of d8.toml as they are written; nothing here is judged yet. Places are kept for the errors.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::Deserialize;
use toml::Spanned;

use super::limit::table::LimitTable;
use crate::catalogue::ProviderTable;

/// A text and where it stands.
pub(crate) type Text = Spanned<String>;

/// The whole file.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    #[serde(default)]
    pub(crate) server: ServerTable,
    #[serde(default)]
    pub(crate) store: StoreTable,
    #[serde(default)]
    pub(crate) provider: Vec<ProviderTable>,
    #[serde(default)]
    pub(crate) account: Vec<AccountTable>,
    #[serde(default)]
    pub(crate) route: Vec<RouteTable>,
    #[serde(default)]
    pub(crate) worker: Vec<Spanned<WorkerTable>>,
    #[serde(default)]
    pub(crate) agent: Vec<AgentTable>,
}

/// `[server]`.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerTable {
    pub(crate) listen: Option<Text>,
    pub(crate) token: Option<Spanned<SecretText>>,
    pub(crate) worker_timeout: Option<Text>,
    pub(crate) max_pending: Option<Spanned<u64>>,
    pub(crate) allow_private_callbacks: Option<Spanned<bool>>,
}

/// `[store]`.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoreTable {
    pub(crate) url: Option<Text>,
}

/// `[[account]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountTable {
    pub(crate) name: Text,
    pub(crate) provider: Text,
    pub(crate) api_key: Option<Spanned<SecretText>>,
    pub(crate) tier: Option<Text>,
    pub(crate) models: Option<Spanned<Vec<Text>>>,
    pub(crate) concurrency: Option<Spanned<u32>>,
    pub(crate) base_url: Option<Text>,
    pub(crate) limits: Option<Spanned<Vec<Spanned<LimitTable>>>>,
    pub(crate) rpm: Option<Spanned<u64>>,
    pub(crate) rpd: Option<Spanned<u64>>,
    pub(crate) tpm: Option<Spanned<u64>>,
    pub(crate) tpd: Option<Spanned<u64>>,
    pub(crate) quota_group: Option<Text>,
    pub(crate) policy: Option<Text>,
}

/// `[[route]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RouteTable {
    pub(crate) name: Text,
    #[serde(default)]
    pub(crate) primary: Vec<Text>,
    #[serde(default)]
    pub(crate) backup: Vec<Text>,
    #[serde(default)]
    pub(crate) last_resort: Vec<Text>,
    pub(crate) patience: Option<Text>,
    pub(crate) last_resort_after: Option<Text>,
}

/// `[[worker]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkerTable {
    pub(crate) id: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) account: Option<Text>,
    pub(crate) timeout: Option<Text>,
}

/// `[[agent]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentTable {
    pub(crate) name: Text,
    pub(crate) every: Option<Text>,
    pub(crate) cron: Option<Text>,
    pub(crate) per_day: Option<Spanned<u32>>,
    pub(crate) zone: Option<Text>,
    pub(crate) active: Option<Text>,
    pub(crate) jitter: Option<Text>,
    pub(crate) overlap: Option<Text>,
    pub(crate) catch_up: Option<Text>,
    pub(crate) paused: Option<bool>,
    pub(crate) prompt: Spanned<toml::Value>,
    pub(crate) system: Option<Spanned<toml::Value>>,
    pub(crate) topics: Option<Spanned<toml::Value>>,
    pub(crate) vars: Option<BTreeMap<Text, Spanned<toml::Value>>>,
    pub(crate) route: Option<Text>,
    pub(crate) model: Option<Text>,
    pub(crate) priority: Option<Spanned<u32>>,
    pub(crate) max_tokens: Option<Spanned<u32>>,
    pub(crate) temperature: Option<Spanned<toml::Value>>,
    pub(crate) response_format: Option<Text>,
    pub(crate) schema: Option<Spanned<toml::Value>>,
    pub(crate) output: Option<Text>,
    pub(crate) webhook: Option<Text>,
    pub(crate) command: Option<Spanned<Vec<String>>>,
    pub(crate) command_timeout: Option<Text>,
}

/// A secret as it stands in the file, or the notation of where it is.
#[derive(Deserialize)]
#[serde(from = "String")]
pub(crate) struct SecretText(pub(crate) SecretString);

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(SecretString::from(text))
    }
}
