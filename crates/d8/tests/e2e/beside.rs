//! `d8 run` beside whoever holds the store: lines are handed over, and whoever waits takes over when the holder goes.

use std::time::Duration;

use d8_emulator::{Delay, Kind, Latency, Options, Provider, Spread};

use crate::world::{Account, World, all_answered, no_limits, requests, tier, until};

fn lines(word: &str, count: usize) -> String {
    let line = |number: usize| format!("{{\"prompt\":\"{word} {number}\",\"max_tokens\":16}}\n");
    (1..=count).map(line).collect()
}

/// Every request takes so long.
fn slow(millis: u64) -> World {
    let world = World::with(Options {
        latency: Latency {
            first_token: Delay {
                least: Duration::from_millis(millis),
                spread: Spread::None,
            },
            ..Latency::default()
        },
        ..no_limits()
    });
    world.configure(&[Account::groq().with("concurrency = 2")]);
    world
}

fn is_held_at(world: &World) -> bool {
    world.has("d8.db.owner") && world.read("d8.db.owner").contains("http://")
}

#[test]
fn a_run_beside_d8_up_is_done_by_it() {
    let world = World::unlimited();
    let up = world.up();
    world.write("work.jsonl", lines("task", 30));
    let ended = world.run(&["run", "work.jsonl"]).exits(0);
    assert!(ended.err.contains(&up.process.pid().to_string()), "{}", ended.err);
    all_answered(&world.answers("work.out.jsonl"), 30);
    assert_eq!(world.accepted(), 30);
    assert_eq!(up.count("completed"), 30);
    // The same again does nothing anew.
    world.run(&["run", "work.jsonl"]).exits(0);
    assert_eq!(world.accepted(), 30);
}

#[test]
fn two_runs_at_once_share_one_orchestrator() {
    let world = slow(100);
    world.write("one.jsonl", lines("one", 20));
    world.write("two.jsonl", lines("two", 20));
    let one = world.d8(&["run", "one.jsonl"]).start();
    until("the first one holds the store", || is_held_at(&world));
    let two = world.d8(&["run", "two.jsonl"]).start();
    one.wait().exits(0);
    two.wait().exits(0);
    for (file, word) in [("one.out.jsonl", "one"), ("two.out.jsonl", "two")] {
        let answers = world.answers(file);
        assert_eq!(answers.len(), 20);
        assert!(
            answers
                .iter()
                .zip(1..)
                .all(|(answer, number)| answer.is_to(&format!("{word} {number}")))
        );
    }
    let twice: Vec<_> = world
        .wire()
        .times()
        .into_iter()
        .filter(|(_, times)| *times > 1)
        .collect();
    // What was under way when the holder ended may be sent once more: two at most.
    assert!(twice.len() <= 2, "{twice:?}");
}

#[test]
fn whoever_waits_takes_over_when_the_holder_is_killed() {
    let quotas = [requests(10, 1_000, Kind::Sliding)];
    let world = World::with(Options {
        tier: tier(Provider::Groq, &quotas),
        ..Options::default()
    });
    world.configure(&[Account::groq().limits(&quotas)]);
    let up = world.up();
    world.write("work.jsonl", lines("task", 50));
    let run = world.d8(&["run", "work.jsonl"]).start();
    until("a part is done", || up.count("completed") >= 15);
    up.process.kill();
    let ended = run.wait().exits(0);
    assert!(ended.err.contains("goes on here"), "{}", ended.err);
    all_answered(&world.answers("work.out.jsonl"), 50);
    assert_eq!(world.refused(), 0, "the new holder knows what the old one has spent");
}

#[test]
fn what_is_set_up_otherwise_is_told_and_nothing_is_done() {
    let world = World::unlimited();
    let up = world.up();
    world.configure(&[Account::groq().key("test-key-9"), Account::gemini()]);
    world.write("work.jsonl", lines("task", 3));
    world
        .run(&["run", "work.jsonl"])
        .exits(2)
        .says("`groq` has another key")
        .says("no account `gemini`")
        .says("--orchestrator");
    assert_eq!(up.count("total"), 0);
    // Named, it does the work as it is set up itself.
    let url = up.url();
    world.run(&["run", "work.jsonl", "--orchestrator", &url]).exits(0);
    all_answered(&world.answers("work.out.jsonl"), 3);
}

#[test]
fn a_run_without_accounts_is_done_by_whoever_has_some() {
    let world = World::unlimited();
    let _up = world.up();
    world.write("d8.toml", "");
    world.write("work.jsonl", lines("task", 3));
    world.run(&["run", "work.jsonl"]).exits(0);
    all_answered(&world.answers("work.out.jsonl"), 3);
}

#[test]
fn an_unknown_model_is_a_bad_line_there_too() {
    let world = World::unlimited();
    let _up = world.up();
    world.write(
        "work.jsonl",
        "{\"prompt\":\"one\"}\n{\"prompt\":\"two\",\"model\":\"nonsense\"}\n",
    );
    world.run(&["run", "work.jsonl"]).exits(1);
    let answers = world.answers("work.out.jsonl");
    assert_eq!(crate::world::codes(&answers), ["ok", "invalid_line"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_the_work_with_the_holder_and_the_same_command_goes_on() {
    let world = slow(150);
    let up = world.up();
    world.write("work.jsonl", lines("task", 20));
    let run = world.d8(&["run", "work.jsonl"]).start();
    until("it has begun", || up.count("completed") > 2);
    run.signal("INT");
    run.wait().exits(130);
    up.until_completed(20);
    world.run(&["run", "work.jsonl"]).exits(0);
    all_answered(&world.answers("work.out.jsonl"), 20);
    assert_eq!(world.accepted(), 20);
}

#[test]
fn a_run_can_be_looked_at_while_it_goes() {
    let world = slow(300);
    world.write("work.jsonl", lines("task", 10));
    let run = world.d8(&["run", "work.jsonl"]).start();
    until("it holds the store", || is_held_at(&world));
    let seen = world.run(&["stats", "--json"]).exits(0);
    let stats: serde_json::Value = serde_json::from_str(&seen.out).unwrap();
    assert_eq!(stats["workers"]["online"], 1, "{stats}");
    run.wait().exits(0);
}
