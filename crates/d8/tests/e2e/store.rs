//! The store: one holder at a time, and what is no store of ours is left as it is.

use std::path::Path;

use d8_emulator::Kind;

use crate::world::{World, all_answered, requests, until};

#[test]
fn a_store_has_one_holder_at_a_time() {
    let world = World::with_groq(&[requests(1, 3_600_000, Kind::Sliding)]);
    world.tasks(3);
    let holder = world.d8(&["run", "work.jsonl"]).start();
    until("the first request", || world.accepted() == 1);
    let pid = format!("process {}", holder.pid());
    // Another one hands its lines to it, and the quota is still one.
    let other = [
        "run",
        "work.jsonl",
        "--run",
        "another",
        "-o",
        "other.jsonl",
        "--for",
        "700ms",
    ];
    world.run(&other).exits(1).says(&pid);
    assert_eq!(world.accepted(), 1);
    holder.kill();
    world.run(&["run", "work.jsonl", "--for", "500ms"]).exits(1);
    assert_eq!(world.accepted(), 1);
}

#[test]
fn a_store_of_a_newer_version_is_left_as_it_is() {
    let world = World::unlimited();
    world.tasks(1);
    world.run_work().exits(0);
    world.tasks(2);
    let store = rusqlite::Connection::open(world.path("d8.db")).unwrap();
    store.pragma_update(None, "user_version", 9_999).unwrap();
    drop(store);
    let before = std::fs::read(world.path("d8.db")).unwrap();
    world.run_work().exits(2).says("9999").says("newer d8");
    assert_eq!(std::fs::read(world.path("d8.db")).unwrap(), before);
    assert_eq!(world.accepted(), 1);
}

#[test]
fn what_is_no_store_is_left_as_it_is() {
    let world = World::unlimited();
    world.tasks(1);
    let foreign = rusqlite::Connection::open(world.path("foreign.db")).unwrap();
    foreign
        .execute_batch("CREATE TABLE precious (x); INSERT INTO precious VALUES (1);")
        .unwrap();
    drop(foreign);
    let text = "a letter that somebody needs\n".repeat(400);
    world.write("letter.txt", &text);
    for (name, words) in [("foreign.db", "another program"), ("letter.txt", "not a database")] {
        let before = std::fs::read(world.path(name)).unwrap();
        with_store(&world, world.path(name).to_str().unwrap());
        world
            .run(&["run", "work.jsonl", "--config", "other.toml"])
            .exits(2)
            .says(words)
            .says("store.url");
        assert_eq!(std::fs::read(world.path(name)).unwrap(), before, "{name} was changed");
    }
    assert_eq!(world.accepted(), 0);
}

fn with_store(world: &World, path: &str) {
    let text = format!(
        "[store]\nurl = {:?}\n{}",
        format!("sqlite:{path}"),
        world.read("d8.toml")
    );
    world.write("other.toml", text);
}

#[test]
fn a_place_where_no_store_can_be_is_told() {
    let world = World::unlimited();
    world.tasks(1);
    std::fs::create_dir(world.path("folder")).unwrap();
    world.write("file", "x");
    for path in ["folder", "file/d8.db"] {
        with_store(&world, world.path(path).to_str().unwrap());
        world
            .run(&["run", "work.jsonl", "--config", "other.toml"])
            .exits(2)
            .says(path)
            .says("hint:");
    }
    world.write(
        "other.toml",
        format!("[store]\nurl = \"mysql://x\"\n{}", world.read("d8.toml")),
    );
    world
        .run(&["run", "work.jsonl", "--config", "other.toml"])
        .exits(2)
        .says("other.toml:2:7")
        .says("sqlite:");
    assert_eq!(world.accepted(), 0);
}

#[test]
fn a_store_that_is_damaged_is_told_and_kept() {
    let world = World::unlimited();
    world.tasks(200);
    world.run_work().exits(0);
    let store = rusqlite::Connection::open(world.path("d8.db")).unwrap();
    store.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(store);
    let mut bytes = std::fs::read(world.path("d8.db")).unwrap();
    let size = bytes.len();
    bytes[4_096..size / 2].fill(0xA5);
    world.write("d8.db", &bytes);
    let ended = world.run_work();
    assert!(matches!(ended.code, Some(1 | 2)), "{ended:?}");
    ended.says("damaged").says("backup");
}

#[test]
fn the_store_goes_where_it_is_told_and_its_folder_is_made() {
    let world = World::unlimited();
    world.tasks(2);
    with_store(&world, "new/folder/my.db");
    world.run(&["run", "work.jsonl", "--config", "other.toml"]).exits(0);
    assert!(Path::new(&world.path("new/folder/my.db")).is_file() && !world.has("d8.db"));
    all_answered(&world.answers("work.out.jsonl"), 2);
}
