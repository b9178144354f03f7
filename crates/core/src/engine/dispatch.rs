//! Who goes next, and where: every lease is given here and nowhere else.

use super::{Engine, Held, HeldPlace, Seat, Timer};
use crate::change::{Change, ParkReason};
use crate::engine::level::Opens;
use crate::id::{AccountId, AttemptNo, LimitId, TargetId, WorkerId};
use crate::message::{Effects, Lease, Output};
use crate::queue::{ClassId, Place};
use crate::quota::{Fit, Free};
use crate::task::Event;
use crate::time::{Timestamp, micros};
use crate::usage::Spend;
use crate::wait::{Wait, WaitCode};

/// Priorities from here on may use what is reserved for them.
const HIGH_PRIORITY: u8 = 8;

/// The first of a queue that a target may serve.
#[derive(Copy, Clone, Debug)]
pub(super) struct Candidate {
    pub(super) place: Place,
    /// Since when its client has waited for its turn.
    turn: i64,
    pub(super) cost: Spend,
    pub(super) high_priority: bool,
    breadth: usize,
    /// How dear it is here, compared with where it is cheapest, in steps of a half.
    dearness: u8,
    pub(super) level: usize,
    /// Who would do it.
    seat: Seat,
}

/// Who of a queue comes first for an account's workers.
enum First {
    /// Since when its client has waited for its turn. Of those before it that wait for somebody else, the first does so
    /// until then.
    Ready(i64, Place, Seat, Option<Timestamp>),
    /// Whoever is first waits until then for somebody else.
    At(Timestamp),
    None,
}

/// The dearer task that came first and must not be postponed by what passes it.
#[derive(Copy, Clone, Debug)]
struct Shadow {
    cost: Spend,
    high_priority: bool,
    fit: Fit,
}

impl Engine {
    /// Starts whatever can start. Each pass gives a target at most one lease, those that were served least recently
    /// first, so that load spreads over all accounts at once.
    pub(super) fn dispatch(&mut self, effects: &mut Effects) {
        while let Some((at, target)) = self.ready.first().copied() {
            if at > self.now {
                break;
            }
            self.ready.pop_first();
            if let Some(target) = self.targets.get_mut(&target) {
                target.ready_at = None;
            }
            self.dirty.insert(target);
        }
        while !self.dirty.is_empty() {
            let mut turn: Vec<(u32, u64, TargetId)> = std::mem::take(&mut self.dirty)
                .into_iter()
                .filter_map(|id| {
                    self.targets
                        .get(&id)
                        .map(|target| (target.in_flight, target.last_grant, id))
                })
                .collect();
            turn.sort_unstable();
            for (_, _, target) in turn {
                self.serve(target, effects);
            }
        }
    }

    /// Grants the target's next task if one can start now, else remembers when and why not.
    fn serve(&mut self, id: TargetId, effects: &mut Effects) {
        if let Some(wait) = self.closed(id) {
            return self.rest_until(id, wait);
        }
        let (candidates, reopen) = self.candidates(id);
        let (chosen, wait) = self.choose(id, &candidates);
        match chosen {
            Some(candidate) => match self.home(id, &candidate) {
                Some((home, candidate)) => {
                    self.grant(home, candidate, effects);
                    self.dirty.insert(id);
                }
                None => self.grant(id, candidate, effects),
            },
            None => self.rest_until(id, earliest(wait, reopen)),
        }
    }

