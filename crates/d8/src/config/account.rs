//! An account: one credential at a provider, or one local server, with its models and the limits it lives under.

use d8_core::limit::Window;
use d8_core::money::Price;
use d8_core::usage::CostRule;
use secrecy::SecretString;

use super::limit::Limit;
use crate::catalogue::{HeaderStyle, Provider, Tier, Wire};

/// One account, all its settings resolved.
#[derive(Clone, Debug)]
pub struct Account {
    /// What routes call it; holds no slash.
    pub name: String,
    /// Its entry of the catalogue.
    pub provider: String,
    /// The dialect to speak.
    pub wire: Wire,
    /// With the version path and without a slash at its end.
    pub base_url: String,
    /// Its key; none where it needs none, or where a worker brings it.
    pub api_key: Option<SecretString>,
    /// Its tier of the catalogue.
    pub tier: String,
    /// Its models, the default first; never empty.
    pub models: Vec<Model>,
    /// Its limits, fully expanded; concurrency is one of them.
    pub limits: Vec<Limit>,
    /// Whose ledger it spends: the same for all accounts of one quota, whatever their names.
    pub quota_key: String,
    /// It runs on a machine of the user's.
    pub local: bool,
    /// When the provider's days end, where the catalogue knows.
    pub day: Option<Window>,
    /// Requests open at once, over all workers.
    pub concurrency: u32,
    /// Its rate-limit headers.
    pub header_style: HeaderStyle,
    /// How its requests are let out.
    pub policy: Policy,
    /// Where it comes from.
    pub origin: Origin,
    /// Its default model costs nothing in its tier, by the catalogue.
    pub free: bool,
}

/// One model of an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Model {
    /// What requests name.
    pub id: String,
    /// What the provider counts it as.
    pub base: String,
    /// What a task takes of the limits; its price is zero in a free tier.
    pub cost_rule: CostRule,
    /// What a token costs outside of a free tier; none where it is not known.
    pub list_price: Option<Price>,
}

/// How an account's requests are let out. All but the first are for comparison.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum Policy {
    /// By the ledger.
    #[default]
    D8,
    /// As the Hive's plain worker does.
    Plain,
    /// As the Hive's resilient worker does.
    Resilient,
    /// As the Hive's Groq worker does.
    Groq,
}

impl Policy {
    /// As d8.toml has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::D8 => "d8",
            Self::Plain => "plain",
            Self::Resilient => "resilient",
            Self::Groq => "groq",
        }
    }
}

/// Where an account comes from.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// It is written in d8.toml.
    File,
    /// Its key is in the environment or in `.env`.
    Environment,
    /// A worker brings its key.
    Worker,
}

impl Account {
    /// The model of a request that names the account and none of its models.
    pub fn default_model(&self) -> Option<&Model> {
        self.models.first()
    }

    /// What stands for its credential, wherever it is used.
    pub fn fingerprint(&self) -> String {
        match self.origin {
            Origin::Worker => self.quota_key.clone(),
            Origin::File | Origin::Environment => {
                crate::secret::fingerprint(&self.provider, &self.base_url, self.api_key.as_ref())
            }
        }
    }

    /// Whether this process can call it: its key is here, or it needs none.
    pub fn is_served_here(&self) -> bool {
        self.api_key.is_some() || self.local
    }

    /// Whether the ledger lets its requests out. A worker elsewhere knows no other policy.
    pub fn is_held_by_ledger(&self) -> bool {
        self.policy == Policy::D8 || !self.is_served_here()
    }

    /// Whether requests may name this model here.
    pub fn serves(&self, model: &str) -> bool {
        self.models.iter().any(|own| own.id == model)
    }

    /// The same account where time runs `speed` times as fast.
    pub fn scaled(&self, speed: u32) -> Self {
        Self {
            limits: self.limits.iter().map(|limit| limit.scaled(speed)).collect(),
            day: None,
            ..self.clone()
        }
    }
}

/// A model of an account in a tier, known to the catalogue or not.
pub(crate) fn model(provider: &Provider, tier: &Tier, id: &str) -> Model {
    let known = provider.model(id);
    let list_price = known.and_then(|entry| entry.price);
    let price = if costs_nothing(provider, tier, id) {
        None
    } else {
        list_price
    };
    Model {
        id: id.to_owned(),
        base: known.map_or_else(|| id.to_owned(), |entry| entry.base.clone()),
        cost_rule: CostRule {
            output_charge: provider.output_charge,
            default_output_tokens: provider.default_output_tokens,
            price: price.unwrap_or_default(),
        },
        list_price,
    }
}

/// Whether a model costs nothing in a tier, as far as the catalogue knows. A free tier is free only for the models that
/// it lists: at some providers the others are charged to the same key.
pub(crate) fn costs_nothing(provider: &Provider, tier: &Tier, id: &str) -> bool {
    let listed_free = tier.free && tier.models.iter().any(|listed| listed == id);
    let priced_zero = provider
        .model(id)
        .is_some_and(|entry| entry.price == Some(Price::default()));
    provider.local || listed_free || priced_zero
}
