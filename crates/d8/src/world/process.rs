//! One life of the orchestrator's process: the shipped engine over the shipped store, and the loop's order of things.
//! Decide, store, and only then act; while one batch is being stored the next one gathers.

use std::collections::BTreeMap;
use std::path::Path;

use d8_core::Engine;
use d8_core::change::{Demand, TaskRow};
use d8_core::engine::Past;
use d8_core::id::{AttemptNo, ClientId, GroupId, LimitId, TargetId, TaskId};
use d8_core::message::{Effects, Input, Output};
use d8_core::setup::Setup;
use d8_core::time::Timestamp;
use d8_core::usage::{Estimate, Spend};
use d8_store::{Batch, Endpoint, Key, Location, Payload, Reader, ResultRow, SqliteStore, Store, StoreError, Which};

use super::scene::{Job, Mistake};
use super::setup::ROUTE;
use crate::orchestrator::past::Recall;
use crate::orchestrator::reported::Reported;

/// All work is one run's.
pub(super) const GROUP: GroupId = GroupId(1);
/// Faults after which a task is failed.
pub(super) const MAX_ATTEMPTS: u8 = 5;
/// What leaves once its batch is stored.
#[derive(Clone, Debug, Default)]
pub(super) struct Deliveries {
    pub(super) accepted: Vec<(usize, TaskId)>,
    pub(super) reported: Vec<(TaskId, AttemptNo)>,
    pub(super) outputs: Vec<Output>,
}

impl Deliveries {
    pub(super) fn len(&self) -> usize {
        self.accepted.len() + self.reported.len() + self.outputs.len()
    }

    /// Those that leave first.
    pub(super) fn first(mut self, count: usize) -> Self {
        self.accepted.truncate(count);
        let count = count - self.accepted.len();
        self.reported.truncate(count);
        let count = count - self.reported.len();
        self.outputs.truncate(count);
        self
    }
}

pub(super) struct Process {
    pub(super) engine: Engine,
    pub(super) reader: Box<dyn Reader>,
    store: SqliteStore,
    gathering: Batch,
    waiting: Deliveries,
    reported: Reported,
    syncing: Option<(Batch, Deliveries)>,
    known: BTreeMap<u128, TaskId>,
    next_task: u64,
}

impl Process {
    /// Opens the store and goes on where the last life stopped.
    pub(super) fn open(path: &Path, setup: &Setup, mistake: Mistake, now: Timestamp) -> Result<Self, StoreError> {
        let store = SqliteStore::open(&Location::File(path.to_owned()), now)?;
        let (past, next_task) = remember(&store, setup, mistake, now)?;
        let reader = store.reader()?;
        let mut known = BTreeMap::new();
        if mistake != Mistake::ForgetKeys {
            known.extend(reader.tasks_by_keys(GROUP)?.iter().map(|keyed| (keyed.key, keyed.task)));
        }
        let mut effects = Effects::default();
        let engine = Engine::restore(setup.clone(), past, now, &mut effects);
        let mut process = Self {
            engine,
            reader,
            store,
            gathering: Batch::default(),
            waiting: Deliveries::default(),
            reported: Reported::default(),
            syncing: None,
            known,
            next_task,
        };
        process.gather(effects);
        Ok(process)
    }

    fn gather(&mut self, effects: Effects) {
        self.gathering.now = self.engine.now();
        self.gathering.changes.extend(effects.changes);
        self.waiting.outputs.extend(effects.outputs);
    }

    /// Lets the engine decide.
    pub(super) fn decide(&mut self, now: Timestamp, inputs: Vec<Input>) {
        let mut effects = Effects::default();
        self.engine.handle(now, inputs, &mut effects);
        self.gathering.results.extend(self.reported.results(&effects.outputs));
        self.gather(effects);
    }

