//! Moments, as the HTTP API tells them (seconds since 1970) and as people read and write them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::{config, text, words};

/// Smaller numbers are lengths of time that lack their unit, not moments.
const YEAR_2001: f64 = 1e9;

/// Seconds since 1970.
pub(crate) fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    since.as_secs_f64()
}

/// From one moment to a later one; zero where it is not later.
pub(crate) fn between(from: f64, to: f64) -> Duration {
    Duration::try_from_secs_f64(to - from).unwrap_or(Duration::ZERO)
}

/// A length of time to the second, for what is shown: nobody wants tenths of a wait.
fn whole(length: Duration) -> Duration {
    if length < Duration::from_secs(1) {
        Duration::ZERO
    } else {
        Duration::from_secs(length.as_secs())
    }
}

/// "3 s ago".
pub(crate) fn past(then: f64, now: f64) -> String {
    words::ago(between(then, now))
}

/// "in 12 s", "now".
pub(crate) fn ahead(then: f64, now: f64) -> String {
    words::ahead(whole(between(now, then) + Duration::from_millis(999)))
}

/// A sentence with the time that is left, unless it says so itself ("next in 12 s", in whichever language the orchestrator
/// speaks) or the time has come. `says` makes a clause of that time.
pub(crate) fn with_time_left(
    sentence: &str,
    until: Option<f64>,
    now: f64,
    says: impl FnOnce(String) -> String,
) -> String {
    let counts = |before: &&str| {
        let mut parts = sentence.split(*before).skip(1);
        parts.any(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
    };
    // What ends with a point is a whole sentence, which tells its moment itself.
    let is_told = sentence.ends_with('.') || [" in ", " en ", " dentro de ", " faltan "].iter().any(counts);
    match until {
        Some(until) if until > now && !is_told => format!("{sentence}, {}", says(ahead(until, now))),
        _ => sentence.to_owned(),
    }
}

/// On the clock of this machine: "2026-08-01 14:05:09".
pub(crate) fn on_the_clock(then: f64) -> String {
    in_zone(then, TimeZone::system())
}

fn in_zone(then: f64, zone: TimeZone) -> String {
    let whole = Timestamp::from_second(then.floor() as i64);
    whole.map_or_else(
        |_| then.to_string(),
        |then| then.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

/// Reads "10m" (from now), "2026-08-01T14:00" (here), "2026-08-01T14:00:00Z" or seconds since 1970.
pub(crate) fn parse(text: &str) -> Result<f64, String> {
    read(text.trim(), now(), TimeZone::system())
}

fn read(text: &str, now: f64, zone: TimeZone) -> Result<f64, String> {
    let bad = || text!("moment-bad", text = text);
    if let Ok(seconds) = text.parse::<f64>() {
        return if seconds >= YEAR_2001 && seconds.is_finite() {
            Ok(seconds)
        } else {
            Err(text!("moment-no-unit", text = text))
        };
    }
    if let Ok(length) = config::duration(text) {
        return Ok((now + length.as_secs_f64()).round());
    }
    let there = text.parse::<Timestamp>().ok();
    let here = || text.parse::<DateTime>().ok()?.to_zoned(zone).ok();
    let moment = there.or_else(|| Some(here()?.timestamp())).ok_or_else(bad)?;
    Ok(moment.as_second() as f64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn moments_are_read_as_people_write_them() {
        let madrid = || TimeZone::get("Europe/Madrid").unwrap();
        let read = |text| read(text, 1_700_000_000.0, madrid());
        assert_eq!(read("10m"), Ok(1_700_000_600.0));
        assert_eq!(read("1785585600"), Ok(1_785_585_600.0));
        assert_eq!(read("2026-08-01T12:00:00Z"), Ok(1_785_585_600.0));
        assert_eq!(read("2026-08-01T14:00"), Ok(1_785_585_600.0));
        assert_eq!(read("2026-08-01 14:00"), Ok(1_785_585_600.0));
        assert!(read("90").unwrap_err().contains("lacks its unit"));
        assert!(read("tomorrow").unwrap_err().contains("no moment"));
    }

    #[test]
    fn moments_are_shown_on_the_clock_and_from_now() {
        assert_eq!(in_zone(1_785_585_600.9, TimeZone::UTC), "2026-08-01 12:00:00");
        assert_eq!(past(97.2, 100.0), "2 s ago");
        assert_eq!(
            [ahead(100.0, 100.0), ahead(112.0, 100.0), ahead(100.2, 100.0)],
            ["now", "in 12 s", "in 1 s"]
        );
        assert_eq!(ahead(90.0, 100.0), "now");
    }

    #[test]
    fn the_time_left_is_told_once() {
        let told = |sentence| with_time_left(sentence, Some(112.0), 100.0, |when| format!("next {when}"));
        assert_eq!(told("used up"), "used up, next in 12 s");
        for tells in [
            "used up, next in 11 s",
            "agotado, la próxima dentro de 11 s",
            "está en pausa; faltan 11 s",
            "It is free again at 09:00.",
        ] {
            assert_eq!(told(tells), tells);
        }
        assert_eq!(with_time_left("used up", Some(99.0), 100.0, |when| when), "used up");
    }
}
