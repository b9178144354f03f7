//! The committed example workloads are what their templates give, and each is what its README says.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

#[path = "../examples/workload/mod.rs"]
mod workload;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn committed(name: &str) -> String {
    let path = examples().join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.replace("\r\n", "\n")
}

fn lines(name: &str) -> Vec<Value> {
    committed(name)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn id(line: &Value) -> &str {
    line["id"].as_str().unwrap()
}

/// The texts of a line: its system prompt and what it asks.
fn prompts(line: &Value) -> [&str; 2] {
    [0, 1].map(|at| line["messages"][at]["content"].as_str().unwrap())
}

/// The screen state inside a device's prompt.
fn state(line: &Value) -> &str {
    prompts(line)[1].lines().next().unwrap()
}

#[test]
fn the_committed_files_are_what_the_templates_give() {
    for file in workload::generate(&examples()).unwrap() {
        let same = committed(file.name) == file.text;
        assert!(
            same,
            "examples/{} is stale; run: cargo run -p d8 --example workload",
            file.name
        );
    }
}

#[test]
fn each_file_has_its_lines_and_no_id_twice() {
    for (name, count) in [
        ("content-empire.jsonl", 500),
        ("device-farm.jsonl", 1000),
        ("day.jsonl", 1500),
    ] {
        let lines = lines(name);
        let ids: BTreeSet<&str> = lines.iter().map(id).collect();
        assert_eq!((lines.len(), ids.len()), (count, count), "{name}");
    }
}

#[test]
fn no_two_lines_ask_the_same() {
    let lines = lines("day.jsonl");
    let asked: BTreeSet<String> = lines.iter().map(|line| line["messages"].to_string()).collect();
    assert_eq!(asked.len(), lines.len());
}

#[test]
fn a_line_is_the_short_form_and_leaves_the_model_to_the_route() {
    let known = ["id", "messages", "max_tokens", "response_format", "priority"];
    for line in lines("day.jsonl") {
        let keys: Vec<&String> = line.as_object().unwrap().keys().collect();
        assert!(keys.iter().all(|key| known.contains(&key.as_str())), "{keys:?}");
        assert_eq!(
            [&line["messages"][0]["role"], &line["messages"][1]["role"]],
            ["system", "user"]
        );
        assert!(line["priority"].is_null() || (1..=10).contains(&line["priority"].as_u64().unwrap()));
    }
}

#[test]
fn nothing_of_a_template_is_left_unfilled() {
    for line in lines("day.jsonl") {
        let text = prompts(&line).concat();
        let names = ["topic", "fact", "angle", "state", "app", "item", "text"];
        let left = names.iter().find(|name| text.contains(&format!("{{{name}}}")));
        assert_eq!(left, None, "{}", id(&line));
    }
}

#[test]
fn content_is_half_spanish_half_english_and_of_realistic_size() {
    let lines = lines("content-empire.jsonl");
    let spanish = lines.iter().filter(|line| prompts(line)[0].contains("La Libreta"));
    assert_eq!(spanish.clone().count(), 250);
    assert!(
        spanish
            .clone()
            .all(|line| id(line).contains("-es-") && prompts(line)[1].contains(['á', 'é', 'í', 'ó', 'ú']))
    );
    for line in &lines {
        assert!(
            (300..=900).contains(&prompts(line).concat().len()),
            "{}: {}",
            id(line),
            prompts(line).concat().len()
        );
        assert!(
            (150..=400).contains(&line["max_tokens"].as_u64().unwrap()),
            "{}",
            id(line)
        );
    }
    for agent in ["tweet", "linkedin", "video", "email", "hashtags"] {
        assert_eq!(
            lines.iter().filter(|line| id(line).starts_with(agent)).count(),
            100,
            "{agent}"
        );
    }
}

#[test]
fn a_device_shows_its_screen_as_compact_json() {
    let lines = lines("device-farm.jsonl");
    for line in &lines {
        let screen: Value = serde_json::from_str(state(line)).unwrap();
        assert!(
            (400..=900).contains(&state(line).len()),
            "{}: {} bytes",
            id(line),
            state(line).len()
        );
        assert!(
            (60..=120).contains(&line["max_tokens"].as_u64().unwrap()),
            "{}",
            id(line)
        );
        assert!(
            screen["elements"]
                .as_array()
                .is_some_and(|elements| elements.len() >= 4),
            "{}",
            id(line)
        );
    }
    let json = lines
        .iter()
        .filter(|line| line["response_format"]["type"] == "json_object")
        .count();
    assert_eq!(json, 400);
}

#[test]
fn every_element_lies_on_its_screen() {
    for line in lines("device-farm.jsonl") {
        let screen: Value = serde_json::from_str(state(&line)).unwrap();
        let edge = |axis: usize| screen["size"][axis].as_u64().unwrap();
        for element in screen["elements"].as_array().unwrap() {
            let bound = |at: usize| element["bounds"][at].as_u64().unwrap();
            assert!(bound(0) < bound(2) && bound(2) <= edge(0), "{}: {element}", id(&line));
            assert!(bound(1) < bound(3) && bound(3) <= edge(1), "{}: {element}", id(&line));
        }
    }
}

#[test]
fn a_day_holds_both_workloads_in_their_own_order() {
    let day = lines("day.jsonl");
    for name in ["content-empire.jsonl", "device-farm.jsonl"] {
        let part = lines(name);
        let ids: BTreeSet<&str> = part.iter().map(id).collect();
        let of_the_day: Vec<&Value> = day.iter().filter(|line| ids.contains(id(line))).collect();
        assert_eq!(of_the_day, part.iter().collect::<Vec<_>>(), "{name}");
    }
    let is_device = |line: &Value| id(line).starts_with("device-");
    let changes = day
        .windows(2)
        .filter(|pair| is_device(&pair[0]) != is_device(&pair[1]))
        .count();
    assert!(changes > 10, "the two take turns only {changes} times");
}