    /// Why the target takes nothing whatever the task, if so.
    pub(super) fn closed(&self, id: TargetId) -> Option<Wait> {
        let target = self.targets.get(&id)?;
        let account_id = target.spec.account;
        let account = self.accounts.get(&account_id)?;
        let wait = |code, until| Wait {
            code,
            until,
            account: Some(account_id),
            target: Some(id),
            limit: None,
        };
        if let Some((until, why)) = account.parked.or(target.parked) {
            return Some(wait(
                WaitCode::Parked(why),
                Some(until).filter(|until| *until < Timestamp::MAX),
            ));
        }
        if account.paused {
            return Some(wait(WaitCode::Paused, None));
        }
        if account.staff.is_empty() {
            return Some(wait(WaitCode::NoWorker, None));
        }
        if account.free.is_empty() {
            return Some(wait(WaitCode::Workers, None));
        }
        if target.pace.is_some() && (target.in_flight > 0 || target.paced_until > self.now) {
            let until = (target.in_flight == 0).then_some(target.paced_until);
            return Some(wait(WaitCode::Parked(ParkReason::QuotaRefused), until));
        }
        let probing = target.trouble >= self.bounds.faults_to_rest && target.in_flight > 0;
        probing.then(|| wait(WaitCode::Parked(ParkReason::Overloaded), None))
    }

    /// The heads of the queues that the target may serve now, first come first; and when a closed level may open.
    pub(super) fn candidates(&self, id: TargetId) -> (Vec<Candidate>, Option<Timestamp>) {
        let mut found = Vec::new();
        let mut reopen: Option<Timestamp> = None;
        let Some(target) = self.targets.get(&id) else {
            return (found, None);
        };
        for (class_id, level) in &target.classes {
            let mut at_latest = |at: Timestamp| reopen = Some(reopen.map_or(at, |other| other.min(at)));
            let (turn, place, seat) = match self.first_for(target.spec.account, *class_id) {
                First::Ready(turn, place, seat, passed) => {
                    passed.into_iter().for_each(&mut at_latest);
                    (turn, place, seat)
                }
                First::At(at) => {
                    at_latest(at);
                    continue;
                }
                First::None => continue,
            };
            match self.level_opens(*class_id, *level, place.slot) {
                Opens::Now => found.push(self.candidate(id, *class_id, *level, (turn, place), seat)),
                Opens::At(at) => at_latest(at),
                Opens::OnEvent => {}
            }
        }
        if found.len() > 1 {
            self.weigh(id, &mut found);
        }
        self.sort(&mut found);
        (found, reopen)
    }

    /// The first of a queue that a free worker of the account can do. Who has just met a fault with one waits a while for
    /// somebody else, if there is anybody.
    fn first_for(&self, account: AccountId, class_id: ClassId) -> First {
        /// So many may wait for somebody else before the queue is taken to have nobody.
        const LOOK_AHEAD: usize = 16;
        let class = &self.classes[class_id.0 as usize];
        if class.queue.is_empty() || self.paused_routes.contains(&class.key.route) {
            return First::None;
        }
        let Some(seat) = self.seat_for(account, &class.key.demand, None) else {
            return First::None;
        };
        let mut reopen = None;
        for (turn, place) in class.queue.iter().take(LOOK_AHEAD) {
            let shuns = self.tasks[place.slot as usize]
                .shuns
                .filter(|(_, until)| *until > self.now);
            let Some((shunned, until)) = shuns else {
                return First::Ready(turn, place, seat, reopen);
            };
            let Some(seat) = self.seat_for(account, &class.key.demand, Some(shunned)) else {
                continue;
            };
            if seat.2 != shunned || !self.has_another(class_id, shunned) {
                return First::Ready(turn, place, seat, reopen);
            }
            reopen = Some(reopen.map_or(until, |other: Timestamp| other.min(until)));
        }
        reopen.map_or(First::None, First::At)
    }

    /// Whether somebody else can do the class's tasks.
    fn has_another(&self, class_id: ClassId, than: WorkerId) -> bool {
        let class = &self.classes[class_id.0 as usize];
        let mut accounts = class
            .targets()
            .filter_map(|id| Some(self.targets.get(&id)?.spec.account));
        accounts.any(|account| {
            let staff = self.accounts.get(&account).map(|owner| &owner.staff);
            staff.into_iter().flatten().any(|id| {
                *id != than
                    && self
                        .workers
                        .get(id)
                        .is_some_and(|worker| worker.skill.covers(&class.key.demand))
            })
        })
    }

