//! What a server remembers besides: demands, priorities, pauses, allowances, clients to be told.

use d8_core::change::{Change, Demand, Ending, FailureCode, Pausable, TaskRow};
use d8_core::id::{AccountId, AttemptNo, KindId, RouteId, TargetId, TaskId};
use d8_core::usage::Spend;

use super::{Case, Open, commit, counts, load};
use crate::record::{AgentRow, Batch, Filter, Order, TaskState, Which};
use crate::sample::{changes, finished, granted, passing, payload, result, row, second, served, spend, submitted};
use crate::store::Store;

pub(super) const CASES: &[Case] = &[
    demands,
    kinds,
    priorities,
    pauses,
    allowances,
    callbacks,
    callbacks_of_revived_tasks,
    agents,
    passing_at_once,
    beside_a_task,
];

/// What a task demands stays with it, open and ended.
fn demands(open: Open<'_>) {
    let rows: Vec<TaskRow> = (0..16)
        .map(|bits| TaskRow {
            demand: Demand {
                kind: KindId(bits),
                rare: bits & 1 != 0,
                plain: bits & 2 != 0,
            },
            interactive: bits & 4 != 0,
            durable: bits & 8 != 0,
            ..row(u64::from(bits) + 1)
        })
        .collect();
    let mut store = open();
    commit(&mut *store, [changes(1, rows.iter().copied().map(Change::Added))]);
    drop(store);
    let mut store = open();
    assert_eq!(load(&*store, Which::All).0, rows);
    let ends = rows.iter().map(|row| finished(row.id.0, Ending::Cancelled));
    commit(&mut *store, [changes(2, ends)]);
    let listed = store
        .reader()
        .unwrap()
        .tasks(&Filter::default(), Order::OldestFirst, None, 99);
    assert_eq!(listed.unwrap().iter().map(|task| task.row).collect::<Vec<_>>(), rows);
    commit(&mut *store, [changes(3, [Change::Revived(rows[5])])]);
    assert_eq!(load(&*store, Which::All).0, [rows[5]]);
}

/// The types of tasks have names.
fn kinds(open: Open<'_>) {
    let mut store = open();
    let mut names = store.names().unwrap();
    let kind: KindId = names.intern("agent_action");
    commit(
        &mut *store,
        [Batch {
            names: names.take_fresh(),
            ..Batch::default()
        }],
    );
    drop(store);
    let names = open().names().unwrap();
    assert_eq!(names.name(kind), Some("agent_action"));
    assert_eq!(names.find::<RouteId>("agent_action"), None);
}

/// A new priority holds after a restart, and an ended task has none.
fn priorities(open: Open<'_>) {
    let to = |task, priority| Change::Reprioritised {
        task: TaskId(task),
        priority,
    };
    let mut store = open();
    commit(
        &mut *store,
        [submitted(1..=2), changes(3, [to(2, 9), to(1, 10), to(2, 7)]), served(1)],
    );
    drop(store);
    let mut store = open();
    assert_eq!(load(&*store, Which::All).0, [TaskRow { priority: 7, ..row(2) }]);
    let ended = store.reader().unwrap().task(TaskId(1)).unwrap().unwrap();
    assert_eq!(ended.row.priority, 10);
    assert!(store.commit(&changes(4, [to(1, 1)])).is_err());
}

/// What somebody holds back stays held back until it is let go.
fn pauses(open: Open<'_>) {
    let account = Pausable::Account(AccountId(4));
    let route = Pausable::Route(RouteId(4));
    let mut store = open();
    commit(
        &mut *store,
        [
            changes(
                1,
                [Change::Paused(account), Change::Paused(route), Change::Paused(route)],
            ),
            changes(
                2,
                [
                    Change::Resumed(account),
                    Change::Resumed(Pausable::Account(AccountId(9))),
                ],
            ),
        ],
    );
    drop(store);
    let mut store = open();
    assert_eq!(load(&*store, Which::All).1.pauses, [route]);
    assert_eq!(load(&*store, Which::Groups(&[])).1.pauses, [route]);
    commit(
        &mut *store,
        [changes(3, [Change::Resumed(route), Change::Paused(account)])],
    );
    assert_eq!(load(&*store, Which::All).1.pauses, [account]);
}

/// The latest allowance of each target holds, and nothing takes it back.
fn allowances(open: Open<'_>) {
    let allow = |allowances: &[(u32, Spend)]| Batch {
        allowances: allowances
            .iter()
            .map(|(target, spend)| (TargetId(*target), *spend))
            .collect(),
        ..Batch::default()
    };
    let mut store = open();
    commit(
        &mut *store,
        [
            allow(&[(1, spend(5_000)), (2, spend(100)), (3, spend(7))]),
            allow(&[(2, spend(900)), (3, Spend::NONE), (4, Spend::NONE)]),
        ],
    );
    drop(store);
    let store = open();
    let expected = [(TargetId(1), spend(5_000)), (TargetId(2), spend(900))];
    assert_eq!(load(&*store, Which::All).1.allowances, expected);
    assert_eq!(load(&*store, Which::Groups(&[])).1.allowances, expected);
}

fn to_be_told(store: &dyn Store) -> Vec<u64> {
    let loaded = load(store, Which::All).1;
    loaded.callbacks.iter().map(|task| task.0).collect()
}

