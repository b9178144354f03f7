//! Requests that went past the engine are spent all the same.

use std::ops::RangeInclusive;
use std::time::Duration;

use d8_core::change::Change;
use d8_core::id::{TargetId, TaskId, WorkerId};
use d8_core::message::{Aside, Input};
use d8_core::usage::{Spend, Usage};

use crate::stage::{HOUR, REQUESTS, Stage};

const TOKENS: d8_core::limit::Dimension = d8_core::limit::Dimension::Tokens;

fn aside(stage: &Stage, requests: u32, tokens: u64) -> Aside {
    Aside {
        task: TaskId(900),
        worker: WorkerId(1),
        target: TargetId(1),
        requests,
        usage: Usage {
            input_tokens: tokens,
            output_tokens: 0,
        },
        at: stage.now,
    }
}

/// How many of these start within a minute; a first burst into a limit that was never proven is spread a little.
fn started(stage: &mut Stage, ids: RangeInclusive<u64>, tokens: u32) -> usize {
    let mut started = stage.submit(ids, tokens).len();
    for _ in 0..60 {
        stage.now = stage.now + Duration::from_secs(1);
        stage.give([]);
        started += stage.leases().len();
    }
    started
}

#[test]
fn what_went_past_the_engine_leaves_so_much_less_to_it() {
    let mut stage = Stage::new(&[(1, &[(1, REQUESTS, 10), (2, TOKENS, 1_000)])]);
    let told = aside(&stage, 3, 500);
    stage.give([Input::SpentAside(told)]);
    let spent = Spend {
        requests: 3,
        input_tokens: 500,
        ..Spend::NONE
    };
    let kept = matches!(stage.effects.changes[..], [Change::AttemptEnded { spent: kept, .. }] if kept == spent);
    assert!(kept, "a restart must know of it: {:?}", stage.effects.changes);
    assert_eq!(started(&mut stage, 1..=20, 10), 7);
    stage.now = stage.now + HOUR;
    assert_eq!(started(&mut stage, 21..=21, 10), 3, "an hour later it counts no more");
}

#[test]
fn its_tokens_count_too() {
    let mut stage = Stage::new(&[(1, &[(1, REQUESTS, 10), (2, TOKENS, 1_000)])]);
    let told = aside(&stage, 1, 600);
    stage.give([Input::SpentAside(told)]);
    assert_eq!(started(&mut stage, 1..=9, 100), 4);
}

#[test]
fn a_target_that_is_not_there_has_spent_nothing() {
    let mut stage = Stage::new(&[(1, &[(1, REQUESTS, 10)])]);
    let told = Aside {
        target: TargetId(7),
        ..aside(&stage, 3, 0)
    };
    stage.give([Input::SpentAside(told)]);
    assert!(stage.effects.is_empty());
    assert_eq!(started(&mut stage, 1..=20, 10), 10);
}
