//! Where work comes from and answers go, and whether answers can go there.

use std::path::{Path, PathBuf};

use crate::cli::Failure;
use crate::text;

/// A file, or a standard stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// `-`.
    Standard,
    /// A path.
    File(PathBuf),
}

impl Place {
    /// `-` is the standard stream.
    pub fn parse(text: &str) -> Self {
        if text == "-" {
            Self::Standard
        } else {
            Self::File(PathBuf::from(text))
        }
    }
}

/// OUT as it will be replaced: where it is a link, what the link leads to. It must be writable and must not be the input:
/// better to know before the work than after it.
pub(super) fn of_answers(input: &Place, output: &Place) -> Result<Place, Failure> {
    let Place::File(named) = output else {
        return Ok(Place::Standard);
    };
    let out = behind_link(named);
    if matches!(input, Place::File(input) if is_same(input, &out)) {
        return Err(
            Failure::not_started(text!("run-in-and-out", path = named.display().to_string()))
                .hint(text!("run-other-output")),
        );
    }
    match problem(&out) {
        Some(problem) => Err(unwritable(named, &problem)),
        None => Ok(Place::File(out)),
    }
}

/// OUT is put in its place by renaming, which would replace the link itself.
fn behind_link(path: &Path) -> PathBuf {
    let real = path.is_symlink().then(|| path.canonicalize().ok()).flatten();
    real.unwrap_or_else(|| path.to_owned())
}

/// However they are written. A file that is not there yet is no other's.
fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn problem(out: &Path) -> Option<String> {
    let found = out.metadata().ok()?;
    if found.is_dir() {
        Some(text!("run-is-folder"))
    } else if !found.is_file() {
        // Renaming would make a file of a device or a pipe, for everybody who uses it.
        Some(text!("run-is-no-file"))
    } else if found.permissions().readonly() {
        Some(text!("run-is-read-only"))
    } else {
        None
    }
}

pub(super) fn unwritable(path: &Path, problem: &str) -> Failure {
    Failure::not_started(text!(
        "unwritable",
        path = path.display().to_string(),
        problem = problem
    ))
    .hint(text!("run-other-output-or-rights"))
}
