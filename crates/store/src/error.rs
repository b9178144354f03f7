//! Everything that can go wrong with the store, as facts: what, and where. [`StoreError::hint`] says what to do.

use std::path::PathBuf;

/// Why the store cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A newer D8 wrote it. Nothing was changed.
    #[error("the store {} has schema version {found}; this d8 knows versions up to {known}", path.display())]
    Newer {
        /// Where.
        path: PathBuf,
        /// Its schema version.
        found: u32,
        /// The newest that is known here.
        known: u32,
    },
    /// An SQLite database of another program. Nothing was changed.
    #[error("{} is the database of another program", path.display())]
    Foreign {
        /// Where.
        path: PathBuf,
    },
    /// A file, but no database.
    #[error("{} is not a database", path.display())]
    NotADatabase {
        /// Where.
        path: PathBuf,
    },
    /// A database whose content contradicts itself.
    #[error("the store {} is damaged: {detail}", path.display())]
    Corrupt {
        /// Where.
        path: PathBuf,
        /// What the database said.
        detail: String,
    },
    /// The file or its folder cannot be opened or written.
    #[error("the store {} cannot be opened or written: {detail}", path.display())]
    Unwritable {
        /// Where.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// The file system cannot do what durability needs.
    #[error("the store {} is on a file system without shared memory or locks (journal mode {mode})", path.display())]
    Unsupported {
        /// Where.
        path: PathBuf,
        /// The journal mode that the database fell back to.
        mode: String,
    },
    /// No space left.
    #[error("the disk of the store {} is full", path.display())]
    DiskFull {
        /// Where.
        path: PathBuf,
    },
    /// Another process keeps the database locked.
    #[error("the store {} is locked by another process", path.display())]
    Busy {
        /// Where.
        path: PathBuf,
    },
    /// This build's SQLite has a fault that can lose data.
    #[error("SQLite {found} can corrupt a store; 3.51.3 or newer is needed, and not 3.52.0")]
    OldSqlite {
        /// Its version.
        found: String,
    },
    /// Somebody else opened the store after us and leads now.
    #[error("the store {} was taken over: epoch {ours} is over", path.display())]
    Deposed {
        /// Where.
        path: PathBuf,
        /// The epoch that this handle had.
        ours: u64,
    },
    /// A change about a task that is not in the state which the change needs: a fault in D8.
    #[error("the store {} knows nothing that this change could apply to: {change}", path.display())]
    Contradiction {
        /// Where.
        path: PathBuf,
        /// The change.
        change: String,
    },
    /// An earlier commit on this handle failed.
    #[error("the store {} failed earlier; what it holds is only known after it is opened again", path.display())]
    Poisoned {
        /// Where.
        path: PathBuf,
    },
    /// Anything else that the database reports.
    #[error("the store {} failed: {detail}", path.display())]
    Failed {
        /// Where.
        path: PathBuf,
        /// What the database said.
        detail: String,
    },
}

impl StoreError {
    /// What to do about it, as one sentence without a full stop.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Newer { .. } => "use the newer d8, or another store (store.url in d8.toml)",
            Self::Foreign { .. } | Self::NotADatabase { .. } => {
                "check store.url in d8.toml; d8 makes a missing file itself"
            }
            Self::Corrupt { .. } => "keep the file and its -wal as they are, and go on with a backup or a new store",
            Self::Unwritable { .. } => {
                "check that the folder exists and that this user may write the file and the folder"
            }
            Self::Unsupported { .. } => "put the store on a local disk (store.url in d8.toml)",
            Self::DiskFull { .. } => "make room on that disk and start d8 again; nothing acknowledged is lost",
            Self::Busy { .. } => "end the program that has the file open, for instance an sqlite3 shell",
            Self::OldSqlite { .. } => "build d8 with its bundled SQLite",
            Self::Deposed { .. } => "one d8 at a time can use a store; this one ends",
            Self::Contradiction { .. } => "start d8 again; if it comes back, please report it with this message",
            Self::Poisoned { .. } | Self::Failed { .. } => "start d8 again; nothing acknowledged is lost",
        }
    }
}
