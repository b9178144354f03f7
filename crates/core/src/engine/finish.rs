//! What becomes of a task when its attempt is over. A 429 is never its fault; a fault is worth another try; what the
//! request itself provoked is final; silence counts as spent.

use std::time::Duration;

use super::{Engine, Held, Timer};
use crate::change::{AttemptOutcome, Change, FailureCode, ParkReason, Parked};
use crate::id::{AttemptNo, TargetId, TaskId};
use crate::limit::Dimension;
use crate::message::{Effects, LimitSignal, Outcome, RefusedLimit, Report};
use crate::queue::ClassKey;
use crate::quota::{Looked, Refused, Took};
use crate::task::{Event, Status};
use crate::time::Timestamp;
use crate::usage::Spend;

/// When an attempt was counted at the latest, and when it was over.
#[derive(Copy, Clone)]
struct Moments {
    arrived: Timestamp,
    ended: Timestamp,
}

impl Engine {
    pub(super) fn finished(&mut self, id: TaskId, attempt: AttemptNo, report: Report, effects: &mut Effects) {
        let Some(slot) = self.by_id.get(&id).copied() else {
            return;
        };
        match self.leases.remove(&id) {
            Some(held) if held.attempt == attempt => self.conclude(id, slot, &held, report, effects),
            Some(other) => {
                self.leases.insert(id, other);
            }
            None => self.late(slot, attempt, &report, effects),
        }
    }

    /// A report for a lease that ran out: its success still completes a task that waits and that nobody else holds.
    /// What it spent was counted when it fell silent, and stays counted: what nobody told in time is never given back.
    fn late(&mut self, slot: u32, attempt: AttemptNo, report: &Report, effects: &mut Effects) {
        let task = &self.tasks[slot as usize];
        let theirs = attempt.0 >= 1 && attempt <= task.row.attempt;
        if let (true, Status::Pending, Outcome::Answered(_)) = (theirs, task.status, &report.outcome) {
            self.end_by(slot, Event::Answer, Some(attempt), effects);
        }
    }

    fn conclude(&mut self, id: TaskId, slot: u32, held: &Held, report: Report, effects: &mut Effects) {
        let Report {
            outcome,
            received_at,
            arrived_by,
            clock,
            signals,
        } = report;
        let ended = received_at.min(self.now).max(held.granted_at);
        let arrived = Moments {
            arrived: arrived_by.min(ended).max(held.granted_at),
            ended,
        };
        self.learn_clock(held.target, clock);
        self.look(held, arrived.arrived, &signals, effects);
        match outcome {
            Outcome::Answered(usage) => {
                let cost = self.targets[&held.target].spec.cost;
                let estimate = self.tasks[slot as usize].row.estimate;
                let usage = usage.map(|usage| usage.parted(&estimate));
                if let Some(target) = self.targets.get_mut(&held.target) {
                    if let Some(usage) = usage {
                        target.sizes.learn(&estimate, usage);
                    }
                    target
                        .answers
                        .add(held.granted_at, ended, usage.map(|usage| cost.settled(usage)));
                }
                let took = usage.map_or(Took::Reserved, |usage| Took::Known(cost.settled(usage)));
                self.settle(id, held, AttemptOutcome::Answered, took, arrived, effects);
                self.accepted(held, effects);
                self.end_by(slot, Event::Answer, Some(held.attempt), effects);
            }
            Outcome::Refused { limits, retry_after } => {
                self.settle(id, held, AttemptOutcome::Refused, Took::Refused, arrived, effects);
                self.refused(held, &limits, retry_after, effects);
                self.requeue(slot, Event::Refuse, self.now, effects);
            }
            Outcome::Overloaded { retry_after } => {
                self.settle(id, held, AttemptOutcome::Fault, Took::Reserved, arrived, effects);
                self.trouble(held.target, retry_after, true, effects);
                self.requeue(slot, Event::Refuse, self.now, effects);
            }
            Outcome::Fault { sent } => {
                let took = if sent { Took::Reserved } else { Took::Known(Spend::NONE) };
                self.settle(id, held, AttemptOutcome::Fault, took, arrived, effects);
                self.trouble(held.target, None, false, effects);
                self.fault(slot, held, effects);
            }
            Outcome::Cut => {
                self.settle(id, held, AttemptOutcome::Fault, Took::Reserved, arrived, effects);
                self.trouble(held.target, None, false, effects);
                let failed = Event::Fail(FailureCode::ProviderError);
                self.end_by(slot, failed, Some(held.attempt), effects);
            }
            Outcome::TooLarge => {
                self.settle(id, held, AttemptOutcome::Rejected, Took::Reserved, arrived, effects);
                self.too_large(slot, held, effects);
            }
            Outcome::Rejected => {
                self.settle(id, held, AttemptOutcome::Rejected, Took::Reserved, arrived, effects);
                self.accepted(held, effects);
                self.end_by(
                    slot,
                    Event::Fail(FailureCode::ProviderError),
                    Some(held.attempt),
                    effects,
                );
            }
            Outcome::BadKey => self.denied(id, slot, held, arrived, ParkReason::BadKey, effects),
            Outcome::NoMoney => self.denied(id, slot, held, arrived, ParkReason::NoMoney, effects),
            Outcome::ModelUnavailable => self.denied(id, slot, held, arrived, ParkReason::ModelUnavailable, effects),
            Outcome::GivenBack => {
                self.settle(
                    id,
                    held,
                    AttemptOutcome::GivenBack,
                    Took::Known(Spend::NONE),
                    arrived,
                    effects,
                );
                self.requeue(slot, Event::GiveBack, self.now, effects);
            }
        }
    }

