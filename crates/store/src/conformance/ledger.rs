//! What the engine must know of the past beside its tasks: spending, parks, learnt limits, names.

use d8_core::change::{AttemptOutcome, Change, ParkReason, Parked};
use d8_core::id::{AccountId, AttemptNo, ClientId, GroupId, LimitId, TargetId, TaskId};
use d8_core::limit::{Evidence, Learnt};
use d8_core::money::Picodollars;
use d8_core::time::Timestamp;
use d8_core::usage::Spend;

use super::{Case, Open, commit, load, spends_since};
use crate::names::{Names, TargetName};
use crate::record::{Batch, PastSpend, Which};
use crate::sample::{changes, ended, granted, second, spend, submitted};

pub(super) const CASES: &[Case] = &[spends, spends_alone, late_report, amounts, parks, names];

/// The ledger gets all that ended since the cutoff.
fn spends(open: Open<'_>) {
    // The ends come out of order: 11, 31, 21, 41. A cutoff of 25 must still find the 31 that was stored before the 21.
    let mut store = open();
    let order = [10, 30, 20, 40];
    let ends = order.map(|id| ended(id, 1, AttemptOutcome::Answered));
    commit(&mut *store, [changes(50, ends), changes(51, [granted(60, 1)])]);
    drop(store);
    let store = open();
    let since = |cutoff| -> Vec<u64> {
        let all = spends_since(&*store, second(cutoff)).into_iter();
        all.map(|spend| match spend {
            PastSpend::Ended(attempt) => attempt.task.0,
            PastSpend::Open(lease) => lease.task.0,
        })
        .collect()
    };
    assert_eq!(
        since(0),
        [10, 30, 20, 40, 60],
        "in the order of their ends, open ones last"
    );
    assert_eq!(since(25), [30, 20, 40, 60]);
    assert_eq!(since(35), [40, 60]);
    assert_eq!(since(100), [60], "a lease is spent however old it is");
    let Some(PastSpend::Ended(first)) = spends_since(&*store, second(0)).first().copied() else {
        panic!("no end")
    };
    assert_eq!((first.target, first.spent), (TargetId(1), spend(250)));
    assert_eq!((first.granted_at, first.ended_at), (second(10), second(11)));
}

/// Spending of tasks that are not stored is kept.
fn spends_alone(open: Open<'_>) {
    let mut store = open();
    commit(
        &mut *store,
        [changes(1, [granted(7, 1), ended(8, 1, AttemptOutcome::Answered)])],
    );
    drop(store);
    let store = open();
    assert_eq!(spends_since(&*store, second(0)).len(), 2);
    let loaded = load(&*store, Which::All).1;
    assert_eq!(loaded.leases.len(), 1);
    assert_eq!(loaded.next_task, TaskId(9), "an id that has spent is not given again");
}

/// A late report corrects and adds nothing.
fn late_report(open: Open<'_>) {
    let late = Change::LateReport {
        task: TaskId(1),
        attempt: AttemptNo(1),
        outcome: AttemptOutcome::Answered,
        spent: spend(199),
    };
    let mut store = open();
    commit(
        &mut *store,
        [
            submitted(1..=1),
            changes(2, [granted(1, 1), ended(1, 1, AttemptOutcome::Silent)]),
        ],
    );
    commit(&mut *store, [changes(3, [late])]);
    let attempts = store.reader().unwrap().attempts(TaskId(1)).unwrap();
    assert_eq!(attempts.len(), 1);
    assert_eq!(
        (attempts[0].outcome, attempts[0].spent),
        (AttemptOutcome::Answered, spend(199))
    );
}

/// Amounts beyond every store are held as the largest.
fn amounts(open: Open<'_>) {
    let endless = Spend {
        requests: u32::MAX,
        input_tokens: u64::MAX,
        output_tokens: 1 << 40,
        cost: Picodollars(u64::MAX),
    };
    let mut end = ended(1, 1, AttemptOutcome::Answered);
    if let Change::AttemptEnded { spent, .. } = &mut end {
        *spent = endless;
    }
    let mut store = open();
    commit(&mut *store, [changes(1, [end])]);
    let largest = u64::MAX / 2;
    let expected = Spend {
        input_tokens: largest,
        cost: Picodollars(largest),
        ..endless
    };
    assert_eq!(store.reader().unwrap().attempts(TaskId(1)).unwrap()[0].spent, expected);
}

/// Parks and learnt limits are the latest ones.
fn parks(open: Open<'_>) {
    let park = |what, until, why| Change::ParkedUntil { what, until, why };
    let account = Parked::Account(AccountId(1));
    let learn = |id, amount, at| Change::Learnt {
        limit: LimitId(id),
        learnt: Learnt {
            amount,
            per: Some(std::time::Duration::from_millis(2_500)),
            at: second(at),
            evidence: Evidence::Counted,
        },
    };
    let mut store = open();
    let first = [
        park(account, second(9), ParkReason::Overloaded),
        park(Parked::Target(TargetId(1)), second(9), ParkReason::ModelUnavailable),
        learn(3, 30, 1),
        learn(4, 7, 1),
    ];
    let then = [
        park(account, Timestamp::MAX, ParkReason::BadKey),
        Change::Unparked(Parked::Target(TargetId(1))),
        Change::Unparked(Parked::Limit(LimitId(1))),
        learn(3, 15, 2),
        Change::Forgotten(LimitId(4)),
    ];
    commit(&mut *store, [changes(1, first), changes(2, then)]);
    drop(store);
    let loaded = load(&*open(), Which::All).1;
    assert_eq!(loaded.parks.len(), 1);
    let park = loaded.parks[0];
    assert_eq!(
        (park.what, park.until, park.why),
        (account, Timestamp::MAX, ParkReason::BadKey)
    );
    assert_eq!(loaded.learnt.len(), 1);
    let kept = Learnt {
        amount: 15,
        per: Some(std::time::Duration::from_millis(2_500)),
        at: second(2),
        evidence: Evidence::Counted,
    };
    assert_eq!(loaded.learnt[0].learnt, kept);
}

/// Names keep their integers.
fn names(open: Open<'_>) {
    let target = TargetName {
        account: "groq".into(),
        provider: "groq".into(),
        model: "llama".into(),
        quota_key: "fingerprint-1".into(),
    };
    let mut store = open();
    let mut names = store.names().unwrap();
    let books: GroupId = names.intern("books");
    let llama = names.intern_target(&target);
    store
        .commit(&Batch {
            names: names.take_fresh(),
            ..Batch::default()
        })
        .unwrap();
    names.intern::<GroupId>("never committed");
    drop(store);
    let mut known: Names = open().names().unwrap();
    assert_eq!(known.find::<GroupId>("books"), Some(books));
    assert_eq!(known.find::<GroupId>("never committed"), None);
    assert_eq!(known.target(llama), Some(&target));
    assert_ne!(known.intern::<ClientId>("books").0, books.0);
    assert_ne!(
        known.intern_target(&TargetName {
            model: "qwen".into(),
            ..target
        }),
        llama
    );
}
