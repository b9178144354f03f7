//! Prompts that begin alike go where the last of them went, as long as that costs nobody anything.

use std::time::Duration;

use d8_core::Engine;
use d8_core::change::TaskRow;
use d8_core::id::{AccountId, ClientId, LimitId, PrefixId, RouteId, TargetId, WorkerId};
use d8_core::limit::{Dimension, LimitSpec, Standing, Window};
use d8_core::message::{Effects, Input, Lease, Outcome, Output, Report};
use d8_core::money::Price;
use d8_core::setup::{Patience, RouteSpec, Setup, TargetSpec};
use d8_core::time::Timestamp;
use d8_core::usage::{CostRule, OutputCharge};
use d8_core::worker::{Enlisted, Skill};

use crate::row::row;

const START: Timestamp = Timestamp::from_micros(1_000_000_000_000_000);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// Two accounts on one route, with so many requests a minute and a day each.
struct Stage {
    engine: Engine,
    now: Timestamp,
    next: u64,
}

impl Stage {
    fn new(minute: u64, day: u64) -> Self {
        let limit = |amount, per| LimitSpec {
            dimension: Dimension::Requests,
            amount,
            window: Window::Sliding { per },
            reserve_permille: 0,
            standing: Standing::Ceiling,
        };
        let mut setup = Setup::default();
        for account in [1, 2] {
            let (short, long) = (LimitId(account), LimitId(account + 10));
            setup.limits.push((short, limit(minute, MINUTE)));
            setup.limits.push((long, limit(day, DAY)));
            let spec = TargetSpec {
                account: AccountId(account),
                limits: vec![short, long],
                cost: CostRule {
                    output_charge: OutputCharge::AsProduced,
                    default_output_tokens: 0,
                    price: Price::default(),
                },
            };
            setup.targets.push((TargetId(account), spec));
        }
        let route = RouteSpec {
            levels: [vec![TargetId(1), TargetId(2)], Vec::new(), Vec::new()],
            patience: Patience {
                queued: MINUTE,
                interactive: Duration::from_secs(1),
            },
            last_resort_after: Duration::from_secs(3_600),
        };
        setup.routes.push((RouteId(1), route));
        let mut engine = Engine::new(setup, START);
        let up = [1, 2].map(|account| {
            Input::WorkerUp(Enlisted {
                worker: WorkerId(account),
                account: AccountId(account),
                slots: 100,
                skill: Skill::Any,
                lease: MINUTE,
            })
        });
        engine.handle(START, up, &mut Effects::default());
        Self {
            engine,
            now: START,
            next: 0,
        }
    }

    /// Submits a task of a client for each prefix, and gives what started.
    fn submit(&mut self, client: u32, prefixes: &[u32]) -> Vec<Lease> {
        let rows: Vec<Input> = prefixes
            .iter()
            .map(|prefix| {
                self.next += 1;
                let row = TaskRow {
                    client: ClientId(client),
                    ..row(self.next, self.now)
                };
                Input::Submit(begins_with(*prefix, row))
            })
            .collect();
        self.turn(rows)
    }

    fn turn(&mut self, inputs: Vec<Input>) -> Vec<Lease> {
        let mut effects = Effects::default();
        self.engine.handle(self.now, inputs, &mut effects);
        assert_eq!(self.engine.check(), Vec::<String>::new());
        let lease = |output: &Output| match output {
            Output::Lease(lease) => Some(*lease),
            _ => None,
        };
        effects.outputs.iter().filter_map(lease).collect()
    }

    fn answer(&mut self, lease: &Lease) -> Vec<Lease> {
        self.now = self.now + Duration::from_millis(500);
        self.turn(vec![Input::Finished {
            task: lease.task,
            attempt: lease.attempt,
            report: Report::plain(Outcome::Answered(None), self.now),
        }])
    }

    /// The account that does one task, from beginning to end.
    fn account(&mut self, client: u32, prefix: u32) -> u32 {
        let leases = self.submit(client, &[prefix]);
        let [lease] = leases[..] else {
            panic!("not one lease: {leases:?}")
        };
        assert_eq!(self.answer(&lease), []);
        lease.target.0
    }
}

fn begins_with(prefix: u32, row: TaskRow) -> TaskRow {
    TaskRow {
        prefix: (prefix > 0).then_some(PrefixId(prefix)),
        ..row
    }
}

#[test]
fn what_begins_alike_stays_where_it_began() {
    let mut stage = Stage::new(1_000, 100_000);
    let begun = stage.account(1, 7);
    // Others keep the accounts in turns, so that without affinity the next would go elsewhere.
    for _ in 0..3 {
        let others = [stage.account(1, 0), stage.account(1, 0)];
        assert_ne!(others[1], others[0]);
        assert_eq!(stage.account(1, 7), begun);
    }
}

#[test]
fn another_client_s_prompts_and_other_prompts_have_homes_of_their_own() {
    let mut stage = Stage::new(1_000, 100_000);
    let one = stage.account(1, 7);
    let other = stage.account(1, 8);
    assert_ne!(one, other);
    assert_eq!([stage.account(1, 7), stage.account(1, 8)], [one, other]);
    assert_eq!([stage.account(2, 8), stage.account(2, 7)], [one, other]);
}

#[test]
fn a_beginning_is_forgotten_when_the_provider_has_forgotten_it() {
    let mut stage = Stage::new(1_000, 100_000);
    let begun = stage.account(1, 7);
    stage.now = stage.now + Duration::from_secs(601);
    assert_ne!(stage.account(1, 7), begun);
}

#[test]
fn nobody_waits_for_the_sake_of_a_cache() {
    let mut stage = Stage::new(3, 100_000);
    let leases = stage.submit(1, &[7; 6]);
    let of = |account| leases.iter().filter(|lease| lease.target.0 == account).count();
    assert_eq!((of(1), of(2)), (3, 3));
}

#[test]
fn no_day_is_used_up_before_the_other() {
    let mut stage = Stage::new(1_000, 1_000);
    let mut done = [0_i32; 3];
    for _ in 0..500 {
        done[stage.account(1, 7) as usize] += 1;
        // A fiftieth of the day, and the one that moved it.
        assert!((done[1] - done[2]).abs() <= 22, "{done:?}");
    }
    assert_eq!(done[1] + done[2], 500);
}
