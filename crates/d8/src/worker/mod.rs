//! A worker: takes leases, calls the provider, reports. The built-in one lives in the orchestrator's process.
//!
//! In reading order: [`Worker`] is the loop; [`policy`] stands between it and its calls where a policy of the Hive's is wanted;
//! [`attempt`] is one call, `streamed` its answer in pieces; [`Provider`] speaks HTTP, [`Cause`] is where the way to it breaks off; [`Sinks`] are who waits for pieces;
//! [`Tally`] counts what came of it; [`remote`] is the worker on another machine.

pub mod attempt;
mod no_reply;
pub mod policy;
mod provider;
pub mod remote;
mod report;
mod sinks;
mod streamed;
mod tally;

#[cfg(test)]
mod attempt_tests;
#[cfg(test)]
pub(crate) mod test_provider;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use d8_core::id::{AttemptNo, TaskId};
use d8_core::message::{Lease, Outcome};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub use attempt::{Concluded, Job, Sink};
pub use no_reply::Cause;
pub(crate) use no_reply::NoReply;
pub use provider::Provider;
pub(crate) use report::dimension;
pub use sinks::{Sinks, Waiting};
pub use tally::{Count, Tally};

use crate::clock::Clock;
use crate::config::Account;
use crate::orchestrator::Handle;

/// How often a worker says that its attempts are still at work: three times within a lease.
const RENEW_EVERY: Duration = Duration::from_secs(20);

/// What a built-in worker is told.
#[derive(Debug)]
pub enum Errand {
    /// Make this attempt.
    Make(Lease),
    /// Nobody wants it any more.
    Stop(TaskId, AttemptNo),
    /// Make what follows with this; what is under way goes on as it began.
    Use(Equipment),
}

/// What a worker makes its attempts with.
#[derive(Clone)]
pub struct Equipment {
    /// Whom it calls.
    pub provider: Arc<Provider>,
    /// How, where the ledger does not decide it.
    pub policy: Option<Arc<policy::Paced>>,
}

impl Equipment {
    /// For an account whose provider's clock runs `speed` times as fast as ours. Fails where it cannot be called, in words.
    pub fn of(account: &Account, speed: u32) -> Result<Self, String> {
        Ok(Self {
            provider: Provider::new(account, speed)?,
            policy: policy::Rules::of(account, speed).map(|rules| Arc::new(policy::Paced::new(rules))),
        })
    }
}

impl std::fmt::Debug for Equipment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Equipment")
    }
}

/// One account's worker.
#[derive(Clone)]
pub struct Worker {
    /// What it makes its attempts with.
    pub equipment: Equipment,
    /// What it lives among.
    pub surroundings: Surroundings,
}

/// What a worker of this process lives among.
#[derive(Clone)]
pub struct Surroundings {
    /// Whom it reports to, and where requests and the meaning of targets are found.
    pub handle: Handle,
    /// The engine's clock.
    pub clock: Clock,
    /// What came of this worker's attempts.
    pub tally: Arc<Tally>,
    /// Who waits for pieces.
    pub sinks: Arc<Sinks>,
}

/// The attempts at work, each with what ends it.
type AtWork = Arc<Mutex<BTreeMap<(TaskId, AttemptNo), CancellationToken>>>;

impl Worker {
    /// Starts the worker; it ends when nobody can send errands any more.
    pub fn start(self) -> mpsc::UnboundedSender<Errand> {
        let (errands, inbox) = mpsc::unbounded_channel();
        tokio::spawn(self.run(inbox));
        errands
    }

    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Errand>) {
        let at_work = AtWork::default();
        let mut renewal = tokio::time::interval(RENEW_EVERY);
        loop {
            tokio::select! {
                errand = inbox.recv() => match errand {
                    Some(Errand::Make(lease)) => {
                        let stop = CancellationToken::new();
                        lock(&at_work).insert((lease.task, lease.attempt), stop.clone());
                        let (worker, at_work) = (self.clone(), at_work.clone());
                        tokio::spawn(async move { worker.work(lease, stop, &at_work).await });
                    }
                    Some(Errand::Use(equipment)) => self.equipment = equipment,
                    Some(Errand::Stop(task, attempt)) => {
                        if let Some(stop) = lock(&at_work).get(&(task, attempt)) {
                            stop.cancel();
                        }
                    }
                    None => return,
                },
                _ = renewal.tick() => {
                    let held: Vec<_> = lock(&at_work).keys().copied().collect();
                    if !held.is_empty() && self.surroundings.handle.renew(held).is_err() {
                        return;
                    }
                }
            }
        }
    }

    async fn work(&self, lease: Lease, stop: CancellationToken, at_work: &AtWork) {
        let Concluded { report, result, .. } = self.attempt(&lease, stop).await;
        lock(at_work).remove(&(lease.task, lease.attempt));
        if let (false, Outcome::Answered(_), Some(result)) = (lease.durable, &report.outcome, &result) {
            self.surroundings
                .handle
                .audience
                .answered(lease.task, lease.attempt, result);
        }
        // When the loop has stopped, the store still knows the lease and counts it as spent.
        let _ = self
            .surroundings
            .handle
            .finished(lease.task, lease.attempt, report, result);
    }

    async fn attempt(&self, lease: &Lease, stop: CancellationToken) -> Concluded {
        let Surroundings {
            handle,
            clock,
            tally,
            sinks,
        } = &self.surroundings;
        let plan = handle.directory.plan();
        let Some(target) = plan.targets.get(&lease.target) else {
            return attempt::unsent(*clock, Outcome::GivenBack, None);
        };
        let request = match handle.requests.read(lease.task).await {
            Ok(request) => request,
            Err(problem) => return attempt::unsent(*clock, Outcome::Rejected, Some(&problem)),
        };
        let waiting = sinks.take(lease.task);
        let job = Job {
            request,
            model: target.model.clone(),
            send_by: lease.send_by,
            sink: waiting.as_ref().map(|(sink, _)| sink.clone()),
            stop,
        };
        let Equipment { provider, policy } = &self.equipment;
        let concluded = match policy {
            Some(policy) => policy.attempt(provider, &job, *clock, tally).await,
            None => {
                let concluded = attempt::run(provider, &job, *clock, tally).await;
                tally.concluded(&concluded, lease.attempt.0 > 1);
                concluded
            }
        };
        // Where nothing was passed on, another attempt may follow, for whom it is.
        let is_over = matches!(concluded.report.outcome, Outcome::Answered(_) | Outcome::Cut);
        if let (false, Some((sink, stop))) = (is_over, waiting.filter(|(sink, _)| !sink.is_closed())) {
            sinks.put(lease.task, sink.clone(), stop);
            // Whoever waited may have gone, and have tidied up, in this moment.
            if sink.is_closed() {
                sinks.forget(lease.task);
            }
        }
        concluded
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
