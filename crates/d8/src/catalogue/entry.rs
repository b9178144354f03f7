//! What a written entry means, laid over what is known of its provider already.

use std::ops::Range;

use d8_core::usage::OutputCharge;
use toml::Spanned;
use toml::value::Datetime;

use super::fields::{CHARGES, HEADERS, WIRES, at_least_one, bare_origin, judged, price_of, variable, version_path};
use super::table::{File, ModelTable, ProviderTable, QuotaTable, Text, TierTable};
use super::{Catalogue, HeaderStyle, ModelEntry, Provenance, Provider, Tier, Wire};
use crate::config::error::ConfigError;
use crate::config::fault::Fault;
use crate::config::limit::scope::{Patterns, Spread, matches};
use crate::config::limit::table::WrittenLimit;
use crate::config::toml_words;

/// Open at once at a local server, unless the entry says otherwise.
const LOCAL_CONCURRENCY: u32 = 4;
/// At a hosted one: no cap of its own, its limits decide.
const HOSTED_CONCURRENCY: u32 = 512;
/// Output tokens to reserve, unless the entry says otherwise.
const OUTPUT_TOKENS: u32 = 1_024;
/// The tier of a new provider that names none.
const ONLY_TIER: &str = "default";

/// Who wrote an entry.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Author {
    /// It is in `catalogue.toml`, and says when and where it was read.
    Catalogue,
    /// It is in d8.toml, and needs no other authority.
    User,
}

/// Reads a whole catalogue. Fails with the line where the file is wrong.
pub(super) fn read(text: &str) -> Result<Catalogue, ConfigError> {
    let parsed: Result<File, Fault> = toml::from_str(text).map_err(|error| toml_words::fault(&error));
    let mut catalogue = Catalogue { providers: Vec::new() };
    parsed
        .and_then(|file| catalogue.lay_over(&file.provider, Author::Catalogue))
        .map_err(|fault| ConfigError::new(fault, "catalogue.toml", text))?;
    Ok(catalogue)
}

/// This catalogue with the user's entries: one with a known id changes what it names, any other is a new provider.
pub(crate) fn with_entries(catalogue: &Catalogue, entries: &[ProviderTable]) -> Result<Catalogue, Fault> {
    let mut catalogue = catalogue.clone();
    catalogue.lay_over(entries, Author::User)?;
    Ok(catalogue)
}

impl Catalogue {
    fn lay_over(&mut self, entries: &[ProviderTable], author: Author) -> Result<(), Fault> {
        for (at, table) in entries.iter().enumerate() {
            let id = table.id.as_ref();
            if id.is_empty() || id.contains(|c: char| c == '/' || c.is_whitespace()) {
                return Err(Fault::new("a provider's id is a word without slashes").at(table.id.span()));
            }
            if entries[..at].iter().any(|other| other.id.as_ref() == id) {
                return Err(Fault::new(format!("two providers are called `{id}`")).at(table.id.span()));
            }
            match self.providers.iter_mut().find(|provider| provider.id == *id) {
                Some(known) => known.lay_over(table, author)?,
                None => {
                    let mut provider = blank(table, author)?;
                    provider.lay_over(table, author)?;
                    self.providers.push(provider);
                }
            }
        }
        Ok(())
    }
}

/// A provider of which nothing is known but its id: any server that speaks OpenAI's wire.
fn blank(table: &ProviderTable, author: Author) -> Result<Provider, Fault> {
    let local = table.local.unwrap_or(false);
    let provenance = provenance(author, table.date.as_ref(), table.source.as_deref(), table.id.span())?;
    let mut provider = Provider {
        id: table.id.as_ref().clone(),
        title: table.id.as_ref().clone(),
        wire: Some(Wire::OpenAi),
        origin: None,
        path: "/v1".to_owned(),
        key_env: Vec::new(),
        base_url_env: None,
        keys_at: None,
        key_begins: Vec::new(),
        headers: HeaderStyle::OpenAi,
        output_charge: OutputCharge::AsProduced,
        default_output_tokens: OUTPUT_TOKENS,
        local,
        concurrency: if local { LOCAL_CONCURRENCY } else { HOSTED_CONCURRENCY },
        models: Vec::new(),
        tiers: Vec::new(),
        provenance: provenance.clone(),
    };
    if table.tier.is_empty() {
        if author == Author::Catalogue {
            return Err(Fault::new("a provider needs a tier").at(table.id.span()));
        }
        provider.tiers.push(Tier::empty(ONLY_TIER, provenance));
    }
    Ok(provider)
}

