//! The work that `[[agent]]`s bring.

use std::str::FromStr;

use croner::Cron;
use d8_core::time::Timestamp;
use jiff::ToSpan;

use super::work::{Demand, Work};
use super::{DAYS, MONTH_MICROS};
use crate::config::{Agent, Prompt, Schedule};

/// What a task takes where flags say so.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Sizes {
    /// Tokens of a prompt; none: by the length of the agent's text.
    pub(crate) input: Option<u32>,
    /// Tokens of an answer.
    pub(crate) output: u32,
}

/// One piece of work for each agent. Prompts that cannot be read count as empty; `read` gives a file's length.
pub(crate) fn work(
    agents: &[Agent],
    sizes: Sizes,
    now: Timestamp,
    read: impl Fn(&std::path::Path) -> u64,
) -> Vec<Work> {
    let of = |agent: &Agent| {
        let bytes = match &agent.prompt {
            Prompt::Text(text) => text.len() as u64,
            Prompt::File(path) => read(path),
        };
        // Four bytes a token, as everywhere where nothing better is known.
        let input = sizes
            .input
            .unwrap_or_else(|| u32::try_from(bytes.div_ceil(4)).unwrap_or(u32::MAX));
        Work {
            name: Some(agent.name.clone()),
            route: None,
            demand: Demand::a_month(occurrences(&agent.schedule, now), input, sizes.output),
        }
    };
    agents.iter().map(of).collect()
}

/// How often an agent works in 30 days.
fn occurrences(schedule: &Schedule, now: Timestamp) -> u128 {
    match schedule {
        Schedule::PerDay(times) => u128::from(*times) * DAYS,
        Schedule::Every(time) => MONTH_MICROS / time.as_micros().max(1),
        Schedule::Cron(line) => by_cron(line, now),
    }
}

/// In the 30 days from now on.
fn by_cron(line: &str, now: Timestamp) -> u128 {
    let Ok(cron) = Cron::from_str(line) else { return 0 };
    let Ok(start) = jiff::Timestamp::from_microsecond(now.as_micros()) else {
        return 0;
    };
    // In UTC: the clock changes of a zone move occurrences, and hardly ever their number.
    let start = start.to_zoned(jiff::tz::TimeZone::UTC);
    let Ok(end) = start.checked_add((30 * 24).hours()) else {
        return 0;
    };
    cron.iter_after(start).take_while(|at| *at <= end).count() as u128
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_counted_over_thirty_days() {
        // 1 November 2026, 00:00 UTC, a Sunday.
        let now = Timestamp::from_secs(1_793_491_200);
        let count = |schedule: &Schedule| occurrences(schedule, now);
        assert_eq!(count(&Schedule::PerDay(100)), 3_000);
        assert_eq!(count(&Schedule::Every(std::time::Duration::from_secs(900))), 2_880);
        assert_eq!(count(&Schedule::Cron("*/15 * * * *".to_owned())), 2_880);
        assert_eq!(count(&Schedule::Cron("0 9 * * MON-FRI".to_owned())), 21);
    }
}
