//! `[store]`: where the truth is kept.

use std::path::{Path, PathBuf};

use super::env_names;
use super::fault::Fault;
use super::file::StoreTable;
use super::server::Setting;
use super::surroundings::Surroundings;
use crate::text;

/// The default store's file.
const FILE_NAME: &str = "d8.db";

/// Where the store is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StoreLocation {
    /// A SQLite file.
    Sqlite(PathBuf),
}

/// Judges `[store]`. Without a url it is `d8.db` in `default_folder`.
pub(crate) fn judge(
    table: &StoreTable,
    default_folder: &Path,
    around: &Surroundings<'_>,
) -> Result<StoreLocation, Fault> {
    match Setting::find(table.url.as_ref(), env_names::D8_STORE__URL, around) {
        Some(setting) => setting.read(|url| location(url, around)),
        None => Ok(StoreLocation::Sqlite(default_folder.join(FILE_NAME))),
    }
}

/// The complaint does not repeat the URL, which may hold a password.
fn location(url: &str, around: &Surroundings<'_>) -> Result<StoreLocation, Fault> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        return match path.is_empty() {
            true => {
                Err(Fault::new(text!("fault-store-nameless"))
                    .hint(text!("fault-write-it-like", example = "sqlite:d8.db")))
            }
            false => Ok(StoreLocation::Sqlite(around.path(path))),
        };
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Err(Fault::new(text!("fault-no-postgres")).hint(text!("fault-store-use-file")));
    }
    Err(Fault::new(text!("fault-store-unknown")).hint(text!("fault-write-it-like", example = "sqlite:d8.db")))
}
