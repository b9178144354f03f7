//! The state machine. `handle` is the only way in, [`Effects`] the only way out.
//!
//! One turn: apply what happened, then let due timers fire, then dispatch whatever can start. Handlers never act; they
//! change state and mark what dispatch must look at again, so that every decision is made once, with one `now`.
//!
//! Invariants, checked by `check` after every step of the tests:
//! - A task is in exactly one place: a queue, a delay, or a lease.
//! - A lease belongs to an assigned task, and its reservation stands in every limit of its target.
//! - What is reserved never exceeds a limit.
//! - Every open task can still move: it is queued, or a timer or a lease will move it.
//! - Pending, feasible, quota free, slot free: then it has been granted.

mod affinity;
mod answers;
mod aside;
mod check;
mod crew;
mod dispatch;
mod explain;
mod finish;
mod growth;
mod intake;
mod level;
mod outlook;
mod park;
mod pause;
mod place;
mod reform;
mod restore;
mod workload;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use slab::Slab;

use affinity::Homes;
use answers::Answers;
pub use explain::{GroupCounts, Prospects, TargetView};
pub use outlook::Outlook;
pub use restore::{Past, PastLease, PastSpend};
pub use workload::{Line, Prospect, Rate, Waiting, Workload};

use crate::change::{AttemptOutcome, Ending, FailureCode, ParkReason, Parked, TaskRow};
use crate::clock::ClockOffset;
use crate::id::{AccountId, AttemptNo, GroupId, LimitId, RouteId, TargetId, TaskId, WorkerId};
use crate::message::{Effects, Input, Output};
use crate::queue::{Class, ClassId, ClassKey, Place};
use crate::quota::{Ledger, Reserved};
use crate::setup::{Bounds, LEVELS, RouteSpec, Setup, TargetSpec};
use crate::sizes::Sizes;
use crate::task::{Event, Status};
use crate::time::Timestamp;
use crate::usage::{Estimate, Spend};
use crate::wait::Wait;
use crate::worker::Skill;

/// The brain.
#[derive(Clone, Debug)]
pub struct Engine {
    now: Timestamp,
    bounds: Bounds,
    tasks: Slab<Task>,
    by_id: BTreeMap<TaskId, u32>,
    leases: BTreeMap<TaskId, Held>,
    groups: BTreeMap<GroupId, GroupCounts>,
    classes: Vec<Class>,
    class_ids: BTreeMap<ClassKey, ClassId>,
    route_classes: BTreeMap<RouteId, Vec<ClassId>>,
    routes: BTreeMap<RouteId, RouteSpec>,
    targets: BTreeMap<TargetId, Target>,
    accounts: BTreeMap<AccountId, Account>,
    workers: BTreeMap<WorkerId, Worker>,
    /// Workers that take what there is now, and whether they have got something.
    polling: BTreeMap<WorkerId, Polling>,
    paused_routes: BTreeSet<RouteId>,
    ledger: Ledger,
    limit_targets: BTreeMap<LimitId, Vec<TargetId>>,
    timers: BTreeSet<(Timestamp, Timer)>,
    /// Targets to look at before the turn ends.
    dirty: BTreeSet<TargetId>,
    /// When each waiting target can start something, if nothing else happens.
    ready: BTreeSet<(Timestamp, TargetId)>,
    grants: u64,
    homes: Homes,
}

#[derive(Clone, Debug)]
struct Task {
    row: TaskRow,
    status: Status,
    class: ClassId,
    place: HeldPlace,
    /// The worker where it met a fault: others go first, until then.
    shuns: Option<(WorkerId, Timestamp)>,
}

/// Where an open task is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum HeldPlace {
    Queued,
    Delayed,
    Leased,
}

impl Target {
    /// What to reserve for a task before it is sent.
    fn reserve(&self, estimate: &Estimate) -> Spend {
        self.sizes.reserve(&self.spec, estimate)
    }
}

/// A live lease.
#[derive(Clone, Debug)]
struct Held {
    attempt: AttemptNo,
    target: TargetId,
    worker: WorkerId,
    granted_at: Timestamp,
    send_by: Timestamp,
    deadline: Timestamp,
    cost: Spend,
    reserved: Reserved,
}

#[derive(Clone, Debug)]
struct Target {
    spec: TargetSpec,
    /// What its tasks really took.
    sizes: Sizes,
    /// How fast it answers, and how many.
    answers: Answers,
    /// The classes it can serve, with the level at which it stands in them.
    classes: Vec<(ClassId, usize)>,
    /// Targets of lower levels, whose turn may come when this one's changes.
    dependents: BTreeSet<TargetId>,
    parked: Option<(Timestamp, ParkReason)>,
    /// Faults in a row.
    trouble: u32,
    in_flight: u32,
    /// After a refusal by a limit that nobody configured: one request at a time, so far apart.
    pace: Option<Duration>,
    paced_until: Timestamp,
    ready_at: Option<Timestamp>,
    wait: Option<Wait>,
    last_grant: u64,
    /// It is no longer configured: what is under way there may end, and nothing more is started.
    retired: bool,
}

