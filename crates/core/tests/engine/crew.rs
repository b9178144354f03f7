//! Workers that come by, fall silent and come back; accounts that they bring; what somebody holds back.

use std::time::Duration;

use d8_core::Engine;
use d8_core::change::{Change, Demand, Ending, FailureCode, Pausable, TaskRow};
use d8_core::engine::{Past, PastLease};
use d8_core::id::{AccountId, AttemptNo, ClientId, GroupId, KindId, RouteId, TargetId, TaskId, WorkerId};
use d8_core::message::{Effects, Input, Lease, Outcome, Output, Report};
use d8_core::money::Price;
use d8_core::setup::{Patience, RouteSpec, Setup, TargetSpec};
use d8_core::time::Timestamp;
use d8_core::usage::{CostRule, OutputCharge, Spend};
use d8_core::wait::WaitCode;
use d8_core::worker::{Enlisted, Skill};

const START: Timestamp = Timestamp::from_micros(1_000_000_000_000_000);
const ROUTE: RouteId = RouteId(1);
const LEASE: Duration = Duration::from_secs(60);

/// An engine, its time, and what came out of it last.
struct Stage {
    engine: Engine,
    now: Timestamp,
    effects: Effects,
}

fn target(account: u32) -> TargetSpec {
    TargetSpec {
        account: AccountId(account),
        limits: Vec::new(),
        cost: CostRule {
            output_charge: OutputCharge::AsProduced,
            default_output_tokens: 0,
            price: Price::default(),
        },
    }
}

fn setup(levels: [Vec<u32>; 3]) -> Setup {
    let mut setup = Setup::default();
    for id in levels.iter().flatten() {
        setup.targets.push((TargetId(*id), target(*id)));
    }
    let route = RouteSpec {
        levels: levels.map(|level| level.into_iter().map(TargetId).collect()),
        patience: Patience {
            queued: Duration::from_secs(60),
            interactive: Duration::from_secs(1),
        },
        last_resort_after: Duration::from_secs(3_600),
    };
    setup.routes.push((ROUTE, route));
    setup
}

fn worker(id: u32, account: u32) -> Enlisted {
    Enlisted {
        worker: WorkerId(id),
        account: AccountId(account),
        slots: 1,
        skill: Skill::Any,
        lease: LEASE,
    }
}

fn hive(id: u32, account: u32, kinds: &[u32]) -> Enlisted {
    Enlisted {
        skill: Skill::Plain(kinds.iter().map(|kind| KindId(*kind)).collect()),
        ..worker(id, account)
    }
}

fn row(id: u64) -> TaskRow {
    crate::row::row(id, START)
}

fn poll(worker: Enlisted) -> Input {
    Input::Poll { worker, waits: false }
}

fn wait_for_work(worker: Enlisted) -> Input {
    Input::Poll { worker, waits: true }
}

impl Stage {
    fn new(accounts: &[u32]) -> Self {
        Self {
            engine: Engine::new(setup([accounts.to_vec(), Vec::new(), Vec::new()]), START),
            now: START,
            effects: Effects::default(),
        }
    }

    /// One turn; gives the leases that came of it.
    fn turn(&mut self, inputs: impl IntoIterator<Item = Input>) -> Vec<Lease> {
        self.effects.clear();
        self.engine.handle(self.now, inputs, &mut self.effects);
        assert_eq!(self.engine.check(), Vec::<String>::new());
        let leases = self.effects.outputs.iter().filter_map(|output| match output {
            Output::Lease(lease) => Some(*lease),
            _ => None,
        });
        leases.collect()
    }

    fn after(&mut self, time: Duration) -> &mut Self {
        self.now = self.now + time;
        self
    }

    fn ending(&self) -> Option<Ending> {
        self.effects.outputs.iter().find_map(|output| match output {
            Output::Ended { ending, .. } => Some(*ending),
            _ => None,
        })
    }

    fn report(&self, lease: &Lease, outcome: Outcome) -> Input {
        Input::Finished {
            task: lease.task,
            attempt: lease.attempt,
            report: Report::plain(outcome, self.now),
        }
    }
}

#[test]
fn who_asks_and_does_not_wait_is_gone_when_the_turn_ends() {
    let mut stage = Stage::new(&[1]);
    assert!(stage.turn([poll(worker(7, 1))]).is_empty());
    assert!(stage.turn([Input::Submit(row(1))]).is_empty(), "it had gone");
    let leases = stage.turn([poll(worker(7, 1))]);
    assert_eq!(
        (leases.len(), leases[0].task, leases[0].worker),
        (1, TaskId(1), WorkerId(7))
    );
}

