//! Workers on other machines: one account's quota for all of them, whatever dies in between.

use std::time::{Duration, Instant};

use d8_emulator::{Delay, Kind, Latency, Options, Provider, Spread};
use serde_json::json;

use crate::world::{Account, Quota, Running, Up, World, no_limits, requests, tier, until};

/// An orchestrator that knows the account and has no key for it.
fn without_key(quotas: &[Quota], latency_ms: u64) -> World {
    let mut world = World::with(Options {
        tier: tier(Provider::Groq, quotas),
        latency: Latency {
            first_token: Delay {
                least: Duration::from_millis(latency_ms),
                spread: Spread::None,
            },
            ..Latency::default()
        },
        ..Options::default()
    });
    world.set("GROQ_BASE_URL", world.origin());
    world.configure(&[Account::groq().without_key().limits(quotas)]);
    world
}

fn worker(world: &World, up: &Up, id: &str) -> Running {
    let url = up.url();
    let mut arguments = vec!["worker", "--type", "groq", "--orchestrator", &url, "--id", id];
    if world.has("d8.toml") {
        arguments.extend(["--account", "groq"]);
    }
    world.d8(&arguments).variable("GROQ_API_KEY", "test-key-1").start()
}

#[test]
fn workers_elsewhere_share_one_quota_and_none_of_it_is_overspent() {
    let quotas = [requests(6, 1_000, Kind::Sliding)];
    let world = without_key(&quotas, 0);
    let up = world.up();
    let _workers = [worker(&world, &up, "one"), worker(&world, &up, "two")];
    until("both are there", || up.online() == 2);
    let began = Instant::now();
    for number in 0..24 {
        up.submit(&format!("task {number}"));
    }
    up.until_completed(24);
    assert_eq!((world.accepted(), world.refused()), (24, 0));
    assert!(
        began.elapsed() >= Duration::from_secs(3),
        "24 at 6 a second cannot be faster"
    );
}

#[test]
fn a_key_that_nobody_knows_is_an_account_and_two_workers_with_it_share_that() {
    let world = World::with(no_limits());
    let mut world = world;
    world.set("GROQ_BASE_URL", world.origin());
    let up = world.up();
    let _workers = [worker(&world, &up, "one"), worker(&world, &up, "two")];
    until("both are there", || up.online() == 2);
    let accounts = up.get("/api/accounts").json();
    assert_eq!(accounts["accounts"].as_array().unwrap().len(), 1, "{accounts}");
    assert_eq!(accounts["accounts"][0]["workers"], 2);
    let task = up.submit("hello");
    up.until_completed(1);
    assert_eq!(up.status(&task)["result"]["success"], true);
}

/// The orchestrator dies under load, again and again; workers go on, report to whoever comes after it, and everything is
/// done once.
#[test]
fn kills_of_the_orchestrator_lose_nothing_and_repeat_nothing() {
    let quotas = [requests(20, 1_000, Kind::Sliding)];
    let world = without_key(&quotas, 150);
    let mut up = world.up();
    let listen = up.address.to_string();
    let _workers = [worker(&world, &up, "one"), worker(&world, &up, "two")];
    until("both are there", || up.online() == 2);
    for number in 0..80 {
        up.submit(&format!("task {number}"));
    }
    for share in 1..=3_u64 {
        until("a part is done", || up.count("completed") >= share * 15);
        up.process.kill();
        up = world.up_at(&listen);
    }
    up.until_completed(80);
    let sent = world.wire().times();
    let twice: Vec<_> = sent.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "workers keep what they are at: {twice:?}");
    assert_eq!((world.accepted(), world.refused()), (80, 0));
}

