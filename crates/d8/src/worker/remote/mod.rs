//! The worker on another machine: it asks the orchestrator for jobs over HTTP, makes the same attempts as a built-in one
//! with a key that stays here, and does not rest until each of its reports was answered.
//!
//! In reading order: [`RemoteWorker`] is what is needed to begin; `fleet_loop` registers, polls and ends; `job` is one
//! attempt with its stream; `outbox` delivers its report; `heartbeat` keeps leases alive. `link` makes the calls,
//! [`Address`] says where to; `held` is what is at work, `contact` whether anybody answers, `spoken` what is printed.

mod address;
mod contact;
mod fleet_loop;
mod heartbeat;
mod held;
mod job;
mod link;
mod outbox;
mod spoken;

#[cfg(test)]
mod stand_in;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub use address::Address;

use super::Provider;
use crate::cli::Failure;
use crate::protocol::{Introduction, Registration};
use crate::text;

/// A worker that has not begun.
pub struct RemoteWorker {
    /// Where its jobs come from.
    pub address: Address,
    /// Its id, unique among all workers.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// What it says of itself.
    pub introduction: Introduction,
    /// Whom it calls.
    pub provider: Arc<Provider>,
    /// How long it waits for what.
    pub pace: Pace,
}

/// How long a worker waits for what.
#[derive(Clone, Debug)]
pub struct Pace {
    /// A poll waits so long for jobs, in whole seconds.
    pub poll: Duration,
    /// A sign of life comes at least so often.
    pub sign_of_life: Duration,
    /// The first wait after a call that brought nothing.
    pub least_wait: Duration,
    /// The longest such wait.
    pub most_wait: Duration,
    /// What is under way may take so long once the user wants an end.
    pub drain: Duration,
    /// Reports may take so long after that.
    pub goodbye: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(30),
            sign_of_life: Duration::from_secs(20),
            least_wait: Duration::from_millis(500),
            most_wait: Duration::from_secs(10),
            drain: Duration::from_secs(10),
            goodbye: Duration::from_secs(5),
        }
    }
}

/// How a worker is told to end.
#[derive(Clone, Debug, Default)]
pub struct Ending {
    /// No new jobs; what is under way may end.
    pub drain: CancellationToken,
    /// At once.
    pub now: CancellationToken,
}

impl RemoteWorker {
    /// Works until it is told to end.
    ///
    /// # Errors
    /// The orchestrator does not let it in, or is none.
    pub async fn work(self, ending: Ending) -> Result<(), Failure> {
        fleet_loop::run(self, ending).await
    }

    fn registration(&self) -> Registration {
        let models = self.introduction.models.clone();
        let capabilities = [
            ("models".to_owned(), models.into()),
            ("supports_streaming".to_owned(), true.into()),
        ];
        Registration {
            worker_id: self.id.clone(),
            worker_type: self.kind.clone(),
            capabilities: capabilities.into_iter().collect(),
            d8: Some(self.introduction.clone()),
        }
    }
}

/// Sixteen hex digits that no other life of a worker has.
///
/// # Errors
/// The system gives no random numbers.
pub fn new_incarnation() -> Result<String, Failure> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::not_started(text!("worker-no-randomness", why = error.to_string())))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
