//! Opening what is not a store of ours, or cannot be one: each has an error of its own that names the file.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use d8_core::time::Timestamp;
use d8_store::sample::{second, submitted};
use d8_store::{Location, SqliteReader, SqliteStore, Store, StoreError, Which};
use rusqlite::Connection;

struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d8.db");
    Place { _folder: folder, path }
}

fn open(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(&Location::File(path.to_owned()), second(0))
}

fn refused(path: &Path) -> StoreError {
    let error = open(path).unwrap_err();
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    assert!(!error.hint().is_empty());
    error
}

#[test]
fn a_store_of_a_newer_version_is_left_as_it_is() {
    let place = place();
    open(&place.path).unwrap().commit(&submitted(1..=1)).unwrap();
    Connection::open(&place.path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let before = fs::read(&place.path).unwrap();
    assert!(matches!(
        refused(&place.path),
        StoreError::Newer {
            found: 99,
            known: 1,
            ..
        }
    ));
    assert_eq!(fs::read(&place.path).unwrap(), before);
    assert!(matches!(
        SqliteReader::open(&Location::File(place.path)),
        Err(StoreError::Newer { .. })
    ));
}

#[test]
fn the_database_of_another_program_is_left_as_it_is() {
    let place = place();
    Connection::open(&place.path)
        .unwrap()
        .execute_batch("CREATE TABLE songs (title)")
        .unwrap();
    let before = fs::read(&place.path).unwrap();
    assert!(matches!(refused(&place.path), StoreError::Foreign { .. }));
    assert_eq!(fs::read(&place.path).unwrap(), before);
}

#[test]
fn a_text_file_is_not_a_database() {
    let place = place();
    fs::write(&place.path, "[server]\nlisten = \"127.0.0.1:5000\"\n".repeat(200)).unwrap();
    assert!(matches!(refused(&place.path), StoreError::NotADatabase { .. }));
}

#[test]
fn an_empty_file_becomes_a_store() {
    let place = place();
    fs::write(&place.path, "").unwrap();
    open(&place.path).unwrap().commit(&submitted(1..=1)).unwrap();
}

#[test]
fn a_damaged_store_is_named_as_such() {
    let place = place();
    open(&place.path).unwrap().commit(&submitted(1..=500)).unwrap();
    let mut bytes = fs::read(&place.path).unwrap();
    // The first page, with the schema, stays whole; the content of all others is noise.
    bytes[4096..].iter_mut().for_each(|byte| *byte = 0x5a);
    fs::write(&place.path, bytes).unwrap();
    assert!(matches!(refused(&place.path), StoreError::Corrupt { .. }));
}

#[test]
fn a_folder_that_is_missing_or_a_folder_itself_is_unwritable() {
    let place = place();
    assert!(matches!(
        refused(&place.path.join("deeper.db")),
        StoreError::Unwritable { .. }
    ));
    fs::create_dir(&place.path).unwrap();
    assert!(matches!(refused(&place.path), StoreError::Unwritable { .. }));
}

#[test]
fn a_file_that_may_only_be_read_is_unwritable() {
    let place = place();
    drop(open(&place.path).unwrap());
    let mut permissions = fs::metadata(&place.path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&place.path, permissions).unwrap();
    // Who may do everything, as root may, can still write it.
    if fs::OpenOptions::new().append(true).open(&place.path).is_err() {
        assert!(matches!(refused(&place.path), StoreError::Unwritable { .. }));
    }
}

#[test]
fn every_opening_begins_an_epoch() {
    let place = place();
    assert_eq!(open(&place.path).unwrap().epoch(), 1);
    assert_eq!(open(&place.path).unwrap().epoch(), 2);
}

#[test]
fn a_store_in_memory_is_shared_with_its_readers_and_with_nobody_else() {
    let mut store = SqliteStore::open(&Location::Memory, Timestamp::EPOCH).unwrap();
    let reader = store.reader().unwrap();
    store.commit(&submitted(1..=2)).unwrap();
    assert_eq!(reader.totals().unwrap().total, 2);
    let other = SqliteStore::open(&Location::Memory, Timestamp::EPOCH).unwrap();
    assert_eq!(other.load(Which::All, &mut |_| {}).unwrap().next_task.0, 1);
}
