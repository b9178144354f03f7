//! Opening the file: whose it is, how it must behave, and what its tables look like.
//!
//! The order matters. Nothing is written before the file is known to be ours and of a version that we know.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::fault::classify;
use crate::error::StoreError;

/// Schema changes in order; a database of version n has seen the first n. Only ever appended to.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_first.sql"),
    include_str!("../migrations/0002_server.sql"),
    include_str!("../migrations/0003_evidence.sql"),
    include_str!("../migrations/0004_prefix.sql"),
    include_str!("../migrations/0005_agents.sql"),
    include_str!("../migrations/0006_agents_counts.sql"),
];

/// The schema version of this code.
const KNOWN: u32 = MIGRATIONS.len() as u32;

/// Which shape a store's tables have.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Schema {
    /// The store's; 0: the file is empty. The next opening for writing brings it up to [`Schema::known`].
    pub found: u32,
    /// This program's.
    pub known: u32,
}

/// What SQLite keeps in the file's header to tell whose it is: "D8st".
const APPLICATION_ID: i32 = 0x4438_7374;

/// How long to wait for somebody who looks into the file with another program.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Where a store is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Location {
    /// In this process's memory: gone with the last store and reader of it.
    Memory,
    /// In a file; SQLite keeps two more beside it.
    File(PathBuf),
}

/// An open file's place, to open it once more and to name it in errors.
#[derive(Clone, Debug)]
pub(super) struct Place {
    location: Location,
    pub(super) path: PathBuf,
}

impl Place {
    pub(super) fn new(location: &Location) -> Self {
        static MEMORIES: AtomicU64 = AtomicU64::new(0);
        let path = match location {
            Location::File(path) => path.clone(),
            // SQLite shares what has a name between the connections of a process.
            Location::Memory => format!("/d8-{}", MEMORIES.fetch_add(1, Ordering::Relaxed)).into(),
        };
        Self {
            location: location.clone(),
            path,
        }
    }

    /// A connection that writes, to a database that is ours and of this version.
    pub(super) fn writer(&self) -> Result<Connection, StoreError> {
        check_sqlite(rusqlite::version_number())?;
        if let Location::File(path) = &self.location {
            create_private(path);
        }
        let mut connection = self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        let version = self.identify(&connection)?;
        let result = configure(&connection);
        let mode = result.map_err(|error| self.fault(&error))?;
        if self.location != Location::Memory && mode != "wal" {
            return Err(StoreError::Unsupported {
                path: self.path.clone(),
                mode,
            });
        }
        migrate(&mut connection, version).map_err(|error| self.fault(&error))?;
        Ok(connection)
    }

    /// Which shape the tables have; changes nothing.
    pub(super) fn schema(&self) -> Result<Schema, StoreError> {
        check_sqlite(rusqlite::version_number())?;
        let connection = self.connect(OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let found = self.identify(&connection)?;
        Ok(Schema { found, known: KNOWN })
    }

    /// A connection that reads.
    pub(super) fn reader(&self) -> Result<Connection, StoreError> {
        check_sqlite(rusqlite::version_number())?;
        let connection = self.connect(match self.location {
            Location::File(_) => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Location::Memory => OpenFlags::SQLITE_OPEN_READ_WRITE,
        })?;
        if self.identify(&connection)? < KNOWN {
            return Err(StoreError::Failed {
                path: self.path.clone(),
                detail: "its schema is older than this d8, which has not opened it yet".into(),
            });
        }
        connection
            .pragma_update(None, "query_only", true)
            .map_err(|error| self.fault(&error))?;
        Ok(connection)
    }

    pub(super) fn fault(&self, error: &rusqlite::Error) -> StoreError {
        classify(&self.path, error)
    }

    fn connect(&self, flags: OpenFlags) -> Result<Connection, StoreError> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = match self.location {
            Location::File(_) => Connection::open_with_flags(&self.path, flags),
            Location::Memory => Connection::open_with_flags_and_vfs(&self.path, flags, "memdb"),
        };
        let connection = opened.map_err(|error| self.fault(&error))?;
        connection
            .busy_timeout(BUSY_TIMEOUT)
            .map_err(|error| self.fault(&error))?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    }

    /// The schema version, 0 for an empty file. Refuses what is not ours or newer.
    fn identify(&self, connection: &Connection) -> Result<u32, StoreError> {
        let path = || self.path.clone();
        let (application, version, tables) = header(connection).map_err(|error| self.fault(&error))?;
        let empty = application == 0 && version == 0 && tables == 0;
        if application != APPLICATION_ID && !empty {
            return Err(StoreError::Foreign { path: path() });
        }
        if version > KNOWN {
            return Err(StoreError::Newer {
                path: path(),
                found: version,
                known: KNOWN,
            });
        }
        Ok(version)
    }
}

/// Makes the file, where it is new, readable by its owner only: it will hold prompts and answers. SQLite gives the files
/// beside it the same rights. Elsewhere than on Unix the folder's rights hold.
fn create_private(path: &Path) {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // It is there already, or SQLite will say in a moment what is wrong.
    let _ = options.open(path);
}

/// SQLite before 3.51.3 can corrupt a WAL when one connection checkpoints and another commits; 3.52.0 was withdrawn.
fn check_sqlite(version: i32) -> Result<(), StoreError> {
    if version >= 3_051_003 && version != 3_052_000 {
        return Ok(());
    }
    let found = format!(
        "{}.{}.{}",
        version / 1_000_000,
        version / 1_000 % 1_000,
        version % 1_000
    );
    Err(StoreError::OldSqlite { found })
}

fn header(connection: &Connection) -> rusqlite::Result<(i32, u32, i64)> {
    let application = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok((application, version, tables))
}

/// Makes a commit mean what the store promises, and returns the journal mode that the file system allows.
fn configure(connection: &Connection) -> rusqlite::Result<String> {
    let mode = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Checkpoints come between batches (`tidy`), not in the middle of a commit that somebody waits for.
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    // Bytes that the log may keep on disk once it has been moved.
    connection.pragma_update_and_check(None, "journal_size_limit", 64 << 20, |_| Ok(()))?;
    // In KiB where negative: enough for the ends of all tables while a batch is written.
    connection.pragma_update(None, "cache_size", -16_000)?;
    if cfg!(target_os = "macos") {
        // Its fsync leaves the data in the drive's cache.
        connection.pragma_update(None, "fullfsync", true)?;
        connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    }
    Ok(mode)
}

fn migrate(connection: &mut Connection, version: u32) -> rusqlite::Result<()> {
    for (number, sql) in (1..).zip(MIGRATIONS).skip(version as usize) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn versions_of_sqlite_that_can_lose_data_are_refused() {
        assert!(check_sqlite(3_051_002).is_err());
        assert!(check_sqlite(3_051_003).is_ok());
        assert_eq!(
            check_sqlite(3_052_000).unwrap_err().to_string().split(' ').nth(1),
            Some("3.52.0")
        );
        assert!(check_sqlite(3_054_001).is_ok());
        assert!(check_sqlite(rusqlite::version_number()).is_ok());
    }

    #[test]
    fn a_commit_waits_for_the_disk_and_leaves_checkpoints_to_us() {
        let folder = tempfile::tempdir().unwrap();
        let connection = Place::new(&Location::File(folder.path().join("d8.db")))
            .writer()
            .unwrap();
        let number = |name: &str| {
            connection
                .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
                .unwrap()
        };
        assert_eq!((number("synchronous"), number("wal_autocheckpoint")), (2, 0));
        assert_eq!(number("fullfsync") == 1, cfg!(target_os = "macos"));
    }
}
