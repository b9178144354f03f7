//! What `d8 worker` is told: by flags, by the environment, by `.env` files that are the worker's own, by an account of
//! d8.toml, and, where nothing else says it, by the files of the Hive's workers.

mod hive_files;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use d8_core::time::Timestamp;
use secrecy::SecretString;

use super::account::{Account, Origin};
use super::environment::Environment;
use super::error::ConfigError;
use super::fault::{Fault, Place};
use super::load::LoadOptions;
use super::location::UserFolders;
use super::{Config, base_url, env_names, text_file, written_accounts};
use crate::catalogue::{Catalogue, Provider};
use crate::secret::{fingerprint, is_placeholder};
use crate::{text, words};
use hive_files::HiveFiles;

/// The orchestrator of a worker that is told none.
const DEFAULT_ORCHESTRATOR: &str = "http://127.0.0.1:5000";

/// What the user typed.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// `--type`: a provider of the catalogue.
    pub kind: Option<String>,
    /// `--orchestrator`; it may hold a token.
    pub orchestrator: Option<SecretString>,
    /// `--id`.
    pub id: Option<String>,
    /// `--account`.
    pub account: Option<String>,
    /// `--base-url`.
    pub base_url: Option<String>,
    /// `--config`.
    pub config_path: Option<PathBuf>,
}

/// Where the worker runs.
#[derive(Clone, Debug)]
pub struct Site {
    /// The current folder; absolute.
    pub cwd: PathBuf,
    /// The environment; the worker's `.env` files are added to it.
    pub env: Environment,
    /// The user's own folders.
    pub folders: UserFolders,
    /// The user's home.
    pub home: Option<PathBuf>,
    /// This machine's name.
    pub host: String,
    /// The present.
    pub now: Timestamp,
}

/// A worker, all its settings resolved.
#[derive(Clone, Debug)]
pub struct RemoteWorker {
    /// Its id.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// Where the orchestrator is; it may hold a token.
    pub orchestrator: SecretString,
    /// What opens the orchestrator, where its URL does not hold it.
    pub token: Option<SecretString>,
    /// Whom it calls and with which key.
    pub account: Account,
    /// The account of the orchestrator's configuration that it is to serve.
    pub serves: Option<String>,
    /// Its tier, where somebody named one.
    pub tier: Option<String>,
    /// Its models, where somebody named them.
    pub models: Vec<String>,
    /// Stands for provider, base URL and key.
    pub fingerprint: String,
    /// What is odd but allowed.
    pub notices: Vec<String>,
}

impl RemoteWorker {
    /// Finds everything that a worker needs.
    pub fn resolve(wishes: &Wishes, site: Site) -> Result<Self, ConfigError> {
        let mut search = Search {
            wishes,
            hive: HiveFiles::none(),
            notices: Vec::new(),
            site,
        };
        search.worker()
    }
}

struct Search<'a> {
    wishes: &'a Wishes,
    site: Site,
    hive: HiveFiles,
    notices: Vec<String>,
}

