//! What the commands that look at an orchestrator print, off a terminal, and how many tasks are changed at once.

use serde_json::{Value, json};

use crate::world::{Account, World, until};

#[test]
fn top_without_a_terminal_names_the_way_without() {
    let world = World::empty();
    world.run(&["top"]).exits(2).says("terminal").says("d8 stats --watch");
    world.run(&["top", "--json"]).exits(2).says("d8 stats --watch --json");
}

#[cfg(unix)]
#[test]
fn watching_prints_a_block_for_each_look_and_an_object_on_a_line() {
    let world = World::unlimited();
    let up = world.up();
    let looks = |arguments: &[&str], mark: &str, separated: bool| {
        let url = up.url();
        let watching = world
            .d8(&[arguments, &["--watch", "0.1", "--orchestrator", &url]].concat())
            .start();
        until("three looks", || watching.printed().0.matches(mark).count() >= 3);
        watching.signal("INT");
        let ended = watching.wait().exits(0);
        assert_eq!(ended.out.contains("\n\n"), separated, "{}", ended.out);
        ended.out
    };
    for line in looks(&["stats", "--json"], "\"workers\"", false).lines() {
        let object: Value = serde_json::from_str(line).unwrap();
        assert_eq!(object["accounts"][0]["account"], "groq");
        assert_eq!(object["pace"]["minute"]["completed"], 0);
    }
    looks(&["workers"], "WORKER", true);
    looks(&["accounts", "ls"], "PROVIDER", true);
}

#[test]
fn a_task_is_watched_until_it_ends() {
    let world = World::unlimited();
    let up = world.up();
    let task = up.submit("hello");
    let url = up.url();
    let shown = world
        .run(&["tasks", "show", &task, "--watch", "0.1", "--orchestrator", &url])
        .exits(0);
    assert!(shown.out.trim_end().contains("completed"), "{}", shown.out);
}

#[test]
fn many_tasks_are_changed_at_once_and_can_be_counted_first() {
    let world = World::empty();
    let up = world.up();
    let url = up.url();
    let many: Vec<Value> = (0..12)
        .map(|number| json!({"prompt": format!("task {number}"), "group": "g"}))
        .collect();
    up.post("/api/tasks", &Value::from(many)).is(201);
    let tasks = |arguments: &[&str]| world.run(&[&["tasks"], arguments, &["--orchestrator", &url]].concat());
    tasks(&["cancel", "--group", "g", "--dry-run"])
        .exits(0)
        .shows("12 tasks");
    tasks(&["cancel", "--group", "g", "--older-than", "1h", "--yes"])
        .exits(0)
        .shows("0 tasks");
    assert_eq!(up.count("pending"), 12);
    tasks(&["cancel", "--group", "g"]).exits(0).shows("12 tasks");
    assert_eq!(up.count("cancelled"), 12);
    tasks(&["retry", "--code", "attempts_exhausted", "--yes"])
        .exits(0)
        .shows("0 tasks");
    tasks(&["retry", "--status", "cancelled", "--yes"])
        .exits(0)
        .shows("12 tasks");
    assert_eq!(up.count("pending"), 12);
    tasks(&["ls", "--lang", "es"]).exits(0).shows("TAREA").shows("task_12");
}

#[test]
fn an_account_with_a_policy_of_its_own_says_so() {
    let world = World::unlimited();
    let up = world.up();
    let url = up.url();
    let columns = |ended: crate::world::Ended| {
        let rows = ended.out.lines().take(2);
        rows.map(|row| row.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    let rows = columns(world.run(&["accounts", "ls", "--orchestrator", &url]).exits(0));
    assert_eq!((rows[0][4].as_str(), rows[1][4].as_str()), ("POLICY", "d8"));
    drop(up);
    world.configure(&[Account::groq().with("policy = \"plain\"")]);
    let up = world.up();
    let url = up.url();
    let rows = columns(world.run(&["accounts", "ls", "--orchestrator", &url]).exits(0));
    assert_eq!(rows[1][4], "plain");
}

#[test]
fn an_account_that_is_not_there_is_answered_with_the_one_that_is_meant() {
    let world = World::unlimited();
    let up = world.up();
    let url = up.url();
    for (name, next) in [("grok", "did you mean `groq`?"), ("zebra", "`d8 accounts ls` lists")] {
        for command in ["pause", "unpark"] {
            world
                .run(&["accounts", command, name, "--orchestrator", &url])
                .exits(1)
                .says(next);
        }
    }
}

#[test]
fn completions_and_manual_pages_are_made_by_the_binary() {
    let world = World::empty();
    world
        .run(&["completions", "bash"])
        .exits(0)
        .shows("complete -F")
        .shows("reprioritise");
    world.run(&["completions", "tcsh"]).exits(2).says("`zsh`");
    world.run(&["man", "--out", "pages"]).exits(0).says("pages");
    assert!(world.read("pages/d8-tasks-cancel.1").contains("older\\-than"));
    world.run(&["man", "tasks", "ls"]).exits(0).shows(".TH");
    world.run(&["man", "lost"]).exits(2).says("d8 --help");
}
