//! The accounts that are there already, and where a key belongs among them.

use secrecy::{ExposeSecret, SecretString};

use crate::catalogue::Provider;

/// An account of d8.toml, or one that a key in the environment makes.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its name.
    pub name: String,
    /// Its provider's id.
    pub provider: String,
    /// Where its key is.
    pub source: Source,
    /// Its key, where there is one.
    pub key: Option<SecretString>,
    /// It stands in d8.toml.
    pub is_written: bool,
}

/// Where the key of a known account is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// In a variable, of the environment or of `.env`.
    Variable(String),
    /// In d8.toml itself, or in a file of its own.
    Elsewhere,
    /// Nowhere: it needs none, or a worker brings it.
    Nowhere,
}

/// What is to become of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// It is an account's key already.
    Kept {
        /// The account.
        account: String,
    },
    /// It becomes the key of an account that is there.
    Replaces {
        /// The account.
        account: String,
        /// The variable that will hold it.
        variable: String,
        /// That account has a key that works or has worked: its user must be asked.
        loses_a_key: bool,
    },
    /// It becomes a new account.
    Added {
        /// The account.
        account: String,
        /// The variable that will hold it.
        variable: String,
    },
}

/// Where a key may go: into each of the accounts in `replaces`, or into the new one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Places {
    /// What is done where nobody is asked: nothing is lost by it.
    pub usual: Place,
    /// Another that the user may want.
    pub other: Option<Place>,
}

/// Where `key` belongs. `wanted`: the name that the user gave the account.
///
/// # Errors
/// The account of this name is one of another provider, whose id is given back.
pub fn place(
    known: &[Known],
    provider: &Provider,
    key: Option<&SecretString>,
    wanted: Option<&str>,
) -> Result<Places, String> {
    let only = |usual| Places { usual, other: None };
    if let Some(name) = wanted {
        return Ok(only(match known.iter().find(|account| account.name == name) {
            Some(account) if account.provider != provider.id => return Err(account.provider.clone()),
            Some(account) => into(account, known, provider, key),
            None => added(name.to_owned(), known, provider),
        }));
    }
    let own: Vec<&Known> = known.iter().filter(|account| account.provider == provider.id).collect();
    let same = |account: &&&Known| account.key.is_some() && exposed(account.key.as_ref()) == exposed(key);
    if let Some(account) = own.iter().find(same) {
        return Ok(only(into(account, known, provider, key)));
    }
    // Without keys, one account for each kind of server is what is meant; a second one is asked for by its name.
    let new = added(free_name(&provider.id, known), known, provider);
    let is_empty = |account: &&&Known| account.key.is_none() && (key.is_none() || account.source != Source::Nowhere);
    if let Some(account) = own.iter().find(is_empty) {
        return Ok(Places {
            usual: into(account, known, provider, key),
            other: key.is_none().then_some(new),
        });
    }
    Ok(Places {
        usual: new,
        other: own.first().map(|account| into(account, known, provider, key)),
    })
}

fn into(account: &Known, known: &[Known], provider: &Provider, key: Option<&SecretString>) -> Place {
    let name = account.name.clone();
    let is_same = exposed(account.key.as_ref()) == exposed(key);
    match &account.source {
        _ if is_same && account.is_written => Place::Kept { account: name },
        Source::Variable(variable) if is_same => Place::Added {
            account: name,
            variable: variable.clone(),
        },
        source => Place::Replaces {
            variable: match source {
                Source::Variable(variable) => variable.clone(),
                Source::Elsewhere | Source::Nowhere => variable_for(&name, known, provider),
            },
            loses_a_key: account.key.is_some(),
            account: name,
        },
    }
}

fn added(name: String, known: &[Known], provider: &Provider) -> Place {
    Place::Added {
        variable: variable_for(&name, known, provider),
        account: name,
    }
}

fn exposed(key: Option<&SecretString>) -> Option<&str> {
    key.map(|key| key.expose_secret())
}

/// "groq", "groq-2", "groq-3".
pub(super) fn free_name(id: &str, known: &[Known]) -> String {
    let taken = |name: &str| known.iter().any(|account| account.name == name);
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    let mut names = std::iter::once(id.to_owned()).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_default()
}

