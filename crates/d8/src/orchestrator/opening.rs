//! From a store on disk to a running engine.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock, mpsc};
use std::thread;

use d8_core::Engine;
use d8_core::engine::GroupCounts;
use d8_core::id::{GroupId, TargetId, TaskId, WorkerId};
use d8_core::message::Effects;
use d8_store::{AgentRow, Hold, HoldError, Location, Names, Owner, Reader, SqliteStore, Store, StoreError, Which};
use tokio::sync::{broadcast, mpsc as async_mpsc, oneshot};

use super::news::News;
use super::past::Recall;
use super::roll::Roll;
use super::turn::{Beginning, Turn, how_all_stands};
use super::writer::Writer;
use super::{Audience, Directory, Entries, Handle, Library, Loop, Requests, Status, route_of};
use crate::clock::Clock;
use crate::config::{Account, Config, StoreLocation};
use crate::worker::{self, Errand};
use crate::{text, words};

/// So many news wait for whoever watches slowly.
const NEWS: usize = 4_096;

/// Why an orchestrator cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store is held, or its folder cannot be written.
    #[error("{}", words::hold_error(.0))]
    Hold(#[from] HoldError),
    /// The store cannot be read.
    #[error("{}", words::store_error(.0))]
    Store(#[from] StoreError),
    /// A folder or a thread cannot be made.
    #[error("{what}: {}", words::system(source))]
    System {
        /// What was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A provider cannot be called.
    #[error("{0}")]
    Provider(String),
}

impl OpenError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Hold(error) => Some(words::hold_hint(error)),
            Self::Store(error) => Some(words::store_hint(error)),
            Self::System { .. } => Some(text!("store-no-folder-next")),
            Self::Provider(_) => None,
        }
    }
}

/// Whose tasks are to be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Everybody's.
    Everything,
    /// Only those of this group, and of others that somebody brings later; the rest stay as they are.
    Group(String),
}

/// What came of the attempts of each worker in this process, those that came later too.
#[derive(Debug, Default)]
pub struct Tallies(RwLock<BTreeMap<WorkerId, Arc<worker::Tally>>>);

impl Tallies {
    /// What came of the attempts of a worker.
    pub fn of(&self, worker: WorkerId) -> Option<Arc<worker::Tally>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&worker)
            .cloned()
    }

    pub(super) fn add(&self, worker: WorkerId, tally: Arc<worker::Tally>) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(worker, tally);
    }
}

/// What is needed to begin.
#[derive(Debug)]
pub struct Opening {
    /// The resolved configuration.
    pub config: Arc<Config>,
    /// Whose tasks are to be done.
    pub scope: Scope,
    /// The clock.
    pub clock: Clock,
    /// By how much the providers' clocks run faster than ours: 1, but for a demonstration.
    pub speed: u32,
}

/// A running orchestrator and the ways to it.
pub struct Opened {
    /// Speaks to the loop.
    pub handle: Handle,
    /// Ends the loop.
    pub running: Loop,
    /// Reads the store.
    pub reader: Box<dyn Reader>,
    /// Reads the store without blocking.
    pub library: Library,
    /// The group of the scope, where it is one.
    pub group: Option<GroupId>,
    /// What the attempts of this process came to.
    pub tally: Arc<worker::Tally>,
    /// The same, worker by worker.
    pub tallies: Arc<Tallies>,
    /// Who waits for pieces of answers.
    pub sinks: Arc<worker::Sinks>,
    /// The clock, no earlier than the newest record.
    pub clock: Clock,
    /// What happens, as it happens.
    pub news: broadcast::Sender<Arc<News>>,
    /// Tasks that have ended and whose clients want to be told elsewhere: first those that an earlier process owed.
    pub callbacks: async_mpsc::UnboundedReceiver<TaskId>,
    /// How each agent stood, by name.
    pub agents: Vec<AgentRow>,
    /// Tasks of agents whose answers an earlier process still had to deliver, each with its note.
    pub outputs: Vec<(TaskId, String)>,
    /// The right to the store; given back when dropped.
    pub hold: Hold,
}

