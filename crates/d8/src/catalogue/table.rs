//! An entry of the catalogue as it is written, in `catalogue.toml` and as `[[provider]]` in d8.toml alike; nothing here is
//! judged yet. Places are kept for the errors.

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::config::limit::scope::Patterns;
use crate::config::limit::table::LimitTable;

/// A text and where it stands.
pub(super) type Text = Spanned<String>;

/// The whole of `catalogue.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) provider: Vec<ProviderTable>,
}

/// `[[provider]]`. What is left out stays as it is where the entry is known, and has its default where it is new.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderTable {
    pub(super) id: Text,
    pub(super) title: Option<String>,
    pub(super) wire: Option<Text>,
    pub(super) origin: Option<Text>,
    pub(super) path: Option<Text>,
    pub(super) key_env: Option<Vec<Text>>,
    pub(super) base_url_env: Option<Text>,
    pub(super) keys_at: Option<String>,
    pub(super) key_begins: Option<Vec<String>>,
    pub(super) headers: Option<Text>,
    pub(super) output_charge: Option<Text>,
    pub(super) default_output_tokens: Option<u32>,
    pub(super) local: Option<bool>,
    pub(super) concurrency: Option<Spanned<u32>>,
    pub(super) date: Option<Datetime>,
    pub(super) source: Option<String>,
    #[serde(default)]
    pub(super) models: Vec<ModelTable>,
    #[serde(default)]
    pub(super) tier: Vec<TierTable>,
}

/// One of `models`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelTable {
    pub(super) id: Text,
    pub(super) base: Option<String>,
    pub(super) price: Option<PriceTable>,
    pub(super) date: Option<Datetime>,
    pub(super) source: Option<String>,
}

/// Dollars for a million tokens.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceTable {
    pub(super) input: Text,
    pub(super) output: Text,
}

/// `[[provider.tier]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TierTable {
    pub(super) name: Text,
    pub(super) free: Option<bool>,
    pub(super) past: Option<bool>,
    /// Left out: all models of the provider.
    pub(super) models: Option<Vec<Text>>,
    pub(super) quota: Option<Vec<QuotaTable>>,
    pub(super) date: Option<Datetime>,
    pub(super) source: Option<String>,
}

/// The same limits for each of some models.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuotaTable {
    pub(super) each: Option<Spanned<Patterns>>,
    pub(super) limits: Vec<Spanned<LimitTable>>,
}
