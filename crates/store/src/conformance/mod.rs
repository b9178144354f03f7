//! The suite that every store passes. A store's own test calls [`run`].

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a suite ends at the first thing that is wrong"
)]

mod ledger;
mod lookups;
mod requests;
mod safety;
mod server;
mod tasks;

use d8_core::change::TaskRow;
use d8_core::time::Timestamp;

use crate::record::{Batch, GroupCounts, Loaded, PastSpend, Which};
use crate::sample::GROUP;
use crate::store::Store;

/// Opens the store of one case, again and again: each time as if the process had just started.
type Open<'a> = &'a dyn Fn() -> Box<dyn Store>;
type Case = fn(Open<'_>);

/// Runs every case, each in a new place, which may be opened many times, also twice at once. Panics where the store
/// is wrong.
pub fn run<P, S: Store + 'static>(new_place: impl Fn() -> P, open: impl Fn(&P) -> S) {
    for case in [
        tasks::CASES,
        ledger::CASES,
        lookups::CASES,
        requests::CASES,
        server::CASES,
        safety::CASES,
    ]
    .concat()
    {
        let place = new_place();
        case(&|| Box::new(open(&place)));
    }
}

fn load(store: &dyn Store, which: Which<'_>) -> (Vec<TaskRow>, Loaded) {
    let mut tasks = Vec::new();
    let loaded = store.load(which, &mut |task| tasks.push(task)).unwrap();
    (tasks, loaded)
}

fn open_ids(store: &dyn Store) -> Vec<u64> {
    load(store, Which::All).0.iter().map(|task| task.id.0).collect()
}

fn commit(store: &mut dyn Store, batches: impl IntoIterator<Item = Batch>) {
    for batch in batches {
        store.commit(&batch).unwrap();
    }
}

fn spends_since(store: &dyn Store, cutoff: Timestamp) -> Vec<PastSpend> {
    let mut all = Vec::new();
    store.spends_since(cutoff, &mut |spend| all.push(spend)).unwrap();
    all
}

fn counts(store: &dyn Store) -> GroupCounts {
    store.reader().unwrap().group_counts(GROUP).unwrap().unwrap()
}
