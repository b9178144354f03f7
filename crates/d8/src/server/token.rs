//! The server's token: the one that was set, or one that D8 makes for itself and keeps in the user's data folder.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};

use crate::config::{Server, UserFolders};
use crate::private_file;
use crate::text;

/// The file's name in the user's data folder.
pub const FILE_NAME: &str = "server.token";

const TOKEN_BYTES: usize = 32;

/// The token that a server asks for.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The token itself.
    pub token: SecretString,
    /// Where it is kept; none where the configuration says it.
    pub file: Option<PathBuf>,
    /// It was made just now: to be shown this once.
    pub is_new: bool,
}

/// Why a server that needs a token has none.
#[derive(Debug)]
pub enum TokenError {
    /// There is nowhere to keep one.
    NoFolder,
    /// The file cannot be used.
    File {
        /// The file.
        path: String,
        /// It was there; else it could not be written.
        is_there: bool,
        /// Why.
        source: io::Error,
    },
    /// The system gives no randomness.
    NoRandomness(getrandom::Error),
}

impl TokenError {
    /// What to do next.
    pub fn hint(&self) -> String {
        text!("token-hint")
    }
}

impl std::error::Error for TokenError {}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::NoFolder => text!("token-no-folder"),
            Self::File { path, is_there, source } => {
                let (path, why) = (path.as_str(), source.to_string());
                match is_there {
                    true => text!("token-unreadable", path = path, why = why),
                    false => text!("token-unwritable", path = path, why = why),
                }
            }
            Self::NoRandomness(why) => text!("token-no-randomness", why = why.to_string()),
        })
    }
}

/// The token that callers must show to a server that listens there: the configuration's; else, beyond loopback, the one
/// that is kept, made if there is none yet. None where programs on this machine alone can come in.
///
/// # Errors
/// It can neither be read nor made and kept.
pub fn of_server(server: &Server, listen: SocketAddr, folders: &UserFolders) -> Result<Option<Kept>, TokenError> {
    if let Some(token) = &server.token {
        return Ok(Some(Kept {
            token: token.clone(),
            file: None,
            is_new: false,
        }));
    }
    if listen.ip().to_canonical().is_loopback() {
        return Ok(None);
    }
    let folder = folders.data.as_deref().ok_or(TokenError::NoFolder)?;
    find_or_make(folder).map(Some)
}

/// The token in a file, blanks around it cut off, for commands that talk to a server.
///
/// # Errors
/// It cannot be read, or is empty.
pub fn of_file(path: &Path) -> io::Result<SecretString> {
    let text = SecretString::from(std::fs::read_to_string(path)?);
    match text.expose_secret().trim() {
        "" => Err(io::Error::new(io::ErrorKind::InvalidData, "it is empty")),
        token => Ok(SecretString::from(token)),
    }
}

fn find_or_make(folder: &Path) -> Result<Kept, TokenError> {
    let path = folder.join(FILE_NAME);
    let found = match of_file(&path) {
        Ok(token) => {
            // It may have come from a backup, or from a copy by hand.
            private_file::close_to_others(&path);
            Some(token)
        }
        // Empty: a disk was full, or somebody wants another one.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData) => None,
        Err(source) => return Err(unusable(&path, true, source)),
    };
    let is_new = found.is_none();
    let token = match found {
        Some(token) => token,
        None => {
            let token = make()?;
            let line = format!("{}\n", token.expose_secret());
            std::fs::create_dir_all(folder)
                .and_then(|()| private_file::write(&path, line.as_bytes()))
                .map_err(|source| unusable(&path, false, source))?;
            token
        }
    };
    Ok(Kept {
        token,
        file: Some(path),
        is_new,
    })
}

fn unusable(path: &Path, is_there: bool, source: io::Error) -> TokenError {
    TokenError::File {
        path: path.display().to_string(),
        is_there,
        source,
    }
}

/// In letters that a URL holds as they are.
fn make() -> Result<SecretString, TokenError> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(TokenError::NoRandomness)?;
    Ok(SecretString::from(URL_SAFE_NO_PAD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn beyond() -> SocketAddr {
        "0.0.0.0:5000".parse().unwrap()
    }

    fn folders(data: &Path) -> UserFolders {
        UserFolders {
            config: None,
            data: Some(data.join("d8")),
        }
    }

    #[test]
    fn beyond_loopback_a_token_is_made_once_and_found_again() {
        let home = tempfile::tempdir().unwrap();
        let first = of_server(&Server::default(), beyond(), &folders(home.path()))
            .unwrap()
            .unwrap();
        assert!(first.is_new);
        assert_eq!(first.token.expose_secret().len(), 43);
        let again = of_server(&Server::default(), beyond(), &folders(home.path()))
            .unwrap()
            .unwrap();
        assert!(!again.is_new);
        assert_eq!(again.token.expose_secret(), first.token.expose_secret());
        let file = again.file.unwrap();
        assert_eq!(of_file(&file).unwrap().expose_secret(), first.token.expose_secret());
        assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let kept = of_server(&Server::default(), beyond(), &folders(home.path()))
            .unwrap()
            .unwrap();
        let file = kept.file.unwrap();
        let mode = || file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        of_server(&Server::default(), beyond(), &folders(home.path())).unwrap();
        assert_eq!(mode(), 0o600);
    }

    #[test]
    fn on_loopback_none_is_needed_and_a_set_one_counts_everywhere() {
        let home = tempfile::tempdir().unwrap();
        let loopback = "[::1]:5000".parse().unwrap();
        assert!(
            of_server(&Server::default(), loopback, &folders(home.path()))
                .unwrap()
                .is_none()
        );
        let set = Server {
            token: Some(SecretString::from("test-key-1")),
            ..Server::default()
        };
        for listen in [loopback, beyond()] {
            let kept = of_server(&set, listen, &UserFolders::default()).unwrap().unwrap();
            assert_eq!(kept.token.expose_secret(), "test-key-1");
            assert!(!kept.is_new);
        }
    }

    #[test]
    fn an_emptied_file_asks_for_another_and_no_folder_is_an_error_with_a_way_out() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(FILE_NAME);
        std::fs::write(&path, "\n").unwrap();
        assert!(find_or_make(home.path()).unwrap().is_new);
        let error = of_server(&Server::default(), beyond(), &UserFolders::default()).unwrap_err();
        assert!(error.hint().contains("[server] token"), "{error}");
    }
}
