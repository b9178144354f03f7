//! Which address and which token are taken.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use d8_core::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::*;

/// A user's machine: a current folder, a data folder, an environment.
struct Machine {
    folder: tempfile::TempDir,
    env: Vec<(&'static str, String)>,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["here", "data", "config"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self {
            folder,
            env: Vec::new(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> &Self {
        std::fs::write(self.path(name), text).unwrap();
        self
    }

    fn variable(mut self, name: &'static str, value: &str) -> Self {
        self.env.push((name, value.to_owned()));
        self
    }

    /// Somebody holds the store in the current folder.
    fn held(&self, url: &str, token_file: Option<&Path>) -> Hold {
        let owner = Owner {
            pid: 1,
            version: "0.1.0".to_owned(),
            url: Some(url.to_owned()),
            token_file: token_file.map(|path| path.display().to_string()),
        };
        Hold::acquire(&self.path("here/d8.db"), &owner).unwrap()
    }

    fn find(&self, named: Option<&str>) -> Result<Vec<Address>, Failure> {
        let named = named.map(SecretString::from);
        addresses(named.as_ref(), self.options(None))
    }

    fn options(&self, config_path: Option<PathBuf>) -> LoadOptions {
        LoadOptions {
            config_path,
            cwd: self.path("here"),
            env: self.env.iter().cloned().collect(),
            folders: UserFolders {
                config: Some(self.path("config")),
                data: Some(self.path("data")),
            },
            now: Timestamp::from_secs(1_700_000_000),
        }
    }

    /// Each as "URL token".
    fn found(&self, named: Option<&str>) -> Vec<String> {
        let shown = |address: Address| {
            let token = address.token.as_ref().map_or("-", |token| token.expose_secret());
            format!("{} {token}", address.shown())
        };
        self.find(named).unwrap().into_iter().map(shown).collect()
    }
}

#[test]
fn the_flag_comes_first_then_the_variable_then_the_holder_then_the_default() {
    let machine = Machine::new();
    assert_eq!(machine.found(None), ["http://127.0.0.1:5000 -"]);
    machine.file("here/d8.toml", "[store]\nurl = \"sqlite:d8.db\"\n");
    let _hold = machine.held("http://127.0.0.1:41000", None);
    assert_eq!(
        machine.found(None),
        ["http://127.0.0.1:41000 -", "http://127.0.0.1:5000 -"]
    );
    machine.file("here/.env", "ORCHESTRATOR_URL=http://pi:7001/\n");
    assert_eq!(machine.found(None), ["http://pi:7001 -"]);
    let machine = machine.variable(env_names::ORCHESTRATOR_URL, "raspberrypi.local:5000");
    assert_eq!(
        machine.found(None),
        ["http://raspberrypi.local:5000 -"],
        "the environment before .env"
    );
    assert_eq!(machine.found(Some("https://x.test/d8/")), ["https://x.test/d8 -"]);
}

#[test]
fn the_store_of_the_users_data_folder_is_asked_where_there_is_no_file() {
    let machine = Machine::new();
    machine.file(
        "data/d8.db.owner",
        r#"{"pid": 1, "version": "9", "url": "http://127.0.0.1:42000"}"#,
    );
    assert_eq!(machine.found(None)[0], "http://127.0.0.1:42000 -");
}

#[test]
fn tokens_are_taken_from_the_nearest_place() {
    let machine = Machine::new();
    machine.file("data/server.token", "of-user\n");
    assert_eq!(machine.found(None), ["http://127.0.0.1:5000 of-user"]);
    machine
        .file("here/d8.toml", "")
        .file("here/token-of-owner", "of-owner\n");
    let _hold = machine.held("http://127.0.0.1:41000", Some(&machine.path("here/token-of-owner")));
    assert_eq!(machine.found(None)[0], "http://127.0.0.1:41000 of-owner");
    let machine = machine.variable(env_names::D8_TOKEN, "of-environment");
    assert_eq!(machine.found(None)[0], "http://127.0.0.1:41000 of-environment");
    let named = "http://d8:of%2Furl@127.0.0.1:41000";
    assert_eq!(machine.found(Some(named)), ["http://127.0.0.1:41000 of/url"]);
}

#[test]
fn a_token_of_this_machine_is_shown_to_nobody_else() {
    let machine = Machine::new();
    machine
        .file("data/server.token", "of-user")
        .file("here/d8.toml", "[server]\ntoken = \"of-config\"\n");
    assert_eq!(
        machine.found(Some("http://192.0.2.7:5000")),
        ["http://192.0.2.7:5000 -"]
    );
    assert_eq!(machine.found(Some("pi:5000")), ["http://pi:5000 -"]);
    assert_eq!(
        machine.found(Some("localhost:5000")),
        ["http://localhost:5000 of-config"]
    );
    let machine = machine.variable(env_names::D8_TOKEN, "meant-for-it");
    assert_eq!(machine.found(Some("pi:5000")), ["http://pi:5000 meant-for-it"]);
}

#[test]
fn a_broken_file_is_an_obstacle_only_where_it_is_named() {
    let machine = Machine::new();
    machine
        .file("here/d8.toml", "[stroe]\n")
        .file("here/.env", "D8_TOKEN=of-dotenv\n");
    assert_eq!(machine.found(None), ["http://127.0.0.1:5000 of-dotenv"]);
    let named = addresses(None, machine.options(Some("d8.toml".into()))).unwrap_err();
    assert_eq!(named.code, crate::cli::NOT_STARTED);
}

#[test]
fn a_text_that_is_no_url_is_not_repeated() {
    let machine = Machine::new();
    for text in [
        "ftp://d8:test-token-1@pi",
        "http://d8:test-token-1@",
        "http://d8:test-token-1@pi:99999",
    ] {
        let failure = machine.find(Some(text)).unwrap_err();
        assert!(failure.message.starts_with("--orchestrator is no URL"), "{failure:?}");
        assert!(!format!("{failure:?}").contains("test-token-1"), "{failure:?}");
    }
}
