//! One agent at work: what it is to do next, what it is at, what it has done.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use d8_core::id::TaskId;
use d8_core::time::Timestamp;
use d8_store::AgentRow;
use tokio::sync::mpsc;

use super::decide::Standing;
use super::note::Note;
use super::timetable::Timetable;
use crate::config::Agent;

/// One agent and how it stands.
pub(super) struct Desk {
    pub(super) agent: Arc<Agent>,
    pub(super) timetable: Timetable,
    /// As it is stored.
    pub(super) row: AgentRow,
    /// The last occurrence that was looked at; at times later than what is stored.
    pub(super) seen: Option<Timestamp>,
    /// When it was last given work.
    pub(super) worked: Option<Timestamp>,
    /// Occurrences that wait to be worked on.
    pub(super) line: VecDeque<Timestamp>,
    /// Its tasks that have not ended.
    pub(super) open: BTreeMap<TaskId, Note>,
    /// Its tasks whose answers are being delivered.
    pub(super) undelivered: BTreeMap<TaskId, Note>,
    /// Its tasks that failed: tried again by hand, their answers are delivered too.
    pub(super) failed: BTreeMap<TaskId, Note>,
    /// Delivered by this process.
    pub(super) delivered_here: u64,
    /// What went wrong last, until something goes right.
    pub(super) trouble: Option<String>,
    /// Nothing is handed in before.
    pub(super) not_before: Option<Timestamp>,
    /// d8.toml has it no longer: what it was at is done and delivered, nothing new is given to it.
    pub(super) retired: bool,
    pub(super) lane: mpsc::UnboundedSender<(TaskId, Note)>,
}

impl Desk {
    /// Somebody holds it back, or d8.toml does or has it no longer.
    pub(super) fn is_paused(&self) -> bool {
        self.agent.paused || self.row.paused || self.retired
    }

    /// d8.toml says otherwise from now on. What came before is not made up for by another schedule; answers under way go
    /// where they were to go when they were asked for.
    pub(super) fn reappoint(&mut self, agent: Arc<Agent>, lane: mpsc::UnboundedSender<(TaskId, Note)>, now: Timestamp) {
        let timetable = Timetable::of(&agent);
        if self.retired || self.agent.schedule != agent.schedule || self.agent.paused != agent.paused {
            self.line.clear();
            self.seen = Some(now);
        }
        (self.agent, self.timetable, self.lane, self.retired) = (agent, timetable, lane, false);
    }

    /// Whether some of what it does by itself is not done.
    fn is_busy(&self) -> bool {
        !self.line.is_empty() || self.is_at_work()
    }

    pub(super) fn is_at_work(&self) -> bool {
        self.open.values().any(|note| !note.by_hand)
    }

    fn standing(&self) -> Standing {
        Standing {
            last: self.seen,
            busy: self.is_busy(),
            overlap: self.agent.overlap,
            catch_up: self.agent.catch_up,
        }
    }

    /// Looks at what has come. True: how it stands has changed, and nothing is handed in that would be stored with it.
    pub(super) fn look(&mut self, now: Timestamp) -> bool {
        let decision = self.standing().decide(&self.timetable, now);
        let Some(last) = decision.last else { return false };
        self.seen = Some(last);
        if self.is_paused() {
            return false;
        }
        self.row.skipped += decision.skipped;
        self.line.extend(decision.work);
        if self.line.is_empty() {
            self.row.last = self.seen;
        }
        self.line.is_empty()
    }

    /// When it works next.
    pub(super) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        if self.is_paused() {
            return None;
        }
        if self.seen.is_none() && self.timetable.begins_at_once() {
            let before = Timestamp::from_micros(now.as_micros() - 1);
            return self.timetable.next(None, before);
        }
        self.standing().next(&self.timetable, now)
    }

    /// The note of a task that was still to be ended.
    pub(super) fn take(&mut self, task: TaskId) -> Option<Note> {
        self.open.remove(&task).or_else(|| self.failed.remove(&task))
    }
}
