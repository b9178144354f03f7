//! Providers side by side: the comparison that D8 grew out of, with today's facts, and its own figures beside them.

use d8_core::limit::Dimension;

use crate::catalogue::{Provider, Tier, said};
use crate::client::stacked;
use crate::client::table::{Surface, Table};
use crate::config::limit::period::Period;
use crate::config::limit::table::WrittenLimit;
use crate::text;
use crate::words::language::Language;

/// One column: a tier of a provider.
struct Side<'a> {
    provider: &'a Provider,
    tier: &'a Tier,
}

pub(super) fn page(providers: &[&Provider], tier: Option<&str>, surface: Surface) -> String {
    let sides: Vec<Side<'_>> = providers.iter().flat_map(|provider| sides(provider, tier)).collect();
    let width = cell_width(sides.len(), surface);
    let facts = facts();
    let mut titles = vec![String::new()];
    titles.extend(sides.iter().map(|side| side.provider.title.clone()));
    // Titles are short; what a table breaks in them is a space.
    let mut table = Table::new(&titles, &[]);
    for (name, of) in facts {
        let mut cells = vec![stacked::line(name)];
        cells.extend(sides.iter().map(|side| {
            let lines = of(side).into_iter().flat_map(|text| match width {
                Some(width) => stacked::folded(&text, width),
                None => vec![text],
            });
            stacked::lines(lines)
        }));
        if surface.is_terminal() {
            stacked::row(&mut table, &cells);
        } else {
            table.row(cells.into_iter().map(|lines| joined(&lines).into()).collect());
        }
    }
    let sentences: Vec<String> = sides
        .iter()
        .flat_map(changes)
        .map(|text| stacked::paragraph(&text, surface))
        .collect();
    let mut page = table.render(surface);
    if !sentences.is_empty() {
        page.push_str("\n\n");
        page.push_str(&sentences.join("\n"));
    }
    page
}

fn joined(lines: &[crate::client::table::Cell]) -> String {
    lines
        .iter()
        .map(crate::client::table::Cell::text)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The tier that is asked for; else the one of an account that names none, and what is kept of the past.
fn sides<'a>(provider: &'a Provider, tier: Option<&str>) -> Vec<Side<'a>> {
    let wanted = |of: &&Tier| match tier {
        Some(name) => of.name == name,
        None => of.past || of.name == provider.default_tier().name,
    };
    provider
        .tiers
        .iter()
        .filter(wanted)
        .map(|tier| Side { provider, tier })
        .collect()
}

/// How wide a cell may be so that all fit.
fn cell_width(sides: usize, surface: Surface) -> Option<usize> {
    let Surface::Terminal { width, .. } = surface else {
        return None;
    };
    let names = facts().iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let left = usize::from(width).saturating_sub(names + 4) / sides.max(1);
    Some(left.saturating_sub(3).max(10))
}

type Fact = (String, fn(&Side<'_>) -> Vec<String>);

fn facts() -> Vec<Fact> {
    vec![
        (text!("providers-fact-tier"), |side| vec![side.tier.name.clone()]),
        (text!("providers-fact-model"), |side| vec![model_of(side)]),
        (text!("providers-fact-requests"), |side| {
            limits(side, |dimension| dimension == Dimension::Requests)
        }),
        (text!("providers-fact-tokens"), |side| {
            limits(side, |dimension| dimension != Dimension::Requests)
        }),
        (text!("providers-fact-kind"), kinds),
        (text!("providers-fact-reset"), |side| {
            or_dash(
                of_model(side)
                    .filter_map(|limit| said::resets(&limit.terms, Language::spoken()))
                    .collect(),
            )
        }),
        (text!("providers-fact-price"), |side| {
            let model = side.tier.first_model(side.provider);
            vec![model.map_or_else(
                || "-".to_owned(),
                |model| said::price_of(side.provider, side.tier, &model.id),
            )]
        }),
        (text!("providers-fact-list-price"), |side| {
            let price = side.tier.first_model(side.provider).and_then(|model| model.price);
            vec![price.map_or_else(|| "-".to_owned(), said::in_and_out)]
        }),
        (text!("providers-fact-next"), |side| {
            let next = side.provider.next_tier(side.tier);
            vec![next.map_or_else(|| "-".to_owned(), |tier| tier.name.clone())]
        }),
        (text!("providers-fact-key"), |side| {
            or_dash(side.provider.key_env.clone())
        }),
        (text!("providers-fact-date"), |side| {
            vec![side.tier.provenance.date.clone().unwrap_or_else(|| "-".to_owned())]
        }),
        (text!("providers-fact-source"), |side| {
            vec![side.tier.provenance.source.clone()]
        }),
    ]
}

fn model_of(side: &Side<'_>) -> String {
    side.tier.models.first().cloned().unwrap_or_else(|| "-".to_owned())
}

fn of_model<'a>(side: &Side<'a>) -> impl Iterator<Item = &'a WrittenLimit> {
    let model = side.tier.first_model(side.provider);
    let tier = side.tier;
    model.into_iter().flat_map(move |model| tier.limits_of(model))
}

