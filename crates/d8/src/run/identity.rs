//! What makes a run the same run, and a line the same line, when the command is given again.

use std::collections::HashMap;
use std::path::Path;

use d8_wire::ChatRequest;
use sha2::{Digest, Sha256};

/// The name of a run that has none of its own.
pub(super) fn run_name(host: &str, path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    format!("{host}:{}", absolute.display())
}

/// The name of a run that comes from standard input and goes to standard output.
pub(super) fn run_name_of_content(content: &[u8]) -> String {
    let hash = Sha256::digest(content);
    format!(
        "input:{}",
        hash.iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    )
}

/// Tells lines apart by id and request, and equal ones by how many came before; never by their place.
#[derive(Debug, Default)]
pub(super) struct LineKeys {
    seen: HashMap<u128, u32>,
}

impl LineKeys {
    /// The identity of the next line.
    pub(super) fn next(&mut self, id: Option<&str>, request: &ChatRequest) -> u128 {
        let named: &[u8] = if id.is_some() { b"named" } else { b"nameless" };
        let alike = hash(&[named, id.unwrap_or_default().as_bytes(), &request.to_bytes()]);
        let count = self.seen.entry(alike).or_insert(0);
        *count += 1;
        hash(&[&alike.to_le_bytes(), &count.to_le_bytes()])
    }
}

fn hash(parts: &[&[u8]]) -> u128 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let mut key = [0; 16];
    key.copy_from_slice(&hash.finalize()[..16]);
    u128::from_le_bytes(key)
}

/// This machine's name.
pub(crate) fn host() -> String {
    #[cfg(unix)]
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    #[cfg(not(unix))]
    let name = std::env::var(crate::config::env_names::COMPUTERNAME).unwrap_or_default();
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lines_are_told_apart_by_count_and_not_by_place() {
        let (a, b) = (ChatRequest::from_prompt("a"), ChatRequest::from_prompt("b"));
        let mut first = LineKeys::default();
        let [a1, b1, a2] = [first.next(None, &a), first.next(None, &b), first.next(None, &a)];
        assert_ne!(a1, a2);
        let mut second = LineKeys::default();
        assert_eq!(
            [b1, a1, a2],
            [second.next(None, &b), second.next(None, &a), second.next(None, &a)]
        );
    }

    #[test]
    fn id_and_request_both_count() {
        let request = ChatRequest::from_prompt("a");
        let key = |id| LineKeys::default().next(id, &request);
        assert_ne!(key(None), key(Some("x")));
        assert_ne!(key(None), key(Some("\0")));
        assert_ne!(
            key(Some("x")),
            LineKeys::default().next(Some("x"), &request.with_model("m"))
        );
    }
}
