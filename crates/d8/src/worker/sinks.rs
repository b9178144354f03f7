//! Who waits for the pieces of which task's answer, in this process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use d8_core::id::TaskId;
use tokio_util::sync::CancellationToken;

use super::Sink;

/// One waits for pieces, and says here when it does so no longer.
pub type Waiting = (Sink, CancellationToken);

/// All that wait.
#[derive(Debug, Default)]
pub struct Sinks {
    waiting: Mutex<HashMap<TaskId, Waiting>>,
}

impl Sinks {
    /// Somebody waits for the pieces of a task; the token ends the attempt. Put it before the task can be granted.
    pub fn put(&self, task: TaskId, sink: Sink, stop: CancellationToken) {
        self.lock().insert(task, (sink, stop));
    }

    /// Whether somebody waits for the pieces of a task.
    pub fn has(&self, task: TaskId) -> bool {
        self.lock().contains_key(&task)
    }

    /// For an attempt that begins. One that passes nothing on puts it back.
    pub fn take(&self, task: TaskId) -> Option<Waiting> {
        self.lock().remove(&task)
    }

    /// The task is over, or nobody waits any more.
    pub fn forget(&self, task: TaskId) {
        self.lock().remove(&task);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TaskId, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
