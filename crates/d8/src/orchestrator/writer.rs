//! The store's own thread: while one batch is being synced the next one gathers in the loop.

use std::sync::mpsc;
use std::thread;

use d8_core::time::Timestamp;
use d8_store::{Batch, PastSpend, Store, StoreError};

use super::event::Event;

/// What the store's thread is asked for.
enum Job {
    Commit(Box<Batch>),
    /// What was spent since then.
    Spends(Timestamp, mpsc::Sender<Spends>),
}

type Spends = Result<Vec<PastSpend>, StoreError>;

/// The way to the thread that commits.
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    answers: mpsc::Receiver<Result<(), StoreError>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread; it wakes the loop after each commit.
    pub(super) fn start(mut store: Box<dyn Store + Send>, wake: mpsc::Sender<Event>) -> std::io::Result<Self> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        let (outbox, answers) = mpsc::channel();
        let thread = thread::Builder::new().name("d8-store".into()).spawn(move || {
            while let Ok(job) = inbox.recv() {
                let batch = match job {
                    Job::Commit(batch) => batch,
                    Job::Spends(since, reply) => {
                        let mut spends = Vec::new();
                        let read = store.spends_since(since, &mut |spend| spends.push(spend));
                        let _ = reply.send(read.map(|()| spends));
                        continue;
                    }
                };
                let done = store.commit(&batch);
                let failed = done.is_err();
                // Nobody listens any more only when the loop has ended, and then nobody acts on it either.
                if outbox.send(done).is_err() || wake.send(Event::Committed).is_err() || failed {
                    return;
                }
                if let Err(error) = store.tidy() {
                    let _ = outbox.send(Err(error));
                    let _ = wake.send(Event::Committed);
                    return;
                }
            }
        })?;
        Ok(Self {
            jobs: Some(jobs),
            answers,
            thread: Some(thread),
        })
    }

    /// Hands over a batch. An answer follows, unless the thread has ended after a failure.
    pub(super) fn commit(&self, batch: Batch) -> bool {
        self.jobs
            .as_ref()
            .is_some_and(|jobs| jobs.send(Job::Commit(Box::new(batch))).is_ok())
    }

    /// What was spent since then, as far as it is committed. Waits for it; `None` when the thread has ended.
    pub(super) fn spends_since(&self, since: Timestamp) -> Option<Spends> {
        let (reply, answer) = mpsc::channel();
        self.jobs.as_ref()?.send(Job::Spends(since, reply)).ok()?;
        answer.recv().ok()
    }

    /// The answer to the oldest batch, if it is there.
    pub(super) fn try_answer(&self) -> Option<Result<(), StoreError>> {
        self.answers.try_recv().ok()
    }

    /// Waits for the answer to the oldest batch; `None` when the thread has ended.
    pub(super) fn answer(&self) -> Option<Result<(), StoreError>> {
        self.answers.recv().ok()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
