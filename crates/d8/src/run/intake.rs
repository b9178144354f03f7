//! Hands a file of work over: what was done before is known again, what failed is tried again, what is new is submitted.

use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

use d8_core::change::{Ending, TaskRow};
use d8_core::id::{TargetId, TaskId};
use d8_store::{KeyedTask, Payload, Reader, ResultRow, TaskState};

use super::input::{Lines, RawLine};
use super::line::Line;
use super::output::render;
use super::{Desk, Place, Trouble, identity, stopped, verdict};
use crate::cli::Failure;
use crate::config::{Config, Route, UnknownModel};
use crate::orchestrator::{NewTask, Opened, Way};
use crate::task::{estimate, is_plain};

/// So many tasks are submitted at once.
const CHUNK: usize = 1_000;

/// Where the lines come from.
pub(super) struct Source {
    lines: Lines,
    /// The run's name, as the input alone gives it.
    content_name: String,
    standard: bool,
}

impl Source {
    pub(super) fn read(input: &Place) -> Result<Self, Failure> {
        match input {
            Place::File(path) => {
                let lines = Lines::of_file(path).map_err(|error| {
                    Failure::not_started(format!("{} cannot be read: {error}", path.display()))
                        .hint("name a file of one JSON object a line, or - for standard input")
                })?;
                Ok(Self {
                    lines,
                    content_name: identity::run_name(&identity::host(), path),
                    standard: false,
                })
            }
            Place::Standard => {
                let mut content = Vec::new();
                let read = std::io::stdin().lock().read_to_end(&mut content);
                let failed = |error| Failure::not_started(format!("standard input cannot be read: {error}"));
                read.map_err(failed)?;
                let content_name = identity::run_name_of_content(&content);
                Ok(Self {
                    lines: Lines::of_bytes(content).map_err(failed)?,
                    content_name,
                    standard: true,
                })
            }
        }
    }

    /// The name of a run that has none of its own.
    pub(super) fn run_name(&self, output: &Place) -> String {
        match output {
            Place::File(out) if self.standard => identity::run_name(&identity::host(), out),
            _ => self.content_name.clone(),
        }
    }
}

/// Where a line stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum LineState {
    /// It is no line of work: why.
    Bad(Box<str>),
    /// Its task is open.
    Open(TaskId),
    /// Its task has ended.
    Ended(TaskId, Ending),
}

/// A line that is not blank.
#[derive(Clone, Debug)]
pub(super) struct BookLine {
    number: u64,
    id: Option<Box<str>>,
    /// Its route among those of the book.
    route: u32,
    /// It was done before this invocation.
    before: bool,
    pub(super) state: LineState,
}

impl BookLine {
    /// What its output line calls it.
    pub(super) fn custom_id(&self) -> String {
        self.id
            .as_deref()
            .map_or_else(|| format!("line-{}", self.number), str::to_owned)
    }
}

/// Every line of a run, in the order of the input.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// Replaces every line's model.
    pub(super) model: Option<String>,
    pub(super) lines: Vec<BookLine>,
    routes: Vec<Arc<Route>>,
    route_ids: HashMap<Option<String>, Result<u32, Box<str>>>,
    keys: identity::LineKeys,
}

/// A task that a chunk submits, and the line that it is for.
struct Pending {
    index: usize,
    task: NewTask,
}

