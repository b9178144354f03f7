//! The loop: the only place where decision, durability and time meet.
//!
//! One turn:
//! 1. wait for an event, the engine's wake-up time, or the store's answer;
//! 2. take what else has queued up, read the clock once, let the engine decide;
//! 3. add its changes to the gathering batch, and its outputs behind them (`outgoing`);
//! 4. when the store is free, hand it the batch; while it syncs, the next one gathers;
//! 5. when it has answered, let the outputs leave: what was not stored is not acted upon.
//!
//! What a client does not want kept leaves at once, as far as an allowance that was stored ahead covers its spending, and
//! its rows are written behind.

mod aside;
mod crew;
mod growth;
mod intake;
mod outgoing;
mod reform;
mod refusals;
mod status;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use d8_core::Engine;
use d8_core::engine::GroupCounts;
use d8_core::id::{TaskId, WorkerId};
use d8_core::message::{Effects, Input};
use d8_core::time::Timestamp;
use d8_store::{Batch, StoreError};
use tokio::sync::{mpsc as async_mpsc, oneshot};

use super::directory::Directory;
use super::event::{Event, Polled, Reform};
use super::fleet::Fleet;
use super::pace::Pace;
use super::reported::Reported;
use super::writer::Writer;
use super::{Audience, LoopError, Requests, Tallies};
use crate::clock::Clock;
use crate::worker::Errand;
pub(super) use crew::{SLOTS, member};
pub(super) use growth::add_to_config;
pub use intake::is_rare;
use intake::{Intake, Interned};
use outgoing::{Allowances, Deliveries};
pub(super) use status::how_all_stands;

/// So many events are taken into one turn at most.
const EVENTS_A_TURN: usize = 8_192;
/// With so many changes waiting for the store, the loop waits too.
const CHANGES_AHEAD: usize = 8_192;
/// How long rows may be written behind.
const BEHIND: Duration = Duration::from_millis(100);
/// Who is woken so much later than asked for did not run meanwhile.
const STALL: Duration = Duration::from_secs(2);

pub(super) struct Turn {
    own: Beginning,
    gathering: Batch,
    /// Since when something gathers that nothing waits for.
    behind_since: Option<Timestamp>,
    /// Open tasks whose clients do not want them kept: their rows may be written behind.
    passing: HashSet<TaskId>,
    /// What has gathered is to be stored at once.
    urgent: bool,
    waiting: Deliveries,
    syncing: Option<Deliveries>,
    effects: Effects,
    reported: Reported,
    /// To be answered once everything that came before them is decided.
    questions: Vec<Event>,
    polls: BTreeMap<WorkerId, Poll>,
    /// What is to be told to the engine first thing in the next turn.
    returned: Vec<Input>,
    allowances: Allowances,
    interned: Interned,
    intake: Intake,
    /// Configurations that are to come into force, each with whoever waits for that.
    reforms: Vec<(Reform, oneshot::Sender<()>)>,
    /// Workers whose account is gone: what they are at may end, then they are let go.
    leaving: BTreeSet<WorkerId>,
    begun: bool,
    pace: Pace,
    draining: bool,
    stopping: bool,
}

/// A worker elsewhere that waits for an answer.
struct Poll {
    number: u64,
    waits: bool,
    reply: oneshot::Sender<Polled>,
}

/// What a loop begins with.
pub(super) struct Beginning {
    pub(super) engine: Engine,
    pub(super) directory: Arc<Directory>,
    pub(super) audience: Arc<Audience>,
    pub(super) requests: Requests,
    pub(super) clock: Clock,
    pub(super) events: mpsc::Receiver<Event>,
    pub(super) writer: Writer,
    pub(super) built_in: HashMap<WorkerId, async_mpsc::UnboundedSender<Errand>>,
    pub(super) tallies: Arc<Tallies>,
    pub(super) fleet: Fleet,
    /// All tasks that ended before.
    pub(super) totals: GroupCounts,
    pub(super) news: tokio::sync::broadcast::Sender<Arc<super::news::News>>,
    /// Told of the end of tasks whose client wants to be called back.
    pub(super) callbacks: Option<async_mpsc::UnboundedSender<TaskId>>,
    /// By how much the providers' clocks run faster than ours.
    pub(super) speed: u32,
    pub(super) store_folder: Option<std::path::PathBuf>,
    /// Tells that the loop has ended, when it is dropped.
    pub(super) _alive: oneshot::Sender<()>,
}