    fn candidate(
        &self,
        target: TargetId,
        class: ClassId,
        level: usize,
        (turn, place): (i64, Place),
        seat: Seat,
    ) -> Candidate {
        let row = &self.tasks[place.slot as usize].row;
        let cost = self.targets[&target].reserve(&row.estimate);
        let breadth = self.classes[class.0 as usize].breadth();
        Candidate {
            place,
            turn,
            cost,
            high_priority: row.priority >= HIGH_PRIORITY,
            breadth,
            dearness: 0,
            level,
            seat,
        }
    }

    /// Notes how much dearer each candidate is here than where it is cheapest: so what is large goes to whom it costs
    /// least, and what is small likewise.
    fn weigh(&self, id: TargetId, candidates: &mut [Candidate]) {
        for candidate in candidates {
            let task = &self.tasks[candidate.place.slot as usize];
            let class = &self.classes[task.class.0 as usize];
            let share = |id: TargetId| {
                let target = self.targets.get(&id)?;
                Some(
                    self.ledger
                        .share(&target.spec.limits, &target.reserve(&task.row.estimate)),
                )
            };
            let others = class.levels[candidate.level].iter().filter(|other| **other != id);
            let cheapest = others.filter_map(|other| share(*other)).min();
            let (Some(here), Some(there)) = (share(id), cheapest) else {
                continue;
            };
            let halves = here.saturating_mul(2) / there.max(1);
            candidate.dearness = u8::try_from(halves).unwrap_or(u8::MAX);
        }
    }

    /// First come first; within one step of age, who fits fewer targets goes first.
    fn sort(&self, candidates: &mut [Candidate]) {
        let Some(oldest) = candidates.iter().map(|candidate| candidate.turn).min() else {
            return;
        };
        let step = micros(self.bounds.age_step);
        candidates.sort_unstable_by_key(|candidate| {
            let later = candidate.turn.saturating_sub(oldest) >= step;
            let (breadth, dearness) = if later {
                (0, 0)
            } else {
                (candidate.breadth, candidate.dearness)
            };
            (later, breadth, dearness, candidate.turn, candidate.place)
        });
    }

    /// The first candidate that fits now, if it postpones none of the dearer ones before it.
    pub(super) fn choose(&mut self, id: TargetId, candidates: &[Candidate]) -> (Option<Candidate>, Option<Wait>) {
        let Some(target) = self.targets.get(&id) else {
            return (None, None);
        };
        let (account, limits) = (target.spec.account, &target.spec.limits);
        self.ledger.advance(limits, self.now);
        let mut shadows: Vec<Shadow> = Vec::new();
        for candidate in candidates {
            let fit = self
                .ledger
                .fit(limits, &candidate.cost, self.now, candidate.high_priority);
            let fits = fit.at <= Free::At(self.now);
            if fits && shadows.iter().all(|shadow| self.passes(limits, candidate, shadow)) {
                return (Some(*candidate), None);
            }
            if !fits {
                let (cost, high_priority) = (candidate.cost, candidate.high_priority);
                shadows.push(Shadow {
                    cost,
                    high_priority,
                    fit,
                });
            }
        }
        let first = shadows.iter().min_by_key(|shadow| shadow.fit.at);
        let wait = first.map(|shadow| Wait {
            code: WaitCode::Quota,
            until: match shadow.fit.at {
                Free::At(at) if at < Timestamp::MAX => Some(at),
                _ => None,
            },
            account: Some(account),
            target: Some(id),
            limit: shadow.fit.binding,
        });
        (None, wait)
    }

    /// True when starting the candidate now leaves the shadow's start where it is.
    fn passes(&self, limits: &[LimitId], candidate: &Candidate, shadow: &Shadow) -> bool {
        let (cost, other) = (&shadow.cost, &candidate.cost);
        let beside = self
            .ledger
            .fit_beside(limits, cost, other, self.now, shadow.high_priority);
        beside.at <= shadow.fit.at && beside.at != Free::AfterAnswer
    }

