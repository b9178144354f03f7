//! A worker's life: it registers, asks for as many jobs as it has free slots, and at the end says goodbye.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

use super::contact::{Backoff, Contact};
use super::held::Held;
use super::link::{Link, NoAnswer};
use super::{Ending, Pace, RemoteWorker, heartbeat, spoken};
use crate::cli::{Failure, say};
use crate::clock::Clock;
use crate::protocol::{AttemptName, PollAnswer, Registration, Terms, VERSION};
use crate::text;
use crate::worker::{Provider, Tally};

/// What all parts of a worker share.
pub(super) struct Life {
    pub(super) link: Link,
    pub(super) registration: Registration,
    pub(super) provider: Arc<Provider>,
    pub(super) clock: Clock,
    pub(super) tally: Tally,
    pub(super) held: Held,
    pub(super) contact: Contact,
    pub(super) pace: Pace,
    slots: Arc<Semaphore>,
    lease_ms: AtomicU64,
    /// Why it cannot go on.
    locked_out: Mutex<Option<Failure>>,
    ending: Ending,
}

pub(super) async fn run(worker: RemoteWorker, ending: Ending) -> Result<(), Failure> {
    let registration = worker.registration();
    let clock = Clock::start();
    let incarnation = worker.introduction.incarnation.clone();
    let link = Link::new(worker.address, &worker.id, incarnation, clock).map_err(Failure::not_started)?;
    let life = Arc::new(Life {
        link,
        registration,
        provider: worker.provider,
        clock,
        tally: Tally::default(),
        held: Held::default(),
        contact: Contact::default(),
        pace: worker.pace,
        slots: Arc::new(Semaphore::new(worker.introduction.slots as usize)),
        lease_ms: AtomicU64::new(60_000),
        locked_out: Mutex::default(),
        ending: ending.clone(),
    });
    tokio::select! {
        biased;
        () = ending.now.cancelled() => Ok(()),
        done = life.live() => done,
    }
}

impl Life {
    async fn live(self: Arc<Self>) -> Result<(), Failure> {
        let terms = tokio::select! {
            () = self.ending.drain.cancelled() => return Ok(()),
            terms = self.enter() => terms?,
        };
        spoken::begin(&self.registration, &terms, self.link.origin());
        let beats = AbortOnDropHandle::new(tokio::spawn(heartbeat::run(self.clone())));
        let mut jobs = JoinSet::new();
        tokio::select! {
            () = self.ending.drain.cancelled() => {}
            () = self.take_jobs(&mut jobs) => {}
        }
        let locked_out = self.locked_out.lock().unwrap_or_else(PoisonError::into_inner).take();
        if locked_out.is_none() {
            self.say_goodbye(&mut jobs).await;
        }
        drop(beats);
        locked_out.map_or(Ok(()), Err)
    }

    /// Registers, however long the orchestrator is away.
    async fn enter(&self) -> Result<Terms, Failure> {
        let mut backoff = Backoff::new(&self.pace);
        loop {
            match self.register().await {
                Ok(terms) => return Ok(terms),
                Err(NoAnswer::Away(_)) => backoff.wait().await,
                Err(NoAnswer::Refused { status, message }) => {
                    return Err(spoken::not_let_in(&self.link, status, &message));
                }
            }
        }
    }

    /// The registration, with what it is at now.
    fn introduced(&self) -> Registration {
        let mut registration = self.registration.clone();
        if let Some(own) = &mut registration.d8 {
            own.attempts = Some(self.held.names());
        }
        registration
    }

    /// Registers, with the same incarnation each time: it is the same life.
    pub(super) async fn register(&self) -> Result<Terms, NoAnswer> {
        let welcome = self.heard(self.link.register(&self.introduced()).await)?;
        let refused = |message: String| NoAnswer::Refused { status: 200, message };
        let terms = welcome.d8.ok_or_else(|| refused(text!("worker-no-orchestrator")))?;
        if terms.protocol != VERSION {
            return Err(refused(text!(
                "worker-other-protocol",
                theirs = terms.protocol.to_string(),
                ours = VERSION.to_string()
            )));
        }
        self.lease_ms.store(terms.lease_ms, Ordering::Relaxed);
        Ok(terms)
    }

