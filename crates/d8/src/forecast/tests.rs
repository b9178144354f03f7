//! What is told against what can be worked out by hand.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use d8_core::change::{Demand, TaskRow};
use d8_core::engine::Engine;
use d8_core::id::{AccountId, AttemptNo, ClientId, GroupId, LimitId, RouteId, TargetId, TaskId, WorkerId};
use d8_core::limit::{Dimension, LimitSpec, Standing, Window};
use d8_core::message::{Effects, Input};
use d8_core::money::Price;
use d8_core::setup::{Patience, RouteSpec, Setup, TargetSpec};
use d8_core::time::Timestamp;
use d8_core::usage::{CostRule, Estimate, OutputCharge};
use d8_core::worker::{Enlisted, Skill};

use super::*;

const START: Timestamp = Timestamp::from_secs(1_767_225_600);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
const ROUTE: RouteId = RouteId(1);

fn requests(amount: u64, window: Window) -> LimitSpec {
    LimitSpec {
        dimension: Dimension::Requests,
        amount,
        window,
        reserve_permille: 0,
        standing: Standing::Ceiling,
    }
}

/// One account with these limits, a worker with so many slots, and so many tasks.
fn engine(limits: &[LimitSpec], slots: u32, tasks: u64) -> Engine {
    let ids = || (1..).map(LimitId).take(limits.len());
    let target = TargetSpec {
        account: AccountId(1),
        limits: ids().collect(),
        cost: CostRule {
            output_charge: OutputCharge::AsProduced,
            default_output_tokens: 0,
            price: Price::default(),
        },
    };
    let route = RouteSpec {
        levels: [vec![TargetId(1)], Vec::new(), Vec::new()],
        patience: Patience {
            queued: MINUTE,
            interactive: MINUTE,
        },
        last_resort_after: DAY,
    };
    let setup = Setup {
        limits: ids().zip(limits.iter().cloned()).collect(),
        targets: vec![(TargetId(1), target)],
        routes: vec![(ROUTE, route)],
        ..Setup::default()
    };
    let mut engine = Engine::new(setup, START);
    let mut inputs: Vec<Input> = (1..=tasks).map(|id| Input::Submit(row(id))).collect();
    if slots > 0 {
        inputs.push(Input::WorkerUp(Enlisted {
            worker: WorkerId(1),
            account: AccountId(1),
            slots,
            skill: Skill::Any,
            lease: MINUTE,
        }));
    }
    engine.handle(START, inputs, &mut Effects::default());
    engine
}

fn row(id: u64) -> TaskRow {
    TaskRow {
        id: TaskId(id),
        group: GroupId(1),
        client: ClientId(1),
        route: ROUTE,
        priority: 5,
        created_at: START,
        not_before: START,
        deadline: Timestamp::MAX,
        max_attempts: 5,
        faults: 0,
        silences: 0,
        attempt: AttemptNo(0),
        estimate: Estimate {
            input_tokens: 100,
            input_tokens_least: 20,
            max_output_tokens: None,
        },
        demand: Demand::default(),
        interactive: false,
        durable: true,
        callback: false,
        prefix: None,
    }
}

fn forecast(engine: &Engine) -> Forecast {
    Forecast::new(&engine.outlook_at(START), &engine.workload(START))
}

fn after(at: Option<Timestamp>) -> Option<f64> {
    at.map(|at| at.since(START).as_secs_f64())
}

fn near(told: Option<Timestamp>, seconds: f64) {
    let told = after(told).unwrap();
    assert!((told - seconds).abs() <= 1.0 + seconds / 500.0, "{told} for {seconds}");
}

#[test]
fn nothing_is_open_and_nothing_runs_out() {
    let idle = forecast(&engine(&[requests(30, Window::Bucket { per: MINUTE })], 100, 0));
    assert_eq!((idle.open, idle.all_done_at), (0, None));
    let expected = idle.accounts[&AccountId(1)];
    assert_eq!((expected.runs_out_at, expected.next_start_at), (None, Some(START)));
}

#[test]
fn a_queue_is_done_when_the_bucket_has_let_all_of_it_go() {
    // 30 go at once; 90 wait, one each two seconds.
    let told = forecast(&engine(&[requests(30, Window::Bucket { per: MINUTE })], 100, 120));
    assert_eq!(told.open, 120);
    near(told.all_done_at, 182.0);
    let expected = told.accounts[&AccountId(1)];
    assert_eq!(expected.runs_out_at, Some(START));
    assert!(expected.next_start_at > Some(START));
}

