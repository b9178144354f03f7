//! The list: a line for each tier. It shows as many columns as there is room for.

use d8_core::limit::Dimension;

use crate::catalogue::{Provider, Tier, Wire, said};
use crate::client::stacked;
use crate::client::table::{Surface, Table, left_out};
use crate::text;
use crate::words::language::Language;

/// What is said of one tier, by column.
struct Row {
    cells: [Vec<String>; COLUMNS],
}

const COLUMNS: usize = 10;
/// The columns that hold several short phrases: in a line, or one below the other.
const PHRASES: [usize; 2] = [2, 3];
/// These are always shown; the others in the order in which they stand.
const NEEDED: usize = 5;
/// What a table on a terminal takes for each column beside its text, and once.
const FRAME: (usize, usize) = (3, 1);
/// A source is of use from so many characters on; what is longer is folded.
const SOURCE: usize = 34;

pub(super) fn page(providers: &[&Provider], tier: Option<&str>, surface: Surface) -> String {
    let tiers = providers.iter().flat_map(|provider| {
        let wanted = provider
            .tiers
            .iter()
            .filter(|of| tier.is_none_or(|name| of.name == name));
        wanted.map(move |tier| row(provider, tier))
    });
    let rows: Vec<Row> = tiers.collect();
    let titles = titles();
    let (shown, in_lines) = layout(&titles, &rows, surface);
    let mut table = Table::new(&shown.iter().map(|at| &titles[*at]).collect::<Vec<_>>(), &[]);
    for Row { cells } in &rows {
        let cell = |at: &usize| match (PHRASES.contains(at), in_lines) {
            (true, false) => stacked::line(joined(&cells[*at])),
            _ if *at == COLUMNS - 1 && surface.is_terminal() => {
                stacked::lines(stacked::folded(&joined(&cells[*at]), SOURCE))
            }
            _ => stacked::lines(&cells[*at]),
        };
        stacked::row(&mut table, &shown.iter().map(cell).collect::<Vec<_>>());
    }
    let missing = (0..COLUMNS).filter(|at| !shown.contains(at));
    let missing: Vec<&str> = missing.map(|at| titles[at].as_str()).collect();
    let below = left_out(&missing, surface).map(|line| format!("\n{line}"));
    table.render(surface) + &below.unwrap_or_default()
}

fn titles() -> [String; COLUMNS] {
    [
        text!("providers-title-provider"),
        text!("providers-title-tier"),
        text!("providers-title-requests"),
        text!("providers-title-tokens"),
        text!("providers-title-price"),
        text!("providers-title-date"),
        text!("providers-title-kind"),
        text!("providers-title-reset"),
        text!("providers-title-wire"),
        text!("providers-title-source"),
    ]
}

fn row(provider: &Provider, tier: &Tier) -> Row {
    let model = tier.first_model(provider);
    let limits: Vec<_> = model.into_iter().flat_map(|model| tier.limits_of(model)).collect();
    let of = |requests: bool| -> Vec<String> {
        let counted = limits
            .iter()
            .filter(|limit| (limit.terms.dimension == Dimension::Requests) == requests);
        or_dash(counted.map(|limit| said::limit(&limit.terms)).collect())
    };
    let mut kinds: Vec<String> = limits
        .iter()
        .filter_map(|limit| said::kind(&limit.terms))
        .map(str::to_owned)
        .collect();
    kinds.dedup();
    let resets: Vec<String> = limits
        .iter()
        .filter_map(|limit| said::resets(&limit.terms, Language::spoken()))
        .collect();
    let price = model.map_or_else(|| "-".to_owned(), |model| said::price_of(provider, tier, &model.id));
    Row {
        cells: [
            vec![provider.id.clone()],
            vec![tier.name.clone()],
            of(true),
            of(false),
            vec![price],
            vec![tier.provenance.date.clone().unwrap_or_else(|| "-".to_owned())],
            or_dash(kinds),
            or_dash(resets),
            vec![wire(provider).to_owned()],
            vec![tier.provenance.source.clone()],
        ],
    }
}

