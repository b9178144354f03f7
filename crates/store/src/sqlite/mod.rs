//! The store on an SQLite file: one connection writes, others read.

mod beside;
mod codes;
mod fault;
mod open;
mod read;
mod reader;
mod rows;
mod statements;
mod write;

use std::time::Duration;

use d8_core::change::TaskRow;
use d8_core::time::Timestamp;
use rusqlite::{Connection, TransactionBehavior};

pub use open::{Location, Schema};
pub use reader::SqliteReader;

use crate::error::StoreError;
use crate::names::Names;
use crate::record::{Batch, Loaded, PastSpend, Which};
use crate::store::{Reader, Store};
use codes::unsigned;
use open::Place;
use write::Refusal;

/// So many pages may wait in the write-ahead log before [`Store::tidy`] moves them: 16 MB.
const LOG_PAGES: i64 = 4_000;

/// How long a store that closes waits for readers that are in the way of emptying the log.
const PATIENCE_AT_THE_END: Duration = Duration::from_millis(500);

/// A store on an SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    place: Place,
    epoch: u64,
    reached: Timestamp,
    poisoned: bool,
}

impl SqliteStore {
    /// Opens a store, makes it where there is none, brings an older one up to date, and deposes whoever had it open.
    /// `now` is only noted.
    ///
    /// Holding the right to it is the caller's matter: see [`Hold`](crate::Hold).
    pub fn open(location: &Location, now: Timestamp) -> Result<Self, StoreError> {
        let place = Place::new(location);
        let mut connection = place.writer()?;
        let opened = lead(&mut connection, now).and_then(|epoch| Ok((epoch, read::reached(&connection)?)));
        let (epoch, reached) = opened.map_err(|error| place.fault(&error))?;
        Ok(Self {
            connection,
            place,
            epoch,
            reached,
            poisoned: false,
        })
    }

    /// Looks into a store that somebody may have open: what it holds can be loaded, and nothing can be written. Fails where
    /// there is none, and where it has another schema than this program.
    pub fn look(location: &Location) -> Result<Self, StoreError> {
        let place = Place::new(location);
        let connection = place.reader()?;
        let reached = read::reached(&connection).map_err(|error| place.fault(&error))?;
        Ok(Self {
            connection,
            place,
            epoch: 0,
            reached,
            poisoned: false,
        })
    }

    /// Which shape the tables of an existing store have. Fails where it is no store of ours or newer than this program.
    pub fn schema(location: &Location) -> Result<Schema, StoreError> {
        Place::new(location).schema()
    }

    /// How many times this store was opened for writing, this time included.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Moves all that is stored into the one file, so that it can be copied or looked into by itself, and closes it.
    /// What cannot be moved, because a reader is in the way or the disk is full, stays in the log, where the next opening
    /// finds it. Dropping does the same and tells nothing.
    pub fn close(mut self) -> Result<(), StoreError> {
        self.healthy()?;
        let done = self.settle();
        done.map_err(|error| self.fault(&error))
    }

    /// Empties the log, once.
    fn settle(&mut self) -> rusqlite::Result<()> {
        if std::mem::replace(&mut self.poisoned, true) {
            return Ok(());
        }
        self.connection.busy_timeout(PATIENCE_AT_THE_END)?;
        let mut checkpoint = self.connection.prepare("PRAGMA wal_checkpoint(TRUNCATE)")?;
        checkpoint.query_row([], |_| Ok(()))
    }

    fn healthy(&self) -> Result<(), StoreError> {
        if self.poisoned {
            Err(StoreError::Poisoned {
                path: self.place.path.clone(),
            })
        } else {
            Ok(())
        }
    }

    fn fault(&self, error: &rusqlite::Error) -> StoreError {
        self.place.fault(error)
    }

    fn refusal(&self, refusal: Refusal) -> StoreError {
        let path = self.place.path.clone();
        match refusal {
            Refusal::Database(error) => self.fault(&error),
            Refusal::Deposed => StoreError::Deposed { path, ours: self.epoch },
            Refusal::Contradiction(change) => StoreError::Contradiction { path, change },
        }
    }
}

impl Store for SqliteStore {
    fn names(&self) -> Result<Names, StoreError> {
        self.healthy()?;
        read::names(&self.connection).map_err(|error| self.fault(&error))
    }

    fn load(&self, which: Which<'_>, each: &mut dyn FnMut(TaskRow)) -> Result<Loaded, StoreError> {
        self.healthy()?;
        read::load(&self.connection, which, each).map_err(|error| self.fault(&error))
    }

