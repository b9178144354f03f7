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
        let fault = Fault::new(format!("the variable `{name}` is not set"))
            .label("looked for in the environment and in `.env`");
        match nearest(name, self.env.names()) {
            Some(near) => fault.hint(format!("did you mean `env:{near}`?")),
            None => fault.hint(format!(
                "write `{name}=...` into the file `.env` beside d8.toml, or set it before d8 starts"
            )),
        }
    }
}

fn secret_file(path: &Path) -> Result<SecretString, Fault> {
    let shown = path.display();
    let text = text_file::read(path)
        .map_err(|error| Fault::new(format!("the secret's file {shown} cannot be read: {error}")))?;
    match text.trim() {
        "" => Err(Fault::new(format!("the secret's file {shown} is empty"))),
        secret => Ok(SecretString::from(secret)),
    }
}
