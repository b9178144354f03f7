//! An account before its limits are settled: accounts of one quota settle theirs together.

use secrecy::SecretString;

use super::account::{Account, Model, Origin, Policy, costs_nothing, model};
use super::limit::group::{WroteLimits, united};
use super::limit::rule::{Rule, expand};
use crate::catalogue::{Catalogue, Provider, Tier, Wire};
use crate::secret::fingerprint;
use d8_core::limit::Standing;
use d8_core::time::Timestamp;

/// All of an account but its limits.
pub(crate) struct Draft<'a> {
    pub(crate) name: String,
    pub(crate) provider: &'a Provider,
    pub(crate) wire: Wire,
    pub(crate) tier: &'a Tier,
    pub(crate) base_url: String,
    pub(crate) api_key: Option<SecretString>,
    pub(crate) models: Vec<Model>,
    pub(crate) quota_group: Option<String>,
    pub(crate) concurrency: u32,
    pub(crate) rules: Vec<Rule>,
    pub(crate) wrote_limits: WroteLimits,
    pub(crate) policy: Policy,
    pub(crate) origin: Origin,
}

impl<'a> Draft<'a> {
    /// An account of which only the catalogue says anything: all models of the provider's default tier.
    pub(crate) fn of_catalogue(name: String, provider: &'a Provider, wire: Wire) -> Self {
        let tier = provider.default_tier();
        Self {
            name,
            provider,
            wire,
            tier,
            base_url: provider.base_url().unwrap_or_default(),
            api_key: None,
            models: Vec::new(),
            quota_group: None,
            concurrency: provider.concurrency,
            rules: Vec::new(),
            wrote_limits: WroteLimits::No,
            policy: Policy::D8,
            origin: Origin::Environment,
        }
        .with_models(tier, &tier.models)
    }

    /// The same account in a tier and with these models, under the limits that the catalogue knows for them.
    fn with_models(mut self, tier: &'a Tier, ids: &[String]) -> Self {
        self.tier = tier;
        self.models = ids.iter().map(|id| model(self.provider, tier, id)).collect();
        self.rules = expand(&tier.limits, &self.models, Standing::Belief);
        self.rules.push(Rule::concurrency(self.concurrency, Standing::Belief));
        self
    }
}

impl Account {
    /// The account of a worker that brings a key which is not known here, under the catalogue's limits. `quota_key` is
    /// the key's fingerprint. None where the provider or tier is unknown, its wire is not spoken, or no model is named.
    pub fn brought(
        name: String,
        provider: &str,
        tier: Option<&str>,
        models: &[String],
        quota_key: String,
        now: Timestamp,
    ) -> Option<Self> {
        let provider = Catalogue::builtin().provider(provider)?;
        let tier = tier.map_or(Some(provider.default_tier()), |name| provider.tier(name))?;
        let models = if models.is_empty() { &tier.models } else { models };
        let account = Self::reckoned(name, provider, tier, models, quota_key, now);
        (provider.wire.is_some() && !account.models.is_empty()).then_some(Self {
            origin: Origin::Worker,
            ..account
        })
    }

    /// An account under the catalogue's limits alone, to reckon with: it has no key, and where D8 does not speak the
    /// provider's wire, its own is not the provider's.
    pub fn reckoned(
        name: String,
        provider: &Provider,
        tier: &Tier,
        models: &[String],
        quota_key: String,
        now: Timestamp,
    ) -> Self {
        let wire = provider.wire.unwrap_or(Wire::OpenAi);
        let draft = Draft::of_catalogue(name, provider, wire).with_models(tier, models);
        draft.account(quota_key, &draft.rules, now)
    }
}

impl Draft<'_> {
    /// Whose ledger it spends.
    pub(crate) fn quota_key(&self) -> String {
        match &self.quota_group {
            Some(group) => format!("{}:{group}", self.provider.id),
            None => fingerprint(&self.provider.id, &self.base_url, self.api_key.as_ref()),
        }
    }

    fn account(&self, quota_key: String, rules: &[Rule], now: Timestamp) -> Account {
        let free = self
            .models
            .first()
            .is_some_and(|model| costs_nothing(self.provider, self.tier, &model.id));
        Account {
            name: self.name.clone(),
            provider: self.provider.id.clone(),
            wire: self.wire,
            base_url: self.base_url.clone(),
            api_key: self.api_key.clone(),
            tier: self.tier.name.clone(),
            limits: rules
                .iter()
                .filter_map(|rule| rule.limit(&quota_key, &self.models, now))
                .collect(),
            models: self.models.clone(),
            day: self.provider.day(now),
            quota_key,
            local: self.provider.local,
            concurrency: self.concurrency,
            header_style: self.provider.headers,
            policy: self.policy,
            origin: self.origin,
            free,
        }
    }
}

/// The accounts, each under the limits of its whole quota group.
pub(crate) fn settle(drafts: &[Draft<'_>], now: Timestamp) -> Vec<Account> {
    drafts
        .iter()
        .map(|draft| {
            let key = draft.quota_key();
            let group = drafts.iter().filter(|other| other.quota_key() == key);
            let rules = united(group.map(|other| (other.rules.as_slice(), other.wrote_limits)), &key);
            draft.account(key, &rules, now)
        })
        .collect()
}
