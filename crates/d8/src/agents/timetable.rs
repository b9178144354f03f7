//! When an agent's next piece of work is due. Pure: the present is passed in, and a zone's rules are data.

use std::str::FromStr;
use std::time::Duration;

use croner::Cron;
use d8_core::time::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp as Instant, Zoned};

use crate::config::{Agent, Hours, Schedule};

/// So many occurrences outside of the active hours are passed over before an agent counts as never active.
const MOST_PASSED: usize = 20_000;

/// The schedule of one agent.
#[derive(Clone, Debug)]
pub struct Timetable {
    rule: Rule,
    zone: TimeZone,
    active: Option<Hours>,
}

#[derive(Clone, Debug)]
enum Rule {
    Every(Duration),
    Cron(Box<Cron>),
    PerDay(u32),
    /// A line that no calendar has a day for.
    Never,
}

impl Timetable {
    /// An agent's.
    pub fn of(agent: &Agent) -> Self {
        Self::new(&agent.schedule, agent.zone.clone(), agent.active)
    }

    /// By the clock of `zone`.
    pub fn new(schedule: &Schedule, zone: TimeZone, active: Option<Hours>) -> Self {
        let rule = match schedule {
            Schedule::Every(length) => Rule::Every(*length),
            Schedule::Cron(line) => Cron::from_str(line).map_or(Rule::Never, |cron| Rule::Cron(Box::new(cron))),
            Schedule::PerDay(times) => Rule::PerDay(*times),
        };
        Self { rule, zone, active }
    }

    /// The first occurrence after this moment. `last` is the latest one that was dealt with: what comes every so often is
    /// counted from it. Without one the first is at once.
    pub fn next(&self, last: Option<Timestamp>, after: Timestamp) -> Option<Timestamp> {
        match &self.rule {
            Rule::Every(length) => self.every(*length, last, after),
            Rule::Cron(cron) => self.cron(cron, after),
            Rule::PerDay(times) => self.per_day(*times, after),
            Rule::Never => None,
        }
    }

    /// Whether an agent that never worked begins at once.
    pub fn begins_at_once(&self) -> bool {
        matches!(self.rule, Rule::Every(_))
    }

    fn every(&self, length: Duration, last: Option<Timestamp>, after: Timestamp) -> Option<Timestamp> {
        let step = i64::try_from(length.as_micros()).ok()?.max(1);
        let first = last.unwrap_or(Timestamp::from_micros(after.as_micros() + 1));
        let from = |moment: i64| {
            let steps = (moment - first.as_micros()).div_euclid(step) + 1;
            Timestamp::from_micros(first.as_micros().saturating_add(steps.max(0).saturating_mul(step)))
        };
        let mut next = if first > after { first } else { from(after.as_micros()) };
        for _ in 0..MOST_PASSED {
            let Some(opens) = self.opens_after(next) else {
                return Some(next);
            };
            next = from(opens.as_micros() - 1);
        }
        None
    }

    /// Where a moment is outside of the active hours: when they begin again.
    fn opens_after(&self, moment: Timestamp) -> Option<Timestamp> {
        self.active?;
        let date = self.local(moment)?.date();
        let (begin, end) = self.bounds(date)?;
        if moment < begin {
            return Some(begin);
        }
        if moment < end {
            return None;
        }
        Some(self.bounds(date.tomorrow().ok()?)?.0)
    }

    fn cron(&self, cron: &Cron, after: Timestamp) -> Option<Timestamp> {
        let mut at = self.local(after)?;
        for _ in 0..MOST_PASSED {
            at = cron.find_next_occurrence(&at, false).ok()?;
            let next = Timestamp::from_micros(at.timestamp().as_microsecond());
            if next > after && !self.came_before(&at) && self.opens_after(next).is_none() {
                return Some(next);
            }
        }
        None
    }

    /// Whether the clock has shown this time before: it was put back, and what comes twice is taken once.
    fn came_before(&self, at: &Zoned) -> bool {
        let both = self.zone.to_ambiguous_zoned(at.datetime());
        both.is_ambiguous() && both.earlier().is_ok_and(|first| first.timestamp() < at.timestamp())
    }

