//! A worker: takes leases, calls the provider, reports. The built-in one lives in the orchestrator's process.
//!
//! In reading order: [`Worker`] is the loop; [`attempt`] is one call, `streamed` its answer in pieces; [`Provider`] speaks
//! HTTP; [`Requests`] reads what is to be sent; [`Sinks`] are who waits for pieces; [`Tally`] counts what came of it;
//! [`remote`] is the worker on another machine.

pub mod attempt;
mod provider;
pub mod remote;
mod report;
mod requests;
mod sinks;
mod streamed;
mod tally;

#[cfg(test)]
mod attempt_tests;
#[cfg(test)]
mod test_provider;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use d8_core::id::{AttemptNo, TaskId};
use d8_core::message::{Lease, Outcome};
use d8_wire::ChatRequest;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub use attempt::{Concluded, Job, Sink};
pub use provider::Provider;
pub use requests::Requests;
pub use sinks::{Sinks, Waiting};
pub use tally::{Count, Tally};

use crate::clock::Clock;
use crate::orchestrator::{Handle, Plan};

/// How often a worker says that its attempts are still at work: three times within a lease.
const RENEW_EVERY: Duration = Duration::from_secs(20);

/// One account's worker.
#[derive(Clone)]
pub struct Worker {
    /// Whom it calls.
    pub provider: Arc<Provider>,
    /// What it lives among.
    pub surroundings: Surroundings,
}

/// What every worker of a process lives among.
#[derive(Clone)]
pub struct Surroundings {
    /// What targets mean.
    pub plan: Arc<Plan>,
    /// Whom it reports to.
    pub handle: Handle,
    /// Where requests are read.
    pub requests: Requests,
    /// The engine's clock.
    pub clock: Clock,
    /// What came of it.
    pub tally: Arc<Tally>,
    /// Who waits for pieces.
    pub sinks: Arc<Sinks>,
}

/// The attempts at work.
type AtWork = Arc<Mutex<BTreeSet<(TaskId, AttemptNo)>>>;

impl Worker {
    /// Starts the worker; it ends when nobody can send leases any more.
    pub fn start(self) -> mpsc::UnboundedSender<Lease> {
        let (leases, inbox) = mpsc::unbounded_channel();
        tokio::spawn(self.run(inbox));
        leases
    }

    async fn run(self, mut inbox: mpsc::UnboundedReceiver<Lease>) {
        let at_work = AtWork::default();
        let mut renewal = tokio::time::interval(RENEW_EVERY);
        loop {
            tokio::select! {
                lease = inbox.recv() => {
                    let Some(lease) = lease else { return };
                    let (worker, at_work) = (self.clone(), at_work.clone());
                    tokio::spawn(async move { worker.work(lease, &at_work).await });
                }
                _ = renewal.tick() => {
                    let held: Vec<_> = lock(&at_work).iter().copied().collect();
                    if !held.is_empty() && self.surroundings.handle.renew(held).is_err() {
                        return;
                    }
                }
            }
        }
    }

    async fn work(&self, lease: Lease, at_work: &AtWork) {
        let name = (lease.task, lease.attempt);
        lock(at_work).insert(name);
        let Concluded { report, result, .. } = self.attempt(&lease).await;
        lock(at_work).remove(&name);
        // When the loop has stopped, the store still knows the lease and counts it as spent.
        let _ = self
            .surroundings
            .handle
            .finished(lease.task, lease.attempt, report, result);
    }

    async fn attempt(&self, lease: &Lease) -> Concluded {
        let Surroundings {
            plan,
            clock,
            tally,
            sinks,
            ..
        } = &self.surroundings;
        let Some((_, model)) = plan.targets.get(&lease.target) else {
            return attempt::unsent(*clock, Outcome::GivenBack, None);
        };
        let request = match self.read(lease.task).await {
            Ok(request) => request,
            Err(problem) => return attempt::unsent(*clock, Outcome::Rejected, Some(&problem)),
        };
        let (sink, stop) = match sinks.take(lease.task) {
            Some((sink, stop)) => (Some(sink), stop),
            None => (None, CancellationToken::new()),
        };
        let job = Job {
            request: Arc::new(request),
            model: model.clone(),
            send_by: lease.send_by,
            sink,
            stop,
        };
        let concluded = attempt::run(&self.provider, &job, *clock, tally).await;
        // Where nothing was passed on, another attempt may follow, for whom it is.
        let is_over = matches!(concluded.report.outcome, Outcome::Answered(_) | Outcome::Cut);
        if let (false, Some(sink)) = (is_over, job.sink.filter(|sink| !sink.is_closed())) {
            sinks.put(lease.task, sink, job.stop);
        }
        concluded
    }

    async fn read(&self, task: TaskId) -> Result<ChatRequest, String> {
        let payload = self.surroundings.requests.read(task).await?;
        let payload = payload.ok_or("the request is not in the store")?;
        ChatRequest::parse(&payload.body).map_err(|error| error.to_string())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