impl Turn {
    /// A loop that begins with what restoring changed.
    pub(super) fn new(beginning: Beginning, restored: Effects, spent_allowances: Vec<d8_core::id::TargetId>) -> Self {
        let intake = Intake::new(beginning.store_folder.clone());
        let mut turn = Self {
            own: beginning,
            gathering: Batch::default(),
            behind_since: None,
            passing: HashSet::new(),
            urgent: false,
            waiting: Deliveries::default(),
            syncing: None,
            effects: restored,
            reported: Reported::default(),
            questions: Vec::new(),
            polls: BTreeMap::new(),
            returned: Vec::new(),
            allowances: Allowances::default(),
            interned: Interned::default(),
            intake,
            reforms: Vec::new(),
            leaving: BTreeSet::new(),
            begun: false,
            pace: Pace::default(),
            draining: false,
            stopping: false,
        };
        // What an earlier process may have spent is in the ledger now.
        let spent = spent_allowances
            .into_iter()
            .map(|target| (target, d8_core::usage::Spend::NONE));
        turn.gathering.allowances.extend(spent);
        let cancelled = turn
            .effects
            .changes
            .iter()
            .filter(|change| matches!(change, d8_core::change::Change::Finished { .. }));
        turn.own.totals.cancelled += cancelled.count() as u64;
        turn.take_effects();
        turn
    }

    /// Runs until it is told to stop, or the store fails.
    pub(super) fn run(mut self) -> Result<(), LoopError> {
        loop {
            self.exchange_with_store()?;
            if self.stopping && self.syncing.is_none() && self.gathering.is_empty() {
                return Ok(());
            }
            if !self.reforms.is_empty() {
                for (reform, reply) in std::mem::take(&mut self.reforms) {
                    self.reform(reform)?;
                    self.later(Some(reply), ());
                }
                continue;
            }
            let inputs = self.gather_events()?;
            self.decide(self.own.clock.now(), inputs);
        }
    }

    /// Waits for something to happen and takes all that has.
    fn gather_events(&mut self) -> Result<Vec<Input>, LoopError> {
        let mut inputs = std::mem::take(&mut self.returned);
        if self.syncing.is_some() && self.gathering.changes.len() > CHANGES_AHEAD {
            let answer = self.own.writer.answer();
            self.stored(answer.ok_or(LoopError::Died)?)?;
        } else {
            let wait = if inputs.is_empty() {
                self.patience()
            } else {
                Duration::ZERO
            };
            let before = self.own.clock.now();
            let event = self.own.events.recv_timeout(wait).ok();
            self.notice_stall(before + wait, &mut inputs);
            if let Some(event) = event {
                self.take(event, &mut inputs);
            }
        }
        for _ in 0..EVENTS_A_TURN {
            match self.own.events.try_recv() {
                Ok(event) => self.take(event, &mut inputs),
                Err(_) => break,
            }
        }
        let now = self.own.clock.now();
        for worker in self.polls.keys() {
            // Whoever waits for an answer on an open connection is there.
            if let Some(member) = self.own.fleet.by_worker(*worker) {
                member.last_heard = now;
            }
        }
        let silent = self.own.fleet.fall_silent(now);
        inputs.extend(silent.into_iter().map(Input::WorkerLost));
        Ok(inputs)
    }

    /// How long nothing needs to be done unless something happens.
    fn patience(&self) -> Duration {
        let behind = self
            .behind_since
            .filter(|_| self.syncing.is_none())
            .map(|since| since + BEHIND);
        let wakeups = [self.own.engine.next_wakeup(), self.own.fleet.next_silence(), behind];
        let soonest = wakeups.into_iter().flatten().min();
        soonest.map_or(Duration::from_secs(3_600), |at| self.own.clock.until(at))
    }

    /// While this process or the whole machine stood still nobody could give a sign of life.
    fn notice_stall(&mut self, expected: Timestamp, inputs: &mut Vec<Input>) {
        let late = self.own.clock.now().since(expected);
        if late > STALL {
            self.own.fleet.forgive(late);
            inputs.push(Input::Stalled(late));
        }
    }

