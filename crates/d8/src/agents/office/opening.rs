//! From what the store knows of agents to agents at work.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use d8_core::change::Ending;
use d8_core::id::TaskId;
use d8_store::{AgentRow, TaskState};
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

use super::{Agents, Delivered, Office, Word};
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
        let rows: BTreeMap<String, AgentRow> = std::mem::take(&mut opened.agents)
            .into_iter()
            .map(|row| (row.name.clone(), row))
            .collect();
        let files = Arc::new(Mutex::new(()));
        let mut desks = Vec::new();
        for agent in agents {
            let reports = words.clone();
            let agent = Arc::new(agent.clone());
            let lane = Lane {
                agent: agent.clone(),
                library: opened.library.clone(),
                files: files.clone(),
                shutdown: shutdown.clone(),
                report: move |task, progress| drop(reports.send(Word::Progress(task, progress))),
            };
            follow(opened, &agent.name, words.clone());
            let row = rows.get(&agent.name).cloned().unwrap_or_else(|| AgentRow {
                name: agent.name.clone(),
                ..AgentRow::default()
            });
            desks.push(Desk {
                timetable: Timetable::of(&agent),
                seen: row.last,
                worked: row.last.filter(|_| row.number > 0),
                row,
                line: VecDeque::new(),
                open: BTreeMap::new(),
                undelivered: BTreeMap::new(),
                failed: BTreeMap::new(),
                delivered: 0,
                skipped: 0,
                trouble: None,
                not_before: None,
                lane: lane.open(),
                agent,
            });
        }
        let mut office = Office {
            handle: opened.handle.clone(),
            library: opened.library.clone(),
            desks,
            settings,
            shutdown,
        };
        office.take_up(std::mem::take(&mut opened.outputs)).await?;
        tokio::spawn(office.work(inbox));
        Ok(Self::new(words))
    }
}

/// Tells of the ends of an agent's tasks from now on.
fn follow(opened: &Opened, name: &str, words: mpsc::UnboundedSender<Word>) {
    let group = opened.handle.group_named(&group_of(name));
    let mut endings = opened.handle.audience.follow(group);
    tokio::spawn(async move {
        while let Some(done) = endings.recv().await {
            if words.send(Word::Ended(done)).is_err() {
                return;
            }
        }
    });
}

impl Office {
    /// Goes on with what an earlier process left.
    async fn take_up(&mut self, outputs: Vec<(TaskId, String)>) -> Result<(), LookupError> {
        let mut strangers = 0_u64;
        for (task, text) in outputs {
            let Some(note) = Note::parse(&text) else { continue };
            let Some(desk) = self.desks.iter_mut().find(|desk| desk.agent.name == note.agent) else {
                strangers += 1;
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
                Some(TaskState::Ended(Ending::Cancelled, _)) | None => drop(self.handle.delivered(vec![task])),
            }
        }
        if strangers > 0 {
            tracing::warn!(
                "{strangers} answers are for agents that d8.toml no longer has; they wait until it has them again"
            );
        }
        Ok(())
    }
}
