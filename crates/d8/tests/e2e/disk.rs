//! A disk that fills: it is told, nothing acknowledged is lost, and the same command goes on once there is room.
//!
//! Needs a small file system of its own, which only root may mount; elsewhere these tests say so and pass.

#![cfg(target_os = "linux")]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use d8_emulator::Options;

use crate::world::{Account, World, all_answered, no_limits};

/// A file system of eight MiB, and a file in it that takes most of the room.
struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    fn at(folder: PathBuf) -> Option<Self> {
        std::fs::create_dir(&folder).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"])
            .arg(&folder)
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self { folder });
        }
        #[expect(
            clippy::print_stderr,
            reason = "a test that proves nothing here must not look as if it had"
        )]
        {
            eprintln!("skipped: only root can mount a small file system");
        }
        None
    }

    /// Leaves about so much room.
    fn leave(&self, room: usize) {
        let filler = self.folder.join("filler");
        let _ = std::fs::remove_file(&filler);
        let mut size = 8 * 1024 * 1024 - 16 * 1024 - room;
        while size > 0 && std::fs::write(&filler, vec![0; size]).is_err() {
            size -= 4096;
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.folder.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.folder).status();
    }
}

/// Answers of some kilobytes.
fn talkative() -> World {
    World::with(Options {
        answer_tokens: 1_000..=1_500,
        ..no_limits()
    })
}

/// `work.jsonl` without `max_tokens`, so that the answers are long.
fn long_tasks(world: &World, count: usize) {
    let line = |number: usize| format!("{{\"prompt\":\"task {number}\"}}\n");
    world.write("work.jsonl", (1..=count).map(line).collect::<String>());
}

fn store_in(world: &World, folder: &Path) {
    let account = Account::groq().with("concurrency = 4").to_toml(&world.origin());
    world.write(
        "d8.toml",
        format!("[store]\nurl = \"sqlite:{}/d8.db\"\n{account}", folder.display()),
    );
}

#[test]
fn a_disk_that_fills_under_the_store_is_told_and_the_same_command_goes_on() {
    let world = talkative();
    let Some(disk) = SmallDisk::at(world.root().join("disk")) else {
        return;
    };
    store_in(&world, &disk.folder);
    long_tasks(&world, 100);
    disk.leave(400 * 1024);
    world.run_work().exits(1).says("full").says("same command");
    let reported = world.read("work.out.jsonl.partial").lines().count();
    assert!((1..100).contains(&reported), "{reported} reported");
    let sent = world.wire().times();
    disk.make_room();
    world.run_work().exits(0).says("done before");
    all_answered(&world.answers("work.out.jsonl"), 100);
    let again = world
        .wire()
        .times()
        .iter()
        .filter(|(prompt, times)| sent.contains_key(*prompt) && **times > 1)
        .count();
    assert!(
        again <= sent.len() - reported,
        "{again} sent again, {reported} of {} were reported",
        sent.len()
    );
}

#[test]
fn a_store_that_has_no_room_at_all_does_not_begin() {
    let world = talkative();
    let Some(disk) = SmallDisk::at(world.root().join("disk")) else {
        return;
    };
    store_in(&world, &disk.folder);
    long_tasks(&world, 3);
    disk.leave(0);
    world.run_work().exits(2).says("full").says("hint:");
    assert_eq!(world.accepted(), 0);
    disk.make_room();
    world.run_work().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 3);
}

#[test]
fn a_disk_that_fills_while_the_work_is_taken_in_is_told() {
    let world = talkative();
    let Some(disk) = SmallDisk::at(world.root().join("disk")) else {
        return;
    };
    store_in(&world, &disk.folder);
    let long = "x".repeat(2_000);
    let line = |number: usize| format!("{{\"prompt\":\"task {number} {long}\"}}\n");
    world.write("work.jsonl", (1..=2_000).map(line).collect::<String>());
    disk.leave(600 * 1024);
    world.run_work().exits(1).says("full").says("same command");
}

#[test]
fn a_disk_that_fills_under_out_is_told_and_the_same_command_goes_on() {
    let world = talkative();
    world.configure(&[Account::groq()]);
    let Some(disk) = SmallDisk::at(world.root().join("disk")) else {
        return;
    };
    long_tasks(&world, 60);
    disk.leave(100 * 1024);
    let out = disk.folder.join("out.jsonl");
    let run = ["run", "work.jsonl", "-o", out.to_str().unwrap()];
    world
        .run(&run)
        .exits(1)
        .says("out.jsonl")
        .says("space")
        .says("same command");
    assert!(!out.exists(), "half an OUT looks like a whole one");
    disk.make_room();
    world.run(&run).exits(0);
    let text = std::fs::read_to_string(&out).unwrap();
    all_answered(&crate::world::Answer::parse_all(&text), 60);
    // What was under way when it broke off may be done again, and nothing more.
    assert!(world.wire().times().values().all(|times| *times <= 2));
    assert_eq!(
        std::fs::read_dir(&disk.folder).unwrap().count(),
        1,
        "only OUT is left there"
    );
}

#[test]
fn a_full_standard_output_is_told_and_the_same_command_goes_on() {
    let world = talkative();
    world.configure(&[Account::groq()]);
    long_tasks(&world, 3);
    let full = File::options().write(true).open("/dev/full").unwrap();
    world
        .d8(&["run", "work.jsonl", "-o", "-"])
        .stdout(full)
        .start()
        .wait()
        .exits(1)
        .says("standard output")
        .says("space");
    let saved = File::create(world.path("saved.jsonl")).unwrap();
    world
        .d8(&["run", "work.jsonl", "-o", "-"])
        .stdout(saved)
        .start()
        .wait()
        .exits(0);
    all_answered(&world.answers("saved.jsonl"), 3);
}
