//! What an agent asks about: texts, tables with more names, or files of them.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Table, Value};

use super::text::plain;
use crate::config::fault::Fault;
use crate::config::file::AgentTable;
use crate::config::surroundings::Surroundings;
use crate::config::text_file;
use crate::{text, words};

/// One topic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Topic {
    /// What `{{topic}}` says.
    pub text: String,
    /// What else is known of it, by name; `language` chooses among texts.
    pub vars: BTreeMap<String, String>,
}

impl Topic {
    /// The language it is in, where that is said.
    pub fn language(&self) -> Option<&str> {
        self.vars.get("language").map(String::as_str)
    }
}

/// All topics in their order. Files take turns: one of the first, one of the second, and so on.
pub(super) fn judge(table: &AgentTable, around: &Surroundings<'_>) -> Result<Vec<Topic>, Fault> {
    let Some(written) = &table.topics else {
        return Ok(Vec::new());
    };
    let sources = match written.as_ref() {
        Value::Array(values) => values.iter().map(|value| source(value, around)).collect(),
        one => source(one, around).map(|topics| vec![topics]),
    };
    let sources: Vec<Vec<Topic>> = sources.map_err(|fault: Fault| fault.at(written.span()))?;
    let longest = sources.iter().map(Vec::len).max().unwrap_or_default();
    let turn = |at: usize| sources.iter().filter_map(move |topics| topics.get(at).cloned());
    Ok((0..longest).flat_map(turn).collect())
}

fn source(value: &Value, around: &Surroundings<'_>) -> Result<Vec<Topic>, Fault> {
    match value {
        Value::String(text) => match text.strip_prefix("file:") {
            Some(path) => file(&around.path(path.trim())),
            None => Ok(vec![topic(value, &BTreeMap::new())?]),
        },
        other => Ok(vec![topic(other, &BTreeMap::new())?]),
    }
}

fn topic(value: &Value, common: &BTreeMap<String, String>) -> Result<Topic, Fault> {
    let wrong = |what: String| {
        Fault::new(what).hint(text!(
            "agent-write-topic",
            example = "\"rust\"",
            table = "{ topic = \"rust\", language = \"en\" }"
        ))
    };
    match value {
        Value::String(text) if !text.trim().is_empty() => Ok(Topic {
            text: text.clone(),
            vars: common.clone(),
        }),
        Value::Table(table) => {
            let mut vars = common.clone();
            vars.extend(texts(table).ok_or_else(|| wrong(text!("agent-topic-more")))?);
            let text = vars.remove("topic").filter(|text| !text.trim().is_empty());
            Ok(Topic {
                text: text.ok_or_else(|| wrong(text!("agent-topic-lacks")))?,
                vars,
            })
        }
        _ => Err(wrong(text!("agent-topic-no-text"))),
    }
}

fn texts(table: &Table) -> Option<BTreeMap<String, String>> {
    let pair = |(name, value)| Some((String::clone(name), plain(value)?));
    table.iter().map(pair).collect()
}

/// The topics of a file. `.toml`: a list `topics`, and what all of them have in common; else one a line, without those that
/// begin with `#`.
fn file(path: &Path) -> Result<Vec<Topic>, Fault> {
    let shown = path.display().to_string();
    let text = text_file::read(path).map_err(|error| {
        Fault::new(text!(
            "agent-topics-unreadable",
            file = shown.as_str(),
            why = words::system(&error)
        ))
    })?;
    let topics = if path.extension().is_some_and(|extension| extension == "toml") {
        in_toml(&text).map_err(|mut fault| {
            fault.message = format!("{shown}: {}", fault.message);
            fault
        })?
    } else {
        let lines = text.lines().map(str::trim);
        let plain = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let topic = |line: &str| Topic {
            text: line.to_owned(),
            vars: BTreeMap::new(),
        };
        plain.map(topic).collect()
    };
    if topics.is_empty() {
        return Err(Fault::new(text!("agent-topics-empty", file = shown.as_str())));
    }
    Ok(topics)
}

fn in_toml(text: &str) -> Result<Vec<Topic>, Fault> {
    let mut table: Table = toml::from_str(text).map_err(|error| Fault::new(error.message().to_owned()))?;
    let wrong = || {
        Fault::new(text!("agent-no-topic-list")).hint(text!(
            "agent-write-topics",
            example = "topics = [\"...\", { topic = \"...\", language = \"es\" }]"
        ))
    };
    let Some(Value::Array(list)) = table.remove("topics") else {
        return Err(wrong());
    };
    let common = texts(&table).ok_or_else(|| Fault::new(text!("agent-topics-common")))?;
    list.iter().map(|value| topic(value, &common)).collect()
}
