//! Two configurations in, lines out.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;

use d8_core::time::Timestamp;

use super::*;
use crate::config::{LoadOptions, UserFolders};

const BEFORE: &str = r#"
[server]
max_pending = 100

[[account]]
name = "groq-main"
provider = "groq"
api_key = "test-key-1"
models = ["llama-3.1-8b-instant"]
limits = [{ requests = 30, per = "1m" }, { requests = 1000, per = "1d" }]

[[account]]
name = "old"
provider = "groq"
api_key = "test-key-2"
models = ["llama-3.1-8b-instant"]

[[route]]
name = "default"
primary = ["groq-main/llama-3.1-8b-instant", "old/llama-3.1-8b-instant"]
"#;

const AFTER: &str = r#"
[server]
max_pending = 200
listen = "127.0.0.1:7777"
token = "test-token"

[[account]]
name = "groq-main"
provider = "groq"
api_key = "test-key-3"
models = ["llama-3.1-8b-instant", "llama-3.3-70b-versatile"]
limits = [{ requests = 60, per = "1m" }, { tokens = 500, per = "1m" }]

[[account]]
name = "gemini-main"
provider = "gemini"
api_key = "test-key-4"
models = ["gemini-3.8-flash"]

[[route]]
name = "default"
primary = ["groq-main/llama-3.1-8b-instant"]
backup = ["gemini-main/gemini-3.8-flash"]
patience = "5s"

[[route]]
name = "fast"
primary = ["gemini-main/gemini-3.8-flash"]
"#;

fn config(text: &str) -> Config {
    let options = LoadOptions {
        config_path: None,
        cwd: PathBuf::from("/home/ana"),
        env: std::iter::empty::<(String, String)>().collect(),
        folders: UserFolders::default(),
        now: Timestamp::from_secs(1_795_521_600),
    };
    Config::from_text(text, options).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_difference_is_said_and_no_key() {
    let (before, mut after) = (config(BEFORE), config(AFTER));
    let restart = keep_what_is_fixed(&before, &mut after);
    let reloaded = Reloaded {
        changes: difference(&before, &after),
        restart,
        notices: Vec::new(),
    };
    let lines = reloaded.in_words().join("\n");
    for line in [
        "account groq-main: another key",
        "account groq-main: models + llama-3.3-70b-versatile",
        "account gemini-main added (gemini)",
        "account old removed: its running tasks end, nothing new is given to it",
        "route default: primary - old/llama-3.1-8b-instant",
        "route default: backup + gemini-main/gemini-3.8-flash",
        "route default: patience 1 m 00 s -> 5 s",
        "route fast added: gemini-main/gemini-3.8-flash",
        "server: max_pending 100 -> 200",
        "server.listen differs and needs a restart: it stays as it is until then",
        "server.token differs and needs a restart: it stays as it is until then",
    ] {
        assert!(lines.lines().any(|said| said == line), "{line}\nis not in\n{lines}");
    }
    assert!(!lines.contains("test-"), "{lines}");
    assert_eq!(after.server.listen, before.server.listen);
}

#[test]
fn a_limit_is_told_by_its_amounts() {
    let text = |limits: &str| {
        format!(
            "[[account]]\nname = \"groq-main\"\nprovider = \"groq\"\napi_key = \"test-key-1\"\nmodels = [\"llama-3.1-8b-instant\"]\nlimits = [{limits}]\n"
        )
    };
    let lines = |before: &str, after: &str| {
        let all = difference(&config(&text(before)), &config(&text(after)));
        let lines: Vec<String> = all.iter().map(Difference::in_words).collect();
        lines.join("\n")
    };
    let thirty = "{ requests = 30, per = \"1m\" }";
    assert_eq!(lines(thirty, thirty), "");
    assert_eq!(
        lines(thirty, "{ requests = 60, per = \"1m\" }"),
        "account groq-main: limit 30 -> 60 requests a minute"
    );
    assert_eq!(
        lines(thirty, "{ tokens = 500, per = \"1m\" }"),
        "account groq-main: limit + 500 tokens a minute\naccount groq-main: limit - 30 requests a minute"
    );
    assert_eq!(
        lines(thirty, "{ requests = 30, per = \"1m\", kind = \"bucket\" }"),
        "account groq-main: limit 30 requests a minute [unknown, ceiling] -> 30 requests a minute [bucket, ceiling]"
    );
}
