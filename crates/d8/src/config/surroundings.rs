//! What the judges of a configuration look up outside of the file.

use std::path::{Path, PathBuf};

use d8_core::time::Timestamp;
use secrecy::SecretString;

use super::environment::Environment;
use super::fault::Fault;
use super::suggestion::nearest;
use super::text_file;
use crate::catalogue::Catalogue;
use crate::secret::SecretSource;
use crate::text;

/// The world around a configuration.
pub(crate) struct Surroundings<'a> {
    /// Variables, those of `.env` among them.
    pub(crate) env: &'a Environment,
    /// What paths in the file are relative to.
    pub(crate) folder: &'a Path,
    /// What is known of providers.
    pub(crate) catalogue: &'a Catalogue,
    /// The present.
    pub(crate) now: Timestamp,
}

impl Surroundings<'_> {
    /// A path of the file.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.folder.join(path)
    }

    /// The secret behind a notation. Fails where its variable is not set or its file cannot be read.
    pub(crate) fn secret(&self, written: &SecretString) -> Result<SecretString, Fault> {
        match SecretSource::parse(written) {
            SecretSource::Literal(secret) => Ok(secret),
            SecretSource::Variable(name) => self
                .env
                .get(&name)
                .map(SecretString::from)
                .ok_or_else(|| self.not_set(&name)),
            SecretSource::File(path) => secret_file(&self.path(path)),
        }
    }

    fn not_set(&self, name: &str) -> Fault {
        let fault = Fault::new(text!("fault-variable-unset", name = name)).label(text!("fault-looked-for-in"));
        match nearest(name, self.env.names()) {
            Some(near) => fault.hint(text!("fault-did-you-mean", near = format!("env:{near}"))),
            None => fault.hint(text!("fault-set-variable", name = name)),
        }
    }
}

fn secret_file(path: &Path) -> Result<SecretString, Fault> {
    let shown = path.display();
    let text = text_file::read(path).map_err(|error| {
        Fault::new(text!(
            "fault-secret-unreadable",
            file = shown.to_string(),
            error = error.to_string()
        ))
    })?;
    match text.trim() {
        "" => Err(Fault::new(text!("fault-secret-empty", file = shown.to_string()))),
        secret => Ok(SecretString::from(secret)),
    }
}