impl Book {
    /// Reads all lines, submits what is new and what failed, cancels what the input no longer holds. Gives the targets of
    /// each route that lines ask for.
    pub(super) async fn take_in(
        &mut self,
        source: &mut Source,
        config: &Config,
        desk: &Desk,
    ) -> Result<Vec<Vec<TargetId>>, Failure> {
        let opened = &desk.opened;
        let store = |error: d8_store::StoreError| Failure::not_started(error.to_string()).hint(error.hint());
        let known = opened.reader.tasks_by_keys(desk.group).map_err(store)?;
        let mut known: HashMap<u128, KeyedTask> = known.into_iter().map(|task| (task.key, task)).collect();
        let mut chunk: Vec<Pending> = Vec::new();
        let mut revived: Vec<(TaskRow, Ending)> = Vec::new();
        loop {
            let next = source.lines.next_line();
            let next = next.map_err(|error| Failure::not_started(format!("the input cannot be read: {error}")))?;
            let Some(raw) = next else { break };
            match self.read(&raw, config) {
                Err(problem) => self.push_bad(&raw, &problem),
                Ok((line, route)) => {
                    let key = self.keys.next(line.id.as_deref(), &line.request);
                    match known.remove(&key) {
                        Some(task) => self
                            .recognise(&raw, &line, route, task, opened, &mut revived)
                            .map_err(store)?,
                        None => chunk.push(self.submission(&raw, line, route, key, desk)),
                    }
                }
            }
            if chunk.len() >= CHUNK {
                self.submit(&mut chunk, opened).await?;
            }
        }
        self.submit(&mut chunk, opened).await?;
        opened.handle.revive(revived).map_err(|_| stopped())?;
        let stale = known
            .values()
            .filter(|task| task.ended.is_none())
            .map(|task| task.task)
            .collect();
        opened.handle.cancel(stale).map_err(|_| stopped())?;
        let plan = opened.handle.directory.plan();
        Ok(self.routes.iter().map(|route| plan.targets_of(route)).collect())
    }

    fn read(&mut self, raw: &RawLine, config: &Config) -> Result<(Line, u32), String> {
        if raw.too_long {
            return Err("longer than 64 MiB".to_owned());
        }
        let line = Line::parse(&raw.bytes, self.model.as_deref())?;
        let route = self.route(line.request.model(), config)?;
        Ok((line, route))
    }

    fn route(&mut self, model: Option<String>, config: &Config) -> Result<u32, String> {
        if let Some(known) = self.route_ids.get(&model) {
            return known.clone().map_err(String::from);
        }
        let found = match config.resolve(model.as_deref()) {
            Ok(route) => {
                self.routes.push(Arc::new(route));
                Ok(u32::try_from(self.routes.len() - 1).unwrap_or(u32::MAX))
            }
            Err(unknown) => Err(unknown_model(&unknown).into_boxed_str()),
        };
        self.route_ids.insert(model, found.clone());
        found.map_err(String::from)
    }

    fn push_bad(&mut self, raw: &RawLine, problem: &str) {
        let id = serde_json::from_slice::<serde_json::Value>(&raw.bytes)
            .ok()
            .and_then(|value| {
                let id = value.get("custom_id").or_else(|| value.get("id"))?;
                Some(id.as_str()?.to_owned().into_boxed_str())
            });
        let state = LineState::Bad(problem.to_owned().into_boxed_str());
        self.lines.push(BookLine {
            number: raw.number,
            id,
            route: 0,
            before: false,
            state,
        });
    }

    fn push(&mut self, raw: &RawLine, line: &Line, route: u32, before: bool, state: LineState) {
        let id = line.id.clone().map(String::into_boxed_str);
        self.lines.push(BookLine {
            number: raw.number,
            id,
            route,
            before,
            state,
        });
    }

    /// A line whose task the store knows: done, open, or to be tried again.
    fn recognise(
        &mut self,
        raw: &RawLine,
        line: &Line,
        route: u32,
        known: KeyedTask,
        opened: &Opened,
        revived: &mut Vec<(TaskRow, Ending)>,
    ) -> Result<(), d8_store::StoreError> {
        let state = match known.ended {
            None => LineState::Open(known.task),
            Some((Ending::Completed, _)) => LineState::Ended(known.task, Ending::Completed),
            Some((ending, _)) => {
                if let Some(stored) = opened.reader.task(known.task)?
                    && matches!(stored.state, TaskState::Ended(..))
                {
                    let now = opened.clock.now();
                    revived.push((
                        TaskRow {
                            not_before: now,
                            ..stored.row
                        },
                        ending,
                    ));
                }
                LineState::Open(known.task)
            }
        };
        let before = matches!(state, LineState::Ended(..));
        self.push(raw, line, route, before, state);
        Ok(())
    }