#[test]
fn who_waits_is_given_work_once() {
    let mut stage = Stage::new(&[1]);
    let two_slots = Enlisted {
        slots: 2,
        ..worker(7, 1)
    };
    stage.turn([wait_for_work(two_slots.clone())]);
    assert_eq!(stage.turn([Input::Submit(row(1))]).len(), 1);
    assert!(stage.turn([Input::Submit(row(2))]).is_empty(), "its poll is answered");
    stage.turn([wait_for_work(two_slots), Input::Hush(WorkerId(7))]);
    assert!(stage.turn([Input::Submit(row(3))]).is_empty(), "it hung up");
}

#[test]
fn whoever_comes_by_goes_before_whoever_stays() {
    let mut stage = Stage::new(&[1]);
    stage.turn([Input::WorkerUp(worker(1, 1))]);
    let leases = stage.turn([Input::Submit(row(1)), poll(worker(7, 1))]);
    assert_eq!(leases[0].worker, WorkerId(7));
}

#[test]
fn a_task_goes_only_to_who_can_do_it() {
    let mut stage = Stage::new(&[1]);
    let rare = TaskRow {
        demand: Demand {
            kind: KindId(9),
            rare: true,
            plain: true,
        },
        ..row(1)
    };
    let with_tools = TaskRow {
        demand: Demand {
            plain: false,
            ..Demand::default()
        },
        ..row(2)
    };
    stage.turn([Input::Submit(rare), Input::Submit(with_tools)]);
    assert!(stage.turn([poll(hive(7, 1, &[0]))]).is_empty());
    assert_eq!(stage.engine.explain(TaskId(1)).unwrap().code, WaitCode::NoSkill);
    let any = stage.turn([poll(worker(8, 1))]);
    assert_eq!(
        (any.len(), any[0].task),
        (1, TaskId(2)),
        "one of D8's own carries tools, and knows no rare type"
    );
    let named = stage.turn([poll(hive(9, 1, &[0, 9]))]);
    assert_eq!((named.len(), named[0].task), (1, TaskId(1)));
}

#[test]
fn a_worker_that_loses_its_task_three_times_takes_no_more_down_with_it() {
    let mut stage = Stage::new(&[1]);
    stage.turn([Input::Submit(row(1)), Input::Submit(row(2))]);
    for silences in 1..=3_u32 {
        let leases = stage.turn([poll(worker(7, 1))]);
        assert_eq!(
            (leases[0].task, leases[0].attempt),
            (TaskId(1), AttemptNo(silences)),
            "it keeps its place"
        );
        stage.turn([Input::WorkerLost(WorkerId(7))]);
    }
    assert_eq!(stage.ending(), Some(Ending::Failed(FailureCode::Quarantined)));
    assert_eq!(stage.turn([poll(worker(7, 1))])[0].task, TaskId(2));
}

#[test]
fn after_a_fault_another_worker_goes_first_where_there_is_one() {
    let mut stage = Stage::new(&[1, 2]);
    let lease = stage.turn([Input::Submit(row(1)), poll(worker(7, 1))])[0];
    stage.turn([stage.report(&lease, Outcome::Fault { sent: true })]);
    stage.turn([poll(worker(8, 2))]);
    stage.after(Duration::from_secs(2));
    assert!(
        stage.turn([poll(worker(7, 1))]).is_empty(),
        "the other one has not tried yet"
    );
    assert_eq!(stage.turn([poll(worker(8, 2))])[0].worker, WorkerId(8));
}

#[test]
fn after_a_fault_the_only_worker_is_good_enough_and_so_is_any_after_a_while() {
    let mut alone = Stage::new(&[1]);
    let lease = alone.turn([Input::Submit(row(1)), poll(worker(7, 1))])[0];
    alone.turn([alone.report(&lease, Outcome::Fault { sent: true })]);
    alone.after(Duration::from_secs(2));
    assert_eq!(alone.turn([poll(worker(7, 1))]).len(), 1);

    let mut stage = Stage::new(&[1, 2]);
    let lease = stage.turn([Input::Submit(row(1)), poll(worker(7, 1)), poll(worker(8, 2))])[0];
    let (first, other) = if lease.worker == WorkerId(7) {
        ((7, 1), (8, 2))
    } else {
        ((8, 2), (7, 1))
    };
    stage.turn([stage.report(&lease, Outcome::Fault { sent: true })]);
    stage.turn([poll(worker(other.0, other.1))]);
    stage.after(Duration::from_secs(31));
    assert_eq!(
        stage.turn([poll(worker(first.0, first.1))]).len(),
        1,
        "the other one does not come"
    );
}

#[test]
fn a_stream_cut_after_its_beginning_is_never_begun_again() {
    let mut stage = Stage::new(&[1]);
    let lease = stage.turn([Input::Submit(row(1)), poll(worker(7, 1))])[0];
    stage.turn([stage.report(&lease, Outcome::Cut)]);
    assert_eq!(stage.ending(), Some(Ending::Failed(FailureCode::ProviderError)));
}

