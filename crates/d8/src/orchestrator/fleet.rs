//! Who works for this orchestrator: each worker's last sign of life, what it can do, and whose quota it spends.

use std::collections::BTreeMap;
use std::time::Duration;

use d8_core::id::{AttemptNo, TaskId, WorkerId};
use d8_core::time::Timestamp;
use d8_core::worker::Enlisted;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::event::AGENT_ACTION;

/// What of a worker is kept with its integer: enough to know it again after a restart, as the Hive's workers register
/// only once in their lives.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WorkerName {
    /// Its id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The types of task that it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub task_types: Vec<String>,
    /// It knows these alone, not even `agent_action`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_task_types: bool,
    /// One life of one of D8's own workers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incarnation: Option<String>,
}

impl WorkerName {
    /// What it is, by what it says of itself. An old worker says neither.
    pub(super) fn introduced(id: &str, kind: &str, capabilities: &Map<String, Value>, life: Option<String>) -> Self {
        let types = capabilities.get("task_types").and_then(Value::as_array);
        let types = types.into_iter().flatten().filter_map(Value::as_str);
        Self {
            id: id.to_owned(),
            kind: kind.to_owned(),
            task_types: types.map(str::to_owned).collect(),
            only_task_types: capabilities.get("only_task_types").and_then(Value::as_bool) == Some(true),
            incarnation: life,
        }
    }

    /// The types of task that one of the Hive's workers takes.
    pub(super) fn takes(&self) -> impl Iterator<Item = &str> {
        let action = (!self.only_task_types).then_some(AGENT_ACTION);
        action.into_iter().chain(self.task_types.iter().map(String::as_str))
    }

    /// As it is kept.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| self.id.clone())
    }

    /// Reads what was kept. `None` for a built-in worker.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// The id under which people know a worker, from what is kept of it.
pub fn worker_id(kept: &str) -> String {
    WorkerName::parse(kept).map_or_else(|| kept.to_owned(), |name| name.id)
}

/// One worker.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its id and type.
    pub name: WorkerName,
    /// What it said of itself.
    pub capabilities: Map<String, Value>,
    /// As the engine knows it.
    pub enlisted: Enlisted,
    /// It lives in this process.
    pub built_in: bool,
    /// Silent for longer is offline.
    pub timeout: Duration,
    /// Its last sign of life.
    pub last_heard: Timestamp,
    /// It has given one in time.
    pub online: bool,
    /// Attempts that it answered.
    pub completed: u64,
    /// Attempts that it reported as failed.
    pub failed: u64,
    /// Attempts that nobody wants any more, to be told at its next call.
    pub cancelled: Vec<(TaskId, AttemptNo)>,
}

/// All workers, by id.
#[derive(Debug, Default)]
pub(super) struct Fleet {
    members: BTreeMap<String, Member>,
    ids: BTreeMap<WorkerId, String>,
}

impl Fleet {
    /// Takes a worker in, and gives back who had its id before.
    pub(super) fn admit(&mut self, member: Member) -> Option<Member> {
        self.ids.insert(member.enlisted.worker, member.name.id.clone());
        self.members.insert(member.name.id.clone(), member)
    }

    pub(super) fn get(&self, id: &str) -> Option<&Member> {
        self.members.get(id)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Member> {
        self.members.get_mut(id)
    }

    pub(super) fn by_worker(&mut self, worker: WorkerId) -> Option<&mut Member> {
        self.members.get_mut(self.ids.get(&worker)?)
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    pub(super) fn members_mut(&mut self) -> impl Iterator<Item = &mut Member> {
        self.members.values_mut()
    }

    pub(super) fn id_of(&self, worker: WorkerId) -> Option<&str> {
        self.ids.get(&worker).map(String::as_str)
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<Member> {
        let member = self.members.remove(id)?;
        self.ids.remove(&member.enlisted.worker);
        Some(member)
    }

    /// When the next living worker is taken for dead unless it gives a sign of life.
    pub(super) fn next_silence(&self) -> Option<Timestamp> {
        let living = self.members.values().filter(|member| member.online && !member.built_in);
        living.map(|member| member.last_heard + member.timeout).min()
    }

    /// Marks those that have been silent for too long, and tells who they are.
    pub(super) fn fall_silent(&mut self, now: Timestamp) -> Vec<WorkerId> {
        let mut silent = Vec::new();
        for member in self.members.values_mut() {
            if member.online && !member.built_in && member.last_heard + member.timeout <= now {
                member.online = false;
                silent.push(member.enlisted.worker);
            }
        }
        silent
    }

    /// Nobody could be heard for so long, which is not their fault.
    pub(super) fn forgive(&mut self, length: Duration) {
        for member in self.members.values_mut().filter(|member| member.online) {
            member.last_heard = member.last_heard + length;
        }
    }
}
