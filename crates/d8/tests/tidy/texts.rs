//! What the program says, in each language, and where its source says it.

use std::collections::{BTreeMap, BTreeSet};

/// The keys of a Fluent file, each with the variables of its message.
pub(crate) type Messages = BTreeMap<String, BTreeSet<String>>;

/// A place in a source file that says a text, with the variables that it gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Said {
    pub(crate) key: String,
    pub(crate) given: BTreeSet<String>,
}

/// Keys that only one language has: in English the help stands in the source.
fn is_of_help(key: &str) -> bool {
    key == "help" || key.starts_with("help-")
}

/// Reads a Fluent file.
pub(crate) fn messages(file: &str) -> Messages {
    let mut messages = Messages::new();
    let mut key = None;
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) = line.split_once('=').filter(|(name, _)| is_key(name.trim_end())) {
            let name = name.trim_end().to_owned();
            messages.insert(name.clone(), BTreeSet::new());
            key = Some(name);
        }
        if let Some(variables) = key.as_ref().and_then(|key| messages.get_mut(key)) {
            variables.extend(variables_of(line));
        }
    }
    messages
}

/// Whether a line begins with one: `run-done`, not `[one] ...` nor `-term`.
fn is_key(name: &str) -> bool {
    let of_key = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(of_key)
}

fn variables_of(line: &str) -> impl Iterator<Item = String> {
    let after = line.split('$').skip(1);
    let names = after.map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
    // "$/1M" is money.
    names.filter(|name: &String| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Where two files in two languages differ.
pub(crate) fn differences(english: &Messages, spanish: &Messages) -> Vec<String> {
    let keys: BTreeSet<&String> = english.keys().chain(spanish.keys()).collect();
    let compare = |key: &String| match (english.get(key), spanish.get(key)) {
        (Some(_), _) if is_of_help(key) => Some(format!("{key}: en.ftl has no help, the source has it")),
        (Some(one), Some(other)) if one != other => {
            Some(format!("{key}: variables {one:?} in en.ftl, {other:?} in es.ftl"))
        }
        (Some(_), None) => Some(format!("{key}: only in en.ftl")),
        (None, Some(_)) if !is_of_help(key) => Some(format!("{key}: only in es.ftl")),
        _ => None,
    };
    keys.into_iter().filter_map(compare).collect()
}

/// The texts that a source file says, wherever it says them.
pub(crate) fn said(source: &str) -> Vec<Said> {
    let code: Vec<&str> = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let code = code.join("\n");
    let calls = code.match_indices("text!(").map(|(at, call)| &code[at + call.len()..]);
    calls.filter_map(|call| read(inside(call))).collect()
}

fn read(inside: Vec<String>) -> Option<Said> {
    let mut arguments = inside.into_iter();
    let first = arguments.next()?;
    // A language may stand before the key.
    let key = first.rsplit("=>").next()?.trim();
    let key = key.strip_prefix('"')?.strip_suffix('"')?.to_owned();
    let name = |argument: String| argument.split_once('=').map(|(name, _)| name.trim().to_owned());
    Some(Said {
        key,
        given: arguments.filter_map(name).collect(),
    })
}

/// What stands between a call's parentheses, without its opening one, apart by the commas of the call itself.
fn inside(call: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    let mut in_text = false;
    let mut before = ' ';
    for c in call.chars() {
        match c {
            '"' if before != '\\' => in_text = !in_text,
            '(' | '[' | '{' if !in_text => depth += 1,
            ')' | ']' | '}' if !in_text && depth == 0 => break,
            ')' | ']' | '}' if !in_text => depth -= 1,
            ',' if !in_text && depth == 0 => {
                parts.push(String::new());
                before = c;
                continue;
            }
            _ => {}
        }
        before = c;
        parts.last_mut().unwrap().push(c);
    }
    parts
}

/// What a file says that is not there, or says without a variable that the message shows, or with one that it does not.
pub(crate) fn unsayable(said: &[Said], english: &Messages) -> Vec<String> {
    let wrong = |said: &Said| match english.get(&said.key) {
        None => Some(format!("`{}` is not in en.ftl", said.key)),
        Some(variables) if *variables != said.given => Some(format!(
            "`{}` shows {variables:?} and is given {:?}",
            said.key, said.given
        )),
        Some(_) => None,
    };
    said.iter().filter_map(wrong).collect()
}

/// The keys that nobody says.
pub(crate) fn unused(said: &[Said], english: &Messages) -> Vec<String> {
    let used: BTreeSet<&String> = said.iter().map(|said| &said.key).collect();
    let unused = english.keys().filter(|key| !used.contains(key));
    unused.map(|key| format!("`{key}` is said nowhere")).collect()
}

#[cfg(test)]
const FILE: &str = "# $no = key\nrun-done = { $done } of { $total }\nleft =\n    $/1M\n    { $count ->\n        [one] one = { $name }\n       *[other] more\n    }\n-brand = D8\n";

#[test]
fn a_file_is_read_for_keys_and_variables() {
    let read = messages(FILE);
    let found = read.iter().map(|(key, variables)| format!("{key}: {variables:?}"));
    assert_eq!(
        found.collect::<Vec<_>>(),
        [r#"left: {"count", "name"}"#, r#"run-done: {"done", "total"}"#]
    );
}

#[test]
fn languages_that_differ_are_found() {
    let of = |file: &str| messages(file);
    assert_eq!(
        differences(&of(FILE), &of(&format!("{FILE}help = x\nhelp-run = x\n"))),
        Vec::<String>::new()
    );
    let lacks = FILE.replace("run-done", "run-other");
    assert_eq!(
        differences(&of(FILE), &of(&lacks)),
        ["run-done: only in en.ftl", "run-other: only in es.ftl"]
    );
    assert_eq!(differences(&of(FILE), &of(&FILE.replace("$total", "$all"))).len(), 1);
    assert_eq!(differences(&of("help-run = x\n"), &of("")).len(), 1);
}

#[test]
fn a_source_is_read_for_what_it_says() {
    let source = "say(&text!(Language::English => \"run-done\", done = f(a, \"x, y = (\"), total = 3));\n// text!(\"old\")\nlet a = text!(\n    \"left\",\n    \
                  count = if a == b { 1 } else { 2 },\n    name = b,\n);\ntext!($key)";
    let found = said(source);
    let keys: Vec<&str> = found.iter().map(|said| said.key.as_str()).collect();
    assert_eq!(keys, ["run-done", "left"]);
    let english = messages(FILE);
    assert_eq!(unsayable(&found, &english), Vec::<String>::new());
    assert_eq!(unused(&found, &english), Vec::<String>::new());
}

#[test]
fn what_cannot_be_said_and_what_is_not_said_are_found() {
    let english = messages(FILE);
    let of = |source: &str| unsayable(&said(source), &english);
    assert_eq!(of("text!(\"lost\")"), ["`lost` is not in en.ftl"]);
    assert_eq!(of("text!(\"run-done\", done = 1)").len(), 1);
    assert_eq!(of("text!(\"run-done\", done = 1, total = 2, more = 3)").len(), 1);
    assert_eq!(
        unused(&said("text!(\"left\")"), &english),
        ["`run-done` is said nowhere"]
    );
}
