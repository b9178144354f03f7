//! What a worker says to whoever watches it: one line for each thing that happens.

use std::time::Duration;

use d8_core::message::Outcome;
use serde_json::Value;

use super::link::Link;
use crate::cli::{Failure, say};
use crate::protocol::{AttemptName, Registration, Terms};
use crate::worker::Concluded;

/// Who it is, and whose limits hold.
pub(super) fn begin(registration: &Registration, terms: &Terms, origin: &str) {
    let Registration {
        worker_id, worker_type, ..
    } = registration;
    let slots = registration.d8.as_ref().map_or(0, |introduction| introduction.slots);
    say(&format!(
        "worker {worker_id} ({worker_type}) works for {origin}, up to {slots} attempts at once"
    ));
    say(&format!(
        "it serves account `{}` ({}); its limits are kept by the orchestrator; Ctrl-C ends it",
        terms.account,
        models(&terms.models)
    ));
}

fn models(models: &[String]) -> String {
    match models {
        [] => "no models".to_owned(),
        [only] => only.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

/// How an attempt ended.
pub(super) fn ended(name: &AttemptName, concluded: &Concluded, took: Duration) {
    let AttemptName { task_id, attempt } = name;
    say(&format!("task {task_id}, attempt {attempt}: {}", what(concluded, took)));
    if let Some(next) = next_step(&concluded.report.outcome) {
        say(&format!("hint: {next}"));
    }
}

fn what(concluded: &Concluded, took: Duration) -> String {
    let seconds = took.as_secs_f32();
    let with_words = |what: &str| match words(concluded) {
        Some(words) => format!("{what}: {words}"),
        None => what.to_owned(),
    };
    match &concluded.report.outcome {
        Outcome::Answered(Some(usage)) => format!(
            "answered in {seconds:.1} s, {} tokens in, {} out",
            usage.input_tokens, usage.output_tokens
        ),
        Outcome::Answered(None) => format!("answered in {seconds:.1} s"),
        Outcome::Refused { .. } => with_words("refused for quota, so it waits"),
        Outcome::Overloaded { .. } => with_words("the provider is overloaded"),
        Outcome::Fault { .. } => with_words("no answer"),
        Outcome::Cut => with_words("its stream broke off"),
        Outcome::TooLarge => with_words("too large for this model"),
        Outcome::Rejected => with_words("the request is refused"),
        Outcome::BadKey => with_words("the provider refuses the key"),
        Outcome::NoMoney => with_words("the account has no money"),
        Outcome::ModelUnavailable => with_words("the account does not have the model"),
        Outcome::GivenBack => "given back unsent".to_owned(),
    }
}

fn next_step(outcome: &Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::BadKey => {
            Some("put the right key where this worker's is, start it again, and unpark the account: d8 accounts unpark")
        }
        Outcome::NoMoney => Some("pay the provider, then unpark the account: d8 accounts unpark"),
        Outcome::ModelUnavailable => Some("name other models for the account in d8.toml"),
        _ => None,
    }
}

/// The provider's own words, on one line.
fn words(concluded: &Concluded) -> Option<String> {
    let body: Value = serde_json::from_slice(&concluded.result.as_ref()?.body).ok()?;
    let words = body["error"]["message"].as_str()?;
    let one_line: Vec<&str> = words.split_whitespace().collect();
    Some(one_line.join(" ").chars().take(300).collect())
}

/// A report that the orchestrator does not want.
pub(super) fn not_taken(name: &AttemptName, status: u16, message: &str) {
    let AttemptName { task_id, attempt } = name;
    let why = match status {
        409 => "the attempt is no longer this worker's".to_owned(),
        _ => format!("HTTP {status}: {message}"),
    };
    say(&format!(
        "task {task_id}, attempt {attempt}: the report is dropped: {why}"
    ));
}

/// The user wants an end.
pub(super) fn ending(under_way: usize, drain: Duration) {
    say(&format!(
        "ending: {under_way} under way may take {} s more; Ctrl-C again ends at once",
        drain.as_secs()
    ));
}

/// The orchestrator does not take the worker.
pub(super) fn not_let_in(link: &Link, status: u16, message: &str) -> Failure {
    let origin = link.origin();
    let failure = Failure::not_started(format!(
        "the orchestrator at {origin} does not take this worker: {message}"
    ));
    match status {
        401 | 403 => failure.hint(format!(
            "give its token with the URL, as in http://d8:TOKEN@HOST:PORT, or as {}",
            crate::config::env_names::D8_TOKEN
        )),
        200 | 404 | 405 | 501 => failure.hint("look whether d8 up runs there, and in this version"),
        _ => failure.hint("look at what d8 up said when it started there"),
    }
}
