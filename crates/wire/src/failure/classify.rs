//! The one place where a refusal becomes a decision. Rules are tried in order; the first that knows the case decides.
//!
//! Nothing is decided by how a message begins: Gemini's quota text opens with the very words of OpenAI's `insufficient_quota`.

use std::time::Duration;

use serde_json::Value;

use super::google::GoogleDetails;
use super::{ErrorBody, FailureKind, RefusedLimit, sentence};
use crate::headers::Headers;
use crate::signal::{Dimension, LimitSignal, Period, until_epoch_millis};

const NO_MONEY: [&str; 9] = [
    "insufficient_quota",
    "credit_balance_exhausted",
    "organization_usage_limit_exceeded",
    "billing_hard_limit_reached",
    "billing_not_active",
    "spend_limit_exceeded",
    "enforced_spend_limit_reached",
    "insufficient_balance",
    "blocked_api_access",
];
const NO_MODEL: [&str; 5] = [
    "model_not_found",
    "model_decommissioned",
    "model_terms_required",
    "model_not_available",
    "unknown_model",
];
const TOO_LARGE: [&str; 4] = [
    "context_length_exceeded",
    "request_too_large",
    "tokens_limit_reached",
    "exceed_context_size_error",
];
const NO_CAPACITY: [&str; 8] = [
    "queue_exceeded",
    "slow_down",
    "capacity_exceeded",
    "server_is_overloaded",
    "service_unavailable_error",
    "overloaded_error",
    "engine_overloaded_error",
    "service_tier_capacity_exceeded",
];
const BAD_KEY: [&str; 3] = ["invalid_api_key", "API_KEY_INVALID", "authentication_error"];
const RATE_LIMIT: [&str; 2] = ["rate_limit_exceeded", "RateLimitReached"];
/// Groq: the model's answer did not parse. Another sample may.
const BAD_SAMPLE: [&str; 2] = ["json_validate_failed", "tool_use_failed"];

/// All that is known of a refusal.
pub(super) struct Evidence<'a> {
    status: u16,
    error: &'a ErrorBody,
    headers: &'a Headers<'a>,
    signals: &'a [LimitSignal],
    now: u64,
    text: String,
    google: GoogleDetails,
    stated: Option<RefusedLimit>,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(
        status: u16,
        error: &'a ErrorBody,
        headers: &'a Headers<'a>,
        signals: &'a [LimitSignal],
        now: u64,
    ) -> Self {
        let google = GoogleDetails::read(error);
        let stated = sentence::limit(&error.message);
        Self {
            status,
            error,
            headers,
            signals,
            now,
            text: error.message.to_ascii_lowercase(),
            google,
            stated,
        }
    }

    fn says(&self, words: &str) -> bool {
        self.text.contains(words)
    }

    fn is_google(&self, status: &str) -> bool {
        self.error.google_status.as_deref() == Some(status)
    }
}

/// Decides what a refusal means.
pub(super) fn classify(evidence: &Evidence<'_>) -> FailureKind {
    let rules = [
        no_money,
        model_unavailable,
        bad_key,
        too_large,
        overloaded,
        rate_limited,
    ];
    rules
        .iter()
        .find_map(|rule| rule(evidence))
        .unwrap_or_else(|| by_status(evidence))
}

fn no_money(it: &Evidence<'_>) -> Option<FailureKind> {
    let google = it.is_google("RESOURCE_EXHAUSTED") && (it.says("spending cap") || it.says("prepayment credits"));
    (it.status == 402 || it.error.is_any(&NO_MONEY) || google).then_some(FailureKind::NoMoney)
}

fn model_unavailable(it: &Evidence<'_>) -> Option<FailureKind> {
    let not_found = it.status == 404 && (it.says("model") || it.says("no endpoints found for"));
    let unknown = it.error.is_any(&NO_MODEL) || it.says("is not a valid model id");
    (not_found || unknown || it.google.has_zero_limit()).then_some(FailureKind::ModelUnavailable)
}

fn bad_key(it: &Evidence<'_>) -> Option<FailureKind> {
    let reason = it
        .google
        .reason
        .as_deref()
        .is_some_and(|reason| BAD_KEY.contains(&reason));
    let country = it.is_google("FAILED_PRECONDITION") && it.says("location");
    let moderated = !it.error.metadata["flagged_input"].is_null();
    let refused = matches!(it.status, 401 | 403) && !moderated;
    (refused || reason || country || it.error.is_any(&BAD_KEY)).then_some(FailureKind::BadKey)
}