#[test]
fn a_stall_of_ours_is_nobodys_silence() {
    let mut stage = Stage::new(&[1]);
    stage.turn([Input::Submit(row(1)), poll(worker(7, 1))]);
    stage.after(LEASE + Duration::from_secs(30));
    let stalled = Input::Stalled(LEASE + Duration::from_secs(25));
    stage.turn([stalled]);
    assert_eq!(stage.engine.held_by(WorkerId(7)).len(), 1);
    stage.after(LEASE);
    stage.turn([]);
    assert!(stage.engine.held_by(WorkerId(7)).is_empty());
}

#[test]
fn a_worker_that_brings_an_account_serves_what_waits() {
    let mut stage = Stage::new(&[]);
    stage.turn([Input::Submit(row(1))]);
    assert_eq!(stage.engine.explain(TaskId(1)).unwrap().code, WaitCode::NoTarget);
    stage.engine.add_target(TargetId(5), target(5));
    stage.engine.extend_route(ROUTE, 0, TargetId(5));
    assert_eq!(stage.turn([poll(worker(7, 5))])[0].target, TargetId(5));
}

#[test]
fn what_is_paused_starts_nothing_and_says_so() {
    for what in [Pausable::Account(AccountId(1)), Pausable::Route(ROUTE)] {
        let mut stage = Stage::new(&[1]);
        stage.turn([Input::WorkerUp(worker(1, 1)), Input::Pause(what)]);
        assert!(
            stage.effects.changes.contains(&Change::Paused(what)),
            "it outlives a restart"
        );
        assert!(stage.turn([Input::Submit(row(1))]).is_empty());
        assert_eq!(
            stage.engine.explain(TaskId(1)).unwrap().code,
            WaitCode::Paused,
            "{what:?}"
        );
        assert_eq!(stage.turn([Input::Resume(what)]).len(), 1);
    }
}

#[test]
fn another_priority_is_another_place() {
    let mut stage = Stage::new(&[1]);
    stage.turn([Input::Submit(row(1)), Input::Submit(row(2))]);
    let to = |priority| Input::Reprioritise {
        task: TaskId(2),
        priority,
    };
    stage.turn([to(9)]);
    assert_eq!(stage.turn([poll(worker(7, 1))])[0].task, TaskId(2));
}

#[test]
fn somebody_who_waits_goes_first_and_takes_the_backup_sooner() {
    let mut stage = Stage::new(&[1]);
    let interactive = TaskRow {
        interactive: true,
        ..row(2)
    };
    stage.turn([Input::Submit(row(1)), Input::Submit(interactive)]);
    assert_eq!(stage.turn([poll(worker(7, 1))])[0].task, TaskId(2));

    // The primary has no worker that is free; the backup has.
    let mut stage = Stage {
        engine: Engine::new(setup([vec![1], vec![2], Vec::new()]), START),
        now: START,
        effects: Effects::default(),
    };
    stage.turn([
        Input::Pause(Pausable::Account(AccountId(1))),
        Input::WorkerUp(worker(2, 2)),
    ]);
    let leases = stage.turn([Input::Submit(interactive)]);
    assert_eq!(leases.len(), 1, "the primary cannot start it in time");
}

#[test]
fn after_a_restart_workers_elsewhere_keep_what_they_are_at() {
    let lease = |task: u64, worker_id: u32, survives: bool| PastLease {
        task: TaskId(task),
        attempt: AttemptNo(3),
        target: TargetId(1),
        worker: WorkerId(worker_id),
        limits: Vec::new(),
        granted_at: START,
        send_by: START,
        reserved: Spend {
            requests: 1,
            ..Spend::NONE
        },
        survives: survives.then(|| worker(worker_id, 1)),
    };
    let passing = TaskRow {
        durable: false,
        ..row(3)
    };
    let past = Past {
        tasks: vec![row(1), row(2), passing],
        leases: vec![lease(1, 7, true), lease(2, 8, false), lease(3, 9, true)],
        ..Past::default()
    };
    let mut effects = Effects::default();
    let later = START + Duration::from_secs(3_600);
    let engine = Engine::restore(setup([vec![1], Vec::new(), Vec::new()]), past, later, &mut effects);
    let ended = |id| Change::Finished {
        task: TaskId(id),
        group: GroupId(1),
        ending: Ending::Cancelled,
        at: later,
    };
    assert!(
        effects.changes.contains(&ended(3)),
        "its client has gone with the process"
    );
    let mut stage = Stage {
        engine,
        now: later,
        effects,
    };
    assert_eq!(stage.engine.held_by(WorkerId(7)), [(TaskId(1), AttemptNo(3))]);
    assert!(
        stage.engine.held_by(WorkerId(8)).is_empty(),
        "a built-in worker ended with the process"
    );
    // It has its full time again, and its report is heard.
    stage.after(LEASE - Duration::from_secs(1));
    stage.turn([Input::Finished {
        task: TaskId(1),
        attempt: AttemptNo(3),
        report: Report::plain(Outcome::Answered(None), stage.now),
    }]);
    assert_eq!(stage.ending(), Some(Ending::Completed));
    let next = stage.turn([poll(worker(7, 1))]);
    assert_eq!(
        (next[0].task, next[0].attempt),
        (TaskId(2), AttemptNo(4)),
        "no number is ever given twice"
    );
}

