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
    assert!(matches!(refused(&place.path), StoreError::Newer { found: 99, .. }));
    assert_eq!(fs::read(&place.path).unwrap(), before);
    assert!(matches!(
        SqliteReader::open(&Location::File(place.path)),
        Err(StoreError::Newer { .. })
    ));
}

#[test]
fn a_look_loads_what_is_there_and_writes_nothing() {
    let place = place();
    let location = Location::File(place.path.clone());
    assert!(SqliteStore::look(&location).is_err() && SqliteStore::schema(&location).is_err());
    assert!(!place.path.exists());
    let mut store = open(&place.path).unwrap();
    store.commit(&submitted(1..=3)).unwrap();
    let look = || {
        let mut look = SqliteStore::look(&location).unwrap();
        let mut tasks = 0;
        look.load(Which::All, &mut |_| tasks += 1).unwrap();
        assert_eq!(tasks, 3);
        assert!(look.commit(&submitted(4..=4)).is_err());
        let schema = SqliteStore::schema(&location).unwrap();
        assert_eq!(schema.found, schema.known);
    };
    // Beside whoever writes it, and alone.
    look();
    drop(store);
    look();
    assert_eq!(open(&place.path).unwrap().epoch(), 2, "a look deposes nobody");
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

/// How long the log is that lies beside the store; none is as good as an empty one.
fn log_length(path: &Path) -> u64 {
    let log = path.with_extension("db-wal");
    fs::metadata(log).map_or(0, |log| log.len())
}

#[test]
fn a_store_that_is_left_has_all_in_its_file_even_while_a_reader_is_open() {
    let place = place();
    let mut store = open(&place.path).unwrap();
    let reader = store.reader().unwrap();
    store.commit(&submitted(1..=100)).unwrap();
    assert!(log_length(&place.path) > 0);
    drop(store);
    assert_eq!(log_length(&place.path), 0);
    let mut store = open(&place.path).unwrap();
    store.commit(&submitted(101..=200)).unwrap();
    store.close().unwrap();
    assert_eq!(log_length(&place.path), 0);
    assert_eq!(reader.totals().unwrap().total, 200);

    let copy = place.path.with_file_name("copy.db");
    fs::copy(&place.path, &copy).unwrap();
    let copied = open(&copy).unwrap().load(Which::All, &mut |_| {}).unwrap();
    assert_eq!(copied.next_task.0, 201);
}

#[test]
fn a_handle_that_failed_says_so_when_it_is_closed() {
    let place = place();
    let mut store = open(&place.path).unwrap();
    store.commit(&submitted(1..=1)).unwrap();
    assert!(store.commit(&submitted(1..=1)).is_err());
    assert!(matches!(store.close(), Err(StoreError::Poisoned { .. })));
    assert_eq!(
        open(&place.path)
            .unwrap()
            .load(Which::All, &mut |_| {})
            .unwrap()
            .next_task
            .0,
        2
    );
}

#[cfg(unix)]
#[test]
fn prompts_and_answers_are_for_the_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let place = place();
    let mut store = open(&place.path).unwrap();
    store.commit(&submitted(1..=1)).unwrap();
    let mode = |suffix: &str| {
        let path = place.path.with_extension(suffix);
        fs::metadata(&path).unwrap().permissions().mode() & 0o777
    };
    for suffix in ["db", "db-wal", "db-shm"] {
        assert_eq!(mode(suffix), 0o600, "{suffix}");
    }
    drop(store);
    fs::set_permissions(&place.path, fs::Permissions::from_mode(0o640)).unwrap();
    drop(open(&place.path).unwrap());
    assert_eq!(mode("db"), 0o640, "who wants others to read it may");
}
