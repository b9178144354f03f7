//! Who waits for the end of a task: whoever asked for that task, and whoever follows its group.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use d8_core::change::Ending;
use d8_core::id::{AttemptNo, GroupId, TargetId, TaskId};
use d8_core::time::Timestamp;
use d8_store::ResultRow;
use tokio::sync::{mpsc, oneshot};

use super::event::{Done, Start};

/// Everybody who waits. Shared by the loop, which tells, and by those who ask.
#[derive(Debug, Default)]
pub struct Audience {
    seats: Mutex<Seats>,
}

#[derive(Debug, Default)]
struct Seats {
    tasks: HashMap<TaskId, Vec<oneshot::Sender<Done>>>,
    groups: HashMap<GroupId, Vec<mpsc::UnboundedSender<Done>>>,
    starts: HashMap<TaskId, Start>,
    /// The loop has ended: nobody will be told anything any more.
    closed: bool,
}

impl Audience {
    /// Tells of a task's end. To be called before its state is looked up: an end in between is then not missed.
    pub fn watch(&self, task: TaskId) -> oneshot::Receiver<Done> {
        let (sender, receiver) = oneshot::channel();
        let mut seats = self.lock();
        if !seats.closed {
            seats.tasks.entry(task).or_default().push(sender);
        }
        receiver
    }

    /// Tells of the ends of all tasks of a group from now on.
    pub fn follow(&self, group: GroupId) -> mpsc::UnboundedReceiver<Done> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut seats = self.lock();
        if !seats.closed {
            seats.groups.entry(group).or_default().push(sender);
        }
        receiver
    }

    /// Forgets those who no longer wait for a task; to be called by whoever gives up waiting.
    pub fn leave(&self, task: TaskId) {
        let mut seats = self.lock();
        if let Some(waiting) = seats.tasks.get_mut(&task) {
            waiting.retain(|sender| !sender.is_closed());
            if waiting.is_empty() {
                seats.tasks.remove(&task);
                seats.starts.remove(&task);
            }
        }
    }

    /// Whether anybody waits for this task.
    pub fn has_watcher(&self, task: TaskId) -> bool {
        self.lock().tasks.contains_key(&task)
    }

    /// An answer is here whose client does not want it kept: whoever waits for it need not wait for the books too.
    pub fn answered(&self, task: TaskId, by: AttemptNo, result: &ResultRow) {
        let (watching, start) = {
            let mut seats = self.lock();
            (seats.tasks.remove(&task), seats.starts.remove(&task))
        };
        for sender in watching.into_iter().flatten() {
            let _ = sender.send(Done {
                task,
                ending: Ending::Completed,
                result: Some(Arc::new(result.clone())),
                by: Some(by),
                start,
                refused: None,
            });
        }
    }

    /// A task has ended, and that is stored, or its client did not want it to be.
    pub(super) fn tell(&self, group: GroupId, done: Done) {
        let mut seats = self.lock();
        let watching = seats.tasks.remove(&done.task).unwrap_or_default();
        let start = seats.starts.remove(&done.task);
        let done = Done { start, ..done };
        if let Some(following) = seats.groups.get_mut(&group) {
            following.retain(|sender| sender.send(done.clone()).is_ok());
            if following.is_empty() {
                seats.groups.remove(&group);
            }
        }
        drop(seats);
        for sender in watching {
            let _ = sender.send(done.clone());
        }
    }

    /// The loop has ended: whoever waits hears that nothing will come.
    fn close(&self) {
        *self.lock() = Seats {
            closed: true,
            ..Seats::default()
        };
    }

    /// Closes it when it is dropped, however the loop ends.
    pub(super) fn closing(self: &Arc<Self>) -> Closing {
        Closing(self.clone())
    }

    /// Where the latest attempt of a watched task went.
    pub fn start_of(&self, task: TaskId) -> Option<Start> {
        self.lock().starts.get(&task).copied()
    }

    /// An attempt begins; only watched tasks are noted.
    pub(super) fn note_start(&self, task: TaskId, target: TargetId, at: Timestamp) {
        let mut seats = self.lock();
        if seats.tasks.contains_key(&task) {
            seats.starts.insert(task, Start { target, at });
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes an audience when the loop has ended.
pub(super) struct Closing(Arc<Audience>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}
