//! One provider in full.

use crate::catalogue::{Provenance, Provider, Tier, price, said};
use crate::client::stacked;
use crate::client::table::{Surface, Table};
use crate::config::limit::table::WrittenLimit;
use crate::text;
use crate::words::language::Language;

use super::list::wire;

/// A model's name is folded beyond so many characters, so that the tables fit 80 columns.
const NAME: usize = 28;
/// A terminal of so many columns has room for everything.
const ROOMY: u16 = 110;

pub(super) fn page(provider: &Provider, only: Option<&str>, surface: Surface) -> String {
    let mut parts = vec![head(provider), models(provider, surface)];
    for tier in provider
        .tiers
        .iter()
        .filter(|tier| only.is_none_or(|name| tier.name == name))
    {
        parts.push(tier_part(provider, tier, surface));
    }
    parts.join("\n\n")
}

fn head(provider: &Provider) -> String {
    let url = provider.base_url().unwrap_or_else(|| text!("providers-own-base-url"));
    let mut lines = vec![
        format!("{} ({})", provider.title, provider.id),
        text!("providers-wire", wire = wire(provider), url = url),
    ];
    if provider.wire.is_none() {
        lines.push(text!("providers-not-spoken"));
    }
    lines.push(match (provider.key_env.as_slice(), provider.local) {
        ([], true) => text!("providers-no-key"),
        ([], false) => text!("providers-key-in-file"),
        (names, _) => text!("providers-key", names = names.join(", ")),
    });
    if let Some(url) = &provider.keys_at {
        lines.push(text!("providers-keys-at", url = url.as_str()));
    }
    if let Some(name) = &provider.base_url_env {
        lines.push(text!("providers-base-url-env", name = name.as_str()));
    }
    lines.push(as_of(&provider.provenance));
    lines.join("\n")
}

/// "as of 2026-08-14: Groq docs", or where the user wrote it.
fn as_of(provenance: &Provenance) -> String {
    match &provenance.date {
        Some(date) => text!(
            "providers-as-of",
            date = date.as_str(),
            source = provenance.source.as_str()
        ),
        None => text!("providers-written-in", source = provenance.source.as_str()),
    }
}

fn models(provider: &Provider, surface: Surface) -> String {
    if provider.models.is_empty() {
        return text!("providers-no-models");
    }
    let mut titles = vec![
        text!("providers-title-model"),
        text!("providers-title-price-in"),
        text!("providers-title-price-out"),
        text!("providers-title-date"),
    ];
    // On a terminal the sources stand below the table: they are few, and there is little room.
    let beside = !surface.is_terminal();
    titles.extend(beside.then(|| text!("providers-title-source")));
    let mut sources: Vec<String> = Vec::new();
    let mut table = Table::new(&titles, &[1, 2]);
    for model in &provider.models {
        let (input, output) = model.price.map_or_else(
            || ("-".to_owned(), "-".to_owned()),
            |price| (price::per_million(price.input), price::per_million(price.output)),
        );
        let date = model.provenance.date.clone().unwrap_or_else(|| "-".to_owned());
        let mut cells = vec![folded(&model.id, NAME, surface), vec![input], vec![output], vec![date]];
        cells.extend(beside.then(|| vec![model.provenance.source.clone()]));
        stacked::row(&mut table, &cells.into_iter().map(stacked::lines).collect::<Vec<_>>());
        let source = as_of(&model.provenance);
        if !beside && !sources.contains(&source) {
            sources.push(source);
        }
    }
    std::iter::once(table.render(surface))
        .chain(sources)
        .collect::<Vec<_>>()
        .join("\n")
}

