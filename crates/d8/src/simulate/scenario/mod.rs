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
use crate::text;
use crate::words::language::Language;
pub use table::markdown;
pub(crate) use table::of_scenarios;

/// A world with its work, by name.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What the command line calls it.
    pub name: &'static str,
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
    fn new(name: &'static str, accounts: impl Into<String>, count: usize) -> Self {
        Self {
            name,
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
            outcomes: simulate(&config, &workload, &conditions, policies),
        })
    }
}

/// What a scenario is about, in a language; it is known by its name.
pub fn about(language: Language, name: &str) -> String {
    text!(language => "scenario-about", scenario = name)
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
    let mut wild = Scenario::new("wild-tokens", accounts::token_bound(), 3_000);
    wild.sizes = Sizes {
        count: 3_000,
        input: 400,
        output: 200,
        wildness: 0.8,
    };
    let mut picky = Scenario::new("one-in-five", DEMO, 4_800);
    picky.picky = Some((5, "gemini/gemini-2.0-flash"));
    vec![
        Scenario::new("one-bucket", accounts::bucket(), 3_300),
        Scenario::new("one-fixed", accounts::fixed(), 1_650),
        Scenario::new("one-sliding", accounts::sliding(), 3_300),
        Scenario::new("groq-gemini", DEMO, 4_950),
        Scenario::new("twenty", accounts::twenty(), 60_000),
        wild,
        picky,
    ]
}

fn networks() -> Vec<Scenario> {
    let sliding = |name, jitter| Scenario::new(name, accounts::sliding(), 3_300).jitter(jitter);
    let others = |name, jitter| Scenario::new(name, DEMO, 4_950).jitter(jitter);
    let millis = Duration::from_millis;
    vec![
        sliding("jitter-50ms", Jitter::Uniform(millis(50))),
        sliding("jitter-200ms", Jitter::Uniform(millis(200))),
        sliding("jitter-1s", Jitter::Uniform(millis(1_000))),
        sliding("tail-50ms", Jitter::HeavyTailed(millis(50))),
        sliding("tail-200ms", Jitter::HeavyTailed(millis(200))),
        sliding("tail-1s", Jitter::HeavyTailed(millis(1_000))),
        others("others-jitter-1s", Jitter::Uniform(millis(1_000))),
        others("others-tail-1s", Jitter::HeavyTailed(millis(1_000))),
    ]
}

fn beliefs() -> Vec<Scenario> {
    let foreign = |conditions: &mut Conditions| conditions.foreign = 0.3;
    let outage = Outage {
        account: "groq".to_owned(),
        from: minutes(10),
        to: minutes(20),
    };
    let told = Scenario::new("foreign-told", accounts::told(), 4_500);
    vec![
        told.under(foreign),
        Scenario::new("foreign-silent", accounts::fixed(), 1_600).under(foreign),
        Scenario::new("too-high", DEMO, 4_950).under(|conditions| conditions.belief = Belief::Times(1.5)),
        Scenario::new("unknown", DEMO, 4_950).under(|conditions| conditions.belief = Belief::Unknown),
        Scenario::new("slices", accounts::sliced(), 36_000).under(|conditions| conditions.slices = true),
        Scenario::new("down", DEMO, 4_950).under(|conditions| conditions.outages.push(outage)),
    ]
}

fn calendars() -> Vec<Scenario> {
    let day = |name, count| Scenario::new(name, accounts::zone_day(), count);
    vec![
        // 2026-01-15T06:00Z: midnight in Los Angeles is two hours later.
        day("day-end", 2_000).starts(1_768_456_800),
        // 2026-03-08T07:00Z, an hour before a day of 23 hours.
        day("day-of-23-h", 3_000).starts(1_772_953_200),
        // 2026-11-01T06:00Z, an hour before a day of 25 hours.
        day("day-of-25-h", 3_000).starts(1_793_512_800),
        Scenario::new("clock-ahead", accounts::fixed(), 1_650).under(|conditions| conditions.clock = 3_000_000),
        Scenario::new("clock-behind", accounts::fixed(), 1_650).under(|conditions| conditions.clock = -3_000_000),
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
        for language in Language::ALL {
            let mut words: Vec<String> = names.iter().map(|name| about(language, name)).collect();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), count, "{language}");
            assert!(!words.contains(&about(language, "none")), "{language}");
        }
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
