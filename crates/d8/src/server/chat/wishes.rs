//! What the headers of a chat request wish for.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;

use crate::server::ApiError;
use crate::server::error::shown;

/// SDKs hang up after 600 s.
const DEFAULT_WAIT: Duration = Duration::from_secs(570);
/// So much earlier than the client hangs up it is answered.
const MARGIN: Duration = Duration::from_secs(30);
/// However soon the client hangs up, the wait is no shorter.
const LEAST_DEFAULT: Duration = Duration::from_secs(1);
/// Nobody waits on a connection for longer.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);
/// Names are kept for as long as the store is.
const LONGEST_NAME: usize = 64;

/// What a client asked for beside its request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Wishes {
    /// How long it may wait for quota.
    pub(super) max_wait: Duration,
    /// 1 to 10, higher first.
    pub(super) priority: u8,
    /// For whom.
    pub(super) client: Arc<str>,
    /// Stored before anything is done.
    pub(super) durable: bool,
    /// It has been sent before, and its client hung up.
    pub(super) resent: bool,
}

impl Wishes {
    /// Reads them.
    ///
    /// # Errors
    /// 400 where one of D8's own headers says what cannot be read.
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, ApiError> {
        Ok(Self {
            max_wait: max_wait(headers)?,
            priority: priority(headers)?,
            client: client(headers)?,
            durable: durable(headers)?,
            resent: number(headers, "x-stainless-retry-count").is_some_and(|count| count > 0.0),
        })
    }
}

fn max_wait(headers: &HeaderMap) -> Result<Duration, ApiError> {
    const NAME: &str = "x-d8-max-wait";
    if let Some(text) = own(headers, NAME)? {
        let wait = length(text).ok_or_else(|| wrong(NAME, text, "give seconds, or a length such as 30s or 2m"))?;
        return Ok(wait.min(LONGEST));
    }
    let hangs_up =
        number(headers, "x-stainless-read-timeout").and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let by_client = hangs_up.map(|after| after.saturating_sub(MARGIN).max(LEAST_DEFAULT));
    Ok(by_client.map_or(DEFAULT_WAIT, |wait| wait.min(DEFAULT_WAIT)))
}

fn priority(headers: &HeaderMap) -> Result<u8, ApiError> {
    const NAME: &str = "x-d8-priority";
    let Some(text) = own(headers, NAME)? else { return Ok(5) };
    let priority = text.parse().ok().filter(|priority| (1..=10).contains(priority));
    priority.ok_or_else(|| wrong(NAME, text, "give a whole number from 1 to 10; higher goes first"))
}

fn client(headers: &HeaderMap) -> Result<Arc<str>, ApiError> {
    const NAME: &str = "x-d8-client";
    match own(headers, NAME)? {
        None | Some("") => Ok("local".into()),
        Some(name) if name.chars().count() <= LONGEST_NAME => Ok(name.into()),
        Some(name) => Err(wrong(NAME, name, "give a name of 64 characters at most")),
    }
}

fn durable(headers: &HeaderMap) -> Result<bool, ApiError> {
    const NAME: &str = "x-d8-durable";
    match own(headers, NAME)? {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(text) => Err(wrong(NAME, text, "give true or false")),
    }
}

/// A header of ours: what it says must be text.
fn own<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, ApiError> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| wrong(name, "...", "send it as UTF-8"))?;
    Ok(Some(text.trim()))
}

/// A header of somebody else's: what cannot be read is as if it were not there.
fn number(headers: &HeaderMap, name: &str) -> Option<f64> {
    let number: f64 = headers.get(name)?.to_str().ok()?.trim().parse().ok()?;
    number.is_finite().then_some(number)
}

fn wrong(name: &str, text: &str, instead: &str) -> ApiError {
    let message = format!("the header `{name}` says `{}`; {instead}", shown(text));
    ApiError::bad_request("invalid_header", message)
}

/// Seconds, or a number with its unit.
fn length(text: &str) -> Option<Duration> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (count, unit) = text.split_at(digits);
    let seconds = match unit.trim() {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        _ => return None,
    };
    let count: f64 = count.parse().ok()?;
    Duration::try_from_secs_f64(count * seconds).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(written: &[(&'static str, &str)]) -> Result<Wishes, ApiError> {
        let mut headers = HeaderMap::new();
        for (name, value) in written {
            headers.insert(*name, value.parse().unwrap());
        }
        Wishes::read(&headers)
    }

    fn wait_of(written: &[(&'static str, &str)]) -> Duration {
        read(written).unwrap().max_wait
    }

    #[test]
    fn without_a_word_it_waits_until_shortly_before_sdks_hang_up() {
        let wishes = read(&[]).unwrap();
        assert_eq!(wishes.max_wait, Duration::from_secs(570));
        assert_eq!((wishes.priority, &*wishes.client), (5, "local"));
        assert!(!wishes.durable && !wishes.resent);
    }

    #[test]
    fn a_client_that_hangs_up_sooner_is_answered_sooner() {
        let hangs_up = |text: &str| wait_of(&[("x-stainless-read-timeout", text)]);
        let seconds = ["600", "120.0", "20", "3600", "-5", "nan", "NOT_GIVEN"].map(|text| hangs_up(text).as_secs());
        assert_eq!(seconds, [570, 90, 1, 570, 570, 570, 570]);
        // What the user says holds.
        let both = [("x-stainless-read-timeout", "60"), ("x-d8-max-wait", "300")];
        assert_eq!(wait_of(&both).as_secs(), 300);
    }

    #[test]
    fn a_wait_is_seconds_or_has_a_unit() {
        let waits =
            ["30", "30s", "2m", "1h", "0", "0.5", "250ms", "99999h"].map(|text| wait_of(&[("x-d8-max-wait", text)]));
        let millis = waits.map(|wait| wait.as_millis());
        assert_eq!(millis, [30_000, 30_000, 120_000, 3_600_000, 0, 500, 250, 86_400_000]);
    }

    #[test]
    fn nonsense_is_an_error_that_names_its_header() {
        for (name, value) in [
            ("x-d8-max-wait", "soon"),
            ("x-d8-max-wait", "-1"),
            ("x-d8-max-wait", ""),
            ("x-d8-max-wait", "1.2.3"),
            ("x-d8-priority", "0"),
            ("x-d8-priority", "11"),
            ("x-d8-priority", "high"),
            ("x-d8-durable", "perhaps"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert_eq!(error.status.as_u16(), 400, "{name}: {value}");
            assert!(error.message.contains(name), "{}", error.message);
        }
    }

    #[test]
    fn the_rest_is_read() {
        let wishes = read(&[
            ("x-d8-priority", "10"),
            ("x-d8-client", "nightly"),
            ("x-d8-durable", "true"),
            ("x-stainless-retry-count", "1"),
        ]);
        let wishes = wishes.unwrap();
        assert_eq!((wishes.priority, &*wishes.client), (10, "nightly"));
        assert!(wishes.durable && wishes.resent);
    }
}