impl Provider {
    /// Takes over what the entry names.
    fn lay_over(&mut self, table: &ProviderTable, author: Author) -> Result<(), Fault> {
        if self.settings(table)? {
            self.provenance = provenance(author, table.date.as_ref(), table.source.as_deref(), table.id.span())?;
        }
        for (at, model) in table.models.iter().enumerate() {
            let twice = table.models[..at]
                .iter()
                .any(|other| other.id.as_ref() == model.id.as_ref());
            if twice || model.id.as_ref().trim().is_empty() {
                return Err(Fault::new("a model twice, or without a name").at(model.id.span()));
            }
            self.model_entry(model, author)?;
        }
        let ids: Vec<String> = self.models.iter().map(|model| model.id.clone()).collect();
        for tier in self.tiers.iter_mut().filter(|tier| tier.serves_all) {
            tier.models.clone_from(&ids);
        }
        for (at, tier) in table.tier.iter().enumerate() {
            if table.tier[..at]
                .iter()
                .any(|other| other.name.as_ref() == tier.name.as_ref())
            {
                return Err(Fault::new(format!("two tiers are called `{}`", tier.name.as_ref())).at(tier.name.span()));
            }
            self.tier_entry(tier, author)?;
        }
        Ok(())
    }

    /// What stands beside the models and tiers; whether there was any.
    fn settings(&mut self, table: &ProviderTable) -> Result<bool, Fault> {
        let ProviderTable {
            id: _,
            title,
            wire,
            origin,
            path,
            key_env,
            base_url_env,
            keys_at,
            key_begins,
            headers,
            output_charge,
            default_output_tokens,
            local,
            concurrency,
            date: _,
            source: _,
            models: _,
            tier: _,
        } = table;
        let mut named = false;
        let mut take = |is_there: bool| named |= is_there;
        take(replace(&mut self.title, title.clone()));
        take(replace(&mut self.wire, judged("wire", wire.as_ref(), &WIRES)?));
        take(replace(
            &mut self.origin,
            origin.as_ref().map(bare_origin).transpose()?.map(Some),
        ));
        take(replace(&mut self.path, path.as_ref().map(version_path).transpose()?));
        let names = |names: &Vec<Text>| names.iter().map(variable).collect::<Result<Vec<_>, _>>();
        take(replace(&mut self.key_env, key_env.as_ref().map(names).transpose()?));
        let url_variable = base_url_env.as_ref().map(variable).transpose()?;
        take(replace(&mut self.base_url_env, url_variable.map(Some)));
        take(replace(&mut self.keys_at, keys_at.clone().map(Some)));
        take(replace(&mut self.key_begins, key_begins.clone()));
        take(replace(
            &mut self.headers,
            judged("header style", headers.as_ref(), &HEADERS)?,
        ));
        let charge = judged("output charge", output_charge.as_ref(), &CHARGES)?;
        take(replace(&mut self.output_charge, charge));
        take(replace(&mut self.default_output_tokens, *default_output_tokens));
        take(replace(&mut self.local, *local));
        take(replace(
            &mut self.concurrency,
            concurrency.as_ref().map(at_least_one).transpose()?,
        ));
        Ok(named)
    }

    fn model_entry(&mut self, table: &ModelTable, author: Author) -> Result<(), Fault> {
        let price = table.price.as_ref().map(price_of).transpose()?;
        let provenance = provenance(author, table.date.as_ref(), table.source.as_deref(), table.id.span())?;
        let id = table.id.as_ref();
        match self.models.iter_mut().find(|known| known.id == *id) {
            Some(known) => {
                replace(&mut known.base, table.base.clone());
                replace(&mut known.price, price.map(Some));
                known.provenance = provenance;
            }
            None => self.models.push(ModelEntry {
                id: id.clone(),
                base: table.base.clone().unwrap_or_else(|| id.clone()),
                price,
                provenance,
            }),
        }
        Ok(())
    }

