//! The work that `[[agent]]`s bring.

use std::time::Duration;

use d8_core::time::Timestamp;

use super::work::{Demand, Work};
use super::{DAYS, MONTH_MICROS};
use crate::agents::piece::Piece;
use crate::agents::timetable::Timetable;
use crate::config::{Agent, Schedule};

/// What a task takes where flags say so.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Sizes {
    /// Tokens of a prompt; none: by the length of the agent's text.
    pub(crate) input: Option<u32>,
    /// Tokens of an answer; never more than an agent's `max_tokens`.
    pub(crate) output: u32,
}

/// So many pieces of an agent's work are looked at for the length of its prompts, one for each topic.
const LOOKED_AT: u64 = 100;

/// One piece of work for each agent that is not paused.
pub(crate) fn work(agents: &[Agent], sizes: Sizes, now: Timestamp) -> Vec<Work> {
    let of = |agent: &Agent| {
        let input = sizes.input.unwrap_or_else(|| usual_prompt(agent, now));
        let output = agent.max_tokens.map_or(sizes.output, |most| most.min(sizes.output));
        Work {
            name: Some(agent.name.clone()),
            route: agent.asks_for.clone(),
            demand: Demand::a_month(occurrences(agent, now), input, output),
        }
    };
    agents.iter().filter(|agent| !agent.paused).map(of).collect()
}

/// The tokens of a prompt on average over the topics, four bytes a token.
fn usual_prompt(agent: &Agent, now: Timestamp) -> u32 {
    let count = (agent.topics.len() as u64).clamp(1, LOOKED_AT);
    let length = |number| {
        let piece = Piece::new(agent, number, now);
        (piece.prompt().len() + piece.system().map_or(0, |system| system.len())) as u64
    };
    let bytes: u64 = (1..=count).map(length).sum();
    u32::try_from(bytes.div_ceil(4 * count)).unwrap_or(u32::MAX)
}

/// How often an agent works in the 30 days from now on.
fn occurrences(agent: &Agent, now: Timestamp) -> u128 {
    match (&agent.schedule, agent.active) {
        (Schedule::PerDay(times), None) => u128::from(*times) * DAYS,
        (Schedule::Every(time), None) => MONTH_MICROS / time.as_micros().max(1),
        _ => one_by_one(&Timetable::of(agent), now),
    }
}

fn one_by_one(table: &Timetable, now: Timestamp) -> u128 {
    let end = now + Duration::from_secs(30 * 86_400);
    let first = table.next(None, now);
    let following = std::iter::successors(first, |last| table.next(Some(*last), *last));
    following.take_while(|at| *at <= end).count() as u128
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::{Config, Environment, LoadOptions, UserFolders};

    /// 1 November 2026, 00:00 UTC, a Sunday.
    const NOW: Timestamp = Timestamp::from_secs(1_793_491_200);

    fn planned(agents: &str, sizes: Sizes) -> Vec<(String, Option<String>, Demand)> {
        let account = "[[account]]\nname = \"a\"\nprovider = \"groq\"\napi_key = \"test-key\"\n";
        let options = LoadOptions {
            config_path: None,
            cwd: "/home/ana".into(),
            env: Environment::default(),
            folders: UserFolders::default(),
            now: NOW,
        };
        let config = Config::from_text(&format!("{account}{agents}"), options).unwrap();
        let all = work(&config.agents, sizes, NOW).into_iter();
        all.map(|work| (work.name.unwrap(), work.route, work.demand)).collect()
    }

    fn agent(schedule: &str) -> String {
        format!("[[agent]]\nname = \"x\"\nprompt = \"12345678\"\nzone = \"UTC\"\n{schedule}\n")
    }

    #[test]
    fn schedules_are_counted_over_thirty_days() {
        for (schedule, expected) in [
            ("per_day = 100", 3_000),
            ("every = \"15m\"", 2_880),
            ("cron = \"*/15 * * * *\"", 2_880),
            ("cron = \"0 9 * * MON-FRI\"", 21),
        ] {
            let planned = planned(&agent(schedule), Sizes::default());
            assert_eq!(planned[0].2.requests, expected, "{schedule}");
        }
    }

    #[test]
    fn an_agent_says_its_sizes_and_its_route_as_far_as_flags_do_not() {
        let text = agent("per_day = 1\nmodel = \"llama-3.1-8b-instant\"\nmax_tokens = 50")
            + "[[agent]]\nname = \"off\"\nprompt = \"a\"\nper_day = 1\npaused = true\n";
        let by_itself = planned(
            &text,
            Sizes {
                input: None,
                output: 200,
            },
        );
        let route = Some("llama-3.1-8b-instant".to_owned());
        assert_eq!(by_itself, [("x".to_owned(), route.clone(), Demand::a_month(30, 2, 50))]);
        let by_flags = planned(
            &text,
            Sizes {
                input: Some(9),
                output: 20,
            },
        );
        assert_eq!(by_flags, [("x".to_owned(), route, Demand::a_month(30, 9, 20))]);
    }
}
