//! Rules about the text of Rust files. They read lines, not syntax: enough for a habit, not for malice.

/// What a pure crate must not name.
const IMPURE: [&str; 7] = [
    "std::time::Instant",
    "std::time::SystemTime",
    "std::net",
    "std::fs",
    "std::thread",
    "tokio",
    "rand",
];

/// What of the outside world a pure crate's file names.
pub(crate) fn impurities(text: &str) -> Vec<String> {
    let paths = whole_paths(&without_comments(text));
    let named = |path: &str| paths.iter().any(|found| contains_path(found, path));
    IMPURE
        .iter()
        .filter(|path| named(path))
        .map(|path| format!("uses {path}"))
        .collect()
}

/// Each environment name that a file declares without a doc comment above it.
pub(crate) fn undocumented_names(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let documented = |at: usize| {
        let above = lines[..at].iter().rev().find(|line| !line.starts_with("#["));
        above.is_some_and(|line| line.starts_with("///"))
    };
    let names = lines
        .iter()
        .enumerate()
        .filter_map(|(at, line)| Some((at, declared_name(line)?)));
    names
        .filter(|(at, _)| !documented(*at))
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// The environment names that a file declares.
pub(crate) fn declared_names(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| declared_name(line.trim()))
        .map(str::to_owned)
        .collect()
}

/// Places that read the environment, or let clap read it, by a name written on the spot.
pub(crate) fn literal_environment_names(text: &str) -> Vec<String> {
    lines_with(&without_comments(text), &["env::var(\"", "env::var_os(\"", "env = \""])
}

/// Lines before a file's tests that hold one of `names` as a literal of its own.
pub(crate) fn names_written_out(text: &str, names: &[String]) -> Vec<String> {
    let code = without_comments(text);
    let literals: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let literals: Vec<&str> = literals.iter().map(String::as_str).collect();
    lines_with(code.split("#[cfg(test)]").next().unwrap_or(""), &literals)
}

/// `pub const NAME: &str = "NAME";`, or `NAME;` alone on a line of a macro that makes such constants.
fn declared_name(line: &str) -> Option<&str> {
    if line.starts_with("pub") && line.contains(" const ") {
        return line.split('"').nth(1);
    }
    let name = line.strip_suffix(';')?;
    let begins_right = name.starts_with(|c: char| c.is_ascii_uppercase());
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    (begins_right && name.chars().all(is_name)).then_some(name)
}

fn lines_with(code: &str, marks: &[&str]) -> Vec<String> {
    let found = code.lines().filter(|line| marks.iter().any(|mark| line.contains(mark)));
    found.map(|line| line.trim().to_owned()).collect()
}

fn without_comments(text: &str) -> String {
    let code = |line: &str| {
        if line.trim_start().starts_with("//") {
            String::new()
        } else {
            before_comment(line)
        }
    };
    text.lines().map(code).collect::<Vec<_>>().join("\n")
}

fn before_comment(line: &str) -> String {
    line.split(" // ").next().unwrap_or("").to_owned()
}

/// Whether `found` holds `path` as whole segments: `std::fs::File` holds `std::fs`, `x::operand` holds no `rand`.
fn contains_path(found: &str, path: &str) -> bool {
    format!("::{found}::").contains(&format!("::{path}::"))
}

/// All paths of a file, `use std::{fs, time::{Duration, Instant}};` as three whole ones.
fn whole_paths(code: &str) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    let mut path = String::new();
    let mut paths = Vec::new();
    for character in code.chars() {
        match character {
            '{' if path.ends_with("::") => groups.push(std::mem::take(&mut path)),
            c if c.is_alphanumeric() || c == '_' || (c == ':' && !path.is_empty()) => path.push(c),
            other => {
                if !path.is_empty() {
                    paths.push(format!("{}{}", groups.concat(), std::mem::take(&mut path)));
                }
                if other == '}' {
                    groups.pop();
                }
            }
        }
    }
    paths
}

#[test]
fn an_impure_file_is_seen_however_it_imports() {
    let uses = |text: &str| impurities(text).concat();
    assert_eq!(uses("let now = std::time::Instant::now();"), "uses std::time::Instant");
    assert_eq!(
        uses("use std::{\n    fmt,\n    time::{Duration, SystemTime},\n};"),
        "uses std::time::SystemTime"
    );
    assert_eq!(uses("use std::{collections::{BTreeMap}, fs};"), "uses std::fs");
    assert_eq!(uses("fn f(x: rand::Rng) {}"), "uses rand");
}

#[test]
fn a_pure_file_is_left_alone() {
    let pure = "//! No tokio, no rand.\nuse std::time::Duration;\nlet operand = brand; // not rand\nif a { b::c() }";
    assert_eq!(impurities(pure), Vec::<String>::new());
}

#[test]
fn a_name_needs_a_comment() {
    let file = "/// Why.\n#[allow(x)]\npub const A: &str = \"D8_A\";\n\npub(crate) const B: &str = \"D8_B\";\n\
                names! {\n    /// Why.\n    D8_C;\n    D8_D;\n}\nlet x = y;";
    assert_eq!(declared_names(file), ["D8_A", "D8_B", "D8_C", "D8_D"]);
    assert_eq!(undocumented_names(file), ["D8_B", "D8_D"]);
}

#[test]
fn a_reader_of_the_environment_needs_the_constant() {
    assert_eq!(literal_environment_names("let a = std::env::var(\"D8_A\");").len(), 1);
    assert_eq!(
        literal_environment_names("let a = std::env::var(A); // env::var(\"D8_A\")").len(),
        0
    );
    let code = "read(\"D8_A\");\nread(A);\n#[cfg(test)]\nread(\"D8_A\");";
    assert_eq!(names_written_out(code, &["D8_A".to_owned()]), ["read(\"D8_A\");"]);
}
