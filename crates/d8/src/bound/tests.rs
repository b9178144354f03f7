//! The bound against what can be worked out by hand.

use std::time::Duration;

use d8_core::engine::Engine;
use d8_core::id::{AccountId, LimitId, TargetId};
use d8_core::limit::{Dimension, LimitSpec, Window};
use d8_core::money::Price;
use d8_core::setup::{Setup, TargetSpec};
use d8_core::time::Timestamp;
use d8_core::usage::{CostRule, OutputCharge};

use super::{Class, earliest};

const START: Timestamp = Timestamp::from_secs(1_767_225_600);
const MINUTE: Duration = Duration::from_secs(60);

fn limit(dimension: Dimension, amount: u64, window: Window) -> LimitSpec {
    LimitSpec {
        dimension,
        amount,
        window,
        reserve_permille: 0,
        standing: d8_core::limit::Standing::Ceiling,
    }
}

/// Limits from 1 on, and targets from 1 on with the limits that they have.
fn engine(limits: Vec<LimitSpec>, targets: &[&[u32]]) -> Engine {
    let numbered = limits.into_iter().zip(1..).map(|(spec, id)| (LimitId(id), spec));
    let target = |(limits, id): (&&[u32], u32)| {
        let spec = TargetSpec {
            account: AccountId(id),
            limits: limits.iter().map(|limit| LimitId(*limit)).collect(),
            cost: CostRule {
                output_charge: OutputCharge::AtAdmission,
                default_output_tokens: 0,
                price: Price::default(),
            },
        };
        (TargetId(id), spec)
    };
    let setup = Setup {
        limits: numbered.collect(),
        targets: targets.iter().zip(1..).map(target).collect(),
        ..Setup::default()
    };
    Engine::new(setup, START)
}

fn class(targets: &[u32], count: u64, tokens: f64) -> Class {
    Class {
        targets: targets.iter().map(|target| TargetId(*target)).collect(),
        count,
        input_tokens: tokens,
        output_tokens: 0.0,
    }
}

/// In seconds, to a tenth.
fn least(engine: &Engine, classes: &[Class]) -> Option<f64> {
    let outlook = engine.outlook();
    let at = earliest(&outlook, &outlook, classes)?;
    Some((at.since(START).as_secs_f64() * 10.0).round() / 10.0)
}

fn requests(window: Window) -> LimitSpec {
    limit(Dimension::Requests, 30, window)
}

#[test]
fn one_target_by_the_table_of_kinds() {
    let bucket = engine(vec![requests(Window::Bucket { per: MINUTE })], &[&[1]]);
    assert_eq!(least(&bucket, &[class(&[1], 30, 0.0)]), Some(0.0));
    assert_eq!(least(&bucket, &[class(&[1], 90, 0.0)]), Some(120.0));
    for window in [Window::Sliding { per: MINUTE }, Window::Fixed { per: MINUTE }] {
        let engine = engine(vec![requests(window)], &[&[1]]);
        assert_eq!(least(&engine, &[class(&[1], 90, 0.0)]), Some(120.0));
        assert_eq!(least(&engine, &[class(&[1], 91, 0.0)]), Some(180.0));
    }
}

#[test]
fn a_limit_that_targets_share_counts_once() {
    let shared = engine(vec![requests(Window::Bucket { per: MINUTE })], &[&[1], &[1]]);
    assert_eq!(least(&shared, &[class(&[1, 2], 90, 0.0)]), Some(120.0));
    let apart = engine(
        vec![
            requests(Window::Bucket { per: MINUTE }),
            requests(Window::Bucket { per: MINUTE }),
        ],
        &[&[1], &[2]],
    );
    assert_eq!(least(&apart, &[class(&[1, 2], 90, 0.0)]), Some(30.0));
}

#[test]
fn large_tasks_go_where_tokens_are_and_small_ones_where_requests_are() {
    let tokens = |amount| limit(Dimension::Tokens, amount, Window::Bucket { per: MINUTE });
    // The first has tokens for sixty large tasks a minute, the second requests for thirty small ones.
    let engine = engine(
        vec![
            requests(Window::Bucket { per: MINUTE }),
            tokens(60_000),
            requests(Window::Bucket { per: MINUTE }),
            tokens(300),
        ],
        &[&[1, 2], &[3, 4]],
    );
    let work = [class(&[1, 2], 90, 1_000.0), class(&[1, 2], 90, 10.0)];
    assert_eq!(least(&engine, &work), Some(120.0));
    // Together they would take a mean that hides it: 505 tokens fit the second target nowhere.
    let blurred = [class(&[1, 2], 180, 505.0)];
    assert!(least(&engine, &blurred) > Some(250.0));
}

#[test]
fn work_that_fits_one_target_only_leaves_the_others_to_the_rest() {
    let engine = engine(
        vec![
            requests(Window::Bucket { per: MINUTE }),
            requests(Window::Bucket { per: MINUTE }),
        ],
        &[&[1], &[2]],
    );
    // 60 of the first alone take a minute; meanwhile the second does 60 of the rest.
    let work = [class(&[1], 60, 0.0), class(&[1, 2], 60, 0.0)];
    assert_eq!(least(&engine, &work), Some(60.0));
    let more = [class(&[1], 90, 0.0), class(&[1, 2], 60, 0.0)];
    assert_eq!(least(&engine, &more), Some(120.0));
}

#[test]
fn without_limits_nothing_bounds_it() {
    let free = engine(Vec::new(), &[&[]]);
    assert_eq!(least(&free, &[class(&[1], 5, 1.0)]), None);
    let closed = engine(
        vec![limit(Dimension::Requests, 0, Window::Bucket { per: MINUTE })],
        &[&[1]],
    );
    assert_eq!(least(&closed, &[class(&[1], 5, 1.0)]), None);
}

#[test]
fn what_a_day_frees_is_taken_at_the_pace_of_the_minutes() {
    let midnight = START + MINUTE * 120;
    let limits = vec![
        limit(Dimension::Requests, 15, Window::Fixed { per: MINUTE }),
        limit(Dimension::Requests, 1_000, Window::Resets([midnight].into())),
    ];
    // 1,000 in the first 67 minutes, then nothing until midnight, then the 67th minute after it.
    let alone = engine(limits, &[&[1, 2]]);
    assert_eq!(least(&alone, &[class(&[1], 2_000, 1.0)]), Some(7_200.0 + 66.0 * 60.0));
    // The same as a flow: two sizes.
    let sizes = [class(&[1], 1_000, 1.0), class(&[1], 1_000, 2.0)];
    let flow = least(&alone, &sizes).unwrap_or_default();
    assert!((flow - 11_160.0).abs() < 61.0, "{flow}");
}

#[test]
fn many_sizes_are_bounded_by_their_sum_where_there_is_no_choice() {
    let engine = engine(
        vec![limit(Dimension::Tokens, 6_000, Window::Bucket { per: MINUTE })],
        &[&[1]],
    );
    let work: Vec<Class> = (1..=100).map(|size| class(&[1], 3, f64::from(size) * 10.0)).collect();
    // 151,500 tokens, 6,000 at once and 100 a second.
    assert_eq!(least(&engine, &work), Some(1_455.0));
}
