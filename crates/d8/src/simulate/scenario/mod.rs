//! Scenarios that are kept: what a ledger must get right, each over at least a hundred periods.

mod accounts;
mod table;

use std::path::PathBuf;
use std::time::Duration;

use d8_core::time::Timestamp;

use super::conditions::{Belief, Conditions, Jitter, Outage};
use super::figures::Outcome;
use super::policy::Policy;
use super::workload::{Sizes, Workload, default_route};
use super::{DEMO, simulate};
use crate::cli::Failure;
use crate::config::{Config, Environment, LoadOptions, UserFolders};
pub use table::markdown;
pub(crate) use table::of_scenarios;

/// A world with its work, by name.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What the command line calls it.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    accounts: String,
    sizes: Sizes,
    /// One task in so many fits this target only.
    picky: Option<(usize, &'static str)>,
    conditions: Conditions,
}

/// What came of a scenario.
#[derive(Clone, Debug)]
pub struct Result {
    /// What the command line calls it.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// One for each policy.
    pub outcomes: Vec<Outcome>,
}

/// The policies that scenarios compare.
pub const COMPARED: [Policy; 6] = [
    Policy::D8,
    Policy::Backoff,
    Policy::TokenBucket,
    Policy::Cooldown,
    Policy::Resilient,
    Policy::Plain,
];

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

/// Tasks of a modest size.
const fn tasks(count: usize) -> Sizes {
    Sizes {
        count,
        input: 100,
        output: 50,
        wildness: 0.0,
    }
}

impl Scenario {
    fn new(name: &'static str, about: &'static str, accounts: impl Into<String>, count: usize) -> Self {
        Self {
            name,
            about,
            accounts: accounts.into(),
            sizes: tasks(count),
            picky: None,
            conditions: Conditions::default(),
        }
    }

    fn under(mut self, change: impl FnOnce(&mut Conditions)) -> Self {
        change(&mut self.conditions);
        self
    }

    fn jitter(self, jitter: Jitter) -> Self {
        self.under(|conditions| conditions.jitter = jitter)
    }

    fn starts(self, seconds: i64) -> Self {
        self.under(|conditions| conditions.start = Timestamp::from_secs(seconds))
    }

    /// All of them.
    pub fn all() -> Vec<Self> {
        [kinds(), networks(), beliefs(), calendars()].concat()
    }

    /// Lets it happen, by each of the policies. `seed` in place of its own.
    ///
    /// # Errors
    /// Where its accounts are written wrongly.
    pub fn run(&self, policies: &[Policy], seed: u64) -> std::result::Result<Result, Failure> {
        let mut conditions = self.conditions.clone();
        conditions.seed = seed;
        let config = config_of(&self.accounts, conditions.start)?;
        let mut workload = Workload::of_sizes(&self.sizes, default_route(&config)?, seed);
        if let Some((one_in, model)) = self.picky {
            workload.routes.extend(config.resolve(Some(model)).ok());
            let route = workload.routes.len() - 1;
            workload
                .jobs
                .iter_mut()
                .step_by(one_in)
                .for_each(|job| job.route = route);
        }
        Ok(Result {
            name: self.name,
            about: self.about,
            outcomes: simulate(&config, &workload, &conditions, policies),
        })
    }
}

/// A configuration of ours, in which the user's own keys have no part.
///
/// # Errors
/// Where it is written wrongly.
pub fn config_of(text: &str, now: Timestamp) -> std::result::Result<Config, Failure> {
    let options = LoadOptions {
        config_path: None,
        cwd: PathBuf::from("/"),
        env: Environment::default(),
        folders: UserFolders::default(),
        now,
    };
    Config::from_text(text, options).map_err(|error| Failure::not_started(error.to_string()))
}

fn kinds() -> Vec<Scenario> {
    let mut wild = Scenario::new(
        "wild-tokens",
        "work bound by tokens, sizes from a tenth to ten times the usual",
        accounts::token_bound(),
        3_000,
    );
    wild.sizes = Sizes {
        count: 3_000,
        input: 400,
        output: 200,
        wildness: 0.8,
    };
    let mut picky = Scenario::new("one-in-five", "one task in five fits one target only", DEMO, 4_800);
    picky.picky = Some((5, "gemini/gemini-2.0-flash"));
    vec![
        Scenario::new(
            "one-bucket",
            "one account, 30 requests a minute, bucket",
            accounts::bucket(),
            3_300,
        ),
        Scenario::new(
            "one-fixed",
            "one account, 15 requests a minute of the clock",
            accounts::fixed(),
            1_650,
        ),
        Scenario::new(
            "one-sliding",
            "one account, 30 requests in any minute",
            accounts::sliding(),
            3_300,
        ),
        Scenario::new("groq-gemini", "Groq and Gemini as of November 2025", DEMO, 4_950),
        Scenario::new("twenty", "20 accounts of mixed kinds", accounts::twenty(), 60_000),
        wild,
        picky,
    ]
}