    /// The account, or its model, takes nothing until somebody mends it; the task flows elsewhere.
    fn denied(&mut self, id: TaskId, slot: u32, held: &Held, at: Moments, why: ParkReason, effects: &mut Effects) {
        let took = Took::Known(Spend {
            requests: 1,
            ..Spend::NONE
        });
        self.settle(id, held, AttemptOutcome::Denied, took, at, effects);
        let what = match why {
            ParkReason::ModelUnavailable => Parked::Target(held.target),
            _ => Parked::Account(self.targets[&held.target].spec.account),
        };
        self.park(what, Timestamp::MAX, why, effects);
        self.requeue(slot, Event::Refuse, self.now, effects);
    }

    fn fault(&mut self, slot: u32, held: &Held, effects: &mut Effects) {
        /// So long a task that met a fault waits for another worker than the one where it did.
        const SHUNNED: Duration = Duration::from_secs(30);
        let attempt = held.attempt;
        let until = self.now + SHUNNED;
        let task = &mut self.tasks[slot as usize];
        task.shuns = Some((held.worker, until));
        task.row.faults = task.row.faults.saturating_add(1);
        if task.row.faults >= task.row.max_attempts {
            return self.end_by(
                slot,
                Event::Fail(FailureCode::AttemptsExhausted),
                Some(attempt),
                effects,
            );
        }
        if task.row.deadline <= self.now {
            return self.end_by(slot, Event::Fail(FailureCode::DeadlineExceeded), Some(attempt), effects);
        }
        let wait = self.backoff(u32::from(self.tasks[slot as usize].row.faults));
        self.requeue(slot, Event::Fault, self.now + wait, effects);
    }

    /// Another target may be large enough; where none is left, nobody will ever serve it.
    fn too_large(&mut self, slot: u32, held: &Held, effects: &mut Effects) {
        let key = &self.classes[self.tasks[slot as usize].class.0 as usize].key;
        let mut except = key.except.clone();
        if let Err(at) = except.binary_search(&held.target) {
            except.insert(at, held.target);
        }
        let class = self.intern(ClassKey { except, ..key.clone() });
        if self.classes[class.0 as usize].breadth() == 0 {
            return self.end_by(slot, Event::Fail(FailureCode::TooLarge), Some(held.attempt), effects);
        }
        self.tasks[slot as usize].class = class;
        self.requeue(slot, Event::Refuse, self.now, effects);
    }

    /// A lease ran out: the request may have been sent, so it counts as spent.
    pub(super) fn silence(&mut self, id: TaskId, attempt: AttemptNo, effects: &mut Effects) {
        let Some(slot) = self.by_id.get(&id).copied() else {
            return;
        };
        let Some(held) = self.leases.remove(&id) else { return };
        if held.attempt != attempt {
            self.leases.insert(id, held);
            return;
        }
        self.settle_in_silence(id, &held, AttemptOutcome::Silent, effects);
        let task = &mut self.tasks[slot as usize];
        task.row.silences = task.row.silences.saturating_add(1);
        if task.row.silences >= self.bounds.max_silences {
            return self.end(slot, Event::Fail(FailureCode::Quarantined), effects);
        }
        self.requeue(slot, Event::Silence, self.now, effects);
    }