#[cfg(unix)]
#[test]
fn a_worker_that_is_killed_gives_its_tasks_to_another() {
    let world = without_key(&[], 400);
    world.append("d8.toml", "[server]\nworker_timeout = \"1500ms\"\n");
    let up = world.up();
    let first = worker(&world, &up, "one");
    until("it is there", || up.online() == 1);
    for number in 0..4 {
        up.submit(&format!("task {number}"));
    }
    until("it is at work", || up.count("assigned") > 0);
    first.kill();
    let _second = worker(&world, &up, "two");
    up.until_completed(4);
    let list = up.get("/api/workers/list").json();
    let dead = list["workers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|worker| worker["worker_id"] == "one")
        .unwrap()
        .clone();
    assert_eq!(dead["status"], "offline", "{dead}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_lets_a_worker_end_what_it_is_at_and_take_its_leave() {
    let world = without_key(&[], 500);
    let up = world.up();
    let one = worker(&world, &up, "one");
    until("it is there", || up.online() == 1);
    let task = up.submit("hello");
    // What was handed out and has not reached it yet would go back.
    until("the provider has it", || world.accepted() == 1);
    one.signal("INT");
    one.wait().exits(0);
    assert_eq!(up.status(&task)["status"], "completed");
    assert_eq!(up.get("/api/workers/list").json()["total"], 0);
}

#[test]
fn a_new_life_of_a_worker_fences_the_former_one() {
    let world = World::empty();
    let up = world.up();
    let introduce = |life: &str| {
        json!({"worker_id": "w", "worker_type": "groq", "capabilities": {}, "d8": {"protocol": 1, "incarnation": life,
            "provider": "groq", "base_url": "http://127.0.0.1:9/openai/v1", "fingerprint": "00", "slots": 2}})
    };
    up.post("/api/workers/register", &introduce("first")).is(200);
    up.submit("hello");
    let job = up
        .get("/api/workers/w/tasks?incarnation=first&free=2&wait=5")
        .is(200)
        .json()["jobs"][0]
        .clone();
    assert_eq!(job["attempt"], 1);
    up.post("/api/workers/register", &introduce("second")).is(200);
    let report = |life: &str, attempt: u64| {
        let answer = json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": life}, "finish_reason": "stop"}]});
        json!({"task_id": job["task_id"], "attempt": attempt, "incarnation": life, "status": 200, "body": answer,
            "outcome": {"kind": "answered", "usage": null}})
    };
    let again = up.get("/api/workers/w/tasks?incarnation=second&free=1&wait=5").json()["jobs"][0].clone();
    assert_eq!(again["attempt"], 2);
    up.post("/api/workers/w/result", &report("first", 1)).is(409);
    let former = up.get("/api/workers/w/tasks?incarnation=first&free=1").json();
    assert_eq!(former["registered"], false);
    up.post("/api/workers/w/result", &report("second", 2)).is(200);
    let task = job["task_id"].as_str().unwrap();
    assert_eq!(up.status(task)["result"]["response"], "second");
}

#[test]
fn a_worker_spends_the_account_that_a_rule_names_for_it() {
    let world = without_key(&[requests(3, 60_000, Kind::Sliding)], 0);
    world.append("d8.toml", "\n[[worker]]\nid = \"pc-*\"\naccount = \"groq\"\n");
    let up = world.up();
    let url = up.url();
    let arguments = ["worker", "--type", "groq", "--orchestrator", &url, "--id", "pc-1"];
    let _worker = world.d8(&arguments).variable("GROQ_API_KEY", "test-key-1").start();
    until("it is there", || up.online() == 1);
    for number in 0..5 {
        up.submit(&format!("task {number}"));
    }
    up.until_completed(3);
    let accounts = up.get("/api/accounts").json();
    assert_eq!(accounts["accounts"].as_array().unwrap().len(), 1, "{accounts}");
    assert_eq!(
        accounts["accounts"][0]["limits"][0]["used"], 3,
        "what the user wrote is a ceiling"
    );
}

#[test]
fn an_account_that_is_not_there_is_told_to_the_worker() {
    let world = World::unlimited();
    let up = world.up();
    let url = up.url();
    world
        .d8(&["worker", "--type", "groq", "--orchestrator", &url, "--account", "other"])
        .variable("GROQ_API_KEY", "test-key-1")
        .start()
        .wait()
        .says("other");
}

#[test]
fn a_worker_that_waits_for_work_is_there_however_short_the_timeout() {
    let world = without_key(&[], 0);
    world.append("d8.toml", "[server]\nworker_timeout = \"300ms\"\n");
    let up = world.up();
    let _worker = worker(&world, &up, "one");
    until("it is there", || up.online() == 1);
    std::thread::sleep(Duration::from_millis(900));
    assert_eq!(up.online(), 1);
    let task = up.submit("hello");
    up.until_completed(1);
    assert_eq!(up.status(&task)["assigned_to"], "one");
}

/// A device, or whatever else is no model, is not handed other people's prompts; and no worker that is one gets what only it
/// knows.
#[test]
fn a_worker_may_take_its_own_types_alone_and_is_known_for_it_after_a_restart() {
    let world = World::empty();
    let mut up = world.up();
    let capabilities = json!({"task_types": ["device_action"], "only_task_types": true});
    let device = json!({"worker_id": "device-1", "worker_type": "device", "capabilities": capabilities});
    let plain = json!({"worker_id": "plain-1", "worker_type": "groq", "capabilities": {}});
    for worker in [&device, &plain] {
        up.post("/api/workers/register", worker).is(200);
    }
    let prompt = up.submit("hello");
    let goal = json!({"type": "device_action", "data": {"app": "notes"}});
    let goal = up.post("/api/tasks/submit", &goal).is(201).json()["task_id"].clone();
    let polled = |up: &Up, worker: &str| up.get(&format!("/api/workers/{worker}/tasks")).is(200).json()["task"].clone();
    let task = polled(&up, "device-1");
    assert_eq!((&task["task_id"], &task["data"]), (&goal, &json!({"app": "notes"})));
    let done = json!({"task_id": goal, "result": {"success": true, "output": "done"}});
    up.post("/api/workers/device-1/result", &done).is(200);

    let listen = up.address.to_string();
    up.process.kill();
    up = world.up_at(&listen);
    assert!(polled(&up, "device-1").is_null());
    assert_eq!(polled(&up, "plain-1")["task_id"], prompt.as_str());
}
