//! The same command again: what was done is known, what is new or failed is done, and nothing is sent twice.

use d8_emulator::{FaultKind, Kind};

use crate::world::{World, all_answered, codes, ids, requests, until};

fn prompts(world: &World, all: &[&str]) {
    let line = |prompt: &&str| format!("{{\"prompt\":\"{prompt}\"}}\n");
    world.write("work.jsonl", all.iter().map(line).collect::<String>());
}

#[test]
fn what_is_done_is_not_sent_again() {
    let world = World::unlimited();
    world.tasks(5);
    world.run_work().exits(0);
    let first = world.read("work.out.jsonl");
    world.run_work().exits(0).says("5 done before");
    assert_eq!(world.accepted(), 5);
    assert_eq!(world.read("work.out.jsonl"), first);
    std::fs::remove_file(world.path("work.out.jsonl")).unwrap();
    let summary = world.run(&["run", "work.jsonl", "--json"]).exits(0).summary();
    assert_eq!(
        [&summary["total"], &summary["done"]],
        [5, 5],
        "done includes earlier invocations"
    );
    assert_eq!(world.read("work.out.jsonl"), first, "OUT is made anew from the store");
    assert_eq!(world.accepted(), 5);
}

#[test]
fn an_edited_line_is_done_anew_and_a_moved_one_is_not() {
    let world = World::unlimited();
    prompts(&world, &["a", "b", "c"]);
    world.run_work().exits(0);
    prompts(&world, &["new", "c", "b, edited", "a"]);
    world.run_work().exits(0).says("2 done before");
    let answers = world.answers("work.out.jsonl");
    for (answer, prompt) in answers.iter().zip(["new", "c", "b, edited", "a"]) {
        assert!(answer.is_to(prompt), "{prompt}: {answer:?}");
    }
    assert_eq!(ids(&answers), ["line-1", "line-2", "line-3", "line-4"]);
    let mut sent = world.wire().prompts();
    sent.sort();
    assert_eq!(sent, ["a", "b", "b, edited", "c", "new"]);
}

#[test]
fn the_same_prompt_twice_is_done_twice() {
    let world = World::unlimited();
    prompts(&world, &["a", "a", "b"]);
    world.run_work().exits(0);
    assert_eq!(world.wire().times()["a"], 2);
    prompts(&world, &["b", "a", "a", "a"]);
    world.run_work().exits(0).says("3 done before");
    assert_eq!(world.wire().times()["a"], 3);
}

#[test]
fn id_and_model_make_a_line_another_one() {
    let world = World::unlimited();
    prompts(&world, &["a"]);
    world.run_work().exits(0);
    world.write("work.jsonl", "{\"id\":\"x\",\"prompt\":\"a\"}\n");
    world.run_work().exits(0);
    world
        .run(&["run", "work.jsonl", "-m", "groq/llama-3.3-70b-versatile"])
        .exits(0);
    world
        .run(&["run", "work.jsonl", "-m", "groq/llama-3.3-70b-versatile"])
        .exits(0)
        .says("1 done before");
    assert_eq!(world.accepted(), 3);
}

#[test]
fn a_run_is_known_by_its_name_wherever_its_file_lies() {
    let world = World::unlimited();
    world.tasks(2);
    world.run(&["run", "work.jsonl", "--run", "nightly"]).exits(0);
    std::fs::rename(world.path("work.jsonl"), world.path("moved.jsonl")).unwrap();
    world
        .run(&["run", "moved.jsonl", "--run", "nightly"])
        .exits(0)
        .says("2 done before");
    all_answered(&world.answers("moved.out.jsonl"), 2);
    world.run(&["run", "moved.jsonl"]).exits(0);
    assert_eq!(world.accepted(), 4, "without the name it is another run");
}

#[test]
fn a_path_is_the_same_run_however_it_is_written() {
    let world = World::unlimited();
    world.tasks(2);
    world.run_work().exits(0);
    let absolute = world.path("work.jsonl");
    for written in ["./work.jsonl", absolute.to_str().unwrap()] {
        world.run(&["run", written]).exits(0).says("2 done before");
    }
    assert_eq!(world.accepted(), 2);
}

#[test]
fn failed_lines_are_tried_again_and_bad_ones_reported_again() {
    let world = World::unlimited();
    world.write(
        "work.jsonl",
        "{\"prompt\":\"a\",\"temperature\":9}\n{\"prompt\":\"b\"}\nnonsense\n",
    );
    world.run_work().exits(1);
    assert_eq!(
        codes(&world.answers("work.out.jsonl")),
        ["provider_error", "ok", "invalid_line"]
    );
    world
        .wire()
        .answer_next(1, "200 OK", "content-type: application/json\r\n", COMPLETION);
    world.run_work().exits(1).says("1 done before").says("line 3:");
    assert_eq!(codes(&world.answers("work.out.jsonl")), ["ok", "ok", "invalid_line"]);
    assert_eq!(world.wire().times()["a"], 2);
    assert_eq!(world.wire().times()["b"], 1);
}

const COMPLETION: &str = r#"{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"yes"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}"#;

#[test]
fn a_line_that_the_input_no_longer_holds_is_not_done() {
    let world = World::with_groq(&[requests(2, 60_000, Kind::Sliding)]);
    prompts(&world, &["a", "b", "gone", "kept"]);
    world.run(&["run", "work.jsonl", "--for", "500ms"]).exits(1);
    let quotas = &[requests(100, 1_000, Kind::Sliding)];
    world.configure(&[crate::world::Account::groq().limits(quotas)]);
    world.judge().reset();
    prompts(&world, &["a", "b", "kept"]);
    world.run(&["run", "work.jsonl", "--for", "3s"]);
    assert!(!world.wire().times().contains_key("gone"));
    assert_eq!(world.wire().times()["kept"], 1);
}

#[test]
fn answers_are_in_the_partial_file_while_the_run_is_under_way() {
    let world = World::with_groq(&[requests(4, 300, Kind::Sliding)]);
    world.tasks(16);
    let running = world.d8(&["run", "work.jsonl"]).start();
    until("some answers in the partial file", || {
        world.has("work.out.jsonl.partial") && world.read("work.out.jsonl.partial").lines().count() >= 5
    });
    assert!(!world.has("work.out.jsonl"), "OUT is there before it is whole");
    running.wait().exits(0);
    assert!(!world.has("work.out.jsonl.partial") && !world.has("work.out.jsonl.new"));
    all_answered(&world.answers("work.out.jsonl"), 16);
}

#[test]
fn a_failed_line_leaves_the_earlier_out_until_the_new_one_is_whole() {
    let world = World::unlimited();
    world.tasks(2);
    world.run_work().exits(0);
    world.tasks(3);
    world.judge().fail_next(FaultKind::ServerError, 1, None);
    let running = world.d8(&["run", "work.jsonl"]).start();
    until("the third task", || world.wire().times().contains_key("task 3"));
    all_answered(&world.answers("work.out.jsonl"), 2);
    running.wait().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 3);
}
