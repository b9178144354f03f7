//! Which callback is looked at, carried, or waits for its next attempt. Decides only: the clock and the calls are elsewhere.

use std::collections::{BTreeSet, HashMap, VecDeque};

use d8_core::id::TaskId;
use tokio::time::Instant;

use super::lanes::{Host, Lanes};
use super::reply::Outcome;
use super::schedule::Schedule;

/// Carried at a time.
const CARRIED: usize = 16;
/// Looked up at a time, to learn their hosts.
const LOOKED_UP: usize = 16;

/// How the telling ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The receiver has answered 2xx.
    Delivered,
    /// It will not be tried any more, and why: in words, with the receiver's host and without its URL.
    GivenUp(String),
}

/// What is to be done next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Find out whom a task wants told.
    Look(TaskId),
    /// Tell this host.
    Carry(TaskId, Host),
}

/// All tasks whose end is still to be told. It keeps no bodies: they may be large, and a wait is long.
#[derive(Default)]
pub(super) struct Agenda {
    tasks: HashMap<TaskId, Entry>,
    /// Hosts not known yet.
    unsorted: VecDeque<TaskId>,
    lanes: Lanes,
    waits: BTreeSet<(Instant, TaskId)>,
    looked_up: usize,
    carried: usize,
}

struct Entry {
    failures: u32,
    state: State,
}

enum State {
    /// In `unsorted` or in a lane.
    Queued,
    /// Looked up or carried. `again`: it became due anew meanwhile, so what is under way may be out of date.
    UnderWay { again: bool },
    /// In `waits`.
    Waiting(Instant, Host),
}

impl Agenda {
    /// A task ended, or is to be told anew: at once, whatever it was waiting for.
    pub(super) fn due(&mut self, task: TaskId) {
        let entry = self.tasks.get_mut(&task);
        match entry.map(|entry| &mut entry.state) {
            Some(State::Queued) => {}
            Some(State::UnderWay { again }) => *again = true,
            Some(State::Waiting(until, _)) => {
                let wait = (*until, task);
                self.waits.remove(&wait);
                self.enter(task);
            }
            None => self.enter(task),
        }
    }

    /// What can begin now. Each step given out is answered by [`Self::found`], [`Self::came_of`] or [`Self::settle`].
    pub(super) fn next(&mut self) -> Option<Step> {
        if self.carried < CARRIED
            && let Some((host, task)) = self.lanes.take()
        {
            self.carried += 1;
            self.set(task, State::UnderWay { again: false });
            return Some(Step::Carry(task, host));
        }
        if self.looked_up == LOOKED_UP {
            return None;
        }
        let task = self.unsorted.pop_front()?;
        self.looked_up += 1;
        self.set(task, State::UnderWay { again: false });
        Some(Step::Look(task))
    }

    /// A look is over.
    pub(super) fn looked(&mut self) {
        self.looked_up = self.looked_up.saturating_sub(1);
    }

    /// A look has found a host.
    pub(super) fn found(&mut self, task: TaskId, host: &Host) {
        if self.is_outdated(task) {
            self.enter(task);
        } else {
            self.set(task, State::Queued);
            self.lanes.push(host, task);
        }
    }

    /// A task's place is free again.
    pub(super) fn carried(&mut self, host: &Host) {
        self.carried = self.carried.saturating_sub(1);
        self.lanes.done(host);
    }

    /// What came of an attempt; gives what is to be told of the task, when nothing more will be tried.
    pub(super) fn came_of(
        &mut self,
        task: TaskId,
        host: Host,
        outcome: Outcome,
        now: Instant,
        random: u64,
    ) -> Option<Told> {
        let (why, patience) = match outcome {
            Outcome::Taken => return self.settle(task, Some(Told::Delivered)),
            Outcome::Gone(why) => return self.settle(task, Some(Told::GivenUp(why))),
            Outcome::Failed { why, patience } => (why, patience),
        };
        if self.is_outdated(task) {
            return self.settle(task, None);
        }
        let entry = self.tasks.get_mut(&task)?;
        entry.failures += 1;
        let failures = entry.failures;
        let Some(wait) = Schedule::next(failures, random) else {
            let why = format!("{why}, at the last of {failures} attempts");
            return self.settle(task, Some(Told::GivenUp(why)));
        };
        let wait = wait.max(patience);
        tracing::info!(
            task = task.0,
            failures,
            "a callback failed: {why}; next attempt in {} s",
            wait.as_secs()
        );
        entry.state = State::Waiting(now + wait, host);
        self.waits.insert((now + wait, task));
        None
    }

    /// Forgets a task and gives `told` back; but begins anew with one that became due meanwhile.
    pub(super) fn settle(&mut self, task: TaskId, told: Option<Told>) -> Option<Told> {
        if self.is_outdated(task) {
            self.enter(task);
            return None;
        }
        self.tasks.remove(&task);
        told
    }

