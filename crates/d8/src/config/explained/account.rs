//! An account's values: what d8.toml says of it, what the environment, what the catalogue.

use d8_core::limit::{Dimension, Standing};
use serde_json::json;

use super::origin::Places;
use super::{HIDDEN, Section, Setting, Source};
use crate::catalogue::Provider;
use crate::config::account::{Account, Origin};
use crate::config::base_url;
use crate::config::file::AccountTable;
use crate::config::limit::Limit;
use crate::config::limit::rule::expand;
use crate::config::load::Loaded;
use crate::config::written_limits::shorthands;

pub(super) fn sections(loaded: &Loaded, places: &Places<'_>) -> Vec<Section> {
    let accounts = loaded.config.accounts.iter();
    let explained = accounts.map(|account| {
        let table = table_of(account, loaded);
        let provider = loaded.config.catalogue.provider(&account.provider);
        Section {
            section: "account",
            name: Some(account.name.clone()),
            settings: settings(account, table, provider, loaded, places),
        }
    });
    explained.collect()
}

fn table_of<'a>(account: &Account, loaded: &'a Loaded) -> Option<&'a AccountTable> {
    let mut tables = loaded.file.account.iter();
    tables.find(|table| account.origin == Origin::File && *table.name.as_ref() == account.name)
}

fn settings(
    account: &Account,
    table: Option<&AccountTable>,
    provider: Option<&Provider>,
    loaded: &Loaded,
    places: &Places<'_>,
) -> Vec<Setting> {
    let catalogue = || provider.map_or(Source::Default, |provider| dated(provider.provenance.date.as_ref()));
    let of_tier = || {
        let tier = provider.and_then(|provider| provider.tier(&account.tier));
        tier.map_or_else(catalogue, |tier| dated(tier.provenance.date.as_ref()))
    };
    let key = key(account, table, provider, places);
    let named = table.map(|table| places.written(Some(&table.provider)));
    let mut settings = vec![
        Setting::new(
            "provider",
            account.provider.as_str(),
            named.unwrap_or_else(|| key.source.clone()),
        ),
        key,
        Setting::new(
            "base_url",
            without_password(&account.base_url),
            url(account, table, provider, places).unwrap_or_else(catalogue),
        ),
        Setting::new(
            "tier",
            account.tier.as_str(),
            written(places, table.and_then(|table| table.tier.as_ref())).unwrap_or_else(catalogue),
        ),
        Setting::new(
            "models",
            account.models.iter().map(|model| model.id.clone()).collect::<Vec<_>>(),
            written(places, table.and_then(|table| table.models.as_ref())).unwrap_or_else(of_tier),
        ),
    ];
    let limits = account.limits.iter().map(|limit| {
        let source = limit_source(account, limit, loaded, places);
        let value = json!({
            "label": limit_label(account, limit),
            "called": limit_called(account, limit),
            "models": limit.models,
            "amount": limit.spec.amount,
            "ceiling": limit.spec.standing == Standing::Ceiling,
        });
        let otherwise = || match limit.spec.dimension {
            Dimension::Concurrency => catalogue(),
            _ => of_tier(),
        };
        Setting::new("limit", value, source.unwrap_or_else(otherwise))
    });
    settings.extend(limits);
    if let Some(group) = table.and_then(|table| table.quota_group.as_ref()) {
        let source = places.written(Some(group));
        settings.push(Setting::new("quota_group", group.as_ref().as_str(), source));
    }
    let policy = table.and_then(|table| table.policy.as_ref());
    settings.push(Setting::new("policy", account.policy.name(), places.written(policy)));
    settings
}

/// The catalogue's entries have dates, the user's own need none.
fn dated(date: Option<&String>) -> Source {
    date.map_or(Source::OwnEntry, |date| Source::Catalogue { date: date.clone() })
}

fn written<T>(places: &Places<'_>, value: Option<&toml::Spanned<T>>) -> Option<Source> {
    value.map(|value| places.line(&value.span()))
}

