//! What becomes of the occurrences that have come since the last look. Pure: the present is passed in.

use std::time::Duration;

use d8_core::time::Timestamp;

use super::timetable::Timetable;
use crate::config::{CatchUp, Overlap};

/// An occurrence that is older was missed.
const ON_TIME: Duration = Duration::from_secs(60);
/// What is older is not made up for.
const LONGEST_BACK: Duration = Duration::from_secs(7 * 86_400);
/// So many are made up for at most.
pub const MOST_MADE_UP: usize = 1_000;
/// A last occurrence that lies further ahead was dealt with by a wrong clock.
const FURTHEST_AHEAD: Duration = Duration::from_secs(86_400);

/// How an agent stands.
#[derive(Copy, Clone, Debug)]
pub struct Standing {
    /// The last occurrence that was dealt with.
    pub last: Option<Timestamp>,
    /// Some of its work is not done, or waits to be given out.
    pub busy: bool,
    /// What it does about overlaps.
    pub overlap: Overlap,
    /// What it does about what was missed.
    pub catch_up: CatchUp,
}

/// What is to be done.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Decision {
    /// These are to be worked on, in this order; one after another unless overlaps are allowed.
    pub work: Vec<Timestamp>,
    /// So many are left out.
    pub skipped: u64,
    /// The last occurrence that is dealt with now; none: as before.
    pub last: Option<Timestamp>,
}

impl Standing {
    /// What becomes of all that has come until now.
    pub fn decide(&self, table: &Timetable, now: Timestamp) -> Decision {
        let Some(last) = self.last else {
            return self.begin(table, now);
        };
        if last.since(now) > FURTHEST_AHEAD {
            return Decision {
                last: Some(now),
                ..Decision::default()
            };
        }
        let (mut come, total) = come(table, last, now);
        let Some(newest) = come.last().copied() else {
            return Decision::default();
        };
        let on_time = now.since(newest) < ON_TIME;
        if on_time {
            come.pop();
        }
        let mut work = match self.catch_up {
            CatchUp::None => Vec::new(),
            CatchUp::Last if on_time => Vec::new(),
            CatchUp::Last => vec![newest],
            CatchUp::All => come,
        };
        let overlaps = self.busy || !work.is_empty();
        if on_time && !(overlaps && self.overlap == Overlap::Skip) {
            work.push(newest);
        }
        Decision {
            skipped: total - work.len() as u64,
            work,
            last: Some(newest),
        }
    }

    /// An agent that nobody has seen before.
    fn begin(&self, table: &Timetable, now: Timestamp) -> Decision {
        let before = Timestamp::from_micros(now.as_micros() - 1);
        let at_once = table.begins_at_once() && table.next(None, before) == Some(now);
        Decision {
            work: if at_once { vec![now] } else { Vec::new() },
            skipped: 0,
            last: (at_once || !table.begins_at_once()).then_some(now),
        }
    }

    /// When there is something to decide again.
    pub fn next(&self, table: &Timetable, now: Timestamp) -> Option<Timestamp> {
        let after = self.last.filter(|last| last.since(now) <= FURTHEST_AHEAD);
        table.next(self.last, after.unwrap_or(now).max(now))
    }
}

