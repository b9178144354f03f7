//! The resolved configuration as a table, or as JSON.

use serde_json::json;

use crate::client::table::{Surface, Table};
use crate::config::explained::{Explained, HIDDEN, Section, Source};
use crate::text;

pub(super) fn json(explained: &Explained) -> String {
    let file = explained.config.file.as_ref().map(|file| file.display().to_string());
    let whole = json!({"file": file, "notices": explained.config.notices, "sections": explained.sections});
    serde_json::to_string_pretty(&whole).unwrap_or_default()
}

pub(super) fn table(explained: &Explained) -> String {
    rows(explained).render(Surface::of_output())
}

pub(super) fn rows(explained: &Explained) -> Table {
    let file = explained.config.file.as_ref();
    let file = file.and_then(|path| path.file_name()).map_or_else(
        || crate::config::location::FILE_NAME.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    );
    let titles = [text!("config-setting"), text!("config-value"), text!("table-from")];
    let mut table = Table::new(&titles, &[]);
    for section in &explained.sections {
        for setting in &section.settings {
            let name = format!("{}.{}", heading(section), setting.key);
            table.row(vec![
                name.into(),
                setting.shown().replace(HIDDEN, &text!("config-hidden")).into(),
                words(&setting.source, &file).into(),
            ]);
        }
    }
    table
}

fn heading(section: &Section) -> String {
    match &section.name {
        Some(name) => format!("{} {name}", section.section),
        None => section.section.to_owned(),
    }
}

/// Where a value came from, in words.
fn words(source: &Source, file: &str) -> String {
    match source {
        Source::File { line } => text!("config-from-line", file = file, line = line.to_string()),
        Source::Variable { name, line } => {
            let from = text!("config-from-variable", name = name.as_str());
            named(from, *line, file)
        }
        Source::Dotenv {
            name,
            file: dotenv,
            line,
        } => {
            let dotenv = dotenv.display().to_string();
            let from = text!("config-from-dotenv", name = name.as_str(), file = dotenv);
            named(from, *line, file)
        }
        Source::Catalogue { date } => text!("config-from-catalogue", date = date.as_str()),
        Source::OwnEntry => text!("config-from-own-entry", file = file),
        Source::Default => text!("config-from-default"),
    }
}

fn named(from: String, line: Option<usize>, file: &str) -> String {
    match line {
        Some(line) => text!("config-named-in", from = from, file = file, line = line.to_string()),
        None => from,
    }
}
