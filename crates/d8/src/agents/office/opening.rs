//! From what the store knows of agents to agents at work.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use d8_core::change::Ending;
use d8_core::id::TaskId;
use d8_store::{AgentRow, TaskState};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Agents, Delivered, Office, Word, now};
use crate::agents::delivery::Lane;
use crate::agents::desk::Desk;
use crate::agents::group_of;
use crate::agents::note::Note;
use crate::agents::timetable::Timetable;
use crate::config::Agent;
use crate::orchestrator::{LookupError, Opened};

/// How agents work.
#[derive(Debug)]
pub struct Settings {
    /// By their clocks; else only when somebody asks.
    pub by_itself: bool,
    /// Hears of each delivery.
    pub deliveries: Option<mpsc::UnboundedSender<Delivered>>,
}

impl Agents {
    /// Sets agents to work, until the shutdown. What an earlier process left is delivered. Needs a tokio runtime.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn start(
        opened: &mut Opened,
        agents: &[Agent],
        settings: Settings,
        shutdown: CancellationToken,
    ) -> Result<Self, LookupError> {
        let (words, inbox) = mpsc::unbounded_channel();
        let rows = std::mem::take(&mut opened.agents);
        let mut office = Office {
            handle: opened.handle.clone(),
            library: opened.library.clone(),
            desks: Vec::new(),
            known: rows.into_iter().map(|row| (row.name.clone(), row)).collect(),
            strangers: std::mem::take(&mut opened.outputs),
            files: Arc::default(),
            words: words.clone(),
            settings,
            shutdown,
        };
        office.appoint(agents).await?;
        if !office.strangers.is_empty() {
            tracing::warn!(
                "{} answers are for agents that d8.toml no longer has; they wait until it has them again",
                office.strangers.len()
            );
        }
        tokio::spawn(office.work(inbox));
        Ok(Self::new(words))
    }
}

impl Office {
    /// These are the agents from now on. What an earlier process left for those that are new here is gone on with.
    pub(super) async fn appoint(&mut self, agents: &[Agent]) -> Result<(), LookupError> {
        for desk in &mut self.desks {
            desk.retired |= !agents.iter().any(|agent| agent.name == desk.agent.name);
        }
        for agent in agents {
            let agent = Arc::new(agent.clone());
            let found = self.desks.iter().position(|desk| desk.agent.name == agent.name);
            match found {
                Some(at) if self.desks[at].agent == agent && !self.desks[at].retired => {}
                Some(at) => {
                    let lane = self.lane(&agent);
                    self.desks[at].reappoint(agent, lane, now());
                }
                None => {
                    let desk = self.desk(agent);
                    self.desks.push(desk);
                }
            }
        }
        let place = |desk: &Desk| agents.iter().position(|agent| agent.name == desk.agent.name);
        self.desks.sort_by_key(|desk| place(desk).unwrap_or(usize::MAX));
        self.take_up().await
    }

    /// The place of an agent that is new here.
    fn desk(&mut self, agent: Arc<Agent>) -> Desk {
        self.follow(&agent.name);
        let row = self.known.remove(&agent.name).unwrap_or_else(|| AgentRow {
            name: agent.name.clone(),
            ..AgentRow::default()
        });
        Desk {
            timetable: Timetable::of(&agent),
            seen: row.last,
            worked: row.last.filter(|_| row.number > 0),
            row,
            line: VecDeque::new(),
            open: BTreeMap::new(),
            undelivered: BTreeMap::new(),
            failed: BTreeMap::new(),
            delivered_here: 0,
            trouble: None,
            not_before: None,
            retired: false,
            lane: self.lane(&agent),
            agent,
        }
    }

    /// The way of an agent's answers.
    fn lane(&self, agent: &Arc<Agent>) -> mpsc::UnboundedSender<(TaskId, Note)> {
        let reports = self.words.clone();
        let lane = Lane {
            agent: agent.clone(),
            library: self.library.clone(),
            files: self.files.clone(),
            shutdown: self.shutdown.clone(),
            report: move |task, progress| drop(reports.send(Word::Progress(task, progress))),
        };
        lane.open()
    }

    /// Tells of the ends of an agent's tasks from now on.
    fn follow(&self, name: &str) {
        let group = self.handle.group_named(&group_of(name));
        let mut endings = self.handle.audience.follow(group);
        let words = self.words.clone();
        tokio::spawn(async move {
            while let Some(done) = endings.recv().await {
                if words.send(Word::Ended(done)).is_err() {
                    return;
                }
            }
        });
    }

    /// Goes on with what an earlier process left for the agents that are here.
    async fn take_up(&mut self) -> Result<(), LookupError> {
        for (task, text) in std::mem::take(&mut self.strangers) {
            let Some(note) = Note::parse(&text) else { continue };
            let Some(desk) = self.desks.iter_mut().find(|desk| desk.agent.name == note.agent) else {
                self.strangers.push((task, text));
                continue;
            };
            let stored = self.library.ask(move |reader| reader.task(task)).await?;
            match stored.map(|stored| stored.state) {
                Some(TaskState::Pending | TaskState::Assigned) => drop(desk.open.insert(task, note)),
                Some(TaskState::Ended(Ending::Completed, _)) => {
                    desk.undelivered.insert(task, note.clone());
                    let _ = desk.lane.send((task, note));
                }
                Some(TaskState::Ended(Ending::Failed(_), _)) => drop(desk.failed.insert(task, note)),
                Some(TaskState::Ended(Ending::Cancelled, _)) | None => drop(self.handle.delivered(task, None)),
            }
        }
        Ok(())
    }
}