impl Search<'_> {
    fn worker(&mut self) -> Result<RemoteWorker, ConfigError> {
        let kind = self.kind();
        self.read_env_files(kind.as_deref());
        let configured = self.configured()?;
        let kind = kind
            .or_else(|| configured.as_ref().map(|account| account.provider.clone()))
            .ok_or_else(no_type)?;
        let provider = provider(&kind)?;
        self.hive = HiveFiles::read(self.site.home.as_deref(), &kind)?;
        let (account, tier, models) = match configured {
            Some(account) if account.provider == provider.id => {
                let models = account.models.iter().map(|model| model.id.clone()).collect();
                let tier = Some(account.tier.clone());
                (self.with_key(account, provider)?, tier, models)
            }
            Some(account) => return Err(other_provider(&account, &kind)),
            None => {
                let models: Vec<String> = self.hive.model.iter().cloned().collect();
                (self.of_catalogue(provider, &models)?, None, models)
            }
        };
        let account = self.at_wished_url(account, provider)?;
        let env = |name| self.site.env.get(name).map(str::to_owned);
        let id = self.wishes.id.clone().or_else(|| env(env_names::WORKER_ID));
        let orchestrator = self.wishes.orchestrator.clone();
        let orchestrator = orchestrator.or_else(|| env(env_names::ORCHESTRATOR_URL).map(SecretString::from));
        Ok(RemoteWorker {
            id: id
                .or_else(|| self.hive.id.clone())
                .unwrap_or_else(|| format!("{kind}-{}", self.site.host)),
            orchestrator: orchestrator
                .or_else(|| self.hive.orchestrator.clone())
                .unwrap_or_else(|| SecretString::from(DEFAULT_ORCHESTRATOR)),
            token: env(env_names::D8_TOKEN).map(SecretString::from),
            serves: self.wishes.account.clone(),
            fingerprint: fingerprint(&account.provider, &account.base_url, account.api_key.as_ref()),
            kind,
            account,
            tier,
            models,
            notices: std::mem::take(&mut self.notices),
        })
    }

    /// The type decides which files are read, so it is looked for before they are.
    fn kind(&self) -> Option<String> {
        let mut env = self.site.env.clone();
        for name in [".env.worker", ".env"] {
            let path = self.site.cwd.join(name);
            let _ = text_file::read(&path).map(|text| env.add_dotenv(&text));
        }
        let named = self.wishes.kind.clone();
        let named = named.or_else(|| env.get(env_names::WORKER_TYPE).map(str::to_owned));
        let known_account = self.wishes.account.is_some();
        named
            .or_else(|| HiveFiles::only_type(self.site.home.as_deref()).filter(|_| !known_account))
            .map(|kind| kind.trim().to_ascii_lowercase())
    }

    /// The first file that names a variable counts, the environment before all of them.
    fn read_env_files(&mut self, kind: Option<&str>) {
        let own = kind.map(|kind| format!(".env.worker.{kind}"));
        for name in own.as_deref().into_iter().chain([".env.worker", ".env"]) {
            let path = self.site.cwd.join(name);
            if !path.is_file() {
                continue;
            }
            match text_file::read(&path).map(|text| self.site.env.add_dotenv(&text)) {
                Ok(0) => {}
                Ok(unreadable) => self
                    .notices
                    .push(text!("dotenv-odd-entries", file = name, count = unreadable)),
                Err(error) => self
                    .notices
                    .push(text!("dotenv-unreadable", file = name, why = words::system(&error))),
            }
        }
    }

    /// The account of d8.toml that `--account` names, if there is one: else it is only known to the orchestrator.
    fn configured(&mut self) -> Result<Option<Account>, ConfigError> {
        let Some(name) = &self.wishes.account else {
            return Ok(None);
        };
        let config = Config::load(LoadOptions {
            config_path: self.wishes.config_path.clone(),
            cwd: self.site.cwd.clone(),
            env: self.site.env.clone(),
            folders: self.site.folders.clone(),
            now: self.site.now,
        })?;
        let written = |account: &&Account| account.origin == Origin::File;
        let found = config.account(name).filter(written).cloned();
        if found.is_none() && self.wishes.config_path.is_some() {
            let names = config
                .accounts
                .iter()
                .filter(written)
                .map(|account| account.name.as_str());
            let fault = Fault::new(text!("worker-no-such-account", name = name.as_str()));
            return Err(fault.choices(name, &text!("fault-it-has"), names).into());
        }
        self.site.env = config.env;
        Ok(found)
    }

    fn with_key(&mut self, account: Account, provider: &Provider) -> Result<Account, ConfigError> {
        let api_key = match account.api_key {
            Some(key) if is_placeholder(&key) => {
                let what = text!("worker-its-key", account = account.name.as_str());
                return Err(self.placeholder(&what, provider));
            }
            Some(key) => Some(key),
            None => self.key(provider)?,
        };
        Ok(Account { api_key, ..account })
    }

    fn of_catalogue(&mut self, provider: &Provider, models: &[String]) -> Result<Account, ConfigError> {
        let api_key = self.key(provider)?;
        let name = self.wishes.account.clone().unwrap_or_else(|| provider.id.clone());
        let account = Account::brought(name, &provider.id, None, models, String::new(), self.site.now);
        let account = account.ok_or_else(|| {
            Fault::new(text!("worker-no-known-models", provider = provider.id.as_str()))
                .hint(text!("worker-no-known-models-next"))
        })?;
        let variable = provider.base_url_env.as_deref();
        let written = variable.and_then(|name| Some((name, self.site.env.get(name)?)));
        let base_url = match written {
            Some((name, text)) => {
                base_url::complete(text, &provider.path).map_err(|fault| fault.on(&Place::Variable(name.to_owned())))?
            }
            None => account.base_url.clone(),
        };
        Ok(Account {
            api_key,
            base_url,
            ..account
        })
    }

    fn at_wished_url(&self, account: Account, provider: &Provider) -> Result<Account, ConfigError> {
        let base_url = match &self.wishes.base_url {
            Some(text) => base_url::complete(text, &provider.path)
                .map_err(|fault| Fault::new(format!("--base-url: {}", fault.message)).hint(fault.hints.join("; ")))?,
            None => account.base_url.clone(),
        };
        if base_url.is_empty() {
            let fault = Fault::new(text!("worker-no-base-url", provider = provider.id.as_str()));
            let next = match &provider.base_url_env {
                Some(variable) => text!("worker-no-base-url-variable", variable = variable.as_str()),
                None => text!("worker-no-base-url-file"),
            };
            return Err(fault.hint(next).into());
        }
        Ok(Account { base_url, ..account })
    }

    /// The provider's own variable, then the one for any, then the Hive's file.
    fn key(&self, provider: &Provider) -> Result<Option<SecretString>, ConfigError> {
        let names = provider.key_env.iter().map(String::as_str).chain([env_names::API_KEY]);
        let written = names.filter_map(|name| Some((name.to_owned(), SecretString::from(self.site.env.get(name)?))));
        let of_hive = self.hive.key.clone();
        let found: Vec<(String, SecretString)> = written.chain(of_hive).collect();
        if let Some((_, key)) = found.iter().find(|(_, key)| !is_placeholder(key)) {
            return Ok(Some(key.clone()));
        }
        match found.first() {
            Some((place, _)) => Err(self.placeholder(place, provider)),
            None if provider.local || provider.key_env.is_empty() => Ok(None),
            None => {
                let fault = Fault::new(text!("worker-no-key", provider = provider.called()));
                Err(fault.hint(self.where_keys_go(provider)).into())
            }
        }
    }

    fn placeholder(&self, place: &str, provider: &Provider) -> ConfigError {
        let fault = Fault::new(text!("worker-placeholder", place = place));
        fault.hint(self.where_keys_go(provider)).into()
    }

    fn where_keys_go(&self, provider: &Provider) -> String {
        let variable = provider.key_env.first().map_or(env_names::API_KEY, String::as_str);
        text!(
            "worker-key-next",
            variable = variable,
            provider = provider.id.as_str(),
            folder = self.site.cwd.display().to_string()
        )
    }
}

fn no_type() -> ConfigError {
    Fault::new(text!("worker-no-type"))
        .hint(text!("worker-no-type-next"))
        .into()
}

fn provider(kind: &str) -> Result<&'static Provider, ConfigError> {
    let catalogue = Catalogue::builtin();
    let known = catalogue.providers.iter().filter(|provider| provider.wire.is_some());
    let provider = catalogue.provider(kind).ok_or_else(|| {
        Fault::new(text!("worker-unknown-type", kind = kind)).choices(
            kind,
            &text!("fault-one-of"),
            known.map(|provider| provider.id.as_str()),
        )
    })?;
    match provider.wire {
        Some(_) => Ok(provider),
        None => Err(written_accounts::not_spoken(provider).into()),
    }
}

fn other_provider(account: &Account, kind: &str) -> ConfigError {
    let (name, own) = (&account.name, &account.provider);
    Fault::new(text!(
        "worker-other-provider",
        account = name.as_str(),
        own = own.as_str(),
        kind = kind
    ))
    .hint(text!("worker-other-provider-next", own = own.as_str()))
    .into()
}
