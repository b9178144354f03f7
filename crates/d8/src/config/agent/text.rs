//! What an agent asks: texts with names in braces, which are filled for each occurrence.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Spanned, Value};

use super::topics::Topic;
use super::{OWN_NAMES, unknown_name};
use crate::config::fault::Fault;
use crate::config::surroundings::Surroundings;
use crate::config::text_file;
use crate::{text, words};

/// One for all topics, or one for each language that topics are in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ByLanguage<T> {
    /// Whatever the topic's language.
    Same(T),
    /// By the topic's `language`.
    Each(BTreeMap<String, T>),
}

impl<T> ByLanguage<T> {
    /// The one for a topic in this language.
    pub fn get(&self, language: Option<&str>) -> Option<&T> {
        match self {
            Self::Same(one) => Some(one),
            Self::Each(all) => all.get(language?),
        }
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        let (one, all) = match self {
            Self::Same(one) => (Some(one), None),
            Self::Each(all) => (None, Some(all)),
        };
        one.into_iter().chain(all.into_iter().flat_map(BTreeMap::values))
    }

    fn map<U>(&self, mut each: impl FnMut(&T) -> Result<U, Fault>) -> Result<ByLanguage<U>, Fault> {
        Ok(match self {
            Self::Same(one) => ByLanguage::Same(each(one)?),
            Self::Each(all) => {
                let pairs = all.iter().map(|(language, one)| Ok((language.clone(), each(one)?)));
                ByLanguage::Each(pairs.collect::<Result<_, Fault>>()?)
            }
        })
    }
}

/// How names stand in a text.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Braces {
    /// `{name}`, in paths.
    Single,
    /// `{{name}}`, in prompts: they may hold JSON.
    Double,
}

impl Braces {
    fn pair(self) -> (&'static str, &'static str) {
        match self {
            Self::Single => ("{", "}"),
            Self::Double => ("{{", "}}"),
        }
    }

    /// A name as it is written.
    pub(super) fn around(self, name: &str) -> String {
        let (open, close) = self.pair();
        format!("{open}{name}{close}")
    }
}

/// A text with names to be filled in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template {
    text: String,
    braces: Braces,
}

impl Template {
    /// Braces around anything but a name are text.
    pub fn new(text: impl Into<String>, braces: Braces) -> Self {
        Self {
            text: text.into(),
            braces,
        }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names in it.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.each(|_, name| names.extend(name));
        names
    }

    /// Filled: `value` says what stands for a name.
    pub fn fill(&self, value: impl Fn(&str) -> String) -> String {
        let mut filled = String::with_capacity(self.text.len());
        self.each(|text, name| {
            filled.push_str(text);
            if let Some(name) = name {
                filled.push_str(&value(name));
            }
        });
        filled
    }

    /// Each piece of text, and the name behind it.
    fn each<'a>(&'a self, mut piece: impl FnMut(&'a str, Option<&'a str>)) {
        let (open, close) = self.braces.pair();
        let (mut from, mut at) = (0, 0);
        while let Some(found) = self.text[at..].find(open) {
            let begin = at + found;
            let inside = begin + open.len();
            let end = self.text[inside..].find(close).map(|length| inside + length);
            match end.map(|end| (end, self.text[inside..end].trim())) {
                Some((end, name)) if is_name(name) => {
                    piece(&self.text[from..begin], Some(name));
                    at = end + close.len();
                    from = at;
                }
                // One brace on: `{{{name}}}` is a name in braces.
                _ => at = begin + 1,
            }
        }
        piece(&self.text[from..], None);
    }
}

/// Letters, digits, `_` and `-`, not beginning with a digit.
pub(super) fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.chars().all(is_part) && text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
}

