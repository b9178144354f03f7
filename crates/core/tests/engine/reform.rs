//! Another configuration while the engine runs: what is under way, what was spent and what waits.

use d8_core::change::Ending;
use d8_core::id::{GroupId, LimitId, TargetId};
use d8_core::limit::Dimension;
use d8_core::message::{Input, Output};
use d8_core::setup::Spent;
use d8_core::usage::Spend;
use d8_core::wait::WaitCode;

use crate::stage::{REQUESTS, Stage, Written, setup};

#[test]
fn a_raised_limit_lets_what_waits_go_at_once_and_a_lowered_one_lets_nothing_more_go() {
    let mut stage = Stage::new(&[(1, &[(10, REQUESTS, 1)])]);
    assert_eq!(stage.submit(1..=9, 1).len(), 1);
    stage.set_up(&[(1, &[(10, REQUESTS, 3)])], Vec::new());
    let leases = stage.leases();
    assert_eq!(leases.len(), 2);
    stage.set_up(&[(1, &[(10, REQUESTS, 1)])], Vec::new());
    // Three are under way and count, above what the limit holds now.
    stage.answer(&leases[0]);
    assert!(stage.leases().is_empty());
    assert_eq!(stage.code(9), WaitCode::Quota);
}

#[test]
fn a_limit_that_is_new_counts_what_is_under_way_and_what_was_spent_before() {
    let mut stage = Stage::new(&[(1, &[])]);
    let leases = stage.submit(1..=3, 1);
    assert_eq!(leases.len(), 3);
    stage.answer(&leases[0]);
    let spent = Spent {
        target: TargetId(1),
        arrived: stage.now,
        spent: Spend {
            requests: 1,
            ..Spend::NONE
        },
    };
    stage.set_up(&[(1, &[(10, REQUESTS, 4)])], vec![spent]);
    let view = stage.engine.limit(LimitId(10), stage.now).unwrap();
    assert_eq!((view.used, view.reserved), (3, 2));
    assert_eq!(stage.submit(4..=9, 1).len(), 1);
}

#[test]
fn an_account_that_is_gone_ends_what_it_is_at_and_comes_back_as_it_was() {
    let both: [Written; 2] = [(1, &[(10, REQUESTS, 1)]), (2, &[(20, REQUESTS, 2)])];
    let mut stage = Stage::new(&both);
    let leases = stage.submit(1..=9, 1);
    assert_eq!(leases.len(), 3);
    stage.set_up(&both[..1], Vec::new());
    assert!(stage.leases().is_empty());
    assert!(stage.engine.targets().any(|view| view.target == TargetId(2)));
    for lease in &leases {
        stage.answer(lease);
        let ended = Output::Ended {
            task: lease.task,
            group: GroupId(1),
            ending: Ending::Completed,
            by: Some(lease.attempt),
            durable: true,
            callback: false,
        };
        assert!(stage.effects.outputs.contains(&ended));
    }
    assert!(stage.engine.targets().all(|view| view.target != TargetId(2)));
    assert_eq!(stage.code(9), WaitCode::Quota);
    stage.set_up(&both, Vec::new());
    assert!(stage.leases().is_empty(), "it has spent its hour");
    stage.set_up(&[both[0], (2, &[(20, REQUESTS, 3)])], Vec::new());
    assert_eq!(stage.leases().len(), 1);
}

#[test]
fn what_fits_no_limit_any_more_waits_and_goes_on_when_it_fits_again() {
    const TOKENS: Dimension = Dimension::Tokens;
    let mut stage = Stage::new(&[(1, &[(10, REQUESTS, 1), (11, TOKENS, 1_000)])]);
    assert_eq!(stage.submit(1..=2, 500).len(), 1);
    stage.set_up(&[(1, &[(10, REQUESTS, 9), (11, TOKENS, 100)])], Vec::new());
    assert_eq!(stage.code(2), WaitCode::NoTarget);
    stage.set_up(&[(1, &[(10, REQUESTS, 9), (11, TOKENS, 1_000)])], Vec::new());
    assert_eq!(stage.leases().len(), 1);
}

#[test]
fn a_name_that_leads_nowhere_keeps_its_tasks() {
    let mut stage = Stage::new(&[(1, &[(10, REQUESTS, 1)])]);
    stage.submit(1..=2, 1);
    let mut nowhere = setup(&[(1, &[(10, REQUESTS, 9)])]);
    nowhere.routes.clear();
    stage.give([Input::SetUp {
        setup: Box::new(nowhere),
        past: Vec::new(),
    }]);
    assert_eq!(stage.code(2), WaitCode::NoTarget);
    stage.set_up(&[(1, &[(10, REQUESTS, 9)])], Vec::new());
    assert_eq!(stage.leases().len(), 1);
}