fn tier_part(provider: &Provider, tier: &Tier, surface: Surface) -> String {
    let name = tier.name.as_str();
    let heading = match (tier.past, tier.free, provider.default_tier().name == tier.name) {
        (true, ..) => text!("providers-tier-past", name = name),
        (_, true, true) => text!("providers-tier-free-default", name = name),
        (_, true, false) => text!("providers-tier-free", name = name),
        (_, false, true) => text!("providers-tier-paid-default", name = name),
        (_, false, false) => text!("providers-tier-paid", name = name),
    };
    let body = if tier.limits.is_empty() {
        text!("providers-limits-unknown")
    } else {
        limits(tier, surface)
    };
    format!("{heading}\n{}\n{body}", as_of(&tier.provenance))
}

/// Models in one column, their limits beside them. That each model has a count of its own is the rule, and said where there is
/// room or where it is not so.
fn limits(tier: &Tier, surface: Surface) -> String {
    let scoped = match surface {
        Surface::Terminal { width, .. } => width >= ROOMY || tier.limits.iter().any(WrittenLimit::is_shared),
        Surface::Plain => true,
    };
    let mut titles = vec![
        text!("providers-title-models"),
        text!("providers-title-limit"),
        text!("providers-title-kind-or-reset"),
    ];
    titles.extend(scoped.then(|| text!("providers-title-scope")));
    // What a limit says is never cut, so names are broken where there is little room.
    let name = match surface {
        Surface::Terminal { width: ..100, .. } => 16,
        _ => NAME,
    };
    let mut table = Table::new(&titles, &[]).keeps(1, 40);
    for group in tier.limits.chunk_by(|one, other| one.spread == other.spread) {
        let patterns = group.iter().take(1).flat_map(|limit| &limit.patterns().0);
        let names = patterns.flat_map(|pattern| match pattern.as_str() {
            "*" => vec![text!("providers-all-models")],
            pattern => folded(pattern, name, surface),
        });
        let column = |of: fn(&WrittenLimit) -> String| stacked::lines(group.iter().map(of));
        let mut cells = vec![
            stacked::lines(names),
            column(|limit| said::whole(&limit.terms)),
            column(kind_or_reset),
        ];
        cells.extend(scoped.then(|| column(scope)));
        stacked::row(&mut table, &cells);
    }
    table.render(surface)
}

/// "bucket", "midnight Pacific"; "not known" is held as what is safe.
fn kind_or_reset(limit: &WrittenLimit) -> String {
    let kind = said::kind(&limit.terms).map(str::to_owned);
    kind.or_else(|| said::resets(&limit.terms, Language::spoken()))
        .unwrap_or_else(|| text!("providers-kind-unknown"))
}

fn scope(limit: &WrittenLimit) -> String {
    if limit.is_shared() {
        text!("providers-scope-shared")
    } else {
        text!("providers-scope-each")
    }
}

fn folded(text: &str, width: usize, surface: Surface) -> Vec<String> {
    if surface.is_terminal() {
        stacked::folded(text, width)
    } else {
        vec![text.to_owned()]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn every_provider_fits_eighty_columns_and_breaks_no_limit() {
        for provider in &Catalogue::builtin().providers {
            let surface = Surface::Terminal {
                width: 80,
                color: false,
            };
            let page = page(provider, None, surface);
            let tables = page.lines().filter(|line| line.starts_with(['│', '┌']));
            for line in tables {
                assert!(line.chars().count() <= 80, "{}: {line}", provider.id);
            }
            for limit in provider.tiers.iter().flat_map(|tier| &tier.limits) {
                assert!(
                    page.contains(&said::whole(&limit.terms)),
                    "{}: {:?}\n{page}",
                    provider.id,
                    limit.terms
                );
            }
        }
    }

    #[test]
    fn one_tier_can_be_asked_for() {
        let groq = Catalogue::builtin().provider("groq").unwrap();
        let page = page(groq, Some("free-2025-11"), Surface::Plain);
        assert!(
            page.contains("14,400 requests/day") && !page.contains("100,000"),
            "{page}"
        );
        assert!(page.contains("GROQ_API_KEY"), "{page}");
    }
}
