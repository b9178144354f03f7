//! The TOML reader's complaints in the words of d8.toml.

use super::fault::Fault;
use crate::text;

/// What the reader found wrong, with a suggestion for an unknown key. Values that it quotes are left out: they may be
/// secrets.
pub(crate) fn fault(error: &toml::de::Error) -> Fault {
    let fault = describe(error.message());
    match error.span() {
        Some(span) => fault.at(span),
        None => fault,
    }
}

fn describe(message: &str) -> Fault {
    if let Some(rest) = message.strip_prefix("unknown field ") {
        return unknown_key(rest);
    }
    if let Some(key) = message.strip_prefix("missing field ") {
        return Fault::new(text!("fault-missing-key", key = key));
    }
    for (prefix, what) in [
        ("invalid type: ", text!("fault-wrong-type")),
        ("invalid value: ", text!("fault-bad-value")),
    ] {
        if let Some((found, expected)) = message
            .strip_prefix(prefix)
            .and_then(|rest| rest.rsplit_once(", expected "))
        {
            return Fault::new(text!(
                "fault-expected-found",
                what = what,
                expected = plain(expected),
                found = kind_of(found)
            ));
        }
    }
    Fault::new(message.to_owned())
}

/// "`lisen`, expected one of `listen`, `token`" and the like.
fn unknown_key(rest: &str) -> Fault {
    let mut names = rest.split('`').skip(1).step_by(2);
    let key = names.next().unwrap_or_default();
    Fault::new(text!("fault-unknown-key", key = key)).choices(key, &text!("fault-keys-here"), names)
}

/// A Rust type in plain words.
fn plain(expected: &str) -> String {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => text!("fault-a-whole-number"),
        "f64" => text!("fault-a-number"),
        "a string" => text!("fault-quoted-text"),
        "a sequence" => text!("fault-list-in-brackets"),
        "a map" => text!("fault-a-table"),
        other if other.starts_with("struct ") => text!("fault-a-table"),
        other => other.to_owned(),
    }
}

/// What was found, without a text's content.
fn kind_of(found: &str) -> String {
    match found.split_once(' ') {
        Some(("string", _)) => text!("fault-text"),
        Some(("integer", number)) => text!("fault-an-integer", number = number),
        Some(("boolean", value)) => text!("fault-a-boolean", value = value),
        None if found == "sequence" => text!("fault-a-list"),
        None if found == "map" => text!("fault-a-table"),
        _ => found.to_owned(),
    }
}
