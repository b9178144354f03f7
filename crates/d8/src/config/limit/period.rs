//! How long a period is: the `per` of a limit, and every other duration in d8.toml.

use std::time::Duration;

use jiff::Span;

use crate::config::fault::Fault;
use crate::text;
use crate::words::language::Language;

const DAY: Duration = Duration::from_secs(86_400);
const HOUR: Duration = Duration::from_secs(3_600);
const MINUTE: Duration = Duration::from_secs(60);

/// A length of time in which days and months are the calendar's.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Period {
    months: u32,
    days: u32,
    exact: Duration,
}

impl Period {
    /// One minute.
    pub(crate) const MINUTE: Self = Self {
        months: 0,
        days: 0,
        exact: MINUTE,
    };
    /// One calendar day.
    pub(crate) const DAY: Self = Self {
        months: 0,
        days: 1,
        exact: Duration::ZERO,
    };
    /// One calendar month.
    pub(crate) const MONTH: Self = Self {
        months: 1,
        days: 0,
        exact: Duration::ZERO,
    };

    /// Reads "2s", "1h30m", "1d", "1mo". Fails on anything that is no time, and on none at all.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let bad = || Fault::new(text!("fault-no-time", written = text)).hint(text!("fault-write-time"));
        let span: Span = text.trim().parse().map_err(|_| bad())?;
        let months = i64::from(span.get_years()) * 12 + i64::from(span.get_months());
        let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
        let exact = span
            .years(0)
            .months(0)
            .weeks(0)
            .days(0)
            .to_duration(jiff::SpanRelativeTo::days_are_24_hours())
            .map_err(|_| bad())?;
        let period = Self {
            months: u32::try_from(months).map_err(|_| bad())?,
            days: u32::try_from(days).map_err(|_| bad())?,
            exact: Duration::try_from(exact).map_err(|_| bad())?,
        };
        if period.nominal().is_zero() {
            return Err(Fault::new(text!("fault-zero-time", written = text)).hint(text!("fault-longer-than-zero")));
        }
        Ok(period)
    }

    /// Its length where a day has 24 hours and a month 30 days.
    pub(crate) fn nominal(self) -> Duration {
        DAY * self.months * 30 + DAY * self.days + self.exact
    }

    /// The longest that it can last anywhere: months of 31 days, and the hour that a clock change adds.
    pub(crate) fn longest(self) -> Duration {
        let calendar = self.months > 0 || self.days > 0;
        let clock_change = if calendar { HOUR } else { Duration::ZERO };
        DAY * self.months * 31 + DAY * self.days + self.exact + clock_change
    }

    /// The name of it: "minute", "day", "2 s".
    pub(crate) fn name(self, language: Language) -> String {
        let (count, unit) = self.in_units();
        text!(language => "period", count = count, unit = unit)
    }

    /// How often: "a minute", "an hour", "per 2 s".
    pub(crate) fn each(self, language: Language) -> String {
        let (count, unit) = self.in_units();
        text!(language => "period-each", count = count, unit = unit)
    }

    /// How many of which unit: the largest that it is a whole number of.
    fn in_units(self) -> (u64, &'static str) {
        let Self { months, days, exact } = self;
        match (months, days) {
            (0, 0) => exact_units(exact),
            (months, 0) if exact.is_zero() => (months.into(), "month"),
            (0, days) if exact.is_zero() => (days.into(), "day"),
            _ => exact_units(self.nominal()),
        }
    }

    /// The same text for the same period however it was written: part of a limit's key.
    pub(crate) fn canonical(self) -> String {
        let mut text = String::new();
        for (amount, unit) in [(self.months, "mo"), (self.days, "d")] {
            if amount > 0 {
                text.push_str(&format!("{amount}{unit}"));
            }
        }
        if !self.exact.is_zero() {
            text.push_str(&format!("{}ms", self.exact.as_millis()));
        }
        text
    }
}

/// A length of time where days are 24 hours and months 30 days.
pub(crate) fn duration(text: &str) -> Result<Duration, Fault> {
    Period::parse(text).map(Period::nominal)
}

fn exact_units(exact: Duration) -> (u64, &'static str) {
    let units = [(HOUR, "hour"), (MINUTE, "minute"), (Duration::from_secs(1), "second")];
    let whole = |unit: Duration| {
        let (length, unit) = (exact.as_nanos(), unit.as_nanos());
        length.is_multiple_of(unit).then_some(length / unit)
    };
    let found = units.into_iter().find_map(|(unit, name)| Some((whole(unit)?, name)));
    let (count, name) = found.unwrap_or((exact.as_millis(), "millisecond"));
    (u64::try_from(count).unwrap_or(u64::MAX), name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, nominal_secs, longest_secs, name) in [
            ("2s", 2, 2, "2 s"),
            ("90s", 90, 90, "90 s"),
            ("60s", 60, 60, "minute"),
            ("1m", 60, 60, "minute"),
            ("1h", 3_600, 3_600, "hour"),
            ("1h30m", 5_400, 5_400, "90 min"),
            ("24h", 86_400, 86_400, "24 h"),
            ("1d", 86_400, 90_000, "day"),
            ("1w", 604_800, 608_400, "7 days"),
            ("1mo", 2_592_000, 31 * 86_400 + 3_600, "month"),
        ] {
            let period = Period::parse(text).unwrap();
            assert_eq!(period.nominal().as_secs(), nominal_secs, "{text}");
            assert_eq!(period.longest().as_secs(), longest_secs, "{text}");
            assert_eq!(period.name(Language::English), name, "{text}");
        }
        assert_eq!(Period::parse("500ms").unwrap().nominal(), Duration::from_millis(500));
        assert_eq!(Period::parse("500ms").unwrap().name(Language::English), "500 ms");
        assert_eq!(Period::parse("60s").unwrap().canonical(), Period::MINUTE.canonical());
    }

    #[test]
    fn periods_are_named_as_a_rate() {
        let each = |text: &str| Language::ALL.map(|language| Period::parse(text).unwrap().each(language));
        assert_eq!(each("1m"), ["a minute", "por minuto"]);
        assert_eq!(each("1h"), ["an hour", "por hora"]);
        assert_eq!(each("1d"), ["a day", "por día"]);
        assert_eq!(each("2s"), ["per 2 s", "cada 2 s"]);
        assert_eq!(each("3mo"), ["per 3 months", "cada 3 meses"]);
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in ["", "soon", "-1m", "5", "0s", "1x", "99999999999999999999d"] {
            assert!(Period::parse(text).is_err(), "{text}");
        }
    }
}
