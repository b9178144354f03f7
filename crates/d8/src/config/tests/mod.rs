//! Configurations in, text out: one function per area compares what a user would see.
#![allow(clippy::unwrap_used, clippy::panic)]

mod accounts;
mod agents;
mod errors;
mod files;
mod limits;
mod properties;
mod providers;
mod routes;
mod secrets;
mod spanish;

use std::path::PathBuf;

use d8_core::limit::Window;
use d8_core::time::Timestamp;

use super::*;

/// 24 November 2026, 12:00 UTC.
const NOW: Timestamp = Timestamp::from_secs(1_795_521_600);

fn options(variables: &[(&str, &str)]) -> LoadOptions {
    LoadOptions {
        config_path: None,
        cwd: PathBuf::from("/home/ana"),
        env: variables.iter().copied().collect(),
        folders: UserFolders::default(),
        now: NOW,
    }
}

fn config(text: &str, variables: &[(&str, &str)]) -> Config {
    match Config::from_text(text, options(variables)) {
        Ok(config) => config,
        Err(error) => panic!("{error}"),
    }
}

fn error(text: &str, variables: &[(&str, &str)]) -> String {
    match Config::from_text(text, options(variables)) {
        Ok(_) => panic!("taken, but it should be refused:\n{text}"),
        Err(error) => error.to_string(),
    }
}

/// An account's limits, one a line; the quota group is called Q.
fn limits(account: &Account) -> String {
    let line = |limit: &Limit| {
        let window = match &limit.spec.window {
            Window::InFlight => "in flight".to_owned(),
            Window::Bucket { per } => format!("bucket {}s", per.as_secs()),
            Window::Sliding { per } => format!("sliding {}s", per.as_secs()),
            Window::Fixed { per } => format!("fixed {}s", per.as_secs()),
            Window::Resets(edges) => format!("{} resets", edges.len()),
        };
        let whose = if limit.spec.standing == d8_core::limit::Standing::Ceiling {
            "ceiling"
        } else {
            "belief"
        };
        format!(
            "{} | {} | {window} | {whose} | {}",
            limit.label,
            limit.key.replace(&account.quota_key, "Q"),
            limit.models.join(" ")
        )
    };
    account.limits.iter().map(line).collect::<Vec<_>>().join("\n")
}
