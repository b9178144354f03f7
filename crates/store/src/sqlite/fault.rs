//! What SQLite reports, in the store's own words.

use std::path::Path;

use rusqlite::{Error, ErrorCode, ffi};

use crate::error::StoreError;

/// The store's word for a failure of the database at `path`.
pub(super) fn classify(path: &Path, error: &Error) -> StoreError {
    let path = path.to_owned();
    let detail = error.to_string();
    match error {
        Error::IntegralValueOutOfRange(..) | Error::InvalidColumnType(..) | Error::FromSqlConversionFailure(..) => {
            StoreError::Corrupt { path, detail }
        }
        _ => match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt) => StoreError::Corrupt { path, detail },
            Some(ErrorCode::NotADatabase) => StoreError::NotADatabase { path },
            Some(ErrorCode::DiskFull) => StoreError::DiskFull { path },
            // The log's index has no room: SQLite calls it an I/O error.
            Some(ErrorCode::SystemIoFailure) if extended_code(error) == Some(ffi::SQLITE_IOERR_SHMSIZE) => {
                StoreError::DiskFull { path }
            }
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                StoreError::Unwritable { path, detail }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { path },
            _ => StoreError::Failed { path, detail },
        },
    }
}

fn extended_code(error: &Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code)
}