    /// The day, however long it is, in so many equal parts: each begins with a piece of work.
    fn per_day(&self, times: u32, after: Timestamp) -> Option<Timestamp> {
        let mut date = self.local(after)?.date();
        for _ in 0..3 {
            let (begin, end) = self.bounds(date)?;
            let (begin, length) = (begin.as_micros(), i128::from(end.as_micros() - begin.as_micros()));
            let slot = |number: i128| begin + i64::try_from(length * number / i128::from(times)).unwrap_or(i64::MAX);
            let passed = i128::from((after.as_micros() - begin).max(0));
            // Rounding may hit the part before; never one later.
            let mut number = (passed * i128::from(times)).checked_div(length).unwrap_or_default();
            while number < i128::from(times) {
                if slot(number) > after.as_micros() {
                    return Some(Timestamp::from_micros(slot(number)));
                }
                number += 1;
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// The active hours of a day, as moments; the whole day where nothing is said.
    fn bounds(&self, date: Date) -> Option<(Timestamp, Timestamp)> {
        let from = self.active.map_or(Time::midnight(), |hours| hours.from);
        let to = self.active.map_or(Time::midnight(), |hours| hours.to);
        let moment = |date: Date, time: Time| {
            let zoned = if time == Time::midnight() {
                // Where the clock skips midnight the day begins later.
                date.to_zoned(self.zone.clone())
            } else {
                date.to_datetime(time).to_zoned(self.zone.clone())
            };
            let micros = zoned.ok()?.timestamp().as_microsecond();
            Some(Timestamp::from_micros(micros))
        };
        let end = if to == Time::midnight() {
            date.tomorrow().ok()?
        } else {
            date
        };
        Some((moment(date, from)?, moment(end, to)?))
    }

    fn local(&self, moment: Timestamp) -> Option<Zoned> {
        local(moment, &self.zone)
    }
}

/// A moment on the clock of a zone.
pub fn local(moment: Timestamp, zone: &TimeZone) -> Option<Zoned> {
    let instant = Instant::from_microsecond(moment.as_micros()).ok()?;
    Some(instant.to_zoned(zone.clone()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Timestamp {
        let instant: Instant = text.parse().unwrap();
        Timestamp::from_micros(instant.as_microsecond())
    }

    fn table(schedule: &Schedule, zone: &str, active: Option<(&str, &str)>) -> Timetable {
        let time = |text: &str| text.parse().unwrap();
        let active = active.map(|(from, to)| Hours {
            from: time(from),
            to: time(to),
        });
        Timetable::new(schedule, TimeZone::get(zone).unwrap(), active)
    }

    fn cron(line: &str) -> Timetable {
        table(&Schedule::Cron(line.to_owned()), "Europe/Madrid", None)
    }

    /// The next occurrences after a moment, in local time.
    fn following(table: &Timetable, after: &str, count: usize) -> Vec<String> {
        let mut now = at(after);
        let mut last = Some(now);
        let mut all = Vec::new();
        while all.len() < count {
            now = table.next(last, now).unwrap();
            last = Some(now);
            let there = table.local(now).unwrap();
            all.push(there.strftime("%d %H:%M:%S%:z").to_string());
        }
        all
    }

    #[test]
    fn what_comes_every_so_often_is_counted_from_the_last_one() {
        let quarter = table(&Schedule::Every(Duration::from_secs(900)), "UTC", None);
        let last = at("2026-03-01T10:07:00Z");
        assert_eq!(quarter.next(Some(last), last), Some(at("2026-03-01T10:22:00Z")));
        let later = at("2026-03-01T12:00:00Z");
        assert_eq!(quarter.next(Some(last), later), Some(at("2026-03-01T12:07:00Z")));
        let first = quarter.next(None, later).unwrap();
        assert!(first > later && first.since(later) < Duration::from_secs(1), "at once");
    }

    #[test]
    fn a_clock_that_is_put_forward_skips_no_cron_line() {
        // In Madrid 02:00 becomes 03:00 on 29 March 2026.
        let half_past_two = cron("30 2 * * *");
        assert_eq!(
            following(&half_past_two, "2026-03-28T00:00:00Z", 3),
            ["28 02:30:00+01:00", "29 03:00:00+02:00", "30 02:30:00+02:00"]
        );
        let quarters = following(&cron("*/30 * * * *"), "2026-03-29T00:29:00Z", 3);
        assert_eq!(
            quarters,
            ["29 01:30:00+01:00", "29 03:00:00+02:00", "29 03:30:00+02:00"]
        );
    }

    #[test]
    fn a_clock_that_is_put_back_does_a_time_of_day_once() {
        // In Madrid 03:00 becomes 02:00 on 25 October 2026.
        let half_past_two = following(&cron("30 2 * * *"), "2026-10-24T12:00:00Z", 2);
        assert_eq!(half_past_two, ["25 02:30:00+02:00", "26 02:30:00+01:00"]);
        let half_hours = following(&cron("*/30 * * * *"), "2026-10-25T00:00:00Z", 3);
        assert_eq!(
            half_hours,
            ["25 02:30:00+02:00", "25 03:00:00+01:00", "25 03:30:00+01:00"]
        );
        let of_a_night = following(&cron("*/30 1-3 25 10 *"), "2026-10-24T22:00:00Z", 6);
        assert_eq!(
            of_a_night,
            [
                "25 01:00:00+02:00",
                "25 01:30:00+02:00",
                "25 02:00:00+02:00",
                "25 02:30:00+02:00",
                "25 03:00:00+01:00",
                "25 03:30:00+01:00"
            ]
        );
        // Asked in the hour that comes again, it gives none of it.
        let within = following(&cron("*/30 * * * *"), "2026-10-25T01:10:00Z", 1);
        assert_eq!(within, ["25 03:00:00+01:00"]);
    }

    #[test]
    fn so_often_a_day_is_spread_over_days_of_any_length() {
        let daily = table(&Schedule::PerDay(100), "Europe/Madrid", None);
        for (day, hours) in [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25)] {
            let date: Date = day.parse().unwrap();
            let (begin, end) = daily.bounds(date).unwrap();
            let mut moments = vec![daily.next(None, Timestamp::from_micros(begin.as_micros() - 1)).unwrap()];
            while let Some(next) = daily.next(None, moments[moments.len() - 1]).filter(|next| *next < end) {
                moments.push(next);
            }
            assert_eq!((moments.len(), moments[0]), (100, begin), "{day}");
            let part = f64::from(hours) * 36.0;
            for pair in moments.windows(2) {
                assert!((pair[1].since(pair[0]).as_secs_f64() - part).abs() < 0.001, "{day}");
            }
        }
        let odd = table(&Schedule::PerDay(7), "America/Sao_Paulo", None);
        let mut now = at("2018-11-03T00:00:00Z");
        for _ in 0..28 {
            // There the clock skipped midnight on 4 November 2018.
            let next = odd.next(None, now).unwrap();
            assert!(next > now && next.since(now) < Duration::from_secs(4 * 3_600));
            now = next;
        }
    }

    #[test]
    fn active_hours_hold_for_every_kind() {
        let hours = Some(("08:00", "20:00"));
        let daily = table(&Schedule::PerDay(4), "Europe/Madrid", hours);
        assert_eq!(
            following(&daily, "2026-06-01T00:00:00Z", 5),
            [
                "01 08:00:00+02:00",
                "01 11:00:00+02:00",
                "01 14:00:00+02:00",
                "01 17:00:00+02:00",
                "02 08:00:00+02:00"
            ]
        );
        let every = table(&Schedule::Every(Duration::from_secs(5 * 3_600)), "Europe/Madrid", hours);
        assert_eq!(
            following(&every, "2026-06-01T05:00:00Z", 4),
            [
                "01 12:00:00+02:00",
                "01 17:00:00+02:00",
                "02 08:00:00+02:00",
                "02 13:00:00+02:00"
            ]
        );
        let hourly = table(&Schedule::Cron("0 * * * *".to_owned()), "Europe/Madrid", hours);
        assert_eq!(
            following(&hourly, "2026-06-01T16:30:00Z", 2),
            ["01 19:00:00+02:00", "02 08:00:00+02:00"]
        );
        let until_midnight = table(&Schedule::PerDay(2), "UTC", Some(("22:00", "00:00")));
        assert_eq!(
            following(&until_midnight, "2026-06-01T12:00:00Z", 2),
            ["01 22:00:00+00:00", "01 23:00:00+00:00"]
        );
    }

    #[test]
    fn a_day_that_never_comes_is_never() {
        assert_eq!(cron("0 0 30 2 *").next(None, at("2026-01-01T00:00:00Z")), None);
    }
}