impl Opening {
    /// Takes the store, rebuilds the engine, starts the loop and a worker for each account. Needs a tokio runtime.
    pub fn open(self) -> Result<Opened, OpenError> {
        let speed = self.speed;
        self.open_with(|account, surroundings| {
            let worker = worker::Worker {
                equipment: worker::Equipment::of(account, speed).map_err(OpenError::Provider)?,
                surroundings,
            };
            Ok(worker.start())
        })
    }

    /// The same with workers of the caller's: each gets errands through the sender that `start` gives back.
    pub fn open_with(
        self,
        mut start: impl FnMut(&Account, worker::Surroundings) -> Result<async_mpsc::UnboundedSender<Errand>, OpenError>,
    ) -> Result<Opened, OpenError> {
        let StoreLocation::Sqlite(path) = self.config.store.clone();
        let folder = make_folder(&path)?;
        let owner = Owner {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..Owner::default()
        };
        let hold = Hold::acquire(&path, &owner)?;
        let store = SqliteStore::open(&Location::File(path), self.clock.now())?;
        let mut names = store.names()?;
        let group: Option<GroupId> = match &self.scope {
            Scope::Everything => None,
            Scope::Group(group) => Some(names.intern(group)),
        };
        let chat = names.intern("/v1/chat/completions");
        let roll = Roll::call(&self.config, self.speed, self.clock.now(), &mut names);
        let recalled = Recalled::from(&roll, &store, &names, group, self.clock)?;
        let clock = recalled.clock;
        let reader = store.reader()?;
        let totals = reader.totals()?;
        let library = Library::start(store.reader()?).map_err(thread_failed)?;

        let (events, inbox) = mpsc::channel();
        let (callbacks, owed) = async_mpsc::unbounded_channel();
        for task in &recalled.callbacks {
            let _ = callbacks.send(*task);
        }
        let (news, _) = broadcast::channel(NEWS);
        let (alive, ended) = oneshot::channel();
        let directory = Directory::new(Arc::new(roll.config), Arc::new(roll.plan), names);
        let handle = Handle {
            events: events.clone(),
            next_task: Arc::new(AtomicU64::new(recalled.next_task)),
            audience: Arc::new(Audience::default()),
            directory: directory.clone(),
            requests: Requests::new(library.clone()),
            chat,
        };
        let tally = Arc::new(worker::Tally::default());
        let sinks = Arc::new(worker::Sinks::default());
        let surroundings = worker::Surroundings {
            handle: handle.clone(),
            clock,
            tally: tally.clone(),
            sinks: sinks.clone(),
        };
        let entries = directory.entries();
        let tallies = Arc::new(Tallies::default());
        let mut built_in = HashMap::new();
        for entry in &entries.plan.accounts {
            if let (Some(worker), Some(account)) = (entry.built_in, entries.config.account(&entry.name)) {
                let surroundings = worker::Surroundings {
                    tally: worker::Tally::part_of(&tally),
                    ..surroundings.clone()
                };
                tallies.add(worker, surroundings.tally.clone());
                built_in.insert(worker, start(account, surroundings)?);
            }
        }
        let writer = Writer::start(Box::new(store), events.clone()).map_err(thread_failed)?;
        let turn = Turn::new(
            Beginning {
                engine: recalled.engine,
                directory,
                audience: handle.audience.clone(),
                requests: handle.requests.clone(),
                clock,
                events: inbox,
                writer,
                built_in,
                tallies: tallies.clone(),
                fleet: roll.fleet,
                totals: GroupCounts {
                    pending: 0,
                    assigned: 0,
                    completed: totals.completed,
                    failed: totals.failed,
                    cancelled: totals.cancelled,
                },
                news: news.clone(),
                callbacks: Some(callbacks),
                speed: self.speed,
                // A run's own tasks are no stranger's: they come in as long as the disk takes them.
                store_folder: group.is_none().then_some(folder),
                _alive: alive,
            },
            recalled.effects,
            recalled.spent_ahead,
        );
        let closing = handle.audience.closing();
        let thread = thread::Builder::new()
            .name("d8-engine".into())
            .spawn(move || {
                let _closing = closing;
                turn.run()
            })
            .map_err(thread_failed)?;
        let running = Loop { events, thread, ended };
        Ok(Opened {
            handle,
            running,
            reader,
            library,
            group,
            tally,
            tallies,
            sinks,
            clock,
            news,
            callbacks: owed,
            agents: recalled.agents,
            outputs: recalled.outputs,
            hold,
        })
    }
}

