//! What a user sees of a configuration.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;

use super::show;
use crate::client::table::Surface;
use crate::config::{Config, Environment, Explained, LoadOptions, UserFolders};
use d8_core::time::Timestamp;

const NOW: Timestamp = Timestamp::from_secs(1_795_521_600);

fn explained(text: &str, variables: &[(&str, &str)], dotenv: &str) -> Explained {
    let mut env: Environment = variables.iter().copied().collect();
    env.add_dotenv_file(dotenv, &PathBuf::from("/home/ana/.env"));
    let options = LoadOptions {
        config_path: None,
        cwd: PathBuf::from("/home/ana"),
        env,
        folders: UserFolders::default(),
        now: NOW,
    };
    match Config::explained_text(text, options) {
        Ok(explained) => explained,
        Err(error) => panic!("{error}"),
    }
}

const FILE: &str = r#"[server]
token = "test-token-literal"
worker_timeout = "90s"

[[account]]
name = "groq-main"
provider = "groq"
api_key = "env:MY_KEY"
models = ["llama-3.1-8b-instant"]
rpm = 20
concurrency = 4

[[account]]
name = "local"
provider = "openai-compatible"
base_url = "http://ana:test-password@127.0.0.1:9000/v1"
models = ["tiny"]
limits = [
  { requests = 3, per = "2s" },
]

[[route]]
name = "default"
primary = ["groq-main/llama-3.1-8b-instant"]
backup = ["local/tiny"]
patience = "5s"

[[worker]]
id = "groq-*"
account = "groq-main"
"#;

#[test]
fn every_value_tells_where_it_came_from_and_no_secret_is_shown() {
    let env = [
        ("D8_SERVER__LISTEN", "127.0.0.1:7000"),
        ("GEMINI_API_KEY", "test-key-gemini"),
    ];
    let explained = explained(FILE, &env, "MY_KEY=test-key-of-mine\n");
    let table = show::rows(&explained).render(Surface::Plain);
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for expected in [
        "server.listen 127.0.0.1:7000 variable D8_SERVER__LISTEN",
        "server.token (hidden) d8.toml line 2",
        "server.worker_timeout 1 m 30 s d8.toml line 3",
        "server.max_pending 2000000 default",
        "store.url sqlite:/home/ana/d8.db default",
        "account groq-main.provider groq d8.toml line 7",
        "account groq-main.api_key env:MY_KEY (hidden) MY_KEY in /home/ana/.env, named in d8.toml line 8",
        "account groq-main.base_url https://api.groq.com/openai/v1 catalogue of 2026-08-14",
        "account groq-main.limit 20 requests a minute d8.toml line 10",
        "account groq-main.limit 14,400 requests a day catalogue of 2026-08-14",
        "account groq-main.limit 4 at once d8.toml line 11",
        "account local.base_url http://***@127.0.0.1:9000/v1 d8.toml line 16",
        "account local.limit 3 requests per 2 s d8.toml line 19",
        "account gemini.api_key (hidden) variable GEMINI_API_KEY",
        "route default.backup local/tiny d8.toml line 25",
        "route default.patience 5 s d8.toml line 26",
        "route default.last_resort_after 1 h 00 m default",
        "worker.account groq-main d8.toml line 30",
    ] {
        assert!(
            lines.iter().any(|line| line == expected),
            "{expected}\nis not in\n{table}"
        );
    }
    let json = show::json(&explained);
    for text in [&table, &json] {
        for secret in ["test-token", "test-key", "test-password", "ana:"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let whole: serde_json::Value = serde_json::from_str(&json).unwrap();
    let source = &whole["sections"][0]["settings"][0]["source"];
    assert_eq!(
        *source,
        serde_json::json!({"kind": "variable", "name": "D8_SERVER__LISTEN"})
    );
}
