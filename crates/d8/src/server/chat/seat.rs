//! A place in the queue that a client holds by being there. When the client goes, its request lives on as an orphan, or
//! ends at once.

use std::sync::Arc;
use std::time::Duration;

use d8_core::id::TaskId;
use d8_core::time::Timestamp;
use d8_core::wait::Wait;
use tokio::sync::oneshot;

use super::ask::Ask;
use super::orphans::{Orphan, Print};
use super::problem::Problem;
use crate::orchestrator::{Done, Start, Status, Stopped};
use crate::server::ApiError;
use crate::server::app::App;
use crate::server::waits::WaitObject;
use crate::words;

/// When to come again, where nobody knows when there will be quota.
const UNKNOWN: Duration = Duration::from_secs(30);

/// A request that was submitted and not answered yet.
pub(super) struct Seat {
    pub(super) app: Arc<App>,
    pub(super) task: TaskId,
    pub(super) submitted_at: Timestamp,
    done: oneshot::Receiver<Done>,
    when_left: WhenLeft,
    /// There is nothing left to end.
    is_over: bool,
}

/// What becomes of a request whose client goes.
#[derive(Copy, Clone, Debug)]
pub(super) enum WhenLeft {
    /// It lives on for a while, for whoever sends the same again.
    Orphan(Print),
    /// It is cancelled.
    Cancel,
}

impl Seat {
    /// A place for a task that is about to be submitted.
    pub(super) fn new(app: &Arc<App>, when_left: WhenLeft) -> Self {
        let task = app.handle.new_id();
        Self {
            app: app.clone(),
            task,
            submitted_at: app.clock.now(),
            // Before it is submitted: an end in between is then not missed.
            done: app.handle.audience.watch(task),
            when_left,
            is_over: false,
        }
    }

    /// The place of a client that hung up, for the same client.
    pub(super) fn of_orphan(app: &Arc<App>, orphan: Orphan, print: Print) -> Self {
        Self {
            app: app.clone(),
            task: orphan.task,
            submitted_at: orphan.submitted_at,
            done: orphan.done,
            when_left: WhenLeft::Orphan(print),
            is_over: false,
        }
    }

    /// Takes the request in. What is to be durable is stored when this is ready; of the rest a refusal comes as its end.
    ///
    /// # Errors
    /// It was refused, or the engine has stopped.
    pub(super) async fn submit(&mut self, ask: Ask) -> Result<(), Problem> {
        let handle = &self.app.handle;
        let durable = ask.wishes.durable;
        let task = ask.into_task(self.task, handle);
        let submitted = if durable {
            match handle.submit(vec![task]).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(refusal)) => Err(ApiError::from(refusal).into()),
                Err(stopped) => Err(stopped.into()),
            }
        } else {
            handle.submit_watched(task).map_err(Problem::from)
        };
        if submitted.is_err() {
            self.is_over = true;
        }
        submitted
    }

    /// Ready at the task's end; not to be asked again after that.
    pub(super) async fn ended(&mut self) -> Result<Done, Problem> {
        let ended = (&mut self.done).await;
        self.is_over = true;
        ended.map_err(|_| Stopped.into())
    }

    /// Where its latest attempt went, and when.
    pub(super) fn start(&self) -> Option<Start> {
        self.app.handle.audience.start_of(self.task)
    }

    /// The client has waited for as long as it may: cancels the task and says what it waited for. None: it does not wait
    /// any more but is being answered, which is worth more than another try.
    pub(super) async fn waited_enough(&mut self, waited: Duration) -> Option<Problem> {
        match self.app.handle.explain(vec![self.task]).await {
            Err(stopped) => Some(self.give_up(stopped.into())),
            Ok(reasons) => {
                let wait = reasons.into_iter().next().flatten()?;
                let problem = self.max_wait(&wait, waited);
                Some(self.give_up(problem))
            }
        }
    }

    /// The server stops: what was not answered never will be.
    pub(super) fn stop(&mut self) -> Problem {
        self.give_up(Stopped.into())
    }

    fn give_up(&mut self, problem: Problem) -> Problem {
        self.cancel();
        problem
    }

    /// Nobody wants it any more.
    pub(super) fn cancel(&mut self) {
        if !std::mem::replace(&mut self.is_over, true) {
            let _ = self.app.handle.cancel(vec![self.task]);
        }
    }

    fn max_wait(&self, wait: &Wait, waited: Duration) -> Problem {
        let now = self.app.clock.now();
        let status = Status {
            now,
            ..Status::default()
        };
        let reason = WaitObject::new(wait, &status, &self.app.handle.directory.entries());
        let again = wait.until.map_or(UNKNOWN, |until| until.since(now));
        let message = format!(
            "no answer could be begun within {}: {}; send it again then, or let it wait for longer with the header x-d8-max-wait",
            words::span(waited),
            reason.message
        );
        ApiError::too_many("d8_max_wait", message, again.max(Duration::from_secs(1))).into()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        match self.when_left {
            WhenLeft::Orphan(print) if !self.is_over => {
                let done = std::mem::replace(&mut self.done, oneshot::channel().1);
                let orphan = Orphan {
                    task: self.task,
                    submitted_at: self.submitted_at,
                    done,
                };
                self.is_over = true;
                self.app.orphans.keep(&self.app.handle, print, orphan);
            }
            _ => self.cancel(),
        }
    }
}
