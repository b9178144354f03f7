//! House rules that the compiler cannot hold. Each rule is a function from text to what breaks it, with a proof that it
//! can fail; one test applies it to the repository.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use toml::Table;

#[path = "tidy/commands.rs"]
mod commands;
#[path = "tidy/markdown.rs"]
mod markdown;
#[path = "tidy/rust_text.rs"]
mod rust_text;
#[path = "tidy/secrets.rs"]
mod secrets;
#[path = "tidy/texts.rs"]
mod texts;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// What is built, downloaded, private or another tool's; `.gitignore` leaves the same things out.
fn is_ignored(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let of_tools = [".git", ".venv", "__pycache__", "node_modules"].contains(&&*name);
    let of_users = name.starts_with(".env") || name.contains(".db") || name.ends_with(".partial");
    of_tools || of_users || path.join("CACHEDIR.TAG").exists()
}

/// The files below `folder`, sorted, with their text. What is not UTF-8 is not text.
fn texts(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    entries.retain(|path| !is_ignored(path));
    let mut found = Vec::new();
    for path in entries {
        if path.is_dir() {
            found.extend(texts(&path));
        } else if let Ok(text) = fs::read_to_string(&path) {
            found.push((path, text.replace("\r\n", "\n")));
        }
    }
    found
}

fn rust_files(folder: &str) -> Vec<(PathBuf, String)> {
    let mut files = texts(&root().join(folder));
    files.retain(|(path, _)| path.extension().is_some_and(|extension| extension == "rs"));
    files
}

/// All Rust of the repository: its crates, and the examples that are programs of their own.
fn all_rust_files() -> Vec<(PathBuf, String)> {
    let mut files = rust_files("crates");
    files.extend(rust_files("examples"));
    files
}

/// Fails with every breach at once, each with its file.
fn assert_none(rule: &str, breaches: &[String]) {
    assert!(breaches.is_empty(), "{rule}:\n  {}", breaches.join("\n  "));
}

/// Applies a rule to each file and puts the file's name before what breaks it.
fn breaches(files: &[(PathBuf, String)], rule: impl Fn(&str) -> Vec<String>) -> Vec<String> {
    let root = root();
    let named = |(path, text): &(PathBuf, String)| {
        let name = path.strip_prefix(&root).unwrap_or(path).display().to_string();
        rule(text)
            .into_iter()
            .map(move |breach| format!("{name}: {breach}"))
            .collect::<Vec<_>>()
    };
    files.iter().flat_map(named).collect()
}

const OURS: [&str; 5] = ["d8", "d8-core", "d8-wire", "d8-store", "d8-emulator"];
const SHIPPED: [&str; 2] = ["dependencies", "build-dependencies"];
const ALL: [&str; 3] = ["dependencies", "build-dependencies", "dev-dependencies"];

/// The names in the given tables of a crate's manifest.
fn dependencies(folder: &str, tables: &[&str]) -> Vec<String> {
    let path = root().join(folder).join("Cargo.toml");
    let manifest: Table = fs::read_to_string(path).unwrap().parse().unwrap();
    assert!(
        !manifest.contains_key("target"),
        "{folder}: teach this test to read dependencies by platform"
    );
    let tables = tables.iter().filter_map(|table| manifest.get(*table)?.as_table());
    tables.flat_map(|table| table.keys().cloned()).collect()
}

fn assert_depends_on_none_of(folder: &str, banned: &[&str]) {
    let found = dependencies(folder, &ALL)
        .into_iter()
        .filter(|name| banned.contains(&name.as_str()));
    assert_eq!(
        found.collect::<Vec<_>>(),
        Vec::<String>::new(),
        "{folder} must not depend on these"
    );
}

#[test]
fn crates_depend_in_one_direction() {
    let more = dependencies("crates/core", &SHIPPED);
    let more = more
        .iter()
        .filter(|name| !["thiserror", "slab", "indexmap"].contains(&name.as_str()));
    assert_eq!(
        more.collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "crates/core may not depend on these"
    );

    for alone in ["crates/core", "crates/wire", "crates/emulator", "examples/device-farm"] {
        assert_depends_on_none_of(alone, &OURS);
    }
    assert_depends_on_none_of("crates/wire", &["tokio", "reqwest", "rusqlite"]);
    assert_depends_on_none_of("crates/store", &["d8", "d8-wire", "d8-emulator"]);
}

#[test]
fn the_pure_crates_have_no_clock_no_io_no_threads_and_no_randomness() {
    for folder in ["crates/core/src", "crates/wire/src"] {
        assert_none(
            "a pure crate reaches outside",
            &breaches(&rust_files(folder), rust_text::impurities),
        );
    }
}

