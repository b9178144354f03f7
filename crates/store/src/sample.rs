//! For tests: rows and batches to fill a store with, and a story in which every kind of change occurs.
//!
//! A task's number decides everything about it, and its time: task 7 lives in second 7 and the ones after.

use d8_core::change::{AttemptOutcome, Change, Demand, Ending, FailureCode, ParkReason, Parked, Pausable, TaskRow};
use d8_core::id::{AccountId, AttemptNo, ClientId, GroupId, LimitId, PrefixId, RouteId, TargetId, TaskId, WorkerId};
use d8_core::limit::{Evidence, Learnt};
use d8_core::money::Picodollars;
use d8_core::time::Timestamp;
use d8_core::usage::{Estimate, Spend};

use crate::names::{Endpoint, Names, TargetName};
use crate::record::{Batch, Key, Payload, ResultRow};

/// The group of all sample tasks: the first name of [`story`].
pub const GROUP: GroupId = GroupId(1);

/// A moment: so many seconds after the start of 2026.
pub fn second(number: u64) -> Timestamp {
    Timestamp::from_secs(1_767_225_600).offset(number as i64 * 1_000_000)
}

/// An open task.
pub fn row(id: u64) -> TaskRow {
    TaskRow {
        id: TaskId(id),
        group: GROUP,
        client: ClientId(2),
        route: RouteId(3),
        priority: 1 + (id % 10) as u8,
        created_at: second(id),
        not_before: second(id),
        deadline: if id.is_multiple_of(2) {
            Timestamp::MAX
        } else {
            second(id + 3_600)
        },
        max_attempts: 5,
        faults: 0,
        silences: 0,
        attempt: AttemptNo(0),
        estimate: Estimate {
            input_tokens: 300,
            input_tokens_least: 200,
            max_output_tokens: id.is_multiple_of(2).then_some(100),
        },
        demand: Demand::default(),
        interactive: false,
        durable: true,
        callback: false,
        prefix: Some(PrefixId(7)),
    }
}

/// What an attempt takes.
pub fn spend(tokens: u64) -> Spend {
    Spend {
        requests: 1,
        input_tokens: tokens,
        output_tokens: 20,
        cost: Picodollars(tokens * 50_000),
    }
}

/// The grant of an attempt, which reserves 300 tokens.
pub fn granted(id: u64, attempt: u32) -> Change {
    Change::Granted {
        task: TaskId(id),
        attempt: AttemptNo(attempt),
        target: TargetId(1),
        worker: WorkerId(4),
        at: second(id),
        send_by: second(id + 5),
        reserved: spend(300),
    }
}

/// The end of an attempt, which took 250 tokens.
pub fn ended(id: u64, attempt: u32, outcome: AttemptOutcome) -> Change {
    Change::AttemptEnded {
        task: TaskId(id),
        attempt: AttemptNo(attempt),
        target: TargetId(1),
        worker: WorkerId(4),
        granted_at: second(id),
        ended_at: second(id + 1),
        outcome,
        spent: spend(250),
    }
}

/// The end of a task.
pub fn finished(id: u64, ending: Ending) -> Change {
    Change::Finished {
        task: TaskId(id),
        group: GROUP,
        ending,
        at: second(id + 1),
    }
}

/// A task's request.
pub fn payload(id: u64) -> (TaskId, Payload) {
    let body = format!("{{\"prompt\": \"number {id}\"}}").into_bytes();
    (
        TaskId(id),
        Payload {
            endpoint: Endpoint(1),
            custom: Some(format!("line-{id}")),
            body,
        },
    )
}

/// A task's answer.
pub fn result(id: u64) -> (TaskId, ResultRow) {
    (
        TaskId(id),
        ResultRow {
            status: 200,
            body: format!("answer {id}").into_bytes(),
        },
    )
}

/// A task's identity.
pub fn key(id: u64) -> Key {
    Key {
        group: GROUP,
        key: u128::MAX - u128::from(id),
        task: TaskId(id),
    }
}

/// A task whose client does not want it kept beyond a crash, with its whole life at once and no texts.
pub fn passing(id: u64) -> Batch {
    let row = TaskRow {
        interactive: true,
        durable: false,
        callback: false,
        ..row(id)
    };
    let end = [ended(id, 1, AttemptOutcome::Answered), finished(id, Ending::Completed)];
    changes(id, [Change::Added(row), granted(id, 1)].into_iter().chain(end))
}

