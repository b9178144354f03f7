//! The main job: a file of work in, all the answers out.
//!
//! In reading order: `input` reads lines, `line` reads one, `identity` knows it again, `intake` hands the work over,
//! `desk` is the orchestrator that does it, here or in another process; `waiting` sees it through and `finishing` writes
//! what came of it; `progress` shows how it goes, `output` writes lines, `summary` says so; `demo` is the world of `--demo`.

pub mod demo;
mod desk;
mod finishing;
pub(crate) mod identity;
pub(crate) mod input;
mod intake;
pub(crate) mod line;
mod output;
mod place;
mod progress;
mod size;
mod summary;
mod trouble;
mod waiting;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use d8_core::change::Ending;
use d8_core::engine::Outlook;
use d8_core::id::{TargetId, TaskId};

use crate::bound::{Class, earliest};
use crate::cli::{Failure, INTERRUPTED, interrupted, say};
use crate::client::Address;
use crate::clock::Clock;
use crate::config::Config;
use crate::text;
use desk::Desk;
pub(crate) use desk::{lasting_trouble, reasons};
pub(crate) use identity::host;
use intake::{Book, LineState};
pub(crate) use line::Line;
use output::Partial;
pub use place::Place;
pub(crate) use progress::waiting_for;
pub use summary::Summary;
use trouble::{Trouble, loop_failure, trouble_failure};

/// How long to wait before looking for whoever holds the store next.
const SETTLE: Duration = Duration::from_millis(100);

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Job {
    /// The work.
    pub input: Place,
    /// Where the answers go.
    pub output: Place,
    /// Replaces every line's model.
    pub model: Option<String>,
    /// The run's name, where it has one of its own.
    pub name: Option<String>,
    /// After so long, it ends with what it has.
    pub time: Option<Duration>,
}

/// Why a run ended before everything was done.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Stop {
    Interrupted,
    TimeUp,
    /// No target can ever serve the rest: why, line by line.
    Hopeless(Vec<String>),
}

/// Does the job. `speed` is 1 but for a demonstration. `named`: the orchestrator that shall do it.
pub async fn run(
    job: &Job,
    config: Arc<Config>,
    speed: u32,
    named: Option<&Address>,
) -> Result<(Summary, bool), Failure> {
    let mut source = intake::Source::read(&job.input)?;
    let name = job.name.clone().unwrap_or_else(|| source.run_name(&job.output));
    let out = place::of_answers(&job.input, &job.output)?;
    let began = Instant::now();
    let mut former: Option<Former> = None;
    let mut holder = None;
    loop {
        let patience = if former.is_some() {
            desk::TAKEOVER
        } else {
            desk::HANDOVER
        };
        let desk = tokio::select! {
            desk = Desk::open(&config, speed, &name, named, patience) => desk?,
            () = interrupted() => return Err(interrupted_early()),
        };
        match desk.holder() {
            Some(process) if holder != Some(process) => {
                holder = Some(process);
                say(&text!("run-done-by", process = process.to_string()));
            }
            None if former.is_some() => say(&text!("run-goes-on-here")),
            _ => {}
        }
        let mut run = Run::begin(job, out.clone(), desk, former.take())?;
        let failure = match run.see_through(&mut source, &config, began).await {
            Ok(ended) => return Ok(ended),
            Err(failure) => failure,
        };
        if named.is_some() || run.user_ended || !run.desk.has_gone() {
            return Err(run.give_up(failure));
        }
        former = Some(run.into());
        // Whoever is about to end may still answer for a while.
        tokio::time::sleep(SETTLE).await;
        source = source.again(&job.input)?;
    }
}

/// OUT has a line for each line in, so it cannot be written before all of them are known.
fn interrupted_early() -> Failure {
    Failure {
        code: INTERRUPTED,
        ..Failure::broke_off(text!("run-stopped-early"))
    }
    .hint(text!("run-stopped-early-hint"))
}

fn stopped() -> Failure {
    Failure::broke_off(text!("engine-stopped")).hint(text!("run-same-command"))
}

/// A run under way.
struct Run {
    desk: Desk,
    /// Every line, in order.
    book: Book,
    /// The line of each task.
    lines: HashMap<TaskId, usize>,
    partial: Option<Partial>,
    /// To standard output: the first line that is not out yet.
    next_out: Option<usize>,
    out: Place,
    time: Option<Duration>,
    /// When the time is up, once that is known.
    until: Option<tokio::time::Instant>,
    outlook: Option<Outlook>,
    targets: Vec<Vec<TargetId>>,
    sums: Sums,
    /// What keeps accounts from work for good, as far as it has been told.
    told: Vec<String>,
    /// The user wanted an end.
    user_ended: bool,
    /// It began under an orchestrator that has gone.
    is_taken_over: bool,
    /// 429s for quota under orchestrators that have gone.
    refused: u64,
}

/// What is left of a run when the orchestrator that did its work has gone.
struct Former {
    next_out: Option<usize>,
    until: Option<tokio::time::Instant>,
    refused: u64,
}

impl From<Run> for Former {
    fn from(run: Run) -> Self {
        Self {
            next_out: run.next_out,
            until: run.until,
            refused: run.refused + run.desk.tally().refused,
        }
    }
}

/// How many lines stand how.
#[derive(Copy, Clone, Debug, Default)]
struct Sums {
    done: u64,
    failed: u64,
    open: u64,
    /// Done by earlier invocations.
    before: u64,
}