    fn tier_entry(&mut self, table: &TierTable, author: Author) -> Result<(), Fault> {
        let TierTable {
            name,
            free,
            past,
            models,
            quota,
            date,
            source,
        } = table;
        if name.as_ref().trim().is_empty() {
            return Err(Fault::new("a tier needs a name").at(name.span()));
        }
        let provenance = provenance(author, date.as_ref(), source.as_deref(), name.span())?;
        let listed = models.as_ref().map(|models| self.listed(models)).transpose()?;
        let limits = quota.as_ref().map(|quota| self.limits(quota)).transpose()?;
        let all = self.models.iter().map(|model| model.id.clone()).collect();
        let at = self.tiers.iter().position(|tier| tier.name == *name.as_ref());
        let at = at.unwrap_or_else(|| {
            let empty = Tier::empty(name.as_ref(), provenance.clone());
            self.tiers.push(Tier { models: all, ..empty });
            self.tiers.len() - 1
        });
        let tier = &mut self.tiers[at];
        tier.serves_all &= listed.is_none();
        replace(&mut tier.models, listed);
        replace(&mut tier.free, *free);
        replace(&mut tier.past, *past);
        replace(&mut tier.limits, limits);
        tier.provenance = provenance;
        Ok(())
    }

    fn listed(&self, models: &[Text]) -> Result<Vec<String>, Fault> {
        let known = || self.models.iter().map(|model| model.id.as_str());
        let unknown = models.iter().find(|id| known().all(|known| known != id.as_ref()));
        match unknown {
            Some(id) => Err(Fault::new(format!(
                "the tier serves `{}`, which is not among the models",
                id.as_ref()
            ))
            .at(id.span())
            .choices(id.as_ref(), "the models are", known())),
            None => Ok(models.iter().map(|id| id.as_ref().clone()).collect()),
        }
    }

    fn limits(&self, quotas: &[QuotaTable]) -> Result<Vec<WrittenLimit>, Fault> {
        let mut limits = Vec::new();
        for quota in quotas {
            if let Some(each) = &quota.each {
                self.fitting(each)?;
            }
            for table in &quota.limits {
                let mut limit = table.as_ref().judge(table.span())?;
                match (&quota.each, &limit.spread) {
                    (Some(each), Spread::Each(_)) => limit.spread = Spread::Each(each.as_ref().clone()),
                    (Some(each), Spread::Shared(_)) => {
                        return Err(Fault::new("`each` and a limit's `models` do not go together").at(each.span()));
                    }
                    (None, _) => {}
                }
                limits.push(limit);
            }
        }
        Ok(limits)
    }

    /// Limits for a model that nobody has would silently hold nothing back.
    fn fitting(&self, each: &Spanned<Patterns>) -> Result<(), Fault> {
        let fits = |pattern: &String| {
            let mut models = self.models.iter();
            models.any(|model| matches(pattern, &model.id) || matches(pattern, &model.base))
        };
        match each.as_ref().0.iter().find(|pattern| !fits(pattern)) {
            Some(pattern) => Err(Fault::new(format!("`{pattern}` fits none of the models"))
                .at(each.span())
                .choices(
                    pattern,
                    "the models are",
                    self.models.iter().map(|model| model.id.as_str()),
                )),
            None => Ok(()),
        }
    }
}

impl Tier {
    /// One without limits, for all models.
    fn empty(name: &str, provenance: Provenance) -> Self {
        Self {
            name: name.to_owned(),
            free: false,
            past: false,
            models: Vec::new(),
            serves_all: true,
            limits: Vec::new(),
            provenance,
        }
    }
}

/// Puts in what was written; whether anything was.
fn replace<T>(place: &mut T, written: Option<T>) -> bool {
    let is_there = written.is_some();
    if let Some(written) = written {
        *place = written;
    }
    is_there
}

fn provenance(
    author: Author,
    date: Option<&Datetime>,
    source: Option<&str>,
    place: Range<usize>,
) -> Result<Provenance, Fault> {
    let missing = match (date, source.map(str::trim)) {
        (None, _) => Some("date"),
        (_, None | Some("")) => Some("source"),
        _ => None,
    };
    if let (Author::Catalogue, Some(key)) = (author, missing) {
        return Err(Fault::new(format!("`{key}` is missing")).at(place));
    }
    Ok(Provenance {
        date: date.map(Datetime::to_string),
        source: match (author, source) {
            (Author::Catalogue, source) => source.unwrap_or_default().to_owned(),
            (Author::User, None) => crate::config::location::FILE_NAME.to_owned(),
            (Author::User, Some(source)) => format!("{}: {source}", crate::config::location::FILE_NAME),
        },
    })
}
