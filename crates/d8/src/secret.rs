//! Keys: where they are read from, and the little of them that may be shown.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// Where a secret is kept, as `api_key` and `token` in d8.toml say it.
#[derive(Clone, Debug)]
pub enum SecretSource {
    /// `env:NAME`: a variable of the environment or of `.env`.
    Variable(String),
    /// `file:PATH`: all that a file holds, blanks around it cut off.
    File(PathBuf),
    /// The secret itself.
    Literal(SecretString),
}

impl SecretSource {
    /// Reads the notation; whatever begins neither with `env:` nor with `file:` is the secret itself.
    pub fn parse(text: &SecretString) -> Self {
        let written = text.expose_secret();
        if let Some(name) = written.strip_prefix("env:") {
            Self::Variable(name.trim().to_owned())
        } else if let Some(path) = written.strip_prefix("file:") {
            Self::File(PathBuf::from(path.trim()))
        } else {
            Self::Literal(text.clone())
        }
    }
}

/// Sixteen hex digits that stand for one credential: the same for the same provider, base URL and key whatever the
/// account is called, and no way back to the key. Without a key the provider and base URL alone decide.
pub fn fingerprint(provider: &str, base_url: &str, key: Option<&SecretString>) -> String {
    let mut hash = Sha256::new();
    for part in [provider, base_url, key.map_or("", |key| key.expose_secret())] {
        // The length goes first, so that no two different triples ever hash the same bytes.
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Whether a key is only the example text of a template, such as `your_groq_api_key_here`.
pub fn is_placeholder(key: &SecretString) -> bool {
    let key = key.expose_secret().to_ascii_lowercase();
    key.starts_with("your_") || key.starts_with("your-") || key.ends_with("_here")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[test]
    fn the_notation_tells_where_a_secret_is() {
        assert!(
            matches!(SecretSource::parse(&key("env:GROQ_API_KEY")), SecretSource::Variable(name) if name == "GROQ_API_KEY")
        );
        assert!(
            matches!(SecretSource::parse(&key("file:keys/groq")), SecretSource::File(path) if path.as_os_str() == "keys/groq")
        );
        assert!(matches!(
            SecretSource::parse(&key("test-key-1")),
            SecretSource::Literal(_)
        ));
    }

    #[test]
    fn a_fingerprint_depends_on_each_part_and_shows_none() {
        let one = fingerprint("groq", "https://a.test/v1", Some(&key("test-key-1")));
        assert_eq!(one.len(), 16);
        assert_eq!(one, fingerprint("groq", "https://a.test/v1", Some(&key("test-key-1"))));
        for other in [
            fingerprint("groq", "https://a.test/v1", Some(&key("test-key-2"))),
            fingerprint("groq", "https://b.test/v1", Some(&key("test-key-1"))),
            fingerprint("openai", "https://a.test/v1", Some(&key("test-key-1"))),
            fingerprint("groq", "https://a.test/v1", None),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn debug_output_keeps_the_secret() {
        assert!(!format!("{:?}", SecretSource::parse(&key("test-key-1"))).contains("test-key-1"));
    }

    #[test]
    fn template_texts_are_no_keys() {
        assert!(is_placeholder(&key("your_groq_api_key_here")));
        assert!(!is_placeholder(&key("test-key-1")));
    }
}