#[derive(Clone, Debug, Default)]
struct Account {
    parked: Option<(Timestamp, ParkReason)>,
    clock: Option<ClockOffset>,
    targets: Vec<TargetId>,
    /// Somebody holds it back.
    paused: bool,
    /// Workers with a free slot: those that only take what there is now before those that stay, the least busy first.
    free: BTreeSet<Seat>,
    /// Workers that are up.
    staff: BTreeSet<WorkerId>,
}

/// A worker with a free slot: whether it stays, how busy it is, who it is.
type Seat = (bool, u32, WorkerId);

#[derive(Clone, Debug)]
struct Worker {
    account: AccountId,
    slots: u32,
    busy: u32,
    skill: Skill,
    lease: Duration,
    /// It is there.
    up: bool,
    /// It takes work now.
    takes: bool,
    /// It takes work whenever there is some.
    stays: bool,
}

/// A worker that takes what there is now.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct Polling {
    /// It waits beyond this turn.
    waits: bool,
    served: bool,
}

/// Why the engine wants to be woken.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Timer {
    /// A delayed task may be queued.
    Due(TaskId),
    /// A task is out of time.
    Deadline(TaskId),
    /// A lease ends unless it was renewed.
    LeaseEnd(TaskId, AttemptNo),
    /// Something parked takes work again.
    Unpark(Parked),
}

impl Engine {
    /// An engine that remembers nothing.
    pub fn new(setup: Setup, now: Timestamp) -> Self {
        let mut engine = Self {
            now,
            bounds: setup.bounds,
            tasks: Slab::new(),
            by_id: BTreeMap::new(),
            leases: BTreeMap::new(),
            groups: BTreeMap::new(),
            classes: Vec::new(),
            class_ids: BTreeMap::new(),
            route_classes: BTreeMap::new(),
            routes: BTreeMap::new(),
            targets: BTreeMap::new(),
            accounts: BTreeMap::new(),
            workers: BTreeMap::new(),
            polling: BTreeMap::new(),
            paused_routes: BTreeSet::new(),
            ledger: Ledger::default(),
            limit_targets: BTreeMap::new(),
            timers: BTreeSet::new(),
            dirty: BTreeSet::new(),
            ready: BTreeSet::new(),
            grants: 0,
            homes: Homes::default(),
        };
        for (id, spec) in setup.limits {
            engine.ledger.add(id, spec);
        }
        for (id, spec) in setup.targets {
            engine.insert_target(id, spec);
        }
        for (id, spec) in setup.routes {
            engine.add_route(id, spec);
        }
        engine
    }

    fn insert_target(&mut self, id: TargetId, spec: TargetSpec) {
        for limit in &spec.limits {
            self.limit_targets.entry(*limit).or_default().push(id);
        }
        self.accounts.entry(spec.account).or_default().targets.push(id);
        self.targets.insert(
            id,
            Target {
                spec,
                sizes: Sizes::default(),
                answers: Answers::default(),
                classes: Vec::new(),
                dependents: BTreeSet::new(),
                parked: None,
                trouble: 0,
                in_flight: 0,
                pace: None,
                paced_until: Timestamp::EPOCH,
                ready_at: None,
                wait: None,
                last_grant: 0,
                retired: false,
            },
        );
    }

    /// Adds a name that tasks may ask for; known names keep their meaning.
    pub fn add_route(&mut self, id: RouteId, spec: RouteSpec) {
        self.routes.entry(id).or_insert(spec);
    }

    /// Applies what happened by `now`, fires the timers that are due and starts whatever can start.
    ///
    /// Time never goes back: an earlier `now` is taken for the latest one seen.
    pub fn handle(&mut self, now: Timestamp, inputs: impl IntoIterator<Item = Input>, effects: &mut Effects) {
        self.now = self.now.max(now);
        for input in inputs {
            self.apply(input, effects);
        }
        self.fire_timers(effects);
        self.dispatch(effects);
        self.end_polls();
    }

