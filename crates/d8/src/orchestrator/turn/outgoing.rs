//! What goes out: leases to workers, ends to those who wait. Nothing leaves before what it rests on is stored; what is not
//! kept by its client's choice rests on an allowance that was stored ahead.

use std::collections::BTreeMap;
use std::sync::Arc;

use d8_core::change::{Change, Ending};
use d8_core::id::{AttemptNo, TargetId, TaskId, WorkerId};
use d8_core::message::{Input, Lease, Outcome, Output, Report};
use d8_core::usage::Spend;
use d8_store::ResultRow;
use tokio::sync::oneshot;

use super::Turn;
use crate::orchestrator::event::{Done, Later, Polled, Refusal};
use crate::orchestrator::news::News;
use crate::worker::Errand;

/// What leaves once its batch is stored.
#[derive(Default)]
pub(super) struct Deliveries {
    outputs: Vec<Output>,
    /// Leases for workers elsewhere, each with the poll that they answer.
    polls: Vec<(oneshot::Sender<Polled>, Polled)>,
    pub(super) answers: Vec<Later>,
    results: BTreeMap<TaskId, Arc<ResultRow>>,
    pending: Vec<TaskId>,
}

impl Deliveries {
    pub(super) fn is_empty(&self) -> bool {
        self.outputs.is_empty() && self.polls.is_empty() && self.answers.is_empty()
    }
}

/// What may be spent before it is stored that it was: per target, stored ahead and not used yet.
#[derive(Debug, Default)]
pub(super) struct Allowances(BTreeMap<TargetId, Spend>);

impl Allowances {
    /// Takes an amount out; false where too little is left.
    fn draw(&mut self, target: TargetId, amount: &Spend) -> bool {
        let Some(rest) = self.0.get(&target).and_then(|left| minus(left, amount)) else {
            return false;
        };
        self.0.insert(target, rest);
        true
    }

    /// Nothing more is drawn: everything that is stored ahead is stored as nothing.
    pub(super) fn give_back(&mut self) -> Vec<(TargetId, Spend)> {
        std::mem::take(&mut self.0)
            .into_keys()
            .map(|target| (target, Spend::NONE))
            .collect()
    }
}

fn minus(left: &Spend, amount: &Spend) -> Option<Spend> {
    Some(Spend {
        requests: left.requests.checked_sub(amount.requests)?,
        input_tokens: left.input_tokens.checked_sub(amount.input_tokens)?,
        output_tokens: left.output_tokens.checked_sub(amount.output_tokens)?,
        cost: d8_core::money::Picodollars(left.cost.0.checked_sub(amount.cost.0)?),
    })
}

impl Turn {
    /// Sorts what the engine brought about: what must be stored, what waits for that, and what may leave at once.
    pub(super) fn take_effects(&mut self) {
        self.gathering.now = self.own.engine.now();
        let mut results: BTreeMap<TaskId, ResultRow> =
            self.reported.results(&self.effects.outputs).into_iter().collect();
        let changes = std::mem::take(&mut self.effects.changes);
        for change in &changes {
            self.urgent |= !self.is_passing(change);
        }
        self.note_pending(&changes);
        self.gathering.changes.extend(changes);
        let mut elsewhere: BTreeMap<WorkerId, Vec<Lease>> = BTreeMap::new();
        for output in std::mem::take(&mut self.effects.outputs) {
            match output {
                Output::Lease(lease) => {
                    self.own
                        .audience
                        .note_start(lease.task, lease.target, self.own.engine.now());
                    if self.own.built_in.contains_key(&lease.worker) {
                        self.send_built_in(lease);
                    } else {
                        elsewhere.entry(lease.worker).or_default().push(lease);
                    }
                }
                Output::Ended {
                    task,
                    durable,
                    callback,
                    ..
                } => {
                    let result = results.remove(&task);
                    self.end(task, durable, callback, result, output);
                }
                Output::Abort { .. } => self.waiting.outputs.push(output),
            }
        }
        for (worker, leases) in elsewhere {
            self.send_elsewhere(worker, leases);
        }
        self.end_polls();
    }

