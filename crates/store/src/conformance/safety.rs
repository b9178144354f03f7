//! What the three promises mean: whole batches, dead handles, one leader.

use d8_core::change::{Change, Ending};
use d8_core::id::TaskId;

use super::{Case, Open, commit, load, open_ids};
use crate::error::StoreError;
use crate::record::{Batch, Which};
use crate::sample::{GROUP, changes, finished, granted, payload, row, second, served, story, submitted};
use crate::testing::print;

pub(super) const CASES: &[Case] = &[empty, restart, whole, poisoned, deposed, readers];

/// An empty store is the start of everything.
fn empty(open: Open<'_>) {
    let mut store = open();
    let (tasks, loaded) = load(&*store, Which::All);
    assert_eq!((tasks, loaded.next_task), (vec![], TaskId(1)));
    assert_eq!(store.reader().unwrap().group_counts(GROUP).unwrap(), None);
    assert_eq!(store.reader().unwrap().task(TaskId(1)).unwrap(), None);
    store
        .commit(&Batch {
            now: second(9),
            ..Batch::default()
        })
        .unwrap();
    assert_eq!(
        load(&*store, Which::All).1.newest,
        loaded.newest,
        "an empty batch writes nothing"
    );
}

/// A restart changes nothing that is known.
fn restart(open: Open<'_>) {
    let mut store = open();
    commit(&mut *store, story());
    let before = print(&*store).unwrap();
    drop(store);
    assert_eq!(print(&*open()).unwrap(), before);
}

/// A batch is there whole or not at all.
fn whole(open: Open<'_>) {
    let mut store = open();
    commit(&mut *store, [submitted(1..=2)]);
    let before = print(&*store).unwrap();
    let mut last_is_wrong = submitted(3..=4);
    last_is_wrong.changes.extend([
        granted(1, 1),
        finished(2, Ending::Completed),
        finished(99, Ending::Completed),
    ]);
    let failure = store.commit(&last_is_wrong).unwrap_err();
    assert!(matches!(failure, StoreError::Contradiction { .. }), "{failure}");
    drop(store);
    assert_eq!(print(&*open()).unwrap(), before);
}

/// A failed commit ends the handle.
fn poisoned(open: Open<'_>) {
    let mut store = open();
    commit(&mut *store, [submitted(1..=1)]);
    let unknown = Change::Revived(row(5));
    assert!(store.commit(&changes(2, [unknown])).is_err());
    for failure in [
        store.commit(&served(1)).err(),
        store.tidy().err(),
        store.names().err(),
        store.load(Which::All, &mut |_| {}).err(),
        store.reader().err(),
    ] {
        assert!(matches!(failure, Some(StoreError::Poisoned { .. })), "{failure:?}");
    }
    drop(store);
    assert_eq!(open_ids(&*open()), [1]);
}

/// Who opens a store later has it.
fn deposed(open: Open<'_>) {
    let mut former = open();
    commit(&mut *former, [submitted(1..=1)]);
    let mut leader = open();
    let refused = former.commit(&served(1)).unwrap_err();
    assert!(matches!(refused, StoreError::Deposed { .. }), "{refused}");
    commit(&mut *leader, [submitted(2..=2)]);
    assert_eq!(open_ids(&*leader), [1, 2]);
}

/// A reader on another thread sees what is committed.
fn readers(open: Open<'_>) {
    let mut store = open();
    let reader = store.reader().unwrap();
    let reading = std::thread::spawn(move || {
        while reader.task(TaskId(50)).unwrap().is_none() {
            let seen = reader.totals().unwrap();
            assert_eq!(seen.total % 5, 0, "part of a batch was seen");
        }
        reader.payload(TaskId(50)).unwrap()
    });
    for first in (1..=50).step_by(5) {
        commit(&mut *store, [submitted(first..=first + 4)]);
        store.tidy().unwrap();
    }
    assert_eq!(reading.join().unwrap(), Some(payload(50).1));
}
