//! What the sentences of a refusal tell: the wait to the millisecond, and limits that stand in no header.

use std::time::Duration;

use super::RefusedLimit;
use crate::duration::{leading_go, leading_number};
use crate::signal::{Dimension, Period};

/// The wait that a text names: "Please retry in 55.550570083s", "try again in 1m26.4s", "wait 5631 seconds".
pub(super) fn wait(text: &str) -> Option<Duration> {
    const BEFORE: [&str; 5] = ["retry in ", "again in ", "please wait ", "retry after ", "again after "];
    let lower = text.to_ascii_lowercase();
    BEFORE.iter().find_map(|before| {
        let (_, rest) = lower.split_once(before)?;
        leading_go(rest)
            .map(|(duration, _)| duration)
            .or_else(|| spelt_out(rest))
    })
}

fn spelt_out(text: &str) -> Option<Duration> {
    let (number, rest) = leading_number(text)?;
    let unit = Period::from_word(rest.trim_start())?;
    Duration::try_from_secs_f64(number * unit.longest().as_secs_f64()).ok()
}

/// The limit that a text names, in whichever of the known ways.
pub(super) fn limit(text: &str) -> Option<RefusedLimit> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found = openrouter(&words)
        .or_else(|| github(&words))
        .or_else(|| calls_per(&words))
        .or_else(|| unit_per_period(&words))?;
    found.amount = found.amount.or_else(|| number_after(&words, "Limit"));
    found.used = number_after(&words, "Used");
    found.requested = number_after(&words, "Requested");
    found.model = model(text);
    Some(found)
}

/// "tokens per minute (TPM): Limit 12000, Used 4437, Requested 9854", "of 1,000,000 input tokens per minute".
fn unit_per_period(words: &[&str]) -> Option<RefusedLimit> {
    (1..words.len().saturating_sub(1))
        .filter(|&at| words[at] == "per")
        .find_map(|at| {
            let before = |steps: usize| at.checked_sub(steps).map_or("", |index| words[index]);
            let sort = before(2).to_ascii_lowercase();
            let dimension = dimension(before(1), &sort)?;
            let has_sort = matches!(sort.as_str(), "input" | "output");
            let amount = number(before(if has_sort { 3 } else { 2 }));
            Some(RefusedLimit {
                amount,
                ..RefusedLimit::new(dimension, Some(Period::from_word(words[at + 1])?))
            })
        })
}

fn dimension(unit: &str, sort: &str) -> Option<Dimension> {
    match (unit.to_ascii_lowercase().as_str(), sort) {
        ("requests" | "calls", _) => Some(Dimension::Requests),
        ("tokens", "input") => Some(Dimension::InputTokens),
        ("tokens", "output") => Some(Dimension::OutputTokens),
        ("tokens", _) => Some(Dimension::Tokens),
        _ => None,
    }
}

/// GitHub Models: "Rate limit of 50 per 86400s exceeded for UserByModelByDay". Zero seconds mean requests at once.
fn github(words: &[&str]) -> Option<RefusedLimit> {
    let at = words
        .windows(4)
        .position(|w| w[0] == "of" && w[2] == "per" && leading_number(w[3]).is_some())?;
    let amount = number(words[at + 1]);
    let (per, _) = leading_go(words[at + 3])?;
    let named_tokens = words.get(at + 6).is_some_and(|name| name.contains("Token"));
    let limit = match named_tokens {
        _ if per.is_zero() => RefusedLimit::new(Dimension::Concurrency, None),
        true => RefusedLimit::new(Dimension::Tokens, Some(Period::from_duration(per))),
        false => RefusedLimit::new(Dimension::Requests, Some(Period::from_duration(per))),
    };
    Some(RefusedLimit { amount, ..limit })
}

/// Cohere: "limited to 20 API calls / minute".
fn calls_per(words: &[&str]) -> Option<RefusedLimit> {
    let at = words
        .windows(3)
        .position(|w| w[0] == "calls" && w[1] == "/" && Period::from_word(w[2]).is_some())?;
    let per = Period::from_word(words[at + 2]);
    let amount = words[..at].iter().rev().find_map(|word| number(word));
    Some(RefusedLimit {
        amount,
        ..RefusedLimit::new(Dimension::Requests, per)
    })
}

/// OpenRouter: "Rate limit exceeded: free-models-per-day-high-balance".
fn openrouter(words: &[&str]) -> Option<RefusedLimit> {
    let name = words.iter().find_map(|word| word.strip_prefix("free-models-per-"))?;
    Some(RefusedLimit::new(Dimension::Requests, Period::from_word(name)))
}

/// The model after "for model" (Groq) or between "for" and "in organization" (OpenAI).
fn model(text: &str) -> Option<String> {
    let (before, _) = text.split_once(" in organization ")?;
    let (_, name) = before.rsplit_once(' ')?;
    Some(name.trim_matches('`').to_owned()).filter(|name| !name.is_empty())
}

fn number_after(words: &[&str], name: &str) -> Option<u64> {
    words
        .windows(2)
        .find(|pair| pair[0] == name)
        .and_then(|pair| number(pair[1]))
}

fn number(word: &str) -> Option<u64> {
    let digits = word.trim_end_matches([',', '.', ';', ':']).replace(',', "");
    digits.parse().ok()
}
