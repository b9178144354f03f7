//! Wall-clock resets: "00:00 America/Los_Angeles" every day, "1 00:00 UTC" every month, as instants.

use std::sync::Arc;

use d8_core::time::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

use crate::config::fault::Fault;
use crate::config::limit::period::Period;
use crate::config::suggestion::nearest;
use crate::text;
use crate::words::language::Language;

/// Edges are worked out from here before now: a month's count must be right after a restart.
const BACK: i64 = 40;
/// To here after now: no process runs longer, and after the last edge the period is taken to be open.
const AHEAD: i64 = 3 * 365 + 1;

/// When a count begins anew by the clock on a wall.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ResetTime {
    /// The day of the month; none for every day.
    day: Option<i8>,
    time: Time,
    zone: TimeZone,
    zone_name: String,
}

impl ResetTime {
    /// Reads `HH:MM ZONE` or, for months, `DAY HH:MM ZONE`.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let bad = || Fault::new(text!("fault-no-reset", written = text)).hint(text!("fault-write-reset"));
        let words: Vec<&str> = text.split_whitespace().collect();
        let (day, time, zone_name) = match words[..] {
            [time, zone] => (None, time, zone),
            [day, time, zone] => (
                Some(
                    day.parse::<i8>()
                        .ok()
                        .filter(|day| (1..=31).contains(day))
                        .ok_or_else(bad)?,
                ),
                time,
                zone,
            ),
            _ => return Err(bad()),
        };
        let time = clock(time).ok_or_else(bad)?;
        Ok(Self {
            day,
            time,
            zone: zone(zone_name)?,
            zone_name: zone_name.to_owned(),
        })
    }

    /// The period from one reset to the next.
    pub(crate) fn period(&self) -> Period {
        if self.day.is_some() { Period::MONTH } else { Period::DAY }
    }

    /// The resets around `now`, ascending. A time that a clock change skips counts as the first moment after it, one
    /// that comes twice as its first coming.
    pub(crate) fn edges(&self, now: Timestamp) -> Arc<[Timestamp]> {
        let today = jiff::Timestamp::from_microsecond(now.as_micros())
            .unwrap_or_default()
            .to_zoned(self.zone.clone())
            .date();
        let (Ok(first), Ok(last)) = (today.checked_add((-BACK).days()), today.checked_add(AHEAD.days())) else {
            return Arc::from([]);
        };
        let (start, step) = match self.day {
            None => (first, 1.day()),
            Some(_) => (first.first_of_month(), 1.month()),
        };
        let mut edges: Vec<Timestamp> = dates(start, last, step).filter_map(|date| self.instant(date)).collect();
        edges.dedup();
        edges.into()
    }

    fn instant(&self, date: Date) -> Option<Timestamp> {
        // A month without a 31st resets on its last day.
        let date = match self.day {
            Some(day) => date.with().day(day.min(date.days_in_month())).build().ok()?,
            None => date,
        };
        let zoned = date.to_datetime(self.time).to_zoned(self.zone.clone()).ok()?;
        Some(Timestamp::from_micros(zoned.timestamp().as_microsecond()))
    }

    /// "midnight Pacific", "16:00 Asia/Shanghai", "day 1, midnight UTC".
    pub(crate) fn in_words(&self, language: Language) -> String {
        let zone = match self.zone_name.as_str() {
            "America/Los_Angeles" => text!(language => "reset-pacific"),
            other => other.to_owned(),
        };
        let reset = match (self.time.hour(), self.time.minute()) {
            (0, 0) => text!(language => "reset-midnight", zone = zone),
            (hour, minute) => text!(language => "reset-time", time = format!("{hour:02}:{minute:02}"), zone = zone),
        };
        match self.day {
            Some(day) => text!(language => "reset-day", day = day.to_string(), reset = reset),
            None => reset,
        }
    }

    /// The same text for the same reset: part of a limit's key.
    pub(crate) fn canonical(&self) -> String {
        let day = self.day.map_or_else(String::new, |day| format!("{day} "));
        format!(
            "{day}{:02}:{:02} {}",
            self.time.hour(),
            self.time.minute(),
            self.zone_name
        )
    }
}

fn dates(start: Date, last: Date, step: Span) -> impl Iterator<Item = Date> {
    start.series(step).take_while(move |date| *date <= last)
}

/// `HH:MM`.
fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

fn zone(name: &str) -> Result<TimeZone, Fault> {
    TimeZone::get(name).map_err(|_| {
        let known: Vec<String> = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
        let fault = Fault::new(text!("fault-unknown-zone", name = name));
        match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => fault.hint(text!("fault-did-you-mean", near = near)),
            None => fault.hint(text!("fault-zones-have")),
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    fn edges(reset: &str, now: &str) -> Vec<Timestamp> {
        ResetTime::parse(reset).unwrap().edges(at(now)).to_vec()
    }

    #[test]
    fn days_follow_the_zone_through_clock_changes() {
        let edges = edges("00:00 America/Los_Angeles", "2026-03-08T12:00:00Z");
        let of = |edge: &str| edges.iter().position(|known| *known == at(edge)).unwrap();
        // 8 March 2026 has 23 hours there, 1 November 25.
        assert_eq!(of("2026-03-09T07:00:00Z") - of("2026-03-08T08:00:00Z"), 1);
        assert_eq!(of("2026-11-02T08:00:00Z") - of("2026-11-01T07:00:00Z"), 1);
        assert_eq!(edges.first(), Some(&at("2026-01-27T08:00:00Z")));
        assert_eq!(edges.last(), Some(&at("2029-03-08T08:00:00Z")));
        assert!(edges.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn a_midnight_that_does_not_exist_is_the_first_moment_after_it() {
        // Cairo's clocks go from 24 April 2026 00:00 to 01:00.
        assert!(edges("00:00 Africa/Cairo", "2026-04-20T00:00:00Z").contains(&at("2026-04-23T22:00:00Z")));
    }

    #[test]
    fn months_begin_on_their_day_or_their_last() {
        let first = edges("1 00:00 UTC", "2026-11-20T00:00:00Z");
        assert_eq!(
            &first[..4],
            [
                at("2026-10-01T00:00:00Z"),
                at("2026-11-01T00:00:00Z"),
                at("2026-12-01T00:00:00Z"),
                at("2027-01-01T00:00:00Z")
            ]
        );
        assert!(edges("31 00:00 UTC", "2026-11-20T00:00:00Z").contains(&at("2027-02-28T00:00:00Z")));
    }

    #[test]
    fn bad_times_and_zones_are_told() {
        for text in ["", "00:00", "25:00 UTC", "0 00:00 UTC", "32 00:00 UTC", "midnight UTC"] {
            assert!(ResetTime::parse(text).is_err(), "{text}");
        }
        let fault = ResetTime::parse("00:00 America/Los_Angles").unwrap_err();
        assert_eq!(fault.hints, ["did you mean `America/Los_Angeles`?"]);
    }
}
