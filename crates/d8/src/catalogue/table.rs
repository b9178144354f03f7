//! The catalogue's file and what it means.

use std::ops::Range;

use d8_core::money::Price;
use d8_core::usage::OutputCharge;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::{Catalogue, HeaderStyle, ModelEntry, Provenance, Provider, Tier, Wire, price};
use crate::config::error::ConfigError;
use crate::config::fault::Fault;
use crate::config::limit::scope::{Patterns, Spread};
use crate::config::limit::table::{LimitTable, WrittenLimit};
use crate::config::toml_words;

/// Open at once at a local server, unless the entry says otherwise.
const LOCAL_CONCURRENCY: u32 = 4;
/// At a hosted one: no cap of its own, its limits decide.
const HOSTED_CONCURRENCY: u32 = 512;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    provider: Vec<ProviderTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderTable {
    id: Spanned<String>,
    title: String,
    wire: WireName,
    origin: Option<String>,
    path: String,
    #[serde(default)]
    key_env: Vec<String>,
    base_url_env: Option<String>,
    keys_at: Option<String>,
    #[serde(default)]
    key_begins: Vec<String>,
    headers: HeaderName,
    output_charge: ChargeName,
    default_output_tokens: u32,
    #[serde(default)]
    local: bool,
    concurrency: Option<u32>,
    date: Datetime,
    source: String,
    #[serde(default)]
    models: Vec<ModelTable>,
    tier: Vec<TierTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelTable {
    id: String,
    base: Option<String>,
    price: Option<PriceTable>,
    date: Datetime,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceTable {
    input: Spanned<String>,
    output: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TierTable {
    name: Spanned<String>,
    #[serde(default)]
    free: bool,
    /// Left out: all models of the provider.
    models: Option<Vec<String>>,
    #[serde(default)]
    quota: Vec<QuotaTable>,
    date: Datetime,
    source: String,
}

/// The same limits for each of some models.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuotaTable {
    each: Option<Patterns>,
    limits: Vec<Spanned<LimitTable>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum WireName {
    OpenAi,
    Gemini,
    Anthropic,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum HeaderName {
    Groq,
    OpenAi,
    Mistral,
    Cerebras,
    SambaNova,
    None,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ChargeName {
    AtAdmission,
    AsProduced,
}

/// Reads a catalogue. Fails with the line where the file is wrong.
pub(crate) fn read(text: &str) -> Result<Catalogue, ConfigError> {
    parse(text).map_err(|fault| ConfigError::new(fault, "catalogue.toml", text))
}

fn parse(text: &str) -> Result<Catalogue, Fault> {
    let file: File = toml::from_str(text).map_err(|error| toml_words::fault(&error))?;
    Ok(Catalogue {
        providers: file.provider.into_iter().map(provider).collect::<Result<_, _>>()?,
    })
}

fn provider(table: ProviderTable) -> Result<Provider, Fault> {
    if table.tier.is_empty() {
        return Err(Fault::new("a provider needs a tier").at(table.id.span()));
    }
    let models: Vec<ModelEntry> = table.models.into_iter().map(model).collect::<Result<_, _>>()?;
    let tiers = table
        .tier
        .into_iter()
        .map(|table| tier(table, &models))
        .collect::<Result<_, _>>()?;
    let default_concurrency = if table.local {
        LOCAL_CONCURRENCY
    } else {
        HOSTED_CONCURRENCY
    };
    Ok(Provider {
        id: table.id.into_inner(),
        title: table.title,
        wire: match table.wire {
            WireName::OpenAi => Some(Wire::OpenAi),
            WireName::Gemini => Some(Wire::Gemini),
            WireName::Anthropic => None,
        },
        origin: table.origin,
        path: table.path,
        key_env: table.key_env,
        base_url_env: table.base_url_env,
        keys_at: table.keys_at,
        key_begins: table.key_begins,
        headers: headers(&table.headers),
        output_charge: match table.output_charge {
            ChargeName::AtAdmission => OutputCharge::AtAdmission,
            ChargeName::AsProduced => OutputCharge::AsProduced,
        },
        default_output_tokens: table.default_output_tokens,
        local: table.local,
        concurrency: table.concurrency.unwrap_or(default_concurrency),
        models,
        tiers,
        provenance: provenance(&table.date, table.source),
    })
}

fn headers(name: &HeaderName) -> HeaderStyle {
    match name {
        HeaderName::Groq => HeaderStyle::Groq,
        HeaderName::OpenAi => HeaderStyle::OpenAi,
        HeaderName::Mistral => HeaderStyle::Mistral,
        HeaderName::Cerebras => HeaderStyle::Cerebras,
        HeaderName::SambaNova => HeaderStyle::SambaNova,
        HeaderName::None => HeaderStyle::None,
    }
}

fn model(table: ModelTable) -> Result<ModelEntry, Fault> {
    let amount = |text: &Spanned<String>| {
        price::per_token(text.as_ref()).ok_or_else(|| Fault::new("a price is dollars like \"0.59\"").at(text.span()))
    };
    let price = match &table.price {
        Some(table) => Some(Price {
            input: amount(&table.input)?,
            output: amount(&table.output)?,
        }),
        None => None,
    };
    Ok(ModelEntry {
        base: table.base.unwrap_or_else(|| table.id.clone()),
        id: table.id,
        price,
        provenance: provenance(&table.date, table.source),
    })
}

fn tier(table: TierTable, models: &[ModelEntry]) -> Result<Tier, Fault> {
    let served = table
        .models
        .unwrap_or_else(|| models.iter().map(|model| model.id.clone()).collect());
    if let Some(unknown) = served.iter().find(|id| models.iter().all(|model| model.id != **id)) {
        return Err(Fault::new(format!("the tier serves an unlisted model `{unknown}`")).at(table.name.span()));
    }
    Ok(Tier {
        limits: limits(&table.quota, &table.name.span())?,
        name: table.name.into_inner(),
        free: table.free,
        models: served,
        provenance: provenance(&table.date, table.source),
    })
}

fn limits(quotas: &[QuotaTable], tier: &Range<usize>) -> Result<Vec<WrittenLimit>, Fault> {
    let mut limits = Vec::new();
    for quota in quotas {
        for table in &quota.limits {
            let mut limit = table.as_ref().judge(table.span())?;
            match (&quota.each, &limit.spread) {
                (Some(each), Spread::Each(_)) => limit.spread = Spread::Each(each.clone()),
                (Some(_), Spread::Shared(_)) => return Err(Fault::new("`each` and `models` together").at(tier.clone())),
                (None, _) => {}
            }
            limits.push(limit);
        }
    }
    Ok(limits)
}

fn provenance(date: &Datetime, source: String) -> Provenance {
    Provenance {
        date: date.to_string(),
        source,
    }
}
