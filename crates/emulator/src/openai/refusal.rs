//! What Groq and OpenAI say when the quota, the key, the money or the servers do not suffice; and the limit headers.

use super::{Flavour, in_whole_milliseconds, organization, retry_after};
use crate::counting::{DAY, Dimension, HOUR, Kind, MINUTE, Micros, SECOND, Violation, Wait};
use crate::dialect::{Lockout, Refused};
use crate::emulator::Standing;
use crate::faults::FaultKind;
use crate::go_duration::go_duration;
use crate::reply::{Header, Reply};

/// 429, or 413 where the request alone is larger than the whole limit (at OpenAI 429, too).
pub(super) fn refuse(flavour: Flavour, refused: &Refused<'_>) -> Reply {
    let violation = refused.refusal.longest();
    let wait = told_wait(violation);
    let message = if violation.too_large() {
        too_large(flavour, refused, violation)
    } else {
        rate_limited(flavour, refused, violation, wait)
    };
    let status = if violation.too_large() && flavour == Flavour::Groq {
        413
    } else {
        429
    };
    let kind = if is_tokens(violation.dimension) {
        "tokens"
    } else {
        "requests"
    };
    let body = flavour.error(&message, kind, None, Some("rate_limit_exceeded"));
    Reply::new(status, body).with(vec![retry_after(wait)])
}

fn rate_limited(flavour: Flavour, refused: &Refused<'_>, violation: &Violation, wait: Micros) -> String {
    let (subject, quota) = (subject(flavour, refused), quota(flavour, violation));
    let Violation {
        amount,
        used,
        requested,
        ..
    } = violation;
    format!(
        "Rate limit reached for {subject} on {quota}: Limit {amount}, Used {used}, Requested {requested}. \
         Please try again in {}. {}",
        go_duration(wait),
        farewell(flavour)
    )
}

fn too_large(flavour: Flavour, refused: &Refused<'_>, violation: &Violation) -> String {
    let (subject, quota) = (subject(flavour, refused), quota(flavour, violation));
    let Violation {
        amount,
        requested,
        dimension,
        ..
    } = violation;
    let advice = match (flavour, dimension) {
        (Flavour::OpenAi, _) => ". The input or output tokens must be reduced in order to run successfully.",
        (Flavour::Groq, Dimension::OutputTokens) => {
            ". The request's expected output tokens exceed the enforced limit; reduce max_tokens and try again."
        }
        (Flavour::Groq, _) => ", please reduce your message size and try again.",
    };
    format!(
        "Request too large for {subject} on {quota}: Limit {amount}, Requested {requested}{advice} {}",
        farewell(flavour)
    )
}

fn subject(flavour: Flavour, refused: &Refused<'_>) -> String {
    let (model, organization) = (&refused.model.id, organization(flavour, refused.account));
    match flavour {
        Flavour::Groq => format!("model `{model}` in organization `{organization}` service tier `on_demand`"),
        Flavour::OpenAi => format!("{model} in organization {organization}"),
    }
}

fn farewell(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::Groq => "Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing",
        Flavour::OpenAi => "Visit https://platform.openai.com/account/rate-limits to learn more.",
    }
}

/// The limit's name, such as `tokens per minute (TPM)`. A period that the providers do not have is written out.
fn quota(flavour: Flavour, violation: &Violation) -> String {
    let (long, short) = match violation.dimension {
        Dimension::Requests => ("requests", "RP"),
        Dimension::Tokens => ("tokens", "TP"),
        Dimension::InputTokens => ("input tokens", "ITP"),
        Dimension::OutputTokens => ("output tokens", "OTP"),
        Dimension::Money => ("spend", "SP"),
        Dimension::Concurrency => return "concurrent requests".to_owned(),
    };
    let minute = if flavour == Flavour::Groq { "minute" } else { "min" };
    let (unit, letter) = match violation.per {
        SECOND => ("second".to_owned(), "S".to_owned()),
        MINUTE => (minute.to_owned(), "M".to_owned()),
        HOUR => ("hour".to_owned(), "H".to_owned()),
        DAY => ("day".to_owned(), "D".to_owned()),
        other => (go_duration(other), go_duration(other).to_uppercase()),
    };
    format!("{long} per {unit} ({short}{letter})")
}

/// The wait as it is told. For tokens in a bucket it follows from the whole numbers in the same sentence.
fn told_wait(violation: &Violation) -> Micros {
    if violation.kind == Kind::Bucket && is_tokens(violation.dimension) {
        return drained(violation.over(), violation.amount, violation.counted_per);
    }
    match violation.wait {
        Wait::For(wait) => in_whole_milliseconds(wait),

        Wait::Release => SECOND,
        Wait::Never => violation.counted_per,
    }
}

/// How long a bucket takes to drain so many units; nothing where it never drains.
fn drained(units: u64, amount: u64, per: Micros) -> Micros {
    let length = i128::from(units) * i128::from(per);
    let exact = (length + i128::from(amount) - 1)
        .checked_div(i128::from(amount))
        .unwrap_or(0);
    Micros::try_from(exact).unwrap_or(Micros::MAX)
}

fn is_tokens(dimension: Dimension) -> bool {
    matches!(
        dimension,
        Dimension::Tokens | Dimension::InputTokens | Dimension::OutputTokens
    )
}