    /// Registers again where the orchestrator does not know it. One that is not let in any more ends.
    pub(super) async fn register_again(&self) -> Result<(), NoAnswer> {
        let entered = self.register().await;
        if let Err(NoAnswer::Refused { status, message }) = &entered {
            self.lock_out(*status, message);
        }
        entered.map(drop)
    }

    fn lock_out(&self, status: u16, message: &str) {
        let failure = spoken::not_let_in(&self.link, status, message);
        let failure = Failure {
            code: crate::cli::PARTLY,
            ..failure
        };
        *self.locked_out.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
        self.held.cancel_all();
        self.ending.drain.cancel();
    }

    /// Notes whether anybody answered.
    pub(super) fn heard<T>(&self, answer: Result<T, NoAnswer>) -> Result<T, NoAnswer> {
        match &answer {
            Err(NoAnswer::Away(why)) => self.contact.lost(self.link.origin(), why),
            Ok(_) | Err(NoAnswer::Refused { .. }) => self.contact.answered(self.link.origin()),
        }
        answer
    }

    /// How often leases are renewed: three times within one.
    pub(super) fn renew_every(&self) -> Duration {
        let lease = Duration::from_millis(self.lease_ms.load(Ordering::Relaxed));
        (lease / 3).clamp(Duration::from_millis(10), self.pace.sign_of_life)
    }

    async fn take_jobs(self: &Arc<Self>, jobs: &mut JoinSet<()>) {
        let mut backoff = Backoff::new(&self.pace);
        loop {
            while jobs.try_join_next().is_some() {}
            // Never closed, so that one comes free some time.
            let Ok(slot) = self.slots.acquire().await else { return };
            drop(slot);
            let free = self.slots.available_permits().max(1);
            match self.heard(self.link.poll(free, self.pace.poll).await) {
                Ok((answer, arrived)) => {
                    backoff = Backoff::new(&self.pace);
                    self.begin(answer, arrived, jobs).await;
                }
                Err(NoAnswer::Refused { status, message }) if [401, 403].contains(&status) => {
                    return self.lock_out(status, &message);
                }
                Err(NoAnswer::Refused { status, message }) => {
                    say(&text!(
                        "worker-poll-refused",
                        status = status.to_string(),
                        message = message
                    ));
                    backoff.wait().await;
                }
                Err(NoAnswer::Away(_)) => backoff.wait().await,
            }
        }
    }

    async fn begin(self: &Arc<Self>, answer: PollAnswer, arrived: d8_core::time::Timestamp, jobs: &mut JoinSet<()>) {
        self.held.cancel(&answer.cancelled);
        if !answer.registered {
            // Where it is away, the next poll tells so again.
            let _ = self.register_again().await;
        }
        for job in answer.jobs {
            let name = AttemptName {
                task_id: job.task_id.clone(),
                attempt: job.attempt,
            };
            // The same attempt twice is one: a request must not be sent again.
            let Some(stop) = self.held.begin(&name) else { continue };
            let (life, slots) = (self.clone(), self.slots.clone());
            let slot = slots.clone().try_acquire_owned();
            jobs.spawn(async move {
                // One more than there are slots waits, and is given back where that takes too long.
                let slot = match slot {
                    Ok(slot) => Ok(slot),
                    Err(_) => slots.acquire_owned().await,
                };
                life.work(&name, &job, arrived, stop).await;
                drop(slot);
            });
        }
    }

    /// What is under way may end, its reports are delivered, and the orchestrator is told.
    async fn say_goodbye(&self, jobs: &mut JoinSet<()>) {
        let under_way = self.held.names().len();
        if under_way > 0 {
            spoken::ending(under_way, self.pace.drain);
        }
        if tokio::time::timeout(self.pace.drain, join(jobs)).await.is_err() {
            self.held.cancel_all();
            if tokio::time::timeout(self.pace.goodbye, join(jobs)).await.is_err() {
                say(&text!("worker-undelivered"));
            }
        }
        let _ = tokio::time::timeout(self.pace.goodbye, self.link.unregister()).await;
    }
}

async fn join(jobs: &mut JoinSet<()>) {
    while jobs.join_next().await.is_some() {}
}
