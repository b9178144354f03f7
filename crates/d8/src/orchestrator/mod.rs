//! One process's orchestrator: engine, store and built-in workers, and the handle by which everything else speaks to it.
//!
//! In reading order: [`Plan`] turns names into integers and [`Directory`] shares them; [`Opening`] rebuilds the engine
//! from the store; `turn` is the loop, [`aside`] what went past it; `writer` is the store's thread; [`event`] is what the loop is told and what it
//! tells; [`fleet`] knows the workers, [`Audience`] those who wait for an end; [`Requests`] and [`Library`] look up.

pub mod aside;
mod audience;
mod brought;
pub mod diagnosis;
mod directory;
pub mod event;
pub mod fleet;
mod library;
mod news;
mod opening;
pub(crate) mod pace;
pub(crate) mod past;
mod plan;
pub(crate) mod reported;
mod requests;
mod roll;
mod turn;
mod unknown;
mod writer;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use d8_core::change::{Ending, TaskRow};
use d8_core::engine::Outlook;
use d8_core::id::{AttemptNo, GroupId, RouteId, TaskId};
use d8_core::message::Report;
use d8_core::wait::Wait;
use d8_store::{AgentRow, Endpoint, Names, ResultRow, StoreError};
use tokio::sync::oneshot;

pub use audience::Audience;
pub use directory::{Directory, Entries};
pub use event::{
    AGENT_ACTION, Accepted, AgentWork, Done, Hand, MAX_ATTEMPTS, Named, NewTask, Open, Polled, Reform, Refusal,
    Registered, Reporter, Start, Status, View, Way,
};
pub use library::{Library, LookupError};
pub use news::News;
pub use opening::{OpenError, Opened, Opening, Scope, Tallies, standing};
pub use plan::{ANY_MODEL, AccountEntry, LimitWords, Plan, TargetWords, VISITOR};
pub use requests::Requests;
pub use turn::is_rare;

use crate::config::{Config, Route};
use crate::protocol::Registration;
use aside::{Aside, Unknown};
use event::Event;

/// The route of tasks that come by the Hive's calls: the default one, and every worker that brings its own key.
pub const EVERYBODY: &str = "default+workers";

/// Speaks to the loop. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    events: mpsc::Sender<Event>,
    next_task: Arc<AtomicU64>,
    /// Who waits for ends.
    pub audience: Arc<Audience>,
    /// What there is.
    pub directory: Arc<Directory>,
    /// Requests that are kept in memory.
    pub requests: Requests,
    /// The endpoint of chat completions.
    pub chat: Endpoint,
}

/// The loop has ended: its store has failed, or it was told to.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the engine has stopped")]
pub struct Stopped;

impl Handle {
    /// A name for a task that is about to be submitted.
    pub fn new_id(&self) -> TaskId {
        TaskId(self.next_task.fetch_add(1, Ordering::Relaxed))
    }

    /// The integer of a group, a new one where the name is new.
    pub fn group_named(&self, name: &str) -> GroupId {
        self.directory.names_mut(|names| names.intern(name))
    }

    /// Takes tasks in, all of them or none. When the answer is here, the tasks are stored.
    pub async fn submit(&self, tasks: Vec<NewTask>) -> Result<Result<Vec<Accepted>, Refusal>, Stopped> {
        self.ask(|reply| Event::Submit(tasks, Some(reply))).await
    }

    /// Takes a task in whose end is watched already. Where it is refused, the end says so.
    pub fn submit_watched(&self, task: NewTask) -> Result<(), Stopped> {
        self.tell(Event::Submit(vec![task], None))
    }

    /// How things stand with a group.
    pub async fn view(&self, group: GroupId) -> Result<View, Stopped> {
        self.ask(|reply| Event::View(group, reply)).await
    }

    /// The limits as they stand now.
    pub async fn outlook(&self) -> Result<Outlook, Stopped> {
        self.ask(Event::Outlook).await
    }

    /// How everything stands.
    pub async fn status(&self) -> Result<Status, Stopped> {
        self.ask(Event::Status).await
    }

    /// What a forecast is made from: the limits, what is open, and what comes before these tasks.
    pub async fn open(&self, tasks: Vec<TaskId>) -> Result<Open, Stopped> {
        self.ask(|reply| Event::Open(tasks, reply)).await
    }

    /// Why tasks are not running now.
    pub async fn explain(&self, tasks: Vec<TaskId>) -> Result<Vec<Option<Wait>>, Stopped> {
        self.ask(|reply| Event::Explain(tasks, reply)).await
    }

