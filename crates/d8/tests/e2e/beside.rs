//! `d8 run` beside whoever holds the store: lines are handed over, and whoever waits takes over when the holder goes.

use std::time::Duration;

use d8_emulator::{Delay, Kind, Latency, Options, Provider, Spread};

use crate::world::{Account, World, all_answered, codes, no_limits, requests, tier, until};

fn lines(word: &str, count: usize) -> String {
    let line = |number: usize| format!("{{\"prompt\":\"{word} {number}\",\"max_tokens\":16}}\n");
    (1..=count).map(line).collect()
}

/// The same, to be done before those.
fn urgent_lines(word: &str, count: usize) -> String {
    lines(word, count).replace("\"max_tokens\"", "\"priority\":10,\"max_tokens\"")
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
    // The first one lets what is under way for the second end before it goes itself.
    assert_eq!(world.accepted(), 40, "{:?}", world.wire().times());
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
    assert_eq!(codes(&answers), ["ok", "invalid_line"]);
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

#[test]
fn when_the_holder_is_killed_one_of_those_who_wait_takes_over_and_serves_the_other() {
    let quotas = [requests(10, 800, Kind::Sliding)];
    let world = World::with(Options {
        tier: tier(Provider::Groq, &quotas),
        ..Options::default()
    });
    world.configure(&[Account::groq().limits(&quotas)]);
    for word in ["one", "two", "three"] {
        world.write(&format!("{word}.jsonl"), lines(word, 25));
    }
    let holder = world.d8(&["run", "one.jsonl"]).start();
    until("the first one holds the store", || is_held_at(&world));
    let guests = ["two.jsonl", "three.jsonl"].map(|file| world.d8(&["run", file]).start());
    let sent = |word: &str| {
        world
            .wire()
            .prompts()
            .iter()
            .filter(|prompt| prompt.starts_with(word))
            .count()
    };
    until("all three are under way", || sent("two") > 3 && sent("three") > 3);
    holder.kill();
    for guest in guests {
        guest.wait().exits(0);
    }
    // What the killed one was asked for goes on by the same command.
    world.run(&["run", "one.jsonl"]).exits(0);
    for word in ["one", "two", "three"] {
        let answers = world.answers(&format!("{word}.out.jsonl"));
        let right = |(number, answer): (usize, &crate::world::Answer)| answer.is_to(&format!("{word} {}", number + 1));
        assert!(
            answers.len() == 25 && answers.iter().enumerate().all(right),
            "{answers:?}"
        );
    }
    assert_eq!(world.refused(), 0, "the new holder knows what the old one has spent");
    let times = world.wire().times();
    assert!(times.values().all(|times| *times <= 2), "{times:?}");
}

#[test]
fn what_nobody_waits_for_is_left_alone_and_goes_on_with_the_same_command() {
    let world = slow(40);
    world.write("one.jsonl", lines("one", 200));
    world.write("two.jsonl", urgent_lines("two", 90));
    let holder = world.d8(&["run", "one.jsonl"]).start();
    until("the first one holds the store", || is_held_at(&world));
    let sent = || {
        world
            .wire()
            .prompts()
            .iter()
            .filter(|prompt| prompt.starts_with("two"))
            .count()
    };
    let guest = world.d8(&["run", "two.jsonl"]).start();
    until("the second one is under way", || sent() > 2);
    guest.kill();
    let (mut before, mut quiet) = (sent(), 0);
    until("it is left alone", || {
        std::thread::sleep(Duration::from_millis(100));
        let now = sent();
        quiet = if now == before { quiet + 1 } else { 0 };
        before = now;
        quiet >= 5
    });
    assert!(before < 90, "nobody waited for the rest");
    world
        .run(&["run", "two.jsonl"])
        .exits(0)
        .says("the work is done by process");
    assert_eq!(world.answers("two.out.jsonl").len(), 90);
    holder.wait().exits(0);
    assert_eq!(world.accepted(), 290, "{:?}", world.wire().times());
}

#[test]
fn a_holder_killed_while_lines_are_handed_in_loses_none() {
    let world = World::unlimited();
    let up = world.up();
    world.write("work.jsonl", lines("task", 6_000));
    let run = world.d8(&["run", "work.jsonl"]).start();
    until("some lines are there", || up.count("total") > 500);
    up.process.kill();
    run.wait().exits(0).says("goes on here");
    all_answered(&world.answers("work.out.jsonl"), 6_000);
}

#[test]
fn standard_output_has_every_line_once_whoever_holds_the_store() {
    let world = slow(40);
    let up = world.up();
    world.write("work.jsonl", lines("task", 30));
    let run = world.d8(&["run", "work.jsonl", "-o", "-"]).start();
    until("some answers are out", || run.printed().0.lines().count() > 5);
    up.process.kill();
    let ended = run.wait().exits(0);
    all_answered(&crate::world::Answer::parse_all(&ended.out), 30);
}

#[test]
fn a_run_that_nothing_can_serve_ends_although_others_can_be_served() {
    let world = slow(200);
    world.configure(&[Account::groq().with("concurrency = 1"), Account::gemini().key("bad-1")]);
    let up = world.up();
    world.write(
        "many.jsonl",
        "{\"prompt\":\"x\",\"model\":\"groq/llama-3.3-70b-versatile\"}\n".repeat(60),
    );
    world.write(
        "work.jsonl",
        "{\"prompt\":\"y\",\"model\":\"gemini/gemini-2.0-flash\"}\n".repeat(3),
    );
    let many = world.d8(&["run", "many.jsonl"]).start();
    until("others are served", || up.count("completed") > 0);
    world
        .run(&["run", "work.jsonl"])
        .exits(1)
        .says("nothing can serve the remaining 3")
        .says("the key was refused");
    assert!(up.count("pending") > 0, "others still wait for their turn");
    drop(many);
}

#[test]
fn the_same_command_twice_at_once_is_told() {
    let world = slow(300);
    world.write("work.jsonl", lines("task", 10));
    let first = world.d8(&["run", "work.jsonl"]).start();
    until("the first one holds the store", || {
        is_held_at(&world) && world.has("work.out.jsonl.partial")
    });
    world
        .run(&["run", "work.jsonl"])
        .exits(2)
        .says("another d8 run writes it now");
    first.wait().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 10);
    assert_eq!(world.accepted(), 10);
}