/// `x-ratelimit-*`: at Groq always the day's requests and the minute's tokens, at OpenAI the scarcer of the request limits.
pub(super) fn limit_headers(flavour: Flavour, standings: &[Standing]) -> Vec<Header> {
    let of = |dimension, per| {
        standings
            .iter()
            .find(|at| at.limit.dimension == dimension && at.limit.per == per)
    };
    let requests_a_day = of(Dimension::Requests, DAY);
    let requests = match flavour {
        Flavour::Groq => requests_a_day,
        Flavour::OpenAi => scarcer(requests_a_day, of(Dimension::Requests, MINUTE)),
    };
    let mut headers = Vec::new();
    if let Some(standing) = requests {
        let names = [
            "x-ratelimit-limit-requests",
            "x-ratelimit-remaining-requests",
            "x-ratelimit-reset-requests",
        ];
        headers.extend(names.into_iter().zip(values(flavour, standing)));
    }
    if let Some(standing) = of(Dimension::Tokens, MINUTE) {
        let names = [
            "x-ratelimit-limit-tokens",
            "x-ratelimit-remaining-tokens",
            "x-ratelimit-reset-tokens",
        ];
        headers.extend(names.into_iter().zip(values(flavour, standing)));
    }
    headers
}

/// The limit that allows fewer requests in the long run.
fn scarcer<'a>(one: Option<&'a Standing>, other: Option<&'a Standing>) -> Option<&'a Standing> {
    let rate = |standing: &&Standing| standing.limit.amount as f64 / standing.limit.per as f64;
    [one, other]
        .into_iter()
        .flatten()
        .min_by(|a, b| rate(a).total_cmp(&rate(b)))
}

/// Limit, what remains of it, and how long until it is whole again. Groq reckons that from the whole number used.
fn values(flavour: Flavour, standing: &Standing) -> [String; 3] {
    let (amount, used) = (standing.limit.amount, standing.reading.used);
    let reset = match (flavour, &standing.limit.kind) {
        (Flavour::Groq, Kind::Bucket) => drained(used, amount, standing.counted_per),
        _ => standing.reading.full_in,
    };
    let reset = go_duration(in_whole_milliseconds(reset));

    [amount.to_string(), amount.saturating_sub(used).to_string(), reset]
}

/// 401, 403, or whatever says that there is no money.
pub(super) fn locked_out(flavour: Flavour, why: Lockout<'_>) -> Reply {
    let invalid = "invalid_request_error";
    match (flavour, why) {
        (Flavour::Groq, Lockout::NoKey | Lockout::BadKey(_)) => Reply::new(
            401,
            flavour.error("Invalid API Key", invalid, None, Some("invalid_api_key")),
        ),
        (Flavour::Groq, Lockout::Blocked) => {
            let body = serde_json::json!({"error": {"message": "Access denied. Please check your network settings."}});
            Reply::new(403, body)
        }
        (Flavour::Groq, Lockout::NoMoney) => {
            let message =
                "Organization has reached its spend limit. Raise it at https://console.groq.com/settings/billing";
            Reply::new(400, flavour.error(message, invalid, None, Some("blocked_api_access")))
        }
        (Flavour::OpenAi, Lockout::NoKey) => {
            let message = "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";
            Reply::new(401, flavour.error(message, invalid, None, None))
        }
        (Flavour::OpenAi, Lockout::BadKey(key)) => {
            let message = format!(
                "Incorrect API key provided: {}. You can find your API key at https://platform.openai.com/account/api-keys.",
                masked(key)
            );
            Reply::new(401, flavour.error(&message, invalid, None, Some("invalid_api_key")))
        }
        (Flavour::OpenAi, Lockout::Blocked) => {
            let (message, code) = (
                "Country, region, or territory not supported",
                "unsupported_country_region_territory",
            );
            Reply::new(403, flavour.error(message, "request_forbidden", None, Some(code)))
        }
        (Flavour::OpenAi, Lockout::NoMoney) => {
            let message = "You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.";
            Reply::new(
                429,
                flavour.error(message, "insufficient_quota", None, Some("insufficient_quota")),
            )
        }
    }
}

/// 500 or 503.
pub(super) fn fail(flavour: Flavour, fault: FaultKind) -> Reply {
    match (fault, flavour) {
        (FaultKind::Unavailable, Flavour::OpenAi) => {
            let message = "The server is overloaded or not ready yet.";
            Reply::new(
                503,
                flavour.error(message, "service_unavailable_error", None, Some("server_is_overloaded")),
            )
        }
        (FaultKind::Unavailable, Flavour::Groq) => {
            let message = "The model is currently over capacity. Please try again and back off exponentially.";
            Reply::new(503, flavour.error(message, "internal_server_error", None, None))
        }
        (_, Flavour::Groq) => Reply::new(
            500,
            flavour.error("Internal Server Error", "internal_server_error", None, None),
        ),
        (_, Flavour::OpenAi) => {
            let message = "The server had an error while processing your request. Sorry about that!";
            Reply::new(500, flavour.error(message, "server_error", None, None))
        }
    }
}

/// The first characters of a key and stars: enough to recognise it, too little to use it.
fn masked(key: &str) -> String {
    let shown: String = key.chars().take(4).collect();
    format!("{shown}********")
}
