//! What happens, as it happens, for whoever watches.

use d8_core::change::Ending;
use d8_core::id::{AttemptNo, GroupId, TaskId, WorkerId};

/// One thing that has happened, and is stored where it is to be.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum News {
    /// A task is at work.
    Assigned {
        /// The task.
        task: TaskId,
        /// Its attempt.
        attempt: AttemptNo,
        /// By whom.
        worker: WorkerId,
    },
    /// A task has ended.
    Ended {
        /// The task.
        task: TaskId,
        /// Its group.
        group: GroupId,
        /// How.
        ending: Ending,
    },
    /// A task has come in, or waits again.
    Pending(
        /// The task.
        TaskId,
    ),
}
