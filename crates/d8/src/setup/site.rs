//! The files of one place: what they say, what they will say, and the writing of it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use d8_core::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::d8_toml::{self, NotToml, Settings};
use super::known::{Known, Source, free_name};
use super::{KeptText, dotenv};
use crate::catalogue::{Catalogue, Provider};
use crate::config::{Account, Config, Environment, LoadOptions, UserFolders};
use crate::private_file::{self, Closed};
use crate::secret::{SecretSource, is_placeholder};

const CONFIG: &str = "d8.toml";
const DOTENV: &str = ".env";

/// Why the files cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// A file that cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A file or folder that can surely not be written.
    #[error("{path}: {source}")]
    Unwritable {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// d8.toml is no TOML.
    #[error("{0}")]
    NotToml(
        /// What is wrong where.
        String,
    ),
    /// What would be written is no configuration.
    #[error("{0}")]
    NoConfig(String),
}

/// Done, or the trouble with it.
pub type Result<T> = std::result::Result<T, Trouble>;

/// A d8.toml and the `.env` beside it, as they are.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where d8.toml is, or will be.
    pub config_path: PathBuf,
    /// Where `.env` is, or will be.
    pub env_path: PathBuf,
    config: Option<KeptText>,
    env: Option<KeptText>,
    /// The process's own variables.
    process: Environment,
    folder: PathBuf,
    now: Timestamp,
}

/// What is to be written.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The account.
    pub name: String,
    /// Whether d8.toml has it already.
    pub is_written: bool,
    /// What d8.toml shall say of it.
    pub settings: Settings,
    /// The key, where it belongs into `.env` (under `settings.variable`): one that came from the environment stays there.
    pub key: Option<SecretString>,
    /// Comment lines for a d8.toml that is new.
    pub head: String,
}

/// What was written; a file that says what it said before is not touched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// d8.toml was.
    pub config: bool,
    /// `.env` was; and whether nobody else can read it.
    pub env: Option<Closed>,
    /// `.env` says what it said, but others could read its keys; and whether they no longer can.
    pub shut: Option<Closed>,
}

impl Site {
    /// The d8.toml that `--config` names, else the one that commands find here, else a new one in this folder.
    ///
    /// # Errors
    /// A file is there and cannot be read.
    pub fn find(named: Option<&Path>, options: &LoadOptions) -> Result<Self> {
        let config_path = match named {
            Some(named) => options.cwd.join(named),
            None => found(&options.cwd, &options.folders),
        };
        let folder = config_path.parent().unwrap_or(&options.cwd).to_owned();
        let env_path = folder.join(DOTENV);
        Ok(Self {
            config: read(&config_path)?,
            env: read(&env_path)?,
            config_path,
            env_path,
            process: options.env.clone(),
            folder,
            now: options.now,
        })
    }

    /// The catalogue with what d8.toml says of providers.
    ///
    /// # Errors
    /// It says it wrongly.
    pub fn catalogue(&self, options: &LoadOptions) -> Result<Arc<Catalogue>> {
        if self.config.is_none() {
            return Ok(Arc::clone(Catalogue::builtin()));
        }
        let options = LoadOptions {
            config_path: Some(self.config_path.clone()),
            ..options.clone()
        };
        Config::catalogue(&options).map_err(|error| Trouble::NotToml(error.to_string()))
    }

    /// The accounts of d8.toml, and those that keys in the environment and in `.env` make.
    ///
    /// # Errors
    /// d8.toml is no TOML.
    pub fn known(&self, catalogue: &Catalogue) -> Result<Vec<Known>> {
        let env = self.environment(self.env_text());
        let written = d8_toml::accounts(self.config_text()).map_err(|error| self.not_toml(&error))?;
        let mut known: Vec<Known> = written.iter().map(|account| self.written(account, &env)).collect();
        for provider in catalogue.providers.iter().filter(|provider| !provider.local) {
            let Some((variable, key)) = key_in(&env, provider) else {
                continue;
            };
            let same = |account: &Known| {
                account.provider == provider.id
                    && account
                        .key
                        .as_ref()
                        .is_some_and(|own| own.expose_secret() == key.expose_secret())
            };
            if known.iter().any(same) {
                continue;
            }
            known.push(Known {
                name: free_name(&provider.id, &known),
                provider: provider.id.clone(),
                source: Source::Variable(variable),
                key: Some(key),
                is_written: false,
            });
        }
        Ok(known)
    }