    fn spends_since(&self, cutoff: Timestamp, each: &mut dyn FnMut(PastSpend)) -> Result<(), StoreError> {
        self.healthy()?;
        read::spends_since(&self.connection, cutoff, each).map_err(|error| self.fault(&error))
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.healthy()?;
        if batch.is_empty() {
            return Ok(());
        }
        let done = write::commit(&mut self.connection, self.epoch, &mut self.reached, batch);
        self.poisoned = done.is_err();
        done.map_err(|refusal| self.refusal(refusal))
    }

    fn tidy(&mut self) -> Result<(), StoreError> {
        self.healthy()?;
        let done = checkpoint(&self.connection);
        // A failed sync may have dropped pages that a later one would not write again.
        self.poisoned = done.is_err();
        done.map_err(|error| self.fault(&error))
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.healthy()?;
        Ok(Box::new(SqliteReader::at(self.place.clone())?))
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        // Whoever only looked has nothing to move.
        if self.epoch > 0 {
            // All that was acknowledged is safe in the log, so a failure here is none.
            let _ = self.settle();
        }
    }
}

/// Begins the next epoch.
fn lead(connection: &mut Connection, now: Timestamp) -> rusqlite::Result<u64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let epoch = transaction.query_row(
        "UPDATE leader SET epoch = epoch + 1, opened_at = ? RETURNING epoch",
        [now.as_micros()],
        |row| unsigned(row, 0),
    )?;
    transaction.commit()?;
    Ok(epoch)
}

/// Moves the log into the database where it has grown long. Passive: it waits for nobody, and readers that are in its
/// way only make it move less.
fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    let waiting = |mode: &str| -> rusqlite::Result<i64> {
        connection
            .prepare_cached(&format!("PRAGMA wal_checkpoint({mode})"))?
            .query_row([], |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?))
    };
    if waiting("NOOP")? >= LOG_PAGES {
        waiting("PASSIVE")?;
    }
    Ok(())
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::record::Payload;
    use crate::sample::{second, submitted};
    use crate::testing::print;

    fn open(folder: &tempfile::TempDir) -> SqliteStore {
        SqliteStore::open(&Location::File(folder.path().join("d8.db")), Timestamp::EPOCH).unwrap()
    }

    /// Sixty tasks with requests of 2 kB: some thirty pages in many tables.
    fn large() -> Batch {
        let mut batch = submitted(11..=70);
        for (_, Payload { body, .. }) in &mut batch.payloads {
            body.resize(2_000, b' ');
        }
        batch
    }

    #[test]
    fn a_disk_that_fills_at_any_page_of_a_commit_keeps_what_was_acknowledged() {
        let mut room = 0;
        loop {
            let folder = tempfile::tempdir().unwrap();
            let mut store = open(&folder);
            store.commit(&submitted(1..=10)).unwrap();
            let before = print(&store).unwrap();
            let pages = store
                .connection
                .pragma_query_value(None, "page_count", |row| row.get::<_, i64>(0))
                .unwrap();
            store
                .connection
                .pragma_update_and_check(None, "max_page_count", pages + room, |_| Ok(()))
                .unwrap();
            let done = store.commit(&large());
            if done.is_ok() {
                break;
            }
            assert!(matches!(done, Err(StoreError::DiskFull { .. })), "{done:?}");
            assert!(matches!(store.commit(&large()), Err(StoreError::Poisoned { .. })));
            drop(store);
            let mut store = open(&folder);
            assert_eq!(print(&store).unwrap(), before);
            store.commit(&large()).unwrap();
            room += 1;
        }
        assert!(room > 20, "the disk was full at {room} places only");
    }

    #[test]
    fn the_log_is_moved_once_it_is_long_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(&folder);
        let size = || std::fs::metadata(folder.path().join("d8.db")).unwrap().len();
        let mut batch = large();
        store.commit(&batch).unwrap();
        store.tidy().unwrap();
        let short = size();
        for (_, Payload { body, .. }) in &mut batch.payloads {
            body.resize(400_000, b' ');
        }
        batch.changes.clear();
        batch.keys.clear();
        batch.payloads.iter_mut().for_each(|(task, _)| task.0 += 1_000);
        batch.now = second(100);
        store.commit(&batch).unwrap();
        assert_eq!(size(), short, "a commit writes to the log only");
        store.tidy().unwrap();
        assert!(size() > short + 20_000_000);
    }
}
