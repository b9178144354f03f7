//! An engine on a stage: accounts with limits an hour, each with a worker that takes whatever comes.

use std::time::Duration;

use d8_core::Engine;
use d8_core::change::TaskRow;
use d8_core::id::{AccountId, LimitId, RouteId, TargetId, TaskId, WorkerId};
use d8_core::limit::{Dimension, LimitSpec, Standing, Window};
use d8_core::message::{Effects, Input, Lease, Outcome, Output, Report};
use d8_core::money::Price;
use d8_core::setup::{Patience, RouteSpec, Setup, Spent, TargetSpec};
use d8_core::time::Timestamp;
use d8_core::usage::{CostRule, Estimate, OutputCharge};
use d8_core::wait::WaitCode;
use d8_core::worker::{Enlisted, Skill};

use crate::row::row;

pub(crate) const START: Timestamp = Timestamp::from_micros(1_000_000_000_000_000);
pub(crate) const ROUTE: RouteId = RouteId(1);
pub(crate) const HOUR: Duration = Duration::from_secs(3_600);

/// An account with its limits: each an id, a dimension and an amount an hour.
pub(crate) type Written = (u32, &'static [(u32, Dimension, u64)]);

pub(crate) const REQUESTS: Dimension = Dimension::Requests;

pub(crate) fn setup(accounts: &[Written]) -> Setup {
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

pub(crate) struct Stage {
    pub(crate) engine: Engine,
    pub(crate) now: Timestamp,
    pub(crate) effects: Effects,
}

impl Stage {
    pub(crate) fn new(accounts: &[Written]) -> Self {
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

    pub(crate) fn give(&mut self, inputs: impl IntoIterator<Item = Input>) {
        self.effects.clear();
        self.now = self.now.offset(1);
        self.engine.handle(self.now, inputs, &mut self.effects);
        assert_eq!(self.engine.check(), Vec::<String>::new());
    }

    pub(crate) fn set_up(&mut self, accounts: &[Written], past: Vec<Spent>) {
        let setup = Box::new(setup(accounts));
        self.give([Input::SetUp { setup, past }]);
    }

    pub(crate) fn submit(&mut self, ids: std::ops::RangeInclusive<u64>, tokens: u32) -> Vec<Lease> {
        let rows: Vec<Input> = ids.map(|id| Input::Submit(sized(tokens, row(id, self.now)))).collect();
        self.give(rows);
        self.leases()
    }

    pub(crate) fn leases(&self) -> Vec<Lease> {
        let outputs = self.effects.outputs.iter();
        outputs
            .filter_map(|output| match output {
                Output::Lease(lease) => Some(*lease),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn answer(&mut self, lease: &Lease) {
        let report = Report::plain(Outcome::Answered(None), self.now);
        self.give([Input::Finished {
            task: lease.task,
            attempt: lease.attempt,
            report,
        }]);
    }

    pub(crate) fn code(&self, task: u64) -> WaitCode {
        self.engine.explain(TaskId(task)).unwrap().code
    }
}

pub(crate) fn worker(account: u32) -> Enlisted {
    Enlisted {
        worker: WorkerId(account),
        account: AccountId(account),
        slots: 100,
        skill: Skill::Any,
        lease: HOUR,
    }
}

fn sized(tokens: u32, row: TaskRow) -> TaskRow {
    TaskRow {
        estimate: Estimate {
            input_tokens: tokens,
            input_tokens_least: tokens,
            max_output_tokens: Some(0),
        },
        ..row
    }
}
