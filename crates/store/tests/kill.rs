//! A real process that is killed in the middle of its commits: what it said was stored is there, whole, and at most the
//! one batch beyond.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use d8_core::change::Ending;
use d8_core::id::TaskId;
use d8_core::time::Timestamp;
use d8_store::sample::{finished, granted, result, submitted};
use d8_store::{Batch, Location, Reader, SqliteStore, Store, TaskState, Which};

/// Names the database to the child; without it the child has nothing to do.
const PATH: &str = "D8_STORE_KILL_TEST";
const TASKS: u64 = 20;
const ROUNDS: u64 = 25;

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(&Location::File(path.to_owned()), Timestamp::EPOCH).unwrap()
}

/// Batch `number` brings `TASKS` tasks: the first half of them it ends at once, the others it grants.
fn batch(number: u64) -> Batch {
    let ids = number * TASKS + 1..=(number + 1) * TASKS;
    let mut batch = submitted(ids.clone());
    let (done, under_way): (Vec<u64>, Vec<u64>) = ids.partition(|id| (id - 1) % TASKS < TASKS / 2);
    batch.results = done.iter().map(|id| result(*id)).collect();
    batch
        .changes
        .extend(done.iter().map(|id| finished(*id, Ending::Completed)));
    batch.changes.extend(under_way.iter().map(|id| granted(*id, 1)));
    batch
}

/// The child: commits batch after batch, and says so after each, until somebody kills it.
#[test]
fn child() {
    let Some(path) = std::env::var_os(PATH) else { return };
    let mut store = open(Path::new(&path));
    let first = store.load(Which::All, &mut |_| {}).unwrap().next_task.0 / TASKS;
    let mut out = std::io::stdout();
    for number in first.. {
        store.commit(&batch(number)).unwrap();
        writeln!(out, "stored {number}").unwrap();
        out.flush().unwrap();
        store.tidy().unwrap();
    }
}

fn start(path: &Path) -> (Child, BufReader<ChildStdout>) {
    let program: PathBuf = std::env::current_exe().unwrap();
    let mut child = Command::new(program)
        .args(["child", "--exact", "--nocapture"])
        .env(PATH, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (child, out)
}

/// The numbers in what the child said; the last line may be torn.
fn stored(line: &str) -> Option<u64> {
    line.strip_suffix('\n')?.rsplit_once("stored ")?.1.parse().ok()
}

/// Lets a child work until it has stored some batches, kills it a moment later, and returns the last that it claimed.
fn killed_at_random(path: &Path, round: u64) -> Option<u64> {
    let random = (round + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let (mut child, mut out) = start(path);
    let mut last = None;
    let mut line = String::new();
    for _ in 0..random % 40 {
        line.clear();
        out.read_line(&mut line).unwrap();
        last = stored(&line).or(last);
    }
    std::thread::sleep(Duration::from_micros(random / 40 % 3_000));
    child.kill().unwrap();
    child.wait().unwrap();
    line.clear();
    while out.read_line(&mut line).unwrap() > 0 {
        last = stored(&line).or(last);
        line.clear();
    }
    last
}

fn check(reader: &dyn Reader, id: u64) {
    let task = reader
        .task(TaskId(id))
        .unwrap()
        .unwrap_or_else(|| panic!("task {id} is lost"));
    assert!(
        reader.payload(TaskId(id)).unwrap().is_some(),
        "the request of task {id} is lost"
    );
    if (id - 1) % TASKS < TASKS / 2 {
        assert!(
            matches!(task.state, TaskState::Ended(Ending::Completed, _)),
            "task {id} is open again"
        );
        assert_eq!(reader.result(TaskId(id)).unwrap(), Some(result(id).1));
    } else {
        assert_eq!(task.state, TaskState::Assigned, "the lease of task {id} is lost");
    }
}

#[test]
fn what_was_acknowledged_survives_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d8.db");
    let mut claimed = None;
    for round in 0..ROUNDS {
        claimed = killed_at_random(&path, round).or(claimed);
        let store = open(&path);
        let next = store.load(Which::All, &mut |_| {}).unwrap().next_task.0 - 1;
        assert_eq!(next % TASKS, 0, "part of a batch is there");
        let there = next / TASKS;
        let acknowledged = claimed.map_or(0, |last| last + 1);
        assert!(
            there == acknowledged || there == acknowledged + 1,
            "{acknowledged} were acknowledged, {there} are there"
        );
        let reader = store.reader().unwrap();
        (1..=next).for_each(|id| check(&*reader, id));
        let counts = reader.totals().unwrap();
        assert_eq!((counts.total, counts.completed), (next, next / 2));
        claimed = there.checked_sub(1);
    }
    assert!(claimed > Some(ROUNDS), "the children hardly did anything");
}
