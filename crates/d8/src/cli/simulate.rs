//! `d8 simulate`: any configuration and work in virtual time.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use d8_core::time::Timestamp;
use serde_json::json;

use super::workload::WorkloadFlags;
use super::{Failure, OK, say, tell};
use crate::client::table::Surface;
use crate::config::{self, Config, LoadOptions};
use crate::run::Place;
use crate::simulate::conditions::{Belief, Conditions, Jitter, Outage};
use crate::simulate::scenario::{self, Scenario, config_of};
use crate::simulate::workload::{Sizes, Workload, default_route};
use crate::simulate::{Outcome, Policy, plot, simulate, table};
use crate::text;
use crate::words::language::Language;

/// The seed's two workloads together: 500 posts and 1,000 actions a day.
const TASKS: u64 = 1_500;
/// The seed's comparison.
const DEFAULT: [Policy; 3] = [Policy::D8, Policy::Plain, Policy::Resilient];

/// Do a day's work in seconds: your accounts and your work in virtual time, by D8 and by other ways side by side.
#[derive(Debug, Args)]
#[command(
    after_help = "The engine is the one that `d8 run` uses; providers count as the emulator does. Nothing is sent\n\
  and nothing is stored. The same seed gives the same figures.\n\n\
  The tasks of --per-day are handed over at once, their answers vary by half.\n\
  Policies: d8; plain, resilient and groq (the Hive's workers); backoff, token-bucket and cooldown (in common use).\n\
  BOUND is the least time in which the limits allow what was completed, RATIO is bound to time.\n\n\
  Examples:\n  \
  d8 simulate work.jsonl                           your accounts, a file of work\n  \
  d8 simulate --demo --per-day 1500                the free tiers of November 2025, no key needed\n  \
  d8 simulate --per-day 5000 --in-tokens 800 --out-tokens 300 --policy d8,backoff,cooldown\n  \
  d8 simulate work.jsonl --foreign 0.3 --jitter 0.2s --heavy-tail\n  \
  d8 simulate work.jsonl --down groq-main=10m..20m --clock 3s --json
  \
  d8 simulate --demo --plot day.svg                a picture of it
  \
  d8 simulate --scenario all                       kept worlds, by six policies"
)]
pub(super) struct SimulateArguments {
    /// The work, as `d8 run` reads it; `-` is standard input. Without it: tasks of one size, by the flags.
    #[arg(value_name = "FILE.jsonl", conflicts_with_all = ["per_day", "in_tokens"])]
    input: Option<String>,
    #[command(flatten)]
    flags: WorkloadFlags,
    /// Hand the work over evenly within a day, not at once.
    #[arg(long)]
    spread: bool,
    /// End after so long; what is open then counts as failed.
    #[arg(long = "for", value_name = "TIME", default_value = "7d", value_parser = time)]
    longest: Duration,
    /// Which policies, separated by commas. Default: d8,plain,resilient; with --scenario six of them.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    policy: Vec<Policy>,
    /// The seed of all chance.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// When the work begins.
    #[arg(long, value_name = "TIME", default_value = "2026-01-01T00:00:00Z", value_parser = moment)]
    start: Timestamp,
    /// How long a request is worked on, on average.
    #[arg(long, value_name = "TIME", default_value = "0.8s", value_parser = time)]
    latency: Duration,
    /// The most that a request is delayed on its way.
    #[arg(long, value_name = "TIME", default_value = "0.05s", value_parser = time)]
    jitter: Duration,
    /// Mostly a tenth of the jitter, sometimes several times as much.
    #[arg(long)]
    heavy_tail: bool,
    /// The share of each account's quota that somebody else asks for, such as 0.3.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    foreign: f64,
    /// What is believed of the limits is so many times the truth, such as 1.5.
    #[arg(long, value_name = "FACTOR", conflicts_with = "unknown_limits", value_parser = factor)]
    wrong_limits: Option<f64>,
    /// No limits are known.
    #[arg(long)]
    unknown_limits: bool,
    /// Providers enforce their requests a minute second by second, and say so to nobody.
    #[arg(long)]
    slices: bool,
    /// The providers' clock is so far ahead of ours (-3s: behind).
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = signed_time, allow_hyphen_values = true)]
    clock: i64,
    /// An account answers 503 in a time counted from the start, such as groq=10m..20m. May be repeated.
    #[arg(long = "down", value_name = "ACCOUNT=FROM..TO", value_parser = outage)]
    outages: Vec<Outage>,
    /// The free tiers of Groq and Gemini of November 2025 in place of your accounts.
    #[arg(long)]
    demo: bool,
    /// The configuration; default: ./d8.toml, then the user's own.
    #[arg(long, value_name = "FILE", conflicts_with = "demo")]
    config: Option<PathBuf>,
    /// A kept world with its own accounts and work, or `all` of them; an unknown name lists them.
    #[arg(long, value_name = "NAME", conflicts_with_all = [
        "input", "per_day", "in_tokens", "out_tokens", "in_per_month", "out_per_month", "config", "demo", "spread", "longest", "start", "latency", "jitter",
        "heavy_tail", "foreign", "wrong_limits", "unknown_limits", "slices", "clock", "outages",
    ])]
    scenario: Option<String>,
    /// The scenarios as a table in Markdown.
    #[arg(long, requires = "scenario")]
    markdown: bool,
    /// A picture of quota use over time, as SVG.
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// One JSON object with all figures.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: SimulateArguments) -> Result<u8, Failure> {
    if let Some(name) = &arguments.scenario {
        return scenarios(name, &arguments);
    }
    let config = world(&arguments)?;
    let workload = workload(&arguments, &config)?;
    let conditions = conditions(&arguments, &config)?;
    let outcomes = simulate(&config, &workload, &conditions, &policies(&arguments, &DEFAULT));
    draw(
        &arguments,
        &outcomes,
        &text!("simulate-plot-tasks", count = workload.jobs.len()),
    )?;
    if arguments.json {
        tell(&to_json(&outcomes));
    } else {
        show(&outcomes, conditions.longest);
    }
    Ok(OK)
}

