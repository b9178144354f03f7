//! A store that an older D8 wrote is brought up to date, with all that is in it.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use d8_core::change::{Change, Ending, FailureCode, TaskRow};
use d8_core::id::TaskId;
use d8_store::sample::{changes, finished, row, second, served};
use d8_store::{Location, SqliteReader, SqliteStore, Store, TaskState, Which};
use rusqlite::Connection;

/// A store of the first schema with two open tasks, of which one is under way, and one that failed.
fn first_schema(path: &Path) {
    let connection = Connection::open(path).unwrap();
    let times = |id: u64| format!("{0}, {0}", second(id).as_micros());
    let open = |table: &str, id: u64, deadline: &str, output: &str, end: &str| {
        let priority = row(id).priority;
        format!(
            "INSERT INTO {table} VALUES ({id}, 1, 2, 3, {priority}, {}, {deadline}, 5, 0, 0, 0, 300, 200, {output}{end});",
            times(id)
        )
    };
    let deadline = |id: u64| second(id + 3_600).as_micros().to_string();
    let ended = format!(", 14, {}", second(4).as_micros());
    let sql = [
        include_str!("../src/migrations/0001_first.sql").to_owned(),
        "PRAGMA application_id = 0x44387374; PRAGMA user_version = 1; PRAGMA journal_mode = WAL;".to_owned(),
        format!(
            "UPDATE leader SET epoch = 3, newest = {}, next_task = 4;",
            second(4).as_micros()
        ),
        "INSERT INTO names VALUES (1, 0, 'books');".to_owned(),
        open("tasks", 1, &deadline(1), "NULL", ""),
        open("tasks", 2, "NULL", "100", ""),
        open("history", 3, &deadline(3), "NULL", &ended),
        format!("INSERT INTO leases VALUES (1, 1, 1, 4, {}, 1, 300, 20, 5);", times(1)),
        format!(
            "INSERT INTO groups VALUES (1, {}, 0, 3, 0, 1, 0);",
            second(1).as_micros()
        ),
        "INSERT INTO payloads VALUES (3, 1, 'line-3', x'7b7d');".to_owned(),
    ];
    connection.execute_batch(&sql.concat()).unwrap();
}

/// A task as it is known from before prompts' beginnings were.
fn old(id: u64) -> TaskRow {
    TaskRow {
        prefix: None,
        ..row(id)
    }
}

#[test]
fn a_store_of_the_first_schema_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d8.db");
    let location = Location::File(path.clone());
    first_schema(&path);
    assert!(
        SqliteReader::open(&location).is_err(),
        "who only reads cannot bring it up to date"
    );

    let mut store = SqliteStore::open(&location, second(5)).unwrap();
    assert_eq!(store.epoch(), 4);
    let mut open = Vec::new();
    let loaded = store.load(Which::All, &mut |task| open.push(task)).unwrap();
    assert_eq!(open, [old(1), old(2)], "plain, durable, and nobody waits for it");
    assert_eq!((loaded.leases.len(), loaded.next_task), (1, TaskId(4)));
    let reader = store.reader().unwrap();
    let failed = Ending::Failed(FailureCode::Quarantined);
    let third = reader.task(TaskId(3)).unwrap().unwrap();
    assert_eq!((third.row, third.state), (old(3), TaskState::Ended(failed, second(4))));

    let rare = TaskRow {
        interactive: true,
        durable: false,
        callback: false,
        ..row(9)
    };
    let rest = [
        Change::Revived(third.row),
        Change::Added(rare),
        finished(9, Ending::Cancelled),
        finished(2, Ending::Completed),
    ];
    store.commit(&changes(6, rest)).unwrap();
    store.commit(&served(3)).unwrap();
    assert_eq!(reader.task(TaskId(9)).unwrap().unwrap().row, rare);
    assert_eq!(reader.task(TaskId(2)).unwrap().unwrap().row, old(2));
    drop(store);
    let store = SqliteStore::open(&location, second(7)).unwrap();
    assert_eq!(store.reader().unwrap().totals().unwrap().completed, 2);
}
