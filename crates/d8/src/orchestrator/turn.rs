//! The loop: the only place where decision, durability and time meet.
//!
//! One turn:
//! 1. wait for an event, the engine's wake-up time, or the store's answer;
//! 2. take what else has queued up, read the clock once, let the engine decide;
//! 3. add its changes to the gathering batch, and its outputs behind them;
//! 4. when the store is free, hand it the batch; while it syncs, the next one gathers;
//! 5. when it has answered, let the outputs leave: what was not stored is not acted upon.

use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use d8_core::Engine;
use d8_core::change::{Demand, TaskRow};
use d8_core::id::{AttemptNo, RouteId, TaskId, WorkerId};
use d8_core::message::{Effects, Input, Lease, Output};
use d8_core::time::Timestamp;
use d8_store::{Batch, Key, Names, ResultRow, StoreError};
use tokio::sync::{mpsc as async_mpsc, oneshot};

use super::LoopError;
use super::event::{Done, Event, NewTask, View};
use super::plan::Plan;
use super::reported::Reported;
use super::writer::Writer;
use crate::clock::Clock;
use crate::config::Config;

/// So many events are taken into one turn at most.
const EVENTS_A_TURN: usize = 8_192;
/// With so many changes waiting for the store, the loop waits too.
const CHANGES_AHEAD: usize = 8_192;
/// How many attempts a built-in worker runs at once.
const SLOTS: u32 = 512;
/// Faults after which a task is failed.
const MAX_ATTEMPTS: u8 = 5;

/// What leaves once its batch is stored.
#[derive(Debug, Default)]
struct Deliveries {
    outputs: Vec<Output>,
    accepted: Vec<(oneshot::Sender<Vec<TaskId>>, Vec<TaskId>)>,
    results: BTreeMap<TaskId, ResultRow>,
}

pub(super) struct Turn {
    own: Beginning,
    gathering: Batch,
    waiting: Deliveries,
    syncing: Option<Deliveries>,
    routes: BTreeMap<String, RouteId>,
    effects: Effects,
    reported: Reported,
    /// To be answered once everything that came before them is decided.
    questions: Vec<Event>,
    stopping: bool,
}

/// What a loop begins with.
pub(super) struct Beginning {
    pub(super) engine: Engine,
    pub(super) names: Names,
    pub(super) plan: Arc<Plan>,
    pub(super) config: Arc<Config>,
    pub(super) clock: Clock,
    pub(super) events: mpsc::Receiver<Event>,
    pub(super) writer: Writer,
    pub(super) workers: BTreeMap<WorkerId, async_mpsc::UnboundedSender<Lease>>,
    pub(super) done: async_mpsc::UnboundedSender<Done>,
    pub(super) next_task: u64,
}

impl Turn {
    /// A loop that begins with what restoring changed.
    pub(super) fn new(beginning: Beginning, restored: Effects) -> Self {
        Self {
            own: beginning,
            gathering: Batch {
                changes: restored.changes,
                ..Batch::default()
            },
            waiting: Deliveries {
                outputs: restored.outputs,
                ..Deliveries::default()
            },
            syncing: None,
            routes: BTreeMap::new(),
            effects: Effects::default(),
            reported: Reported::default(),
            questions: Vec::new(),
            stopping: false,
        }
    }

    /// Runs until it is told to stop, or the store fails.
    pub(super) fn run(mut self) -> Result<(), LoopError> {
        loop {
            self.exchange_with_store()?;
            if self.stopping && self.syncing.is_none() && self.gathering.is_empty() {
                return Ok(());
            }
            let inputs = self.gather_events()?;
            self.decide(self.own.clock.now(), inputs);
        }
    }

    /// The built-in workers take work from now on.
    fn begin(&self, inputs: &mut Vec<Input>) {
        // A built-in worker has more slots than any account lets it use: the limits decide.
        let up = |(account, worker): &(_, _)| Input::WorkerUp {
            worker: *worker,
            account: *account,
            slots: SLOTS,
        };
        inputs.extend(self.own.plan.accounts.iter().map(up));
    }

    /// Waits for something to happen and takes all that has.
    fn gather_events(&mut self) -> Result<Vec<Input>, LoopError> {
        let mut inputs = Vec::new();
        if self.syncing.is_some() && self.gathering.changes.len() > CHANGES_AHEAD {
            let answer = self.own.writer.answer();
            self.stored(answer.ok_or(LoopError::Died)?)?;
        } else {
            let wait = self
                .own
                .engine
                .next_wakeup()
                .map_or(Duration::from_secs(3_600), |at| self.own.clock.until(at));
            if let Ok(event) = self.own.events.recv_timeout(wait) {
                self.take(event, &mut inputs);
            }
        }
        for _ in 0..EVENTS_A_TURN {
            match self.own.events.try_recv() {
                Ok(event) => self.take(event, &mut inputs),
                Err(_) => break,
            }
        }
        Ok(inputs)
    }

