//! Hands a file of work over: what was done before is known again, what failed is tried again, what is new is submitted.

use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

use d8_core::change::Ending;
use d8_core::id::{TargetId, TaskId};
use d8_store::ResultRow;

use super::desk::{Desk, LineTask};
use super::finishing::verdict;
use super::input::{Lines, RawLine};
use super::line::Line;
use super::output::render;
use super::size::{Size, Sizes};
use super::{Place, Trouble, identity};
use crate::cli::Failure;
use crate::config::{Config, DEFAULT_ROUTE, Route};
use crate::{text, words};

/// So many tasks are submitted at once.
const CHUNK: usize = 1_000;

/// Where the lines come from.
pub(super) struct Source {
    lines: Lines,
    /// The run's name, as the input alone gives it.
    content_name: String,
    /// All of standard input: it can be read only once.
    content: Option<Vec<u8>>,
}

impl Source {
    pub(super) fn read(input: &Place) -> Result<Self, Failure> {
        match input {
            Place::File(path) => {
                let lines = Lines::of_file(path).map_err(|error| {
                    Failure::not_started(text!(
                        "run-unreadable",
                        path = path.display().to_string(),
                        error = error.to_string()
                    ))
                    .hint(text!("run-unreadable-hint"))
                })?;
                Ok(Self {
                    lines,
                    content_name: identity::run_name(&identity::host(), path),
                    content: None,
                })
            }
            Place::Standard => {
                let mut content = Vec::new();
                let read = std::io::stdin().lock().read_to_end(&mut content);
                let failed =
                    |error: std::io::Error| Failure::not_started(text!("run-no-input", error = error.to_string()));
                read.map_err(failed)?;
                let content_name = identity::run_name_of_content(&content);
                Ok(Self {
                    lines: Lines::of_bytes(content.clone()).map_err(failed)?,
                    content_name,
                    content: Some(content),
                })
            }
        }
    }

    /// The same from its beginning.
    pub(super) fn again(self, input: &Place) -> Result<Self, Failure> {
        let Some(content) = self.content else {
            return Self::read(input);
        };
        let lines = Lines::of_bytes(content.clone());
        Ok(Self {
            lines: lines.map_err(|error| Failure::broke_off(error.to_string()))?,
            content_name: self.content_name,
            content: Some(content),
        })
    }