    /// Whether a change is only about a task that its client does not want kept.
    fn is_passing(&mut self, change: &Change) -> bool {
        match change {
            Change::Added(row) if !row.durable => self.passing.insert(row.id),
            Change::Finished { task, .. } => self.passing.remove(task),
            Change::Granted { task, .. }
            | Change::AttemptEnded { task, .. }
            | Change::LateReport { task, .. }
            | Change::Requeued { task, .. }
            | Change::Reprioritised { task, .. } => self.passing.contains(task),
            _ => false,
        }
    }

    /// What comes in, or waits again, is news once it is stored.
    fn note_pending(&mut self, changes: &[Change]) {
        let watched = self.own.news.receiver_count() > 0;
        for change in changes {
            match change {
                Change::Added(row) if watched => self.waiting.pending.push(row.id),
                Change::Requeued { task, .. } if watched => self.waiting.pending.push(*task),
                _ => {}
            }
        }
    }

    pub(super) fn total_of(&mut self, ending: Ending) -> &mut u64 {
        match ending {
            Ending::Completed => &mut self.own.totals.completed,
            Ending::Failed(_) => &mut self.own.totals.failed,
            Ending::Cancelled => &mut self.own.totals.cancelled,
        }
    }

    fn send_built_in(&mut self, lease: Lease) {
        if self.may_leave_at_once(&lease) {
            self.deliver_output(&Output::Lease(lease), None);
        } else {
            self.waiting.outputs.push(Output::Lease(lease));
        }
    }

    /// A worker elsewhere gets its leases as the answer to its poll. Where it has just hung up, nothing was sent.
    fn send_elsewhere(&mut self, worker: WorkerId, leases: Vec<Lease>) {
        let Some(poll) = self.polls.remove(&worker) else {
            self.returned
                .extend(leases.iter().map(|lease| give_back(lease.task, lease.attempt)));
            return;
        };
        let at_once = leases.iter().all(|lease| self.may_leave_at_once(lease));
        let polled = Polled {
            leases,
            cancelled: self
                .own
                .fleet
                .by_worker(worker)
                .map(|member| std::mem::take(&mut member.cancelled))
                .unwrap_or_default(),
            known: true,
        };
        if at_once {
            self.answer_poll(poll.reply, polled);
        } else {
            self.waiting.polls.push((poll.reply, polled));
        }
    }

    /// Whether a lease's spending is stored already, as an allowance. If not, more is stored ahead with it.
    fn may_leave_at_once(&mut self, lease: &Lease) -> bool {
        if lease.durable {
            return false;
        }
        if self.allowances.draw(lease.target, &lease.reserved) {
            let left = self.allowances.0.get(&lease.target).copied().unwrap_or_default();
            self.note_allowance(lease.target, left);
            return true;
        }
        // This lease waits for its own row; those after it need not, as far as the block goes.
        let block = self.own.engine.allowance(lease.target);
        self.allowances.0.insert(lease.target, block);
        self.note_allowance(lease.target, block);
        false
    }

    /// One word for each target in a batch: the last.
    fn note_allowance(&mut self, target: TargetId, left: Spend) {
        match self.gathering.allowances.iter_mut().find(|(known, _)| *known == target) {
            Some((_, noted)) => *noted = left,
            None => self.gathering.allowances.push((target, left)),
        }
    }

    fn end(&mut self, task: TaskId, durable: bool, callback: bool, result: Option<ResultRow>, output: Output) {
        self.own.requests.forget(task);
        if !durable {
            return self.deliver_output(&output, result.map(Arc::new));
        }
        if callback {
            self.gathering.callbacks.push(task);
        }
        if let Some(result) = result {
            self.waiting.results.insert(task, Arc::new(result.clone()));
            self.gathering.results.push((task, result));
        }
        self.waiting.outputs.push(output);
    }

    /// Those who asked and did not want to wait hear that there is nothing.
    fn end_polls(&mut self) {
        let over: Vec<WorkerId> = self
            .polls
            .iter()
            .filter(|(_, poll)| !poll.waits)
            .map(|(id, _)| *id)
            .collect();
        for id in over {
            if let Some(poll) = self.polls.remove(&id) {
                let nothing = Polled {
                    known: true,
                    ..Polled::default()
                };
                let _ = poll.reply.send(nothing);
            }
        }
    }