#[test]
fn every_environment_name_is_a_documented_constant() {
    let home = root().join("crates/d8/src/config/env_names.rs");
    let names = fs::read_to_string(&home).unwrap().replace("\r\n", "\n");
    assert_none(
        "env_names.rs has a name without a doc comment",
        &rust_text::undocumented_names(&names),
    );

    let known = rust_text::declared_names(&names);
    assert!(
        known.iter().any(|name| name == "D8_TOKEN"),
        "env_names.rs does not know D8_TOKEN: {known:?}"
    );
    let mut sources = rust_files("crates");
    sources.retain(|(path, _)| path.components().any(|part| part.as_os_str() == "src") && *path != home);
    assert_none(
        "an environment name outside env_names.rs",
        &breaches(&sources, rust_text::literal_environment_names),
    );
    let of_d8 = rust_files("crates/d8/src")
        .into_iter()
        .filter(|(path, _)| *path != home && !is_test(path))
        .collect::<Vec<_>>();
    let written_out = |text: &str| rust_text::names_written_out(text, &known);
    assert_none(
        "a name that env_names.rs has is written out",
        &breaches(&of_d8, written_out),
    );
}

/// Tests may write names out: that is how a wrong constant is noticed.
fn is_test(path: &Path) -> bool {
    path.components()
        .any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs")
}

#[test]
fn every_source_file_says_first_what_it_is_for() {
    let silent = |text: &str| {
        if text.starts_with("//! ") {
            vec![]
        } else {
            vec!["begins without `//! `".to_owned()]
        }
    };
    assert_none("a file without its sentence", &breaches(&all_rust_files(), silent));
}

#[test]
fn every_file_is_named_for_what_it_holds() {
    let nameless = ["util", "utils", "helper", "helpers", "common", "misc"];
    let of_path = |path: &Path| {
        let own = path.strip_prefix(root()).unwrap_or(path).to_owned();
        own.iter()
            .any(|part| nameless.contains(&part.to_string_lossy().split('.').next().unwrap_or("")))
    };
    let found = all_rust_files().into_iter().filter(|(path, _)| of_path(path));
    assert_none(
        "a thing that belongs nowhere",
        &found.map(|(path, _)| path.display().to_string()).collect::<Vec<_>>(),
    );
}

#[test]
fn no_file_holds_what_looks_like_a_key() {
    assert_none(
        "this looks like a real key",
        &breaches(&texts(&root()), secrets::likely_keys),
    );
}

#[test]
fn the_changelog_has_a_place_for_what_is_not_released() {
    let text = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    assert!(text.lines().any(|line| line.trim_end() == "## Unreleased"));
}

#[test]
fn the_readme_says_the_same_in_both_languages() {
    let read = |name: &str| {
        fs::read_to_string(root().join(name))
            .ok()
            .map(|text| text.replace("\r\n", "\n"))
    };
    let (english, spanish) = match (read("README.md"), read("README.es.md")) {
        (Some(english), Some(spanish)) => (english, spanish),
        // Neither has been written yet.
        (None, None) => return,
        (english, _) => panic!(
            "only {} exists",
            if english.is_some() { "README.md" } else { "README.es.md" }
        ),
    };
    assert_eq!(
        markdown::headings(&english),
        markdown::headings(&spanish),
        "headings by level"
    );
    assert_eq!(
        markdown::code_blocks(&english),
        markdown::code_blocks(&spanish),
        "code blocks, comments aside"
    );
}

#[test]
fn the_program_says_the_same_in_every_language() {
    let read = |name: &str| {
        let path = root().join("crates/d8/src/words").join(name);
        texts::messages(&fs::read_to_string(path).unwrap())
    };
    let (english, spanish) = (read("en.ftl"), read("es.ftl"));
    assert!(english.contains_key("error"), "en.ftl is read wrongly: {english:?}");
    assert_none("the languages differ", &texts::differences(&english, &spanish));

    let sources = rust_files("crates/d8/src");
    let unsayable = |text: &str| texts::unsayable(&texts::said(text), &english);
    assert_none("a text that cannot be said", &breaches(&sources, unsayable));
    let said: Vec<texts::Said> = sources.iter().flat_map(|(_, text)| texts::said(text)).collect();
    assert_none("a text that nobody says", &texts::unused(&said, &english));
}

/// Clap answers `--help` after words that it knows and refuses those that it does not.
fn is_a_command(words: &[&str]) -> bool {
    let mut d8 = std::process::Command::new(env!("CARGO_BIN_EXE_d8"));
    d8.args(words).arg("--help").output().unwrap().status.success()
}

#[test]
fn every_command_that_a_text_names_exists() {
    assert!(is_a_command(&["tasks", "ls"]) && !is_a_command(&["tasks", "lost"]) && !is_a_command(&["lost"]));
    let mut files = texts(&root());
    files.retain(|(path, _)| !path.starts_with(root().join("crates/d8/tests/tidy")) && *path != root().join(file!()));
    let mut known: BTreeMap<Vec<String>, bool> = BTreeMap::new();
    let mut unknown = Vec::new();
    for (path, text) in &files {
        for words in commands::named(text) {
            let key = words.iter().map(|word| (*word).to_owned()).collect();
            if !*known.entry(key).or_insert_with(|| is_a_command(&words)) {
                unknown.push(format!("{}: d8 {}", path.display(), words.join(" ")));
            }
        }
    }
    assert!(known.len() > 5, "hardly a text names a command: {known:?}");
    assert_none("a command that does not exist", &unknown);
}