fn policies(arguments: &SimulateArguments, default: &[Policy]) -> Vec<Policy> {
    if arguments.policy.is_empty() {
        default.to_vec()
    } else {
        arguments.policy.clone()
    }
}

/// Kept worlds: one in full, or all of them in a table.
fn scenarios(name: &str, arguments: &SimulateArguments) -> Result<u8, Failure> {
    let chosen: Vec<Scenario> = Scenario::all()
        .into_iter()
        .filter(|scenario| name == "all" || scenario.name == name)
        .collect();
    if chosen.is_empty() {
        let known = Scenario::all();
        let lines = known
            .iter()
            .map(|scenario| format!("{}: {}", scenario.name, about(scenario.name)));
        let failure =
            Failure::not_started(text!("simulate-no-scenario", name = name)).hint(text!("simulate-all-scenarios"));
        return Err(lines.fold(failure, Failure::hint));
    }
    if name == "all" && arguments.plot.is_some() {
        return Err(Failure::not_started(text!("simulate-plot-one")).hint(text!("simulate-plot-one-hint")));
    }
    let policies = policies(arguments, &scenario::COMPARED);
    let mut results = Vec::new();
    for scenario in &chosen {
        results.push(scenario.run(&policies, arguments.seed)?);
    }
    if arguments.json {
        let of = |result: &scenario::Result| {
            let figures: Vec<_> = result.outcomes.iter().map(|outcome| &outcome.figures).collect();
            json!({ "name": result.name, "about": scenario::about(Language::English, result.name), "policies": figures })
        };
        tell(&json!({ "scenarios": results.iter().map(of).collect::<Vec<_>>() }).to_string());
    } else if arguments.markdown {
        tell(scenario::markdown(&results).trim_end());
    } else if let ([result], false) = (results.as_slice(), name == "all") {
        let about = about(result.name);
        say(&format!("{}: {about}", result.name));
        draw(
            arguments,
            &result.outcomes,
            &text!("simulate-plot-scenario", about = about),
        )?;
        show(&result.outcomes, Duration::from_secs(7 * 86_400));
    } else {
        tell(&scenario::of_scenarios(&results).render(Surface::of_output()));
        say(&text!("simulate-cells"));
    }
    Ok(OK)
}

/// What a scenario is about, for people.
fn about(name: &str) -> String {
    scenario::about(Language::spoken(), name)
}

fn draw(arguments: &SimulateArguments, outcomes: &[Outcome], title: &str) -> Result<(), Failure> {
    let Some(path) = &arguments.plot else { return Ok(()) };
    std::fs::write(path, plot::svg(outcomes, title)).map_err(|error| {
        Failure::broke_off(text!(
            "unwritable",
            path = path.display().to_string(),
            problem = error.to_string()
        ))
        .hint(text!("simulate-other-plot"))
    })
}

fn world(arguments: &SimulateArguments) -> Result<Config, Failure> {
    let now = arguments.start;
    if arguments.demo {
        return config_of(crate::simulate::DEMO, now);
    }
    let options = LoadOptions::of_process(arguments.config.clone(), now)
        .map_err(|error| Failure::not_started(text!("folder-unreadable", error = error.to_string())))?;
    Config::load(options).map_err(|error| Failure::not_started(error.to_string()))
}

fn workload(arguments: &SimulateArguments, config: &Config) -> Result<Workload, Failure> {
    let workload = match &arguments.input {
        Some(input) => Workload::of_file(&Place::parse(input), config, arguments.flags.output(), arguments.seed)?,
        None => {
            let count = arguments.flags.per_day().unwrap_or(TASKS);
            let (input, output) = arguments.flags.of(count).size();
            let size = |tokens: u128| u32::try_from(tokens).unwrap_or(u32::MAX);
            let sizes = Sizes {
                count: usize::try_from(count).unwrap_or(usize::MAX),
                input: size(input),
                output: size(output),
                wildness: 0.0,
            };
            Workload::of_sizes(&sizes, default_route(config)?, arguments.seed)
        }
    };
    for (number, problem) in workload.bad.iter().take(10) {
        say(&text!(
            "run-bad-line",
            line = number.to_string(),
            problem = problem.to_string()
        ));
    }
    if workload.jobs.is_empty() {
        return Err(Failure::not_started(text!("simulate-no-work")).hint(text!("simulate-no-work-hint")));
    }
    Ok(if arguments.spread {
        workload.spread_over(Duration::from_secs(86_400))
    } else {
        workload
    })
}

