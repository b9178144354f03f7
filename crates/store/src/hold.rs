//! One process at a time has a store. The right is a file lock, which the system takes back when a process ends, however
//! it ends; who holds it is written beside it for others to read, and means nothing without the lock.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The right to open a store for writing. Dropping it gives it back.
#[derive(Debug)]
pub struct Hold {
    owner_file: PathBuf,
    /// The lock lives as long as this handle. The file itself stays: removing it would let two processes lock two files.
    _lock: File,
}

/// Who holds a store, as `<store>.owner` tells (JSON).
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Owner {
    /// Its process id.
    pub pid: u32,
    /// Its version of d8.
    pub version: String,
    /// Where it listens on this machine, once it does.
    #[serde(default)]
    pub url: Option<String>,
    /// The file that holds its token, where it asks for one.
    #[serde(default)]
    pub token_file: Option<String>,
}

/// Why a store cannot be held.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// Somebody else has it.
    #[error("the store {} is held by another d8{}", path.display(), named(owner.as_ref()))]
    Held {
        /// The store.
        path: PathBuf,
        /// Who, unless it has not written so yet.
        owner: Option<Owner>,
    },
    /// The files beside the store cannot be written.
    #[error("{} cannot be written: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl HoldError {
    /// What to do about it, as one sentence without a full stop.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Held { .. } => "stop it, or use another store (store.url in d8.toml)",
            Self::Unwritable { .. } => "check that the folder exists and that this user may write in it",
        }
    }
}

impl Hold {
    /// Takes the right to the store at `store`, which need not exist yet, without waiting. What a dead holder left
    /// behind is no obstacle.
    pub fn acquire(store: &Path, owner: &Owner) -> Result<Self, HoldError> {
        let lock_file = beside(store, ".lock");
        let unwritable = |source| HoldError::Unwritable {
            path: lock_file.clone(),
            source,
        };
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_file)
            .map_err(unwritable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(HoldError::Held {
                    path: store.to_owned(),
                    owner: Self::owner(store),
                });
            }
            Err(TryLockError::Error(source)) => return Err(unwritable(source)),
        }
        let hold = Self {
            owner_file: beside(store, ".owner"),
            _lock: lock,
        };
        hold.announce(owner)?;
        Ok(hold)
    }

    /// Writes anew who holds the store: for what is known only later, such as the port.
    pub fn announce(&self, owner: &Owner) -> Result<(), HoldError> {
        let unwritable = |source| HoldError::Unwritable {
            path: self.owner_file.clone(),
            source,
        };
        let text = serde_json::to_string(owner).map_err(|error| unwritable(error.into()))?;
        // Whoever reads at the same time must find one text or the other, not half of one.
        let draft = beside(&self.owner_file, ".new");
        fs::write(&draft, text + "\n")
            .and_then(|()| fs::rename(&draft, &self.owner_file))
            .map_err(unwritable)
    }

    /// Whether somebody has the store now. Nothing is written and nothing is kept; whoever asks for the right in this very
    /// moment is turned away, so it is for people's questions and not for loops.
    pub fn is_held(store: &Path) -> io::Result<bool> {
        let lock = match File::open(beside(store, ".lock")) {
            Ok(lock) => lock,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        match lock.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Who said last that it holds the store. It may be dead: only [`Hold::is_held`] and [`Hold::acquire`] tell.
    pub fn owner(store: &Path) -> Option<Owner> {
        let text = fs::read_to_string(beside(store, ".owner")).ok()?;
        serde_json::from_str(&text).ok()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // A file left behind misleads nobody who asks for the lock, so a failure here is none.
        let _ = fs::remove_file(&self.owner_file);
    }
}

fn beside(store: &Path, suffix: &str) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn named(owner: Option<&Owner>) -> String {
    owner.map_or_else(String::new, |owner| {
        let url = owner.url.as_ref().map_or_else(String::new, |url| format!(" at {url}"));
        format!(" (process {}, version {}{url})", owner.pid, owner.version)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn owner(pid: u32) -> Owner {
        Owner {
            pid,
            version: "0.1.0".into(),
            ..Owner::default()
        }
    }

    #[test]
    fn a_second_holder_learns_who_the_first_is() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("d8.db");
        let hold = Hold::acquire(&store, &owner(17)).unwrap();
        let url = Some("http://127.0.0.1:5000".to_owned());
        hold.announce(&Owner {
            url: url.clone(),
            token_file: Some("C:\\d8 \"x\"\\token".into()),
            ..owner(17)
        })
        .unwrap();
        let refused = Hold::acquire(&store, &owner(18)).unwrap_err();
        assert!(
            refused
                .to_string()
                .contains("process 17, version 0.1.0 at http://127.0.0.1:5000"),
            "{refused}"
        );
        let HoldError::Held { owner: Some(first), .. } = refused else {
            panic!("{refused:?}")
        };
        assert_eq!((first.pid, first.url), (17, url));
        assert_eq!(first.token_file.as_deref(), Some("C:\\d8 \"x\"\\token"));
    }

    #[test]
    fn whether_it_is_held_can_be_seen_without_touching_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("d8.db");
        assert!(!Hold::is_held(&store).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let hold = Hold::acquire(&store, &owner(17)).unwrap();
        assert!(Hold::is_held(&store).unwrap());
        drop(hold);
        assert!(!Hold::is_held(&store).unwrap());
        Hold::acquire(&store, &owner(18)).unwrap();
    }

    #[test]
    fn a_store_given_back_can_be_held_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("d8.db");
        drop(Hold::acquire(&store, &owner(17)).unwrap());
        assert_eq!(Hold::owner(&store), None);
        Hold::acquire(&store, &owner(18)).unwrap();
    }

    #[test]
    fn what_a_dead_holder_left_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("d8.db");
        fs::write(folder.path().join("d8.db.owner"), "{\"pid\": 1, \"vers").unwrap();
        fs::write(folder.path().join("d8.db.lock"), "").unwrap();
        let _hold = Hold::acquire(&store, &owner(18)).unwrap();
        assert_eq!(Hold::owner(&store), Some(owner(18)));
    }

    #[test]
    fn a_folder_that_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let refused = Hold::acquire(&folder.path().join("missing").join("d8.db"), &owner(18)).unwrap_err();
        assert!(refused.to_string().contains("missing"), "{refused}");
    }
}
