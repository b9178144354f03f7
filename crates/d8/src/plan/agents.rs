//! The work that `[[agent]]`s bring.

use std::time::Duration;

use d8_core::time::Timestamp;
use jiff::tz::TimeZone;

use super::MONTH_MICROS;
use super::work::{Demand, Work};
use crate::agents::timetable::Timetable;
use crate::config::{Agent, Hours, Schedule};

/// The month that is planned.
const MONTH: Duration = Duration::from_secs(30 * 86_400);

/// What a task takes where flags say so.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Sizes {
    /// Tokens of a prompt; none: by the length of the agent's texts.
    pub(crate) input: Option<u32>,
    /// Tokens of an answer, where the agent allows so many.
    pub(crate) output: u32,
}

/// One piece of work for each agent.
pub(crate) fn work(agents: &[Agent], sizes: Sizes, now: Timestamp) -> Vec<Work> {
    let of = |agent: &Agent| {
        let system = agent.system.iter().flat_map(|system| system.all());
        let longest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0) as u64;
        let bytes = longest(&mut agent.prompt.all().map(|text| text.text().len()))
            + longest(&mut system.map(|text| text.text().len()));
        // Four bytes a token, as everywhere where nothing better is known.
        let input = sizes
            .input
            .unwrap_or_else(|| u32::try_from(bytes.div_ceil(4)).unwrap_or(u32::MAX));
        let times = occurrences(&agent.schedule, &agent.zone, agent.active, now);
        Work {
            name: Some(agent.name.clone()),
            route: agent.asks_for.clone(),
            demand: Demand::a_month(
                times,
                input,
                agent.max_tokens.map_or(sizes.output, |most| most.min(sizes.output)),
            ),
        }
    };
    agents.iter().map(of).collect()
}

/// How often an agent works in 30 days from now.
fn occurrences(schedule: &Schedule, zone: &TimeZone, active: Option<Hours>, now: Timestamp) -> u128 {
    match (schedule, active) {
        (Schedule::Every(time), None) => MONTH_MICROS / time.as_micros().max(1),
        _ => by_the_clock(&Timetable::new(schedule, zone.clone(), active), now),
    }
}

fn by_the_clock(timetable: &Timetable, now: Timestamp) -> u128 {
    let end = now + MONTH;
    let following = |at: &Timestamp| timetable.next(Some(*at), *at);
    let all = std::iter::successors(timetable.next(Some(now), now), following);
    all.take_while(|at| *at <= end).count() as u128
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_counted_over_thirty_days() {
        // 1 November 2026, 00:00 UTC, a Sunday.
        let now = Timestamp::from_secs(1_793_491_200);
        let count = |schedule: &Schedule| occurrences(schedule, &TimeZone::UTC, None, now);
        assert_eq!(count(&Schedule::PerDay(100)), 3_000);
        assert_eq!(count(&Schedule::Every(std::time::Duration::from_secs(900))), 2_880);
        assert_eq!(count(&Schedule::Cron("*/15 * * * *".to_owned())), 2_880);
        assert_eq!(count(&Schedule::Cron("0 9 * * MON-FRI".to_owned())), 21);
    }
}
