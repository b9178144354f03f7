//! Keys: a variable that the file names stays that variable; a key that stands in the file gets one, in `.env`.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::Secret;
use crate::catalogue::Provider;
use crate::config::{Environment, env_names};

/// LiteLLM's notation of a variable.
const NOTATION: &str = "os.environ/";

/// The variables of the new d8.toml.
pub(super) struct Keys<'a> {
    env: &'a Environment,
    /// What the file itself sets.
    given: BTreeMap<String, String>,
    /// What goes into `.env`.
    moved: BTreeMap<String, String>,
    named: BTreeSet<String>,
}

/// The variable of a notation, if it is one.
pub(super) fn variable(text: &str) -> Option<&str> {
    text.strip_prefix(NOTATION).map(str::trim)
}

impl<'a> Keys<'a> {
    pub(super) fn new(env: &'a Environment) -> Self {
        Self {
            env,
            given: BTreeMap::new(),
            moved: BTreeMap::new(),
            named: BTreeSet::new(),
        }
    }

    /// Variables that the file sets itself.
    pub(super) fn given(&mut self, variables: Map<String, Value>) {
        for (name, value) in variables {
            if let Some(text) = plain(&value).filter(|text| variable(text).is_none()) {
                self.given.insert(name, text);
            }
        }
    }

    /// What a variable holds, where that is known.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        let own = self.env.get(name).map(str::to_owned);
        own.or_else(|| self.given.get(name).cloned())
    }

    /// The variable for a deployment's key; none where it has none and needs none.
    pub(super) fn key(&mut self, written: Option<&Value>, provider: &Provider) -> Option<String> {
        let usual = provider.key_env.first();
        let Some(text) = written.and_then(plain).filter(|text| !text.is_empty()) else {
            // LiteLLM looks for the provider's own variable then.
            return usual.filter(|_| !provider.local).map(|name| self.name(name));
        };
        if let Some(name) = variable(&text) {
            return Some(self.name(name));
        }
        let base = usual.cloned().unwrap_or_else(|| {
            let id = provider.id.to_ascii_uppercase().replace('-', "_");
            format!("{id}_API_KEY")
        });
        Some(self.hide(&base, text))
    }

    /// The variable for the token that callers show.
    pub(super) fn token(&mut self, written: &Value) -> Option<String> {
        let text = plain(written).filter(|text| !text.is_empty())?;
        Some(match variable(&text) {
            Some(name) => self.name(name),
            None => self.hide(env_names::D8_TOKEN, text),
        })
    }

    fn name(&mut self, name: &str) -> String {
        self.named.insert(name.to_owned());
        if let Some(value) = self.given.get(name)
            && self.env.get(name).is_none()
        {
            self.moved.insert(name.to_owned(), value.clone());
        }
        name.to_owned()
    }

    /// Gives a key a name that holds nothing else: `base`, or the first of `base_2`, `base_3`.
    fn hide(&mut self, base: &str, key: String) -> String {
        let numbered = (2..).map(|number| format!("{base}_{number}"));
        let holds = |name: &String| {
            let moved = self.moved.get(name).map(String::as_str);
            moved.or_else(|| self.env.get(name)).is_none_or(|held| held == key)
                && (moved.is_some() || self.env.get(name).is_some() || !self.named.contains(name))
        };
        let mut names = std::iter::once(base.to_owned()).chain(numbered);
        let name = names.find(holds).unwrap_or_else(|| base.to_owned());
        self.named.insert(name.clone());
        if self.env.get(&name).is_none() {
            self.moved.insert(name.clone(), key);
        }
        name
    }

    /// Every variable that d8.toml names.
    pub(super) fn named(&self) -> Vec<String> {
        self.named.iter().cloned().collect()
    }

    /// Those that nobody has set and that are not moved.
    pub(super) fn unset(&self) -> Vec<String> {
        let unset = |name: &&String| self.env.get(name).is_none() && !self.moved.contains_key(*name);
        self.named.iter().filter(unset).cloned().collect()
    }

    /// What the file sets and nothing in d8.toml needs.
    pub(super) fn unused_variables(&self) -> Vec<String> {
        let unused = |name: &&String| !self.named.contains(*name);
        self.given.keys().filter(unused).cloned().collect()
    }

    pub(super) fn into_secrets(self) -> Vec<Secret> {
        let secret = |(name, value)| Secret {
            name,
            value: SecretString::from(value),
        };
        self.moved.into_iter().map(secret).collect()
    }
}

/// A scalar as text.
pub(super) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}