/// GROQ_API_KEY for `groq`, GROQ_API_KEY_2 for `groq-2`, GROQ_API_KEY_WORK for `groq-work` and for `work`: one that no other
/// account uses.
fn variable_for(name: &str, known: &[Known], provider: &Provider) -> String {
    let capitals = |text: &str| -> String {
        let letters = text.chars().map(|letter| match letter.is_ascii_alphanumeric() {
            true => letter.to_ascii_uppercase(),
            false => '_',
        });
        letters.collect()
    };
    let first = provider.key_env.first().cloned();
    let base = first.unwrap_or_else(|| format!("{}_API_KEY", capitals(&provider.id)));
    let rest = name.strip_prefix(&*provider.id).unwrap_or(name).trim_start_matches('-');
    let own = if rest.is_empty() {
        base
    } else {
        format!("{base}_{}", capitals(rest))
    };
    let taken = |variable: &str| {
        known
            .iter()
            .any(|account| account.name != name && account.source == Source::Variable(variable.to_owned()))
    };
    let numbered = (2..).map(|number| format!("{own}_{number}"));
    let mut names = std::iter::once(own.clone()).chain(numbered);
    names.find(|variable| !taken(variable)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::catalogue::Catalogue;

    fn known(name: &str, variable: &str, key: Option<&str>) -> Known {
        Known {
            name: name.to_owned(),
            provider: "groq".to_owned(),
            source: Source::Variable(variable.to_owned()),
            key: key.map(SecretString::from),
            is_written: true,
        }
    }

    fn groq() -> &'static Provider {
        Catalogue::builtin().provider("groq").unwrap()
    }

    fn placed(known: &[Known], key: &str, wanted: Option<&str>) -> Places {
        place(known, groq(), Some(&SecretString::from(key)), wanted).unwrap()
    }

    fn add(account: &str, variable: &str) -> Place {
        Place::Added {
            account: account.to_owned(),
            variable: variable.to_owned(),
        }
    }

    fn replace(account: &str, variable: &str, loses_a_key: bool) -> Place {
        Place::Replaces {
            account: account.to_owned(),
            variable: variable.to_owned(),
            loses_a_key,
        }
    }

    #[test]
    fn the_first_key_makes_an_account_named_after_its_provider() {
        assert_eq!(placed(&[], "test-key-1", None).usual, add("groq", "GROQ_API_KEY"));
    }

    #[test]
    fn the_same_key_again_changes_nothing() {
        let there = [known("main", "MY_KEY", Some("test-key-1"))];
        let kept = Place::Kept {
            account: "main".to_owned(),
        };
        assert_eq!(
            placed(&there, "test-key-1", None),
            Places {
                usual: kept,
                other: None
            }
        );
    }

    #[test]
    fn a_key_that_was_only_in_the_environment_is_written_down() {
        let mut found = known("groq", "GROQ_API_KEY", Some("test-key-1"));
        found.is_written = false;
        assert_eq!(placed(&[found], "test-key-1", None).usual, add("groq", "GROQ_API_KEY"));
    }

    #[test]
    fn another_key_is_another_account_unless_the_user_wants_it_to_replace_the_first() {
        let there = [known("groq", "GROQ_API_KEY", Some("test-key-1"))];
        let places = placed(&there, "test-key-2", None);
        assert_eq!(places.usual, add("groq-2", "GROQ_API_KEY_2"));
        assert_eq!(places.other, Some(replace("groq", "GROQ_API_KEY", true)));
        let named = placed(&there, "test-key-2", Some("groq"));
        assert_eq!(named.usual, replace("groq", "GROQ_API_KEY", true));
        assert_eq!(
            placed(&there, "test-key-2", Some("work")).usual,
            add("work", "GROQ_API_KEY_WORK")
        );
    }

    #[test]
    fn an_account_whose_key_is_missing_gets_it() {
        let there = [known("main", "MY_KEY", None)];
        assert_eq!(
            placed(&there, "test-key-1", None).usual,
            replace("main", "MY_KEY", false)
        );
    }

    #[test]
    fn a_server_without_a_key_is_the_same_one_unless_another_is_wanted() {
        let mut there = known("ollama", "", None);
        there.source = Source::Nowhere;
        there.provider = "ollama".to_owned();
        let ollama = Catalogue::builtin().provider("ollama").unwrap();
        let places = place(&[there], ollama, None, None).unwrap();
        let kept = Place::Kept {
            account: "ollama".to_owned(),
        };
        assert_eq!(places.usual, kept);
        assert!(matches!(places.other, Some(Place::Added { account, .. }) if account == "ollama-2"));
    }

    #[test]
    fn an_account_that_a_worker_serves_is_left_alone() {
        let mut served = known("groq", "", None);
        served.source = Source::Nowhere;
        assert_eq!(
            placed(&[served], "test-key-1", None).usual,
            add("groq-2", "GROQ_API_KEY_2")
        );
    }

    #[test]
    fn a_variable_that_another_account_uses_is_not_taken() {
        let there = [known("main", "GROQ_API_KEY", Some("test-key-1"))];
        assert_eq!(placed(&there, "test-key-2", None).usual, add("groq", "GROQ_API_KEY_2"));
    }

    #[test]
    fn a_name_of_another_provider_is_refused() {
        let gemini = Catalogue::builtin().provider("gemini").unwrap();
        let there = [known("groq", "GROQ_API_KEY", None)];
        assert_eq!(place(&there, gemini, None, Some("groq")), Err("groq".to_owned()));
    }
}
