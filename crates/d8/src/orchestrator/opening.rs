//! From a store on disk to a running engine.

use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use d8_core::Engine;
use d8_core::change::{ParkReason, TaskRow};
use d8_core::engine::{Past, PastLease, PastSpend};
use d8_core::id::GroupId;
use d8_core::message::{Effects, Lease};
use d8_store::{
    Hold, HoldError, Location, Names, Owner, PastSpend as StoredSpend, Reader, SqliteStore, Store, StoreError, Which,
};
use tokio::sync::mpsc as async_mpsc;

use super::plan::Plan;
use super::turn::{Beginning, Turn};
use super::writer::Writer;
use super::{Endings, Handle, Loop};
use crate::clock::Clock;
use crate::config::{Account, Config, StoreLocation};
use crate::worker::{self, Provider};

/// Records can be a little out of order: so much more is read.
const DISORDER: Duration = Duration::from_secs(60);

/// Why an orchestrator cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store is held, or its folder cannot be written.
    #[error(transparent)]
    Hold(#[from] HoldError),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A folder or a thread cannot be made.
    #[error("{what}: {source}")]
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
            Self::Hold(error) => Some(error.hint().to_owned()),
            Self::Store(error) => Some(error.hint().to_owned()),
            Self::System { .. } => Some("name another place with store.url in d8.toml, or mend this one".to_owned()),
            Self::Provider(_) => None,
        }
    }
}

/// What is needed to begin.
#[derive(Debug)]
pub struct Opening {
    /// The resolved configuration.
    pub config: Arc<Config>,
    /// The name of the group whose tasks are to be done; others stay as they are.
    pub group: String,
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
    /// Tells of tasks' ends.
    pub endings: Endings,
    /// Reads the store.
    pub reader: Box<dyn Reader>,
    /// The configuration in the engine's terms.
    pub plan: Arc<Plan>,
    /// The group.
    pub group: GroupId,
    /// The default client.
    pub client: d8_core::id::ClientId,
    /// The endpoint of chat completions.
    pub chat: d8_store::Endpoint,
    /// What the attempts of this process came to.
    pub tally: Arc<worker::Tally>,
    /// The clock, no earlier than the newest record.
    pub clock: Clock,
    /// The right to the store; given back when dropped.
    pub hold: Hold,
}

impl Opening {
    /// Takes the store, rebuilds the engine, starts the loop and a worker for each account. Needs a tokio runtime.
    pub fn open(self) -> Result<Opened, OpenError> {
        let speed = self.speed;
        self.open_with(|account, surroundings| {
            let provider = Provider::new(account, speed).map_err(OpenError::Provider)?;
            Ok(worker::Worker { provider, surroundings }.start())
        })
    }

    /// The same with workers of the caller's: each gets leases through the sender that `start` gives back.
    pub fn open_with(
        self,
        mut start: impl FnMut(&Account, worker::Surroundings) -> Result<async_mpsc::UnboundedSender<Lease>, OpenError>,
    ) -> Result<Opened, OpenError> {
        let StoreLocation::Sqlite(path) = &self.config.store;
        make_folder(path)?;
        let owner = Owner {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..Owner::default()
        };
        let hold = Hold::acquire(path, &owner)?;
        let store = SqliteStore::open(&Location::File(path.clone()), self.clock.now())?;
        let mut names = store.names()?;
        let group: GroupId = names.intern(&self.group);
        let client = names.intern("local");
        let chat = names.intern("/v1/chat/completions");
        let plan = Arc::new(Plan::new(&self.config, &mut names));
        let restored = restore(&store, &names, &plan, &self.config, group, self.clock)?;
        let clock = restored.clock;
        let reader = store.reader()?;

        let (events, inbox) = mpsc::channel();
        let handle = Handle { events: events.clone() };
        let (done, endings) = async_mpsc::unbounded_channel();
        let tally = Arc::new(worker::Tally::default());
        let requests = worker::Requests::start(store.reader()?).map_err(thread_failed)?;
        let mut workers = BTreeMap::new();
        for (account, (_, id)) in self.config.accounts.iter().zip(&plan.accounts) {
            let surroundings = worker::Surroundings {
                plan: plan.clone(),
                handle: handle.clone(),
                requests: requests.clone(),
                clock,
                tally: tally.clone(),
                sinks: Arc::default(),
            };
            workers.insert(*id, start(account, surroundings)?);
        }
        let writer = Writer::start(Box::new(store), events.clone()).map_err(thread_failed)?;
        let turn = Turn::new(
            Beginning {
                engine: restored.engine,
                names,
                plan: plan.clone(),
                config: self.config.clone(),
                clock,
                events: inbox,
                writer,
                workers,
                done,
                next_task: restored.next_task,
            },
            restored.effects,
        );
        let thread = thread::Builder::new()
            .name("d8-engine".into())
            .spawn(move || turn.run())
            .map_err(thread_failed)?;
        let running = Loop { events, thread };
        Ok(Opened {
            handle,
            running,
            endings,
            reader,
            plan,
            group,
            client,
            chat,
            tally,
            clock,
            hold,
        })
    }
}

