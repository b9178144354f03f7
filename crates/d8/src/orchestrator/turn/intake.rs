//! What comes in: tasks, and what is to become of those that are there.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use d8_core::change::{Demand, Ending, Parked, Pausable, TaskRow};
use d8_core::id::{AttemptNo, ClientId, GroupId, KindId, RouteId, TaskId};
use d8_core::message::Input;
use d8_core::time::Timestamp;
use d8_store::{Key, Named as HasName, Names};
use tokio::sync::oneshot;

use super::Turn;
use crate::config::DEFAULT_ROUTE;
use crate::orchestrator::EVERYBODY;
use crate::orchestrator::event::{Accepted, Named, NewTask, Refusal, Way};

/// With less on the disk of the store nothing is taken in: what is under way needs the rest.
const LEAST_SPACE: u64 = 64 * 1024 * 1024;
/// How long a key is known here before it must be found in the store.
const KEYS_KEPT: Duration = Duration::from_secs(600);

/// Integers of names that tasks bring, so that not each of them asks the directory.
#[derive(Debug, Default)]
pub(super) struct Interned {
    groups: HashMap<Arc<str>, GroupId>,
    clients: HashMap<Arc<str>, ClientId>,
    kinds: HashMap<Arc<str>, KindId>,
    routes: HashMap<Arc<str>, RouteId>,
}

impl Interned {
    /// Names may mean something else now, and some that meant nothing do.
    pub(super) fn forget_routes(&mut self) {
        self.routes.clear();
    }
}

/// What is known for judging whether something may come in.
#[derive(Debug)]
pub(super) struct Intake {
    /// Keys that came lately: the store may not know them yet.
    requests: HashMap<u128, TaskId>,
    order: VecDeque<(Timestamp, u128)>,
    sealed: std::collections::BTreeSet<GroupId>,
    folder: Option<PathBuf>,
    space: Option<(Timestamp, u64)>,
}

impl Intake {
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        Self {
            requests: HashMap::new(),
            order: VecDeque::new(),
            sealed: std::collections::BTreeSet::new(),
            folder,
            space: None,
        }
    }

    fn remember(&mut self, key: u128, task: TaskId, now: Timestamp) {
        self.requests.insert(key, task);
        self.order.push_back((now, key));
        while let Some((at, old)) = self.order.front().copied() {
            if now.since(at) < KEYS_KEPT {
                break;
            }
            self.order.pop_front();
            self.requests.remove(&old);
        }
    }

    /// What the disk of the store has left, as of the last second.
    fn space(&mut self, now: Timestamp) -> Option<u64> {
        let folder = self.folder.as_ref()?;
        if let Some((at, space)) = self.space
            && now.since(at) < Duration::from_secs(1)
        {
            return Some(space);
        }
        let space = fs4::available_space(folder).ok()?;
        self.space = Some((now, space));
        Some(space)
    }
}

fn interned<I: HasName + Copy>(cache: &mut HashMap<Arc<str>, I>, name: &Arc<str>, intern: impl FnOnce(&str) -> I) -> I
where
    Arc<str>: Hash + Eq,
{
    if let Some(known) = cache.get(name) {
        return *known;
    }
    let id = intern(name);
    cache.insert(name.clone(), id);
    id
}

/// Types of task that only workers know which name them: others would burn the task.
pub fn is_rare(kind: &str) -> bool {
    kind == "code_generation" || kind.starts_with("evolution_")
}

impl Turn {
    pub(super) fn submit(
        &mut self,
        tasks: Vec<NewTask>,
        reply: Option<oneshot::Sender<Result<Vec<Accepted>, Refusal>>>,
        inputs: &mut Vec<Input>,
    ) {
        if let Err(refusal) = self.may_come_in(&tasks) {
            match reply {
                Some(reply) => drop(reply.send(Err(refusal))),
                None => tasks.iter().for_each(|task| self.turn_away(task.id, &refusal)),
            }
            return;
        }
        let accepted: Vec<Accepted> = tasks.into_iter().map(|task| self.admit(task, inputs)).collect();
        self.later(reply, Ok(accepted));
    }

