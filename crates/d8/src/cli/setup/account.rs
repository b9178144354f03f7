//! An account in the d8.toml of this machine.

use super::check::Checked;
use super::ending::{Ending, First};
use super::key::Given;
use super::{Stop, Wizard};
use crate::catalogue::Provider;
use crate::cli::say;
use crate::cli::{Failure, INTERRUPTED, OK, reload, up};
use crate::client::{Address, Client, find};
use crate::config::{self, Account, Config, LoadOptions};
use crate::probe::{Probed, aside};
use crate::setup::d8_toml::Settings;
use crate::setup::known::{Known, Place, Places, Source, place};
use crate::setup::{Draft, Site, local};
use crate::text;

impl Wizard {
    pub(super) async fn set_up_account(&self, provider: &Provider) -> Result<u8, Stop> {
        let site = &self.site;
        let known = site.known(&self.catalogue)?;
        // What cannot be kept need not be asked for.
        site.can_be_written()?;
        let mut settings = Settings {
            provider: provider.id.clone(),
            variable: None,
            tier: self.wishes.tier.clone(),
            base_url: self.base_url(provider)?,
            models: self.wishes.models.clone(),
        };
        let mut given = self.key(provider, &known)?;
        let mut draft = self.draft(&known, provider, &settings, &given)?;
        if !draft.is_written {
            settings.tier = self.tier(provider)?;
            draft.settings.tier = settings.tier.clone().or(draft.settings.tier);
        }
        if self.needs_models(provider, &draft) {
            settings.models = self.listed_models(provider, &draft, &given).await?;
            draft.settings.models.clone_from(&settings.models);
        }
        let mut asked = Vec::new();
        loop {
            let account = site.account(&draft, given.key.as_ref())?;
            match self.check(provider, &account, &mut asked).await? {
                Checked::Write => return self.write(site, &draft, &account, &asked).await,
                Checked::AnotherKey => {
                    asked.clear();
                    given = self.typed_key(provider)?;
                    draft = self.draft(&known, provider, &settings, &given)?;
                }
                Checked::AnotherModel => {
                    settings.models = self.another_model(&account)?;
                    draft.settings.models.clone_from(&settings.models);
                }
            }
        }
    }

    /// Where the catalogue does not know what a server has. An account that is there says so itself.
    fn needs_models(&self, provider: &Provider, draft: &Draft) -> bool {
        let is_unknown = provider.local || provider.default_tier().models.is_empty();
        draft.settings.models.is_empty() && is_unknown && (self.asker.is_person() || !draft.is_written)
    }

    /// What is to be written, and under which name.
    fn draft(&self, known: &[Known], provider: &Provider, settings: &Settings, given: &Given) -> Result<Draft, Stop> {
        let places = place(known, provider, given.key.as_ref(), self.wishes.account.as_deref());
        let places = places.map_err(|other| {
            let name = self.wishes.account.as_deref().unwrap_or_default();
            Failure::not_started(text!("setup-other-provider", account = name, provider = other))
                .hint(text!("setup-other-provider-hint"))
        })?;
        let (name, variable) = match self.settled(places)? {
            // A key that is only in the environment, and is given once more, is to be kept.
            Place::Kept { account } if given.is_new => {
                let source = known
                    .iter()
                    .find(|known| known.name == account)
                    .map(|known| &known.source);
                let variable = match source {
                    Some(Source::Variable(variable)) => Some(variable.clone()),
                    _ => None,
                };
                (account, variable)
            }
            Place::Kept { account } => (account, None),
            Place::Replaces { account, variable, .. } | Place::Added { account, variable } => (account, Some(variable)),
        };
        let is_written = known.iter().any(|account| account.is_written && account.name == name);
        let default_tier = || {
            // Where there are several it is good to see which one counts.
            let tier = provider.default_tier().name.clone();
            (!is_written && tiers(provider).len() > 1).then_some(tier)
        };
        Ok(Draft {
            settings: Settings {
                variable: variable.filter(|_| given.key.is_some()),
                tier: settings.tier.clone().or_else(default_tier),
                ..settings.clone()
            },
            key: given.key.clone().filter(|_| given.is_new),
            name,
            is_written,
            head: text!("setup-file-head"),
        })
    }

