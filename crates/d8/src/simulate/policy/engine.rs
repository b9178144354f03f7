//! D8's own policy: the engine, told by the same inputs as in the orchestrator. Nothing is stored, so that outputs leave
//! at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use d8_core::change::{Demand, Ending, TaskRow};
use d8_core::clock::ClockOffset;
use d8_core::engine::Engine;
use d8_core::id::{AttemptNo, ClientId, GroupId, TargetId, TaskId};
use d8_core::message::{Effects, Input, Outcome, Output, Report};
use d8_core::setup::Bounds;
use d8_core::time::Timestamp;
use d8_core::worker::{Enlisted, Skill};

use super::{Act, News, Sender};
use crate::orchestrator::MAX_ATTEMPTS;
use crate::simulate::ground::Ground;
use crate::simulate::provider::{Reply, Verdict};
use crate::simulate::workload::Job;

/// As many attempts as a built-in worker runs at once.
const SLOTS: u32 = 512;
/// How often a worker says that it is at work.
const RENEW_EVERY: Duration = Duration::from_secs(20);

pub(super) struct ByEngine {
    engine: Engine,
    jobs: Arc<[Job]>,
    routes: Vec<d8_core::id::RouteId>,
    places: BTreeMap<TargetId, usize>,
    /// When each worker says next that it is at work.
    renewals: BTreeSet<(Timestamp, TaskId, AttemptNo)>,
    due: BTreeMap<TaskId, Timestamp>,
    effects: Effects,
}

impl ByEngine {
    pub(super) fn new(ground: &Ground, jobs: Arc<[Job]>, start: Timestamp) -> Self {
        let mut by_engine = Self {
            engine: Engine::new(ground.believed.clone(), start),
            jobs,
            routes: ground.routes.iter().map(|(id, _)| *id).collect(),
            places: ground.by_target.clone(),
            renewals: BTreeSet::new(),
            due: BTreeMap::new(),
            effects: Effects::default(),
        };
        let up = ground.clients.iter().map(|client| {
            Input::WorkerUp(Enlisted {
                worker: client.worker,
                account: client.id,
                slots: SLOTS,
                skill: Skill::Any,
                lease: Bounds::default().lease,
            })
        });
        by_engine.engine.handle(start, up, &mut by_engine.effects);
        by_engine
    }

    fn row(&self, index: usize, now: Timestamp) -> TaskRow {
        let job = &self.jobs[index];
        TaskRow {
            id: TaskId(index as u64),
            group: GroupId(1),
            client: ClientId(1),
            route: self.routes[job.route],
            priority: job.priority,
            created_at: now,
            not_before: now,
            deadline: Timestamp::MAX,
            max_attempts: MAX_ATTEMPTS,
            faults: 0,
            silences: 0,
            attempt: AttemptNo(0),
            estimate: job.estimate,
            demand: Demand::default(),
            interactive: false,
            durable: true,
            callback: false,
            prefix: None,
        }
    }

    fn input(&mut self, now: Timestamp, news: News) -> Input {
        match news {
            News::Work(job) => Input::Submit(self.row(job, now)),
            News::Heard {
                job,
                attempt,
                sent_at,
                reply,
                ..
            } => {
                let (task, attempt) = (TaskId(job as u64), AttemptNo(attempt));
                self.forget_renewal(task, attempt);
                let report = report(reply, sent_at, now);
                Input::Finished { task, attempt, report }
            }
        }
    }

    fn forget_renewal(&mut self, task: TaskId, attempt: AttemptNo) {
        if let Some(due) = self.due.remove(&task) {
            self.renewals.remove(&(due, task, attempt));
        }
    }

    fn renew(&mut self, now: Timestamp, inputs: &mut Vec<Input>) {
        while let Some((due, task, attempt)) = self.renewals.first().copied() {
            if due > now {
                break;
            }
            self.renewals.pop_first();
            self.keep_renewing(task, attempt, now);
            inputs.push(Input::Renew { task, attempt });
        }
    }

    fn keep_renewing(&mut self, task: TaskId, attempt: AttemptNo, now: Timestamp) {
        let due = now + RENEW_EVERY;
        self.due.insert(task, due);
        self.renewals.insert((due, task, attempt));
    }
}

impl Sender for ByEngine {
    fn turn(&mut self, now: Timestamp, news: Vec<News>, acts: &mut Vec<Act>) {
        let mut inputs: Vec<Input> = news.into_iter().map(|news| self.input(now, news)).collect();
        self.renew(now, &mut inputs);
        let mut effects = std::mem::take(&mut self.effects);
        self.engine.handle(now, inputs, &mut effects);
        for output in effects.outputs.drain(..) {
            match output {
                Output::Lease(lease) => {
                    self.keep_renewing(lease.task, lease.attempt, now);
                    acts.push(Act::Send {
                        job: lease.task.0 as usize,
                        attempt: lease.attempt.0,
                        place: self.places[&lease.target],
                    });
                }
                Output::Ended { task, ending, .. } => acts.push(match ending {
                    Ending::Completed => Act::Completed(task.0 as usize),
                    Ending::Failed(_) | Ending::Cancelled => Act::Failed(task.0 as usize),
                }),
                Output::Abort { .. } => {}
            }
        }
        effects.clear();
        self.effects = effects;
    }

    fn next_wakeup(&self) -> Option<Timestamp> {
        let renewal = self.renewals.first().map(|(due, ..)| *due);
        [self.engine.next_wakeup(), renewal].into_iter().flatten().min()
    }
}

/// What a worker makes of an answer.
fn report(reply: Reply, sent_at: Timestamp, now: Timestamp) -> Report {
    Report {
        outcome: match reply.verdict {
            Verdict::Answered(usage) => Outcome::Answered(Some(usage)),
            Verdict::Refused { limits, retry_after } => Outcome::Refused { limits, retry_after },
            Verdict::TooLarge => Outcome::TooLarge,
            Verdict::Overloaded => Outcome::Overloaded { retry_after: None },
        },
        received_at: now,
        // The way back is not known, so it counts as the way there.
        arrived_by: (now - reply.processing).max(sent_at),
        clock: Some(ClockOffset::from_date(reply.date, sent_at, now)),
        signals: reply.signals,
    }
}
