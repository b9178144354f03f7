//! Another configuration while the engine runs: what is under way, what was spent and what waits.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use d8_core::Engine;
use d8_core::change::{Demand, Ending, TaskRow};
use d8_core::id::{AccountId, AttemptNo, ClientId, GroupId, LimitId, RouteId, TargetId, TaskId, WorkerId};
use d8_core::limit::{Dimension, LimitSpec, Standing, Window};
use d8_core::message::{Effects, Input, Lease, Outcome, Output, Report};
use d8_core::money::Price;
use d8_core::setup::{Patience, RouteSpec, Setup, Spent, TargetSpec};
use d8_core::time::Timestamp;
use d8_core::usage::{CostRule, Estimate, OutputCharge, Spend};
use d8_core::wait::WaitCode;
use d8_core::worker::{Enlisted, Skill};

const START: Timestamp = Timestamp::from_micros(1_000_000_000_000_000);
const ROUTE: RouteId = RouteId(1);
const HOUR: Duration = Duration::from_secs(3_600);

/// An account with its limits: each an id, a dimension and an amount an hour.
type Written = (u32, &'static [(u32, Dimension, u64)]);

const REQUESTS: Dimension = Dimension::Requests;

fn setup(accounts: &[Written]) -> Setup {
    let mut setup = Setup::default();
    for (id, limits) in accounts {
        for (limit, dimension, amount) in *limits {
            let spec = LimitSpec {
                dimension: *dimension,
                amount: *amount,
                window: Window::Sliding { per: HOUR },
                reserve_permille: 0,
                standing: Standing::Ceiling,
            };
            setup.limits.push((LimitId(*limit), spec));
        }
        let target = TargetSpec {
            account: AccountId(*id),
            limits: limits.iter().map(|(limit, ..)| LimitId(*limit)).collect(),
            cost: CostRule {
                output_charge: OutputCharge::AtAdmission,
                default_output_tokens: 0,
                price: Price::default(),
            },
        };
        setup.targets.push((TargetId(*id), target));
    }
    let route = RouteSpec {
        levels: [
            setup.targets.iter().map(|(id, _)| *id).collect(),
            Vec::new(),
            Vec::new(),
        ],
        patience: Patience {
            queued: HOUR,
            interactive: HOUR,
        },
        last_resort_after: HOUR,
    };
    setup.routes.push((ROUTE, route));
    setup
}

struct Stage {
    engine: Engine,
    now: Timestamp,
    effects: Effects,
}

impl Stage {
    fn new(accounts: &[Written]) -> Self {
        let mut stage = Self {
            engine: Engine::new(setup(accounts), START),
            now: START,
            effects: Effects::default(),
        };
        for (id, _) in accounts {
            stage.give([Input::WorkerUp(worker(*id))]);
        }
        stage
    }

    fn give(&mut self, inputs: impl IntoIterator<Item = Input>) {
        self.effects.clear();
        self.now = self.now.offset(1);
        self.engine.handle(self.now, inputs, &mut self.effects);
        assert_eq!(self.engine.check(), Vec::<String>::new());
    }

    fn set_up(&mut self, accounts: &[Written], past: Vec<Spent>) {
        let setup = Box::new(setup(accounts));
        self.give([Input::SetUp { setup, past }]);
    }

    fn submit(&mut self, ids: std::ops::RangeInclusive<u64>, tokens: u32) -> Vec<Lease> {
        let rows: Vec<Input> = ids.map(|id| Input::Submit(row(id, tokens, self.now))).collect();
        self.give(rows);
        self.leases()
    }

    fn leases(&self) -> Vec<Lease> {
        let outputs = self.effects.outputs.iter();
        outputs
            .filter_map(|output| match output {
                Output::Lease(lease) => Some(*lease),
                _ => None,
            })
            .collect()
    }

    fn answer(&mut self, lease: &Lease) {
        let report = Report::plain(Outcome::Answered(None), self.now);
        self.give([Input::Finished {
            task: lease.task,
            attempt: lease.attempt,
            report,
        }]);
    }

    fn code(&self, task: u64) -> WaitCode {
        self.engine.explain(TaskId(task)).unwrap().code
    }
}

fn worker(account: u32) -> Enlisted {
    Enlisted {
        worker: WorkerId(account),
        account: AccountId(account),
        slots: 100,
        skill: Skill::Any,
        lease: HOUR,
    }
}

fn row(id: u64, tokens: u32, now: Timestamp) -> TaskRow {
    TaskRow {
        id: TaskId(id),
        group: GroupId(1),
        client: ClientId(1),
        prefix: None,
        route: ROUTE,
        priority: 5,
        created_at: now,
        not_before: now,
        deadline: Timestamp::MAX,
        max_attempts: 5,
        faults: 0,
        silences: 0,
        attempt: AttemptNo(0),
        estimate: Estimate {
            input_tokens: tokens,
            input_tokens_least: tokens,
            max_output_tokens: Some(0),
        },
        demand: Demand::default(),
        interactive: false,
        durable: true,
        callback: false,
    }
}

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
