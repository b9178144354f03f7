//! Which models share a count.

use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};

use crate::config::account::Model;

/// Patterns over model ids: `*` stands for any text. One text or a list of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Patterns(pub(crate) Vec<String>);

impl Patterns {
    /// All models.
    pub(crate) fn all() -> Self {
        Self(vec!["*".to_owned()])
    }

    /// Whether the id or the base of a model fits one of the patterns.
    pub(crate) fn fit(&self, model: &Model) -> bool {
        self.0
            .iter()
            .any(|pattern| matches(pattern, &model.id) || matches(pattern, &model.base))
    }
}

/// How a limit, as written, spreads over models.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Spread {
    /// Each base model that fits has a count of its own.
    Each(Patterns),
    /// All models that fit share one count.
    Shared(Patterns),
}

/// The scope of one count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Scope {
    /// The models with this base.
    Base(String),
    /// The models that fit.
    Shared(Patterns),
}

impl Scope {
    /// Whether a model spends this count.
    pub(crate) fn covers(&self, model: &Model) -> bool {
        match self {
            Self::Base(base) => model.base == *base,
            Self::Shared(patterns) => patterns.fit(model),
        }
    }

    /// The same text for the same scope: part of a limit's key.
    pub(crate) fn canonical(&self) -> String {
        match self {
            Self::Base(base) => base.clone(),
            Self::Shared(patterns) => {
                let mut sorted = patterns.0.clone();
                sorted.sort();
                sorted.dedup();
                sorted.join(",")
            }
        }
    }
}

/// Whether a text fits a pattern. The work is at most the product of their lengths.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

impl<'de> Deserialize<'de> for Patterns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMany)
    }
}

/// Reads one text or a list by hand: an untagged enum would lose the place of an error.
struct OneOrMany;

impl<'de> Visitor<'de> for OneOrMany {
    type Value = Patterns;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("`\"*\"` or a list of patterns in brackets")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Patterns, E> {
        Ok(Patterns(vec![text.to_owned()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Patterns, A::Error> {
        let mut patterns = Vec::new();
        while let Some(pattern) = list.next_element()? {
            patterns.push(pattern);
        }
        Ok(Patterns(patterns))
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, expected) in [
            ("*", "anything", true),
            ("llama-*", "llama-3.1-8b-instant", true),
            ("llama-*", "gpt-llama-", false),
            ("*-flash", "gemini-2.0-flash", true),
            ("*-flash", "gemini-2.0-flash-lite", false),
            ("a*b*c", "a1b2b3c", true),
            ("a*a", "a", false),
            ("exact", "exact", true),
            ("exact", "exactly", false),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