    /// Asks before a key is lost, or becomes a second account.
    fn settled(&self, places: Places) -> Result<Place, Stop> {
        let Places { usual, other } = places;
        if !self.asker.is_person() {
            return Ok(usual);
        }
        match (&usual, other) {
            (Place::Added { account: new, .. }, Some(other)) => {
                let Place::Replaces { account: old, .. } = &other else {
                    return Ok(usual);
                };
                let options = vec![
                    text!("setup-add-second", account = new.as_str()),
                    text!("setup-replace", account = old.as_str()),
                ];
                let question = text!("setup-account-there", account = old.as_str());
                Ok(if self.asker.choose(&question, options)? == 0 {
                    usual
                } else {
                    other
                })
            }
            (Place::Kept { account }, Some(new)) => {
                let Place::Added { account: other, .. } = &new else {
                    return Ok(usual);
                };
                let options = vec![
                    text!("setup-set-up-again", account = account.as_str()),
                    text!("setup-add-second", account = other.as_str()),
                ];
                let question = text!("setup-server-there", account = account.as_str());
                Ok(if self.asker.choose(&question, options)? == 0 {
                    usual
                } else {
                    new
                })
            }
            (
                Place::Replaces {
                    account,
                    loses_a_key: true,
                    ..
                },
                _,
            ) => {
                let question = text!("setup-confirm-replace", account = account.as_str());
                if self.asker.confirm(&question, false)? {
                    Ok(usual)
                } else {
                    Err(Stop::Interrupted)
                }
            }
            _ => Ok(usual),
        }
    }

    /// The tier that was named, or is chosen where there are several.
    fn tier(&self, provider: &Provider) -> Result<Option<String>, Stop> {
        let tiers = tiers(provider);
        if self.wishes.tier.is_some() || !self.asker.is_person() || tiers.len() < 2 {
            return Ok(self.wishes.tier.clone());
        }
        let question = text!("setup-choose-tier", provider = provider.called());
        let chosen = self.asker.choose(&question, tiers.clone())?;
        Ok(tiers.get(chosen).cloned())
    }

    /// Where it is, if not where the catalogue says.
    fn base_url(&self, provider: &Provider) -> Result<Option<String>, Stop> {
        let usual = provider.base_url();
        if let Some(text) = &self.wishes.base_url {
            let url = config::complete_base_url(text, &provider.path);
            return Ok(Some(
                url.map_err(|error| Failure::not_started(format!("--base-url: {error}")))?,
            ));
        }
        if !provider.local && usual.is_some() {
            return Ok(None);
        }
        if !self.asker.is_person() && usual.is_none() {
            let failure = Failure::not_started(text!("setup-no-url", provider = provider.called()));
            return Err(failure.hint(text!("setup-no-url-hint")).into());
        }
        let question = text!("setup-ask-url", provider = provider.called());
        loop {
            let answer = self.asker.line(&question, usual.as_deref().unwrap_or_default())?;
            match config::complete_base_url(&answer, &provider.path) {
                Ok(url) if Some(&url) == usual.as_ref() => return Ok(None),
                Ok(url) => return Ok(Some(url)),
                Err(error) => say(&error.to_string()),
            }
        }
    }

    /// The models that the server lists, as the user chooses; typed where it lists none.
    async fn listed_models(&self, provider: &Provider, draft: &Draft, given: &Given) -> Result<Vec<String>, Stop> {
        let site = &self.site;
        let asking = Draft {
            settings: Settings {
                // A server is asked before any model is known, and an account must have one.
                models: vec!["?".to_owned()],
                ..draft.settings.clone()
            },
            ..draft.clone()
        };
        let account = site.account(&asking, given.key.as_ref())?;
        let listed = if self.wishes.offline {
            Ok(Vec::new())
        } else {
            say(&text!("setup-listing", url = account.base_url.as_str()));
            local::models(&account, &provider.title).await
        };
        let is_there = listed.is_ok();
        let mut listed = match listed {
            Ok(listed) => listed,
            Err((words, next)) => {
                let next = start(provider).or(next);
                if !self.asker.is_person() {
                    let failure = Failure::broke_off(words).hint(text!("setup-offline-model-hint"));
                    return Err(Failure {
                        hints: next.into_iter().chain(failure.hints).collect(),
                        ..failure
                    }
                    .into());
                }
                say(&words);
                if let Some(next) = next {
                    say(&text!("setup-advice", advice = next));
                }
                Vec::new()
            }
        };
        // What only makes vectors of texts answers nobody.
        listed.retain(|model| !model.to_ascii_lowercase().contains("embed"));
        if !listed.is_empty() {
            let chosen = self.asker.choose_some(&text!("setup-choose-models"), listed.clone())?;
            let chosen: Vec<String> = chosen.into_iter().filter_map(|at| listed.get(at).cloned()).collect();
            if !chosen.is_empty() {
                return Ok(chosen);
            }
        }
        if is_there {
            say(&text!("setup-no-list", url = account.base_url.as_str()));
        }
        if !self.asker.is_person() {
            let failure = Failure::broke_off(text!("setup-no-model"));
            return Err(failure.hint(text!("setup-no-model-hint")).into());
        }
        loop {
            let model = self.asker.line(&text!("setup-ask-model"), "")?;
            if !model.is_empty() {
                return Ok(vec![model]);
            }
        }
    }

