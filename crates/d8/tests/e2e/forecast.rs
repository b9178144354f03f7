//! What is told to come: when a quota runs out, when the next request starts, when everything is done.

use std::time::{SystemTime, UNIX_EPOCH};

use d8_emulator::Kind;
use serde_json::{Value, json};

use crate::world::{Up, World, requests, until};

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

fn submit(up: &Up, count: usize) -> Vec<String> {
    let tasks: Vec<Value> = (1..=count)
        .map(|number| json!({"prompt": format!("task {number}")}))
        .collect();
    let taken = up.post("/api/tasks", &json!(tasks)).is(201).json();
    let ids = taken.as_array().unwrap().iter();
    ids.map(|task| task["task_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn accounts_tell_what_is_to_be_expected() {
    let world = World::with_groq(&[requests(5, 2_000, Kind::Bucket)]);
    let up = world.up();
    let idle = up.get("/api/accounts").is(200).json();
    assert_eq!(idle["forecast"], json!({"open": 0, "all_done_at": null}));
    assert!(idle["accounts"][0]["forecast"]["runs_out_at"].is_null(), "{idle}");
    let next_start = || up.get("/api/accounts").json()["accounts"][0]["forecast"]["next_start_at"].clone();
    // Not before its worker is there.
    until("the account serves", || next_start().is_f64());
    assert!(next_start().as_f64().unwrap() <= now() + 0.1);
    let begun = now();
    submit(&up, 20);
    // One that was worked out just before serves for a moment more.
    until("the forecast counts the work", || {
        up.get("/api/accounts").json()["forecast"]["open"] != json!(0)
    });
    let told = up.get("/api/accounts").json();
    let open = told["forecast"]["open"].as_u64().unwrap();
    assert!((10..=20).contains(&open), "{told}");
    let promised = told["forecast"]["all_done_at"].as_f64().unwrap();
    // Five at once, and one each 0.4 s.
    assert!(
        (begun + 3.0..begun + 12.0).contains(&promised),
        "{promised} from {begun}"
    );
    let account = &told["accounts"][0]["forecast"];
    assert!(account["runs_out_at"].as_f64().unwrap() <= now(), "{account}");
    assert!(account["next_start_at"].as_f64().unwrap() <= now() + 2.0, "{account}");
    let stats = world.run(&["stats", "--orchestrator", &up.url()]).exits(0).out;
    assert!(stats.contains("forecast groq: at its limit"), "{stats}");
    assert!(stats.contains("forecast all done "), "{stats}");
    up.until_completed(20);
    assert!(now() > promised - 3.0, "the quotas did not allow it so much sooner");
    until("nothing is open", || {
        up.get("/api/accounts").json()["forecast"] == json!({"open": 0, "all_done_at": null})
    });
    assert_eq!(world.refused(), 0);
}

#[test]
fn a_task_that_waits_long_tells_its_turn() {
    let world = World::with_groq(&[requests(5, 60_000, Kind::Bucket)]);
    let up = world.up();
    let tasks = submit(&up, 40);
    until("the first are done", || up.count("completed") == 5);
    let wait = up.get(&format!("/api/tasks/{}", tasks[39])).json()["wait"].clone();
    assert_eq!(wait["code"], "quota");
    // Each takes twelve seconds: 35 of them.
    let left = wait["expected_start"].as_f64().unwrap() - now();
    assert!((300.0..450.0).contains(&left), "{wait}");
    assert_eq!(wait["before"], 34);
    let message = wait["message"].as_str().unwrap();
    assert!(
        message.contains("its turn comes about") && message.contains("after 34 others"),
        "{message}"
    );
    let first = up.get(&format!("/api/tasks/{}", tasks[5])).json()["wait"].clone();
    assert!(first["expected_start"].is_null(), "{first}");
}
