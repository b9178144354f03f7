//! The accounts of d8.toml.

use super::account::{Model, Origin, Policy, model};
use super::base_url;
use super::draft::Draft;
use super::fault::{Fault, one_of};
use super::file::{AccountTable, Text};
use super::limit::group::WroteLimits;
use super::limit::rule::Rule;
use super::server::Server;
use super::surroundings::Surroundings;
use super::written_limits;
use crate::catalogue::{Provider, Tier};
use crate::text;
use d8_core::limit::Standing;

/// Judges all accounts of the file. Says what is odd but allowed in `notices`.
pub(crate) fn judge<'a>(
    tables: &[AccountTable],
    around: &Surroundings<'a>,
    server: &Server,
    notices: &mut Vec<String>,
) -> Result<Vec<Draft<'a>>, Fault> {
    let mut drafts: Vec<Draft<'a>> = Vec::new();
    for table in tables {
        name(&table.name)?;
        if drafts.iter().any(|other| other.name == *table.name.as_ref()) {
            return Err(
                Fault::new(text!("fault-two-accounts", name = table.name.as_ref().as_str())).at(table.name.span()),
            );
        }
        drafts.push(account(table, around, server, notices)?);
    }
    Ok(drafts)
}

fn account<'a>(
    table: &AccountTable,
    around: &Surroundings<'a>,
    server: &Server,
    notices: &mut Vec<String>,
) -> Result<Draft<'a>, Fault> {
    let provider = provider(&table.provider, around)?;
    let wire = provider
        .wire
        .ok_or_else(|| not_spoken(provider).at(table.provider.span()))?;
    let tier = tier(table.tier.as_ref(), provider)?;
    let models = models(table, provider, tier, notices)?;
    let concurrency = concurrency(table, provider)?;
    let mut rules = written_limits::judge(table, tier, &models)?;
    written_limits::notice_idle(table.name.as_ref(), &rules, &models, provider, tier, notices);
    rules.push(Rule::concurrency(
        concurrency,
        if table.concurrency.is_some() {
            Standing::Ceiling
        } else {
            Standing::Belief
        },
    ));
    Ok(Draft {
        name: table.name.as_ref().clone(),
        provider,
        wire,
        tier,
        base_url: url(table, provider, around, server, notices)?,
        api_key: match &table.api_key {
            Some(key) => Some(
                around
                    .secret(&key.as_ref().0)
                    .map_err(|fault| no_key(fault, table).at(key.span()))?,
            ),
            None => None,
        },
        models,
        quota_group: group(table)?,
        concurrency,
        rules,
        wrote_limits: if table.limits.is_some() {
            WroteLimits::Yes
        } else {
            WroteLimits::No
        },
        policy: policy(table.policy.as_ref())?,
        origin: Origin::File,
    })
}

fn no_key(fault: Fault, table: &AccountTable) -> Fault {
    fault.hint(text!("fault-or-worker-brings", name = table.name.as_ref().as_str()))
}

/// Names are the first half of "account/model".
fn name(name: &Text) -> Result<(), Fault> {
    let text = name.as_ref();
    if text.trim().is_empty() {
        return Err(Fault::new(text!("fault-account-nameless")).at(name.span()));
    }
    match text.contains('/') {
        true => Err(Fault::new(text!("fault-account-slash"))
            .at(name.span())
            .hint(text!("fault-call-it", name = text.replace('/', "-")))),
        false => Ok(()),
    }
}

fn provider<'a>(written: &Text, around: &Surroundings<'a>) -> Result<&'a Provider, Fault> {
    let id = written.as_ref();
    let known = around.catalogue.providers.iter().map(|provider| provider.id.as_str());
    around.catalogue.provider(id).ok_or_else(|| {
        Fault::new(text!("fault-unknown-provider", id = id.as_str()))
            .at(written.span())
            .label(text!("fault-not-in-catalogue"))
            .choices(id, &text!("fault-providers-are"), known)
    })
}

/// Why a provider of the catalogue cannot be used.
pub(crate) fn not_spoken(provider: &Provider) -> Fault {
    Fault::new(text!("fault-not-spoken", provider = provider.called())).hint(text!("fault-not-spoken-next"))
}

