//! Tables as they are written, for agents and providers: what they leave out has its default.

use serde_json::Value;
use toml_edit::{Document, Item, Value as Written};

use super::origin::Places;
use super::{Section, Setting};
use crate::config::mask::masked;

/// One section for each table called `section` of a file that was read before, by what `named` calls it. What is a key or a
/// token by its name is hidden.
pub(super) fn sections(text: &str, section: &'static str, named: &str, places: &Places<'_>) -> Vec<Section> {
    // Bytes keep their places when secrets in them are hidden.
    let Ok(document) = Document::parse(masked(text)) else {
        return Vec::new();
    };
    let tables = document.get(section).and_then(Item::as_array_of_tables);
    let all = tables.into_iter().flatten().map(|table| {
        let name = table.get(named).and_then(Item::as_str).map(str::to_owned);
        let rest = table.iter().filter(|(key, _)| *key != named);
        let settings = rest.filter_map(|(key, item)| {
            let place = item.span().or_else(|| table.span())?;
            Some(Setting::new(key, value(item), places.line(&place)))
        });
        Section {
            section,
            name,
            settings: settings.collect(),
        }
    });
    all.collect()
}

fn value(item: &Item) -> Value {
    match item {
        Item::Value(Written::String(text)) => Value::from(text.value().as_str()),
        Item::Value(Written::Integer(number)) => Value::from(*number.value()),
        Item::Value(Written::Boolean(yes)) => Value::from(*yes.value()),
        Item::Value(Written::Array(list)) => list.iter().map(|one| value(&Item::Value(one.clone()))).collect(),
        other => Value::from(other.to_string().trim().to_owned()),
    }
}
