//! What D8 was told and has acknowledged, kept on disk. It never decides: no retry, no default, no clock (`now` is an
//! argument), no second try after a failure. Calls block; whoever needs them not to gives the store a thread.
//!
//! In reading order: [`Batch`] and the rows around it say what is kept; [`Store`] and [`Reader`] are the two ways to it;
//! [`SqliteStore`] is the one on a file; [`Names`] turns strings into the small integers that everything else uses;
//! [`Hold`] makes sure that one process at a time has the store.
//!
//! Three promises, each with a test:
//! - What [`Store::commit`] returned `Ok` for is there after a crash, whole; what it did not is there whole or not at all.
//! - After a failed commit nothing more is done on that handle: open the store again and see what is true.
//! - A store that somebody else has taken over, or that a newer D8 wrote, is refused, not changed.

#[cfg(feature = "testing")]
pub mod conformance;
mod error;
mod hold;
mod names;
mod record;
#[cfg(feature = "testing")]
pub mod sample;
mod sqlite;
mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use error::StoreError;
pub use hold::{Hold, HoldError, Owner};
pub use names::{Endpoint, FreshName, NameKind, Named, Names, TargetName};
pub use record::{
    AgentRow, AttemptRow, Batch, Filter, GroupCounts, Key, KeyedTask, Learnt, LeaseRow, Loaded, Order, ParkRow,
    PastSpend, Payload, ResultRow, StoredTask, TaskState, TaskStatus, Which,
};
pub use sqlite::{Location, Schema, SqliteReader, SqliteStore};
pub use store::{Reader, Store};
