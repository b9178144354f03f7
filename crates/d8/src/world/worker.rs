//! Workers: what becomes of a lease on its way to a provider, and of the answer on its way back.

use std::time::Duration;

use d8_core::change::Change;
use d8_core::clock::ClockOffset;
use d8_core::id::{AccountId, AttemptNo, TaskId};
use d8_core::message::{Input, Lease, Outcome, Report};
use d8_core::setup::Bounds;
use d8_core::time::Timestamp;
use d8_core::usage::Usage;
use d8_core::worker::{Enlisted, Skill};
use d8_emulator::Ticket;
use d8_store::{Batch, ResultRow, StoreError};

use super::process::Deliveries;
use super::scene::Mistake;
use super::setup::{place_of, worker_id};
use super::witness::{Rare, answer};
use super::{Event, World};

/// How many attempts a worker runs at once.
const SLOTS: u32 = 64;
/// How often a worker says that it is at work.
const RENEW_EVERY: Duration = Duration::from_secs(20);

/// A request, from the moment at which it leaves.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) lease: Lease,
    /// What became of it is known to the store, or will never be.
    pub(super) settled: bool,
    pub(super) job: usize,
    pub(super) account: usize,
    pub(super) model: usize,
    pub(super) life: u32,
    pub(super) sent_at: Timestamp,
    pub(super) fate: Fate,
    pub(super) ticket: Option<Ticket>,
    /// The provider's clock at its answer, in seconds.
    pub(super) date: i64,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    Answered,
    Unsent,
    Fault,
    Overload,
    /// The worker is never heard again.
    Lost,
    /// The worker is heard again when its lease has ended.
    Late,
}

/// A report as a worker makes it.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    report: Report,
    result: Option<ResultRow>,
}

impl Fate {
    /// The worker shows no sign of life until its lease has ended.
    pub(super) fn is_silent(self) -> bool {
        matches!(self, Self::Lost | Self::Late)
    }
}

impl World {
    /// A lease is on its way to its worker, with the request from the store.
    pub(super) fn hand_out(&mut self, lease: Lease) -> Result<(), StoreError> {
        let Some(process) = &self.process else {
            return Ok(());
        };
        let Some(payload) = process.reader.payload(lease.task)? else {
            self.witness
                .complain(format!("{lease:?} was handed out and its request is not stored"));
            return Ok(());
        };
        let Some(job) = job_of(&payload.body) else {
            self.witness
                .complain(format!("{lease:?} is for a request that nobody made"));
            return Ok(());
        };
        self.witness.handed_out(job);
        let stalled = self.chance.hits(self.nature.stalled);
        let (least, most) = if stalled {
            self.nature.stall
        } else {
            (Duration::ZERO, Duration::from_millis(50))
        };
        let after = self.chance.time(least, most);
        let life = self.life;
        self.schedule(after, Event::Pick { life, lease, job });
        Ok(())
    }

    /// Whether who began a call in that life is still there.
    pub(super) fn lives(&self, account: usize, life: u32) -> bool {
        self.scene.accounts[account].remote || (life == self.life && self.process.is_some())
    }

    /// The worker has the lease and sends, if it is not too late.
    pub(super) fn pick(&mut self, life: u32, lease: &Lease, job: usize) -> Result<(), StoreError> {
        let (account, model) = place_of(lease.target);
        if !self.lives(account, life) {
            return Ok(());
        }
        if self.now > lease.send_by {
            self.witness.saw(Rare::GivenBack);
            return self.hear(
                account,
                lease.task,
                lease.attempt,
                self.heard(Outcome::GivenBack, None, None),
            );
        }
        let outlived = life != self.life;
        if outlived {
            self.witness.crashed_amid(job);
        }
        let fate = self.fate();
        if fate == Fate::Unsent {
            self.witness.fault(job, Rare::Unsent);
            let outcome = Outcome::Fault { sent: false };
            return self.hear(
                account,
                lease.task,
                lease.attempt,
                self.heard(outcome, None, self.error(0)),
            );
        }
        let call = Call {
            lease: *lease,
            settled: outlived,
            job,
            account,
            model,
            life,
            sent_at: self.now,
            fate,
            ticket: None,
            date: 0,
        };
        self.send(call);
        Ok(())
    }

    fn fate(&mut self) -> Fate {
        let nature = &self.nature;
        let fates = [
            (nature.unreachable, Fate::Unsent),
            (nature.fault, Fate::Fault),
            (nature.overload, Fate::Overload),
            (nature.lost, Fate::Lost),
            (nature.late, Fate::Late),
        ];
        let mut thrown = self.chance.below(1_000);
        for (permille, fate) in fates {
            let permille = u64::from(permille);
            if thrown < permille {
                return fate;
            }
            thrown -= permille;
        }
        Fate::Answered
    }

    fn send(&mut self, call: Call) {
        if call.fate.is_silent() {
            self.witness.silence(call.job);
        }
        let id = self.scheduled;
        self.calls.insert(id, call);
        let way = self.way();
        self.schedule(way, Event::Arrive(id));
        self.schedule(RENEW_EVERY, Event::Renew(id));
    }

