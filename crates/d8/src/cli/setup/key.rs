//! Getting the key.

use std::io::Read;

use secrecy::{ExposeSecret, SecretString};

use super::{Stop, Wizard};
use crate::catalogue::Provider;
use crate::cli::Failure;
use crate::cli::say;
use crate::setup::key::{NoKey, clean, doubt};
use crate::setup::known::{Known, Source};
use crate::text;

/// No key is longer.
const LONGEST: u64 = 64 * 1024;

/// A key, and whether it must be written.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// None: the server asks for none.
    pub(super) key: Option<SecretString>,
    /// It was typed or piped in; else it is where it can be found already.
    pub(super) is_new: bool,
}

/// The key on standard input.
pub(super) fn of_input() -> Result<SecretString, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(LONGEST).read_to_string(&mut text);
    let text = SecretString::from(text);
    read.map_err(|error| Failure::not_started(text!("setup-stdin-unreadable", error = error.to_string())))?;
    clean(&text).map_err(|why| Failure::not_started(complaint(why)).hint(text!("setup-stdin-hint")))
}

impl Wizard {
    /// The key for the provider: given on standard input, known already, or typed.
    pub(super) fn key(&self, provider: &Provider, known: &[Known]) -> Result<Given, Stop> {
        if let Some(key) = &self.key_given {
            self.say_doubt(key, provider);
            return Ok(Given {
                key: Some(key.clone()),
                is_new: true,
            });
        }
        if provider.local {
            return Ok(Given {
                key: None,
                is_new: false,
            });
        }
        let wanted = self.wishes.account.as_deref();
        let own = |account: &&Known| {
            account.provider == provider.id && account.key.is_some() && wanted.is_none_or(|name| name == account.name)
        };
        let there = known.iter().find(own);
        match (there, self.asker.is_person()) {
            (Some(account), true) => {
                let options = vec![place(account), text!("setup-other-key")];
                match self.asker.choose(&text!("setup-key-there"), options)? {
                    0 => Ok(found(account)),
                    _ => self.typed_key(provider),
                }
            }
            (Some(account), false) => Ok(found(account)),
            (None, true) => self.typed_key(provider),
            (None, false) => {
                let failure = Failure::not_started(text!("setup-no-key", provider = provider.called()));
                Err(failure
                    .hint(text!("setup-no-key-hint", id = provider.id.as_str()))
                    .into())
            }
        }
    }

    /// Asks until there is something that can be a key.
    pub(super) fn typed_key(&self, provider: &Provider) -> Result<Given, Stop> {
        if let Some(url) = &provider.keys_at {
            say(&text!(
                "setup-keys-at",
                provider = provider.called(),
                url = url.as_str()
            ));
        }
        if provider.keys_at.is_none() {
            say(&text!("setup-any-key"));
        }
        let question = text!("setup-ask-key", provider = provider.called());
        loop {
            let typed = self.asker.key(&question)?;
            match clean(&typed) {
                Ok(key) => {
                    let length = key.expose_secret().len();
                    say(&text!("setup-key-length", length = length));
                    self.say_doubt(&key, provider);
                    return Ok(Given {
                        key: Some(key),
                        is_new: true,
                    });
                }
                Err(why) => say(&complaint(why)),
            }
        }
    }

    fn say_doubt(&self, key: &SecretString, provider: &Provider) {
        if let Some(begins) = doubt(key, provider) {
            let provider = provider.called();
            say(&text!("setup-key-doubt", provider = provider, begins = begins));
        }
    }
}

fn found(account: &Known) -> Given {
    Given {
        key: account.key.clone(),
        is_new: false,
    }
}

fn place(account: &Known) -> String {
    let name = account.name.as_str();
    match &account.source {
        Source::Variable(variable) if account.is_written => {
            text!(
                "setup-use-account-variable",
                account = name,
                variable = variable.as_str()
            )
        }
        Source::Variable(variable) => text!("setup-use-variable", variable = variable.as_str()),
        Source::Elsewhere | Source::Nowhere => text!("setup-use-account", account = name),
    }
}

fn complaint(why: NoKey) -> String {
    match why {
        NoKey::Empty => text!("setup-key-empty"),
        NoKey::Placeholder => text!("setup-key-placeholder"),
        NoKey::Unfit => text!("setup-key-unfit"),
    }
}
