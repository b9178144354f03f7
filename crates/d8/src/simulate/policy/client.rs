//! What clients without a ledger do: the Hive's workers, and the ways in common use today.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use d8_core::time::Timestamp;
use d8_emulator::Dice;

use super::gate::Gate;
use super::queue::SharedQueue;
use super::{Act, News, Policy, Sender};
use crate::simulate::ground::{Client, Ground};
use crate::simulate::provider::Verdict;
use crate::simulate::workload::Job;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
/// Calls that such a client has open at once, unless the account allows fewer.
const AT_ONCE: u32 = 16;
/// The resilient worker's waits.
const WAITS: [u64; 5] = [2, 4, 8, 16, 32];
/// How long a router leaves an account alone.
const COOLDOWN: Duration = Duration::from_secs(60);
/// Keeps what a client throws apart from what its world throws.
const THROWS: u64 = 1 << 62;

/// A call in a client's hands.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Call {
    job: usize,
    place: usize,
    /// Calls of this job so far.
    attempt: u32,
}

/// One account's worker.
#[derive(Clone, Debug)]
struct Worker {
    slots: u32,
    gate: Gate,
    /// Calls to be made again that may leave as soon as the gate is open. They hold their slots.
    again: VecDeque<Call>,
    /// It is left alone until then.
    cools: Timestamp,
}

pub(super) struct ByClient {
    policy: Policy,
    ground: Arc<Ground>,
    jobs: Arc<[Job]>,
    queue: SharedQueue,
    workers: Vec<Worker>,
    /// The accounts in the order of the first route.
    order: Vec<usize>,
    /// When refused calls are made again, and by which account.
    resting: BTreeSet<(Timestamp, usize, Call)>,
    attempts: Vec<u32>,
    dice: Dice,
    now: Timestamp,
}

impl ByClient {
    pub(super) fn new(policy: Policy, ground: Arc<Ground>, jobs: Arc<[Job]>, seed: u64) -> Self {
        let worker = |client: &Client| Worker {
            slots: match policy {
                Policy::D8 | Policy::Plain | Policy::Resilient | Policy::Groq => 1,
                Policy::Backoff | Policy::Cooldown | Policy::TokenBucket => client.concurrency.clamp(1, AT_ONCE),
            },
            gate: gate(policy, client),
            again: VecDeque::new(),
            cools: Timestamp::EPOCH,
        };
        let mut order: Vec<usize> = Vec::new();
        let routed = ground.routes.iter().flat_map(|(_, places)| places);
        let routed = routed.map(|place| ground.places[*place].account);
        for account in routed.chain(0..ground.clients.len()) {
            if !order.contains(&account) {
                order.push(account);
            }
        }
        Self {
            policy,
            queue: SharedQueue::new(&ground),
            workers: ground.clients.iter().map(worker).collect(),
            order,
            resting: BTreeSet::new(),
            attempts: vec![0; jobs.len()],
            dice: Dice::new(seed, THROWS),
            now: Timestamp::EPOCH,
            ground,
            jobs,
        }
    }

    fn hear(&mut self, news: News, acts: &mut Vec<Act>) {
        match news {
            News::Work(job) => self.queue.add(job, &self.jobs[job]),
            News::Heard { job, place, reply, .. } => {
                let account = self.ground.places[place].account;
                match reply.verdict {
                    Verdict::Answered(_) => {
                        self.workers[account].slots += 1;
                        acts.push(Act::Completed(job));
                    }
                    Verdict::TooLarge => self.fail(account, job, acts),
                    Verdict::Refused { retry_after, .. } => self.refused(account, job, place, retry_after, acts),
                    // The Hive's workers wait for quota only.
                    Verdict::Overloaded if self.is_hive() => self.fail(account, job, acts),
                    Verdict::Overloaded => self.refused(account, job, place, None, acts),
                }
            }
        }
    }

    fn is_hive(&self) -> bool {
        matches!(self.policy, Policy::Plain | Policy::Resilient | Policy::Groq)
    }