    fn another_model(&self, account: &Account) -> Result<Vec<String>, Stop> {
        let models: Vec<String> = account.models.iter().map(|model| model.id.clone()).collect();
        // The one that was refused is the first.
        let others: Vec<String> = models.iter().skip(1).cloned().collect();
        if others.is_empty() {
            return Ok(vec![self.asker.line(&text!("setup-ask-model"), "")?]);
        }
        let chosen = self.asker.choose(&text!("setup-choose-model"), others.clone())?;
        let first = others.get(chosen).cloned();
        let rest = others.iter().filter(|model| Some(*model) != first.as_ref()).cloned();
        Ok(first.clone().into_iter().chain(rest).collect())
    }

    async fn write(&self, site: &Site, draft: &Draft, account: &Account, asked: &[Probed]) -> Result<u8, Stop> {
        let written = site.write(draft)?;
        let config = self.written_config();
        let running = config.as_ref().and_then(find::holder);
        let ending = Ending {
            site,
            draft,
            account,
            catalogue: &self.catalogue,
            seen: asked
                .last()
                .and_then(|probed| probed.seen.as_ref())
                .map_or_else(Vec::new, |seen| seen.limits.clone()),
            is_named: self.wishes.config.is_some(),
        };
        ending.say(&written);
        let first = match running {
            Some(address) => self.offer_reload(address).await?,
            None => First::Up,
        };
        if let Some(config) = &config {
            count(config, &draft.name, asked).await;
        }
        ending.say_next(first);
        if first != First::Up || !self.asker.is_person() {
            return Ok(OK);
        }
        match self.asker.confirm(&text!("setup-start-now"), true) {
            Ok(true) => Ok(up::run_with(self.wishes.config.clone()).await?),
            Ok(false) => Ok(OK),
            // All is written: there is nothing to take back.
            Err(Stop::Interrupted) => Ok(INTERRUPTED),
            Err(stop) => Err(stop),
        }
    }

    /// Everything as it is written now.
    fn written_config(&self) -> Option<Config> {
        let options = LoadOptions {
            config_path: Some(self.site.config_path.clone()),
            ..self.options.clone()
        };
        Config::load(options).ok()
    }

    /// Gives what is left to do first.
    async fn offer_reload(&self, running: Address) -> Result<First, Stop> {
        let question = text!("setup-reload-now", url = running.shown());
        if !self.asker.confirm(&question, true)? {
            return Ok(First::Reload);
        }
        let client = Client::open(vec![running]).await.map_err(Failure::from)?;
        reload::reload(&client, false).await?;
        Ok(First::Accounts)
    }
}

/// The provider has counted what was asked. An orchestrator that runs and was not told of the account finds it out from headers
/// and refusals.
async fn count(config: &Config, account: &str, asked: &[Probed]) {
    let asked: Vec<_> = asked.iter().map(|probed| (account, probed)).collect();
    if let Err(error) = aside::tell(config, &asked).await {
        tracing::debug!("the questions are not in the ledger: {error}");
    }
}

/// How to start a server of one's own that is not there.
pub(super) fn start(provider: &Provider) -> Option<String> {
    let command = local::start_command(&provider.id)?;
    Some(text!("setup-start-server", command = command))
}

/// The tiers that an account of today may be on.
fn tiers(provider: &Provider) -> Vec<String> {
    let today = provider.tiers.iter().filter(|tier| !tier.past);
    today.map(|tier| tier.name.clone()).collect()
}