fn conditions(arguments: &SimulateArguments, config: &Config) -> Result<Conditions, Failure> {
    for outage in &arguments.outages {
        if config.account(&outage.account).is_none() {
            let names: Vec<&str> = config.accounts.iter().map(|account| account.name.as_str()).collect();
            return Err(
                Failure::not_started(text!("simulate-no-account", name = outage.account.as_str()))
                    .hint(text!("simulate-there-are", names = names.join(", "))),
            );
        }
    }
    Ok(Conditions {
        seed: arguments.seed,
        start: arguments.start,
        longest: arguments.longest,
        latency: arguments.latency,
        jitter: if arguments.heavy_tail {
            Jitter::HeavyTailed(arguments.jitter)
        } else {
            Jitter::Uniform(arguments.jitter)
        },
        foreign: arguments.foreign,
        belief: match (arguments.unknown_limits, arguments.wrong_limits) {
            (true, _) => Belief::Unknown,
            (false, Some(times)) => Belief::Times(times),
            (false, None) => Belief::True,
        },
        clock: arguments.clock,
        slices: arguments.slices,
        outages: arguments.outages.clone(),
    })
}

fn to_json(outcomes: &[Outcome]) -> String {
    let policies: Vec<_> = outcomes.iter().map(|outcome| &outcome.figures).collect();
    json!({ "policies": policies }).to_string()
}

fn show(outcomes: &[Outcome], longest: Duration) {
    let surface = Surface::of_output();
    tell(&table::of_policies(outcomes).render(surface));
    tell("");
    tell(&table::of_limits(outcomes).render(surface));
    for outcome in outcomes.iter().filter(|outcome| outcome.figures.open > 0) {
        let figures = &outcome.figures;
        let longest = crate::words::span(longest);
        say(&text!(
            "simulate-still-open",
            policy = figures.name,
            open = figures.open,
            longest = longest
        ));
    }
    if outcomes.iter().any(|outcome| outcome.figures.ratio_seen.is_some()) {
        say(&text!("simulate-seen"));
    }
}

/// A length of time, none included.
fn time(text: &str) -> Result<Duration, String> {
    if matches!(text.trim(), "0" | "0s") {
        return Ok(Duration::ZERO);
    }
    config::duration(text).map_err(|error| error.to_string())
}

fn signed_time(text: &str) -> Result<i64, String> {
    let (sign, length) = match text.strip_prefix('-') {
        Some(length) => (-1, length),
        None => (1, text),
    };
    let micros = i64::try_from(time(length)?.as_micros()).map_err(|error| error.to_string())?;
    Ok(sign * micros)
}

fn moment(text: &str) -> Result<Timestamp, String> {
    let read: Result<jiff::Timestamp, _> = text.parse();
    let read = read.map_err(|_| text!("simulate-no-moment", written = text))?;
    Ok(Timestamp::from_micros(read.as_microsecond()))
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| text!("simulate-no-number", written = text))?;
    if (0.0..1.0).contains(&share) {
        Ok(share)
    } else {
        Err(text!("simulate-no-share", written = text))
    }
}

fn factor(text: &str) -> Result<f64, String> {
    let factor: f64 = text.parse().map_err(|_| text!("simulate-no-number", written = text))?;
    if factor > 0.0 && factor < 1e6 {
        Ok(factor)
    } else {
        Err(text!("simulate-no-factor", written = text))
    }
}

fn outage(text: &str) -> Result<Outage, String> {
    let parts = text.rsplit_once('=').and_then(|(account, span)| {
        let (from, to) = span.split_once("..")?;
        Some((account, time(from).ok()?, time(to).ok()?))
    });
    let (account, from, to) = parts
        .filter(|(_, from, to)| from < to)
        .ok_or_else(|| text!("simulate-no-outage", written = text))?;
    Ok(Outage {
        account: account.to_owned(),
        from,
        to,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outages_and_clocks_are_read() {
        let minutes = |count: u64| Duration::from_secs(count * 60);
        let expected = Outage {
            account: "groq".to_owned(),
            from: minutes(10),
            to: minutes(20),
        };
        assert_eq!(outage("groq=10m..20m"), Ok(expected));
        for wrong in ["groq", "groq=10m", "groq=20m..10m", "=..", "groq=a..b"] {
            assert!(outage(wrong).is_err(), "{wrong}");
        }
        assert_eq!(signed_time("-3s"), Ok(-3_000_000));
        assert_eq!(time("0"), Ok(Duration::ZERO));
    }
}
