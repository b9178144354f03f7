//! What others ask of agents that are at work.

use std::path::PathBuf;
use std::sync::Arc;

use d8_core::id::TaskId;
use d8_core::time::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::{Office, Word, now};
use crate::agents::desk::Desk;
use crate::agents::note::Note;
use crate::config::Agent;
use crate::orchestrator::Stopped;

/// So many pieces are asked for at once at most.
const MOST_TIMES: u32 = 1_000;

/// Speaks to agents at work. Cheap to clone.
#[derive(Clone)]
pub struct Agents {
    words: mpsc::UnboundedSender<Word>,
}

pub(super) enum Call {
    List(oneshot::Sender<Vec<View>>),
    Pause(String, bool, oneshot::Sender<Result<View, NotDone>>),
    Run(String, u32, oneshot::Sender<Result<Vec<(TaskId, Note)>, NotDone>>),
    Appoint(Vec<Agent>, oneshot::Sender<()>),
}

/// How an agent stands.
#[derive(Clone, Debug)]
pub struct View {
    /// As it is configured.
    pub agent: Arc<Agent>,
    /// Somebody holds it back.
    pub paused: bool,
    /// When it works next.
    pub next: Option<Timestamp>,
    /// When it was last given work.
    pub last: Option<Timestamp>,
    /// The number of its latest piece.
    pub number: u64,
    /// Tasks that have not ended.
    pub open: u64,
    /// Occurrences that wait for the former ones.
    pub queued: u64,
    /// Answers that are being delivered.
    pub undelivered: u64,
    /// Answers that were ever delivered.
    pub delivered: u64,
    /// Of these, by this process.
    pub delivered_here: u64,
    /// Tasks that failed.
    pub failed: u64,
    /// Occurrences that were ever left out.
    pub skipped: u64,
    /// What went wrong last.
    pub trouble: Option<String>,
}

/// An answer that is where it belongs.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// Its task.
    pub task: TaskId,
    /// Which piece it was.
    pub note: Note,
    /// Where it is.
    pub file: Option<PathBuf>,
}

/// Why something was not done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotDone {
    /// There is no agent of this name.
    Unknown,
    /// d8.toml holds it back.
    PausedInConfig,
    /// So often at once is too often: the most.
    TooOften(u32),
    /// Its work was not taken in: why, in words.
    Refused(String),
}

impl Agents {
    pub(super) fn new(words: mpsc::UnboundedSender<Word>) -> Self {
        Self { words }
    }

    /// All of them, in the order of d8.toml.
    pub async fn list(&self) -> Result<Vec<View>, Stopped> {
        self.ask(Call::List).await
    }

    /// Holds one back, or lets it go on.
    pub async fn pause(&self, name: &str, paused: bool) -> Result<Result<View, NotDone>, Stopped> {
        self.ask(|reply| Call::Pause(name.to_owned(), paused, reply)).await
    }

    /// Lets one work so many times now.
    pub async fn run(&self, name: &str, times: u32) -> Result<Result<Vec<(TaskId, Note)>, NotDone>, Stopped> {
        self.ask(|reply| Call::Run(name.to_owned(), times, reply)).await
    }

    /// These are the agents from now on, as another d8.toml has them. Who is no longer there finishes what it is at; another
    /// schedule begins now.
    pub async fn appoint(&self, agents: Vec<Agent>) -> Result<(), Stopped> {
        self.ask(|reply| Call::Appoint(agents, reply)).await
    }

    async fn ask<T>(&self, call: impl FnOnce(oneshot::Sender<T>) -> Call) -> Result<T, Stopped> {
        let (reply, answer) = oneshot::channel();
        self.words.send(Word::Call(call(reply))).map_err(|_| Stopped)?;
        answer.await.map_err(|_| Stopped)
    }
}

impl Office {
    pub(super) async fn call(&mut self, call: Call) {
        match call {
            Call::List(reply) => {
                let here = self.desks.iter().filter(|desk| !desk.retired);
                let _ = reply.send(here.map(view).collect());
            }
            Call::Pause(name, paused, reply) => drop(reply.send(self.pause(&name, paused).await)),
            Call::Run(name, times, reply) => drop(reply.send(self.run(&name, times).await)),
            Call::Appoint(agents, reply) => {
                if let Err(error) = self.appoint(&agents).await {
                    tracing::error!("what was left for agents cannot be read: {error}");
                }
                let _ = reply.send(());
            }
        }
    }

    fn find(&self, name: &str) -> Result<usize, NotDone> {
        let mut desks = self.desks.iter();
        desks
            .position(|desk| desk.agent.name == name && !desk.retired)
            .ok_or(NotDone::Unknown)
    }

    async fn pause(&mut self, name: &str, paused: bool) -> Result<View, NotDone> {
        let at = self.find(name)?;
        let desk = &mut self.desks[at];
        if !paused && desk.agent.paused {
            return Err(NotDone::PausedInConfig);
        }
        if desk.row.paused != paused {
            desk.row.paused = paused;
            if !paused {
                // What came meanwhile was not wanted.
                desk.seen = Some(now());
                desk.row.last = desk.seen;
            }
            desk.line.clear();
            let row = desk.row.clone();
            let stored = self.handle.agent_stands(row).await;
            stored.map_err(|stopped| NotDone::Refused(stopped.to_string()))?;
        }
        Ok(view(&self.desks[at]))
    }

    async fn run(&mut self, name: &str, times: u32) -> Result<Vec<(TaskId, Note)>, NotDone> {
        let at = self.find(name)?;
        if times > MOST_TIMES {
            return Err(NotDone::TooOften(MOST_TIMES));
        }
        let moments = vec![now(); times as usize];
        let handed_in = self.hand_in(at, &moments, true).await;
        handed_in.map_err(|refused| NotDone::Refused(refused.words()))
    }
}

fn view(desk: &Desk) -> View {
    View {
        agent: desk.agent.clone(),
        paused: desk.is_paused(),
        next: desk.next(now()),
        last: desk.worked,
        number: desk.row.number,
        open: desk.open.len() as u64,
        queued: desk.line.len() as u64,
        undelivered: desk.undelivered.len() as u64,
        delivered: desk.row.delivered,
        delivered_here: desk.delivered_here,
        failed: desk.failed.len() as u64,
        skipped: desk.row.skipped,
        trouble: desk.trouble.clone(),
    }
}
