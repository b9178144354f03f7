//! Moments in words.

use std::time::Duration;

use d8_core::time::Timestamp;

use super::span;
use crate::text;

/// A moment as a clock on the wall shows it now: "09:14", "09:14 tomorrow", "09:14 on 3 December", and the year where it
/// is another one.
pub fn clock(at: Timestamp, now: Timestamp) -> String {
    let zone = jiff::tz::TimeZone::system();
    let moment = |at: Timestamp| jiff::Timestamp::from_microsecond(at.as_micros());
    let (Ok(then), Ok(now)) = (moment(at), moment(now)) else {
        return text!("clock-never");
    };
    let (then, now) = (then.to_zoned(zone.clone()), now.to_zoned(zone));
    let time = then.strftime("%H:%M").to_string();
    let (date, today) = (then.date(), now.date());
    let day = text!("clock-day", day = date.day().to_string(), month = date.month());
    if date == today {
        time
    } else if Some(date) == today.tomorrow().ok() {
        text!("clock-tomorrow", time = time)
    } else if date.year() == today.year() {
        text!("clock-on", time = time, day = day)
    } else {
        text!("clock-year", time = time, day = day, year = date.year().to_string())
    }
}

/// So long before now: "3 s ago".
pub fn ago(length: Duration) -> String {
    if length < Duration::from_secs(1) {
        text!("moment-now")
    } else {
        text!("moment-ago", length = span(length))
    }
}

/// So long after now: "in 12 s".
pub fn ahead(length: Duration) -> String {
    if length.is_zero() {
        text!("moment-now")
    } else {
        text!("moment-ahead", length = span(length))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::words::language::Language;
    use crate::words::language::tests::speaking;

    #[test]
    fn moments_around_now() {
        let seconds = Duration::from_secs;
        let said = || {
            [
                ago(Duration::from_millis(300)),
                ago(seconds(3)),
                ahead(seconds(0)),
                ahead(seconds(62)),
            ]
        };
        assert_eq!(said(), ["now", "3 s ago", "now", "in 1 m 02 s"]);
        assert_eq!(
            speaking(Language::Spanish, said),
            ["ahora", "hace 3 s", "ahora", "dentro de 1 m 02 s"]
        );
    }

    #[test]
    fn days_that_are_not_today_are_named() {
        let zone = jiff::tz::TimeZone::system();
        let at = |year: i16, month: i8, day: i8| {
            let local = jiff::civil::date(year, month, day)
                .at(9, 14, 0, 0)
                .to_zoned(zone.clone());
            Timestamp::from_micros(local.unwrap().timestamp().as_microsecond())
        };
        let now = at(2026, 12, 1);
        let moments = [now, at(2026, 12, 2), at(2026, 12, 3), at(2027, 1, 3)];
        let said = || moments.map(|at| clock(at, now));
        let english = [
            "09:14",
            "09:14 tomorrow",
            "09:14 on 3 December",
            "09:14 on 3 January 2027",
        ];
        assert_eq!(said(), english);
        let spanish = [
            "09:14",
            "09:14 de mañana",
            "09:14 del 3 de diciembre",
            "09:14 del 3 de enero de 2027",
        ];
        assert_eq!(speaking(Language::Spanish, said), spanish);
    }
}
