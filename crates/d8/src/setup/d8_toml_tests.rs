//! d8.toml as text: what is added, what is changed, and what stays.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::env_names;

const THERE: &str = "# mine\n[server]\nlisten = \"127.0.0.1:5001\" # another port\n\n[[account]]\nname = 'main'   # first\nprovider = \"groq\"\napi_key = \"env:OLD\" # of the team\nrpm = 20\n\n# the end";

fn groq() -> Settings {
    Settings {
        provider: "groq".to_owned(),
        variable: Some(env_names::GROQ_API_KEY.to_owned()),
        tier: Some("free".to_owned()),
        ..Settings::default()
    }
}

#[test]
fn a_new_account_stands_at_the_end_and_nothing_else_changes() {
    let added = add(THERE, "", "groq-2", &groq()).unwrap();
    let addition =
        "\n\n[[account]]\nname = \"groq-2\"\nprovider = \"groq\"\napi_key = \"env:GROQ_API_KEY\"\ntier = \"free\"\n";
    assert_eq!(added, format!("{THERE}{addition}"));
    let names: Vec<_> = accounts(&added)
        .unwrap()
        .into_iter()
        .map(|account| account.name)
        .collect();
    assert_eq!(names, ["main", "groq-2"]);
}

#[test]
fn a_new_file_begins_with_its_head_and_windows_lines_stay_such() {
    let fresh = add("", "# D8", "groq", &groq()).unwrap();
    assert!(fresh.starts_with("# D8\n\n[[account]]\nname = \"groq\"\n"), "{fresh}");
    let windows = add("[server]\r\n", "", "groq", &groq()).unwrap();
    assert_eq!(
        windows.matches('\n').count(),
        windows.matches("\r\n").count(),
        "{windows:?}"
    );
}

#[test]
fn accounts_in_one_line_get_another_there() {
    let added = add(
        "account = [{ name = \"a\", provider = \"gemini\" }] # mine\n",
        "",
        "groq",
        &groq(),
    )
    .unwrap();
    assert_eq!(accounts(&added).unwrap().len(), 2);
    assert!(added.contains("# mine") && !added.contains("[[account]]"), "{added}");
}

#[test]
fn what_changes_changes_in_its_place_and_comments_stay() {
    let settings = Settings {
        base_url: Some("http://127.0.0.1:9000".to_owned()),
        tier: None,
        ..groq()
    };
    let changed = change(THERE, "main", &settings).unwrap();
    let expected = THERE
        .replace("\"env:OLD\"", "\"env:GROQ_API_KEY\"")
        .replace("rpm = 20\n", "rpm = 20\nbase_url = \"http://127.0.0.1:9000\"\n");
    assert_eq!(changed.replace("name = \"main\"", "name = 'main'"), expected);
    assert_eq!(change(&changed, "main", &settings).unwrap(), changed, "twice is once");
    let windows = THERE.replace('\n', "\r\n");
    assert_eq!(
        change(&windows, "main", &settings).unwrap(),
        changed.replace('\n', "\r\n")
    );
}

#[test]
fn an_account_alone_is_all_that_is_left() {
    let two = add(THERE, "", "groq-2", &groq()).unwrap();
    let alone = alone(&two, "groq-2").unwrap();
    let left = accounts(&alone).unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].name, "groq-2");
    assert!(!alone.contains("[server]"));
}

#[test]
fn a_route_that_leaves_an_account_out_is_seen() {
    let route = |primary: &str| format!("[[route]]\nname = \"default\"\nprimary = {primary}\n");
    let leaves_out = |text: &str| default_route_leaves_out(text, "groq").unwrap();
    assert!(leaves_out(&route("[\"gemini/x\"]")));
    assert!(!leaves_out(&route("[\"gemini/x\", \"groq/y\"]")));
    assert!(!leaves_out(THERE), "without such a route every account is in it");
}

#[test]
fn what_is_no_toml_is_left_to_its_owner() {
    assert!(add("[[account]\n", "", "groq", &groq()).is_err());
}