    /// Takes a job in, or finds that it knows it.
    pub(super) fn admit(&mut self, index: usize, job: &Job, now: Timestamp, inputs: &mut Vec<Input>) {
        let key = index as u128;
        let known = self.known.get(&key).copied();
        let task = known.unwrap_or(TaskId(self.next_task));
        self.waiting.accepted.push((index, task));
        if known.is_some() {
            return;
        }
        self.next_task += 1;
        self.known.insert(key, task);
        let group = GROUP;
        self.gathering.keys.push(Key { group, key, task });
        let payload = Payload {
            endpoint: Endpoint(1),
            custom: None,
            body: request(index),
        };
        self.gathering.payloads.push((task, payload));
        inputs.push(Input::Submit(row(task, job, now.max(self.engine.now()))));
    }

    /// Keeps what a report brought until the engine has decided, as the loop does.
    pub(super) fn hear(&mut self, task: TaskId, attempt: AttemptNo, result: Option<ResultRow>) {
        self.waiting.reported.push((task, attempt));
        self.reported.hear(task, attempt, result);
    }

    /// Begins to store what has gathered, if there is something and the store is free.
    pub(super) fn begin_commit(&mut self) -> bool {
        let begins = self.syncing.is_none() && !self.gathering.is_empty();
        if begins {
            self.syncing = Some((std::mem::take(&mut self.gathering), std::mem::take(&mut self.waiting)));
        }
        begins
    }

    pub(super) fn is_syncing(&self) -> bool {
        self.syncing.is_some()
    }

    /// Nothing waits for the store.
    pub(super) fn is_idle(&self) -> bool {
        self.syncing.is_none() && self.gathering.is_empty()
    }

    /// What may leave at once, as nothing of it changes anything.
    pub(super) fn idle_deliveries(&mut self) -> Deliveries {
        if self.is_idle() {
            std::mem::take(&mut self.waiting)
        } else {
            Deliveries::default()
        }
    }

    /// Outputs that leave too early: a mistake.
    pub(super) fn leak(&mut self) -> Deliveries {
        self.syncing
            .as_mut()
            .map(|(_, deliveries)| std::mem::take(deliveries))
            .unwrap_or_default()
    }

    /// The batch is stored (or only said to be): here it is, and what may leave now.
    pub(super) fn commit(&mut self, really: bool) -> Result<Option<(Batch, Deliveries)>, StoreError> {
        if let (Some((batch, _)), true) = (&self.syncing, really) {
            self.store.commit(batch)?;
            self.store.tidy()?;
        }
        Ok(self.syncing.take())
    }
}

/// The bytes of a job's request.
pub(super) fn request(index: usize) -> Vec<u8> {
    format!("request {index}").into_bytes()
}

fn row(id: TaskId, job: &Job, now: Timestamp) -> TaskRow {
    TaskRow {
        id,
        group: GROUP,
        client: ClientId(1),
        route: ROUTE,
        priority: job.priority,
        created_at: now,
        not_before: now,
        deadline: Timestamp::MAX,
        max_attempts: MAX_ATTEMPTS,
        faults: 0,
        silences: 0,
        attempt: AttemptNo(0),
        estimate: Estimate {
            input_tokens: job.input_estimate,
            input_tokens_least: job.input / 2,
            max_output_tokens: Some(job.output_most),
        },
        demand: Demand::default(),
        interactive: false,
        durable: true,
        callback: false,
        prefix: None,
    }
}

/// What the store remembers, in the engine's terms. All workers of the world are built in.
fn remember(store: &SqliteStore, setup: &Setup, mistake: Mistake, now: Timestamp) -> Result<(Past, u64), StoreError> {
    let recall = Recall {
        which: Which::Groups(&[GROUP]),
        memory: Engine::new(setup.clone(), now).memory(),
        now: &|_| now,
        limits_of: &|target| limits_of(setup, target),
        survivor: &|_| None,
    };
    let (mut past, loaded) = recall.from(store)?;
    match mistake {
        Mistake::ForgetSpends => past.spends.clear(),
        Mistake::ForgiveLeases => past.leases.iter_mut().for_each(|lease| lease.reserved = Spend::NONE),
        _ => {}
    }
    Ok((past, loaded.next_task.0))
}

fn limits_of(setup: &Setup, target: TargetId) -> Vec<LimitId> {
    let found = setup.targets.iter().find(|(id, _)| *id == target);
    found.map(|(_, spec)| spec.limits.clone()).unwrap_or_default()
}
