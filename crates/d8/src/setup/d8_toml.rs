//! Changes d8.toml as text: what is added stands at its end, what is changed changes in its place, and all else stays as it
//! is, comments and order too.

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

/// A d8.toml that is no TOML: the reader's own words, with the place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotToml(pub String);

/// What is written of an account; what is none or empty is not.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Settings {
    /// The catalogue's entry.
    pub provider: String,
    /// The variable that holds its key.
    pub variable: Option<String>,
    /// Its tier.
    pub tier: Option<String>,
    /// Where it is.
    pub base_url: Option<String>,
    /// Its models, the default first.
    pub models: Vec<String>,
}

/// An account as d8.toml has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// Its name.
    pub name: String,
    /// Its provider.
    pub provider: String,
    /// Its `api_key`, in d8.toml's notation. It may be the key itself.
    pub api_key: Option<String>,
}

/// The accounts of a d8.toml. One without a name or provider is left out: whoever reads the file in earnest complains.
pub fn accounts(text: &str) -> Result<Vec<Written>, NotToml> {
    let document = parse(text)?;
    let word = |table: &dyn toml_edit::TableLike, name: &str| Some(table.get(name)?.as_str()?.to_owned());
    let written = |table: &dyn toml_edit::TableLike| {
        Some(Written {
            name: word(table, "name")?,
            provider: word(table, "provider")?,
            api_key: word(table, "api_key"),
        })
    };
    Ok(match document.get("account") {
        Some(Item::ArrayOfTables(tables)) => tables.iter().filter_map(|table| written(table)).collect(),
        Some(Item::Value(Value::Array(tables))) => {
            let tables = tables.iter().filter_map(Value::as_inline_table);
            tables.filter_map(|table| written(table)).collect()
        }
        _ => Vec::new(),
    })
}

/// The text with one more account. `head`: comment lines for a file that is new.
pub fn add(text: &str, head: &str, name: &str, settings: &Settings) -> Result<String, NotToml> {
    let mut document = parse(text)?;
    let pairs = pairs(name, settings);
    if let Some(Item::Value(Value::Array(tables))) = document.get_mut("account") {
        tables.push(InlineTable::from_iter(pairs));
        return Ok(document.to_string());
    }
    let mut table = Table::new();
    for (key, value) in pairs {
        table.insert(key, Item::Value(value));
    }
    let mut tables = ArrayOfTables::new();
    tables.push(table);
    let mut addition = DocumentMut::new();
    addition.insert("account", Item::ArrayOfTables(tables));
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let addition = addition.to_string().trim_start().replace('\n', end);
    let before = match () {
        () if text.trim().is_empty() => format!("{head}{end}{end}"),
        () if text.ends_with('\n') => format!("{text}{end}"),
        () => format!("{text}{end}{end}"),
    };
    Ok(before + &addition)
}

/// The text with the settings of an account changed where they differ. What is none or empty in `settings` stays as it is.
pub fn change(text: &str, name: &str, settings: &Settings) -> Result<String, NotToml> {
    let mut document = parse(&text.replace("\r\n", "\n"))?;
    let mut changed = false;
    match document.get_mut("account") {
        Some(Item::ArrayOfTables(tables)) => {
            let mut own = tables.iter_mut().filter(|table| is_named(*table, name));
            if let Some(table) = own.next() {
                changed = apply(table, name, settings);
            }
        }
        Some(Item::Value(Value::Array(tables))) => {
            let mut own = tables.iter_mut().filter_map(Value::as_inline_table_mut);
            if let Some(table) = own.find(|table| is_named(*table, name)) {
                changed = apply(table, name, settings);
            }
        }
        _ => {}
    }
    Ok(match (changed, text.contains("\r\n")) {
        (false, _) => text.to_owned(),
        (true, false) => document.to_string(),
        (true, true) => document.to_string().replace('\n', "\r\n"),
    })
}

/// A d8.toml with nothing of it but this account and what it says of providers: what the account means can be found out
/// whatever is wrong elsewhere.
pub fn alone(text: &str, name: &str) -> Result<String, NotToml> {
    let document = parse(text)?;
    let mut only = DocumentMut::new();
    if let Some(providers) = document.get("provider") {
        only.insert("provider", providers.clone());
    }
    match document.get("account") {
        Some(Item::ArrayOfTables(tables)) => {
            let own = tables.iter().filter(|table| is_named(*table, name)).cloned();
            only.insert("account", Item::ArrayOfTables(own.collect()));
        }
        Some(Item::Value(Value::Array(tables))) => {
            let mut own = Array::new();
            let is_own = |value: &&Value| value.as_inline_table().is_some_and(|table| is_named(table, name));
            own.extend(tables.iter().filter(is_own).cloned());
            only.insert("account", Item::Value(Value::Array(own)));
        }
        _ => {}
    }
    Ok(only.to_string())
}

/// Whether a route named `default` leaves this account out: then nothing is sent there unless somebody names it.
pub fn default_route_leaves_out(text: &str, name: &str) -> Result<bool, NotToml> {
    let document = parse(text)?;
    let Some(routes) = document.get("route").and_then(Item::as_array_of_tables) else {
        return Ok(false);
    };
    let of_account = |target: &str| target == name || target.split('/').next() == Some(name);
    let names_it = |route: &Table| {
        ["primary", "backup", "last_resort"].iter().any(|level| {
            let targets = route.get(level).and_then(Item::as_array);
            targets.is_some_and(|targets| targets.iter().filter_map(Value::as_str).any(of_account))
        })
    };
    let mut default = routes.iter().filter(|route| is_named(*route, "default"));
    Ok(default.next().is_some_and(|route| !names_it(route)))
}

fn parse(text: &str) -> Result<DocumentMut, NotToml> {
    text.parse()
        .map_err(|error: toml_edit::TomlError| NotToml(error.to_string()))
}

fn is_named(table: &dyn toml_edit::TableLike, name: &str) -> bool {
    table.get("name").and_then(Item::as_str) == Some(name)
}

fn pairs(name: &str, settings: &Settings) -> Vec<(&'static str, Value)> {
    let Settings {
        provider,
        variable,
        tier,
        base_url,
        models,
    } = settings;
    let mut pairs = vec![("name", Value::from(name)), ("provider", Value::from(provider))];
    let key = variable.as_ref().map(|variable| format!("env:{variable}"));
    for (field, value) in [("api_key", &key), ("tier", tier), ("base_url", base_url)] {
        pairs.extend(value.as_ref().map(|text| (field, Value::from(text))));
    }
    if !models.is_empty() {
        pairs.push(("models", Value::Array(models.iter().collect())));
    }
    pairs
}

fn apply(table: &mut dyn toml_edit::TableLike, name: &str, settings: &Settings) -> bool {
    let mut changed = false;
    for (field, value) in pairs(name, settings) {
        let old = table.get(field).and_then(Item::as_value);
        if old.is_some_and(|old| plain(old) == plain(&value)) {
            continue;
        }
        changed = true;
        // What stands around a value, such as a comment behind it, is not part of it.
        let decor = old.map(|old| old.decor().clone());
        let mut value = value;
        if let Some(decor) = decor {
            *value.decor_mut() = decor;
        }
        table.insert(field, Item::Value(value));
    }
    changed
}

/// A value without the white space and comments around and within it.
fn plain(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(plain).collect(),
        Value::String(text) => vec![text.value().clone()],
        other => vec![other.to_string().trim().to_owned()],
    }
}

#[cfg(test)]
#[path = "d8_toml_tests.rs"]
mod tests;
