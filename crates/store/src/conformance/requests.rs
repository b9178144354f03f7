//! Keys that are looked up one by one, and forgotten when their task ended long ago.

use d8_core::change::{Change, Ending};
use d8_core::id::TaskId;
use d8_core::time::Timestamp;

use super::{Case, Open, commit};
use crate::record::Batch;
use crate::sample::{GROUP, changes, second, served, submitted};

pub(super) const CASES: &[Case] = &[requests, old_requests, requests_given_anew];

/// A request finds its task by its key, open and ended.
fn requests(open: Open<'_>) {
    let mut store = open();
    let known = Batch {
        requests: vec![(u128::MAX, TaskId(1)), (0, TaskId(2))],
        ..submitted(1..=3)
    };
    commit(&mut *store, [known, served(1)]);
    drop(store);
    let reader = open().reader().unwrap();
    let found = |key| {
        let keyed = reader.task_by_request(key).unwrap()?;
        assert_eq!(keyed.key, key);
        Some((keyed.task.0, keyed.ended))
    };
    assert_eq!(found(u128::MAX), Some((1, Some((Ending::Completed, second(2))))));
    assert_eq!(found(0), Some((2, None)));
    assert_eq!(found(7), None);
    assert_eq!(
        reader.tasks_by_keys(GROUP).unwrap().len(),
        3,
        "the other keys are apart"
    );
}

/// Requests are old when their task ended long ago, not when they came long ago.
fn old_requests(open: Open<'_>) {
    let mut store = open();
    let known = |ids: std::ops::RangeInclusive<u64>| Batch {
        requests: ids.clone().map(|id| (u128::from(100 - id), TaskId(id))).collect(),
        ..submitted(ids)
    };
    let late = Change::Finished {
        task: TaskId(2),
        group: GROUP,
        ending: Ending::Cancelled,
        at: second(900),
    };
    commit(
        &mut *store,
        [
            known(1..=3),
            known(10..=11),
            known(50..=50),
            served(1),
            changes(900, [late]),
            served(11),
            served(10),
        ],
    );
    let reader = store.reader().unwrap();
    let old = |before, limit| reader.old_requests(before, limit).unwrap();
    // Tasks 1, 10 and 11 ended in seconds 2, 11 and 12, task 2 in second 900; 3 and 50 are open.
    assert!(old(second(2), 9).is_empty());
    assert_eq!(old(second(12), 9), [99, 90]);
    assert_eq!(old(second(800), 9), [99, 90, 89]);
    assert_eq!(old(second(800), 2).len(), 2);
    assert_eq!(old(Timestamp::MAX, 9).len(), 4);
    commit(
        &mut *store,
        [Batch {
            forget_requests: old(second(12), 9),
            ..Batch::default()
        }],
    );
    assert_eq!(reader.task_by_request(99).unwrap(), None);
    assert_eq!(old(second(800), 9), [89]);
    assert_eq!(
        reader.task_by_request(97).unwrap().map(|keyed| keyed.task),
        Some(TaskId(3))
    );
}

/// A key stands for the task it was last given to.
fn requests_given_anew(open: Open<'_>) {
    let given = |id: u64, key| Batch {
        requests: vec![(key, TaskId(id))],
        ..submitted(id..=id)
    };
    let mut store = open();
    commit(&mut *store, [given(1, 5), given(2, 6), served(1)]);
    let at_once = Batch {
        forget_requests: vec![5],
        ..given(3, 5)
    };
    commit(&mut *store, [at_once, given(4, 6)]);
    let reader = store.reader().unwrap();
    let task = |key| reader.task_by_request(key).unwrap().map(|keyed| keyed.task.0);
    assert_eq!((task(5), task(6)), (Some(3), Some(4)));
}