    fn may_come_in(&mut self, tasks: &[NewTask]) -> Result<(), Refusal> {
        let now = self.own.clock.now();
        if self.stopping || self.draining {
            return Err(Refusal::Stopping);
        }
        let open = self.own.engine.open_tasks();
        let most = self.own.directory.config().server.max_pending;
        if open + tasks.len() as u64 > most && !tasks.is_empty() {
            return Err(Refusal::QueueFull { open, most });
        }
        if let Some(space) = self.intake.space(now).filter(|space| *space < LEAST_SPACE) {
            return Err(Refusal::DiskFull {
                megabytes: space / 1_048_576,
            });
        }
        for task in tasks {
            self.check(task, now)?;
        }
        Ok(())
    }

    fn check(&mut self, task: &NewTask, now: Timestamp) -> Result<(), Refusal> {
        let group = self.group(&task.group);
        if self.intake.sealed.contains(&group) {
            return Err(Refusal::Sealed(task.group.to_string()));
        }
        if let Some(deadline) = task.deadline {
            if deadline <= now {
                return Err(Refusal::DeadlineInfeasible { past: true });
            }
            let route = self.route(&task.way);
            if self.own.engine.takes_work_at(route).is_some_and(|at| at >= deadline) {
                return Err(Refusal::DeadlineInfeasible { past: false });
            }
        }
        Ok(())
    }

    fn admit(&mut self, task: NewTask, inputs: &mut Vec<Input>) -> Accepted {
        let now = self.own.clock.now().max(self.own.engine.now());
        let known = task.request_key.and_then(|key| self.intake.requests.get(&key).copied());
        if let Some(id) = known {
            return Accepted { id, repeated: true };
        }
        let id = task.id;
        let group = self.group(&task.group);
        if let Some(key) = task.request_key {
            self.intake.remember(key, id, now);
            self.gathering.requests.push((key, id));
        }
        if let Some(key) = task.key {
            self.gathering.keys.push(Key { group, key, task: id });
        }
        if let Some(request) = &task.request {
            self.own.requests.keep(id, request.clone(), task.payload.is_some());
        }
        let row = self.row(&task, group, now);
        if let Some(agent) = task.agent {
            self.gathering.agents.push(agent.row);
            self.gathering.outputs.push((id, agent.note));
        }
        if let Some(payload) = task.payload {
            self.gathering.payloads.push((id, payload));
        }
        inputs.push(Input::Submit(row));
        Accepted { id, repeated: false }
    }

    fn row(&mut self, task: &NewTask, group: GroupId, now: Timestamp) -> TaskRow {
        let directory = self.own.directory.clone();
        let client = interned(&mut self.interned.clients, &task.client, |name| {
            directory.names_mut(|names| names.intern(name))
        });
        let kind = interned(&mut self.interned.kinds, &task.kind, |name| {
            directory.names_mut(|names| names.intern(name))
        });
        TaskRow {
            id: task.id,
            group,
            client,
            route: self.route(&task.way),
            priority: task.priority.clamp(1, 10),
            created_at: now,
            not_before: task.not_before.unwrap_or(now).max(now),
            deadline: task.deadline.unwrap_or(Timestamp::MAX),
            max_attempts: task.max_attempts,
            faults: 0,
            silences: 0,
            attempt: AttemptNo(0),
            estimate: task.estimate,
            demand: Demand {
                kind,
                rare: task.rare || is_rare(&task.kind),
                plain: task.plain,
            },
            interactive: task.interactive,
            durable: task.durable,
            callback: task.callback,
            prefix: task.prefix,
        }
    }

    fn group(&mut self, name: &Arc<str>) -> GroupId {
        let directory = &self.own.directory;
        interned(&mut self.interned.groups, name, |name| {
            directory.names_mut(|names| names.intern(name))
        })
    }

    fn route(&mut self, way: &Way) -> RouteId {
        let name: Arc<str> = match way {
            Way::Route(route) => route.name.as_str().into(),
            Way::Everybody => EVERYBODY.into(),
        };
        if let Some(known) = self.interned.routes.get(&name) {
            return *known;
        }
        let id = match way {
            Way::Route(route) => {
                let plan = self.own.directory.plan();
                let (id, spec) = self.own.directory.names_mut(|names| plan.route(route, names));
                self.own.engine.add_route(id, spec);
                id
            }
            Way::Everybody => self
                .own
                .directory
                .names_mut(|names: &mut Names| names.intern(EVERYBODY)),
        };
        self.interned.routes.insert(name, id);
        id
    }

