//! What a worker says to whoever watches it: one line for each thing that happens.

use std::time::Duration;

use d8_core::message::Outcome;
use serde_json::Value;

use super::link::Link;
use crate::cli::{Failure, say};
use crate::protocol::{AttemptName, Registration, Terms};
use crate::text;
use crate::worker::Concluded;

/// Who it is, and whose limits hold.
pub(super) fn begin(registration: &Registration, terms: &Terms, origin: &str) {
    let Registration {
        worker_id, worker_type, ..
    } = registration;
    let slots = registration.d8.as_ref().map_or(0, |introduction| introduction.slots);
    say(&text!(
        "worker-begins",
        worker = worker_id.as_str(),
        kind = worker_type.as_str(),
        origin = origin,
        slots = slots
    ));
    say(&text!(
        "worker-serves",
        account = terms.account.as_str(),
        models = models(&terms.models)
    ));
}

fn models(models: &[String]) -> String {
    match models {
        [] => text!("worker-no-models"),
        [only] => only.clone(),
        [first, rest @ ..] => text!("worker-models", first = first.as_str(), more = rest.len()),
    }
}

/// How an attempt ended.
pub(super) fn ended(name: &AttemptName, concluded: &Concluded, took: Duration) {
    let AttemptName { task_id, attempt } = name;
    say(&text!(
        "worker-ended",
        task = task_id.as_str(),
        attempt = attempt.to_string(),
        what = what(concluded, took)
    ));
    if let Some(next) = next_step(&concluded.report.outcome) {
        say(&text!("hint", message = next));
    }
}

fn what(concluded: &Concluded, took: Duration) -> String {
    let seconds = format!("{:.1}", took.as_secs_f32());
    let with_words = |what: String| match words(concluded) {
        Some(words) => format!("{what}: {words}"),
        None => what,
    };
    match &concluded.report.outcome {
        Outcome::Answered(Some(usage)) => text!(
            "worker-answered-tokens",
            seconds = seconds,
            input = usage.input_tokens,
            output = usage.output_tokens
        ),
        Outcome::Answered(None) => text!("worker-answered", seconds = seconds),
        Outcome::Refused { .. } => with_words(text!("worker-refused")),
        Outcome::Overloaded { .. } => with_words(text!("worker-overloaded")),
        Outcome::Fault { .. } => with_words(text!("worker-no-answer")),
        Outcome::Cut => with_words(text!("worker-cut")),
        Outcome::TooLarge => with_words(text!("worker-too-large")),
        Outcome::Rejected => with_words(text!("worker-rejected")),
        Outcome::BadKey => with_words(text!("worker-bad-key")),
        Outcome::NoMoney => with_words(text!("worker-no-money")),
        Outcome::ModelUnavailable => with_words(text!("worker-no-model")),
        Outcome::GivenBack => text!("worker-given-back"),
    }
}

fn next_step(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::BadKey => Some(text!("worker-bad-key-next")),
        Outcome::NoMoney => Some(text!("worker-no-money-next")),
        Outcome::ModelUnavailable => Some(text!("worker-no-model-next")),
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
        409 => text!("worker-not-its-own"),
        _ => format!("HTTP {status}: {message}"),
    };
    say(&text!(
        "worker-report-dropped",
        task = task_id.as_str(),
        attempt = attempt.to_string(),
        why = why
    ));
}

/// The user wants an end.
pub(super) fn ending(under_way: usize, drain: Duration) {
    say(&text!("worker-ending", count = under_way, seconds = drain.as_secs()));
}

/// The orchestrator does not take the worker.
pub(super) fn not_let_in(link: &Link, status: u16, message: &str) -> Failure {
    let origin = link.origin();
    let failure = Failure::not_started(text!("worker-not-let-in", origin = origin, why = message));
    match status {
        401 | 403 => failure.hint(text!(
            "worker-token-next",
            variable = crate::config::env_names::D8_TOKEN
        )),
        200 | 404 | 405 | 501 => failure.hint(text!("worker-other-server-next")),
        _ => failure.hint(text!("worker-look-there-next")),
    }
}
