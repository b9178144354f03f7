//! The catalogue: what is known of providers and their models before anything was learnt from the wire.
//!
//! The data is `catalogue.toml`; a provider that speaks a known wire is an entry there and no code. Every entry says when
//! it was true and where that was read.

mod entry;
mod fields;
pub(crate) mod price;
pub(crate) mod said;
mod table;

use std::sync::{Arc, LazyLock};

use d8_core::limit::Window;
use d8_core::money::Price;
use d8_core::time::Timestamp;
use d8_core::usage::OutputCharge;

use crate::config::limit::period::Period;
use crate::config::limit::rule::Kind;
use crate::config::limit::scope::Spread;
use crate::config::limit::table::WrittenLimit;
use crate::words::language::Language;

pub(crate) use entry::with_entries;
pub(crate) use table::ProviderTable;

/// All providers, in the order of the file.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// The entries.
    pub providers: Vec<Provider>,
}

/// The dialect that a provider's HTTP API speaks.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Wire {
    /// OpenAI's chat completions.
    OpenAi,
    /// Gemini's generateContent.
    Gemini,
}

/// Whose names a provider's rate-limit headers bear.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum HeaderStyle {
    /// `x-ratelimit-*`: requests of the day, tokens of the minute.
    Groq,
    /// `x-ratelimit-*` as OpenAI means them.
    OpenAi,
    /// `x-ratelimit-*-req-minute`, `-tokens-minute`.
    Mistral,
    /// `x-ratelimit-*-{requests,tokens}-{minute,hour,day}`.
    Cerebras,
    /// `x-ratelimit-*-requests`, `-requests-day`.
    SambaNova,
    /// None that tell the limits in force.
    None,
}

/// When an entry was true and where that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Provenance {
    /// `2026-08-14`; none where the user wrote it and gave none.
    pub date: Option<String>,
    /// The document; `d8.toml` for what the user wrote.
    pub source: String,
}

/// One provider.
#[derive(Clone, Debug)]
pub struct Provider {
    /// The word in d8.toml.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// Its wire; none for one that D8 does not speak yet.
    pub wire: Option<Wire>,
    /// `https://api.groq.com`; none where the user must say it.
    pub origin: Option<String>,
    /// `/openai/v1`: what a bare origin gets.
    pub path: String,
    /// Variables that may hold its key, the first that is set counts.
    pub key_env: Vec<String>,
    /// The variable for another base URL.
    pub base_url_env: Option<String>,
    /// The page where its user makes a key; none where it has none.
    pub keys_at: Option<String>,
    /// How its keys have begun; one that begins otherwise may still be right.
    pub key_begins: Vec<String>,
    /// Its rate-limit headers.
    pub headers: HeaderStyle,
    /// When it charges output tokens.
    pub output_charge: OutputCharge,
    /// Output tokens to reserve for a request that names no maximum.
    pub default_output_tokens: u32,
    /// It runs on a machine of the user's: nothing to pay, no key needed.
    pub local: bool,
    /// Requests open at once, unless the user says otherwise.
    pub concurrency: u32,
    /// Its models, the default first.
    pub models: Vec<ModelEntry>,
    /// Its tiers, the default first.
    pub tiers: Vec<Tier>,
    /// Of all the above.
    pub provenance: Provenance,
}

/// One model of a provider.
#[derive(Clone, Debug)]
pub struct ModelEntry {
    /// What requests name.
    pub id: String,
    /// What the provider counts it as: ids with one base share its limits.
    pub base: String,
    /// The list price of a token; none where it is not known.
    pub price: Option<Price>,
    /// Of the price.
    pub provenance: Provenance,
}

/// The limits of one plan of a provider.
#[derive(Clone, Debug)]
pub struct Tier {
    /// The word in d8.toml.
    pub name: String,
    /// Requests cost nothing.
    pub free: bool,
    /// It is no longer in force and kept for comparison.
    pub past: bool,
    /// The models that it serves, its default first.
    pub models: Vec<String>,
    /// It serves whatever the provider has.
    pub serves_all: bool,
    /// Its limits; none are known where it is empty.
    pub(crate) limits: Vec<WrittenLimit>,
    /// Of the limits.
    pub provenance: Provenance,
}

static BUILTIN: LazyLock<Arc<Catalogue>> = LazyLock::new(|| {
    let read = entry::read(include_str!("catalogue.toml"));
    Arc::new(read.expect("the built-in catalogue is right: a test reads it"))
});

impl Catalogue {
    /// The catalogue that is built into the program.
    pub fn builtin() -> &'static Arc<Self> {
        &BUILTIN
    }

    /// The provider with this id.
    pub fn provider(&self, id: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.id == id)
    }
}

impl Tier {
    /// Its limits for people: the models that a limit is for ("*" for all), whether they share it, and "30 requests a minute".
    pub fn limits_in_words(&self) -> Vec<(String, bool, String)> {
        let line = |limit: &WrittenLimit| match &limit.spread {
            Spread::Each(patterns) => (patterns.0.join(", "), false, limit.terms.label(Language::spoken())),
            Spread::Shared(patterns) => (patterns.0.join(", "), true, limit.terms.label(Language::spoken())),
        };
        self.limits.iter().map(line).collect()
    }
}

impl Provider {
    /// The tier of this name.
    pub fn tier(&self, name: &str) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.name == name)
    }

    /// When its days end, by the first tier that knows.
    pub(crate) fn day(&self, now: Timestamp) -> Option<Window> {
        let limits = self.tiers.iter().flat_map(|tier| &tier.limits);
        let ends = |limit: &&WrittenLimit| matches!(limit.terms.kind, Kind::Resets(_) | Kind::Fixed);
        let mut days = limits.filter(|limit| limit.terms.period == Period::DAY).filter(ends);
        days.next().map(|limit| limit.terms.window(now))
    }

    /// The tier of an account that names none: free where there is one.
    pub fn default_tier(&self) -> &Tier {
        // The reader refuses a provider without tiers.
        &self.tiers[0]
    }

    /// The plan after a tier, as a user would move up; none for one that is past, or the last.
    pub fn next_tier(&self, tier: &Tier) -> Option<&Tier> {
        let mut after = self.tiers.iter().skip_while(|other| other.name != tier.name).skip(1);
        after.find(|other| !other.past).filter(|_| !tier.past)
    }

    /// What is known of a model.
    pub fn model(&self, id: &str) -> Option<&ModelEntry> {
        self.models.iter().find(|model| model.id == id)
    }

    /// What it is called in the middle of a sentence: its title, or its id where the title is none of a company but says
    /// what is meant.
    pub fn called(&self) -> &str {
        match self.id.as_str() {
            id @ "openai-compatible" => id,
            _ => &self.title,
        }
    }

    /// The base URL without any setting: `https://api.groq.com/openai/v1`.
    pub fn base_url(&self) -> Option<String> {
        self.origin.as_ref().map(|origin| format!("{origin}{}", self.path))
    }
}

#[cfg(test)]
mod tests;
