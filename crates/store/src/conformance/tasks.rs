//! Open tasks, their ends, and their second lives.

use d8_core::change::{AttemptOutcome, Change, Ending, FailureCode, TaskRow};
use d8_core::id::{AttemptNo, GroupId, TaskId};

use super::{Case, Open, commit, counts, load, open_ids};
use crate::record::{Batch, GroupCounts, TaskState, Which};
use crate::sample::{changes, ended, finished, granted, payload, result, row, second, served, spend, submitted};

pub(super) const CASES: &[Case] = &[
    open_tasks,
    groups_only,
    endings,
    revived,
    revived_at_once,
    revived_and_served_at_once,
    attempt_numbers,
];

/// Open tasks come back as they were.
fn open_tasks(open: Open<'_>) {
    let odd = TaskRow {
        priority: 10,
        deadline: second(50),
        not_before: second(40),
        max_attempts: u8::MAX,
        faults: 3,
        silences: 2,
        attempt: AttemptNo(u32::MAX),
        ..row(70_000)
    };
    let mut store = open();
    commit(&mut *store, [submitted(1..=3), changes(5, [Change::Added(odd)])]);
    let moved = Change::Requeued {
        task: TaskId(2),
        not_before: second(99),
        attempt: AttemptNo(1),
        faults: 1,
        silences: 1,
    };
    commit(&mut *store, [changes(4, [moved])]);
    drop(store);
    let (tasks, loaded) = load(&*open(), Which::All);
    let second_now = TaskRow {
        not_before: second(99),
        attempt: AttemptNo(1),
        faults: 1,
        silences: 1,
        ..row(2)
    };
    assert_eq!(tasks, [row(1), second_now, row(3), odd]);
    assert_eq!(loaded.next_task, TaskId(70_001));
    assert_eq!(loaded.newest, second(5), "the newest batch, not the latest");
    assert_eq!(open().reader().unwrap().payload(TaskId(3)).unwrap(), Some(payload(3).1));
}