    pub(super) fn settle_in_silence(
        &mut self,
        id: TaskId,
        held: &Held,
        outcome: AttemptOutcome,
        effects: &mut Effects,
    ) {
        let at = self.now.max(held.send_by);
        let at = Moments { arrived: at, ended: at };
        self.settle(id, held, outcome, Took::Reserved, at, effects);
    }

    /// Ends a lease: the ledger learns what it took, the worker is free again, and the attempt is history.
    fn settle(
        &mut self,
        id: TaskId,
        held: &Held,
        outcome: AttemptOutcome,
        took: Took,
        at: Moments,
        effects: &mut Effects,
    ) {
        self.timers.remove(&(held.deadline, Timer::LeaseEnd(id, held.attempt)));
        self.vacate(held.worker);
        let clock = self.clock_of(held.target);
        if let Some(target) = self.targets.get_mut(&held.target) {
            target.in_flight = target.in_flight.saturating_sub(1);
            let limits = &target.spec.limits;
            self.ledger
                .settle(limits, &held.reserved, took, held.granted_at, at.arrived, clock);
        }
        self.touch(held.target);
        let spent = match took {
            Took::Reserved => held.cost,
            Took::Known(spent) => spent,
            Took::Refused => Spend::REFUSED,
        };
        effects.changes.push(Change::AttemptEnded {
            task: id,
            attempt: held.attempt,
            target: held.target,
            worker: held.worker,
            granted_at: held.granted_at,
            ended_at: at.ended,
            outcome,
            spent,
        });
    }

    fn accepted(&mut self, held: &Held, effects: &mut Effects) {
        let Some(target) = self.targets.get_mut(&held.target) else {
            return;
        };
        target.trouble = 0;
        let news = self.ledger.accepted(&target.spec.limits, held.granted_at, self.now);
        effects.learnt(news);
    }

    /// What headers told of limits corrects the ledger before the attempt is settled.
    fn look(&mut self, held: &Held, arrived_by: Timestamp, signals: &[LimitSignal], effects: &mut Effects) {
        let (false, Some(target)) = (signals.is_empty(), self.targets.get(&held.target)) else {
            return;
        };
        let clock = self.clock_of(held.target);
        let looked = Looked {
            limits: &target.spec.limits,
            reserved: &held.reserved,
            granted_at: held.granted_at,
            arrived_by,
        };
        let news = self.ledger.look(&looked, signals, self.now, clock);
        effects.learnt(news);
    }

    fn refused(&mut self, held: &Held, named: &[RefusedLimit], retry_after: Option<Duration>, effects: &mut Effects) {
        let id = held.target;
        let clock = self.clock_of(id);
        let refused = Refused {
            limits: &self.targets[&id].spec.limits,
            named,
            hint: retry_after,
            granted_at: held.granted_at,
        };
        let verdicts = self.ledger.refused(&refused, self.now, clock);
        for verdict in &verdicts {
            effects.learnt(verdict.learnt.map(|learnt| (verdict.limit, learnt)));
            // Those that were under way at the first refusal bring nothing new.
            if self.ledger.parked_until(verdict.limit) < Some(verdict.until) {
                let limit = Parked::Limit(verdict.limit);
                self.park(limit, verdict.until, ParkReason::QuotaRefused, effects);
            }
        }
        if verdicts.is_empty() && self.targets[&id].parked.is_none() {
            self.slow_down(id, named);
            let rest = retry_after.unwrap_or(Duration::from_secs(60));
            let until = self.now + rest + Duration::from_millis(50);
            self.park(Parked::Target(id), until, ParkReason::QuotaRefused, effects);
        }
    }

    /// A limit that nobody configured has refused: from now on one request at a time, as far apart as it says itself.
    fn slow_down(&mut self, id: TargetId, limits: &[RefusedLimit]) {
        const LONGEST: Duration = Duration::from_secs(3_600);
        let apart = |limit: &RefusedLimit| {
            let per = limit.per.filter(|per| *per <= LONGEST)?;
            let amount = limit.amount.filter(|_| limit.dimension == Dimension::Requests)?;
            Some(per / u32::try_from(amount).ok().filter(|amount| *amount > 0)?)
        };
        let pace = limits.iter().filter_map(apart).max().unwrap_or_default();
        if let Some(target) = self.targets.get_mut(&id) {
            target.pace = Some(target.pace.map_or(pace, |known| known.max(pace)));
        }
    }

    pub(super) fn backoff(&self, count: u32) -> Duration {
        let doubled = self
            .bounds
            .backoff_least
            .saturating_mul(1 << count.saturating_sub(1).min(16));
        doubled.min(self.bounds.backoff_most)
    }
}
