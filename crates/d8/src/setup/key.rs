//! A key as a person gives it: what is around it is cut off, what cannot be one is refused, what looks odd is only told.

use secrecy::{ExposeSecret, SecretString};

use crate::catalogue::Provider;
use crate::secret::is_placeholder;

/// Why a text is no key. None of them repeats it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum NoKey {
    /// There is nothing.
    Empty,
    /// It is the example text of a template.
    Placeholder,
    /// There is white space in its middle, or what no header can carry: two keys, or a sentence.
    Unfit,
}

/// The key in what was typed or pasted: without white space and quotes around it, and without the `NAME=` of a line
/// that was copied from a `.env` file.
///
/// # Errors
/// It is no key.
pub fn clean(text: &SecretString) -> Result<SecretString, NoKey> {
    let text = text.expose_secret().trim().trim_start_matches('\u{feff}');
    let text = match text.split_once('=') {
        Some((name, rest)) if is_variable(name) && !rest.trim().is_empty() => rest,
        _ => text,
    };
    let text = text.trim().trim_matches(['"', '\'', '`', '“', '”']).trim();
    let key = SecretString::from(text);
    match () {
        () if text.is_empty() => Err(NoKey::Empty),
        () if is_placeholder(&key) => Err(NoKey::Placeholder),
        () if !text.bytes().all(|byte| byte.is_ascii_graphic()) => Err(NoKey::Unfit),
        () => Ok(key),
    }
}

fn is_variable(name: &str) -> bool {
    let name = name.trim().trim_start_matches("export ");
    let is_of_variable = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.contains('_') && name.bytes().all(is_of_variable)
}

/// How keys of the provider begin, where this one begins otherwise: "gsk_", or "AIza, AQ.". None where it is as they are.
pub fn doubt(key: &SecretString, provider: &Provider) -> Option<String> {
    let begins = &provider.key_begins;
    let fits = begins.iter().any(|begin| key.expose_secret().starts_with(begin));
    (!begins.is_empty() && !fits).then(|| begins.join(", "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::catalogue::Catalogue;

    fn cleaned(text: &str) -> Result<String, NoKey> {
        clean(&SecretString::from(text)).map(|key| key.expose_secret().to_owned())
    }

    #[test]
    fn what_is_around_a_key_is_cut_off() {
        for text in [
            "test-key-1",
            "  test-key-1\r\n",
            "\"test-key-1\"",
            "'test-key-1' ",
            "\u{feff}test-key-1",
            "GROQ_API_KEY=test-key-1",
            "export GROQ_API_KEY=\"test-key-1\"\n",
        ] {
            assert_eq!(cleaned(text).as_deref(), Ok("test-key-1"), "{text:?}");
        }
        assert_eq!(
            cleaned("ab==").as_deref(),
            Ok("ab=="),
            "an equals sign may belong to it"
        );
    }

    #[test]
    fn what_cannot_be_a_key_is_refused() {
        for (text, why) in [
            ("", NoKey::Empty),
            ("  \"\" \n", NoKey::Empty),
            ("your_groq_api_key_here", NoKey::Placeholder),
            ("GROQ_API_KEY=your_groq_api_key_here", NoKey::Placeholder),
            ("two keys", NoKey::Unfit),
            ("one\ntwo", NoKey::Unfit),
            ("clé", NoKey::Unfit),
        ] {
            assert_eq!(cleaned(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn another_beginning_is_told_and_refused_by_nobody() {
        let catalogue = Catalogue::builtin();
        let doubted = |id: &str, key: &str| doubt(&SecretString::from(key), catalogue.provider(id).unwrap());
        assert_eq!(doubted("groq", "test-key-1").as_deref(), Some("gsk_"));
        assert_eq!(doubted("groq", "gsk_test"), None);
        assert_eq!(doubted("gemini", "test-key-1").as_deref(), Some("AIza, AQ."));
        assert_eq!(doubted("mistral", "test-key-1"), None);
    }
}
