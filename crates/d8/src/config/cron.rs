//! Checks the form of a cron line: five fields of numbers, names, ranges, lists and steps.

use std::str::FromStr;

use croner::Cron;
use jiff::tz::TimeZone;

use super::fault::Fault;
use crate::text;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// One field: its name in texts, its least and greatest number, and names for numbers from the least on.
struct Field {
    name: &'static str,
    least: u32,
    greatest: u32,
    words: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field {
        name: "minute",
        least: 0,
        greatest: 59,
        words: &[],
    },
    Field {
        name: "hour",
        least: 0,
        greatest: 23,
        words: &[],
    },
    Field {
        name: "day",
        least: 1,
        greatest: 31,
        words: &[],
    },
    Field {
        name: "month",
        least: 1,
        greatest: 12,
        words: &MONTHS,
    },
    Field {
        name: "weekday",
        least: 0,
        greatest: 7,
        words: &WEEKDAYS,
    },
];

/// Fails on a line that no cron would take.
pub(crate) fn check(line: &str) -> Result<(), Fault> {
    let texts: Vec<&str> = line.split_whitespace().collect();
    if texts.len() != FIELDS.len() {
        return Err(Fault::new(text!("cron-fields", count = texts.len())).hint(text!("cron-fields-next")));
    }
    for (field, text) in FIELDS.iter().zip(texts) {
        if !text.split(',').all(|part| field.takes(part)) {
            return Err(
                Fault::new(text!("cron-no-such", written = text, field = field.name)).hint(text!(
                    "cron-takes",
                    least = field.least.to_string(),
                    greatest = field.greatest.to_string()
                )),
            );
        }
    }
    if !comes(line) {
        return Err(Fault::new(text!("cron-never", line = line)).hint(text!("cron-never-next")));
    }
    Ok(())
}

/// Whether a calendar has such a moment.
fn comes(line: &str) -> bool {
    let Ok(cron) = Cron::from_str(line) else { return false };
    let some_day = jiff::civil::date(2024, 1, 1).to_zoned(TimeZone::UTC);
    some_day.is_ok_and(|day| cron.find_next_occurrence(&day, true).is_ok())
}

impl Field {
    /// `*`, `5`, `1-5`, each perhaps with `/2`.
    fn takes(&self, part: &str) -> bool {
        let (range, step) = part
            .split_once('/')
            .map_or((part, None), |(range, step)| (range, Some(step)));
        let step_is_right = step.is_none_or(|step| step.parse::<u32>().is_ok_and(|step| step > 0));
        let range_is_right = match range.split_once('-') {
            _ if range == "*" => true,
            Some((from, to)) => matches!((self.number(from), self.number(to)), (Some(from), Some(to)) if from <= to),
            None => self.number(range).is_some(),
        };
        step_is_right && range_is_right
    }

    fn number(&self, text: &str) -> Option<u32> {
        let named = self
            .words
            .iter()
            .zip(self.least..)
            .find(|(word, _)| text.eq_ignore_ascii_case(word));
        named
            .map(|(_, number)| number)
            .or_else(|| text.parse().ok())
            .filter(|number| (self.least..=self.greatest).contains(number))
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn takes_cron_lines_and_nothing_else() {
        for line in [
            "* * * * *",
            "*/15 * * * *",
            "0 9-17/2 1,15 jan-mar MON-FRI",
            "59 23 31 12 7",
        ] {
            assert!(check(line).is_ok(), "{line}");
        }
        for line in [
            "",
            "* * * *",
            "60 * * * *",
            "*/0 * * * *",
            "5-1 * * * *",
            "* * 0 * *",
            "* * * foo *",
            "0 0 30 2 *",
            "every 5 minutes now please",
        ] {
            assert!(check(line).is_err(), "{line}");
        }
    }
}