#[test]
fn the_day_runs_out_at_the_pace_of_the_minutes() {
    let midnight = START + MINUTE * 600;
    let limits = [
        requests(10, Window::Bucket { per: MINUTE }),
        requests(1_000, Window::Resets([midnight].into())),
    ];
    // 10 at once and 10 a minute: the day's 1,000 are gone after 99 minutes; 500 more are left for the next day.
    let told = forecast(&engine(&limits, 2_000, 1_500));
    near(told.accounts[&AccountId(1)].runs_out_at, 99.0 * 60.0);
    assert!(told.all_done_at > Some(midnight + MINUTE * 48), "{told:?}");
    // Half as many never spend it: what is told then is the minute.
    let told = forecast(&engine(&limits, 2_000, 500));
    assert_eq!(told.accounts[&AccountId(1)].runs_out_at, Some(START));
}

#[test]
fn what_nobody_serves_is_never_promised() {
    let told = forecast(&engine(&[requests(30, Window::Bucket { per: MINUTE })], 0, 5));
    assert_eq!((told.open, told.all_done_at), (5, None));
    assert_eq!(told.accounts[&AccountId(1)].next_start_at, None);
}

#[test]
fn a_turn_comes_after_all_that_go_before() {
    let engine = engine(&[requests(30, Window::Bucket { per: MINUTE })], 100, 120);
    let (outlook, workload) = (engine.outlook_at(START), engine.workload(START));
    let line = engine.line_before(TaskId(100)).unwrap();
    assert_eq!(line.before, 99 - workload.assigned);
    near(expected_start(&outlook, &workload, &line), 140.0);
    assert_eq!(engine.line_before(TaskId(1)), None, "it is at work");
}

#[test]
fn a_million_tasks_cost_no_more_than_a_few() {
    let limits = [
        requests(30, Window::Sliding { per: MINUTE }),
        requests(14_400, Window::Sliding { per: DAY }),
    ];
    let engine = engine(&limits, 100, 1_000_000);
    let began = Instant::now();
    let (outlook, workload) = (engine.outlook_at(START), engine.workload(START));
    let line = engine.line_before(TaskId(900_000));
    let in_loop = began.elapsed();
    let told = Forecast::new(&outlook, &workload);
    assert_eq!(line, None, "too many to be counted");
    assert!(told.all_done_at > Some(START + DAY * 65));
    let in_all = began.elapsed();
    assert!(in_loop < Duration::from_millis(20), "{in_loop:?} of {in_all:?}");
}

#[test]
fn those_that_wait_for_a_spent_target_are_gone_around() {
    const PINNED: RouteId = RouteId(2);
    let target = |id: u32| TargetSpec {
        account: AccountId(id),
        limits: vec![LimitId(id)],
        cost: CostRule {
            output_charge: OutputCharge::AsProduced,
            default_output_tokens: 0,
            price: Price::default(),
        },
    };
    let route = |targets: &[u32]| RouteSpec {
        levels: [targets.iter().copied().map(TargetId).collect(), Vec::new(), Vec::new()],
        patience: Patience {
            queued: MINUTE,
            interactive: MINUTE,
        },
        last_resort_after: DAY,
    };
    let setup = Setup {
        limits: vec![
            (LimitId(1), requests(1, Window::Resets([START + MINUTE * 600].into()))),
            (LimitId(2), requests(30, Window::Bucket { per: MINUTE })),
        ],
        targets: vec![(TargetId(1), target(1)), (TargetId(2), target(2))],
        routes: vec![(ROUTE, route(&[1, 2])), (PINNED, route(&[1]))],
        ..Setup::default()
    };
    let mut engine = Engine::new(setup, START);
    let up = [1, 2].map(|id| {
        Input::WorkerUp(Enlisted {
            worker: WorkerId(id),
            account: AccountId(id),
            slots: 100,
            skill: Skill::Any,
            lease: MINUTE,
        })
    });
    let pinned = (1..=2).map(|id| TaskRow {
        route: PINNED,
        ..row(id)
    });
    let others = (3..=102).map(row);
    let submitted = pinned.chain(others).map(Input::Submit);
    engine.handle(START, up.into_iter().chain(submitted), &mut Effects::default());
    let (outlook, workload) = (engine.outlook_at(START), engine.workload(START));
    let turn = |id| expected_start(&outlook, &workload, &engine.line_before(TaskId(id)).unwrap());
    assert!(
        after(turn(2)) >= Some(36_000.0),
        "it has no other target: {:?}",
        after(turn(2))
    );
    // The bucket of 30 is empty, and one goes each two seconds.
    let last = after(turn(102)).unwrap();
    assert!((100.0..=200.0).contains(&last), "{last}");
}