/// Only the groups asked for are loaded.
fn groups_only(open: Open<'_>) {
    let elsewhere = |id| {
        Change::Added(TaskRow {
            group: GroupId(9),
            ..row(id)
        })
    };
    let mut store = open();
    commit(
        &mut *store,
        [
            submitted(1..=2),
            changes(3, [elsewhere(3), elsewhere(4), granted(2, 1), granted(4, 1)]),
        ],
    );
    let (tasks, loaded) = load(&*store, Which::Groups(&[GroupId(9)]));
    assert_eq!(tasks.iter().map(|task| task.id.0).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(loaded.leases.iter().map(|lease| lease.task.0).collect::<Vec<_>>(), [4]);
    assert_eq!(loaded.next_task, TaskId(5), "ids are given over all groups");
}

/// An end moves a task out of the open ones.
fn endings(open: Open<'_>) {
    let mut store = open();
    let out = [
        finished(2, Ending::Failed(FailureCode::TooLarge)),
        finished(3, Ending::Failed(FailureCode::DeadlineExceeded)),
        finished(4, Ending::Cancelled),
    ];
    commit(&mut *store, [submitted(1..=5), served(1), changes(6, out)]);
    drop(store);
    let store = open();
    let reader = store.reader().unwrap();
    assert_eq!(open_ids(&*store), [5]);
    let state = |id| reader.task(TaskId(id)).unwrap().unwrap().state;
    assert_eq!(state(1), TaskState::Ended(Ending::Completed, second(2)));
    assert_eq!(
        state(3),
        TaskState::Ended(Ending::Failed(FailureCode::DeadlineExceeded), second(4))
    );
    assert_eq!(state(4), TaskState::Ended(Ending::Cancelled, second(5)));
    assert_eq!(state(5), TaskState::Pending);
    assert_eq!(reader.result(TaskId(1)).unwrap(), Some(result(1).1));
    assert_eq!(reader.result(TaskId(5)).unwrap(), None);
    assert_eq!(
        reader.payload(TaskId(1)).unwrap(),
        Some(payload(1).1),
        "an ended task can be shown and sent again"
    );
    let expected = GroupCounts {
        created_at: second(1),
        sealed: false,
        total: 5,
        completed: 1,
        failed: 2,
        cancelled: 1,
    };
    assert_eq!(counts(&*store), expected);
}

/// A revived task is open and its result forgotten.
fn revived(open: Open<'_>) {
    let failed = Batch {
        results: vec![result(1)],
        ..changes(2, [finished(1, Ending::Failed(FailureCode::ProviderError))])
    };
    let mut store = open();
    commit(
        &mut *store,
        [
            submitted(1..=1),
            failed,
            changes(
                3,
                [Change::Revived(TaskRow {
                    not_before: second(3),
                    ..row(1)
                })],
            ),
        ],
    );
    drop(store);
    let mut store = open();
    assert_eq!(
        load(&*store, Which::All).0,
        [TaskRow {
            not_before: second(3),
            ..row(1)
        }]
    );
    let reader = store.reader().unwrap();
    assert_eq!(reader.result(TaskId(1)).unwrap(), None);
    assert_eq!((counts(&*store).total, counts(&*store).failed), (1, 0));
    commit(&mut *store, [served(1)]);
    assert_eq!(reader.result(TaskId(1)).unwrap(), Some(result(1).1));
    assert_eq!((counts(&*store).total, counts(&*store).completed), (1, 1));
}

/// A task cancelled and revived in one batch is open.
fn revived_at_once(open: Open<'_>) {
    let both = changes(2, [finished(1, Ending::Cancelled), Change::Revived(row(1))]);
    let mut store = open();
    commit(
        &mut *store,
        [
            submitted(1..=1),
            Batch {
                results: vec![result(1)],
                ..both
            },
        ],
    );
    assert_eq!(open_ids(&*store), [1]);
    assert_eq!(
        store.reader().unwrap().result(TaskId(1)).unwrap(),
        None,
        "that result is of an end that is no more"
    );
    assert_eq!((counts(&*store).total, counts(&*store).cancelled), (1, 0));
}

/// A task cancelled, revived and served in one batch has its last result.
fn revived_and_served_at_once(open: Open<'_>) {
    let mut store = open();
    let mut all = served(1);
    all.changes
        .splice(0..0, [finished(1, Ending::Cancelled), Change::Revived(row(1))]);
    commit(&mut *store, [submitted(1..=1), all]);
    assert_eq!(store.reader().unwrap().result(TaskId(1)).unwrap(), Some(result(1).1));
    let counts = counts(&*store);
    assert_eq!((counts.total, counts.completed, counts.cancelled), (1, 1, 0));
}

/// An attempt number is never given twice.
fn attempt_numbers(open: Open<'_>) {
    let mut store = open();
    commit(&mut *store, [submitted(1..=1), changes(2, [granted(1, 3)])]);
    drop(store);
    let mut store = open();
    let (tasks, loaded) = load(&*store, Which::All);
    assert_eq!(tasks[0].attempt, AttemptNo(3));
    assert_eq!(
        (loaded.leases[0].attempt, loaded.leases[0].reserved),
        (AttemptNo(3), spend(300))
    );
    assert_eq!(
        store.reader().unwrap().task(TaskId(1)).unwrap().unwrap().state,
        TaskState::Assigned
    );
    commit(
        &mut *store,
        [changes(
            3,
            [ended(1, 3, AttemptOutcome::Fault), finished(1, Ending::Cancelled)],
        )],
    );
    let ended = store.reader().unwrap().task(TaskId(1)).unwrap().unwrap();
    assert_eq!(
        ended.row.attempt,
        AttemptNo(3),
        "who revives it goes on counting from there"
    );
    assert!(load(&*store, Which::All).1.leases.is_empty());
}
