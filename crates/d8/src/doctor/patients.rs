//! Accounts and answers for the tests of judgements.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use d8_core::time::Timestamp;

use super::asked::{Asked, Patient};
use crate::config::{Account, Config, Environment, LoadOptions, Route, Target, UserFolders};
use crate::probe::{Probed, Seen, Verdict};

/// A Groq account with what the catalogue says.
pub(crate) fn account(name: &str) -> Account {
    account_with(name, "")
}

/// The same with more lines.
pub(crate) fn account_with(name: &str, more: &str) -> Account {
    let text = format!(
        "[[account]]\nname = \"{name}\"\nprovider = \"groq\"\napi_key = \"test-key-1\"\n\
         models = [\"llama-3.3-70b-versatile\"]\n{more}\n"
    );
    let options = LoadOptions {
        config_path: None,
        cwd: "/".into(),
        env: Environment::default(),
        folders: UserFolders::default(),
        now: Timestamp::from_secs(1_800_000_000),
    };
    Config::from_text(&text, options).unwrap().accounts.remove(0)
}

/// Routes over the accounts named.
pub(crate) fn routes(accounts: &[&[&str]]) -> Vec<Route> {
    let target = |account: &&str| Target {
        account: (*account).to_owned(),
        model: "m".to_owned(),
    };
    let targets = accounts.iter().map(|all| all.iter().map(target).collect());
    targets.map(|targets| Route::all_primary("route", targets)).collect()
}

/// An account of which nothing more is known.
pub(crate) fn patient(account: &Account, asked: Asked) -> Patient<'_> {
    Patient {
        name: &account.name,
        title: "Groq",
        account: Some(account),
        standing: None,
        asked,
    }
}

/// What a provider said.
pub(crate) fn asked(verdict: Verdict, seen: Option<Seen>) -> Asked {
    Asked::Said(Box::new(Probed {
        model: "llama-3.3-70b-versatile".to_owned(),
        verdict,
        seen,
        counted: None,
    }))
}

/// An answer that tells nothing beside.
pub(crate) fn seen() -> Seen {
    Seen {
        latency: Duration::from_millis(320),
        limits: Vec::new(),
        clock_ahead: None,
    }
}