    pub(super) fn way(&mut self) -> Duration {
        self.chance.time(Duration::ZERO, self.nature.delay)
    }

    /// The answer has reached the worker, which reports it.
    pub(super) fn answer_heard(&mut self, id: u64) -> Result<(), StoreError> {
        let Some(call) = self.calls.get(&id) else {
            return Ok(());
        };
        let (account, lease, job, fate) = (call.account, call.lease, call.job, call.fate);
        if !self.lives(account, call.life) {
            self.calls.remove(&id);
            return Ok(());
        }
        let clock = ClockOffset::from_date(call.date, call.sent_at, self.now);
        let (outcome, result) = match fate {
            Fate::Fault => (self.fault(), self.error(500)),
            Fate::Overload => (Outcome::Overloaded { retry_after: None }, self.error(503)),
            _ => (self.answered(job), Some(good(job))),
        };
        let heard = self.heard(outcome, Some(clock), result);
        self.hear(account, lease.task, lease.attempt, heard)
    }

    fn fault(&self) -> Outcome {
        let sent = self.scene.mistake != Mistake::ForgiveFaults;
        Outcome::Fault { sent }
    }

    fn error(&self, status: u16) -> Option<ResultRow> {
        let body = b"no answer".to_vec();
        self.nature.error_texts.then_some(ResultRow { status, body })
    }

    fn answered(&mut self, job: usize) -> Outcome {
        let untold = self.chance.hits(self.nature.untold);
        let job = &self.scene.jobs[job];
        let usage = Usage {
            input_tokens: job.input.into(),
            output_tokens: job.output.into(),
        };
        Outcome::Answered((!untold).then_some(usage))
    }

    fn heard(&self, outcome: Outcome, clock: Option<ClockOffset>, result: Option<ResultRow>) -> Heard {
        let received_at = self.now;
        Heard {
            report: Report {
                clock,
                ..Report::plain(outcome, received_at)
            },
            result,
        }
    }

    /// A worker reports. A remote one repeats it to the next process until one has stored it.
    fn hear(&mut self, account: usize, task: TaskId, attempt: AttemptNo, heard: Heard) -> Result<(), StoreError> {
        if self.scene.accounts[account].remote {
            self.unheard.insert((task, attempt), heard.clone());
        }
        let input = self.take_report(task, attempt, heard);
        self.decide(input.into_iter().collect())
    }

    fn take_report(&mut self, task: TaskId, attempt: AttemptNo, heard: Heard) -> Option<Input> {
        let process = self.process.as_mut()?;
        process.hear(task, attempt, heard.result);
        let report = heard.report;
        Some(Input::Finished { task, attempt, report })
    }

    /// A worker that is at work says so, unless it is to fall silent.
    pub(super) fn renew(&mut self, id: u64) -> Result<(), StoreError> {
        let Some(call) = self.calls.get(&id) else {
            return Ok(());
        };
        if call.fate.is_silent() || !self.lives(call.account, call.life) {
            return Ok(());
        }
        let (task, attempt) = (call.lease.task, call.lease.attempt);
        self.witness.saw(Rare::Renewed);
        self.schedule(RENEW_EVERY, Event::Renew(id));
        self.decide(vec![Input::Renew { task, attempt }])
    }

    /// All workers come to a new process; remote ones repeat what the last one may not have stored.
    pub(super) fn connect_workers(&mut self) -> Result<(), StoreError> {
        let up = |index: usize| {
            Input::WorkerUp(Enlisted {
                worker: worker_id(index),
                account: AccountId(worker_id(index).0),
                slots: SLOTS,
                skill: Skill::Any,
                lease: Bounds::default().lease,
            })
        };
        let mut inputs: Vec<Input> = (0..self.scene.accounts.len()).map(up).collect();
        for ((task, attempt), heard) in self.unheard.clone() {
            self.witness.saw(Rare::ReportRepeated);
            inputs.extend(self.take_report(task, attempt, heard));
        }
        self.decide(inputs)
    }

    pub(super) fn note_late_reports(&mut self, batch: &Batch, deliveries: &Deliveries) {
        let late = |call: &&Call| {
            let name = (call.lease.task, call.lease.attempt);
            call.fate == Fate::Late && deliveries.reported.contains(&name)
        };
        let late: Vec<TaskId> = self.calls.values().filter(late).map(|call| call.lease.task).collect();
        for late in late {
            let used = |change: &Change| matches!(change, Change::Finished { task, .. } if *task == late);
            let useful = batch.changes.iter().any(used);
            self.witness.saw(if useful {
                Rare::LateReportUsed
            } else {
                Rare::LateReportUseless
            });
        }
    }
}

/// The job whose request this is.
fn job_of(request: &[u8]) -> Option<usize> {
    std::str::from_utf8(request)
        .ok()?
        .strip_prefix("request ")?
        .parse()
        .ok()
}

fn good(job: usize) -> ResultRow {
    ResultRow {
        status: 200,
        body: answer(&super::process::request(job)),
    }
}