fn limits(side: &Side<'_>, counts: fn(Dimension) -> bool) -> Vec<String> {
    let counted = of_model(side).filter(|limit| counts(limit.terms.dimension));
    or_dash(counted.map(|limit| said::limit(&limit.terms)).collect())
}

fn kinds(side: &Side<'_>) -> Vec<String> {
    let mut kinds: Vec<String> = of_model(side)
        .filter_map(|limit| said::kind(&limit.terms))
        .map(str::to_owned)
        .collect();
    kinds.dedup();
    or_dash(kinds)
}

fn or_dash(mut texts: Vec<String>) -> Vec<String> {
    if texts.is_empty() {
        texts.push("-".to_owned());
    }
    texts
}

/// What became of the requests a day of a past tier, today.
fn changes(side: &Side<'_>) -> Vec<String> {
    let today = side.provider.default_tier();
    let models = side.tier.models.iter().filter(|_| side.tier.past);
    let sentence = |id: &String| {
        let then = per_day(side.provider, side.tier, id, Dimension::Requests)?;
        let provider = side.provider.title.as_str();
        let then = said::short(then);
        let serves = today.models.iter().any(|model| model == id);
        let tokens = per_day(side.provider, today, id, Dimension::Tokens).filter(|_| serves);
        Some(
            match (
                per_day(side.provider, today, id, Dimension::Requests).filter(|_| serves),
                tokens,
            ) {
                (Some(now), Some(tokens)) => text!(
                    "providers-then-and-now-with-tokens",
                    provider = provider,
                    model = id.as_str(),
                    then = then,
                    now = said::short(now),
                    tokens = said::short(tokens),
                    tier = today.name.as_str()
                ),
                (Some(now), None) => text!(
                    "providers-then-and-now",
                    provider = provider,
                    model = id.as_str(),
                    then = then,
                    now = said::short(now),
                    tier = today.name.as_str()
                ),
                (None, _) => text!(
                    "providers-then-only",
                    provider = provider,
                    model = id.as_str(),
                    then = then,
                    tier = today.name.as_str()
                ),
            },
        )
    };
    models.filter_map(sentence).collect()
}

fn per_day(provider: &Provider, tier: &Tier, id: &str, dimension: Dimension) -> Option<u64> {
    let model = provider.model(id)?;
    let mut limits = tier.limits_of(model).map(|limit| &limit.terms);
    let day = limits.find(|terms| terms.dimension == dimension && terms.period == Period::DAY);
    day.map(|terms| terms.amount)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::catalogue::Catalogue;

    fn shown(tier: Option<&str>, surface: Surface) -> String {
        let of = |id: &str| Catalogue::builtin().provider(id).unwrap();
        page(&[of("gemini"), of("groq")], tier, surface)
    }

    #[test]
    fn the_figures_of_november_2025_stand_beside_todays() {
        let shown = shown(None, Surface::Plain);
        let line = |name: &str| shown.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
        let words: Vec<String> = line("requests").split("  ").map(str::trim).map(str::to_owned).collect();
        let cells: Vec<&str> = words
            .iter()
            .map(String::as_str)
            .filter(|word| !word.is_empty())
            .collect();
        assert_eq!(
            cells,
            [
                "requests",
                "15/min, 500/day",
                "15/min, 1,500/day",
                "30/min, 1,000/day",
                "30/min, 14,400/day"
            ]
        );
        assert!(line("tokens").contains("12k/min, 100k/day"), "{shown}");
        assert!(
            shown.contains("llama-3.3-70b-versatile: 14,400 requests a day then; today 1,000 and 100k tokens"),
            "{shown}"
        );
        assert!(shown.contains("gemini-2.0-flash: 1,500 requests a day then"), "{shown}");
    }

    #[test]
    fn it_fits_eighty_columns() {
        let table = shown(
            None,
            Surface::Terminal {
                width: 80,
                color: false,
            },
        );
        for line in table.lines().filter(|line| line.starts_with(['│', '┌'])) {
            assert!(line.chars().count() <= 80, "{line}");
        }
        for whole in ["14,400/day", "free-2025-11", "GROQ_API_KEY"] {
            assert!(table.contains(whole), "{whole}\n{table}");
        }
    }
}