    /// Opens ended tasks again.
    pub fn revive(&self, tasks: Vec<(TaskRow, Ending)>) -> Result<(), Stopped> {
        self.tell(Event::Revive(tasks, None))
    }

    /// Opens ended tasks again, and answers when that is stored.
    pub async fn revive_now(&self, tasks: Vec<(TaskRow, Ending)>) -> Result<(), Stopped> {
        self.ask(|reply| Event::Revive(tasks, Some(reply))).await
    }

    /// Takes in open tasks that only the store knew.
    pub fn adopt(&self, tasks: Vec<TaskRow>) -> Result<(), Stopped> {
        self.tell(Event::Adopt(tasks))
    }

    /// Nobody waits for this group now: what waits in it is the store's alone until it is adopted again.
    pub fn release(&self, group: GroupId) -> Result<(), Stopped> {
        self.tell(Event::Release(group))
    }

    /// Which of these are not open here. When the answer is here, the store knows how they stand: one that is open there
    /// may be adopted.
    pub async fn strangers(&self, tasks: Vec<TaskId>) -> Result<Vec<TaskId>, Stopped> {
        self.ask(|reply| Event::Strangers(tasks, reply)).await
    }

    /// Nobody wants these any more.
    pub fn cancel(&self, tasks: Vec<TaskId>) -> Result<(), Stopped> {
        self.tell(Event::Cancel(tasks, None))
    }

    /// Nobody wants these any more; answers when that is stored.
    pub async fn cancel_now(&self, tasks: Vec<TaskId>) -> Result<(), Stopped> {
        self.ask(|reply| Event::Cancel(tasks, Some(reply))).await
    }

    /// Gives open tasks another priority.
    pub async fn reprioritise(&self, tasks: Vec<TaskId>, priority: u8) -> Result<(), Stopped> {
        self.ask(|reply| Event::Reprioritise(tasks, priority, reply)).await
    }

    /// Holds an account or a route back, or lets it go on. False where there is none of that name.
    pub async fn pause(&self, what: Named, paused: bool) -> Result<bool, Stopped> {
        self.ask(|reply| Event::Pause(what, paused, reply)).await
    }

    /// Tries everything of an account again now. False where there is none of that name.
    pub async fn unpark(&self, account: String) -> Result<bool, Stopped> {
        self.ask(|reply| Event::Unpark(account, reply)).await
    }

    /// Forgets what was learnt of an account's limits. False where there is none of that name.
    pub async fn forget(&self, account: String) -> Result<bool, Stopped> {
        self.ask(|reply| Event::Forget(account, reply)).await
    }

    /// Counts what somebody asked past the orchestrator, and answers when that is stored.
    pub async fn spent_aside(&self, aside: Aside) -> Result<Result<(), Unknown>, Stopped> {
        let task = self.new_id();
        self.ask(|reply| Event::SpentAside(aside, task, reply)).await
    }

    /// Lets a group take no more tasks.
    pub async fn seal(&self, group: String) -> Result<(), Stopped> {
        self.ask(|reply| Event::Seal(group, reply)).await
    }

    /// An attempt of a worker in this process is over.
    pub fn finished(
        &self,
        task: TaskId,
        attempt: AttemptNo,
        report: Report,
        result: Option<ResultRow>,
    ) -> Result<(), Stopped> {
        self.tell(Event::Finished {
            task,
            reporter: Reporter::BuiltIn(attempt),
            report,
            result,
            heard: None,
        })
    }

    /// An attempt of a worker elsewhere is over. Answers, once that is stored, whether the attempt was still its own.
    pub async fn reported(
        &self,
        task: TaskId,
        reporter: Reporter,
        report: Report,
        result: Option<ResultRow>,
    ) -> Result<bool, Stopped> {
        self.ask(|heard| Event::Finished {
            task,
            reporter,
            report,
            result,
            heard: Some(heard),
        })
        .await
    }

    /// These attempts are still at work.
    pub fn renew(&self, attempts: Vec<(TaskId, AttemptNo)>) -> Result<(), Stopped> {
        self.tell(Event::Renew(attempts))
    }

    /// A worker elsewhere begins a life.
    pub async fn register(&self, registration: Registration) -> Result<Registered, Stopped> {
        self.ask(|reply| Event::Register(Box::new(registration), reply)).await
    }

