//! The configuration as it was resolved, each value with where it came from. Keys and tokens are never in it.
//!
//! [`Config::explained`] reads it; `origin` finds the place of one value, `account` does so for all of an account.

mod account;
mod origin;
mod written;

use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Value, json};

use super::error::ConfigError;
use super::file::RouteTable;
use super::load::{self, LoadOptions, Loaded};
use super::{Config, Route, StoreLocation, env_names};
use crate::text;
use crate::words;
pub use account::{limit_called, without_password};
use origin::Places;

/// The whole configuration.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The configuration itself.
    pub config: Config,
    /// Server, store, then each account, route, worker rule, agent and provider.
    pub sections: Vec<Section>,
}

/// One table.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Section {
    /// `server`, `store`, `account`, `route`, `worker`, `agent` or `provider`.
    pub section: &'static str,
    /// Its name, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its values.
    pub settings: Vec<Setting>,
}

/// One value.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Setting {
    /// As d8.toml has it.
    pub key: String,
    /// The value; of a secret only that there is one.
    pub value: Value,
    /// The value in the user's language, where it holds words.
    #[serde(skip)]
    pub words: Option<String>,
    /// Where it came from.
    pub source: Source,
}

/// Where a value came from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// It is written in d8.toml.
    File {
        /// Which line, from 1.
        line: usize,
    },
    /// It is a variable of the environment.
    Variable {
        /// Its name.
        name: String,
        /// The line of d8.toml that names it.
        #[serde(skip_serializing_if = "Option::is_none")]
        line: Option<usize>,
    },
    /// It is a variable in a `.env` file.
    Dotenv {
        /// Its name.
        name: String,
        /// The file.
        file: PathBuf,
        /// The line of d8.toml that names it.
        #[serde(skip_serializing_if = "Option::is_none")]
        line: Option<usize>,
    },
    /// The catalogue says so.
    Catalogue {
        /// When that was true.
        date: String,
    },
    /// A `[[provider]]` entry of d8.toml says so.
    OwnEntry,
    /// Nobody said anything.
    Default,
}

impl Setting {
    fn new(key: impl Into<String>, value: impl Into<Value>, source: Source) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
            words: None,
            source,
        }
    }

    /// The value on one line.
    pub fn shown(&self) -> String {
        self.words.clone().unwrap_or_else(|| shown(&self.value))
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Null => "-".to_owned(),
        Value::Object(fields) => fields.get("called").map_or_else(|| value.to_string(), shown),
        other => other.to_string(),
    }
}

impl Config {
    /// Reads the configuration as [`Config::load`] does, and tells of each value where it came from.
    pub fn explained(options: LoadOptions) -> Result<Explained, ConfigError> {
        load::load(options).map(explain)
    }

    /// The same for a text, as [`Config::from_text`] reads it.
    pub fn explained_text(text: &str, options: LoadOptions) -> Result<Explained, ConfigError> {
        load::from_text(text, options).map(explain)
    }
}

fn explain(loaded: Loaded) -> Explained {
    let places = Places::new(&loaded.text, &loaded.config.env);
    let mut sections = vec![server(&loaded, &places), store(&loaded, &places)];
    sections.extend(account::sections(&loaded, &places));
    let routes = loaded.config.routes.iter();
    sections.extend(routes.map(|route| self::route(route, &loaded.file.route, &places)));
    for (rule, table) in loaded.config.workers.iter().zip(&loaded.file.worker) {
        let at = places.line(&table.span());
        let table = table.as_ref();
        let account = places.written(table.account.as_ref());
        let timeout = places.written(table.timeout.as_ref());
        let mut settings = Vec::new();
        let mut add = |key, value: Option<String>, at: &Source| {
            settings.extend(value.map(|value| Setting::new(key, value, at.clone())));
        };
        add("id", rule.id.clone(), &at);
        add("type", rule.kind.clone(), &at);
        add("account", rule.account.clone(), &account);
        add("timeout", rule.timeout.map(words::span), &timeout);
        sections.push(Section {
            section: "worker",
            name: None,
            settings,
        });
    }
    for (section, named) in [("agent", "name"), ("provider", "id")] {
        sections.extend(written::sections(&loaded.text, section, named, &places));
    }
    Explained {
        config: loaded.config,
        sections,
    }
}

fn server(loaded: &Loaded, places: &Places<'_>) -> Section {
    let (server, table) = (&loaded.config.server, &loaded.file.server);
    let token = match (&server.token, places.variable(env_names::D8_SERVER__TOKEN)) {
        (None, _) => Setting::new("token", Value::Null, Source::Default),
        (Some(_), Some(source)) => Setting::new("token", HIDDEN, source),
        (Some(_), None) => places.secret("token", table.token.as_ref()),
    };
    let settings = vec![
        Setting::new(
            "listen",
            server.listen.to_string(),
            places.overridden(env_names::D8_SERVER__LISTEN, table.listen.as_ref()),
        ),
        token,
        Setting::new(
            "worker_timeout",
            words::span(server.worker_timeout),
            places.overridden(env_names::D8_SERVER__WORKER_TIMEOUT, table.worker_timeout.as_ref()),
        ),
        Setting::new(
            "max_pending",
            server.max_pending,
            places.written(table.max_pending.as_ref()),
        ),
        Setting::new(
            "allow_private_callbacks",
            server.allow_private_callbacks,
            places.written(table.allow_private_callbacks.as_ref()),
        ),
    ];
    Section {
        section: "server",
        name: None,
        settings,
    }
}

/// What stands in the place of a secret: nothing of it, not even its length.
pub const HIDDEN: &str = "(hidden)";

fn store(loaded: &Loaded, places: &Places<'_>) -> Section {
    let StoreLocation::Sqlite(path) = &loaded.config.store;
    let source = places.overridden(env_names::D8_STORE__URL, loaded.file.store.url.as_ref());
    Section {
        section: "store",
        name: None,
        settings: vec![Setting::new("url", format!("sqlite:{}", path.display()), source)],
    }
}

fn route(route: &Route, tables: &[RouteTable], places: &Places<'_>) -> Section {
    let table = tables.iter().find(|table| *table.name.as_ref() == route.name);
    let mut settings = Vec::new();
    for (index, key) in ["primary", "backup", "last_resort"].into_iter().enumerate() {
        let written = table.map(|table| [&table.primary, &table.backup, &table.last_resort][index]);
        let targets: Vec<Value> = route.levels[index]
            .iter()
            .map(|target| json!(format!("{}/{}", target.account, target.model)))
            .collect();
        if targets.is_empty() && (index > 0 || table.is_some()) {
            continue;
        }
        settings.push(Setting::new(
            key,
            targets,
            places.written(written.and_then(|all| all.first())),
        ));
    }
    let patience = route.patience;
    let (queued, interactive) = (words::span(patience.queued), words::span(patience.interactive));
    let mut setting = match patience.interactive == patience.queued {
        true => Setting::new("patience", queued, Source::Default),
        false => Setting {
            words: Some(text!(
                "config-patience",
                queued = queued.as_str(),
                interactive = interactive.as_str()
            )),
            ..Setting::new(
                "patience",
                format!("{queued} ({interactive} interactive)"),
                Source::Default,
            )
        },
    };
    setting.source = places.written(table.and_then(|table| table.patience.as_ref()));
    settings.push(setting);
    let written = table.and_then(|table| table.last_resort_after.as_ref());
    let after = words::span(route.last_resort_after);
    settings.push(Setting::new("last_resort_after", after, places.written(written)));
    Section {
        section: "route",
        name: Some(route.name.clone()),
        settings,
    }
}