    fn grant(&mut self, id: TargetId, candidate: Candidate, effects: &mut Effects) {
        let (now, slot) = (self.now, candidate.place.slot);
        self.unplace(slot);
        self.settle_at(slot, id);
        self.advance_status(slot, Event::Grant);
        self.grants += 1;
        let Some(target) = self.targets.get_mut(&id) else {
            return;
        };
        target.in_flight += 1;
        target.last_grant = self.grants;
        target.paced_until = now + target.pace.unwrap_or_default();
        target.wait = None;
        let reserved = self
            .ledger
            .reserve(&target.spec.limits, &candidate.cost, candidate.high_priority, now);
        let worker = candidate.seat.2;
        self.occupy(candidate.seat);
        let lease = self
            .workers
            .get(&worker)
            .map_or(self.bounds.lease, |worker| worker.lease);
        let task = &mut self.tasks[slot as usize];
        task.place = HeldPlace::Leased;
        task.row.attempt = AttemptNo(task.row.attempt.0 + 1);
        let (task_id, attempt) = (task.row.id, task.row.attempt);
        self.classes[task.class.0 as usize].queue.served(task.row.client, now);
        let (send_by, deadline) = (now + self.bounds.send_within, now + lease);
        let durable = task.row.durable;
        let held = Held {
            attempt,
            target: id,
            worker,
            granted_at: now,
            send_by,
            deadline,
            cost: candidate.cost,
            reserved,
        };
        self.leases.insert(task_id, held);
        self.timers.insert((deadline, Timer::LeaseEnd(task_id, attempt)));
        let reserved = candidate.cost;
        effects.changes.push(Change::Granted {
            task: task_id,
            attempt,
            target: id,
            worker,
            at: now,
            send_by,
            reserved,
        });
        effects.outputs.push(Output::Lease(Lease {
            task: task_id,
            attempt,
            target: id,
            worker,
            send_by,
            deadline,
            reserved,
            durable,
        }));
        self.touch(id);
    }

    /// Marks everything whose turn may have come because the target's limits or slots changed.
    pub(super) fn touch(&mut self, id: TargetId) {
        let Some(target) = self.targets.get(&id) else { return };
        let account = &self.accounts[&target.spec.account];
        let sharing = target
            .spec
            .limits
            .iter()
            .filter_map(|limit| self.limit_targets.get(limit))
            .flatten();
        for other in sharing.chain(&account.targets).chain([&id]) {
            self.dirty.insert(*other);
            if let Some(other) = self.targets.get(other) {
                self.dirty.extend(other.dependents.iter().copied());
            }
        }
    }

    /// Notes why the target starts nothing now, and wakes up when it can.
    fn rest_until(&mut self, id: TargetId, wait: impl Into<Option<Wait>>) {
        let wait = wait.into();
        let Some(target) = self.targets.get_mut(&id) else {
            return;
        };
        target.wait = wait;
        let at = wait.and_then(|wait| wait.until).map(|at| at.max(self.now.offset(1)));
        if target.ready_at == at {
            return;
        }
        if let Some(old) = target.ready_at.take() {
            self.ready.remove(&(old, id));
        }
        if let Some(at) = at {
            target.ready_at = Some(at);
            self.ready.insert((at, id));
        }
    }
}

/// The sooner of the quota's wait and the opening of a level.
fn earliest(wait: Option<Wait>, reopen: Option<Timestamp>) -> Option<Wait> {
    let Some(at) = reopen else { return wait };
    match wait {
        Some(wait) if wait.until.is_some_and(|until| until <= at) => Some(wait),
        Some(wait) => Some(Wait {
            until: Some(at),
            ..wait
        }),
        None => Some(Wait {
            code: WaitCode::Patience,
            until: Some(at),
            account: None,
            target: None,
            limit: None,
        }),
    }
}