    fn take(&mut self, event: Event, inputs: &mut Vec<Input>) {
        match event {
            Event::Submit(tasks, reply) => self.submit(tasks, reply, inputs),
            Event::Revive(rows, reply) => self.revive(rows, reply, inputs),
            Event::Adopt(rows) => self.adopt(rows, inputs),
            Event::Release(group) => inputs.push(Input::Release(group)),
            Event::Cancel(tasks, reply) => {
                inputs.extend(tasks.into_iter().map(Input::Cancel));
                self.later(reply, ());
            }
            Event::Reprioritise(tasks, priority, reply) => {
                let inputs_of = |task| Input::Reprioritise { task, priority };
                inputs.extend(tasks.into_iter().map(inputs_of));
                self.later(Some(reply), ());
            }
            Event::Pause(what, paused, reply) => self.pause(&what, paused, reply, inputs),
            Event::Unpark(account, reply) => self.unpark(&account, reply, inputs),
            Event::Forget(account, reply) => self.forget(&account, reply, inputs),
            Event::SpentAside(aside, task, reply) => self.spent_aside(&aside, task, reply, inputs),
            Event::Seal(group, reply) => self.seal(&group, reply),
            Event::Finished {
                task,
                reporter,
                report,
                result,
                heard,
            } => self.finished(task, &reporter, report, result, heard, inputs),
            Event::Renew(attempts) => inputs.extend(attempts.into_iter().map(renewal)),
            Event::Register(registration, reply) => {
                let registered = self.register(&registration, inputs);
                self.later(Some(reply), registered);
            }
            Event::Poll {
                worker,
                incarnation,
                free,
                waits,
                number,
                reply,
            } => {
                let poll = Poll { number, waits, reply };
                self.poll(&worker, incarnation.as_deref(), free, poll, inputs);
            }
            Event::Hush { worker, number } => self.hush(&worker, number, inputs),
            Event::Heartbeat {
                worker,
                incarnation,
                attempts,
                reply,
            } => {
                let polled = self.heartbeat(&worker, incarnation.as_deref(), attempts, inputs);
                let _ = reply.send(polled);
            }
            Event::Unregister(worker, incarnation, reply) => {
                self.unregister(&worker, incarnation.as_deref(), inputs);
                self.later(Some(reply), ());
            }
            Event::View(..)
            | Event::Outlook(_)
            | Event::Status(_)
            | Event::Open(..)
            | Event::Explain(..)
            | Event::Strangers(..) => {
                self.questions.push(event);
            }
            Event::Told(tasks) => self.gathering.told.extend(tasks),
            Event::Agent(row, reply) => {
                self.gathering.agents.push(row);
                self.later(Some(reply), ());
            }
            Event::Delivered(task, row) => {
                self.gathering.delivered.push(task);
                self.gathering.agents.extend(row);
            }
            Event::ForgetRequests(keys, reply) => {
                self.gathering.forget_requests.extend(keys);
                self.later(Some(reply), ());
            }
            Event::Reform(reform, reply) => self.reforms.push((*reform, reply)),
            Event::Begin => self.begin(inputs),
            Event::Drain => self.drain(inputs),
            Event::Committed => {}
            Event::Stop => self.stop(),
        }
    }

    /// Answers when everything that has happened so far is stored.
    fn later<T: Send + 'static>(&mut self, reply: Option<oneshot::Sender<T>>, answer: T) {
        if let Some(reply) = reply {
            self.waiting.answers.push(Box::new(move || drop(reply.send(answer))));
        }
    }

    fn decide(&mut self, now: Timestamp, inputs: Vec<Input>) {
        self.own.engine.handle(now, inputs, &mut self.effects);
        self.tell_refusals();
        self.pace.note(&self.effects.changes, self.own.engine.now());
        self.take_effects();
        self.let_go();
        self.answer_questions();
    }

    /// Lets the outputs of what is stored leave, and hands over what has gathered.
    fn exchange_with_store(&mut self) -> Result<(), LoopError> {
        if let Some(answer) = self.own.writer.try_answer() {
            self.stored(answer)?;
        }
        if self.syncing.is_some() {
            return Ok(());
        }
        let fresh = self.own.directory.names_mut(d8_store::Names::take_fresh);
        self.gathering.names.extend(fresh);
        if self.gathering.is_empty() {
            // Nothing to store, so nothing to wait for.
            self.behind_since = None;
            let deliveries = std::mem::take(&mut self.waiting);
            self.deliver(deliveries);
            return Ok(());
        }
        if self.waiting.is_empty() && !self.urgent && !self.stopping && self.may_write_behind() {
            return Ok(());
        }
        self.behind_since = None;
        self.urgent = false;
        let deliveries = std::mem::take(&mut self.waiting);
        let batch = std::mem::take(&mut self.gathering);
        self.syncing = Some(deliveries);
        if self.own.writer.commit(batch) {
            Ok(())
        } else {
            Err(LoopError::Died)
        }
    }

    /// Nobody waits for what has gathered, so it may gather for a while.
    fn may_write_behind(&mut self) -> bool {
        let now = self.own.clock.now();
        let since = *self.behind_since.get_or_insert(now);
        now < since + BEHIND && self.gathering.changes.len() < CHANGES_AHEAD
    }

    fn stored(&mut self, answer: Result<(), StoreError>) -> Result<(), LoopError> {
        answer?;
        if let Some(deliveries) = self.syncing.take() {
            self.deliver(deliveries);
        }
        Ok(())
    }

    /// Everything that has happened is stored, and nothing more is taken in.
    fn stop(&mut self) {
        self.stopping = true;
        self.polls.clear();
        // What was stored ahead and not used is nobody's spending.
        self.gathering.allowances.extend(self.allowances.give_back());
    }
}

fn renewal((task, attempt): (TaskId, d8_core::id::AttemptNo)) -> Input {
    Input::Renew { task, attempt }
}
