//! The JSON files that the Hive's workers of 19 November were set up with: `~/Documents/d8_data/workers`.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde_json::Value;

use crate::config::fault::Fault;
use crate::config::text_file;
use crate::text;

/// What they say.
#[derive(Clone, Debug, Default)]
pub(super) struct HiveFiles {
    pub(super) id: Option<String>,
    pub(super) orchestrator: Option<SecretString>,
    pub(super) model: Option<String>,
    /// The key, and the file that holds it.
    pub(super) key: Option<(String, SecretString)>,
}

impl HiveFiles {
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// Those of a type. Fails where a file is there and cannot be read.
    pub(super) fn read(home: Option<&Path>, kind: &str) -> Result<Self, Fault> {
        let Some(root) = home.map(root) else {
            return Ok(Self::none());
        };
        let all = json(&root.join("config.json"))?;
        let own = json(&root.join(kind).join("worker_config.json"))?;
        let credentials = root.join(kind).join("credentials.json");
        let key = text(&json(&credentials)?["api_key"]);
        Ok(Self {
            id: text(&own["worker"]["id"]),
            orchestrator: text(&all["orchestrator"]["url"]).map(SecretString::from),
            model: text(&own["model"]["name"]),
            key: key.map(|key| (credentials.display().to_string(), SecretString::from(key))),
        })
    }

    /// The type, where there are the files of one worker only.
    pub(super) fn only_type(home: Option<&Path>) -> Option<String> {
        let folders = std::fs::read_dir(root(home?)).ok()?;
        let mut configs = folders
            .filter_map(|folder| Some(folder.ok()?.path()))
            .filter(|folder| folder.join("worker_config.json").is_file());
        let (only, another) = (configs.next()?, configs.next());
        let written = json(&only.join("worker_config.json")).ok()?;
        let folder = only.file_name().map(|name| name.to_string_lossy().into_owned());
        text(&written["worker"]["type"])
            .or(folder)
            .filter(|_| another.is_none())
    }
}

fn root(home: &Path) -> PathBuf {
    home.join("Documents").join("d8_data").join("workers")
}

/// A file that is not there says nothing.
fn json(path: &Path) -> Result<Value, Fault> {
    if !path.is_file() {
        return Ok(Value::Null);
    }
    let unreadable = |why: String| Fault::new(text!("dotenv-unreadable", file = path.display().to_string(), why = why));
    let text = text_file::read(path).map_err(|error| unreadable(error.to_string()))?;
    // What serde says names places, never values.
    serde_json::from_str(&text).map_err(|error| unreadable(text!("fault-no-json", line = error.line().to_string())))
}

fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
