//! `.env.worker.groq` and its like: all that `d8 worker` needs on another machine, by the names that the Hive's workers know.

use secrecy::{ExposeSecret, SecretString};

use super::dotenv;
use crate::catalogue::Provider;
use crate::config::env_names;

/// What a worker on another machine is told.
#[derive(Clone, Debug)]
pub struct WorkerFile {
    /// Its id.
    pub id: String,
    /// Where the orchestrator is; it may hold a token.
    pub orchestrator: SecretString,
    /// Its key.
    pub key: Option<SecretString>,
    /// Where its provider is, if not where the catalogue says.
    pub base_url: Option<String>,
}

/// The name of the file for workers of this type.
pub fn name(provider: &Provider) -> String {
    format!(".env.worker.{}", provider.id)
}

/// The file's text with these settings; what else it holds stays.
pub fn write(text: &str, provider: &Provider, file: &WorkerFile) -> String {
    const POLL_SECONDS: &str = "5";
    let key_variable = provider.key_env.first().map_or(env_names::API_KEY, String::as_str);
    let plain = |value: &str| Some(SecretString::from(value));
    // How often a worker asks is its user's business once it is written.
    let asks = sets(text, env_names::WORKER_POLL_INTERVAL) || sets(text, env_names::POLL_INTERVAL);
    let interval = if asks { None } else { plain(POLL_SECONDS) };
    let base_url = file.base_url.as_deref().and_then(plain);
    let settings = [
        (Some(key_variable), file.key.clone()),
        (Some(env_names::WORKER_ID), plain(&file.id)),
        (Some(env_names::WORKER_TYPE), plain(&provider.id)),
        (Some(env_names::ORCHESTRATOR_URL), Some(file.orchestrator.clone())),
        (Some(env_names::WORKER_POLL_INTERVAL), interval),
        (provider.base_url_env.as_deref(), base_url),
    ];
    settings.iter().fold(text.to_owned(), |text, setting| match setting {
        (Some(name), Some(value)) => dotenv::set(&text, name, value),
        _ => text,
    })
}

/// The key that the file holds already.
pub fn key_in(text: &str, provider: &Provider) -> Option<SecretString> {
    let mut env = crate::config::Environment::default();
    env.add_dotenv(text);
    let names = provider.key_env.iter().map(String::as_str).chain([env_names::API_KEY]);
    let keys = names.filter_map(|name| env.get(name)).map(SecretString::from);
    keys.into_iter()
        .find(|key| !crate::secret::is_placeholder(key) && !key.expose_secret().is_empty())
}

fn sets(text: &str, name: &str) -> bool {
    let mut env = crate::config::Environment::default();
    env.add_dotenv(text);
    env.get(name).is_some()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn it_holds_what_the_hives_workers_read_and_changes_only_that() {
        let groq = Catalogue::builtin().provider("groq").unwrap();
        let file = WorkerFile {
            id: "groq-pi".to_owned(),
            orchestrator: SecretString::from("http://d8:token@pi:5000"),
            key: Some(SecretString::from("test-key-1")),
            base_url: None,
        };
        let fresh = write("", groq, &file);
        assert_eq!(
            fresh,
            "GROQ_API_KEY=test-key-1\nWORKER_ID=groq-pi\nWORKER_TYPE=groq\n\
             ORCHESTRATOR_URL=http://d8:token@pi:5000\nWORKER_POLL_INTERVAL=5\n"
        );
        assert_eq!(write(&fresh, groq, &file), fresh);
        let old = "# mine\nGROQ_API_KEY=your_groq_api_key_here\nWORKER_POLL_INTERVAL=2\n";
        let changed = write(old, groq, &file);
        assert!(changed.starts_with("# mine\nGROQ_API_KEY=test-key-1\nWORKER_POLL_INTERVAL=2\nWORKER_ID=groq-pi\n"));
        assert_eq!(key_in(old, groq).map(|key| key.expose_secret().to_owned()), None);
        assert_eq!(key_in(&fresh, groq).unwrap().expose_secret(), "test-key-1");
    }
}