    /// A worker elsewhere asks for work. With a wait the answer comes when there is some, or when the time is over.
    pub async fn poll(
        &self,
        worker: String,
        incarnation: Option<String>,
        free: u32,
        wait: std::time::Duration,
    ) -> Result<Polled, Stopped> {
        static POLLS: AtomicU64 = AtomicU64::new(1);
        let number = POLLS.fetch_add(1, Ordering::Relaxed);
        let (reply, mut answer) = oneshot::channel();
        let waits = !wait.is_zero();
        self.tell(Event::Poll {
            worker: worker.clone(),
            incarnation,
            free,
            waits,
            number,
            reply,
        })?;
        // Whoever hangs up in the middle must not be given work that nobody would hear of.
        let hush = Hush {
            handle: self,
            worker,
            number,
            waits,
        };
        if waits {
            if let Ok(answered) = tokio::time::timeout(wait, &mut answer).await {
                hush.answered();
                return answered.map_err(|_| Stopped);
            }
            drop(hush);
        } else {
            hush.answered();
        }
        answer.await.map_err(|_| Stopped)
    }

    /// A sign of life: it renews the attempts that are named, or all that a worker of the Hive holds.
    pub async fn heartbeat(
        &self,
        worker: String,
        incarnation: Option<String>,
        attempts: Vec<(TaskId, AttemptNo)>,
    ) -> Result<Polled, Stopped> {
        self.ask(|reply| Event::Heartbeat {
            worker,
            incarnation,
            attempts,
            reply,
        })
        .await
    }

    /// A worker elsewhere has gone.
    pub async fn unregister(&self, worker: String, incarnation: Option<String>) -> Result<(), Stopped> {
        self.ask(|reply| Event::Unregister(worker, incarnation, reply)).await
    }

    /// Whoever was to be told of a task's end has been, or never will be.
    pub fn told(&self, task: TaskId) -> Result<(), Stopped> {
        self.tell(Event::Told(vec![task]))
    }

    /// An agent stands so now; answers when that is stored.
    pub async fn agent_stands(&self, row: AgentRow) -> Result<(), Stopped> {
        self.ask(|reply| Event::Agent(row, reply)).await
    }

    /// A task's answer has been delivered, or never will be. How its agent stands then is stored with it.
    pub fn delivered(&self, task: TaskId, row: Option<AgentRow>) -> Result<(), Stopped> {
        self.tell(Event::Delivered(task, row))
    }

    /// These keys of requests need not be known any more; answers when that is stored.
    pub async fn forget_requests(&self, keys: Vec<u128>) -> Result<(), Stopped> {
        self.ask(|reply| Event::ForgetRequests(keys, reply)).await
    }

    /// Goes on with another configuration. When the answer is here it is in force, and what it changed is stored.
    pub async fn reform(&self, reform: Reform) -> Result<(), Stopped> {
        self.ask(|reply| Event::Reform(Box::new(reform), reply)).await
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

/// Ends a poll that nobody waits for any more.
struct Hush<'a> {
    handle: &'a Handle,
    worker: String,
    number: u64,
    waits: bool,
}

impl Hush<'_> {
    fn answered(mut self) {
        self.waits = false;
    }
}

impl Drop for Hush<'_> {
    fn drop(&mut self) {
        if self.waits {
            let worker = std::mem::take(&mut self.worker);
            let number = self.number;
            let _ = self.handle.tell(Event::Hush { worker, number });
        }
    }
}

/// Why the loop ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum LoopError {
    /// Nothing more can be stored, so nothing more is done.
    #[error("{}", crate::words::store_error(.0))]
    Store(#[from] StoreError),
    /// A fault of ours.
    #[error("{}", crate::text!("store-thread-died"))]
    Died,
}

/// The running loop.
#[derive(Debug)]
pub struct Loop {
    events: mpsc::Sender<Event>,
    thread: thread::JoinHandle<Result<(), LoopError>>,
    ended: oneshot::Receiver<()>,
}

impl Loop {
    /// Ends the loop when all that has happened is stored. What is under way counts as spent.
    pub fn stop(self) -> Result<(), LoopError> {
        let _ = self.events.send(Event::Stop);
        self.thread.join().unwrap_or(Err(LoopError::Died))
    }

    /// Ready when the loop has ended by itself, which only a failure makes it do.
    pub async fn ended(&mut self) {
        let _ = (&mut self.ended).await;
    }
}

/// What a stored route name means as things are configured now.
fn route_of(config: &Config, names: &Names, id: RouteId) -> Option<Route> {
    let name = names.name(id)?;
    config.resolve(Some(name)).ok()
}
