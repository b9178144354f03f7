//! Lines that are no work, and configurations that mean nothing: each is told where it is, and what to do.

use crate::world::{Account, World, codes, ids};

#[test]
fn bad_lines_are_told_by_number_and_stop_nothing() {
    let world = World::unlimited();
    let mut work = b"{\"prompt\":\"first\"}\nnot JSON {\n".to_vec();
    work.extend_from_slice(b"{\"id\":\"torn\",\"prompt\":\"\xff\xfe\"}\n\n");
    for line in [
        "[1,2]",
        "{\"id\":\"e\",\"url\":\"/v1/embeddings\",\"body\":{\"input\":\"x\"}}",
        "{\"custom_id\":\"g\",\"method\":\"GET\",\"body\":{\"messages\":[]}}",
        "{\"id\":\"p\",\"prompt\":\"x\",\"priority\":11}",
        "{\"prompt\":7}",
        "{\"messages\":[]}",
        "{}",
        "{\"prompt\":\"x\",\"messages\":[]}",
        "null",
        "{\"prompt\":\"last\"}",
    ] {
        work.extend_from_slice(line.as_bytes());
        work.push(b'\n');
    }
    world.write("work.jsonl", work);
    let ended = world
        .run(&["run", "work.jsonl", "--json"])
        .exits(1)
        .says("line 2:")
        .says("line 3: not UTF-8");
    let answers = world.answers("work.out.jsonl");
    let expected = [
        "line-1", "line-2", "line-3", "line-5", "e", "g", "p", "line-9", "line-10", "line-11", "line-12", "line-13",
        "line-14",
    ];
    assert_eq!(ids(&answers), expected);
    assert_eq!(codes(&answers), [&["ok"][..], &["invalid_line"; 11], &["ok"]].concat());
    assert!(
        answers
            .iter()
            .all(|answer| answer.code.is_none() || (answer.message.len() > 8 && answer.status.is_none()))
    );
    let sums = ended.summary();
    assert_eq!(
        [&sums["total"], &sums["done"], &sums["failed"]].map(|sum| sum.as_u64()),
        [13, 2, 11].map(Some)
    );
    assert_eq!(world.accepted(), 2);
}

#[test]
fn a_file_of_nothing_but_bad_lines_is_told_and_sends_nothing() {
    let world = World::unlimited();
    world.write("work.jsonl", "a\n".repeat(300));
    let ended = world.run_work().exits(1).says("line 1:");
    assert!(ended.err.lines().count() < 30, "it says too much:\n{}", ended.err);
    assert_eq!(codes(&world.answers("work.out.jsonl")), ["invalid_line"; 300]);
}

#[test]
fn a_line_of_ten_megabytes_stops_nothing() {
    let world = World::unlimited();
    let long = "x".repeat(10 * 1024 * 1024);
    world.write(
        "work.jsonl",
        format!("{{\"prompt\":\"a\"}}\n{{\"prompt\":\"{long}\"}}\n{{\"prompt\":\"b\"}}\n"),
    );
    world.run_work().exits(1);
    let answers = world.answers("work.out.jsonl");
    assert_eq!((answers[0].code.is_none(), answers[2].code.is_none()), (true, true));
    let code = answers[1].code.as_deref().unwrap();
    assert!(
        ["too_large", "provider_error"].contains(&code),
        "{code}: {}",
        answers[1].message
    );
}

#[test]
fn a_line_longer_than_any_may_be_is_skipped() {
    let world = World::unlimited();
    let mut work = b"{\"prompt\":\"".to_vec();
    work.resize(65 * 1024 * 1024, b'x');
    work.extend_from_slice(b"\"}\n{\"prompt\":\"b\"}\n");
    world.write("work.jsonl", work);
    world.run_work().exits(1).says("line 1: longer than 64 MiB");
    assert_eq!(codes(&world.answers("work.out.jsonl")), ["invalid_line", "ok"]);
}

