//! `d8 demo`: the seed's comparison, live.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::{Failure, INTERRUPTED, OK, say, tell};
use crate::client::table::Surface;
use crate::demo::{Contest, Ended, MOST, Quotas, Standing, Who, table};
use crate::run::demo::SPEED;
use crate::text;
use crate::words;

/// Watch the same work go to a plain worker, a resilient worker and D8, each on emulated free tiers of its own. No key needed.
#[derive(Debug, Args)]
#[command(
    after_help = "The work is a part of examples/day.jsonl (Content Empire and Device Farm). The quotas are the free tiers of\n\
  November 2025: Gemini 15 requests a minute and 1,500 a day, Groq 30 a minute and 14,400 a day. Everything else is\n\
  real: HTTP over sockets, queues, stores (in a temporary folder that is removed).\n\n\
  Examples:\n  \
  d8 demo\n  \
  d8 demo --tasks 60 --speed 60            in six seconds\n  \
  d8 demo --day-left 20                    a day that somebody else has spent\n  \
  d8 demo --json | jq '.rows[] | {name, completed, failed, refused, seconds}'\n\n\
  Exit codes: 0 shown to the end, 1 broke off, 2 could not start, 130 Ctrl-C"
)]
pub(super) struct DemoArguments {
    /// How many tasks each of them gets.
    #[arg(long, default_value_t = 300, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MOST as i64))]
    tasks: u32,
    /// By how much time runs faster: periods, waits and latencies alike.
    #[arg(long, default_value_t = SPEED, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    speed: u32,
    /// The seed of the emulated providers' latencies.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// So many requests are left of Gemini's day: the seed's case, where an earlier run had spent the rest.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_500))]
    day_left: Option<u32>,
    /// One JSON object with the final rows.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: DemoArguments) -> Result<u8, Failure> {
    let DemoArguments {
        tasks,
        speed,
        seed,
        day_left,
        json,
    } = arguments;
    introduce(tasks, speed);
    if let Some(left) = day_left {
        say(&text!("demo-day-left", left = left));
    }
    let contest = Contest {
        tasks: tasks as usize,
        speed,
        seed,
        day_left,
    };
    let shown = contest.show().await;
    let ended = shown.map_err(|error| Failure::not_started(error.to_string()))?;
    if json {
        let rows: Vec<_> = ended.standings.iter().map(Standing::to_json).collect();
        tell(&json!({"tasks": tasks, "speed": speed, "seed": seed, "rows": rows}).to_string());
    } else {
        let surface = Surface::of_output();
        tell(&table(&ended.standings, surface).render(surface));
    }
    if ended.interrupted {
        say(&text!("demo-stopped"));
        return Ok(INTERRUPTED);
    }
    conclude(&ended, speed);
    Ok(OK)
}

/// What will be seen, and why it is fair.
fn introduce(tasks: u32, speed: u32) {
    let minute = Duration::from_secs(60) / speed;
    say(&text!(
        "demo-introduction",
        tasks = tasks,
        speed = speed.to_string(),
        minute = format!("{:.2}", minute.as_secs_f64()),
    ));
}

/// What was seen, in words, and what to do next.
fn conclude(ended: &Ended, speed: u32) {
    for quotas in [Quotas::Gemini, Quotas::Both] {
        let mut heading = Some(text!("demo-on", quotas = quotas.name()));
        for standing in ended.standings.iter().filter(|standing| standing.quotas == quotas) {
            heading.take().iter().for_each(|heading| say(heading));
            say(&format!("  {}", standing.sentence()));
        }
    }
    if let Some(sentence) = at_true_speed(&ended.standings, speed) {
        say(&sentence);
    }
    say(&text!("demo-next"));
}

/// The times as they would be without the speed, where nothing was lost: who fails fast is not quick.
fn at_true_speed(standings: &[Standing], speed: u32) -> Option<String> {
    let time = |quotas: Quotas, who: Who| {
        let mut found = standings.iter();
        let standing = found.find(|standing| standing.quotas == quotas && standing.who == who)?;
        (standing.done == standing.total).then(|| words::span(standing.time * speed))
    };
    Some(text!(
        "demo-true-speed",
        resilient = time(Quotas::Gemini, Who::Resilient)?,
        d8 = time(Quotas::Gemini, Who::D8)?,
        resilient_both = time(Quotas::Both, Who::Resilient)?,
        d8_both = time(Quotas::Both, Who::D8)?,
    ))
}
