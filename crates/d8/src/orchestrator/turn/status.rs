//! How things stand, for whoever asks.

use std::time::Duration;

use d8_core::change::Pausable;
use d8_core::engine::{GroupCounts, Prospects};
use d8_core::id::{GroupId, LimitId, TaskId};
use d8_core::time::Timestamp;
use d8_core::{Engine, LimitView};
use d8_store::Names;

use super::Turn;
use crate::orchestrator::event::{Event, Open, Status, View};
use crate::orchestrator::fleet::Fleet;
use crate::orchestrator::pace::{LONGEST, Tally};
use crate::orchestrator::plan::Plan;

const MINUTE: Duration = Duration::from_secs(60);

impl Turn {
    /// Answers what was asked, once everything that came before is decided.
    pub(super) fn answer_questions(&mut self) {
        for question in std::mem::take(&mut self.questions) {
            match question {
                Event::View(group, reply) => drop(reply.send(self.view(group))),
                Event::Outlook(reply) => drop(reply.send(self.own.engine.outlook())),
                Event::Status(reply) => drop(reply.send(self.status())),
                Event::Open(tasks, reply) => drop(reply.send(self.open(&tasks))),
                Event::Explain(tasks, reply) => {
                    let waits = tasks.into_iter().map(|task| self.own.engine.explain(task));
                    let _ = reply.send(waits.collect());
                }
                Event::Strangers(mut tasks, reply) => {
                    tasks.retain(|task| !self.own.engine.is_open(*task));
                    self.later(Some(reply), tasks);
                }
                _ => {}
            }
        }
    }

    /// Copies what a forecast needs; whoever asked works it out elsewhere.
    fn open(&self, tasks: &[TaskId]) -> Open {
        let engine = &self.own.engine;
        let now = self.own.clock.now().max(engine.now());
        Open {
            outlook: engine.outlook_at(now),
            workload: engine.workload(now),
            lines: tasks.iter().map(|task| engine.line_before(*task)).collect(),
        }
    }

    fn view(&self, group: GroupId) -> View {
        let now = self.own.clock.now().max(self.own.engine.now());
        View {
            now,
            counts: self.own.engine.group(group),
            prospects: self.prospects(group),
            targets: self.own.engine.targets().collect(),
            parked: self.own.engine.parked(),
            limits: limits(&self.own.engine, &self.own.directory.plan(), now),
        }
    }

    /// Whoever stops serves nothing more: what then waits has a future all the same, with whoever comes next.
    fn prospects(&self, group: GroupId) -> Prospects {
        let prospects = self.own.engine.prospects_of(group);
        Prospects {
            hopeless: if self.draining { 0 } else { prospects.hopeless },
            ..prospects
        }
    }

    pub(super) fn status(&self) -> Status {
        let now = self.own.clock.now().max(self.own.engine.now());
        let plan = self.own.directory.plan();
        let stands = self
            .own
            .directory
            .names(|names| how_all_stands(&self.own.engine, now, &plan, names, &self.own.fleet, self.own.totals));
        Status {
            minute: self.pace.within(MINUTE, now),
            five_minutes: self.pace.within(LONGEST, now),
            ..stands
        }
    }
}

/// How everything stands with an engine, without a pace; `ended`: the tasks that it does not know any more.
pub(in crate::orchestrator) fn how_all_stands(
    engine: &Engine,
    now: Timestamp,
    plan: &Plan,
    names: &Names,
    fleet: &Fleet,
    ended: GroupCounts,
) -> Status {
    let open = engine.open_counts();
    let paused = |id| engine.is_paused(Pausable::Account(id));
    let routes = engine.paused_routes();
    let members = fleet.members();
    Status {
        now,
        tasks: GroupCounts {
            pending: open.pending,
            assigned: open.assigned,
            ..ended
        },
        waits: engine.waits(),
        targets: engine.targets().collect(),
        parked: engine.parked(),
        limits: limits(engine, plan, now),
        paused_accounts: plan
            .accounts
            .iter()
            .filter(|entry| paused(entry.id))
            .map(|entry| entry.name.clone())
            .collect(),
        paused_routes: routes
            .iter()
            .filter_map(|id| names.name(*id))
            .map(str::to_owned)
            .collect(),
        queues: engine.waiting_by_route(),
        minute: Tally::default(),
        five_minutes: Tally::default(),
        fleet: members
            .map(|member| (member.clone(), engine.busy(member.enlisted.worker)))
            .collect(),
    }
}

fn limits(engine: &Engine, plan: &Plan, now: Timestamp) -> Vec<(LimitId, LimitView)> {
    let ids = plan.limits.keys();
    // A limit that nobody has said anything about, and that was never met, is none.
    ids.filter_map(|id| Some((*id, engine.limit(*id, now)?)))
        .filter(|(_, view)| view.amount < u64::MAX)
        .collect()
}