    /// The name of a run that has none of its own.
    pub(super) fn run_name(&self, output: &Place) -> String {
        match output {
            Place::File(out) if self.content.is_some() => identity::run_name(&identity::host(), out),
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
    /// What it takes: at least, or as its answer told.
    size: Size,
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
    task: LineTask,
}

impl Book {
    /// Reads all lines, submits what is new and what failed, cancels what the input no longer holds. Gives the targets of
    /// each route that lines ask for.
    pub(super) async fn take_in(
        &mut self,
        source: &mut Source,
        config: &Config,
        desk: &mut Desk,
    ) -> Result<Vec<Vec<TargetId>>, Failure> {
        // Elsewhere names mean what they mean there.
        let config = (!desk.is_there()).then_some(config);
        let mut known = desk.known().await?;
        let mut chunk: Vec<Pending> = Vec::new();
        let mut reopened: Vec<(TaskId, Ending)> = Vec::new();
        let mut open: Vec<TaskId> = Vec::new();
        loop {
            let next = source.lines.next_line();
            let next =
                next.map_err(|error| Failure::not_started(text!("run-input-broken", error = error.to_string())))?;
            let Some(raw) = next else { break };
            match self.read(&raw, config) {
                Err(problem) => self.push_bad(&raw, &problem),
                Ok((line, route)) => {
                    let key = self.keys.next(line.id.as_deref(), &line.request);
                    match known.remove(&key) {
                        Some((task, ended)) => {
                            match ended {
                                None => open.push(task),
                                Some(Ending::Completed) => {}
                                Some(ending) => reopened.push((task, ending)),
                            }
                            self.recognise(&raw, &line, route, task, ended);
                        }
                        None => chunk.push(self.pending(&raw, line, route, key)),
                    }
                }
            }
            if chunk.len() >= CHUNK {
                self.submit(&mut chunk, desk).await?;
            }
        }
        self.submit(&mut chunk, desk).await?;
        let is_open = |(_, (task, ended)): (u128, (TaskId, Option<Ending>))| ended.is_none().then_some(task);
        let stale = known.into_iter().filter_map(is_open).collect();
        desk.settle(reopened, open, stale).await?;
        Ok(self.routes.iter().map(|route| desk.targets_of(route)).collect())
    }

    fn read(&mut self, raw: &RawLine, config: Option<&Config>) -> Result<(Line, u32), String> {
        if raw.too_long {
            return Err(text!("run-line-too-long"));
        }
        let line = Line::parse(&raw.bytes, self.model.as_deref())?;
        let route = self.route(line.request.model(), config)?;
        Ok((line, route))
    }

    fn route(&mut self, model: Option<String>, config: Option<&Config>) -> Result<u32, String> {
        if let Some(known) = self.route_ids.get(&model) {
            return known.clone().map_err(String::from);
        }
        let resolved = match config {
            Some(config) => config.resolve(model.as_deref()),
            None => {
                let name = model.as_deref().unwrap_or(DEFAULT_ROUTE);
                Ok(Route::all_primary(name, Vec::new()))
            }
        };
        let found = match resolved {
            Ok(route) => {
                self.routes.push(Arc::new(route));
                Ok(u32::try_from(self.routes.len() - 1).unwrap_or(u32::MAX))
            }
            Err(unknown) => Err(words::unknown_model_and_nearest(&unknown).into_boxed_str()),
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
            size: Size::default(),
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
            size: Size::least(&line.request),
            state,
        });
    }

    /// A line whose task is known: done, or open from now on.
    fn recognise(&mut self, raw: &RawLine, line: &Line, route: u32, task: TaskId, ended: Option<Ending>) {
        let state = match ended {
            Some(Ending::Completed) => LineState::Ended(task, Ending::Completed),
            _ => LineState::Open(task),
        };
        let before = matches!(state, LineState::Ended(..));
        self.push(raw, line, route, before, state);
    }

    fn pending(&mut self, raw: &RawLine, line: Line, route: u32, key: u128) -> Pending {
        let index = self.lines.len();
        self.push(raw, &line, route, false, LineState::Open(TaskId(0)));
        let task = LineTask {
            key,
            route: self.routes[route as usize].clone(),
            priority: line.priority,
            id: line.id,
            request: line.request,
        };
        Pending { index, task }
    }

    async fn submit(&mut self, chunk: &mut Vec<Pending>, desk: &mut Desk) -> Result<(), Failure> {
        if chunk.is_empty() {
            return Ok(());
        }
        let (indices, tasks): (Vec<usize>, Vec<LineTask>) = chunk.drain(..).map(|one| (one.index, one.task)).unzip();
        let answers = desk.hand_in(tasks).await?;
        for (index, answer) in indices.into_iter().zip(answers) {
            self.lines[index].state = match answer {
                Ok(task) => LineState::Open(task),
                Err(problem) => LineState::Bad(problem.into_boxed_str()),
            };
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

    /// A line has been answered: what it took is known where the answer tells.
    pub(super) fn answered(&mut self, index: usize, result: &ResultRow) {
        if let Some(size) = Size::told(&result.body) {
            self.lines[index].size = size;
        }
    }

    /// Of each route, the open lines and what they take at least.
    pub(super) fn open_by_route(&self) -> Vec<Sizes> {
        self.sizes(|line| matches!(line.state, LineState::Open(_)))
    }

    /// Of each route, the lines that this invocation has answered and what they took.
    pub(super) fn completed_by_route(&self) -> Vec<Sizes> {
        self.sizes(|line| matches!(line.state, LineState::Ended(_, Ending::Completed)) && !line.before)
    }

    fn sizes(&self, counts: impl Fn(&BookLine) -> bool) -> Vec<Sizes> {
        let mut sizes = vec![Sizes::default(); self.routes.len()];
        for line in self.lines.iter().filter(|line| counts(line)) {
            if let Some(of_route) = sizes.get_mut(line.route as usize) {
                of_route.add(line.size);
            }
        }
        sizes
    }

    /// A line's output. `result` is what is known already of its answer; else the store is asked.
    pub(super) fn render(
        &self,
        index: usize,
        result: Option<Option<Arc<ResultRow>>>,
        desk: &Desk,
    ) -> Result<Vec<u8>, Trouble> {
        let line = &self.lines[index];
        let task = match &line.state {
            LineState::Bad(_) => None,
            LineState::Open(task) | LineState::Ended(task, _) => Some(*task),
        };
        let result = match (result, &line.state) {
            (Some(result), _) => result,
            (None, LineState::Ended(task, _)) => desk.result(*task)?.map(Arc::new),
            (None, _) => None,
        };
        Ok(render(
            task.map(|task| task.0),
            &line.custom_id(),
            &verdict(&line.state, result.map(Arc::unwrap_or_clone)),
        ))
    }
}
