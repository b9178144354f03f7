//! Questions that try a key out are spent from the same quota as the work that follows.

use d8_emulator::Kind;
use serde_json::{Value, json};

use crate::diagnosis::{spend_the_day, world_of_a_short_day};
use crate::world::{Account, Up, World, all_answered, no_limits, requests};

const KEY: &str = "planted-test-key-1";

/// How much of an account's first limit is used, as the API shows it.
#[track_caller]
fn used(up: &Up, account: &str) -> u64 {
    let list = up.get("/api/accounts").is(200).json();
    let accounts = list["accounts"].as_array().unwrap();
    let found = accounts.iter().find(|object| object["account"] == account);
    found.unwrap()["limits"][0]["used"].as_u64().unwrap()
}

#[test]
fn a_full_window_right_after_the_doctor_meets_no_refusal() {
    let world = World::with_groq(&[requests(5, 4_000, Kind::Sliding)]);
    world.tasks(5);
    let _ = world.run(&["doctor", "--json"]);
    assert_eq!(world.accepted(), 1, "the doctor asks once");
    world.run_work().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 5);
    assert_eq!(world.refused(), 0);
}

#[test]
fn an_orchestrator_that_runs_is_told_by_the_doctor() {
    let world = World::with_groq(&[requests(30, 60_000, Kind::Sliding)]);
    let up = world.up();
    assert_eq!(used(&up, "groq"), 0);
    let _ = world.run(&["doctor", "--json"]);
    assert_eq!(used(&up, "groq"), 1);
}

#[test]
fn what_set_up_asked_is_known_to_the_first_orchestrator() {
    let world = World::with(no_limits());
    let typed = world.root().join("typed");
    std::fs::write(&typed, KEY).unwrap();
    let url = format!("{}/openai/v1", world.origin());
    let arguments = ["setup", "groq", "--base-url", &url, "--key-stdin", "--yes"];
    world.d8(&arguments).stdin(&typed).start().wait().exits(0);
    assert_eq!(used(&world.up(), "groq"), 1);
}

#[test]
fn an_orchestrator_that_runs_takes_the_new_account_and_knows_what_was_asked() {
    let world = World::with_groq(&[requests(30, 60_000, Kind::Sliding)]);
    let up = world.up();
    let typed = world.root().join("typed");
    std::fs::write(&typed, KEY).unwrap();
    let url = format!("{}/openai/v1", world.origin());
    let arguments = ["setup", "groq", "--base-url", &url, "--key-stdin", "--yes"];
    let ended = world.d8(&arguments).stdin(&typed).start().wait().exits(0);
    ended.says("d8 accounts").shows("groq-2");
    assert_eq!((used(&up, "groq"), used(&up, "groq-2")), (0, 1));
}

#[test]
fn a_day_that_is_spent_is_asked_about_once() {
    let (world, limits) = world_of_a_short_day();
    world.configure(&[Account::gemini().named("gemini-main").limits_text(&limits)]);
    spend_the_day(&world.origin(), 20);
    let _ = world.run(&["doctor", "--json"]);
    assert_eq!(world.refused(), 1);
    let said = world.run(&["doctor", "--json"]).summary();
    assert_eq!(world.refused(), 1, "the second time it knows: {said}");
    assert!(said.to_string().contains("is spent"), "{said}");
    let up = world.up();
    up.submit("waits for tomorrow");
    let accounts = up.get("/api/accounts").json();
    assert_eq!(accounts["accounts"][0]["limits"][0]["used"], 20, "{accounts}");
    assert_eq!(world.refused(), 1);
}

#[test]
fn other_programs_can_say_what_they_spent() {
    let world = World::with_groq(&[requests(30, 60_000, Kind::Sliding)]);
    let up = world.up();
    let spent = json!({"requests": 7, "input_tokens": 100});
    let told = up.post("/api/accounts/groq/spent", &spent).is(200).json();
    assert_eq!(told, json!({"account": "groq", "counted": true}));
    assert_eq!(used(&up, "groq"), 7);
    let refused = |path: &str, body: &Value, status| up.post(path, body).is(status).json()["error"]["code"].clone();
    let unknown = json!({"model": "no-such-model"});
    assert_eq!(refused("/api/accounts/groq/spent", &unknown, 400), "model_not_found");
    assert_eq!(refused("/api/accounts/gorq/spent", &json!({}), 404), "not_found");
    assert_eq!(
        refused("/api/accounts/groq/spent", &json!({"requests": 0}), 400),
        "invalid_value"
    );
    // What was told is kept.
    drop(up);
    assert_eq!(used(&world.up(), "groq"), 7);
}
