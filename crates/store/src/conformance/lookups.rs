//! Keys, counts and listings.

use d8_core::change::{Change, Ending, FailureCode, TaskRow};
use d8_core::id::{ClientId, GroupId, RouteId, TaskId};
use d8_core::time::Timestamp;

use super::{Case, Open, commit, counts};
use crate::record::{Batch, Filter, Order, TaskStatus};
use crate::sample::{GROUP, changes, finished, granted, key, row, second, served, submitted};

pub(super) const CASES: &[Case] = &[keys, seals, listings];

/// Keys find their tasks after the end too.
fn keys(open: Open<'_>) {
    let mut store = open();
    let failed = Ending::Failed(FailureCode::AttemptsExhausted);
    commit(
        &mut *store,
        [submitted(1..=3), served(1), changes(4, [finished(3, failed)])],
    );
    drop(store);
    let reader = open().reader().unwrap();
    let keyed = reader.tasks_by_keys(GROUP).unwrap();
    let expected = [(1, Some(Ending::Completed)), (2, None), (3, Some(failed))];
    let found: Vec<_> = keyed
        .iter()
        .map(|keyed| (keyed.task.0, keyed.ended.map(|(ending, _)| ending)))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(
        keyed.iter().map(|keyed| keyed.key).collect::<Vec<_>>(),
        [key(1).key, key(2).key, key(3).key]
    );
    assert!(reader.tasks_by_keys(GroupId(77)).unwrap().is_empty());
}

/// Seals and totals.
fn seals(open: Open<'_>) {
    let mut store = open();
    let other = changes(
        5,
        [Change::Added(TaskRow {
            group: GroupId(9),
            ..row(9)
        })],
    );
    commit(&mut *store, [submitted(1..=2), other]);
    commit(
        &mut *store,
        [
            Batch {
                seals: vec![GROUP, GroupId(10)],
                now: second(6),
                ..Batch::default()
            },
            served(1),
        ],
    );
    let reader = store.reader().unwrap();
    assert!(counts(&*store).sealed);
    let sealed = |group| {
        reader
            .group_counts(GroupId(group))
            .unwrap()
            .map(|counts| (counts.sealed, counts.total))
    };
    assert_eq!(sealed(9), Some((false, 1)));
    assert_eq!(sealed(10), Some((true, 0)), "an empty group can be sealed");
    let totals = reader.totals().unwrap();
    assert_eq!((totals.total, totals.completed, totals.created_at), (3, 1, second(1)));
}

/// Listings filter and page in both orders.
fn listings(open: Open<'_>) {
    let mut store = open();
    let other = TaskRow {
        client: ClientId(8),
        route: RouteId(9),
        group: GroupId(5),
        ..row(6)
    };
    commit(
        &mut *store,
        [submitted(1..=5), changes(6, [Change::Added(other), granted(2, 1)])],
    );
    let failed = finished(3, Ending::Failed(FailureCode::ProviderError));
    commit(
        &mut *store,
        [served(1), changes(7, [failed, finished(5, Ending::Cancelled)])],
    );
    let reader = store.reader().unwrap();
    let list = |filter: Filter, order, after: Option<u64>, limit| -> Vec<u64> {
        let tasks = reader.tasks(&filter, order, after.map(TaskId), limit).unwrap();
        tasks.iter().map(|task| task.row.id.0).collect()
    };
    let all = Filter::default();
    assert_eq!(
        list(all, Order::OldestFirst, None, 100),
        [1, 2, 3, 4, 5, 6],
        "open and ended ones in one order"
    );
    assert_eq!(list(all, Order::OldestFirst, Some(2), 2), [3, 4]);
    assert_eq!(list(all, Order::NewestFirst, None, 2), [6, 5]);
    assert_eq!(list(all, Order::NewestFirst, Some(3), 9), [2, 1]);
    let with = |status| {
        list(
            Filter {
                status: Some(status),
                ..all
            },
            Order::OldestFirst,
            None,
            9,
        )
    };
    assert_eq!(with(TaskStatus::Pending), [4, 6]);
    assert_eq!(with(TaskStatus::Assigned), [2]);
    assert_eq!(with(TaskStatus::Completed), [1]);
    assert_eq!(with(TaskStatus::Failed), [3]);
    assert_eq!(with(TaskStatus::Cancelled), [5]);
    let of_code = |failure| {
        let failed = Filter {
            failure: Some(failure),
            ..all
        };
        list(failed, Order::OldestFirst, None, 9)
    };
    assert_eq!(of_code(FailureCode::ProviderError), [3]);
    assert!(of_code(FailureCode::AttemptsExhausted).is_empty());
    let before = |then| {
        let older = Filter {
            created_before: Some(then),
            ..all
        };
        list(older, Order::OldestFirst, None, 9)
    };
    assert!(before(row(1).created_at).is_empty(), "not those of that very moment");
    assert_eq!(before(Timestamp::MAX), [1, 2, 3, 4, 5, 6]);
    for filter in [
        Filter {
            client: Some(ClientId(8)),
            ..all
        },
        Filter {
            route: Some(RouteId(9)),
            ..all
        },
        Filter {
            group: Some(GroupId(5)),
            ..all
        },
    ] {
        assert_eq!(list(filter, Order::OldestFirst, None, 9), [6], "{filter:?}");
        let both = Filter {
            status: Some(TaskStatus::Completed),
            ..filter
        };
        assert!(list(both, Order::OldestFirst, None, 9).is_empty(), "{both:?}");
    }
}
