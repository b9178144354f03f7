//! What a receiver's answer means.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use jiff::fmt::rfc2822::DateTimeParser;

use super::signature::unix_seconds;

/// Receivers may ask for patience, but not for ever.
const LONGEST_PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// What came of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The receiver has it.
    Taken,
    /// Never again, and why.
    Gone(String),
    /// Not this time.
    Failed {
        /// In words, without the URL.
        why: String,
        /// For how long the receiver wants to be left alone at least.
        patience: Duration,
    },
}

impl Outcome {
    pub(super) fn failed(why: impl Into<String>) -> Self {
        Self::Failed {
            why: why.into(),
            patience: Duration::ZERO,
        }
    }
}

/// Judges by status and headers. The body is the receiver's own business: repeated here, it would tell callers what
/// machines say that they cannot reach themselves.
pub(super) fn judge(host: &str, status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Outcome {
    let number = status.as_u16();
    match status {
        _ if status.is_success() => Outcome::Taken,
        StatusCode::GONE => Outcome::Gone(format!("{host} answered 410: it wants no more")),
        _ if status.is_redirection() => Outcome::failed(format!(
            "{host} answered {number}, and callbacks follow no redirect: give the URL it leads to"
        )),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Outcome::Failed {
            why: format!("{host} answered {number}"),
            patience: patience(headers, now),
        },
        _ => Outcome::failed(format!("{host} answered {number}")),
    }
}

/// What `Retry-After` asks for, in seconds or as a date by the receiver's own clock where it shows it.
fn patience(headers: &HeaderMap, now: SystemTime) -> Duration {
    let Some(asked) = text(headers, RETRY_AFTER) else {
        return Duration::ZERO;
    };
    let seconds = asked.parse::<u64>().ok().or_else(|| {
        let their_now = text(headers, DATE).and_then(unix_date);
        let their_now = their_now.unwrap_or_else(|| unix_seconds(now));
        Some(unix_date(asked)?.saturating_sub(their_now))
    });
    Duration::from_secs(seconds.unwrap_or(0)).min(LONGEST_PATIENCE)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    Some(headers.get(name)?.to_str().ok()?.trim())
}

fn unix_date(text: &str) -> Option<u64> {
    let date = DateTimeParser::new().parse_timestamp(text).ok()?;
    u64::try_from(date.as_second()).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::UNIX_EPOCH;

    use super::*;

    /// Sun, 06 Nov 1994 08:49:37 GMT.
    const NOW: u64 = 784_111_777;

    fn judged(status: u16, headers: &[(&'static str, &'static str)]) -> Outcome {
        let pairs = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        let headers = pairs.collect();
        let now = UNIX_EPOCH + Duration::from_secs(NOW);
        judge("hook.test", StatusCode::from_u16(status).unwrap(), &headers, now)
    }

    fn asked(status: u16, headers: &[(&'static str, &'static str)]) -> u64 {
        match judged(status, headers) {
            Outcome::Failed { patience, .. } => patience.as_secs(),
            _ => u64::MAX,
        }
    }

    #[test]
    fn the_status_decides() {
        for status in [200, 201, 202, 204] {
            assert_eq!(judged(status, &[]), Outcome::Taken, "{status}");
        }
        assert!(matches!(judged(410, &[]), Outcome::Gone(_)));
        for status in [301, 302, 304, 307, 308, 400, 401, 404, 413, 429, 500, 502, 503] {
            assert_eq!(asked(status, &[]), 0, "{status}");
        }
    }

    #[test]
    fn a_receiver_that_asks_for_patience_gets_it_for_a_day_at_most() {
        for status in [429, 503] {
            assert_eq!(asked(status, &[("retry-after", "90")]), 90);
            assert_eq!(asked(status, &[("retry-after", " 90 ")]), 90);
            assert_eq!(asked(status, &[("retry-after", "999999999")]), 86_400);
            assert_eq!(asked(status, &[("retry-after", "Sun, 06 Nov 1994 08:51:37 GMT")]), 120);
            assert_eq!(asked(status, &[("retry-after", "Sun, 06 Nov 1994 08:40:00 GMT")]), 0);
            assert_eq!(
                asked(status, &[("retry-after", "Fri, 31 Dec 2100 08:40:00 GMT")]),
                86_400
            );
            for nonsense in ["soon", "-5", "1e3", "99999999999999999999999"] {
                assert_eq!(asked(status, &[("retry-after", nonsense)]), 0, "{nonsense}");
            }
        }
        assert_eq!(asked(500, &[("retry-after", "90")]), 0);
    }

    #[test]
    fn a_date_is_read_by_the_clock_of_who_wrote_it() {
        let headers = [
            ("date", "Sun, 06 Nov 1994 09:00:00 GMT"),
            ("retry-after", "Sun, 06 Nov 1994 09:00:30 GMT"),
        ];
        assert_eq!(asked(429, &headers), 30);
    }
}
