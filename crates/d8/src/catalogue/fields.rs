//! The single values of an entry: what each may be, and what it means.

use d8_core::money::{Picodollars, Price};
use d8_core::usage::OutputCharge;
use reqwest::Url;
use toml::Spanned;

use super::table::{PriceTable, Text};
use super::{HeaderStyle, Wire, price};
use crate::config::fault::{Fault, one_of};

/// The wires; none of ours for one that D8 does not speak yet.
pub(super) const WIRES: [(&str, Option<Wire>); 3] = [
    ("openai", Some(Wire::OpenAi)),
    ("gemini", Some(Wire::Gemini)),
    ("anthropic", None),
];

/// The styles of headers.
pub(super) const HEADERS: [(&str, HeaderStyle); 6] = [
    ("groq", HeaderStyle::Groq),
    ("openai", HeaderStyle::OpenAi),
    ("mistral", HeaderStyle::Mistral),
    ("cerebras", HeaderStyle::Cerebras),
    ("sambanova", HeaderStyle::SambaNova),
    ("none", HeaderStyle::None),
];

/// When output tokens are charged.
pub(super) const CHARGES: [(&str, OutputCharge); 2] = [
    ("at_admission", OutputCharge::AtAdmission),
    ("as_produced", OutputCharge::AsProduced),
];

/// The meaning of a word that must be one of a few, where it was written.
pub(super) fn judged<T: Copy>(what: &str, written: Option<&Text>, meanings: &[(&str, T)]) -> Result<Option<T>, Fault> {
    let judge = |text: &Text| one_of(what, text.as_ref(), meanings).map_err(|fault| fault.at(text.span()));
    written.map(judge).transpose()
}

/// `https://api.example.com`, without a slash at its end. The complaint does not repeat the text: it may hold a password.
pub(super) fn bare_origin(text: &Text) -> Result<String, Fault> {
    let bad = |why: &str| {
        Fault::new(format!("this is not an origin: {why}"))
            .at(text.span())
            .hint("write it like `https://api.example.com`; the rest of the address is `path`")
    };
    let url = Url::parse(text.as_ref().trim()).map_err(|error| bad(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("it must begin with http:// or https://"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(bad("it has a path"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// `/openai/v1`, or nothing.
pub(super) fn version_path(text: &Text) -> Result<String, Fault> {
    let path = text.as_ref().trim().trim_end_matches('/');
    if path.is_empty() || path.starts_with('/') {
        return Ok(path.to_owned());
    }
    Err(Fault::new("a path begins with a slash")
        .at(text.span())
        .hint(format!("write it like `/{path}`")))
}

/// The name of a variable. The complaint does not repeat the text: it may be the key itself.
pub(super) fn variable(text: &Text) -> Result<String, Fault> {
    let name = text.as_ref();
    let of_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') && name.chars().all(of_name) {
        return Ok(name.clone());
    }
    Err(Fault::new("this is not the name of a variable")
        .at(text.span())
        .hint("write it in capitals, like `EXAMPLE_API_KEY`; the value belongs into `.env`"))
}

/// A number of requests open at once.
pub(super) fn at_least_one(number: &Spanned<u32>) -> Result<u32, Fault> {
    match *number.as_ref() {
        0 => Err(Fault::new("`concurrency` of 0 lets nothing through")
            .at(number.span())
            .hint("give at least 1")),
        number => Ok(number),
    }
}

/// A price in dollars for a million tokens, exactly.
pub(super) fn price_of(table: &PriceTable) -> Result<Price, Fault> {
    let amount = |text: &Text| -> Result<Picodollars, Fault> {
        let read = price::per_token(text.as_ref());
        read.ok_or_else(|| Fault::new("a price is dollars for a million tokens, like \"0.59\"").at(text.span()))
    };
    Ok(Price {
        input: amount(&table.input)?,
        output: amount(&table.output)?,
    })
}