    fn fail(&mut self, account: usize, job: usize, acts: &mut Vec<Act>) {
        self.workers[account].slots += 1;
        acts.push(Act::Failed(job));
    }

    fn refused(&mut self, account: usize, job: usize, place: usize, hint: Option<Duration>, acts: &mut Vec<Act>) {
        let attempt = self.attempts[job];
        let wait = match self.policy {
            Policy::D8 | Policy::Plain | Policy::Groq => None,
            Policy::Resilient => WAITS.get(attempt as usize - 1).map(|wait| Duration::from_secs(*wait)),
            Policy::Backoff => {
                let most = 60.0_f64.min(2.0_f64.powi(attempt.min(10) as i32));
                Some(Duration::from_secs_f64((most * self.dice.fraction()).max(0.1)))
            }
            Policy::TokenBucket => Some(hint.unwrap_or(Duration::from_secs(5)).max(Duration::from_millis(100))),
            Policy::Cooldown => {
                let worker = &mut self.workers[account];
                worker.slots += 1;
                worker.cools = worker.cools.max(self.now + COOLDOWN);
                return self.queue.add(job, &self.jobs[job]);
            }
        };
        match wait {
            Some(wait) => {
                let call = Call { job, place, attempt };
                self.resting.insert((self.now + wait, account, call));
            }
            None => self.fail(account, job, acts),
        }
    }

    fn wake(&mut self) {
        while let Some((at, account, call)) = self.resting.first().copied() {
            if at > self.now {
                break;
            }
            self.resting.pop_first();
            self.workers[account].again.push_back(call);
        }
    }

    /// When an account could send its next call; none where it has nothing to send.
    fn opens(&self, account: usize) -> Option<Timestamp> {
        let worker = &self.workers[account];
        let has_work = !worker.again.is_empty() || (worker.slots > 0 && self.queue.has_work_for(account));
        has_work.then(|| worker.gate.opens(self.now).max(worker.cools))
    }

    fn send_all(&mut self, acts: &mut Vec<Act>) {
        loop {
            let may_send = |account: &&usize| self.opens(**account).is_some_and(|at| at <= self.now);
            let able: Vec<usize> = self.order.iter().filter(may_send).copied().collect();
            let chosen = match (self.policy, able.len()) {
                (_, 0) => return,
                (Policy::Cooldown, count) => able[self.dice.bits() as usize % count],
                _ => able[0],
            };
            self.send(chosen, acts);
        }
    }

    fn send(&mut self, account: usize, acts: &mut Vec<Act>) {
        let worker = &mut self.workers[account];
        let (job, place) = match worker.again.pop_front() {
            Some(call) => (call.job, call.place),
            None => {
                let Some(taken) = self.queue.take(account) else { return };
                worker.slots -= 1;
                taken
            }
        };
        worker.gate.pass(self.now);
        self.attempts[job] += 1;
        let attempt = self.attempts[job];
        acts.push(Act::Send { job, attempt, place });
    }
}

impl Sender for ByClient {
    fn turn(&mut self, now: Timestamp, news: Vec<News>, acts: &mut Vec<Act>) {
        self.now = now;
        for news in news {
            self.hear(news, acts);
        }
        self.wake();
        self.send_all(acts);
    }

    fn next_wakeup(&self) -> Option<Timestamp> {
        let rested = self.resting.first().map(|(at, ..)| *at);
        let open = (0..self.workers.len()).filter_map(|account| self.opens(account)).min();
        [rested, open].into_iter().flatten().min()
    }
}

fn gate(policy: Policy, client: &Client) -> Gate {
    match (policy, client.per_minute) {
        (Policy::Resilient, _) => Gate::sliding(&[(10, MINUTE)]),
        (Policy::Groq, _) => Gate::sliding(&[(30, MINUTE), (14_400, DAY)]),
        (Policy::TokenBucket, Some((amount, per))) => Gate::bucket(amount, per),
        _ => Gate::Open,
    }
}
