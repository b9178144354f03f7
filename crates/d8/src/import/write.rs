//! The text of d8.toml, with a comment for each part that says where it came from.

use std::fmt::Write;

use super::accounts::Account;
use super::routes::Route;
use crate::text;

pub(super) fn text(file: &str, token: Option<&str>, accounts: &[Account], routes: &[Route]) -> String {
    let mut out = comment(&text!("import-head", file = file));
    if let Some(token) = token {
        let token = quoted(&format!("env:{token}"));
        let _ = write!(out, "\n# general_settings.master_key\n[server]\ntoken = {token}\n");
    }
    for account in accounts {
        self::account(account, &mut out);
    }
    for route in routes {
        self::route(route, &mut out);
    }
    out
}

fn account(account: &Account, out: &mut String) {
    let places: Vec<String> = account.from.iter().map(usize::to_string).collect();
    let _ = write!(
        out,
        "\n# model_list {}\n[[account]]\nname = {}\nprovider = {}\n",
        places.join(", "),
        quoted(&account.name),
        quoted(&account.provider.id)
    );
    if let Some(key) = &account.key {
        let _ = writeln!(out, "api_key = {}", quoted(&format!("env:{key}")));
    }
    if let Some(base) = &account.base {
        let _ = writeln!(out, "base_url = {}", quoted(base));
    }
    let _ = writeln!(out, "models = {}", list(&account.models));
    for (key, value) in [
        ("rpm", account.rpm),
        ("tpm", account.tpm),
        ("concurrency", account.concurrency),
    ] {
        if let Some(value) = value {
            let _ = writeln!(out, "{key} = {value}");
        }
    }
}

fn route(route: &Route, out: &mut String) {
    let from = comment(&route.from.join("; "));
    let _ = write!(out, "\n{from}[[route]]\nname = {}\n", quoted(&route.name));
    for (key, targets) in ["primary", "backup", "last_resort"].into_iter().zip(&route.levels) {
        if !targets.is_empty() {
            let _ = writeln!(out, "{key} = {}", list(targets));
        }
    }
}

fn list(texts: &[String]) -> String {
    let all: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", all.join(", "))
}

fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

/// Names come from the file: a line end in one must not end the comment.
fn comment(text: &str) -> String {
    let line = |line: &str| format!("# {}\n", line.replace(|c: char| c.is_control(), " "));
    text.lines().map(line).collect()
}