    fn take(&mut self, event: Event, inputs: &mut Vec<Input>) {
        match event {
            Event::Submit(tasks, reply) => {
                let ids = tasks.into_iter().map(|task| self.admit(task, inputs)).collect();
                self.waiting.accepted.push((reply, ids));
            }
            Event::Revive(rows) => {
                for (row, was) in rows {
                    self.know_route_of(&row);
                    inputs.push(Input::Revive { row, was });
                }
            }
            Event::Cancel(tasks) => inputs.extend(tasks.into_iter().map(Input::Cancel)),
            Event::Finished {
                task,
                attempt,
                report,
                result,
            } => {
                self.reported.hear(task, attempt, result);
                inputs.push(Input::Finished { task, attempt, report });
            }
            Event::Renew(attempts) => {
                inputs.extend(
                    attempts
                        .into_iter()
                        .map(|(task, attempt)| Input::Renew { task, attempt }),
                );
            }
            Event::View(..) | Event::Outlook(_) => self.questions.push(event),
            Event::Begin => self.begin(inputs),
            Event::Drain => inputs.extend(self.own.workers.keys().map(|worker| Input::WorkerDown(*worker))),
            Event::Committed => {}
            Event::Stop => self.stopping = true,
        }
    }

    fn admit(&mut self, task: NewTask, inputs: &mut Vec<Input>) -> TaskId {
        let NewTask {
            group,
            client,
            route,
            priority,
            estimate,
            key,
            payload,
        } = task;
        let id = TaskId(self.own.next_task);
        self.own.next_task += 1;
        let route = match self.routes.get(&route.name) {
            Some(known) => *known,
            None => {
                let (route_id, spec) = self.own.plan.route(&route, &mut self.own.names);
                self.own.engine.add_route(route_id, spec);
                self.routes.insert(route.name, route_id);
                route_id
            }
        };
        let now = self.own.clock.now().max(self.own.engine.now());
        self.gathering.payloads.push((id, payload));
        if let Some(key) = key {
            self.gathering.keys.push(Key { group, key, task: id });
        }
        inputs.push(Input::Submit(TaskRow {
            id,
            group,
            client,
            route,
            priority,
            created_at: now,
            not_before: now,
            deadline: Timestamp::MAX,
            max_attempts: MAX_ATTEMPTS,
            faults: 0,
            silences: 0,
            attempt: AttemptNo(0),
            estimate,
            demand: Demand::default(),
            interactive: false,
            durable: true,
        }));
        id
    }

    /// A revived task may ask for a name that only an earlier process knew.
    fn know_route_of(&mut self, row: &TaskRow) {
        if let Some(route) = super::route_of(&self.own.config, &self.own.names, row.route) {
            let (id, spec) = self.own.plan.route(&route, &mut self.own.names);
            self.own.engine.add_route(id, spec);
        }
    }

    fn decide(&mut self, now: Timestamp, inputs: Vec<Input>) {
        self.own.engine.handle(now, inputs, &mut self.effects);
        self.gathering.now = self.own.engine.now();
        let results = self.reported.results(&self.effects.outputs);
        self.gathering.results.extend(results);
        self.gathering.changes.append(&mut self.effects.changes);
        self.waiting.outputs.append(&mut self.effects.outputs);
        self.answer_questions();
    }

    fn answer_questions(&mut self) {
        for question in std::mem::take(&mut self.questions) {
            match question {
                Event::View(group, reply) => drop(reply.send(self.view(group))),
                Event::Outlook(reply) => drop(reply.send(self.own.engine.outlook())),
                _ => {}
            }
        }
    }

    /// Lets the outputs of what is stored leave, and hands over what has gathered.
    fn exchange_with_store(&mut self) -> Result<(), LoopError> {
        if let Some(answer) = self.own.writer.try_answer() {
            self.stored(answer)?;
        }
        if self.syncing.is_some() {
            return Ok(());
        }
        self.gathering.names.extend(self.own.names.take_fresh());
        if self.gathering.is_empty() {
            // Nothing to store, so nothing to wait for.
            let deliveries = std::mem::take(&mut self.waiting);
            self.deliver(deliveries);
            return Ok(());
        }
        let mut deliveries = std::mem::take(&mut self.waiting);
        let batch = std::mem::take(&mut self.gathering);
        deliveries.results = batch.results.iter().cloned().collect();
        self.syncing = Some(deliveries);
        if self.own.writer.commit(batch) {
            Ok(())
        } else {
            Err(LoopError::Died)
        }
    }

    fn stored(&mut self, answer: Result<(), StoreError>) -> Result<(), LoopError> {
        answer?;
        if let Some(deliveries) = self.syncing.take() {
            self.deliver(deliveries);
        }
        Ok(())
    }

    /// Whoever no longer listens has gone for good; what it was told is stored.
    fn deliver(&self, deliveries: Deliveries) {
        let Deliveries {
            outputs,
            accepted,
            mut results,
        } = deliveries;
        for (reply, ids) in accepted {
            let _ = reply.send(ids);
        }
        for output in outputs {
            match output {
                Output::Lease(lease) => {
                    if let Some(worker) = self.own.workers.get(&lease.worker) {
                        let _ = worker.send(lease);
                    }
                }
                Output::Ended { task, ending, .. } => {
                    let _ = self.own.done.send(Done {
                        task,
                        ending,
                        result: results.remove(&task),
                    });
                }
                Output::Abort { .. } => {}
            }
        }
    }

    fn view(&self, group: d8_core::id::GroupId) -> View {
        let now = self.own.clock.now().max(self.own.engine.now());
        let limits = self
            .own
            .plan
            .limits
            .keys()
            .filter_map(|id| Some((*id, self.own.engine.limit(*id, now)?)));
        View {
            now,
            counts: self.own.engine.group(group),
            prospects: self.own.engine.prospects(),
            targets: self.own.engine.targets().collect(),
            parked: self.own.engine.parked(),
            limits: limits.collect(),
        }
    }
}
