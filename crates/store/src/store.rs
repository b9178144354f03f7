//! The two ways to the memory: one that writes, and any number that look things up meanwhile.

use d8_core::change::TaskRow;
use d8_core::id::{GroupId, TaskId};
use d8_core::time::Timestamp;

use crate::error::StoreError;
use crate::names::Names;
use crate::record::{
    AttemptRow, Batch, Filter, GroupCounts, KeyedTask, LeaseRow, Loaded, Order, PastSpend, Payload, ResultRow,
    StoredTask, Which,
};

/// The one that writes. There is one at a time; opening another deposes it.
///
/// Every call may fail with any [`StoreError`]. After a failed [`commit`](Self::commit) or [`tidy`](Self::tidy) all
/// further ones fail with [`StoreError::Poisoned`]: what became of the batch is known only after opening again.
pub trait Store {
    /// Every name that was ever committed.
    fn names(&self) -> Result<Names, StoreError>;

    /// Gives each open task, in the order of ids, and returns the rest of what the engine is rebuilt from.
    fn load(&self, which: Which<'_>, each: &mut dyn FnMut(TaskRow)) -> Result<Loaded, StoreError>;

    /// Gives every attempt that ended at `cutoff` or later, in the order in which the ends were committed, then every
    /// open one. A few that ended before `cutoff` may be among them.
    fn spends_since(&self, cutoff: Timestamp, each: &mut dyn FnMut(PastSpend)) -> Result<(), StoreError>;

    /// Makes a batch durable, all of it or nothing. Nothing that follows from the batch may leave the process before
    /// this has returned `Ok`. An empty batch writes nothing.
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// Housekeeping, to be called after a batch's outputs have left. Mostly it has nothing to do.
    fn tidy(&mut self) -> Result<(), StoreError>;

    /// A reader of this store, for another thread.
    fn reader(&self) -> Result<Box<dyn Reader>, StoreError>;
}

/// Looks things up while the writer commits. Each call sees one committed state.
pub trait Reader: Send {
    /// A task, open or ended.
    fn task(&self, task: TaskId) -> Result<Option<StoredTask>, StoreError>;

    /// Up to `limit` tasks that match, `after` that id in the given order.
    fn tasks(
        &self,
        filter: &Filter,
        order: Order,
        after: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<StoredTask>, StoreError>;

    /// A task's attempts that have ended, in the order of their ends.
    fn attempts(&self, task: TaskId) -> Result<Vec<AttemptRow>, StoreError>;

    /// A task's attempt that is under way.
    fn lease(&self, task: TaskId) -> Result<Option<LeaseRow>, StoreError>;

    /// A task's request.
    fn payload(&self, task: TaskId) -> Result<Option<Payload>, StoreError>;

    /// What the client wants to find beside the answer ([`Payload::custom`]), without reading the request.
    fn custom(&self, task: TaskId) -> Result<Option<String>, StoreError>;

    /// An ended task's answer or error text.
    fn result(&self, task: TaskId) -> Result<Option<ResultRow>, StoreError>;

    /// The keys of a group, in the order of tasks.
    fn tasks_by_keys(&self, group: GroupId) -> Result<Vec<KeyedTask>, StoreError>;

    /// The task that [`Batch::requests`] names by this key.
    fn task_by_request(&self, key: u128) -> Result<Option<KeyedTask>, StoreError>;

    /// Up to `limit` keys of [`Batch::requests`] whose task ended before that, the oldest first.
    fn old_requests(&self, before: Timestamp, limit: u32) -> Result<Vec<u128>, StoreError>;

    /// A group's counts; `None` where it never had a task nor was sealed.
    fn group_counts(&self, group: GroupId) -> Result<Option<GroupCounts>, StoreError>;

    /// The counts of all groups together.
    fn totals(&self) -> Result<GroupCounts, StoreError>;
}
