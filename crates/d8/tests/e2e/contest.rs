//! `d8 demo`: the same work on the same quotas by the Hive's workers and by D8, with nothing left behind.

use std::fs;

use crate::world::{World, until};

/// A folder for temporary files that only this test's processes use.
fn with_temporary_folder() -> World {
    let mut world = World::empty();
    let temporary = world.root().join("tmp");
    fs::create_dir(&temporary).unwrap();
    for name in ["TMPDIR", "TMP", "TEMP"] {
        world.set(name, temporary.to_str().unwrap());
    }
    world
}

#[track_caller]
fn nothing_is_left(world: &World) {
    for folder in ["tmp", "work", "home"] {
        let left: Vec<_> = fs::read_dir(world.root().join(folder)).unwrap().collect();
        assert!(left.is_empty(), "{folder}: {left:?}");
    }
}

#[test]
fn plain_loses_tasks_and_d8_does_all_of_them_sooner_than_resilient() {
    let world = with_temporary_folder();
    let ended = world
        .run(&["demo", "--tasks", "45", "--speed", "60", "--json"])
        .exits(0)
        .says("Time runs 60 times as fast")
        .says("the quotas allow no less than")
        .says("d8 up");
    nothing_is_left(&world);
    let summary = ended.summary();
    let rows = summary["rows"].as_array().unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["plain", "resilient", "d8", "plain", "resilient+groq", "d8"]);
    for row in rows {
        let count = |name: &str| row[name].as_u64().unwrap();
        assert_eq!(
            (count("completed") + count("failed"), count("total")),
            (45, 45),
            "{row}"
        );
        if row["name"] == "plain" {
            // How many depends on how fast it is refused; each 429 costs it a task.
            assert!(count("completed") >= 15 && count("failed") == count("refused"), "{row}");
            assert_eq!(row["ratio"].is_null(), count("failed") > 0, "{row}");
        } else {
            assert_eq!((count("failed"), count("refused")), (0, 0), "{row}");
            assert!(row["ratio"].as_f64().is_some_and(|ratio| ratio <= 1.0), "{row}");
        }
    }
    let seconds = |row: usize| rows[row]["seconds"].as_f64().unwrap();
    assert!(rows[0]["failed"].as_u64() > Some(0), "{}", rows[0]);
    assert!(seconds(2) < seconds(1), "{summary}");
}

/// The seed's case: an earlier run had spent Gemini's day.
#[test]
fn a_day_that_is_spent_costs_d8_no_task() {
    let world = with_temporary_folder();
    let arguments = ["demo", "--day-left", "5", "--tasks", "75", "--speed", "60", "--json"];
    let summary = world.run(&arguments).exits(0).summary();
    let rows = summary["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    let count = |row: usize, name: &str| rows[row][name].as_u64().unwrap();
    assert!(count(0, "failed") > 0, "{}", rows[0]);
    assert_eq!((count(2, "completed"), count(2, "failed")), (75, 0));
    assert!(
        count(2, "refused") <= 3 && rows[2]["bound_seconds"].is_null(),
        "{}",
        rows[2]
    );
}

#[test]
fn without_a_terminal_there_is_one_table_and_a_line_for_each() {
    let world = with_temporary_folder();
    let ended = world.run(&["demo", "--tasks", "20", "--speed", "200"]).exits(0);
    let lines: Vec<&str> = ended.out.lines().collect();
    assert_eq!(lines.len(), 7, "{}", ended.out);
    assert!(lines[0].starts_with("QUOTAS") && lines[6].starts_with("Gemini + Groq  D8"));
    ended.says("Gemini: D8: 20 of 20");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_and_leaves_nothing() {
    let world = with_temporary_folder();
    let running = world.d8(&["demo", "--speed", "1"]).start();
    until("it has stores", || {
        let mut folders = fs::read_dir(world.root().join("tmp")).unwrap();
        folders
            .next()
            .is_some_and(|folder| fs::read_dir(folder.unwrap().path()).unwrap().count() > 6)
    });
    running.signal("INT");
    let ended = running.wait().exits(130).says("nothing is left behind");
    assert_eq!(ended.out.lines().count(), 7, "{}", ended.out);
    nothing_is_left(&world);
}

#[test]
fn what_cannot_be_shown_is_refused() {
    let world = World::empty();
    for arguments in [["--tasks", "0"], ["--tasks", "1501"], ["--speed", "0"]] {
        world
            .run(&[&["demo"], &arguments[..]].concat())
            .exits(2)
            .says(arguments[0]);
    }
}
