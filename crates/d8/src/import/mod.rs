//! Configurations of other programs as a d8.toml: what is understood is written down with where it came from, what is not is
//! said, and keys that stand in the file go to `.env`.
//!
//! In reading order: [`litellm`] is the whole way; `entry` reads one deployment, `provider` knows whose it is, `keys` gives
//! its key a name, `accounts` brings deployments together, `routes` is who is asked first, `write` is the text. Nothing here reads
//! or writes a file.

mod accounts;
mod entry;
mod keys;
mod provider;
mod routes;
mod write;

use std::path::PathBuf;

use d8_core::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::config::{Config, Environment, LoadOptions, UserFolders};
use crate::text;
use entry::Reading;

/// What became of a file.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The d8.toml.
    pub toml: String,
    /// What stood in the file as it is and belongs into `.env`.
    pub secrets: Vec<Secret>,
    /// Variables that d8.toml names and that nobody has set yet.
    pub unset: Vec<String>,
    /// What the catalogue knows better.
    pub better: Vec<String>,
    /// What was not taken over, and why.
    pub left: Vec<String>,
    /// How many accounts and routes there are now.
    pub counts: (usize, usize),
}

/// A line of `.env`.
#[derive(Clone, Debug)]
pub struct Secret {
    /// The variable.
    pub name: String,
    /// Its value.
    pub value: SecretString,
}

/// What LiteLLM's `config.yaml` says, as far as D8 knows the same. `env` is the environment with what `.env` holds already;
/// `file` is what comments call the YAML. Fails, in words, on what is no such file, and where nothing of it can be used.
pub fn litellm(yaml: &str, file: &str, env: &Environment, now: Timestamp) -> Result<Imported, String> {
    // The parser's own words may quote a line, and a line may hold a key.
    let whole: Value = serde_saphyr::from_str(yaml).map_err(|_| text!("import-no-yaml", file = file))?;
    let Value::Object(mut whole) = whole else {
        return Err(text!("import-no-yaml", file = file));
    };
    let mut reading = Reading::new(env);
    if let Some(variables) = object(whole.shift_remove("environment_variables")) {
        reading.keys.given(variables);
    }
    let deployments = match whole.shift_remove("model_list") {
        Some(Value::Array(list)) => reading.deployments(list),
        _ => return Err(text!("import-no-models", file = file)),
    };
    let mut router = object(whole.shift_remove("router_settings")).unwrap_or_default();
    let mut settings = object(whole.shift_remove("litellm_settings")).unwrap_or_default();
    let accounts = accounts::of(&deployments, &mut reading);
    let routes = routes::of(&deployments, &accounts, [&mut router, &mut settings], &mut reading);
    let mut general = object(whole.shift_remove("general_settings")).unwrap_or_default();
    let token = general
        .shift_remove("master_key")
        .and_then(|key| reading.keys.token(&key));
    for (section, rest) in [
        ("router_settings", router),
        ("litellm_settings", settings),
        ("general_settings", general),
    ] {
        rest.keys().for_each(|key| reading.leave(format!("{section}.{key}")));
    }
    whole.keys().for_each(|key| reading.leave(key.clone()));
    if accounts.is_empty() {
        let left = reading.left.join("\n  ");
        return Err(format!("{}\n  {left}", text!("import-nothing", file = file)));
    }
    let toml = write::text(file, token.as_deref(), &accounts, &routes);
    let named = reading.keys.named();
    check(&toml, &named, env, now)?;
    let unused = reading.keys.unused_variables();
    unused
        .into_iter()
        .for_each(|name| reading.leave(format!("environment_variables.{name}")));
    Ok(Imported {
        toml,
        unset: reading.keys.unset(),
        secrets: reading.keys.into_secrets(),
        better: reading.better,
        left: reading.left,
        counts: (accounts.len(), routes.len()),
    })
}

/// The result is read as any d8.toml is, as if every variable that it names were set.
fn check(toml: &str, named: &[String], env: &Environment, now: Timestamp) -> Result<(), String> {
    let stand_in = |name: &String| (name.clone(), "set-elsewhere".to_owned());
    let own = env.names().filter(|name| !name.starts_with("D8_"));
    let own = own.filter_map(|name| Some((name.to_owned(), env.get(name)?.to_owned())));
    let options = LoadOptions {
        config_path: None,
        cwd: PathBuf::from("."),
        env: own.chain(named.iter().map(stand_in)).collect(),
        folders: UserFolders::default(),
        now,
    };
    Config::from_text(toml, options)
        .map(drop)
        .map_err(|error| text!("import-unusable", why = error.to_string()))
}

fn object(value: Option<Value>) -> Option<Map<String, Value>> {
    match value {
        Some(Value::Object(map)) => Some(map),
        _ => None,
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.value.expose_secret() == other.value.expose_secret()
    }
}

#[cfg(test)]
mod tests;
