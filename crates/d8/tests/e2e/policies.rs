//! The Hive's workers as policies, each on a quota of its own, beside the ledger.

use std::thread;

use d8_emulator::Kind;

use crate::world::{Account, World, codes, requests};

const TASKS: usize = 12;

/// The same work on the same quota; how many lines were answered, and what the judge refused.
fn under(policy: &str) -> (World, usize, u64) {
    let quota = [requests(9, 2_000, Kind::Sliding)];
    let world = World::with_groq(&quota);
    world.configure(&[Account::groq().limits(&quota).with(&format!("policy = \"{policy}\""))]);
    world.tasks(TASKS);
    let ended = world.run_work();
    let answers = world.answers("work.out.jsonl");
    let answered = codes(&answers).iter().filter(|code| **code == "ok").count();
    ended.exits(i32::from(answered < TASKS));
    let refused = world.refused();
    (world, answered, refused)
}

#[test]
fn plain_loses_what_is_refused_and_the_others_lose_nothing() {
    let [plain, resilient, groq, d8] =
        ["plain", "resilient", "groq", "d8"].map(|policy| thread::spawn(|| under(policy)));
    let (world, answered, refused) = plain.join().unwrap();
    assert!((9..TASKS).contains(&answered), "{answered}");
    assert_eq!(refused, (TASKS - answered) as u64, "each once");
    let answers = world.answers("work.out.jsonl");
    let lost = answers.iter().find(|answer| answer.code.is_some()).unwrap();
    assert_eq!((lost.code.as_deref(), lost.status), (Some("provider_error"), Some(429)));
    assert!(
        lost.message.contains("Rate limit reached") && lost.message.contains("the policy `plain` does not retry"),
        "{}",
        lost.message
    );

    // It stays below the limit, so that it pays with time and not with tasks.
    let (_, answered, refused) = resilient.join().unwrap();
    assert_eq!((answered, refused), (TASKS, 0));
    // Its thirty a minute are no help where the provider allows fewer.
    let (_, answered, refused) = groq.join().unwrap();
    assert_eq!((answered as u64 + refused, answered < TASKS), (TASKS as u64, true));
    let (_, answered, refused) = d8.join().unwrap();
    assert_eq!((answered, refused), (TASKS, 0));
}

#[test]
fn each_worker_tells_what_its_requests_came_to() {
    let world = World::with_groq(&[requests(2, 60_000, Kind::Sliding)]);
    world.configure(&[Account::groq().with("policy = \"plain\"")]);
    let up = world.up();
    for number in 1..=3 {
        up.submit(&format!("task {number}"));
    }
    crate::world::until("the third has failed", || up.count("failed") == 1);
    let list = up.get("/api/workers/list").is(200).json();
    let worker = &list["workers"][0];
    assert_eq!((&worker["policy"], &worker["slots"]), (&"plain".into(), &1.into()));
    assert_eq!(
        worker["requests"],
        serde_json::json!({
            "sent": 3, "successes": 2, "failures": 1, "retries": 0, "refused": 1, "success_rate": 2.0 / 3.0
        })
    );
    let table = world.run(&["workers", "--orchestrator", &up.url()]).exits(0);
    assert!(
        table.out.contains("plain") && table.out.contains("67 %"),
        "{}",
        table.out
    );
}

#[test]
fn a_worker_elsewhere_keeps_to_the_ledger_and_to_no_other_policy() {
    let world = World::with_groq(&[]);
    world.configure(&[Account::groq().with("policy = \"plain\"")]);
    let up = world.up();
    let mut own = World::with(crate::world::no_limits());
    own.set("GROQ_API_KEY", "test-key-1");
    own.set("GROQ_BASE_URL", world.origin());
    own.run(&["worker", "--type", "groq", "--orchestrator", &up.url()])
        .exits(2)
        .says("policy");
}