    /// What d8.toml and `.env` will say.
    ///
    /// # Errors
    /// d8.toml is no TOML.
    pub fn texts(&self, draft: &Draft) -> Result<(String, String)> {
        let text = self.config_text();
        let config = if draft.is_written {
            d8_toml::change(text, &draft.name, &draft.settings)
        } else {
            d8_toml::add(text, &draft.head, &draft.name, &draft.settings)
        };
        let env = match (&draft.settings.variable, &draft.key) {
            (Some(variable), Some(key)) if !self.is_in_file(variable, key) => {
                dotenv::set(self.env_text(), variable, key)
            }
            _ => self.env_text().to_owned(),
        };
        Ok((config.map_err(|error| self.not_toml(&error))?, env))
    }

    /// The account as it will be, with its limits; whatever is wrong with others. `key`: what it is called with.
    ///
    /// # Errors
    /// It would be none, in the words that the reader of d8.toml has for it.
    pub fn account(&self, draft: &Draft, key: Option<&SecretString>) -> Result<Account> {
        let (config, env) = self.texts(draft)?;
        let alone = d8_toml::alone(&config, &draft.name).map_err(|error| self.not_toml(&error))?;
        let options = LoadOptions {
            config_path: None,
            cwd: self.folder.clone(),
            env: self.environment(&env),
            folders: UserFolders::default(),
            now: self.now,
        };
        let config = Config::from_text(&alone, options).map_err(|error| Trouble::NoConfig(error.to_string()))?;
        let account = config.account(&draft.name).cloned();
        let mut account = account.ok_or_else(|| Trouble::NoConfig(draft.name.clone()))?;
        account.api_key = key.cloned().or(account.api_key);
        Ok(account)
    }

    /// Writes what has changed, the key first: a d8.toml that names a key which is not there would stop every command.
    ///
    /// # Errors
    /// A file cannot be written. The other one may be.
    pub fn write(&self, draft: &Draft) -> Result<Written> {
        let (config, env) = self.texts(draft)?;
        std::fs::create_dir_all(&self.folder).map_err(|source| trouble(&self.folder, source))?;
        let closed = if env == self.env_text() {
            None
        } else {
            let bytes = self.env.clone().unwrap_or_default().bytes_of(&env);
            let closed = private_file::write(&self.env_path, &bytes);
            Some(closed.map_err(|source| trouble(&self.env_path, source))?)
        };
        let is_new = config != self.config_text();
        if is_new {
            let bytes = self.config.clone().unwrap_or_default().bytes_of(&config);
            std::fs::write(&self.config_path, bytes).map_err(|source| trouble(&self.config_path, source))?;
        }
        let was_open = closed.is_none() && self.holds_keys() && private_file::is_open_to_others(&self.env_path);
        Ok(Written {
            config: is_new,
            env: closed,
            shut: was_open.then(|| private_file::close_to_others(&self.env_path)),
        })
    }

    /// Whether the files can be written, found out without leaving anything behind.
    ///
    /// # Errors
    /// They cannot.
    pub fn can_be_written(&self) -> Result<()> {
        let existing = self.folder.ancestors().find(|folder| folder.exists());
        let folder = existing.unwrap_or(&self.folder);
        let trial = folder.join(format!(".d8-setup-{}", std::process::id()));
        let tried = std::fs::OpenOptions::new().write(true).create_new(true).open(&trial);
        let tried = tried
            .and_then(|_| std::fs::remove_file(&trial))
            .map_err(|why| (folder, why));
        let appended = match self.config {
            Some(_) => std::fs::OpenOptions::new()
                .append(true)
                .open(&self.config_path)
                .map(drop),
            None => Ok(()),
        };
        let tried = tried.and_then(|()| appended.map_err(|why| (self.config_path.as_path(), why)));
        tried.map_err(|(path, source)| Trouble::Unwritable {
            path: path.display().to_string(),
            source,
        })
    }

