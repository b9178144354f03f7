//! `d8 run --demo`: needs nothing, says that it is a demonstration, and keeps out of the user's own store.

use crate::world::{World, codes, until};

#[test]
fn the_demonstration_needs_nothing_and_meets_no_refusal() {
    let world = World::empty();
    world.tasks(30);
    let ended = world.run(&["run", "--demo", "work.jsonl", "--json"]).exits(0);
    let ended = ended
        .says("demonstration")
        .says("32 times as fast")
        .says("accepted 30 requests and refused 0");
    assert_eq!(ended.summary()["done"], 30);
    assert_eq!(ended.summary()["refused"], 0);
    assert_eq!(codes(&world.answers("work.out.jsonl")), ["ok"; 30]);
    assert!(!world.has("d8.db"));
    assert!(world.root().join("home/data/d8/demo.db").is_file());
}

#[test]
fn the_demonstration_again_says_that_all_is_done() {
    let world = World::empty();
    world.tasks(3);
    world.run(&["run", "--demo", "work.jsonl"]).exits(0);
    world
        .run(&["run", "--demo", "work.jsonl"])
        .exits(0)
        .says("3 done before")
        .says("--run");
    world
        .run(&["run", "--demo", "work.jsonl", "--run", "again"])
        .exits(0)
        .says("accepted 3 requests");
}

/// Its emulated quotas begin anew with each process, so what an earlier one spent there must not hold it up for a day.
#[test]
fn a_demonstration_that_was_killed_goes_on() {
    let world = World::empty();
    world.tasks(60);
    let running = world.d8(&["run", "--demo", "work.jsonl"]).start();
    until("some answers", || {
        world.has("work.out.jsonl.partial") && world.read("work.out.jsonl.partial").lines().count() > 10
    });
    running.kill();
    world.run(&["run", "--demo", "work.jsonl"]).exits(0).says("done before");
    assert_eq!(codes(&world.answers("work.out.jsonl")), ["ok"; 60]);
}

#[test]
fn the_users_own_keys_have_no_part_in_it() {
    let mut world = World::with(crate::world::no_limits());
    world.set("GROQ_API_KEY", "test-key-1");
    world.set("GROQ_BASE_URL", world.origin());
    world.tasks(5);
    world.run(&["run", "--demo", "work.jsonl"]).exits(0);
    assert_eq!(world.wire().arrivals().len(), 0);
}
