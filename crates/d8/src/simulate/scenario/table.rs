//! The scenarios in one table: a row for each, a column for each policy.

use super::{Result, about};
use crate::client::table::{Cell, Table, Tone};
use crate::simulate::figures::Figures;
use crate::simulate::policy::Policy;
use crate::text;
use crate::words;
use crate::words::language::Language;

/// The scenarios for a terminal.
pub(crate) fn of_scenarios(results: &[Result]) -> Table {
    let titles = titles(results);
    let numbers: Vec<usize> = (1..titles.len()).collect();
    let mut table = Table::new(&titles, &numbers);
    for result in results {
        let mut row: Vec<Cell> = vec![result.name.into()];
        for outcome in &result.outcomes {
            let figures = &outcome.figures;
            let tone = match (figures.failed, figures.refused) {
                (0, 0) => Tone::Good,
                (0, _) => Tone::Attention,
                _ => Tone::Bad,
            };
            row.push(Cell::toned(cell(figures), tone));
        }
        table.row(row);
    }
    table
}

/// The scenarios as a table in Markdown, in English as the documents that take it in.
pub fn markdown(results: &[Result]) -> String {
    let names: Vec<&str> = results.first().map_or_else(Vec::new, |result| {
        result.outcomes.iter().map(|outcome| outcome.policy.name()).collect()
    });
    let mut text = format!("| scenario | what | {} |\n", names.join(" | "));
    text += &format!("| --- | --- |{}\n", " ---: |".repeat(names.len()));
    for result in results {
        let cells: Vec<String> = result.outcomes.iter().map(|outcome| cell(&outcome.figures)).collect();
        text += &format!(
            "| {} | {} | {} |\n",
            result.name,
            about(Language::English, result.name),
            cells.join(" | ")
        );
    }
    text
}

fn titles(results: &[Result]) -> Vec<String> {
    let policies = results.first().into_iter().flat_map(|result| &result.outcomes);
    let title = |policy: Policy| match policy {
        Policy::D8 => "D8".to_owned(),
        other => other.name().to_uppercase(),
    };
    std::iter::once(text!("simulate-title-scenario"))
        .chain(policies.map(|outcome| title(outcome.policy)))
        .collect()
}

/// "0.998, 3 429s", "0.984 (0.996), 0 429s" or "94 % lost".
fn cell(figures: &Figures) -> String {
    let given_up = figures.failed - figures.open;
    if given_up > 0 {
        let share = given_up as f64 / figures.total.max(1) as f64 * 100.0;
        let lost = if share < 1.0 {
            text!("simulate-lost", count = given_up)
        } else {
            text!("simulate-lost-share", share = format!("{share:.0}"))
        };
        return format!("{lost}, {} 429s", words::number(figures.refused));
    }
    let open = if figures.open > 0 {
        text!("simulate-not-done")
    } else {
        String::new()
    };
    let ratio = match (figures.ratio, figures.ratio_seen) {
        (Some(ratio), Some(seen)) => format!("{ratio:.3} ({seen:.3})"),
        (Some(ratio), None) => format!("{ratio:.3}"),
        (None, _) => "-".to_owned(),
    };
    format!("{ratio}, {} 429s{open}", words::number(figures.refused))
}