/// How everything stood when the last orchestrator of a store ended, and what of its limits is spent by now. Nothing is
/// written, and nobody is in the way of whoever wants to open it.
pub fn standing(config: &Config, store: &Path, clock: Clock) -> Result<(Status, Entries), StoreError> {
    let store = SqliteStore::look(&Location::File(store.to_owned()))?;
    let mut names = store.names()?;
    let roll = Roll::call(config, 1, clock.now(), &mut names);
    let recalled = Recalled::from(&roll, &store, &names, None, clock)?;
    let totals = store.reader()?.totals()?;
    let ended = GroupCounts {
        pending: 0,
        assigned: 0,
        completed: totals.completed,
        failed: totals.failed,
        cancelled: totals.cancelled,
    };
    let now = recalled.clock.now().max(recalled.engine.now());
    let status = how_all_stands(&recalled.engine, now, &roll.plan, &names, &roll.fleet, ended);
    let entries = Entries {
        config: Arc::new(roll.config),
        plan: Arc::new(roll.plan),
    };
    Ok((status, entries))
}

fn thread_failed(source: std::io::Error) -> OpenError {
    OpenError::System {
        what: text!("store-no-thread"),
        source,
    }
}

/// The folder of the store, made where it is not there.
pub(super) fn make_folder(store: &Path) -> Result<PathBuf, OpenError> {
    let Some(folder) = store.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(PathBuf::from("."));
    };
    std::fs::create_dir_all(folder).map_err(|source| OpenError::System {
        what: text!("store-no-folder", path = store.display().to_string()),
        source,
    })?;
    Ok(folder.to_owned())
}

/// The engine as it was.
struct Recalled {
    engine: Engine,
    effects: Effects,
    clock: Clock,
    next_task: u64,
    callbacks: Vec<TaskId>,
    agents: Vec<AgentRow>,
    outputs: Vec<(TaskId, String)>,
    /// Targets for which something was stored ahead of its use.
    spent_ahead: Vec<TargetId>,
}

impl Recalled {
    /// Rebuilds the engine.
    fn from(
        roll: &Roll,
        store: &SqliteStore,
        names: &Names,
        group: Option<GroupId>,
        clock: Clock,
    ) -> Result<Recalled, StoreError> {
        let memory = Engine::new(roll.plan.setup.clone(), clock.now()).memory();
        let groups = group.map(|group| [group]);
        let lease = roll.plan.setup.bounds.lease;
        let mut clocks = clock;
        let (past, loaded) = {
            let plan = &roll.plan;
            let recall = Recall {
                which: groups.as_ref().map_or(Which::All, |groups| Which::Groups(groups)),
                memory,
                now: &|newest| clock.not_before(newest).now(),
                limits_of: &|target| {
                    let name = names.target(target);
                    name.map(|name| plan.limits_of(&name.quota_key, &name.model))
                        .unwrap_or_default()
                },
                survivor: &|row| roll.survivor(row, names, lease),
            };
            recall.from(store)?
        };
        clocks = clocks.not_before(loaded.newest);
        let now = clocks.now();
        let mut setup = roll.plan.setup.clone();
        for row in &past.tasks {
            if setup.routes.iter().all(|(id, _)| *id != row.route)
                && let Some(route) = route_of(&roll.config, names, row.route)
            {
                let (_, spec) = roll.plan.route(&route, &mut names.clone());
                setup.routes.push((row.route, spec));
            }
        }
        let mut effects = Effects::default();
        let engine = Engine::restore(setup, past, now, &mut effects);
        Ok(Recalled {
            engine,
            effects,
            clock: clocks,
            next_task: loaded.next_task.0,
            callbacks: loaded.callbacks,
            agents: loaded.agents,
            outputs: loaded.outputs,
            spent_ahead: loaded.allowances.iter().map(|(target, _)| *target).collect(),
        })
    }
}
