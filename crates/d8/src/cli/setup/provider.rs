//! Which provider.

use d8_core::time::Timestamp;

use super::{Stop, Wizard};
use crate::catalogue::{Catalogue, Provider};
use crate::cli::Failure;
use crate::config::{Account, suggestion};
use crate::setup::limits;
use crate::text;

impl Wizard {
    /// The one that the user named, or chooses.
    pub(super) fn provider(&self) -> Result<&Provider, Stop> {
        let usable = || {
            self.catalogue
                .providers
                .iter()
                .filter(|provider| provider.wire.is_some())
        };
        match &self.wishes.provider {
            Some(named) => named_provider(&self.catalogue, named),
            None if !self.asker.is_person() => {
                let ids: Vec<&str> = usable().map(|provider| provider.id.as_str()).collect();
                let failure = Failure::not_started(text!("setup-which"));
                Err(failure.hint(text!("setup-which-hint", ids = ids.join(", "))).into())
            }
            None => {
                let providers: Vec<&Provider> = usable().collect();
                let now = self.options.now;
                let lines = providers.iter().map(|provider| line(provider, now)).collect();
                let chosen = self.asker.choose(&text!("setup-choose-provider"), lines)?;
                let chosen = providers.get(chosen).copied();
                chosen.ok_or(Stop::Interrupted)
            }
        }
    }
}

fn named_provider<'a>(catalogue: &'a Catalogue, named: &str) -> Result<&'a Provider, Stop> {
    let id = named.trim().to_ascii_lowercase();
    let ids = || catalogue.providers.iter().map(|provider| provider.id.as_str());
    let Some(provider) = catalogue.provider(&id) else {
        let failure = Failure::not_started(text!("setup-unknown-provider", name = named));
        let hint = match suggestion::nearest(&id, ids()) {
            Some(near) => text!("setup-did-you-mean", name = near),
            None => text!("setup-which-hint", ids = ids().collect::<Vec<_>>().join(", ")),
        };
        return Err(failure.hint(hint).into());
    };
    if provider.wire.is_none() {
        let failure = Failure::not_started(text!("setup-not-spoken", provider = provider.title.as_str()));
        return Err(failure.hint(text!("setup-not-spoken-hint")).into());
    }
    Ok(provider)
}

/// "Groq              free: 30 requests a minute, 1,000 a day (2026-08-14)".
fn line(provider: &Provider, now: Timestamp) -> String {
    const TITLE: usize = 16;
    let title = match provider.id.as_str() {
        // Its title is a sentence.
        "openai-compatible" => text!("setup-any-server"),
        _ => provider.title.clone(),
    };
    format!("{title:TITLE$}  {}", gives(provider, now))
}

/// What the provider gives for nothing, by the catalogue.
fn gives(provider: &Provider, now: Timestamp) -> String {
    let tier = provider.default_tier();
    let date = tier.provenance.date.as_deref().unwrap_or("d8.toml");
    match () {
        () if provider.local => text!("setup-gives-local"),
        () if tier.models.is_empty() => text!("setup-gives-unknown"),
        () if !tier.free => text!("setup-gives-nothing"),
        () => {
            let account = Account::brought(provider.id.clone(), &provider.id, None, &[], String::new(), now);
            let requests = account.map_or_else(Vec::new, |account| limits::of_requests(&account));
            match requests.is_empty() {
                true => text!("setup-gives-free"),
                false => text!("setup-gives-limits", limits = requests.join(", "), date = date),
            }
        }
    }
}