    /// Whether a variable is set in the process's environment alone: what starts elsewhere does not find it.
    pub fn is_only_in_process(&self, variable: &str) -> bool {
        let mut file = Environment::default();
        file.add_dotenv(self.env_text());
        self.process.get(variable).is_some() && file.get(variable).is_none()
    }

    /// Whether `.env` has a key of a provider, or one that d8.toml names.
    fn holds_keys(&self) -> bool {
        let mut file = Environment::default();
        file.add_dotenv(self.env_text());
        let providers = Catalogue::builtin().providers.iter();
        let written = d8_toml::accounts(self.config_text()).unwrap_or_default();
        let named = written.iter().filter_map(|account| {
            let text = SecretString::from(account.api_key.as_deref()?);
            match SecretSource::parse(&text) {
                SecretSource::Variable(name) => Some(name),
                _ => None,
            }
        });
        providers
            .flat_map(|provider| &provider.key_env)
            .any(|name| file.get(name).is_some())
            || named.into_iter().any(|name| file.get(&name).is_some())
    }

    /// Whether the process's environment holds something else in a variable: it goes before `.env`.
    pub fn is_shadowed(&self, variable: &str, key: &SecretString) -> bool {
        self.process.get(variable).is_some_and(|set| set != key.expose_secret())
    }

    /// Whether `.env` says so already.
    fn is_in_file(&self, variable: &str, key: &SecretString) -> bool {
        let mut env = Environment::default();
        env.add_dotenv(self.env_text());
        env.get(variable) == Some(key.expose_secret())
    }

    fn environment(&self, env_text: &str) -> Environment {
        let mut env = self.process.clone();
        env.add_dotenv(env_text);
        env
    }

    fn written(&self, account: &d8_toml::Written, env: &Environment) -> Known {
        let source = account
            .api_key
            .as_ref()
            .map(|text| SecretSource::parse(&SecretString::from(text.as_str())));
        let (source, key) = match source {
            None => (Source::Nowhere, None),
            Some(SecretSource::Variable(name)) => {
                let key = env.get(&name).map(SecretString::from);
                (Source::Variable(name), key)
            }
            Some(SecretSource::File(path)) => {
                let text = std::fs::read_to_string(self.folder.join(path)).ok();
                (Source::Elsewhere, text.map(|text| SecretString::from(text.trim())))
            }
            Some(SecretSource::Literal(key)) => (Source::Elsewhere, Some(key)),
        };
        Known {
            name: account.name.clone(),
            provider: account.provider.clone(),
            source,
            key: key.filter(|key| !is_placeholder(key)),
            is_written: true,
        }
    }

    /// Whether a route of the user's leaves this account out.
    pub fn default_route_leaves_out(&self, name: &str) -> bool {
        d8_toml::default_route_leaves_out(self.config_text(), name).unwrap_or(false)
    }

    fn config_text(&self) -> &str {
        self.config.as_ref().map_or("", |kept| kept.text.as_str())
    }

    fn env_text(&self) -> &str {
        self.env.as_ref().map_or("", |kept| kept.text.as_str())
    }

    fn not_toml(&self, error: &NotToml) -> Trouble {
        Trouble::NotToml(format!("{}: {}", self.config_path.display(), error.0))
    }
}

fn found(cwd: &Path, folders: &UserFolders) -> PathBuf {
    let here = cwd.join(CONFIG);
    let users = folders.config.as_ref().map(|folder| folder.join(CONFIG));
    let mut users = users.into_iter().filter(|path| !here.is_file() && path.is_file());
    users.next().unwrap_or(here)
}

fn read(path: &Path) -> Result<Option<KeptText>> {
    KeptText::read(path).map_err(|source| trouble(path, source))
}

fn trouble(path: &Path, source: io::Error) -> Trouble {
    Trouble::File {
        path: path.display().to_string(),
        source,
    }
}

/// The variable that holds the provider's key, and the key.
fn key_in(env: &Environment, provider: &Provider) -> Option<(String, SecretString)> {
    let set = provider.key_env.iter().filter_map(|name| Some((name, env.get(name)?)));
    let mut keys = set.map(|(name, key)| (name.clone(), SecretString::from(key)));
    keys.find(|(_, key)| !is_placeholder(key))
}

#[cfg(test)]
#[path = "site_tests.rs"]
mod tests;
