//! Writes a file that nobody but its owner may read: keys and tokens.

use std::io::{self, Write};
use std::path::Path;

/// Whether the file is closed to others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Closed {
    /// It is.
    Yes,
    /// It is as open as its folder: why it could not be closed.
    No(String),
}

/// Replaces or makes the file. It is written under another name first: nobody ever sees half of it, nobody else sees any,
/// and whatever goes wrong the old one stays. A link stays a link, and what it names is replaced.
pub fn write(path: &Path, content: &[u8]) -> io::Result<Closed> {
    let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fresh = path.with_file_name(format!("{name}.{}", std::process::id()));
    let written = write_fresh(&fresh, content).and_then(|closed| std::fs::rename(&fresh, path).map(|()| closed));
    if written.is_err() {
        let _ = std::fs::remove_file(&fresh);
    }
    written
}

fn write_fresh(path: &Path, content: &[u8]) -> io::Result<Closed> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let closed = close_to_others(path);
    file.write_all(content)?;
    file.sync_all()?;
    Ok(closed)
}

/// Closes a file that is there, as far as the file system can: one of another system knows no modes.
#[cfg(unix)]
pub fn close_to_others(path: &Path) -> Closed {
    use std::os::unix::fs::PermissionsExt;
    match std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)) {
        Ok(()) => Closed::Yes,
        Err(error) => Closed::No(error.to_string()),
    }
}

/// Closes a file that is there: takes away what the folder gives to others and leaves the owner alone, whatever the owner is called here.
#[cfg(not(unix))]
pub fn close_to_others(path: &Path) -> Closed {
    const OWNER: &str = "*S-1-3-4:F";
    let told = std::process::Command::new("icacls")
        .arg(path)
        .args(["/inheritance:r", "/grant:r", OWNER, "/q"])
        .output();
    match told {
        Ok(told) if told.status.success() => Closed::Yes,
        Ok(told) => Closed::No(String::from_utf8_lossy(&told.stderr).trim().to_owned()),
        Err(error) => Closed::No(format!("icacls: {error}")),
    }
}

/// Whether others than the owner can read a file that is there; a system without modes does not say so.
pub fn is_open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        path.metadata()
            .is_ok_and(|found| found.permissions().mode() & 0o044 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn it_replaces_all_and_leaves_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        std::fs::write(&path, "something longer than what comes").unwrap();
        write(&path, b"A=1\n").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"A=1\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn it_is_the_owners_alone_and_a_link_stays_one() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("keys"), folder.path().join(".env"));
        std::fs::write(&target, "").unwrap();
        std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o644)).unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert_eq!(write(&link, b"A=1\n").unwrap(), Closed::Yes);
        assert!(link.is_symlink());
        assert_eq!(target.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
