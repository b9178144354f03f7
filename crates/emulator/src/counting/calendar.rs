//! Where fixed windows begin and end: at multiples of a period in Unix time, at midnight in Los Angeles, or where told.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::limit::{DAY, Micros};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Calendar {
    /// A new window at every multiple of this length in Unix time.
    Every(Micros),
    /// A new window at every midnight in `America/Los_Angeles`.
    PacificDay,
    /// A new window at each of these instants, ascending.
    Edges(Arc<[Micros]>),
}

impl Calendar {
    /// The window `[start, end)` that holds this instant.
    pub(super) fn window(&self, now: Micros) -> (Micros, Micros) {
        match self {
            Calendar::Every(length) => {
                let length = *length;
                let start = now.div_euclid(length) * length;
                (start, start + length)
            }
            Calendar::PacificDay => pacific_day(now).unwrap_or_else(|| Calendar::Every(DAY).window(now)),
            Calendar::Edges(edges) => {
                let next = edges.partition_point(|edge| *edge <= now);
                let start = next.checked_sub(1).map_or(Micros::MIN, |last| edges[last]);
                (start, edges.get(next).copied().unwrap_or(Micros::MAX))
            }
        }
    }
}

/// `None` only outside the years that the zone database covers.
fn pacific_day(now: Micros) -> Option<(Micros, Micros)> {
    let local = Timestamp::from_microsecond(now).ok()?.to_zoned(los_angeles().clone());
    let start = local.start_of_day().ok()?;
    let end = local.tomorrow().ok()?.start_of_day().ok()?;
    Some((start.timestamp().as_microsecond(), end.timestamp().as_microsecond()))
}

fn los_angeles() -> &'static TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(|| TimeZone::get("America/Los_Angeles").expect("the zone database is built in"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::counting::limit::{HOUR, MINUTE};

    fn at(text: &str) -> Micros {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    #[test]
    fn a_minute_begins_at_the_full_minute_before_and_after_1970() {
        assert_eq!(
            Calendar::Every(MINUTE).window(at("2026-08-01T06:14:23.628Z")),
            (at("2026-08-01T06:14:00Z"), at("2026-08-01T06:15:00Z"))
        );
        assert_eq!(Calendar::Every(MINUTE).window(-1), (-MINUTE, 0));
    }

    #[test]
    fn the_pacific_day_ends_at_seven_in_summer_and_at_eight_in_winter() {
        assert_eq!(
            Calendar::PacificDay.window(at("2026-10-05T06:34:00Z")).1,
            at("2026-10-05T07:00:00Z")
        );
        assert_eq!(
            Calendar::PacificDay.window(at("2026-11-24T12:00:00Z")).1,
            at("2026-11-25T08:00:00Z")
        );
    }

    #[test]
    fn edges_that_were_told_part_the_windows() {
        let calendar = Calendar::Edges(Arc::from([10, 30]));
        let windows = [9, 10, 29, 30].map(|now| calendar.window(now));
        assert_eq!(windows, [(Micros::MIN, 10), (10, 30), (10, 30), (30, Micros::MAX)]);
    }

    #[test]
    fn days_of_a_clock_change_have_23_and_25_hours() {
        let (start, end) = Calendar::PacificDay.window(at("2026-03-08T20:00:00Z"));
        assert_eq!(end - start, 23 * HOUR);
        let (start, end) = Calendar::PacificDay.window(at("2026-11-01T20:00:00Z"));
        assert_eq!(end - start, 25 * HOUR);
    }
}
