//! The store on SQLite passes the suite.
#![allow(clippy::unwrap_used)]

use d8_core::time::Timestamp;
use d8_store::{Location, SqliteStore, conformance};

#[test]
fn sqlite_on_a_file() {
    let new_place = || tempfile::tempdir().unwrap();
    conformance::run(new_place, |folder| {
        let location = Location::File(folder.path().join("d8.db"));
        SqliteStore::open(&location, Timestamp::EPOCH).unwrap()
    });
}
