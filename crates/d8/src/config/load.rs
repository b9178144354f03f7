//! Brings file, environment and catalogue together.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use d8_core::time::Timestamp;

use super::environment::Environment;
use super::error::ConfigError;
use super::fault::Fault;
use super::file::File;
use super::location::{self, Source, UserFolders};
use super::surroundings::Surroundings;
use super::{
    Agent, Config, agent, draft, env_names, found_accounts, route, server, store_location, toml_words, worker,
    written_accounts,
};
use crate::catalogue::{Catalogue, ProviderTable, with_entries};
use crate::text;

/// What the program knows before it reads its configuration.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// The file that the user named with `--config`.
    pub config_path: Option<PathBuf>,
    /// The current folder; absolute.
    pub cwd: PathBuf,
    /// The environment; `.env` files are added to it.
    pub env: Environment,
    /// The user's own folders.
    pub folders: UserFolders,
    /// The present: resets of the clock are worked out around it.
    pub now: Timestamp,
}

impl LoadOptions {
    /// For a program that runs now, here, as this user.
    pub fn of_process(config_path: Option<PathBuf>, now: Timestamp) -> std::io::Result<Self> {
        let cwd = std::env::current_dir()?;
        Ok(Self {
            config_path,
            cwd,
            env: Environment::of_process(),
            folders: UserFolders::of_user(),
            now,
        })
    }
}

impl Config {
    /// Finds and reads d8.toml and `.env`, and resolves every setting. Without a file the environment alone decides.
    pub fn load(options: LoadOptions) -> Result<Self, ConfigError> {
        load(options).map(|loaded| loaded.config)
    }

    /// The agents of d8.toml alone, for those who only look at them or let others do their work: no account and no key is
    /// looked for, and what they ask for is not looked up. Without a file there are none.
    pub fn load_agents(options: &LoadOptions) -> Result<Vec<Agent>, ConfigError> {
        let Some(source) = location::find(options.config_path.as_deref(), &options.cwd, &options.folders)? else {
            return Ok(Vec::new());
        };
        let beside = source.path.as_deref().and_then(Path::parent);
        let env = Environment::default();
        let around = Surroundings {
            env: &env,
            folder: beside.unwrap_or(&options.cwd),
            catalogue: Catalogue::builtin(),
            now: options.now,
        };
        let text = plain(&source.text);
        let judged = toml::from_str(&text).map_err(|error| toml_words::fault(&error));
        let agents = judged.and_then(|file: File| {
            let private = file.server.allow_private_callbacks.as_ref();
            let private = private.is_some_and(|allowed| *allowed.as_ref());
            agent::judge(&file.agent, &around, private)
        });
        agents.map_err(|fault| ConfigError::new(fault, &source.shown, &text))
    }

    /// What is known of providers where the program runs: the built-in catalogue with the `[[provider]]` entries of the
    /// d8.toml that [`Config::load`] would read. The rest of the file need not be right but in its form.
    pub fn catalogue(options: &LoadOptions) -> Result<Arc<Catalogue>, ConfigError> {
        let source = location::find(options.config_path.as_deref(), &options.cwd, &options.folders)?;
        let Some(Source { shown, text, .. }) = source else {
            return Ok(Arc::clone(Catalogue::builtin()));
        };
        let file: Result<File, Fault> = toml::from_str(&text).map_err(|error| toml_words::fault(&error));
        file.and_then(|file| known_with(&file.provider))
            .map_err(|fault| ConfigError::new(fault, &shown, &text))
    }

    /// The configuration that `text` says, as if it were a d8.toml in the current folder. Reads no `.env`.
    pub fn from_text(text: &str, options: LoadOptions) -> Result<Self, ConfigError> {
        from_text(text, options).map(|loaded| loaded.config)
    }
}

/// A configuration with what it was read from.
pub(super) struct Loaded {
    pub(super) config: Config,
    /// d8.toml as it is written.
    pub(super) file: File,
    /// Its text.
    pub(super) text: String,
}