/// Which names the texts of an agent may hold.
pub(super) struct Names<'a> {
    topics: &'a [Topic],
    vars: &'a BTreeMap<String, ByLanguage<Vec<String>>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(topics: &'a [Topic], vars: &'a BTreeMap<String, ByLanguage<Vec<String>>>) -> Self {
        Self { topics, vars }
    }

    /// Fails on a name that stands for nothing, or for nothing with some topic.
    pub(super) fn check(&self, template: &Template) -> Result<(), Fault> {
        for name in template.names() {
            if OWN_NAMES.contains(&name) || self.vars.contains_key(name) {
                continue;
            }
            let with = |topic: &&Topic| name == "topic" || topic.vars.contains_key(name);
            let having = self.topics.iter().filter(with).count();
            if having == 0 {
                let known: Vec<&str> = self.known().into_iter().collect();
                return Err(unknown_name(name, &template.braces.around(name), &known));
            }
            if let Some(lacking) = self.topics.iter().find(|topic| !with(topic)) {
                return Err(
                    Fault::new(text!("agent-topic-without", topic = lacking.text.as_str(), name = name))
                        .hint(text!("agent-topic-without-next")),
                );
            }
        }
        Ok(())
    }

    fn known(&self) -> BTreeSet<&'a str> {
        let of_topics = self
            .topics
            .iter()
            .flat_map(|topic| topic.vars.keys().map(String::as_str));
        let topic = (!self.topics.is_empty()).then_some("topic");
        let own = OWN_NAMES.into_iter().chain(topic);
        own.chain(self.vars.keys().map(String::as_str))
            .chain(of_topics)
            .collect()
    }

    /// Fails where a topic's language has nothing of its own.
    fn check_languages<T>(&self, what: &str, texts: &ByLanguage<T>) -> Result<(), Fault> {
        let ByLanguage::Each(all) = texts else { return Ok(()) };
        if self.topics.is_empty() {
            return Err(Fault::new(text!("agent-language-no-topics", what = what)).hint(text!(
                "agent-topics-language",
                example = "topics = [{ topic = \"...\", language = \"es\" }]"
            )));
        }
        for topic in self.topics {
            match topic.language() {
                None => {
                    return Err(Fault::new(text!(
                        "agent-topic-without",
                        topic = topic.text.as_str(),
                        name = "language"
                    ))
                    .hint(text!("agent-every-topic-language", what = what)));
                }
                Some(language) if !all.contains_key(language) => {
                    let known = all.keys().map(String::as_str);
                    return Err(
                        Fault::new(text!("agent-language-nothing", what = what, language = language)).choices(
                            language,
                            &text!("fault-it-has"),
                            known,
                        ),
                    );
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

/// The texts of `prompt` or `system`: themselves, or of a file; one, or one for each language.
pub(super) fn texts(
    what: &str,
    value: &Spanned<Value>,
    names: &Names<'_>,
    around: &Surroundings<'_>,
) -> Result<ByLanguage<Template>, Fault> {
    let judge = || {
        let written = by_language(what, value.as_ref(), |value| match value {
            Value::String(text) => Some(text.clone()),
            _ => None,
        })?;
        names.check_languages(what, &written)?;
        written.map(|text| {
            let template = Template::new(content(what, text, around)?, Braces::Double);
            names.check(&template)?;
            Ok(template)
        })
    };
    judge().map_err(|fault: Fault| fault.at(value.span()))
}

fn content(what: &str, text: &str, around: &Surroundings<'_>) -> Result<String, Fault> {
    let content = match text.strip_prefix("file:") {
        None => text.to_owned(),
        Some(path) => {
            let path = around.path(path.trim());
            text_file::read(&path).map_err(|error| {
                Fault::new(text!(
                    "agent-file-unreadable",
                    file = path.display().to_string(),
                    why = words::system(&error)
                ))
                .hint(text!("agent-file-unreadable-next", what = what))
            })?
        }
    };
    if content.trim().is_empty() {
        return Err(Fault::new(text!("agent-text-empty", what = what)));
    }
    Ok(content)
}

/// `vars`: each a text, a list of texts that take turns, or one of these for each language.
pub(super) fn vars(
    table: Option<&BTreeMap<Spanned<String>, Spanned<Value>>>,
) -> Result<BTreeMap<String, ByLanguage<Vec<String>>>, Fault> {
    let mut vars = BTreeMap::new();
    for (name, value) in table.into_iter().flatten() {
        let text = name.as_ref();
        if !is_name(text) {
            return Err(Fault::new(text!("agent-not-in-braces", name = text.as_str()))
                .at(name.span())
                .hint(text!("agent-not-in-braces-next")));
        }
        if OWN_NAMES.contains(&text.as_str()) || text == "topic" {
            return Err(Fault::new(text!("agent-own-meaning", name = text.as_str()))
                .at(name.span())
                .hint(text!("agent-other-name")));
        }
        let values = by_language(text, value.as_ref(), list).map_err(|fault| fault.at(value.span()))?;
        if values.all().any(Vec::is_empty) {
            return Err(Fault::new(text!("agent-no-value", name = text.as_str())).at(value.span()));
        }
        vars.insert(text.clone(), values);
    }
    Ok(vars)
}

/// Texts and whatever else can stand in a text.
pub(super) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => Some(value.to_string()),
        Value::Array(_) | Value::Table(_) => None,
    }
}

fn list(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(values) => values.iter().map(plain).collect(),
        other => Some(vec![plain(other)?]),
    }
}

fn by_language<T>(what: &str, value: &Value, read: impl Fn(&Value) -> Option<T>) -> Result<ByLanguage<T>, Fault> {
    let wrong = || Fault::new(text!("agent-no-text", what = what)).hint(text!("agent-no-text-next", what = what));
    match value {
        Value::Table(table) => {
            let pair = |(language, value)| Some((String::clone(language), read(value)?));
            let all: Option<BTreeMap<String, T>> = table.iter().map(pair).collect();
            all.filter(|all| !all.is_empty())
                .map(ByLanguage::Each)
                .ok_or_else(wrong)
        }
        one => read(one).map(ByLanguage::Same).ok_or_else(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_and_other_braces_are_text() {
        let fill = |text: &str, braces| Template::new(text, braces).fill(|name| format!("<{name}>"));
        let double = |text| fill(text, Braces::Double);
        assert_eq!(double("{{topic}} on {{ date }}"), "<topic> on <date>");
        assert_eq!(double("{\"a\": {\"b\": 1}}"), "{\"a\": {\"b\": 1}}");
        assert_eq!(double("{{{n}}} {{1}} {{a b}} {{ñ}} {{"), "{<n>} {{1}} {{a b}} <ñ> {{");
        assert_eq!(fill("out/{agent}/{n}.md", Braces::Single), "out/<agent>/<n>.md");
        assert_eq!(Template::new("{{a}}{{b}}", Braces::Double).names(), ["a", "b"]);
    }
}
