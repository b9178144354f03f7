//! One process's orchestrator: engine, store and built-in workers, and the handle by which everything else speaks to it.
//!
//! In reading order: [`Plan`] turns names into integers; [`Opening`] rebuilds the engine from the store; `turn` is the
//! loop; `writer` is the store's thread; [`event`] is what the loop is told and what it tells.

pub mod event;
mod opening;
mod plan;
pub(crate) mod reported;
mod turn;
mod writer;

use std::sync::mpsc;
use std::thread;

use d8_core::change::{Ending, TaskRow};
use d8_core::engine::Outlook;
use d8_core::id::{AttemptNo, GroupId, RouteId, TaskId};
use d8_core::message::Report;
use d8_store::{Names, ResultRow, StoreError};
use tokio::sync::{mpsc as async_mpsc, oneshot};

pub use event::{Done, NewTask, View};
pub use opening::{OpenError, Opened, Opening};
pub use plan::{LimitWords, Plan};

use crate::config::{Config, Route};
use event::Event;

/// Speaks to the loop. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    events: mpsc::Sender<Event>,
}

/// The loop has ended: its store has failed, or it was told to.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the engine has stopped")]
pub struct Stopped;

impl Handle {
    /// Takes tasks in. When the ids are here, the tasks are stored.
    pub async fn submit(&self, tasks: Vec<NewTask>) -> Result<Vec<TaskId>, Stopped> {
        self.ask(|reply| Event::Submit(tasks, reply)).await
    }

    /// How things stand with a group.
    pub async fn view(&self, group: GroupId) -> Result<View, Stopped> {
        self.ask(|reply| Event::View(group, reply)).await
    }

    /// The limits as they stand now.
    pub async fn outlook(&self) -> Result<Outlook, Stopped> {
        self.ask(Event::Outlook).await
    }

    /// Opens ended tasks again.
    pub fn revive(&self, tasks: Vec<(TaskRow, Ending)>) -> Result<(), Stopped> {
        self.tell(Event::Revive(tasks))
    }

    /// Nobody wants these any more.
    pub fn cancel(&self, tasks: Vec<TaskId>) -> Result<(), Stopped> {
        self.tell(Event::Cancel(tasks))
    }

    /// An attempt is over.
    pub fn finished(
        &self,
        task: TaskId,
        attempt: AttemptNo,
        report: Report,
        result: Option<ResultRow>,
    ) -> Result<(), Stopped> {
        self.tell(Event::Finished {
            task,
            attempt,
            report,
            result,
        })
    }

    /// These attempts are still at work.
    pub fn renew(&self, attempts: Vec<(TaskId, AttemptNo)>) -> Result<(), Stopped> {
        self.tell(Event::Renew(attempts))
    }

    /// Lets the built-in workers take work: before, tasks only gather.
    pub fn begin(&self) -> Result<(), Stopped> {
        self.tell(Event::Begin)
    }

    /// Starts nothing more; what is under way may end.
    pub fn drain(&self) -> Result<(), Stopped> {
        self.tell(Event::Drain)
    }

    async fn ask<T>(&self, event: impl FnOnce(oneshot::Sender<T>) -> Event) -> Result<T, Stopped> {
        let (reply, answer) = oneshot::channel();
        self.tell(event(reply))?;
        answer.await.map_err(|_| Stopped)
    }

    fn tell(&self, event: Event) -> Result<(), Stopped> {
        self.events.send(event).map_err(|_| Stopped)
    }
}

/// Why the loop ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum LoopError {
    /// Nothing more can be stored, so nothing more is done.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault of ours.
    #[error("a thread of d8 has died; what was acknowledged is stored")]
    Died,
}

/// The running loop.
#[derive(Debug)]
pub struct Loop {
    events: mpsc::Sender<Event>,
    thread: thread::JoinHandle<Result<(), LoopError>>,
}

impl Loop {
    /// Ends the loop when all that has happened is stored. What is under way counts as spent.
    pub fn stop(self) -> Result<(), LoopError> {
        let _ = self.events.send(Event::Stop);
        self.thread.join().unwrap_or(Err(LoopError::Died))
    }
}

/// Tasks' ends, in the order in which they were stored.
pub type Endings = async_mpsc::UnboundedReceiver<Done>;

/// What a stored route name means as things are configured now.
fn route_of(config: &Config, names: &Names, id: RouteId) -> Option<Route> {
    config.resolve(Some(names.name(id)?)).ok()
}