/// A client is to be told until it has been.
fn callbacks(open: Open<'_>) {
    let with_callback = |id| Batch {
        callbacks: vec![TaskId(id)],
        ..served(id)
    };
    let told = |ids: &[u64]| Batch {
        told: ids.iter().copied().map(TaskId).collect(),
        ..Batch::default()
    };
    let mut store = open();
    commit(
        &mut *store,
        [submitted(1..=3), with_callback(3), with_callback(1), with_callback(2)],
    );
    drop(store);
    let mut store = open();
    assert_eq!(to_be_told(&*store), [1, 2, 3]);
    commit(&mut *store, [told(&[1, 3, 99])]);
    drop(store);
    assert_eq!(to_be_told(&*open()), [2]);
}

/// An end that is no more is not told; the one after it is.
fn callbacks_of_revived_tasks(open: Open<'_>) {
    let failed = finished(1, Ending::Failed(FailureCode::ProviderError));
    let with_callback = |batch: Batch| Batch {
        callbacks: vec![TaskId(1)],
        ..batch
    };
    let revived = || Change::Revived(row(1));
    let mut store = open();
    commit(
        &mut *store,
        [submitted(1..=1), with_callback(changes(2, [failed.clone()]))],
    );
    commit(&mut *store, [changes(3, [revived()])]);
    assert!(to_be_told(&*store).is_empty(), "it is open again");
    commit(&mut *store, [with_callback(changes(4, [failed.clone(), revived()]))]);
    assert!(to_be_told(&*store).is_empty(), "it was open again at once");
    let told = Batch {
        told: vec![TaskId(1)],
        ..changes(5, [failed.clone(), revived(), failed])
    };
    commit(&mut *store, [with_callback(told)]);
    assert_eq!(to_be_told(&*store), [1], "who was told was told of an earlier end");
}

/// How agents stand is kept beside the task that moved them on, and so is what is to be delivered, until it is.
fn agents(open: Open<'_>) {
    let agent = |name: &str, last: u64, number| AgentRow {
        name: name.to_owned(),
        last: (last > 0).then(|| second(last)),
        number,
        paused: number == 0,
        delivered: number.saturating_sub(1),
        skipped: number * 3,
    };
    let mut store = open();
    let first = Batch {
        agents: vec![agent("b", 1, 1), agent("a", 0, 0)],
        outputs: vec![(TaskId(1), "first".to_owned())],
        ..submitted(1..=1)
    };
    let second = Batch {
        agents: vec![agent("b", 2, 2)],
        outputs: vec![(TaskId(2), "second".to_owned())],
        ..submitted(2..=2)
    };
    commit(&mut *store, [first, second]);
    drop(store);
    let mut store = open();
    let loaded = load(&*store, Which::Groups(&[])).1;
    assert_eq!(loaded.agents, [agent("a", 0, 0), agent("b", 2, 2)]);
    assert_eq!(
        loaded.outputs,
        [(TaskId(1), "first".to_owned()), (TaskId(2), "second".to_owned())]
    );
    let delivered = Batch {
        delivered: vec![TaskId(1), TaskId(99)],
        ..Batch::default()
    };
    commit(&mut *store, [delivered]);
    drop(store);
    assert_eq!(load(&*open(), Which::All).1.outputs, [(TaskId(2), "second".to_owned())]);
}

/// A task that lives within one batch is history, with its spending and without texts, as if it had come step by step.
fn passing_at_once(open: Open<'_>) {
    let mut store = open();
    let steps = passing(1).changes;
    commit(&mut *store, steps.into_iter().map(|change| changes(1, [change])));
    commit(&mut *store, [passing(2), submitted(3..=3)]);
    drop(store);
    let store = open();
    let reader = store.reader().unwrap();
    for id in [1, 2] {
        let task = reader.task(TaskId(id)).unwrap().unwrap();
        assert_eq!(task.state, TaskState::Ended(Ending::Completed, second(id + 1)));
        let expected = TaskRow {
            interactive: true,
            durable: false,
            callback: false,
            attempt: AttemptNo(1),
            ..row(id)
        };
        assert_eq!(task.row, expected);
        let attempts = reader.attempts(TaskId(id)).unwrap();
        assert_eq!(
            attempts.iter().map(|attempt| attempt.spent).collect::<Vec<_>>(),
            [spend(250)]
        );
        assert_eq!(reader.lease(TaskId(id)).unwrap(), None);
        assert_eq!(reader.payload(TaskId(id)).unwrap(), None);
        assert_eq!(reader.result(TaskId(id)).unwrap(), None);
    }
    let (tasks, loaded) = load(&*store, Which::All);
    assert_eq!(
        (tasks, loaded.leases, loaded.next_task),
        (vec![row(3)], vec![], TaskId(4))
    );
    assert_eq!((counts(&*store).total, counts(&*store).completed), (3, 2));
}

/// What is beside a task can be read by itself.
fn beside_a_task(open: Open<'_>) {
    let mut bare = payload(3);
    bare.1.custom = None;
    let mut store = open();
    let third = Batch {
        payloads: vec![bare],
        results: vec![result(3)],
        ..changes(3, [Change::Added(row(3))])
    };
    commit(&mut *store, [submitted(1..=2), third, changes(4, [granted(2, 7)])]);
    let reader = store.reader().unwrap();
    assert_eq!(reader.custom(TaskId(1)).unwrap().as_deref(), Some("line-1"));
    assert_eq!(reader.custom(TaskId(3)).unwrap(), None);
    assert_eq!(reader.custom(TaskId(9)).unwrap(), None);
    assert_eq!(reader.lease(TaskId(1)).unwrap(), None);
    let lease = reader.lease(TaskId(2)).unwrap().unwrap();
    assert_eq!(
        (lease.attempt.0, lease.reserved, lease.send_by),
        (7, spend(300), second(7))
    );
}