#[test]
fn a_run_may_be_called_anything() {
    let world = World::unlimited();
    let _up = world.up();
    world.write("work.jsonl", lines("task", 2));
    for (name, accepted) in [("a/b \u{fc}?#%2F&=+:\\", 2), ("agree", 4)] {
        for _ in 0..2 {
            world.run(&["run", "work.jsonl", "--run", name]).exits(0);
            assert_eq!(world.accepted(), accepted, "{name}");
        }
    }
}

#[test]
fn an_edited_line_is_done_anew_there_and_the_old_one_is_dropped() {
    let world = World::with_groq(&[requests(2, 3_600_000, Kind::Sliding)]);
    let up = world.up();
    world.write("work.jsonl", lines("task", 5));
    world.run(&["run", "work.jsonl", "--for", "500ms"]).exits(1);
    assert_eq!((up.count("completed"), up.count("pending")), (2, 3));
    world.write("work.jsonl", lines("task", 4) + "{\"prompt\":\"other\"}\n");
    world
        .run(&["run", "work.jsonl", "--for", "500ms"])
        .exits(1)
        .says("2 done before");
    assert_eq!((up.count("cancelled"), up.count("pending")), (1, 3));
}

#[test]
fn a_route_with_another_patience_is_another_route() {
    let world = World::unlimited();
    let route = |patience: &str| {
        let target = format!("groq/{}", crate::world::GROQ_MODEL);
        format!("[[route]]\nname = \"fast\"\nprimary = [\"{target}\"]\npatience = \"{patience}\"\n")
    };
    let accounts = world.read("d8.toml");
    world.write("d8.toml", accounts.clone() + &route("5s"));
    let _up = world.up();
    world.write("work.jsonl", lines("task", 2));
    world.run(&["run", "work.jsonl"]).exits(0);
    world.write("d8.toml", accounts.clone() + &route("50s"));
    world
        .run(&["run", "work.jsonl"])
        .exits(2)
        .says("its route `fast` has another patience");
    // What the run does not configure itself is the holder's matter.
    world.write("d8.toml", accounts);
    world.run(&["run", "work.jsonl"]).exits(0).says("2 done before");
}
