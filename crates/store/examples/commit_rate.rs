//! How many tasks a second the store takes through their whole life: submit, grant, complete, a commit each for every
//! thousand tasks, 1 kB of request and 200 B of answer. `cargo run --release -p d8-store --example commit_rate [TASKS]`
#![allow(clippy::unwrap_used, reason = "it measures; what fails may end it")]

use std::io::Write;
use std::time::{Duration, Instant};

use d8_core::change::{AttemptOutcome, Change, Demand, Ending, TaskRow};
use d8_core::id::{AttemptNo, ClientId, GroupId, RouteId, TargetId, TaskId, WorkerId};
use d8_core::money::Picodollars;
use d8_core::time::Timestamp;
use d8_core::usage::{Estimate, Spend};
use d8_store::{Batch, Endpoint, Key, Location, Payload, ResultRow, SqliteStore, Store, Which};

const BATCH: u64 = 1_000;
const SPEND: Spend = Spend {
    requests: 1,
    input_tokens: 250,
    output_tokens: 60,
    cost: Picodollars(40_000_000),
};

fn main() {
    let tasks = std::env::args().nth(1).map_or(200_000, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let location = Location::File(folder.path().join("d8.db"));
    let mut store = SqliteStore::open(&location, Timestamp::EPOCH).unwrap();
    let mut commits = Vec::new();
    let started = Instant::now();
    for first in (1..=tasks).step_by(BATCH as usize) {
        for batch in [submit(first), grant(first), complete(first)] {
            commits.push(timed(|| store.commit(&batch).unwrap()));
            store.tidy().unwrap();
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    commits.sort();
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{tasks} tasks in {seconds:.1} s: {:.0} tasks/s",
        tasks as f64 / seconds
    )
    .unwrap();
    writeln!(
        out,
        "commits: median {:?}, p99 {:?}",
        commits[commits.len() / 2],
        commits[commits.len() * 99 / 100]
    )
    .unwrap();
    for first in (tasks + 1..=2 * tasks).step_by(BATCH as usize) {
        store.commit(&submit(first)).unwrap();
        store.tidy().unwrap();
    }
    let mut open = 0;
    let load = timed(|| drop(store.load(Which::All, &mut |_| open += 1).unwrap()));
    let mut spends = 0;
    let spent = timed(|| store.spends_since(Timestamp::EPOCH, &mut |_| spends += 1).unwrap());
    writeln!(
        out,
        "{open} open tasks loaded in {load:?}, {spends} attempts in {spent:?}"
    )
    .unwrap();
    let reader = store.reader().unwrap();
    let results = timed(|| (1..=tasks).for_each(|task| drop(reader.result(TaskId(task)).unwrap())));
    let keys = timed(|| drop(reader.tasks_by_keys(GroupId(1)).unwrap()));
    writeln!(
        out,
        "{tasks} results read in {results:?}, {} keys in {keys:?}",
        2 * tasks
    )
    .unwrap();
}

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

/// Microseconds that pass between tasks; the first is in 2026, as small times take less room.
fn time(task: u64) -> Timestamp {
    Timestamp::from_secs(1_790_000_000).offset(task as i64 * 30)
}

fn submit(first: u64) -> Batch {
    let tasks = first..first + BATCH;
    let body: Vec<u8> = (0..1_000).map(|byte| b'a' + (byte % 26) as u8).collect();
    Batch {
        now: time(first),
        changes: tasks.clone().map(|task| Change::Added(row(task))).collect(),
        payloads: tasks
            .clone()
            .map(|task| {
                (
                    TaskId(task),
                    Payload {
                        endpoint: Endpoint(1),
                        custom: None,
                        body: body.clone(),
                    },
                )
            })
            .collect(),
        keys: tasks
            .map(|task| Key {
                group: GroupId(1),
                key: u128::from(task).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
                task: TaskId(task),
            })
            .collect(),
        ..Batch::default()
    }
}

fn row(task: u64) -> TaskRow {
    TaskRow {
        id: TaskId(task),
        group: GroupId(1),
        client: ClientId(2),
        route: RouteId(3),
        priority: 5,
        created_at: time(task),
        not_before: time(task),
        deadline: Timestamp::MAX,
        max_attempts: 5,
        faults: 0,
        silences: 0,
        attempt: AttemptNo(0),
        estimate: Estimate {
            input_tokens: 300,
            input_tokens_least: 200,
            max_output_tokens: Some(100),
        },
        demand: Demand::default(),
        interactive: false,
        durable: true,
        callback: false,
        prefix: None,
    }
}

fn grant(first: u64) -> Batch {
    let changes = (first..first + BATCH).map(|task| Change::Granted {
        task: TaskId(task),
        attempt: AttemptNo(1),
        target: TargetId(1),
        worker: WorkerId(4),
        at: time(task),
        send_by: time(task).offset(5_000_000),
        reserved: SPEND,
    });
    Batch {
        now: time(first),
        changes: changes.collect(),
        ..Batch::default()
    }
}

fn complete(first: u64) -> Batch {
    let ends = |task| {
        let ended = Change::AttemptEnded {
            task: TaskId(task),
            attempt: AttemptNo(1),
            target: TargetId(1),
            worker: WorkerId(4),
            granted_at: time(task),
            ended_at: time(task).offset(900_000),
            outcome: AttemptOutcome::Answered,
            spent: SPEND,
        };
        let finished = Change::Finished {
            task: TaskId(task),
            group: GroupId(1),
            ending: Ending::Completed,
            at: time(task).offset(900_000),
        };
        [ended, finished]
    };
    let result = ResultRow {
        status: 200,
        body: vec![b'x'; 200],
    };
    Batch {
        now: time(first),
        changes: (first..first + BATCH).flat_map(ends).collect(),
        results: (first..first + BATCH)
            .map(|task| (TaskId(task), result.clone()))
            .collect(),
        ..Batch::default()
    }
}