    /// Whoever no longer listens has gone for good; what it was told is stored.
    pub(super) fn deliver(&mut self, deliveries: Deliveries) {
        let Deliveries {
            outputs,
            polls,
            answers,
            mut results,
            pending,
        } = deliveries;
        for answer in answers {
            answer();
        }
        for task in pending {
            self.tell_news(News::Pending(task));
        }
        for (reply, polled) in polls {
            self.answer_poll(reply, polled);
        }
        for output in outputs {
            let result = match &output {
                Output::Ended { task, .. } => results.remove(task),
                _ => None,
            };
            self.deliver_output(&output, result);
        }
    }

    fn deliver_output(&mut self, output: &Output, result: Option<Arc<ResultRow>>) {
        match *output {
            Output::Lease(lease) => {
                self.tell_news(News::Assigned {
                    task: lease.task,
                    attempt: lease.attempt,
                    worker: lease.worker,
                });
                if let Some(worker) = self.own.built_in.get(&lease.worker) {
                    let _ = worker.send(Errand::Make(lease));
                }
            }
            Output::Ended {
                task,
                group,
                ending,
                by,
                callback,
                ..
            } => {
                *self.total_of(ending) += 1;
                self.tell_news(News::Ended { task, group, ending });
                let done = Done {
                    task,
                    ending,
                    result,
                    by,
                    start: None,
                    refused: None,
                };
                self.own.audience.tell(group, done);
                if let (true, Some(callbacks)) = (callback, &self.own.callbacks) {
                    let _ = callbacks.send(task);
                }
            }
            Output::Abort { worker, task, attempt } => self.abort(worker, task, attempt),
        }
    }

    /// A call that nobody wants any more is ended where it runs.
    fn abort(&mut self, worker: WorkerId, task: TaskId, attempt: AttemptNo) {
        if let Some(built_in) = self.own.built_in.get(&worker) {
            let _ = built_in.send(Errand::Stop(task, attempt));
            return;
        }
        let poll = self.polls.remove(&worker);
        if let Some(member) = self.own.fleet.by_worker(worker) {
            match poll {
                Some(poll) => {
                    let polled = Polled {
                        leases: Vec::new(),
                        cancelled: vec![(task, attempt)],
                        known: true,
                    };
                    self.returned.push(Input::Hush(worker));
                    let _ = poll.reply.send(polled);
                }
                None => member.cancelled.push((task, attempt)),
            }
        }
    }

    fn answer_poll(&mut self, reply: oneshot::Sender<Polled>, polled: Polled) {
        for lease in &polled.leases {
            self.tell_news(News::Assigned {
                task: lease.task,
                attempt: lease.attempt,
                worker: lease.worker,
            });
        }
        if let Err(polled) = reply.send(polled) {
            self.returned
                .extend(polled.leases.iter().map(|lease| give_back(lease.task, lease.attempt)));
        }
    }

    /// A task whose end somebody watches was not taken in.
    pub(super) fn turn_away(&mut self, task: TaskId, refusal: &Refusal) {
        let code = match refusal {
            Refusal::QueueFull { .. } => "queue_full",
            Refusal::DiskFull { .. } => "disk_full",
            Refusal::Sealed(_) => "group_sealed",
            Refusal::DeadlineInfeasible { .. } => "deadline_infeasible",
            Refusal::Stopping => "stopping",
        };
        let body = serde_json::json!({"error": {"message": refusal.to_string(), "code": code}});
        let done = Done {
            task,
            ending: Ending::Cancelled,
            result: Some(Arc::new(ResultRow {
                status: 0,
                body: body.to_string().into_bytes(),
            })),
            by: None,
            start: None,
            refused: Some(refusal.clone()),
        };
        self.own.requests.forget(task);
        self.own.audience.tell(d8_core::id::GroupId(0), done);
    }

    fn tell_news(&self, news: News) {
        if self.own.news.receiver_count() > 0 {
            let _ = self.own.news.send(Arc::new(news));
        }
    }
}

/// An attempt that never reached its worker.
pub(super) fn give_back(task: TaskId, attempt: AttemptNo) -> Input {
    Input::Finished {
        task,
        attempt,
        report: Report::plain(Outcome::GivenBack, d8_core::time::Timestamp::EPOCH),
    }
}
