//! The main job: a file of work in, all the answers out.
//!
//! In reading order: `input` reads lines, `line` reads one, `identity` knows it again, `intake` hands the work over,
//! `progress` shows how it goes, `output` writes what came of it, `summary` says so; `demo` is the world of `--demo`.

pub mod demo;
pub(crate) mod identity;
mod input;
mod intake;
mod line;
mod output;
mod place;
mod progress;
mod summary;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use d8_core::change::{Ending, ParkReason};
use d8_core::engine::Outlook;
use d8_core::id::{GroupId, TargetId, TaskId};
use d8_store::{ResultRow, StoreError};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::cli::{Failure, INTERRUPTED, interrupted, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::orchestrator::{Done, LoopError, Opened, Opening, Plan, Scope, View};
use crate::words;
pub(crate) use identity::host;
use intake::{Book, LineState};
use output::{Final, Partial, Verdict};
pub use place::Place;
use progress::Progress;
pub use summary::Summary;

/// How long what is under way may take once the user wants an end.
const DRAIN: Duration = Duration::from_secs(10);
/// How often the display is brought up to date.
const SHOW_EVERY: Duration = Duration::from_millis(250);

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

/// Does the job. `speed` is 1 but for a demonstration.
pub async fn run(job: &Job, config: Arc<Config>, speed: u32) -> Result<(Summary, bool), Failure> {
    let mut source = intake::Source::read(&job.input)?;
    let name = job.name.clone().unwrap_or_else(|| source.run_name(&job.output));
    let out = place::of_answers(&job.input, &job.output)?;
    let opened = Opening {
        config: config.clone(),
        scope: Scope::Group(name.clone()),
        clock: Clock::start(),
        speed,
    }
    .open();
    let opened = opened.map_err(|error| {
        let failure = Failure::not_started(error.to_string());
        error.hint().into_iter().fold(failure, Failure::hint)
    })?;
    let began = Instant::now();
    let mut run = Run::begin(job, out, Desk::of(opened, name.into())?)?;
    let prepared = tokio::select! {
        prepared = run.prepare(&mut source, &config) => prepared,
        () = interrupted() => Err(interrupted_early()),
    };
    if let Err(failure) = prepared {
        return Err(run.give_up(failure));
    }
    run.announce();
    let stop = match run.desk.opened.handle.begin() {
        Ok(()) => run.wait().await,
        Err(_) => Err(stopped()),
    };
    run.finish(stop, began).await
}

/// OUT has a line for each line in, so it cannot be written before all of them are known.
fn interrupted_early() -> Failure {
    Failure {
        code: INTERRUPTED,
        ..Failure::broke_off("stopped before the input was read to its end")
    }
    .hint("the same command goes on; nothing is lost")
}

fn stopped() -> Failure {
    Failure::broke_off("the engine has stopped").hint("run the same command again: what was done is kept")
}

/// The orchestrator that does the run's work, and the run's place in it.
struct Desk {
    opened: Opened,
    /// The run's name, and its integer.
    name: Arc<str>,
    group: GroupId,
    client: Arc<str>,
    /// Tells of the ends of its tasks.
    endings: mpsc::UnboundedReceiver<Done>,
}

impl Desk {
    fn of(opened: Opened, name: Arc<str>) -> Result<Self, Failure> {
        let group = opened.group.ok_or_else(stopped)?;
        let endings = opened.handle.audience.follow(group);
        Ok(Self {
            opened,
            name,
            group,
            client: "local".into(),
            endings,
        })
    }

    fn plan(&self) -> Arc<Plan> {
        self.opened.handle.directory.plan()
    }

    async fn view(&self) -> Option<View> {
        self.opened.handle.view(self.group).await.ok()
    }
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
    outlook: Option<Outlook>,
    targets: Vec<Vec<TargetId>>,
    sums: Sums,
    /// What keeps accounts from work for good, as far as it has been told.
    told: Vec<String>,
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
    fn begin(job: &Job, out: Place, desk: Desk) -> Result<Self, Failure> {
        let (partial, next_out) = match &out {
            Place::Standard => (None, Some(0)),
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
            outlook: None,
            targets: Vec::new(),
            sums: Sums::default(),
            told: Vec::new(),
        }
        .with_model(job.model.clone()))
    }

    fn with_model(mut self, model: Option<String>) -> Self {
        self.book.model = model;
        self
    }

    /// Looks at the limits as they stand, and takes the work in.
    async fn prepare(&mut self, source: &mut intake::Source, config: &Config) -> Result<(), Failure> {
        self.outlook = Some(self.desk.opened.handle.outlook().await.map_err(|_| stopped())?);
        self.take_in(source, config).await
    }

    /// Ends the loop. Where it has failed, that is what `failure` came from.
    fn give_up(self, failure: Failure) -> Failure {
        let ended = tokio::task::block_in_place(|| self.desk.opened.running.stop());
        ended.err().map_or(failure, |error| loop_failure(&error))
    }

    /// Reads all lines and hands over what is not done yet.
    async fn take_in(&mut self, source: &mut intake::Source, config: &Config) -> Result<(), Failure> {
        self.targets = self.book.take_in(source, config, &self.desk).await?;
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
            say("warning: the input holds no line of work");
            return;
        }
        let mut text = format!("{} to do", words::number(self.sums.open));
        if self.sums.before > 0 {
            text += &format!(", {} done before", words::number(self.sums.before));
        }
        for (number, problem) in self.book.bad_lines().take(10) {
            say(&format!("line {number}: {problem}"));
        }
        if let Some(ready) = self.outlook.as_ref().and_then(|outlook| self.forecast(outlook)) {
            text += &format!("; {}", summary::allowed_by(ready, self.desk.opened.clock.now()));
        }
        say(&text);
    }

    /// When the quotas allow what is open to be done, at best.
    fn forecast(&self, outlook: &Outlook) -> Option<d8_core::time::Timestamp> {
        let bounds = self.targets.iter().zip(self.book.open_by_route());
        bounds
            .filter_map(|(targets, count)| outlook.earliest(targets, count, 0, 0))
            .max()
    }

    /// Waits for the end of everything, or of the user's patience. What is under way may end then.
    async fn wait(&mut self) -> Result<Option<Stop>, Failure> {
        let total = self.book.lines.len() as u64;
        let mut progress = Progress::start(total, self.sums.done + self.sums.failed);
        let stop = self.work(&mut progress).await;
        if matches!(stop, Ok(None)) {
            // A short run may end between two looks; what it met is told all the same.
            self.look(&mut progress).await;
        }
        progress.end();
        if matches!(stop, Ok(None)) {
            return stop;
        }
        let drained = self.drain().await;
        stop.and_then(|stop| drained.map(|()| stop))
    }

    async fn work(&mut self, progress: &mut Progress) -> Result<Option<Stop>, Failure> {
        let deadline = self.time.map(|time| tokio::time::Instant::now() + time);
        let mut ticks = tokio::time::interval(SHOW_EVERY);
        let mut interrupted = std::pin::pin!(interrupted());
        let mut stop = None;
        while self.sums.open > 0 && stop.is_none() {
            let time_up = async {
                match deadline {
                    Some(deadline) => tokio::time::sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                done = self.desk.endings.recv() => match done {
                    Some(done) => self.note(done)?,
                    None => break,
                },
                _ = ticks.tick() => stop = self.look(progress).await,
                () = &mut interrupted => stop = Some(Stop::Interrupted),
                () = time_up => stop = Some(Stop::TimeUp),
            }
        }
        Ok(stop)
    }

    /// Shows how things stand; tells when there is nothing left to hope for.
    async fn look(&mut self, progress: &mut Progress) -> Option<Stop> {
        let view = self.desk.view().await?;
        let outlook = self.desk.opened.handle.outlook().await.ok()?;
        let finish = self.forecast(&outlook).map(|ready| ready.since(view.now));
        let plan = self.desk.plan();
        progress.show(self.sums.done, self.sums.failed, &plan, &view, finish);
        if view.prospects.open > 0 && view.prospects.open == view.prospects.hopeless {
            return Some(Stop::Hopeless(reasons(&plan, &view)));
        }
        for trouble in lasting_trouble(&plan, &view) {
            if !self.told.contains(&trouble) {
                progress.note(&format!("warning: {trouble}"));
                self.told.push(trouble);
            }
        }
        None
    }

    /// Takes up the end of a task, and of all others that are known by now.
    fn note(&mut self, first: Done) -> Result<(), Failure> {
        let mut next = Some(first);
        while let Some(done) = next {
            if let Some(index) = self.lines.remove(&done.task) {
                self.book.lines[index].state = LineState::Ended(done.task, done.ending);
                self.sums.end(done.ending);
                self.put_out(index, Some(done.result))
                    .map_err(|error| self.broken(&error))?;
            }
            next = self.desk.endings.try_recv().ok();
        }
        self.flush().map_err(|error| self.broken(&error))
    }

    /// Nothing new is started; what is under way may end, for a while or until a second Ctrl-C.
    async fn drain(&mut self) -> Result<(), Failure> {
        let _ = self.desk.opened.handle.drain();
        let end = tokio::time::Instant::now() + DRAIN;
        let mut again = std::pin::pin!(interrupted());
        loop {
            let under_way = self.desk.view().await.map_or(0, |view| view.counts.assigned);
            if under_way == 0 {
                break;
            }
            tokio::select! {
                done = self.desk.endings.recv() => match done {
                    Some(done) => self.note(done)?,
                    None => break,
                },
                () = tokio::time::sleep_until(end) => break,
                () = tokio::time::sleep(SHOW_EVERY) => {}
                () = &mut again => break,
            }
        }
        while let Ok(done) = self.desk.endings.try_recv() {
            self.note(done)?;
        }
        Ok(())
    }

    /// Appends a line's output to OUT.partial, or to standard output when its turn has come.
    fn put_out(&mut self, index: usize, result: Option<Option<Arc<ResultRow>>>) -> Result<(), Trouble> {
        if self.next_out.is_some() {
            return self.put_out_in_order();
        }
        let Some(partial) = &mut self.partial else {
            return Ok(());
        };
        let line = &self.book.lines[index];
        let custom_id = line.custom_id();
        if result.is_none() && partial.take_present(&custom_id) {
            return Ok(());
        }
        // A failed line may be answered yet by the same command; the partial file holds what is there to stay.
        if !matches!(line.state, LineState::Ended(_, Ending::Completed)) {
            return Ok(());
        }
        let rendered = self.book.render(index, result, self.desk.opened.reader.as_ref())?;
        partial.append(&rendered)?;
        Ok(())
    }

    fn put_out_in_order(&mut self) -> Result<(), Trouble> {
        while let Some(index) = self.next_out.filter(|index| *index < self.book.lines.len()) {
            if matches!(self.book.lines[index].state, LineState::Open(_)) {
                break;
            }
            let line = self.book.render(index, None, self.desk.opened.reader.as_ref())?;
            write_out(&line)?;
            self.next_out = Some(index + 1);
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Trouble> {
        if let Some(partial) = &mut self.partial {
            partial.flush()?;
        }
        Ok(())
    }

    /// Ends the loop, writes OUT, and sums up. True when the user broke it off.
    async fn finish(self, stop: Result<Option<Stop>, Failure>, began: Instant) -> Result<(Summary, bool), Failure> {
        let seconds = began.elapsed();
        let tally = self.desk.opened.tally.count();
        let ready = self.bound(&tally);
        let Self {
            desk,
            mut book,
            mut lines,
            partial,
            next_out,
            out,
            mut sums,
            ..
        } = self;
        let Desk {
            opened, mut endings, ..
        } = desk;
        let Opened {
            running, reader, hold, ..
        } = opened;
        let ended = tokio::task::block_in_place(|| running.stop());
        // What the loop stored last was not told before it ended.
        while let Ok(done) = endings.try_recv() {
            if let Some(index) = lines.remove(&done.task) {
                book.lines[index].state = LineState::Ended(done.task, done.ending);
                sums.end(done.ending);
            }
        }
        let written = write_all(&book, reader.as_ref(), &out, next_out);
        drop(reader);
        drop(hold);
        ended.map_err(|error| loop_failure(&error))?;
        let stop = stop?;
        written.map_err(|error| trouble_failure(&error, &out))?;
        let complete = sums.open == 0;
        if let Some(partial) = partial.filter(|_| complete) {
            let _ = partial.remove();
        }
        let summary = Summary {
            total: book.lines.len() as u64,
            done: sums.done,
            failed: sums.failed + sums.open,
            refused: tally.refused,
            seconds: seconds.as_secs_f64(),
            bound_seconds: ready.map(|bound| bound.min(seconds.as_secs_f64())),
        };
        match &stop {
            Some(Stop::Hopeless(reasons)) => {
                say(&format!(
                    "stopped: nothing can serve the remaining {}",
                    words::number(sums.open)
                ));
                reasons.iter().for_each(|reason| say(&format!("  {reason}")));
            }
            Some(Stop::TimeUp) => say("stopped: the time is up; the same command goes on"),
            Some(Stop::Interrupted) => say("stopped; the same command goes on where this one ended"),
            None => {}
        }
        Ok((summary, stop == Some(Stop::Interrupted)))
    }

    /// The least time that the quotas allow for what this invocation did, in seconds.
    fn bound(&self, tally: &crate::worker::Count) -> Option<f64> {
        let outlook = self.outlook.as_ref()?;
        let done_now = self.sums.done - self.sums.before;
        if done_now == 0 {
            return None;
        }
        let answered = |count: u64| {
            if self.targets.len() == 1 {
                done_now.min(count)
            } else {
                count
            }
        };
        let counts = self.book.completed_by_route();
        let bounds = self.targets.iter().zip(counts).filter_map(|(targets, (now, _))| {
            let (input, output) = if self.targets.len() == 1 {
                (tally.input_tokens, tally.output_tokens)
            } else {
                (0, 0)
            };
            outlook.earliest(targets, answered(now), input, output)
        });
        let fastest = tally.fastest.unwrap_or_default();
        // What a killed process left behind counts as spent and may never have arrived: then it can be faster.
        bounds
            .max()
            .map(|ready| (ready.since(outlook.at()) + fastest).as_secs_f64())
    }

    fn broken(&self, trouble: &Trouble) -> Failure {
        trouble_failure(trouble, &self.out)
    }
}

/// What takes nothing until somebody mends it, one sentence each.
fn lasting_trouble(plan: &Plan, view: &View) -> Vec<String> {
    let lasting = |why: &ParkReason| {
        matches!(
            why,
            ParkReason::BadKey | ParkReason::NoMoney | ParkReason::ModelUnavailable
        )
    };
    let parked = view.parked.iter().filter(|(_, _, why)| lasting(why));
    let sentence = |(what, _, why): &(_, _, ParkReason)| {
        let (account, model) = plan.name_of(*what)?;
        Some(words::parked(&account, model.as_deref(), *why, None))
    };
    parked.filter_map(sentence).collect()
}

/// Why nothing can serve the rest.
fn reasons(plan: &Plan, view: &View) -> Vec<String> {
    let mut lines = lasting_trouble(plan, view);
    let closed = view.limits.iter().filter(|(_, limit)| limit.amount == 0);
    lines.extend(closed.filter_map(|(id, _)| {
        let words = plan.limits.get(id)?;
        Some(format!(
            "{}: {} allows nothing; choose another model or tier",
            words.account, words.label
        ))
    }));
    if lines.is_empty() {
        lines.push("no account serves their route; name one with -m or add it to d8.toml".to_owned());
    }
    lines
}

/// What can go wrong while answers are put out.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("{0}")]
    Write(#[from] std::io::Error),
    #[error("{0}")]
    Store(#[from] StoreError),
}

fn trouble_failure(trouble: &Trouble, out: &Place) -> Failure {
    match (trouble, out) {
        (Trouble::Write(error), Place::File(path)) => {
            Failure::broke_off(format!("{} cannot be written: {error}", path.display()))
                .hint("make room or mend it, then run the same command again: what was done is kept")
        }
        (Trouble::Write(error), Place::Standard) => {
            Failure::broke_off(format!("standard output cannot be written: {error}"))
        }
        (Trouble::Store(error), _) => Failure::broke_off(error.to_string()).hint(error.hint()),
    }
}

fn loop_failure(error: &LoopError) -> Failure {
    let failure = Failure::broke_off(error.to_string());
    match error {
        LoopError::Store(store) => failure
            .hint(store.hint())
            .hint("then run the same command again: what was done is kept"),
        LoopError::Died => failure.hint("run the same command again: what was done is kept"),
    }
}

fn write_out(line: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    out.write_all(line)?;
    out.flush()
}

/// Writes OUT in the order of the input, or the rest of standard output.
fn write_all(book: &Book, reader: &dyn d8_store::Reader, out: &Place, next_out: Option<usize>) -> Result<(), Trouble> {
    match out {
        Place::Standard => {
            for index in next_out.unwrap_or(0)..book.lines.len() {
                write_out(&book.render(index, None, reader)?)?;
            }
        }
        Place::File(path) => {
            let mut file = Final::begin(path)?;
            for index in 0..book.lines.len() {
                file.write(&book.render(index, None, reader)?)?;
            }
            file.finish()?;
        }
    }
    Ok(())
}

/// The provider's own words in a kept failure.
fn said(result: &ResultRow) -> Option<String> {
    let value: Value = serde_json::from_slice(&result.body).ok()?;
    Some(value.pointer("/error/message")?.as_str()?.to_owned())
}

/// What became of a line, for the output file.
fn verdict(state: &LineState, result: Option<ResultRow>) -> Verdict {
    match state {
        LineState::Bad(problem) => Verdict::Failed {
            code: "invalid_line",
            message: problem.to_string(),
            result: None,
        },
        LineState::Open(_) => Verdict::Failed {
            code: "not_done",
            message: "not done yet; run the same command again".to_owned(),
            result: None,
        },
        LineState::Ended(_, Ending::Completed) => match result {
            Some(result) => Verdict::Answered(result),
            None => Verdict::Failed {
                code: "not_done",
                message: "its answer is not in the store".to_owned(),
                result: None,
            },
        },
        LineState::Ended(_, Ending::Cancelled) => Verdict::Failed {
            code: "cancelled",
            message: "cancelled".to_owned(),
            result: None,
        },
        LineState::Ended(_, Ending::Failed(code)) => {
            let said = result.as_ref().and_then(said);
            let message = words::ending_message(*code, said.as_deref());
            Verdict::Failed {
                code: words::failure_code(*code),
                message,
                result,
            }
        }
    }
}