fn tier<'a>(written: Option<&Text>, provider: &'a Provider) -> Result<&'a Tier, Fault> {
    let Some(written) = written else {
        return Ok(provider.default_tier());
    };
    provider.tier(written.as_ref()).ok_or_else(|| {
        Fault::new(text!(
            "fault-no-tier",
            provider = provider.called(),
            tier = written.as_ref().as_str()
        ))
        .at(written.span())
        .choices(
            written.as_ref(),
            &text!("fault-it-has"),
            provider.tiers.iter().map(|tier| tier.name.as_str()),
        )
    })
}

fn models(
    table: &AccountTable,
    provider: &Provider,
    tier: &Tier,
    notices: &mut Vec<String>,
) -> Result<Vec<Model>, Fault> {
    let Some(written) = &table.models else {
        if tier.models.is_empty() {
            return Err(
                Fault::new(text!("fault-models-missing", provider = provider.id.as_str()))
                    .at(table.provider.span())
                    .hint(text!("fault-add-models")),
            );
        }
        return Ok(tier.models.iter().map(|id| model(provider, tier, id)).collect());
    };
    let ids: Vec<&Text> = written.as_ref().iter().collect();
    let bad = ids.iter().enumerate().find(|(at, id)| {
        id.as_ref().trim().is_empty() || ids[..*at].iter().any(|earlier| earlier.as_ref() == id.as_ref())
    });
    match bad {
        Some((_, id)) => return Err(Fault::new(text!("fault-model-twice")).at(id.span())),
        None if ids.is_empty() => {
            return Err(Fault::new(text!("fault-no-models"))
                .at(written.span())
                .hint(text!("fault-leave-models-out")));
        }
        None => {}
    }
    // Who writes limits knows what the catalogue does not.
    let told = |id: &&&Text| table.limits.is_none() || provider.model(id.as_ref()).is_none();
    for id in ids.iter().filter(told) {
        notice_unknown_model(table.name.as_ref(), id.as_ref(), provider, tier, notices);
    }
    Ok(ids.iter().map(|id| model(provider, tier, id.as_ref())).collect())
}

fn notice_unknown_model(account: &str, id: &str, provider: &Provider, tier: &Tier, notices: &mut Vec<String>) {
    // A local server serves whatever its owner put there.
    if provider.local || provider.models.is_empty() || tier.models.iter().any(|known| known == id) {
        return;
    }
    let known = provider.models.iter().map(|entry| entry.id.as_str());
    let what = match (provider.model(id), super::suggestion::nearest(id, known)) {
        (Some(_), _) => text!("notice-no-quota", tier = tier.name.as_str()),
        (None, Some(near)) => text!("notice-unknown-near", near = near),
        (None, None) => text!("notice-unknown-learnt"),
    };
    notices.push(text!("notice-model", account = account, model = id, what = what));
}

fn concurrency(table: &AccountTable, provider: &Provider) -> Result<u32, Fault> {
    match &table.concurrency {
        Some(zero) if *zero.as_ref() == 0 => Err(Fault::new(text!("fault-concurrency-zero"))
            .at(zero.span())
            .hint(text!("fault-at-least-one"))),
        Some(written) => Ok(*written.as_ref()),
        None => Ok(provider.concurrency),
    }
}

fn url(
    table: &AccountTable,
    provider: &Provider,
    around: &Surroundings<'_>,
    server: &Server,
    notices: &mut Vec<String>,
) -> Result<String, Fault> {
    if let Some(written) = &table.base_url {
        let url = base_url::complete(written.as_ref(), &provider.path).map_err(|fault| fault.at(written.span()))?;
        if base_url::leads_to(&url, server.listen) {
            return Err(Fault::new(text!("fault-own-address")).at(written.span()));
        }
        return Ok(url);
    }
    base_url::default(provider, around, server, notices)?.ok_or_else(|| {
        Fault::new(text!("fault-base-url-missing"))
            .at(table.provider.span())
            .hint(text!("fault-add-base-url"))
    })
}

fn group(table: &AccountTable) -> Result<Option<String>, Fault> {
    match &table.quota_group {
        Some(empty) if empty.as_ref().trim().is_empty() => {
            Err(Fault::new(text!("fault-group-nameless")).at(empty.span()))
        }
        written => Ok(written.as_ref().map(|group| group.as_ref().clone())),
    }
}

fn policy(written: Option<&Text>) -> Result<Policy, Fault> {
    let policies = [Policy::D8, Policy::Plain, Policy::Resilient, Policy::Groq].map(|policy| (policy.name(), policy));
    written.map_or(Ok(Policy::D8), |text| {
        one_of("policy", text.as_ref(), &policies).map_err(|fault| fault.at(text.span()))
    })
}
