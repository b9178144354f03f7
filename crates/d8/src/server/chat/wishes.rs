//! What a client wants of us, beside what it wants of a model: the headers.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;

use crate::config;
use crate::server::error::ApiError;

/// SDKs hang up after ten minutes.
const MAX_WAIT: Duration = Duration::from_secs(570);
/// So much earlier than the client's own limit we answer.
const MARGIN: Duration = Duration::from_secs(30);

/// What the headers say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Wishes {
    pub(super) max_wait: Duration,
    pub(super) priority: u8,
    pub(super) client: Arc<str>,
    pub(super) durable: bool,
    /// It is the same request again.
    pub(super) is_resend: bool,
}

impl Wishes {
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, ApiError> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let max_wait = match text("x-d8-max-wait") {
            Some(wait) => length(wait)?,
            None => text("x-stainless-read-timeout")
                .and_then(|seconds| seconds.parse::<f64>().ok())
                .filter(|seconds| seconds.is_finite() && *seconds > 0.0)
                .map_or(MAX_WAIT, |seconds| {
                    let limit = Duration::from_secs_f64(seconds.min(86_400.0));
                    let early = limit.saturating_sub(MARGIN).max(limit / 2);
                    early.max(Duration::from_secs(1)).min(MAX_WAIT)
                }),
        };
        let priority = match text("x-d8-priority") {
            None => 5,
            Some(priority) => priority
                .parse()
                .ok()
                .filter(|priority| (1..=10).contains(priority))
                .ok_or_else(|| ApiError::bad_request("invalid_header", "x-d8-priority is a number from 1 to 10"))?,
        };
        Ok(Self {
            max_wait,
            priority,
            client: text("x-d8-client")
                .filter(|client| !client.is_empty())
                .unwrap_or("local")
                .into(),
            durable: text("x-d8-durable").is_some_and(|value| value.eq_ignore_ascii_case("true")),
            is_resend: text("x-stainless-retry-count")
                .is_some_and(|count| count.parse::<u32>().is_ok_and(|count| count > 0)),
        })
    }
}

fn length(text: &str) -> Result<Duration, ApiError> {
    if let Ok(seconds) = text.parse::<f64>()
        && (0.0..=86_400.0).contains(&seconds)
    {
        return Ok(Duration::from_secs_f64(seconds));
    }
    config::duration(text).map_err(|_| {
        ApiError::bad_request(
            "invalid_header",
            "x-d8-max-wait is a number of seconds, or a time such as \"30s\" or \"2m\"",
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn wishes(headers: &[(&'static str, &'static str)]) -> Result<Wishes, ApiError> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Wishes::read(&map)
    }

    #[test]
    fn how_long_a_client_waits() {
        let wait = |name, value| wishes(&[(name, value)]).unwrap().max_wait.as_secs();
        assert_eq!(wishes(&[]).unwrap().max_wait, MAX_WAIT);
        assert_eq!(wait("x-d8-max-wait", "30"), 30);
        assert_eq!(wait("x-d8-max-wait", "2m"), 120);
        assert_eq!(wait("x-stainless-read-timeout", "600"), 570);
        assert_eq!(wait("x-stainless-read-timeout", "100"), 70);
        assert_eq!(wait("x-stainless-read-timeout", "10"), 5);
        assert_eq!(wait("x-stainless-read-timeout", "nonsense"), 570);
    }

    #[test]
    fn nonsense_is_told() {
        for (name, value) in [
            ("x-d8-max-wait", "soon"),
            ("x-d8-max-wait", "-1"),
            ("x-d8-priority", "0"),
            ("x-d8-priority", "11"),
        ] {
            assert_eq!(
                wishes(&[(name, value)]).unwrap_err().code,
                "invalid_header",
                "{name}: {value}"
            );
        }
    }
}