    pub(super) fn revive(
        &mut self,
        rows: Vec<(TaskRow, Ending)>,
        reply: Option<oneshot::Sender<()>>,
        inputs: &mut Vec<Input>,
    ) {
        for (row, was) in rows {
            self.know_route_of(&row);
            // Whoever asked for it has long gone: from now on it is a task like any other.
            let row = TaskRow {
                interactive: false,
                durable: true,
                ..row
            };
            inputs.push(Input::Revive { row, was });
        }
        self.later(reply, ());
    }

    pub(super) fn adopt(&mut self, rows: Vec<TaskRow>, inputs: &mut Vec<Input>) {
        for row in rows {
            self.know_route_of(&row);
            inputs.push(Input::Adopt(row));
        }
    }

    /// A task may ask for a name that only an earlier process knew.
    fn know_route_of(&mut self, row: &TaskRow) {
        let directory = &self.own.directory;
        let Some(name) = directory.names(|names| names.name(row.route).map(str::to_owned)) else {
            return;
        };
        if let Ok(route) = directory.config().resolve(Some(&name)) {
            self.route(&Way::Route(Arc::new(route)));
        }
    }

    pub(super) fn pause(&mut self, what: &Named, paused: bool, reply: oneshot::Sender<bool>, inputs: &mut Vec<Input>) {
        let Some(what) = self.pausable(what) else {
            let _ = reply.send(false);
            return;
        };
        for what in [Some(what), self.also_paused(what)].into_iter().flatten() {
            inputs.push(if paused {
                Input::Pause(what)
            } else {
                Input::Resume(what)
            });
        }
        self.later(Some(reply), true);
    }

    fn pausable(&mut self, what: &Named) -> Option<Pausable> {
        let entries = self.own.directory.entries();
        match what {
            Named::Account(name) => Some(Pausable::Account(entries.plan.account(name)?.id)),
            Named::Route(name) => {
                let route = entries.config.resolve(Some(name)).ok()?;
                Some(Pausable::Route(self.route(&Way::Route(Arc::new(route)))))
            }
        }
    }

    /// The default route is paused together with what the Hive's calls use of it.
    fn also_paused(&mut self, what: Pausable) -> Option<Pausable> {
        let Pausable::Route(id) = what else { return None };
        let is_default = self.own.directory.names(|names| names.name(id) == Some(DEFAULT_ROUTE));
        is_default.then(|| Pausable::Route(self.route(&Way::Everybody)))
    }

    pub(super) fn unpark(&mut self, account: &str, reply: oneshot::Sender<bool>, inputs: &mut Vec<Input>) {
        let plan = self.own.directory.plan();
        let Some(entry) = plan.account(account) else {
            let _ = reply.send(false);
            return;
        };
        inputs.push(Input::Unpark(Parked::Account(entry.id)));
        let targets = plan.targets.iter().filter(|(_, words)| words.account == account);
        inputs.extend(targets.map(|(id, _)| Input::Unpark(Parked::Target(*id))));
        let limits = plan.limits.iter().filter(|(_, words)| words.account == account);
        inputs.extend(limits.map(|(id, _)| Input::Unpark(Parked::Limit(*id))));
        self.later(Some(reply), true);
    }

    pub(super) fn forget(&mut self, account: &str, reply: oneshot::Sender<bool>, inputs: &mut Vec<Input>) {
        let known = self.own.directory.plan().account(account).map(|entry| entry.id);
        inputs.extend(known.map(Input::Forget));
        self.later(Some(reply), known.is_some());
    }

    pub(super) fn seal(&mut self, group: &str, reply: oneshot::Sender<()>) {
        let id = self.group(&group.into());
        self.intake.sealed.insert(id);
        self.gathering.seals.push(id);
        self.later(Some(reply), ());
    }
}