fn networks() -> Vec<Scenario> {
    let sliding = |name, about, jitter| Scenario::new(name, about, accounts::sliding(), 3_300).jitter(jitter);
    let others = |name, about, jitter| Scenario::new(name, about, DEMO, 4_950).jitter(jitter);
    let millis = Duration::from_millis;
    vec![
        sliding(
            "jitter-50ms",
            "sliding; requests travel up to 0.05 s",
            Jitter::Uniform(millis(50)),
        ),
        sliding("jitter-200ms", "sliding; up to 0.2 s", Jitter::Uniform(millis(200))),
        sliding("jitter-1s", "sliding; up to 1 s", Jitter::Uniform(millis(1_000))),
        sliding(
            "tail-50ms",
            "sliding; a heavy tail over 5 ms",
            Jitter::HeavyTailed(millis(50)),
        ),
        sliding(
            "tail-200ms",
            "sliding; a heavy tail over 20 ms",
            Jitter::HeavyTailed(millis(200)),
        ),
        sliding(
            "tail-1s",
            "sliding; a heavy tail over 0.1 s",
            Jitter::HeavyTailed(millis(1_000)),
        ),
        others(
            "others-jitter-1s",
            "bucket and fixed; up to 1 s",
            Jitter::Uniform(millis(1_000)),
        ),
        others(
            "others-tail-1s",
            "bucket and fixed; a heavy tail over 0.1 s",
            Jitter::HeavyTailed(millis(1_000)),
        ),
    ]
}

fn beliefs() -> Vec<Scenario> {
    let foreign = |conditions: &mut Conditions| conditions.foreign = 0.3;
    let outage = Outage {
        account: "groq".to_owned(),
        from: minutes(10),
        to: minutes(20),
    };
    let told = Scenario::new(
        "foreign-told",
        "others take 30 %; headers tell what remains",
        accounts::told(),
        4_500,
    );
    vec![
        told.under(foreign),
        Scenario::new(
            "foreign-silent",
            "others take 30 %; the wire is silent",
            accounts::fixed(),
            1_600,
        )
        .under(foreign),
        Scenario::new("too-high", "limits believed 50 % too high", DEMO, 4_950)
            .under(|conditions| conditions.belief = Belief::Times(1.5)),
        Scenario::new("unknown", "no limits known", DEMO, 4_950)
            .under(|conditions| conditions.belief = Belief::Unknown),
        Scenario::new(
            "slices",
            "300 a minute and 30 of a bucket, enforced as 5 and as 1 in a second, which nobody says",
            accounts::sliced(),
            36_000,
        )
        .under(|conditions| conditions.slices = true),
        Scenario::new("down", "Groq answers 503 for ten minutes", DEMO, 4_950)
            .under(|conditions| conditions.outages.push(outage)),
    ]
}

fn calendars() -> Vec<Scenario> {
    let day = |name, about, count| Scenario::new(name, about, accounts::zone_day(), count);
    vec![
        // 2026-01-15T06:00Z: midnight in Los Angeles is two hours later.
        day("day-end", "1,000 a day, over a midnight in Los Angeles", 2_000).starts(1_768_456_800),
        // 2026-03-08T07:00Z, an hour before a day of 23 hours.
        day("day-of-23-h", "the same over the day of 23 hours", 3_000).starts(1_772_953_200),
        // 2026-11-01T06:00Z, an hour before a day of 25 hours.
        day("day-of-25-h", "the same over the day of 25 hours", 3_000).starts(1_793_512_800),
        Scenario::new(
            "clock-ahead",
            "the provider's clock is 3 s ahead",
            accounts::fixed(),
            1_650,
        )
        .under(|conditions| conditions.clock = 3_000_000),
        Scenario::new(
            "clock-behind",
            "the provider's clock is 3 s behind",
            accounts::fixed(),
            1_650,
        )
        .under(|conditions| conditions.clock = -3_000_000),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_are_told_apart() {
        let mut names: Vec<&str> = Scenario::all().iter().map(|scenario| scenario.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    /// What docs/quota.md promises, with a little room: 429s at most, the ratio to the bound at least.
    #[test]
    fn refusals_are_few_and_the_bound_is_near() {
        let promises = [
            ("one-bucket", 0, 0.99),
            ("groq-gemini", 0, 0.99),
            ("jitter-1s", 0, 0.98),
            ("wild-tokens", 0, 0.94),
            ("day-end", 0, 0.99),
            ("down", 0, 0.99),
            ("too-high", 12, 0.99),
            ("unknown", 12, 0.98),
            ("foreign-told", 6, 0.97),
            ("foreign-silent", 8, 0.8),
            ("slices", 8, 0.9),
        ];
        for (name, most, least) in promises {
            let all = Scenario::all();
            let scenario = all.iter().find(|scenario| scenario.name == name).unwrap();
            let result = scenario.run(&[Policy::D8], 1).unwrap();
            let figures = &result.outcomes[0].figures;
            assert_eq!(figures.failed, 0, "{name}");
            assert!(figures.refused <= most, "{name}: {} refused", figures.refused);
            assert!(
                figures.ratio.unwrap() >= least,
                "{name}: {:?} of the bound",
                figures.ratio
            );
        }
    }

    #[test]
    fn the_days_of_the_calendar_are_where_their_names_say() {
        let starts = |name: &str| {
            let scenario = Scenario::all()
                .into_iter()
                .find(|scenario| scenario.name == name)
                .unwrap();
            jiff::Timestamp::from_microsecond(scenario.conditions.start.as_micros())
                .unwrap()
                .to_string()
        };
        assert_eq!(starts("day-end"), "2026-01-15T06:00:00Z");
        assert_eq!(starts("day-of-23-h"), "2026-03-08T07:00:00Z");
        assert_eq!(starts("day-of-25-h"), "2026-11-01T06:00:00Z");
    }
}
