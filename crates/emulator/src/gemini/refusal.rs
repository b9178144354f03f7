//! What Gemini says when the quota, the key, the money or the servers do not suffice.

use serde_json::{Value, json};

use super::error;
use crate::counting::{DAY, Dimension, HOUR, Kind, MINUTE, Micros, SECOND, Violation};
use crate::dialect::{Lockout, Refused};
use crate::faults::FaultKind;
use crate::go_duration::go_duration;
use crate::options::{DailyHint, Options};
use crate::reply::Reply;

const METRIC: &str = "generativelanguage.googleapis.com/";
const OPENING: &str = "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current usage, head to: https://ai.dev/rate-limit. ";

/// 429 with all violated quotas in one body. Too many calls at once get the bare form, as bursts do.
pub(super) fn refuse(options: &Options, refused: &Refused<'_>) -> Reply {
    let counted = |violation: &&Violation| violation.dimension != Dimension::Concurrency;
    let violations: Vec<&Violation> = refused.refusal.violations.iter().filter(counted).collect();
    if violations.is_empty() {
        return error(
            429,
            "Resource has been exhausted (e.g. check quota).",
            "RESOURCE_EXHAUSTED",
            None,
        );
    }
    let model = refused.model.base.as_str();
    let hint = violations
        .iter()
        .map(|violation| hint(options, violation, refused.now))
        .max()
        .unwrap_or(0);
    let lines: String = violations.iter().map(|violation| line(violation, model)).collect();
    let message = format!("{OPENING}{lines}\nPlease retry in {}.", go_duration(hint));
    let quotas: Vec<Value> = violations.iter().map(|violation| quota(violation, model)).collect();
    let details = json!([
        {"@type": "type.googleapis.com/google.rpc.Help", "links": [{
            "description": "Learn more about Gemini API quotas",
            "url": "https://ai.google.dev/gemini-api/docs/rate-limits"}]},
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": quotas},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{}s", hint / SECOND)},
    ]);
    error(429, &message, "RESOURCE_EXHAUSTED", Some(details))
}

fn line(violation: &Violation, model: &str) -> String {
    let (metric, limit) = (metric(violation.dimension), violation.amount);
    format!("\n* Quota exceeded for metric: {METRIC}{metric}, limit: {limit}, model: {model}")
}

/// `quotaValue` is left out at limit 0.
fn quota(violation: &Violation, model: &str) -> Value {
    let mut quota = json!({
        "quotaMetric": format!("{METRIC}{}", metric(violation.dimension)),
        "quotaId": quota_id(violation),
        "quotaDimensions": {"location": "global", "model": model},
    });
    if violation.amount > 0 {
        quota["quotaValue"] = json!(violation.amount.to_string());
    }
    quota
}

fn metric(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Requests | Dimension::Concurrency => "generate_content_free_tier_requests",
        Dimension::InputTokens => "generate_content_free_tier_input_token_count",
        Dimension::Tokens => "generate_content_free_tier_token_count",
        Dimension::OutputTokens => "generate_content_free_tier_output_token_count",
        Dimension::Money => "generate_content_spend",
    }
}

fn quota_id(violation: &Violation) -> String {
    let period = match violation.per {
        SECOND => "Second".to_owned(),
        MINUTE => "Minute".to_owned(),
        HOUR => "Hour".to_owned(),
        DAY => "Day".to_owned(),
        other => go_duration(other),
    };
    match violation.dimension {
        Dimension::Requests | Dimension::Concurrency => {
            format!("GenerateRequestsPer{period}PerProjectPerModel-FreeTier")
        }
        Dimension::InputTokens => format!("GenerateContentInputTokensPerModelPer{period}-FreeTier"),
        Dimension::Tokens => format!("GenerateContentTokensPerModelPer{period}-FreeTier"),
        Dimension::OutputTokens => format!("GenerateContentOutputTokensPerModelPer{period}-FreeTier"),
        Dimension::Money => format!("GenerateContentSpendPer{period}"),
    }
}

/// What the body tells as the wait. It comes from a clock, not from the count: for a day's quota it is wrong in both
/// modes, and for a sliding minute it may come too early.
fn hint(options: &Options, violation: &Violation, now: Micros) -> Micros {
    let until_next = |length: Micros| length - now.rem_euclid(length);
    let a_day = violation.kind == Kind::PacificDay || violation.per >= DAY;
    if !a_day {
        return until_next(violation.counted_per);
    }
    match options.gemini_daily_hint {
        DailyHint::NextMinute => until_next(options.speed.shorten(MINUTE)),
        DailyHint::UtcMidnight => until_next(options.speed.shorten(DAY)),
    }
}

/// Gemini's key errors: a bad key is 400, no key at all 403.
pub(super) fn locked_out(why: Lockout<'_>) -> Reply {
    match why {
        Lockout::NoKey => error(
            403,
            "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
            "PERMISSION_DENIED",
            None,
        ),
        Lockout::BadKey(_) => {
            let message = "API key not valid. Please pass a valid API key.";
            let details = json!([
                {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com",
                    "metadata": {"service": "generativelanguage.googleapis.com"}},
                {"@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "en-US", "message": message},
            ]);
            error(400, message, "INVALID_ARGUMENT", Some(details))
        }
        Lockout::Blocked => {
            let message = "Your API key was reported as leaked. Please use another API key.";
            error(403, message, "PERMISSION_DENIED", None)
        }
        Lockout::NoMoney => {
            let message = "Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage your project and billing.";
            error(429, message, "RESOURCE_EXHAUSTED", None)
        }
    }
}

/// 500 or 503.
pub(super) fn fail(fault: FaultKind) -> Reply {
    if fault == FaultKind::Unavailable {
        return error(
            503,
            "The model is overloaded. Please try again later.",
            "UNAVAILABLE",
            None,
        );
    }
    let message = "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting";
    error(500, message, "INTERNAL", None)
}
