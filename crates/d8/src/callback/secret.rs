//! The secret that callbacks are signed with: made once, and kept in a file that its owner alone can read.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::{fmt, process};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit};
use secrecy::zeroize::Zeroizing;
use sha2::Sha256;

const FILE: &str = "callback.secret";
const MARK: &str = "whsec_";
const BYTES: usize = 32;
/// What Standard Webhooks allow.
const ALLOWED: std::ops::RangeInclusive<usize> = 24..=64;

/// Signs callbacks. Cloning is cheap, and nothing shows what is inside.
#[derive(Clone)]
pub struct Secret {
    keyed: Hmac<Sha256>,
    path: PathBuf,
}

/// Why there is no secret to sign with.
#[derive(Debug, thiserror::Error)]
pub enum NoSecret {
    /// The file cannot be read or written.
    #[error("the callbacks' secret {} cannot be {what}: {error}", path.display())]
    File {
        /// Where it is kept.
        path: PathBuf,
        /// `read` or `written`.
        what: &'static str,
        /// What the system says.
        error: io::Error,
    },
    /// The file holds something else.
    #[error("{} holds no secret for callbacks: `{MARK}` and the base64 of 24 to 64 bytes is expected", .0.display())]
    Unreadable(PathBuf),
    /// The system gives no random bytes.
    #[error("no secret for callbacks can be made: the system gives no random bytes: {0}")]
    NoRandom(getrandom::Error),
}

impl NoSecret {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::File { .. } => "let d8 read and write this folder",
            Self::Unreadable(_) => {
                "put the secret back that your receivers know, or delete the file: the next start makes a new one"
            }
            Self::NoRandom(_) => "see to the system's random source; nothing else can stand in for it",
        }
    }
}

impl Secret {
    /// Reads `callback.secret` in `folder`, or makes it, and the folder too, where there is none. Fails where the file
    /// cannot be read or written, or holds no secret. Blocks for as long as the disk takes.
    pub fn load_or_make(folder: &Path) -> Result<Self, NoSecret> {
        let path = folder.join(FILE);
        let failed = |what| {
            let path = path.clone();
            move |error| NoSecret::File { path, what, error }
        };
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let fresh = fresh()?;
                make(folder, &path, &fresh).map_err(failed("written"))?;
                // Another process may have been first; what is in the file counts.
                fs::read_to_string(&path).map_err(failed("read"))?
            }
            read => read.map_err(failed("read"))?,
        };
        Self::parse(&Zeroizing::new(text), &path).ok_or(NoSecret::Unreadable(path))
    }

    /// The file that holds the secret as text, for the receiver's half: the words to show instead of the secret.
    pub fn shown_path(&self) -> &Path {
        &self.path
    }

    /// The authenticator, with the secret in it and nothing else yet.
    pub(super) fn keyed(&self) -> Hmac<Sha256> {
        self.keyed.clone()
    }

    pub(super) fn parse(text: &str, path: &Path) -> Option<Self> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim().strip_prefix(MARK)?).ok()?);
        if !ALLOWED.contains(&bytes.len()) {
            return None;
        }
        Some(Self {
            keyed: Hmac::new_from_slice(&bytes).ok()?,
            path: path.to_owned(),
        })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

fn fresh() -> Result<Zeroizing<String>, NoSecret> {
    let mut bytes = Zeroizing::new([0; BYTES]);
    getrandom::fill(&mut *bytes).map_err(NoSecret::NoRandom)?;
    Ok(Zeroizing::new(format!("{MARK}{}\n", STANDARD.encode(*bytes))))
}

/// The file appears whole or not at all, and never replaces another.
fn make(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let draft = folder.join(format!("{FILE}.{}", process::id()));
    let made = write(&draft, text).and_then(|()| put_in_place(&draft, path));
    // After a rename it is gone already.
    let _ = fs::remove_file(&draft);
    made
}

fn write(draft: &Path, text: &str) -> io::Result<()> {
    // Left by a process that died here; were it kept, its mode would be too.
    let _ = fs::remove_file(draft);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn put_in_place(draft: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Some file systems have no links.
        Err(_) => fs::rename(draft, path),
        Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn text(folder: &Path) -> String {
        fs::read_to_string(folder.join(FILE)).unwrap()
    }

    #[test]
    fn it_is_made_once_and_stays_the_same() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("not/yet");
        let made = Secret::load_or_make(&folder).unwrap();
        let written = text(&folder);
        let bytes = STANDARD.decode(written.trim().strip_prefix(MARK).unwrap()).unwrap();
        assert_eq!(bytes.len(), BYTES);
        Secret::load_or_make(&folder).unwrap();
        assert_eq!(text(&folder), written);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "the draft is gone");
        assert_eq!(made.shown_path(), folder.join(FILE));

        let other = tempfile::tempdir().unwrap();
        Secret::load_or_make(other.path()).unwrap();
        assert_ne!(text(other.path()), written);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_reads_the_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let secret = Secret::load_or_make(folder.path()).unwrap();
        let mode = fs::metadata(secret.shown_path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn all_who_make_it_at_the_same_time_get_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let (mine, theirs) = (fresh().unwrap(), fresh().unwrap());
        make(folder.path(), &path, &theirs).unwrap();
        make(folder.path(), &path, &mine).unwrap();
        assert_eq!(text(folder.path()), *theirs);
    }

    #[test]
    fn a_damaged_file_is_neither_used_nor_replaced_nor_repeated() {
        let folder = tempfile::tempdir().unwrap();
        for damaged in ["", "whsec_", "whsec_dGVzdC1rZXktMQ==", "test-key-1"] {
            fs::write(folder.path().join(FILE), damaged).unwrap();
            let error = Secret::load_or_make(folder.path()).unwrap_err();
            assert!(matches!(error, NoSecret::Unreadable(_)), "{damaged}");
            assert!(!error.to_string().contains("test-key-1"));
            assert_eq!(text(folder.path()), damaged);
        }
    }

    #[test]
    fn debug_output_keeps_the_secret() {
        let folder = tempfile::tempdir().unwrap();
        let secret = Secret::load_or_make(folder.path()).unwrap();
        let written = text(folder.path());
        let encoded = written.trim().strip_prefix(MARK).unwrap();
        let bytes = STANDARD.decode(encoded).unwrap();
        let shown = format!("{secret:?} {secret:#?}");
        for hidden in [
            encoded.to_owned(),
            format!("{bytes:?}"),
            format!("{:?}", secret.keyed()),
        ] {
            assert!(!shown.contains(&hidden), "{shown}");
        }
        assert!(shown.contains(FILE));
    }
}
