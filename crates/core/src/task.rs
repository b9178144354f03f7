//! The life of a task: its states, and the one function that says which moves are legal.
//!
//! ```text
//!                      Grant
//!        ┌─────────┐ ─────────────▶ ┌──────────┐  Answer    ┌───────────┐
//! Submit │         │                │          │ ─────────▶ │ completed │
//! ─────▶ │ pending │ ◀───────────── │ assigned │            └───────────┘
//!        │         │  GiveBack      │          │  Reject    ┌───────────┐
//!        └─────────┘  Refuse  Fault └──────────┘  Exhaust ▶ │  failed   │ ─┐
//!          │     │    Silence          │          Expire    └───────────┘  │ Revive
//!          │     └───── Reject, Expire ┼──────────────────────▶            │ (pending)
//!          │                           │  Cancel            ┌───────────┐  │
//!          └────────────── Cancel ─────┴──────────────────▶ │ cancelled │ ─┘
//!                                                           └───────────┘
//! ```

use crate::change::{Ending, FailureCode};

/// Where a task stands.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Status {
    /// Waits.
    Pending,
    /// An attempt holds its lease.
    Assigned,
    /// It has ended.
    Ended(Ending),
}

/// What can happen to a task.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// A lease is given.
    Grant,
    /// The attempt gave the lease back unspent.
    GiveBack,
    /// The provider refused for quota: not the task's fault.
    Refuse,
    /// A fault that another attempt may not meet.
    Fault,
    /// Nobody reported in time.
    Silence,
    /// Answered.
    Answer,
    /// It will never be answered, for this reason.
    Fail(FailureCode),
    /// Nobody wants it any more.
    Cancel,
    /// Somebody wants it again.
    Revive,
}

impl Status {
    /// The state after an event; `None` where the event cannot happen in this state.
    pub fn after(self, event: Event) -> Option<Self> {
        use Status::{Assigned, Ended, Pending};
        match (self, event) {
            (Pending, Event::Grant) => Some(Assigned),
            (Assigned, Event::GiveBack | Event::Refuse | Event::Fault | Event::Silence) => Some(Pending),
            // A report may come after its lease ran out, while the task waits again.
            (Pending | Assigned, Event::Answer) => Some(Ended(Ending::Completed)),
            (Pending | Assigned, Event::Fail(code)) => Some(Ended(Ending::Failed(code))),
            (Pending | Assigned, Event::Cancel) => Some(Ended(Ending::Cancelled)),
            (Ended(Ending::Failed(_) | Ending::Cancelled), Event::Revive) => Some(Pending),
            (Pending, Event::GiveBack | Event::Refuse | Event::Fault | Event::Silence | Event::Revive)
            | (Assigned, Event::Grant | Event::Revive)
            | (Ended(_), _) => None,
        }
    }
}
