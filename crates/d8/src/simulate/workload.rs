//! The work of a simulation: the lines of a file, as `d8 run` reads them, or tasks of one size.

use std::collections::BTreeMap;
use std::io::Read;
use std::time::Duration;

use d8_core::usage::Estimate;
use d8_emulator::Dice;

use crate::cli::Failure;
use crate::config::{Config, DEFAULT_ROUTE, Route};
use crate::run::Place;
use crate::run::input::Lines;
use crate::run::line::Line;
use crate::task::estimate;
use crate::{text, words};

/// A task, and what it will turn out to take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    /// Handed over so long after the beginning.
    pub after: Duration,
    /// Its route among the workload's.
    pub route: usize,
    /// 1..=10.
    pub priority: u8,
    /// What is known of its size beforehand.
    pub estimate: Estimate,
    /// Tokens that its prompt has.
    pub input: u64,
    /// Tokens that its answer will have.
    pub output: u64,
}

/// All that is to be done.
#[derive(Clone, Debug, Default)]
pub struct Workload {
    /// In the order in which it is handed over.
    pub jobs: Vec<Job>,
    /// The routes that it asks for.
    pub routes: Vec<Route>,
    /// Lines that are no work, with what is wrong.
    pub bad: Vec<(u64, String)>,
}

/// Tasks of about one size.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Sizes {
    /// How many.
    pub count: usize,
    /// Tokens of a prompt.
    pub input: u32,
    /// Tokens of an answer, on average.
    pub output: u32,
    /// How unequal they are: 0 all alike, 1 wildly (log-normal, from a tenth to ten times the usual).
    pub wildness: f64,
}

/// Answers have between half and one and a half of the usual tokens.
const NARROWEST: f64 = 0.5;
/// Keeps what a workload throws apart from what its world throws.
const THROWS: u64 = 1 << 61;

impl Workload {
    /// So many tasks, all handed over at once.
    pub fn of_sizes(sizes: &Sizes, route: Route, seed: u64) -> Self {
        let job = |index: usize| {
            let mut dice = Dice::new(seed, THROWS + index as u64);
            let size = (sizes.wildness * super::conditions::normal(&mut dice))
                .exp()
                .clamp(0.1, 10.0);
            let input = (f64::from(sizes.input) * size).round().clamp(0.0, 1e6);
            let usual = (f64::from(sizes.output) * size).clamp(0.0, 1e6);
            let output = (usual * (NARROWEST + dice.fraction())).round();
            Job {
                after: Duration::ZERO,
                route: 0,
                priority: 5,
                estimate: Estimate {
                    input_tokens: input as u32,
                    input_tokens_least: (input / 4.0) as u32,
                    max_output_tokens: (usual > 0.0).then_some((usual * 2.0).ceil() as u32),
                },
                input: input as u64,
                output: output as u64,
            }
        };
        Self {
            jobs: (0..sizes.count).map(job).collect(),
            routes: vec![route],
            bad: Vec::new(),
        }
    }

    /// The lines of a file. Prompts have a token for four bytes; answers about `output` tokens, never more than a line's
    /// `max_tokens`.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn of_file(place: &Place, config: &Config, output: u32, seed: u64) -> Result<Self, Failure> {
        let mut lines = lines(place)?;
        let mut workload = Self::default();
        let mut known: BTreeMap<Option<String>, Result<usize, String>> = BTreeMap::new();
        loop {
            let next = lines.next_line();
            let next =
                next.map_err(|error| Failure::not_started(text!("run-input-broken", error = words::system(&error))))?;
            let Some(raw) = next else { break };
            if raw.too_long {
                workload.bad.push((raw.number, text!("run-line-too-long")));
                continue;
            }
            let route_of = |model: Option<String>, workload: &mut Self| {
                let found = config.resolve(model.as_deref()).map_err(|unknown| unknown.to_string());
                found.map(|route| {
                    workload.routes.push(route);
                    workload.routes.len() - 1
                })
            };
            let read = Line::parse(&raw.bytes, None).and_then(|line| {
                let model = line.request.model();
                let route = match known.get(&model) {
                    Some(route) => route.clone(),
                    None => {
                        let route = route_of(model.clone(), &mut workload);
                        known.insert(model, route.clone());
                        route
                    }
                };
                Ok((line, route?))
            });
            match read {
                Ok((line, route)) => {
                    let mut dice = Dice::new(seed, THROWS + workload.jobs.len() as u64);
                    workload.jobs.push(job(&line, route, output, &mut dice));
                }
                Err(problem) => workload.bad.push((raw.number, problem)),
            }
        }
        Ok(workload)
    }

    /// Hands the work over evenly within this time instead of at once.
    #[must_use]
    pub fn spread_over(mut self, time: Duration) -> Self {
        let count = self.jobs.len().max(1) as f64;
        for (index, job) in self.jobs.iter_mut().enumerate() {
            job.after = time.mul_f64(index as f64 / count);
        }
        self
    }
}

fn lines(place: &Place) -> Result<Lines, Failure> {
    let unread = |name: String, error: std::io::Error| {
        Failure::not_started(text!("run-unreadable", path = name, error = words::system(&error)))
            .hint(text!("run-unreadable-hint"))
    };
    match place {
        Place::File(path) => Lines::of_file(path).map_err(|error| unread(path.display().to_string(), error)),
        Place::Standard => {
            let mut content = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut content);
            read.and_then(|_| Lines::of_bytes(content))
                .map_err(|error| unread(text!("submit-standard-input"), error))
        }
    }
}

fn job(line: &Line, route: usize, output: u32, dice: &mut Dice) -> Job {
    let estimate = estimate(&line.request);
    let usual = f64::from(output) * (NARROWEST + dice.fraction());
    let most = estimate.max_output_tokens.map_or(f64::INFINITY, f64::from);
    Job {
        after: Duration::ZERO,
        route,
        priority: line.priority,
        input: line.request.size().bytes.div_ceil(4),
        output: usual.min(most).round() as u64,
        estimate,
    }
}

/// The route that flags ask for: the default one.
///
/// # Errors
/// Where there is no account.
pub fn default_route(config: &Config) -> Result<Route, Failure> {
    let route = config
        .resolve(None)
        .ok()
        .filter(|route| route.targets().next().is_some());
    route.ok_or_else(|| {
        Failure::not_started(text!("simulate-no-route", name = DEFAULT_ROUTE)).hint(text!("simulate-no-route-next"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(wildness: f64) -> Workload {
        let sizes = Sizes {
            count: 1_000,
            input: 300,
            output: 200,
            wildness,
        };
        Workload::of_sizes(&sizes, Route::all_primary("default", Vec::new()), 7)
    }

    #[test]
    fn real_answers_vary_about_the_usual_size_and_stay_below_what_was_asked_for() {
        let workload = sizes(0.0);
        let mean = workload.jobs.iter().map(|job| job.output).sum::<u64>() / 1_000;
        assert!((190..=210).contains(&mean), "{mean}");
        for job in sizes(1.0).jobs {
            assert!(
                job.output <= job.estimate.max_output_tokens.map_or(0, u64::from),
                "{job:?}"
            );
        }
    }

    #[test]
    fn work_can_be_spread_over_the_day() {
        let workload = sizes(0.0).spread_over(Duration::from_secs(1_000));
        assert_eq!(workload.jobs[0].after, Duration::ZERO);
        assert_eq!(workload.jobs[999].after, Duration::from_secs(999));
    }
}
