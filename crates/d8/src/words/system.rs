//! What the operating system refuses. In English that is said in its own words; in other languages the common troubles have
//! words of ours.

use std::io::{Error, ErrorKind};

use crate::text;

/// "No such file or directory (os error 2)", "no existe ese archivo o carpeta".
pub fn system(error: &Error) -> String {
    let kind = match error.kind() {
        ErrorKind::NotFound => "not-found",
        ErrorKind::PermissionDenied => "not-allowed",
        ErrorKind::AlreadyExists => "exists",
        ErrorKind::IsADirectory => "is-folder",
        ErrorKind::NotADirectory => "no-folder",
        ErrorKind::StorageFull => "full",
        ErrorKind::ReadOnlyFilesystem => "read-only",
        ErrorKind::ConnectionRefused => "refused",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => "reset",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "unreachable",
        ErrorKind::TimedOut => "timeout",
        ErrorKind::InvalidData => "no-text",
        _ => "other",
    };
    // Errors that programs make carry words of their own, those of the system a number.
    let kind = if error.raw_os_error().is_none() && kind != "no-text" {
        "other"
    } else {
        kind
    };
    text!("system-error", kind = kind, words = error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::language::Language;
    use crate::words::language::tests::speaking;

    #[test]
    fn the_system_speaks_for_itself_in_english() {
        let missing = std::fs::read("/no/such/file").err();
        let said = || missing.as_ref().map(system);
        assert_eq!(said(), missing.as_ref().map(ToString::to_string));
        assert_eq!(
            speaking(Language::Spanish, said).as_deref(),
            Some("no existe ese archivo o carpeta")
        );
        let own = Error::other("words of ours");
        assert_eq!(speaking(Language::Spanish, || system(&own)), "words of ours");
    }
}