impl Sums {
    /// An open line has ended.
    fn end(&mut self, ending: Ending) {
        self.open -= 1;
        if ending == Ending::Completed {
            self.done += 1;
        } else {
            self.failed += 1;
        }
    }
}

impl Run {
    fn begin(job: &Job, out: Place, desk: Desk, former: Option<Former>) -> Result<Self, Failure> {
        let is_taken_over = former.is_some();
        let former = former.unwrap_or(Former {
            next_out: Some(0),
            until: None,
            refused: 0,
        });
        let (partial, next_out) = match &out {
            Place::Standard => (None, former.next_out),
            Place::File(out) => {
                let partial = Partial::open(out).map_err(|error| place::unwritable(out, &error.to_string()))?;
                (Some(partial), None)
            }
        };
        Ok(Self {
            desk,
            book: Book::default(),
            lines: HashMap::new(),
            partial,
            next_out,
            out,
            time: job.time,
            until: former.until,
            outlook: None,
            targets: Vec::new(),
            sums: Sums::default(),
            told: Vec::new(),
            user_ended: false,
            is_taken_over,
            refused: former.refused,
        }
        .with_model(job.model.clone()))
    }

    fn with_model(mut self, model: Option<String>) -> Self {
        self.book.model = model;
        self
    }

    /// Does what there is to be done, writes OUT and sums up. True when the user broke it off.
    async fn see_through(
        &mut self,
        source: &mut intake::Source,
        config: &Config,
        began: Instant,
    ) -> Result<(Summary, bool), Failure> {
        let stop = self.do_all(source, config).await?;
        self.user_ended = matches!(stop, Some(Stop::Interrupted | Stop::TimeUp));
        let interrupted = stop == Some(Stop::Interrupted);
        let summary = self.finish(stop.as_ref(), began);
        let summary = summary.map_err(|failure| match interrupted {
            true => Failure {
                code: INTERRUPTED,
                ..failure
            },
            false => failure,
        })?;
        Ok((summary, interrupted))
    }

    /// Takes the work in and waits for its end.
    async fn do_all(&mut self, source: &mut intake::Source, config: &Config) -> Result<Option<Stop>, Failure> {
        tokio::select! {
            prepared = self.prepare(source, config) => prepared?,
            () = interrupted() => {
                self.user_ended = true;
                return Err(interrupted_early());
            }
        }
        self.announce();
        self.desk.begin()?;
        self.wait().await
    }

    /// Looks at the limits as they stand, and takes the work in.
    async fn prepare(&mut self, source: &mut intake::Source, config: &Config) -> Result<(), Failure> {
        let look = self.desk.look().await;
        self.outlook = look
            .ok_or_else(|| if self.desk.is_there() { desk::gone() } else { stopped() })?
            .outlook;
        self.take_in(source, config).await
    }

    /// Ends the orchestrator. Where it has failed, that is what `failure` came from.
    fn give_up(mut self, failure: Failure) -> Failure {
        self.desk.stop().err().unwrap_or(failure)
    }

    /// Reads all lines and hands over what is not done yet.
    async fn take_in(&mut self, source: &mut intake::Source, config: &Config) -> Result<(), Failure> {
        self.targets = self.book.take_in(source, config, &mut self.desk).await?;
        for (index, line) in self.book.lines.iter().enumerate() {
            match &line.state {
                LineState::Bad(_) => self.sums.failed += 1,
                LineState::Open(task) => {
                    self.lines.insert(*task, index);
                    self.sums.open += 1;
                }
                LineState::Ended(_, Ending::Completed) => {
                    self.sums.done += 1;
                    self.sums.before += 1;
                }
                LineState::Ended(..) => self.sums.failed += 1,
            }
        }
        self.catch_up().map_err(|error| self.broken(&error))
    }

    /// What earlier invocations did and could not say any more is said now.
    fn catch_up(&mut self) -> Result<(), Trouble> {
        for index in 0..self.book.lines.len() {
            if !matches!(self.book.lines[index].state, LineState::Open(_)) {
                self.put_out(index, None)?;
            }
        }
        self.flush()
    }

    /// Tells what lies ahead.
    fn announce(&self) {
        let total = self.book.lines.len() as u64;
        if total == 0 {
            say(&text!("warning", message = text!("run-no-line")));
            return;
        }
        let mut text = text!("run-to-do", open = self.sums.open);
        if self.sums.before > 0 {
            text += &text!("run-before", before = self.sums.before);
        }
        for (number, problem) in self.book.bad_lines().take(10) {
            say(&text!(
                "run-bad-line",
                line = number.to_string(),
                problem = problem.to_string()
            ));
        }
        if let Some(ready) = self.outlook.as_ref().and_then(|outlook| self.forecast(outlook)) {
            text += &format!("; {}", summary::allowed_by(ready, Clock::start().now()));
        }
        say(&text);
    }

    /// When the quotas allow what is open to be done, at best.
    fn forecast(&self, outlook: &Outlook) -> Option<d8_core::time::Timestamp> {
        let routes = self.targets.iter().zip(self.book.open_by_route());
        let classes: Vec<Class> = routes.map(|(targets, sizes)| sizes.mean_class(targets)).collect();
        earliest(outlook, outlook, &classes)
    }
}