#[test]
fn what_nobody_waits_for_is_let_go_and_taken_up_again_as_it_was() {
    let mut stage = Stage::new(&[1]);
    let of = |id: u64, group: u32| TaskRow {
        group: GroupId(group),
        ..row(id)
    };
    let later = TaskRow {
        not_before: START + Duration::from_secs(5),
        deadline: START + Duration::from_secs(50),
        ..of(3, 1)
    };
    let submitted = [of(1, 1), of(2, 1), later, of(4, 2)].map(Input::Submit);
    let leases = stage.turn(submitted.into_iter().chain([Input::WorkerUp(worker(7, 1))]));
    assert_eq!((leases.len(), leases[0].task), (1, TaskId(1)));
    stage.turn([Input::Release(GroupId(1))]);
    assert!(stage.effects.is_empty(), "the store keeps them as they are");
    let counts = stage.engine.group(GroupId(1));
    assert_eq!((counts.pending, counts.assigned), (0, 1), "what is under way may end");
    let report = stage.report(&leases[0], Outcome::Answered(None));
    let next = stage.turn([report]);
    assert_eq!((next.len(), next[0].task), (1, TaskId(4)), "another group goes on");
    // What is taken up again is done, each once.
    let adopted = [of(2, 1), later, of(4, 2)].map(Input::Adopt);
    assert!(stage.turn(adopted).is_empty());
    let report = stage.report(&next[0], Outcome::Answered(None));
    let next = stage.turn([report]);
    assert_eq!((next.len(), next[0].task), (1, TaskId(2)));
    let report = stage.report(&next[0], Outcome::Answered(None));
    let next = stage.after(Duration::from_secs(6)).turn([report]);
    assert_eq!((next.len(), next[0].task), (1, TaskId(3)));
}

#[test]
fn a_group_is_hopeless_whatever_others_can_hope_for() {
    let mut stage = Stage::new(&[1]);
    let nowhere = TaskRow {
        group: GroupId(2),
        route: RouteId(9),
        ..row(2)
    };
    stage.turn([
        Input::WorkerUp(worker(7, 1)),
        Input::Submit(row(1)),
        Input::Submit(nowhere),
        Input::Submit(row(3)),
    ]);
    let prospects = |stage: &Stage, group| {
        let prospects = stage.engine.prospects_of(GroupId(group));
        (prospects.open, prospects.hopeless)
    };
    assert_eq!((prospects(&stage, 1), prospects(&stage, 2)), ((2, 0), (1, 1)));
    assert_eq!(stage.engine.prospects().hopeless, 1);
}

#[test]
fn clients_take_turns_however_much_each_has_brought() {
    let mut stage = Stage::new(&[1]);
    let of = |client: u32, id: u64| {
        Input::Submit(TaskRow {
            client: ClientId(client),
            ..row(id)
        })
    };
    stage.turn((1..=50).map(|id| of(1, id)));
    stage.after(Duration::from_secs(2 * 3_600));
    stage.turn([]);
    stage.turn(
        (51..=52)
            .map(|id| {
                let Input::Submit(row) = of(2, id) else { panic!() };
                let created_at = stage.now;
                Input::Submit(TaskRow {
                    created_at,
                    not_before: created_at,
                    ..row
                })
            })
            .collect::<Vec<_>>(),
    );
    let mut served = Vec::new();
    for _ in 0..6 {
        stage.after(Duration::from_secs(1));
        let leases = stage.turn([poll(worker(7, 1))]);
        served.push(leases[0].task.0);
        let done = stage.report(&leases[0], Outcome::Answered(None));
        stage.turn([done]);
    }
    assert_eq!(served.iter().filter(|id| **id > 50).count(), 2, "{served:?}");
    assert!(served.iter().filter(|id| **id <= 50).count() >= 2, "{served:?}");
    assert!(
        served[..5].contains(&51) && served[..5].contains(&52),
        "who comes later waits for no backlog: {served:?}"
    );
}