#[test]
fn a_binary_file_is_no_disaster() {
    let world = World::unlimited();
    let bytes: Vec<u8> = (0..40_000_u32)
        .map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    world.write("work.jsonl", bytes);
    world.run_work().exits(1);
    assert!(
        codes(&world.answers("work.out.jsonl"))
            .iter()
            .all(|code| *code == "invalid_line")
    );
    assert_eq!(world.accepted(), 0);
}

#[test]
fn without_any_account_it_says_how_to_get_one() {
    let world = World::empty();
    world.tasks(1);
    world
        .run_work()
        .exits(2)
        .says("no account")
        .says("GROQ_API_KEY")
        .says("--demo");
    assert!(!world.has("work.out.jsonl") && !world.has("work.out.jsonl.partial"));
}

/// A wrong d8.toml: exit 2, these words, and no trace of a run.
#[track_caller]
fn refused(text: impl AsRef<[u8]>, words: &[&str]) {
    let world = World::empty();
    world.tasks(1);
    world.write("d8.toml", text);
    let mut ended = world.run_work().exits(2);
    for word in words {
        ended = ended.says(word);
    }
    assert_eq!(ended.out, "");
    assert!(!world.has("work.out.jsonl.partial"), "it had begun");
}

fn with_line(line: &str) -> String {
    Account::groq().at("http://127.0.0.1:9").with(line).to_toml("")
}

#[test]
fn mistakes_in_the_configuration_are_shown_where_they_are() {
    let unknown = "[[account]]\nname = \"a\"\nprovider = \"grok\"\n";
    refused(
        unknown,
        &["unknown provider `grok`", "d8.toml:3:12", "^^^^^^", "hint:", "`groq`"],
    );
    refused(
        with_line("concurency = 3"),
        &["unknown key `concurency`", "d8.toml:8:1", "`concurrency`"],
    );
    refused(
        with_line("concurrency = \"four\""),
        &["wrong type", "d8.toml:8:15", "a whole number"],
    );
    refused(
        with_line("[[rout]]\nname = \"default\""),
        &["unknown key `rout`", "`route`"],
    );
    refused(
        with_line("[[route]]\nname = \"default\"\nprimary = [\"groq/lama\"]"),
        &["groq/lama", "d8.toml:10:12", "hint:"],
    );
    refused("[[account]\nname = 1\n", &["d8.toml:1:"]);
    refused(b"name = \"\xff\"\n", &["d8.toml", "UTF-8"]);
}

#[test]
fn a_key_that_is_not_there_is_named() {
    let account = |key: &str| Account::groq().at("http://127.0.0.1:9").key(key).to_toml("");
    refused(account("env:NOT_THERE"), &["NOT_THERE", "d8.toml:4:11", "hint:"]);
    refused(account("file:not-there.txt"), &["not-there.txt", "d8.toml:4:11"]);
}

#[test]
fn what_the_command_line_means_is_told() {
    let world = World::unlimited();
    world.tasks(1);
    world
        .run(&["run", "work.jsonl", "--config", "nothing.toml"])
        .exits(2)
        .says("nothing.toml");
    world
        .run(&["run", "nothing.jsonl"])
        .exits(2)
        .says("nothing.jsonl")
        .says("hint:");
    world.run(&["run", "."]).exits(2).says("hint:");
    world.run(&["run"]).exits(2).says("FILE.jsonl");
    world
        .run(&["run", "work.jsonl", "--outptu", "x"])
        .exits(2)
        .says("--output");
    world.run(&["rnu", "work.jsonl"]).exits(2).says("rnu").says("--help");
    let help = world.run(&["run", "--help"]).exits(0);
    assert!(
        help.out.contains("d8 run work.jsonl"),
        "help has no example: {}",
        help.out
    );
    assert_eq!(world.accepted(), 0);
}

#[test]
fn a_folder_in_the_place_of_d8_toml_is_not_passed_over() {
    let world = World::empty();
    std::fs::create_dir(world.path("d8.toml")).unwrap();
    world.run(&["config", "check"]).exits(2).says("d8.toml");
}

#[test]
fn an_option_that_stands_there_twice_is_said_to() {
    let world = World::empty();
    let ended = world.run(&["up", "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"]);
    ended.exits(2).says("twice");
}