    /// When a wait is over.
    pub(super) fn next_wake(&self) -> Option<Instant> {
        self.waits.first().map(|(until, _)| *until)
    }

    /// Ends the waits that are over.
    pub(super) fn wake(&mut self, now: Instant) {
        while self.next_wake().is_some_and(|until| until <= now) {
            let Some((_, task)) = self.waits.pop_first() else {
                return;
            };
            let Some(entry) = self.tasks.get_mut(&task) else {
                continue;
            };
            if let State::Waiting(_, host) = std::mem::replace(&mut entry.state, State::Queued) {
                self.lanes.push(&host, task);
            }
        }
    }

    /// Nothing is left to be told.
    pub(super) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// What is under way was overtaken by another end.
    fn is_outdated(&self, task: TaskId) -> bool {
        let entry = self.tasks.get(&task);
        entry.is_some_and(|entry| matches!(entry.state, State::UnderWay { again: true }))
    }

    fn enter(&mut self, task: TaskId) {
        let fresh = Entry {
            failures: 0,
            state: State::Queued,
        };
        self.tasks.insert(task, fresh);
        self.unsorted.push_back(task);
    }

    fn set(&mut self, task: TaskId, state: State) {
        if let Some(entry) = self.tasks.get_mut(&task) {
            entry.state = state;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASK: TaskId = TaskId(7);

    fn host() -> Host {
        Host::from("hook.test")
    }

    /// With the task under way to its host.
    fn carrying() -> Agenda {
        let mut agenda = Agenda::default();
        agenda.due(TASK);
        assert_eq!(agenda.next(), Some(Step::Look(TASK)));
        agenda.looked();
        agenda.found(TASK, &host());
        assert_eq!(agenda.next(), Some(Step::Carry(TASK, host())));
        agenda
    }

    fn came_of(agenda: &mut Agenda, outcome: Outcome) -> Option<Told> {
        agenda.carried(&host());
        agenda.came_of(TASK, host(), outcome, Instant::now(), 100)
    }

    #[test]
    fn a_task_is_under_way_once_however_often_it_is_due() {
        let mut agenda = Agenda::default();
        agenda.due(TASK);
        agenda.due(TASK);
        assert_eq!(agenda.next(), Some(Step::Look(TASK)));
        assert_eq!(agenda.next(), None);
        let mut agenda = carrying();
        agenda.due(TASK);
        assert_eq!(agenda.next(), None);
    }

    #[test]
    fn what_became_due_while_under_way_is_told_anew_and_only_then_reported() {
        for outcome in [Outcome::Taken, Outcome::Gone(String::new()), Outcome::failed("")] {
            let mut agenda = carrying();
            agenda.due(TASK);
            assert_eq!(came_of(&mut agenda, outcome), None);
            assert_eq!(agenda.next(), Some(Step::Look(TASK)));
        }
    }

    #[test]
    fn what_became_due_while_it_was_looked_up_is_looked_up_anew() {
        let mut agenda = Agenda::default();
        agenda.due(TASK);
        assert_eq!(agenda.next(), Some(Step::Look(TASK)));
        agenda.due(TASK);
        agenda.looked();
        agenda.found(TASK, &host());
        assert_eq!(agenda.next(), Some(Step::Look(TASK)));
    }

    #[test]
    fn what_waits_begins_anew_when_it_is_due() {
        let mut agenda = carrying();
        assert_eq!(came_of(&mut agenda, Outcome::failed("no")), None);
        assert!(agenda.next_wake().is_some());
        agenda.due(TASK);
        assert_eq!(agenda.next_wake(), None);
        assert_eq!(agenda.next(), Some(Step::Look(TASK)));
    }

    #[test]
    fn slow_hosts_leave_room_for_others_and_all_of_them_have_a_bound() {
        let mut agenda = Agenda::default();
        for task in 0..40 {
            agenda.due(TaskId(task));
        }
        let looks = std::iter::from_fn(|| agenda.next()).count();
        assert_eq!(looks, LOOKED_UP);
        for task in 0..40 {
            agenda.looked();
            agenda.found(TaskId(task), &Host::from(format!("{}.test", task % 10)));
        }
        let carried: Vec<Step> = std::iter::from_fn(|| agenda.next()).collect();
        let carried = carried.iter().filter(|step| matches!(step, Step::Carry(..))).count();
        assert_eq!(carried, CARRIED);
    }

    #[test]
    fn what_is_settled_is_forgotten() {
        let mut agenda = carrying();
        assert_eq!(came_of(&mut agenda, Outcome::Taken), Some(Told::Delivered));
        assert!(agenda.is_empty());
    }
}
