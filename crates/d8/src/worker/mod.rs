//! A worker: takes leases, calls the provider, reports. The built-in one lives in the orchestrator's process.
//!
//! In reading order: [`Worker`] is the loop; `attempt` is one call; [`Provider`] speaks HTTP; [`Requests`] reads what is
//! to be sent; [`Tally`] counts what came of it.

mod attempt;
mod provider;
pub mod remote;
mod report;
mod requests;
mod tally;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use d8_core::id::{AttemptNo, TaskId};
use d8_core::message::Lease;
use tokio::sync::mpsc;

pub use provider::Provider;
pub use requests::Requests;
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
        let (report, result) = attempt::run(self, &lease).await;
        lock(at_work).remove(&name);
        // When the loop has stopped, the store still knows the lease and counts it as spent.
        let _ = self
            .surroundings
            .handle
            .finished(lease.task, lease.attempt, report, result);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
