//! The TOML reader's complaints in the words of d8.toml.

use super::fault::Fault;

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
        return Fault::new(format!("{key} is missing"));
    }
    for (prefix, what) in [("invalid type: ", "wrong type"), ("invalid value: ", "bad value")] {
        if let Some((found, expected)) = message
            .strip_prefix(prefix)
            .and_then(|rest| rest.rsplit_once(", expected "))
        {
            return Fault::new(format!(
                "{what}: expected {}, found {}",
                plain(expected),
                kind_of(found)
            ));
        }
    }
    Fault::new(message.to_owned())
}

/// "`lisen`, expected one of `listen`, `token`" and the like.
fn unknown_key(rest: &str) -> Fault {
    let mut names = rest.split('`').skip(1).step_by(2);
    let key = names.next().unwrap_or_default();
    Fault::new(format!("unknown key `{key}`")).choices(key, "the keys here are", names)
}

/// A Rust type in plain words.
fn plain(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of 0 or more",
        "f64" => "a number",
        "a string" => "text in quotes",
        "a sequence" => "a list in brackets",
        "a map" => "a table",
        other if other.starts_with("struct ") => "a table",
        other => other,
    }
}

/// What was found, without a text's content.
fn kind_of(found: &str) -> &str {
    match found.split_once(' ') {
        Some(("string", _)) => "text",
        None if found == "sequence" => "a list",
        None if found == "map" => "a table",
        _ => found,
    }
}