fn key(account: &Account, table: Option<&AccountTable>, provider: Option<&Provider>, places: &Places<'_>) -> Setting {
    if let Some(table) = table {
        return places.secret("api_key", table.api_key.as_ref());
    }
    let variables = provider.into_iter().flat_map(|provider| &provider.key_env);
    let found = variables.filter_map(|name| places.variable(name)).next();
    match (&account.api_key, found) {
        (Some(_), Some(source)) => Setting::new("api_key", HIDDEN, source),
        (Some(_), None) => Setting::new("api_key", HIDDEN, Source::Default),
        (None, _) => Setting::new("api_key", serde_json::Value::Null, Source::Default),
    }
}

/// Who says where its requests go; none: the catalogue does.
fn url(
    account: &Account,
    table: Option<&AccountTable>,
    provider: Option<&Provider>,
    places: &Places<'_>,
) -> Option<Source> {
    if let Some(source) = written(places, table.and_then(|table| table.base_url.as_ref())) {
        return Some(source);
    }
    let provider = provider?;
    let variable = provider.base_url_env.as_deref()?;
    let said = places.env.get(variable)?;
    // One that leads back to D8 itself is set and not used.
    let used = base_url::complete(said, &provider.path).is_ok_and(|url| url == account.base_url);
    used.then(|| places.variable(variable)).flatten()
}

/// A URL may hold a password, and the name before it can be a key.
pub fn without_password(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let authority = rest.find('/').unwrap_or(rest.len());
            match rest[..authority].rfind('@') {
                Some(at) => format!("{scheme}://***@{}", &rest[at + 1..]),
                None => url.to_owned(),
            }
        }
        None => url.to_owned(),
    }
}

/// What a limit is called, with the models that it is about where those are not all of the account's.
fn limit_label(account: &Account, limit: &Limit) -> String {
    with_models(&limit.label, account, limit)
}

/// The same in the spoken language.
pub fn limit_called(account: &Account, limit: &Limit) -> String {
    with_models(&limit.called, account, limit)
}

fn with_models(name: &str, account: &Account, limit: &Limit) -> String {
    match limit.models.len() {
        all if all == account.models.len() => name.to_owned(),
        _ => format!("{name} ({})", limit.models.join(", ")),
    }
}

/// The line of d8.toml that says so; none where the catalogue does. Accounts of one quota speak for each other.
fn limit_source(account: &Account, limit: &Limit, loaded: &Loaded, places: &Places<'_>) -> Option<Source> {
    if limit.spec.standing != Standing::Ceiling {
        return None;
    }
    let accounts = &loaded.config.accounts;
    let others = accounts
        .iter()
        .filter(|other| other.quota_key == account.quota_key && other.name != account.name);
    std::iter::once(account).chain(others).find_map(|account| {
        let table = table_of(account, loaded)?;
        limit_span(account, table, limit).map(|span| places.line(&span))
    })
}

fn limit_span(account: &Account, table: &AccountTable, limit: &Limit) -> Option<std::ops::Range<usize>> {
    if limit.spec.dimension == Dimension::Concurrency {
        return table.concurrency.as_ref().map(toml::Spanned::span);
    }
    let full = table.limits.iter().flat_map(|limits| limits.as_ref()).find(|written| {
        let Ok(judged) = written.as_ref().judge(written.span()) else {
            return false;
        };
        let rules = expand([&judged], &account.models, Standing::Ceiling);
        rules.iter().any(|rule| rule.key(&account.quota_key) == limit.key)
    });
    if let Some(written) = full {
        return Some(written.span());
    }
    let short = shorthands(table).into_iter().find(|(shorthand, _)| {
        let dimension = match limit.spec.dimension {
            Dimension::InputTokens => Dimension::Tokens,
            other => other,
        };
        shorthand.dimension == dimension && shorthand.period.nominal() == limit.nominal
    });
    short.map(|(_, span)| span)
}