/// See [`Config::load`].
pub(super) fn load(options: LoadOptions) -> Result<Loaded, ConfigError> {
    let source = location::find(options.config_path.as_deref(), &options.cwd, &options.folders)?;
    let beside = source
        .as_ref()
        .and_then(|source| source.path.as_deref())
        .and_then(Path::parent);
    let mut notices = Vec::new();
    let mut env = options.env;
    let folders: Vec<&Path> = beside.into_iter().chain([options.cwd.as_path()]).collect();
    location::add_dotenv(&mut env, &folders, &mut notices);
    // Without a file the store is the user's, so that what a key has spent is known wherever d8 is started.
    let store_folder = beside
        .or(options.folders.data.as_deref())
        .unwrap_or(&options.cwd)
        .to_owned();
    let folder = beside.unwrap_or(&options.cwd).to_owned();
    let source = source.unwrap_or(Source {
        path: None,
        shown: String::new(),
        text: String::new(),
    });
    assemble(
        source,
        Site {
            folder,
            store_folder,
            env,
            now: options.now,
            notices,
        },
    )
}

/// See [`Config::from_text`].
pub(super) fn from_text(text: &str, options: LoadOptions) -> Result<Loaded, ConfigError> {
    let source = Source {
        path: None,
        shown: location::FILE_NAME.to_owned(),
        text: text.to_owned(),
    };
    let LoadOptions { cwd, env, now, .. } = options;
    assemble(
        source,
        Site {
            folder: cwd.clone(),
            store_folder: cwd,
            env,
            now,
            notices: Vec::new(),
        },
    )
}

/// Where a configuration lives.
struct Site {
    folder: PathBuf,
    store_folder: PathBuf,
    env: Environment,
    now: Timestamp,
    notices: Vec<String>,
}

fn assemble(source: Source, site: Site) -> Result<Loaded, ConfigError> {
    let text = plain(&source.text);
    let (config, file) = judge(&text, site).map_err(|fault| ConfigError::new(fault, &source.shown, &text))?;
    Ok(Loaded {
        config: Config {
            file: source.path,
            ..config
        },
        file,
        text,
    })
}

/// Without what editors put before and between lines.
fn plain(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n")
}

fn judge(text: &str, site: Site) -> Result<(Config, File), Fault> {
    let Site {
        folder,
        store_folder,
        env,
        now,
        mut notices,
    } = site;
    let file: File = toml::from_str(text).map_err(|error| toml_words::fault(&error))?;
    let catalogue = known_with(&file.provider)?;
    let around = Surroundings {
        env: &env,
        folder: &folder,
        catalogue: &catalogue,
        now,
    };
    notice_unknown_overrides(&env, &mut notices);
    let server = server::judge(&file.server, &around)?;
    let store = store_location::judge(&file.store, &store_folder, &around)?;
    let mut drafts = written_accounts::judge(&file.account, &around, &server, &mut notices)?;
    drafts.extend(found_accounts::find(&drafts, &around, &server, &mut notices)?);
    let accounts = draft::settle(&drafts, around.now);
    let routes = route::judge(&file.route, &accounts)?;
    let default_is_implied = file
        .route
        .iter()
        .all(|route| route.name.as_ref() != route::DEFAULT_ROUTE);
    let workers = worker::judge(&file.worker, &accounts)?;
    let agents = agent::judge(&file.agent, &around, server.allow_private_callbacks)?;
    let config = Config {
        server,
        store,
        accounts,
        routes,
        default_is_implied,
        workers,
        agents,
        notices,
        file: None,
        env: env.clone(),
        catalogue,
    };
    agent::check_what_they_ask_for(&file.agent, &config)?;
    Ok((config, file))
}

/// What is known of providers with the user's own entries.
fn known_with(entries: &[ProviderTable]) -> Result<Arc<Catalogue>, Fault> {
    if entries.is_empty() {
        return Ok(Arc::clone(Catalogue::builtin()));
    }
    with_entries(Catalogue::builtin(), entries).map(Arc::new)
}

/// A misspelt override would silently do nothing.
fn notice_unknown_overrides(env: &Environment, notices: &mut Vec<String>) {
    let known = || env_names::ALL.iter().map(|(name, _)| *name);
    for name in env
        .names()
        .filter(|name| name.starts_with("D8_") && name.contains("__") && known().all(|known| known != *name))
    {
        notices.push(match super::suggestion::nearest(name, known()) {
            Some(near) => text!("notice-no-setting-near", variable = name, near = near),
            None => text!("notice-no-setting", variable = name),
        });
    }
}