    /// When the engine wants to be called again, if nothing happens before.
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        let timer = self.timers.first().map(|(at, _)| *at);
        let ready = self.ready.first().map(|(at, _)| *at);
        [timer, ready]
            .into_iter()
            .flatten()
            .min()
            .filter(|at| *at < Timestamp::MAX)
    }

    fn apply(&mut self, input: Input, effects: &mut Effects) {
        match input {
            Input::Submit(row) => self.submit(row, effects),
            Input::Revive { row, was } => self.revive(row, was, effects),
            Input::Cancel(task) => self.cancel(task, effects),
            Input::Adopt(row) => self.adopt(row, effects),
            Input::Release(group) => self.release(group),
            Input::Reprioritise { task, priority } => self.reprioritise(task, priority, effects),
            Input::WorkerUp(worker) => self.worker_up(&worker),
            Input::Poll { worker, waits } => self.poll(&worker, waits),
            Input::Hush(worker) => self.hush(worker),
            Input::WorkerDown(worker) => self.worker_down(worker),
            Input::WorkerLost(worker) => self.worker_lost(worker, effects),
            Input::Stalled(length) => self.stalled(length),
            Input::Pause(what) => self.pause(what, effects),
            Input::Resume(what) => self.resume(what, effects),
            Input::Renew { task, attempt } => self.renew(task, attempt),
            Input::Finished { task, attempt, report } => self.finished(task, attempt, report, effects),
            Input::Unpark(what) => self.unpark(what, effects),
            Input::SpentAside(aside) => self.spent_aside(&aside, effects),
            Input::Forget(account) => self.forget(account, effects),
            Input::SetUp { setup, past } => self.set_up(*setup, &past),
        }
    }

    fn intern(&mut self, key: ClassKey) -> ClassId {
        if let Some(id) = self.class_ids.get(&key) {
            return *id;
        }
        let id = ClassId(u32::try_from(self.classes.len()).expect("classes are few"));
        let levels = self.levels_of(&key);
        self.route_classes.entry(key.route).or_default().push(id);
        self.classes.push(Class::new(key.clone(), levels));
        self.class_ids.insert(key, id);
        self.offer(id);
        id
    }

    /// The levels of a class: its route's without the exceptions.
    fn levels_of(&self, key: &ClassKey) -> [Vec<TargetId>; LEVELS] {
        let mut levels: [Vec<TargetId>; LEVELS] = Default::default();
        if let Some(route) = self.routes.get(&key.route) {
            for (level, targets) in route.levels.iter().enumerate() {
                let allowed = |id: &&TargetId| !key.except.contains(id) && self.targets.contains_key(id);
                levels[level] = targets.iter().filter(allowed).copied().collect();
            }
        }
        levels
    }

    /// Lets the targets of a class know of it.
    fn offer(&mut self, id: ClassId) {
        let class = &self.classes[id.0 as usize];
        for level in 0..class.levels.len() {
            for target in &class.levels[level] {
                for above in class.above(level) {
                    if let Some(above) = self.targets.get_mut(&above) {
                        above.dependents.insert(*target);
                    }
                }
                if let Some(target) = self.targets.get_mut(target) {
                    target.classes.push((id, level));
                }
            }
        }
    }

    fn cancel(&mut self, id: TaskId, effects: &mut Effects) {
        let Some(slot) = self.by_id.get(&id).copied() else {
            return;
        };
        if let Some(held) = self.leases.remove(&id) {
            effects.outputs.push(Output::Abort {
                worker: held.worker,
                task: id,
                attempt: held.attempt,
            });
            self.settle_in_silence(id, &held, AttemptOutcome::Cancelled, effects);
        }
        self.end(slot, Event::Cancel, effects);
    }

    fn renew(&mut self, id: TaskId, attempt: AttemptNo) {
        let Some(held) = self.leases.get_mut(&id).filter(|held| held.attempt == attempt) else {
            return;
        };
        self.timers.remove(&(held.deadline, Timer::LeaseEnd(id, attempt)));
        held.deadline = self.now
            + self
                .workers
                .get(&held.worker)
                .map_or(self.bounds.lease, |worker| worker.lease);
        self.timers.insert((held.deadline, Timer::LeaseEnd(id, attempt)));
    }

    fn fire_timers(&mut self, effects: &mut Effects) {
        while let Some((at, timer)) = self.timers.first().copied() {
            if at > self.now {
                break;
            }
            self.timers.pop_first();
            match timer {
                Timer::Due(id) => {
                    if let Some(slot) = self.by_id.get(&id).copied() {
                        self.place(slot);
                    }
                }
                Timer::Deadline(id) => self.out_of_time(id, effects),
                Timer::LeaseEnd(id, attempt) => self.silence(id, attempt, effects),
                Timer::Unpark(what) => self.park_over(what),
            }
        }
    }

    /// A task that waits is failed; one at work may still be answered.
    fn out_of_time(&mut self, id: TaskId, effects: &mut Effects) {
        let Some(slot) = self.by_id.get(&id).copied() else {
            return;
        };
        if self.tasks[slot as usize].status == Status::Pending {
            self.end(slot, Event::Fail(FailureCode::DeadlineExceeded), effects);
        }
    }
}

impl GroupCounts {
    fn of(&mut self, status: Status) -> &mut u64 {
        match status {
            Status::Pending => &mut self.pending,
            Status::Assigned => &mut self.assigned,
            Status::Ended(Ending::Completed) => &mut self.completed,
            Status::Ended(Ending::Failed(_)) => &mut self.failed,
            Status::Ended(Ending::Cancelled) => &mut self.cancelled,
        }
    }
}
