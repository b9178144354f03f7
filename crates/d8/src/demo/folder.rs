//! A folder for the time of the demonstration.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Removed when dropped, as far as the system lets it.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// A new one among the system's temporary folders, which nobody else knows.
    pub(super) fn make() -> io::Result<Self> {
        let mut name = [0_u8; 8];
        getrandom::fill(&mut name).map_err(io::Error::other)?;
        let path = std::env::temp_dir().join(format!("d8-demo-{:016x}", u64::from_ne_bytes(name)));
        let mut folder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(&path)?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Threads that are about to end may hold files open, which keeps Windows from removing them.
    pub(super) async fn remove(self) {
        for _ in 0..20 {
            if std::fs::remove_dir_all(&self.0).is_ok() || !self.0.exists() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
