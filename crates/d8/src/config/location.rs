//! Finds d8.toml, the `.env` files beside it, and the user's own folders.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::environment::Environment;
use super::fault::Fault;
use super::text_file;
use crate::{text, words};

/// The file's name.
pub const FILE_NAME: &str = "d8.toml";
/// The file of variables beside it.
pub const DOTENV_NAME: &str = ".env";

/// Where a user's programs keep things; none where the system does not say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct UserFolders {
    /// `~/.config/d8`; on Windows below `AppData\Roaming`.
    pub config: Option<PathBuf>,
    /// `~/.local/share/d8`; on Windows below `AppData\Roaming`.
    pub data: Option<PathBuf>,
}

impl UserFolders {
    /// Those of the user who runs this process.
    pub fn of_user() -> Self {
        match etcetera::choose_base_strategy() {
            Ok(folders) => Self {
                config: Some(folders.config_dir().join("d8")),
                data: Some(folders.data_dir().join("d8")),
            },
            Err(_) => Self::default(),
        }
    }
}

/// A file that was found and read.
pub(crate) struct Source {
    /// Where it is.
    pub(crate) path: Option<PathBuf>,
    /// What errors call it.
    pub(crate) shown: String,
    /// What it says.
    pub(crate) text: String,
}

/// The file that would be read, whether it can be or not.
pub fn path(options: &super::LoadOptions) -> Option<PathBuf> {
    let named = options.config_path.as_ref().map(|named| options.cwd.join(named));
    let here = || Some(options.cwd.join(FILE_NAME)).filter(|path| path.exists());
    let of_user = || {
        let path = options.folders.config.as_ref().map(|folder| folder.join(FILE_NAME));
        path.filter(|path| path.is_file())
    };
    named.or_else(here).or_else(of_user)
}

/// The file that the user named, else `./d8.toml`, else the one in the user's config folder, else none.
pub(crate) fn find(named: Option<&Path>, cwd: &Path, folders: &UserFolders) -> Result<Option<Source>, Fault> {
    if let Some(named) = named {
        let path = cwd.join(named);
        if !path.is_file() {
            return Err(Fault::new(text!("fault-no-file", file = named.display().to_string()))
                .hint(text!("fault-config-names")));
        }
        return read(path, named.display().to_string()).map(Some);
    }
    let here = cwd.join(FILE_NAME);
    // One that is there and no file is no reason to take another.
    if here.exists() {
        return read(here, FILE_NAME.to_owned()).map(Some);
    }
    match folders
        .config
        .as_ref()
        .map(|folder| folder.join(FILE_NAME))
        .filter(|path| path.is_file())
    {
        Some(path) => read(path.clone(), path.display().to_string()).map(Some),
        None => Ok(None),
    }
}

fn read(path: PathBuf, shown: String) -> Result<Source, Fault> {
    match text_file::read(&path) {
        Ok(text) => Ok(Source {
            path: Some(path),
            shown,
            text,
        }),
        Err(error) => Err(Fault::new(text!(
            "fault-unreadable",
            file = shown,
            error = error.to_string()
        ))),
    }
}

/// Adds the `.env` files of these folders, the first folder's word before the second's.
pub(crate) fn add_dotenv(env: &mut Environment, folders: &[&Path], notices: &mut Vec<String>) {
    let mut done: Vec<PathBuf> = Vec::new();
    for folder in folders {
        let path = folder.join(DOTENV_NAME);
        if done.contains(&path) || !path.is_file() {
            continue;
        }
        match text_file::read(&path).map(|text| env.add_dotenv_file(&text, &path)) {
            Ok(0) => {}
            Ok(unreadable) => notices.push(text!(
                "dotenv-odd-entries",
                file = path.display().to_string(),
                count = unreadable
            )),
            Err(error) => notices.push(text!(
                "dotenv-unreadable",
                file = path.display().to_string(),
                why = words::system(&error)
            )),
        }
        done.push(path);
    }
}