fn thread_failed(source: std::io::Error) -> OpenError {
    OpenError::System {
        what: "a thread cannot be started".to_owned(),
        source,
    }
}

fn make_folder(store: &std::path::Path) -> Result<(), OpenError> {
    let Some(folder) = store.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    std::fs::create_dir_all(folder).map_err(|source| OpenError::System {
        what: format!("the folder of the store {} cannot be made", store.display()),
        source,
    })
}

struct Restored {
    engine: Engine,
    effects: Effects,
    clock: Clock,
    next_task: u64,
}

/// Rebuilds the engine. Only the group's tasks are taken in; the ledger knows what everybody has spent.
fn restore(
    store: &SqliteStore,
    names: &Names,
    plan: &Plan,
    config: &Config,
    group: GroupId,
    clock: Clock,
) -> Result<Restored, StoreError> {
    let mut past = Past::default();
    let loaded = store.load(Which::Groups(&[group]), &mut |row: TaskRow| past.tasks.push(row))?;
    let clock = clock.not_before(loaded.newest);
    let now = clock.now();
    let memory = Engine::new(plan.setup.clone(), now).memory();
    store.spends_since(now - memory - DISORDER, &mut |spend| {
        remember(spend, names, plan, &mut past);
    })?;
    past.spends.sort_by_key(|spend| spend.arrived);
    past.learnt = loaded
        .learnt
        .iter()
        .map(|learnt| (learnt.limit, learnt.amount))
        .collect();
    let passing = |why| matches!(why, ParkReason::QuotaRefused | ParkReason::Overloaded);
    past.parks = loaded
        .parks
        .iter()
        .filter(|park| passing(park.why))
        .map(|p| (p.what, p.until, p.why))
        .collect();
    let mut setup = plan.setup.clone();
    for row in &past.tasks {
        if setup.routes.iter().all(|(id, _)| *id != row.route)
            && let Some(route) = super::route_of(config, names, row.route)
        {
            let (_, spec) = plan.route(&route, &mut names.clone());
            setup.routes.push((row.route, spec));
        }
    }
    let mut effects = Effects::default();
    let engine = Engine::restore(setup, past, now, &mut effects);
    Ok(Restored {
        engine,
        effects,
        clock,
        next_task: loaded.next_task.0,
    })
}

fn remember(spend: StoredSpend, names: &Names, plan: &Plan, past: &mut Past) {
    let limits = |target| {
        names
            .target(target)
            .map(|name| plan.limits_of(&name.quota_key, &name.model))
            .unwrap_or_default()
    };
    match spend {
        StoredSpend::Ended(attempt) => past.spends.push(PastSpend {
            limits: limits(attempt.target),
            arrived: attempt.ended_at,
            spent: attempt.spent,
        }),
        StoredSpend::Open(lease) => past.leases.push(PastLease {
            task: lease.task,
            attempt: lease.attempt,
            target: lease.target,
            worker: lease.worker,
            limits: limits(lease.target),
            granted_at: lease.granted_at,
            send_by: lease.send_by,
            reserved: lease.reserved,
        }),
    }
}