/// The newest occurrences after `last`, up to now, and how many there are in all.
fn come(table: &Timetable, last: Timestamp, now: Timestamp) -> (Vec<Timestamp>, u64) {
    let oldest = now - LONGEST_BACK;
    let mut come = std::collections::VecDeque::new();
    let mut total = 0;
    let mut at = last.max(oldest);
    while let Some(next) = table.next(Some(last), at).filter(|next| *next <= now) {
        total += 1;
        come.push_back(next);
        if come.len() > MOST_MADE_UP {
            come.pop_front();
        }
        at = next;
    }
    (come.into(), total)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::config::Schedule;

    const MINUTE: u64 = 60;
    const HOUR: u64 = 3_600;
    /// A full hour.
    const START: u64 = 1_795_521_600;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_secs((START + seconds) as i64)
    }

    fn quarters() -> Timetable {
        Timetable::new(&Schedule::Every(Duration::from_secs(15 * MINUTE)), TimeZone::UTC, None)
    }

    fn standing(last: u64, overlap: Overlap, catch_up: CatchUp) -> Standing {
        Standing {
            last: Some(at(last)),
            busy: false,
            overlap,
            catch_up,
        }
    }

    fn usual(last: u64) -> Standing {
        standing(last, Overlap::Skip, CatchUp::Last)
    }

    fn decision(work: &[u64], skipped: u64, last: u64) -> Decision {
        Decision {
            work: work.iter().map(|at_second| at(*at_second)).collect(),
            skipped,
            last: Some(at(last)),
        }
    }

    #[test]
    fn each_occurrence_is_worked_on_once() {
        let mut standing = usual(0);
        let mut worked = Vec::new();
        // Looks come too often, and some a little late.
        for look in (0..=2 * HOUR).step_by(50) {
            let decision = standing.decide(&quarters(), at(look));
            worked.extend(decision.work);
            standing.last = decision.last.or(standing.last);
            assert_eq!(decision.skipped, 0);
        }
        let expected: Vec<Timestamp> = (1..=8).map(|quarter| at(quarter * 15 * MINUTE)).collect();
        assert_eq!(worked, expected);
    }

    #[test]
    fn an_agent_begins_at_once_or_with_its_clock() {
        let new = Standing { last: None, ..usual(0) };
        assert_eq!(new.decide(&quarters(), at(7)), decision(&[7], 0, 7));
        let daily = Timetable::new(&Schedule::PerDay(24), TimeZone::UTC, None);
        assert_eq!(new.decide(&daily, at(7)), decision(&[], 0, 7));
        assert_eq!(usual(7).next(&daily, at(7)), Some(at(HOUR)));
    }

    #[test]
    fn while_the_former_one_is_not_done() {
        let now = at(15 * MINUTE + 1);
        let busy = |overlap| Standing {
            busy: true,
            ..standing(0, overlap, CatchUp::Last)
        };
        let skipped = decision(&[], 1, 15 * MINUTE);
        let worked = decision(&[15 * MINUTE], 0, 15 * MINUTE);
        assert_eq!(busy(Overlap::Skip).decide(&quarters(), now), skipped);
        assert_eq!(busy(Overlap::Queue).decide(&quarters(), now), worked);
        assert_eq!(busy(Overlap::Allow).decide(&quarters(), now), worked);
    }

    #[test]
    fn what_was_missed_is_made_up_for_as_the_agent_wants() {
        // Away from 0:00 to 1:10: four occurrences, the last at 1:00.
        let back = at(HOUR + 10 * MINUTE);
        let of = |catch_up| standing(0, Overlap::Skip, catch_up).decide(&quarters(), back);
        assert_eq!(of(CatchUp::None), decision(&[], 4, HOUR));
        assert_eq!(of(CatchUp::Last), decision(&[HOUR], 3, HOUR));
        let all = [15 * MINUTE, 30 * MINUTE, 45 * MINUTE, HOUR];
        assert_eq!(of(CatchUp::All), decision(&all, 0, HOUR));
        // Back right at an occurrence: it is on time, and stands for the others too.
        let back = at(HOUR + 5);
        let of = |catch_up| standing(0, Overlap::Allow, catch_up).decide(&quarters(), back);
        assert_eq!(of(CatchUp::None), decision(&[HOUR], 3, HOUR));
        assert_eq!(of(CatchUp::Last), decision(&[HOUR], 3, HOUR));
        assert_eq!(of(CatchUp::All), decision(&all, 0, HOUR));
    }

    #[test]
    fn a_long_absence_has_a_bound() {
        let seconds = Timetable::new(&Schedule::Every(Duration::from_secs(30)), TimeZone::UTC, None);
        let back = at(30 * 86_400 + 1);
        let decision = standing(0, Overlap::Allow, CatchUp::All).decide(&seconds, back);
        assert_eq!(decision.work.len(), MOST_MADE_UP);
        assert_eq!(decision.last, Some(at(30 * 86_400)));
    }

    #[test]
    fn a_clock_that_is_put_back_repeats_nothing() {
        let standing = usual(HOUR);
        for now in [HOUR - 10 * MINUTE, HOUR - MINUTE, HOUR + MINUTE] {
            assert_eq!(standing.decide(&quarters(), at(now)), Decision::default());
        }
        assert_eq!(standing.next(&quarters(), at(0)), Some(at(HOUR + 15 * MINUTE)));
        // One that was years ahead does not silence the agent for years.
        let wrong = usual(400 * 86_400);
        assert_eq!(wrong.decide(&quarters(), at(0)), decision(&[], 0, 0));
    }

    #[test]
    fn a_clock_that_leaps_ahead_is_an_absence() {
        // A machine that started in the past learns the time from the network.
        let leapt = usual(0).decide(&quarters(), at(400 * 86_400 + 5 * MINUTE));
        assert_eq!(leapt.work, [at(400 * 86_400)]);
    }
}