fn too_large(it: &Evidence<'_>) -> Option<FailureKind> {
    let larger = |limit: &&RefusedLimit| {
        limit
            .requested
            .zip(limit.amount)
            .is_some_and(|(asked, fits)| asked > fits)
    };
    let never_fits = it.stated.as_ref().filter(larger);
    let context = it.says("exceeds the maximum number of tokens") || it.says("maximum context length");
    let context = it.error.is_any(&TOO_LARGE) || it.status == 413 || (it.status == 400 && context);
    (never_fits.is_some() || context).then(|| FailureKind::TooLarge {
        limit: never_fits.cloned(),
    })
}

fn overloaded(it: &Evidence<'_>) -> Option<FailureKind> {
    let no_capacity = matches!(it.status, 498 | 503 | 529)
        || it.error.is_any(&NO_CAPACITY)
        || it.google.reason.as_deref() == Some("MODEL_CAPACITY_EXHAUSTED");
    // A bare "Resource has been exhausted" names no quota: it is a burst, or shared capacity.
    let bare = it.is_google("RESOURCE_EXHAUSTED")
        && it.error.details.is_empty()
        && (it.says("resource has been exhausted") || it.says("resource exhausted"));
    // OpenRouter passes on the refusal of the provider behind it: that provider's quota is not ours.
    let behind = it.status == 429 && it.error.metadata["provider_name"].is_string();
    (no_capacity || bare || behind).then(|| FailureKind::Overloaded {
        retry_after: retry_after(it),
    })
}

fn rate_limited(it: &Evidence<'_>) -> Option<FailureKind> {
    if it.status != 429 && !it.error.is_any(&RATE_LIMIT) {
        return None;
    }
    // A daily quota outlives every hint that Google gives beside it.
    let retry_after = if it.google.has_daily_limit() {
        None
    } else {
        retry_after(it)
    };
    Some(FailureKind::RateLimited {
        limits: refused_limits(it),
        retry_after,
    })
}

fn by_status(it: &Evidence<'_>) -> FailureKind {
    match it.status {
        400 if it.error.is_any(&BAD_SAMPLE) => FailureKind::Transient,
        408 | 409 | 424 | 425 | 499 | 500.. => FailureKind::Transient,
        _ => FailureKind::BadRequest,
    }
}

/// The limits that refused: from Google's details, the text, the headers, or at least from the error's code.
fn refused_limits(it: &Evidence<'_>) -> Vec<RefusedLimit> {
    if !it.google.refused.is_empty() {
        return it.google.refused.clone();
    }
    if let Some(stated) = &it.stated {
        let amount = stated.amount.or_else(|| openrouter_header(it, "X-RateLimit-Limit"));
        return vec![RefusedLimit {
            amount,
            ..stated.clone()
        }];
    }
    let empty = it.signals.iter().filter(|signal| signal.remaining == Some(0));
    let shown: Vec<_> = empty
        .map(|signal| RefusedLimit {
            amount: signal.limit,
            ..RefusedLimit::new(signal.dimension, signal.per)
        })
        .collect();
    if shown.is_empty() {
        hinted_limit(it).into_iter().collect()
    } else {
        shown
    }
}

/// Where only a code or a phrase tells what was counted.
fn hinted_limit(it: &Evidence<'_>) -> Option<RefusedLimit> {
    const SPEND_WINDOW: Duration = Duration::from_secs(600);
    let limit = |dimension| Some(RefusedLimit::new(dimension, None));
    match () {
        () if it.says("spend-based rate limit") => {
            Some(RefusedLimit::new(Dimension::Cost, Some(Period::Other(SPEND_WINDOW))))
        }
        () if it.error.is_any(&["1302"]) => limit(Dimension::Concurrency), // Z.ai's number for it
        () if it.error.is_any(&["requests", "request_quota_exceeded"]) => limit(Dimension::Requests),
        () if it.error.is_any(&["tokens", "token_quota_exceeded"]) => limit(Dimension::Tokens),
        () => None,
    }
}

/// How long to wait, from the most exact place: Google cuts its field down to seconds, headers round up.
fn retry_after(it: &Evidence<'_>) -> Option<Duration> {
    sentence::wait(&it.error.message)
        .or(it.google.retry_delay)
        .or_else(|| it.headers.retry_after(it.now))
        .or(it.error.retry_after)
        .or_else(|| Some(until_epoch_millis(openrouter_header(it, "X-RateLimit-Reset")?, it.now)))
}

/// OpenRouter copies the headers of a refusal into its body.
fn openrouter_header(it: &Evidence<'_>, name: &str) -> Option<u64> {
    let value: &Value = &it.error.metadata["headers"][name];
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