/// The word of the catalogue for a wire.
pub(super) fn wire(provider: &Provider) -> &'static str {
    match provider.wire {
        Some(Wire::OpenAi) => "openai",
        Some(Wire::Gemini) => "gemini",
        None => "-",
    }
}

fn or_dash(mut texts: Vec<String>) -> Vec<String> {
    if texts.is_empty() {
        texts.push("-".to_owned());
    }
    texts
}

fn joined(texts: &[String]) -> String {
    texts.join(" ")
}

/// Which columns are shown, and whether phrases stand below each other.
fn layout(titles: &[String; COLUMNS], rows: &[Row], surface: Surface) -> (Vec<usize>, bool) {
    let Surface::Terminal { width, .. } = surface else {
        return ((0..COLUMNS).collect(), false);
    };
    let widest = |at: usize, in_lines: bool| {
        let of = |row: &Row| match (PHRASES.contains(&at), in_lines) {
            (true, false) => joined(&row.cells[at]).chars().count(),
            _ => row.cells[at].iter().map(|text| text.chars().count()).max().unwrap_or(0),
        };
        let cells = rows.iter().map(of).max().unwrap_or(0);
        let needed = cells.max(titles[at].chars().count());
        FRAME.0 + if at == COLUMNS - 1 { needed.min(SOURCE) } else { needed }
    };
    let fitting = |in_lines: bool| {
        let mut taken = FRAME.1;
        let mut shown = Vec::new();
        for at in 0..COLUMNS {
            taken += widest(at, in_lines);
            if taken > usize::from(width) && at >= NEEDED {
                break;
            }
            shown.push(at);
        }
        let needed: usize = FRAME.1 + (0..NEEDED).map(|at| widest(at, in_lines)).sum::<usize>();
        (shown, needed <= usize::from(width))
    };
    match fitting(false) {
        (shown, true) => (shown, false),
        (_, false) => (fitting(true).0, true),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::catalogue::Catalogue;

    fn shown(width: u16) -> String {
        let providers: Vec<&Provider> = Catalogue::builtin().providers.iter().collect();
        page(&providers, None, Surface::Terminal { width, color: false })
    }

    #[test]
    fn it_fits_and_uses_what_room_there_is() {
        let mut columns = Vec::new();
        for width in [80_u16, 100, 120, 160, 240] {
            let shown = shown(width);
            let widest = shown.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= usize::from(width), "{width}: {widest}\n{shown}");
            // What a narrow terminal has no room for is named below.
            let shows_all = shown.lines().nth(1).unwrap().contains("SOURCE");
            assert_eq!(shown.contains("left out to fit: "), !shows_all, "{shown}");
            columns.push(shown.lines().nth(1).unwrap().matches('┆').count() + 1);
            for whole in [
                "openai-compatible",
                "free-2025-11",
                "14,400/day",
                "0.50/3.00",
                "100k/day",
            ] {
                let expected = whole != "0.50/3.00";
                assert!(
                    !expected || shown.contains(whole),
                    "{width}: {whole} is broken\n{shown}"
                );
            }
        }
        assert!(
            columns.is_sorted() && columns[0] >= NEEDED && columns[4] == COLUMNS,
            "{columns:?}"
        );
    }

    #[test]
    fn other_programs_get_every_column() {
        let providers: Vec<&Provider> = Catalogue::builtin().providers.iter().collect();
        let shown = page(&providers, Some("free"), Surface::Plain);
        let groq = shown.lines().find(|line| line.starts_with("groq ")).unwrap();
        let words: Vec<&str> = groq.split_whitespace().collect();
        assert_eq!(
            words[..10],
            [
                "groq",
                "free",
                "30/min",
                "1,000/day",
                "12k/min",
                "100k/day",
                "free",
                "2026-08-14",
                "bucket",
                "-"
            ]
        );
        assert!(
            shown
                .lines()
                .skip(1)
                .all(|line| line.split_whitespace().nth(1) == Some("free"))
        );
    }
}