/// A batch of changes with nothing beside them.
pub fn changes(second_of_batch: u64, changes: impl IntoIterator<Item = Change>) -> Batch {
    Batch {
        now: second(second_of_batch),
        changes: changes.into_iter().collect(),
        ..Batch::default()
    }
}

/// Tasks that arrive, with requests and identities.
pub fn submitted(ids: std::ops::RangeInclusive<u64>) -> Batch {
    Batch {
        payloads: ids.clone().map(payload).collect(),
        keys: ids.clone().map(key).collect(),
        ..changes(*ids.start(), ids.map(|id| Change::Added(row(id))))
    }
}

/// A task that is served whole: granted, answered, finished.
pub fn served(id: u64) -> Batch {
    let end = [ended(id, 1, AttemptOutcome::Answered), finished(id, Ending::Completed)];
    Batch {
        results: vec![result(id)],
        ..changes(id + 1, [granted(id, 1)].into_iter().chain(end))
    }
}

/// Batches in which every kind of change occurs.
pub fn story() -> Vec<Batch> {
    let mut names = Names::default();
    names.intern::<GroupId>("books");
    let target = |model: &str| TargetName {
        account: "groq-main".into(),
        provider: "groq".into(),
        model: model.into(),
        quota_key: "fingerprint-1".into(),
    };
    names.intern_target(&target("llama"));
    let opening = Batch {
        names: names.take_fresh(),
        ..submitted(1..=3)
    };
    names.intern_target(&target("qwen"));
    let again = Change::Requeued {
        task: TaskId(2),
        not_before: second(30),
        attempt: AttemptNo(1),
        faults: 1,
        silences: 0,
    };
    let refused = Change::ParkedUntil {
        what: Parked::Limit(LimitId(5)),
        until: second(90),
        why: ParkReason::QuotaRefused,
    };
    let unpaid = Change::ParkedUntil {
        what: Parked::Account(AccountId(6)),
        until: Timestamp::MAX,
        why: ParkReason::NoMoney,
    };
    let late = Change::LateReport {
        task: TaskId(4),
        attempt: AttemptNo(1),
        outcome: AttemptOutcome::Answered,
        spent: spend(199),
    };
    let failed = Ending::Failed(FailureCode::Quarantined);
    vec![
        opening,
        served(1),
        changes(4, [granted(2, 1), granted(3, 1), refused]),
        changes(5, [ended(2, 1, AttemptOutcome::Fault), again, unpaid]),
        Batch {
            names: names.take_fresh(),
            ..submitted(4..=6)
        },
        changes(
            7,
            [granted(4, 1), ended(4, 1, AttemptOutcome::Silent), finished(4, failed)],
        ),
        Batch {
            results: vec![result(5)],
            ..changes(8, [finished(5, Ending::Cancelled)])
        },
        changes(9, [late, Change::Unparked(Parked::Limit(LimitId(5)))]),
        changes(
            10,
            [
                Change::Revived(TaskRow {
                    attempt: AttemptNo(1),
                    ..row(4)
                }),
                Change::Revived(row(5)),
            ],
        ),
        changes(
            11,
            [
                granted(4, 2),
                Change::Learnt {
                    limit: LimitId(5),
                    learnt: Learnt {
                        amount: 12_000,
                        per: Some(std::time::Duration::from_secs(2)),
                        at: second(11),
                        evidence: Evidence::Counted,
                    },
                },
                Change::Forgotten(LimitId(6)),
            ],
        ),
        Batch {
            seals: vec![GROUP],
            callbacks: vec![TaskId(6)],
            ..served(6)
        },
    ]
    .into_iter()
    .chain(server_story())
    .collect()
}

/// What only a server has to remember.
fn server_story() -> [Batch; 4] {
    let first = Change::Reprioritised {
        task: TaskId(5),
        priority: 10,
    };
    let pauses = [Pausable::Account(AccountId(6)), Pausable::Route(RouteId(3))];
    let [account, route] = pauses.map(Change::Paused);
    let resumed = Change::Resumed(Pausable::Account(AccountId(6)));
    [
        Batch {
            requests: vec![(71, TaskId(7)), (72, TaskId(5))],
            allowances: vec![(TargetId(1), spend(5_000)), (TargetId(2), spend(800))],
            ..passing(7)
        },
        changes(12, [first, account, route]),
        Batch {
            told: vec![TaskId(6)],
            allowances: vec![(TargetId(1), Spend::NONE)],
            ..changes(13, [resumed])
        },
        Batch {
            forget_requests: vec![71],
            callbacks: vec![TaskId(5)],
            ..changes(14, [finished(5, Ending::Cancelled)])
        },
    ]
}
