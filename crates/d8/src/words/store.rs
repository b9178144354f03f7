//! What the store cannot do, and what to do about it. The store itself gives facts; here they become sentences.

use d8_store::{HoldError, Owner, StoreError};

use crate::text;

/// What happened to the store, in one line.
pub fn store_error(error: &StoreError) -> String {
    match error {
        StoreError::Newer { path, found, known } => text!(
            "store-newer",
            path = path.display().to_string(),
            found = found.to_string(),
            known = known.to_string()
        ),
        StoreError::Foreign { path } => text!("store-foreign", path = path.display().to_string()),
        StoreError::NotADatabase { path } => text!("store-no-database", path = path.display().to_string()),
        StoreError::Corrupt { path, detail } => text!(
            "store-corrupt",
            path = path.display().to_string(),
            why = detail.as_str()
        ),
        StoreError::Unwritable { path, detail } => text!(
            "store-unwritable",
            path = path.display().to_string(),
            why = detail.as_str()
        ),
        StoreError::Unsupported { path, mode } => text!(
            "store-unsupported",
            path = path.display().to_string(),
            mode = mode.as_str()
        ),
        StoreError::DiskFull { path } => text!("store-disk-full", path = path.display().to_string()),
        StoreError::Busy { path } => text!("store-busy", path = path.display().to_string()),
        StoreError::OldSqlite { found } => text!("store-old-sqlite", found = found.as_str()),
        StoreError::Deposed { path, ours } => text!(
            "store-deposed",
            path = path.display().to_string(),
            ours = ours.to_string()
        ),
        StoreError::Contradiction { path, change } => text!(
            "store-contradiction",
            path = path.display().to_string(),
            change = change.as_str()
        ),
        StoreError::Poisoned { path } => text!("store-poisoned", path = path.display().to_string()),
        StoreError::Failed { path, detail } => {
            text!("store-failed", path = path.display().to_string(), why = detail.as_str())
        }
    }
}

/// What to do about it.
pub fn store_hint(error: &StoreError) -> String {
    match error {
        StoreError::Newer { .. } => text!("store-newer-next"),
        StoreError::Foreign { .. } | StoreError::NotADatabase { .. } => text!("store-no-database-next"),
        StoreError::Corrupt { .. } => text!("store-corrupt-next"),
        StoreError::Unwritable { .. } => text!("store-unwritable-next"),
        StoreError::Unsupported { .. } => text!("store-unsupported-next"),
        StoreError::DiskFull { .. } => text!("store-disk-full-next"),
        StoreError::Busy { .. } => text!("store-busy-next"),
        StoreError::OldSqlite { .. } => text!("store-old-sqlite-next"),
        StoreError::Deposed { .. } => text!("store-deposed-next"),
        StoreError::Contradiction { .. } => text!("store-contradiction-next"),
        StoreError::Poisoned { .. } | StoreError::Failed { .. } => text!("store-failed-next"),
    }
}

/// Why a store cannot be had, in one line.
pub fn hold_error(error: &HoldError) -> String {
    match error {
        HoldError::Held { path, owner } => held(&path.display().to_string(), owner.as_ref()),
        HoldError::Unwritable { path, source } => text!(
            "unwritable",
            path = path.display().to_string(),
            problem = super::system(source)
        ),
    }
}

fn held(path: &str, owner: Option<&Owner>) -> String {
    match owner {
        None => text!("store-held", path = path),
        Some(Owner {
            pid,
            version,
            url: None,
            ..
        }) => text!(
            "store-held-by",
            path = path,
            process = pid.to_string(),
            version = version.as_str()
        ),
        Some(Owner {
            pid,
            version,
            url: Some(url),
            ..
        }) => text!(
            "store-held-at",
            path = path,
            process = pid.to_string(),
            version = version.as_str(),
            url = url.as_str()
        ),
    }
}

/// What to do about it.
pub fn hold_hint(error: &HoldError) -> String {
    match error {
        HoldError::Held { .. } => text!("store-held-next"),
        HoldError::Unwritable { .. } => text!("store-hold-unwritable-next"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::words::language::Language;
    use crate::words::language::tests::speaking;

    fn all() -> Vec<StoreError> {
        let path = || PathBuf::from("/srv/d8.db");
        let word = || "xyz".to_owned();
        vec![
            StoreError::Newer {
                path: path(),
                found: 9,
                known: 7,
            },
            StoreError::Foreign { path: path() },
            StoreError::NotADatabase { path: path() },
            StoreError::Corrupt {
                path: path(),
                detail: word(),
            },
            StoreError::Unwritable {
                path: path(),
                detail: word(),
            },
            StoreError::Unsupported {
                path: path(),
                mode: word(),
            },
            StoreError::DiskFull { path: path() },
            StoreError::Busy { path: path() },
            StoreError::OldSqlite { found: word() },
            StoreError::Deposed { path: path(), ours: 3 },
            StoreError::Contradiction {
                path: path(),
                change: word(),
            },
            StoreError::Poisoned { path: path() },
            StoreError::Failed {
                path: path(),
                detail: word(),
            },
        ]
    }

    fn held() -> Vec<HoldError> {
        let with = |owner| HoldError::Held {
            path: PathBuf::from("/srv/d8.db"),
            owner,
        };
        let owner = |url: Option<&str>| Owner {
            pid: 17_000,
            version: "0.1.0".to_owned(),
            url: url.map(str::to_owned),
            ..Owner::default()
        };
        vec![
            with(None),
            with(Some(owner(None))),
            with(Some(owner(Some("http://127.0.0.1:5000")))),
        ]
    }

    /// In English the sentences are the store's own, so that a log and a terminal say the same.
    #[test]
    fn every_trouble_is_told_in_both_languages() {
        for error in all() {
            assert_eq!(store_error(&error), error.to_string());
            assert_eq!(store_hint(&error), error.hint());
            let (said, next) = speaking(Language::Spanish, || (store_error(&error), store_hint(&error)));
            assert!(said != error.to_string() && next != error.hint(), "{said} {next}");
        }
        for error in held() {
            assert_eq!(hold_error(&error), error.to_string());
            assert_eq!(hold_hint(&error), error.hint());
        }
        let said = speaking(Language::Spanish, || held().iter().map(hold_error).collect::<Vec<_>>());
        assert_eq!(
            said,
            [
                "otro d8 tiene el almacén /srv/d8.db",
                "otro d8 tiene el almacén /srv/d8.db (proceso 17000, versión 0.1.0)",
                "otro d8 tiene el almacén /srv/d8.db (proceso 17000, versión 0.1.0 en http://127.0.0.1:5000)"
            ]
        );
    }
}