    fn submission(&mut self, raw: &RawLine, line: Line, route: u32, key: u128, desk: &Desk) -> Pending {
        let handle = &desk.opened.handle;
        let index = self.lines.len();
        self.push(raw, &line, route, false, LineState::Open(TaskId(0)));
        let way = Way::Route(self.routes[route as usize].clone());
        let task = NewTask {
            priority: line.priority,
            plain: is_plain(&line.request),
            key: Some(key),
            payload: Some(Payload {
                endpoint: handle.chat,
                custom: line.id,
                body: line.request.to_bytes(),
            }),
            ..NewTask::new(
                handle.new_id(),
                desk.name.clone(),
                desk.client.clone(),
                way,
                estimate(&line.request),
            )
        };
        Pending { index, task }
    }

    async fn submit(&mut self, chunk: &mut Vec<Pending>, opened: &Opened) -> Result<(), Failure> {
        if chunk.is_empty() {
            return Ok(());
        }
        let (indices, tasks): (Vec<usize>, Vec<NewTask>) = chunk.drain(..).map(|one| (one.index, one.task)).unzip();
        let accepted = opened.handle.submit(tasks).await.map_err(|_| stopped())?;
        let accepted = accepted.map_err(|refusal| Failure::broke_off(refusal.to_string()))?;
        for (index, accepted) in indices.into_iter().zip(accepted) {
            self.lines[index].state = LineState::Open(accepted.id);
        }
        Ok(())
    }

    /// The lines that are no work, with what is wrong with them.
    pub(super) fn bad_lines(&self) -> impl Iterator<Item = (u64, &str)> {
        self.lines.iter().filter_map(|line| match &line.state {
            LineState::Bad(problem) => Some((line.number, &**problem)),
            _ => None,
        })
    }

    /// Of each route, how many lines are open.
    pub(super) fn open_by_route(&self) -> Vec<u64> {
        self.count(|line| matches!(line.state, LineState::Open(_)))
    }

    /// Of each route, how many lines this invocation has answered, and how many others.
    pub(super) fn completed_by_route(&self) -> Vec<(u64, u64)> {
        let completed = |line: &BookLine| matches!(line.state, LineState::Ended(_, Ending::Completed));
        let now = self.count(|line| completed(line) && !line.before);
        let before = self.count(|line| completed(line) && line.before);
        now.into_iter().zip(before).collect()
    }

    fn count(&self, counts: impl Fn(&BookLine) -> bool) -> Vec<u64> {
        let mut sums = vec![0; self.routes.len()];
        for line in self.lines.iter().filter(|line| counts(line)) {
            if let Some(sum) = sums.get_mut(line.route as usize) {
                *sum += 1;
            }
        }
        sums
    }

    /// A line's output. `result` is what is known already of its answer; else the store is asked.
    pub(super) fn render(
        &self,
        index: usize,
        result: Option<Option<Arc<ResultRow>>>,
        reader: &dyn Reader,
    ) -> Result<Vec<u8>, Trouble> {
        let line = &self.lines[index];
        let task = match &line.state {
            LineState::Bad(_) => None,
            LineState::Open(task) | LineState::Ended(task, _) => Some(*task),
        };
        let result = match (result, &line.state) {
            (Some(result), _) => result,
            (None, LineState::Ended(task, _)) => reader.result(*task)?.map(Arc::new),
            (None, _) => None,
        };
        Ok(render(
            task.map(|task| task.0),
            &line.custom_id(),
            &verdict(&line.state, result.map(Arc::unwrap_or_clone)),
        ))
    }
}

fn unknown_model(unknown: &UnknownModel) -> String {
    let near = unknown.suggestion.as_ref();
    let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    format!("{unknown}{near}")
}
