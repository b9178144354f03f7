//! How requests are let out: by D8's engine, as the Hive's workers did, or as people do it today.

mod client;
mod engine;
mod gate;
mod queue;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use d8_core::time::Timestamp;

use super::ground::Ground;
use super::provider::Reply;
use super::workload::Job;
use crate::text;

/// A way to let requests out.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Policy {
    /// The engine, as it is shipped.
    D8,
    /// The Hive's plain worker: one call at a time for each account; a 429 fails the task.
    Plain,
    /// The Hive's resilient worker: at most 10 a minute; waits 2, 4, 8, 16 and 32 s after a 429, then fails.
    Resilient,
    /// The Hive's Groq worker: at most 30 a minute and 14,400 a day; a 429 fails the task.
    Groq,
    /// Many calls at once, each tried again with exponential backoff until it is answered.
    Backoff,
    /// A token bucket at the client, full at the start, with the requests of the shortest period; a refused call waits as
    /// long as it is told to.
    TokenBucket,
    /// A router that leaves an account alone for 60 s after a 429 and tries the task elsewhere.
    Cooldown,
}

impl Policy {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::D8,
        Self::Plain,
        Self::Resilient,
        Self::Groq,
        Self::Backoff,
        Self::TokenBucket,
        Self::Cooldown,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::D8 => "d8",
            Self::Plain => "plain",
            Self::Resilient => "resilient",
            Self::Groq => "groq",
            Self::Backoff => "backoff",
            Self::TokenBucket => "token-bucket",
            Self::Cooldown => "cooldown",
        }
    }

    /// Somebody who lets requests out in this way.
    pub(super) fn sender(self, ground: Arc<Ground>, jobs: Arc<[Job]>, start: Timestamp, seed: u64) -> Box<dyn Sender> {
        match self {
            Self::D8 => Box::new(engine::ByEngine::new(&ground, jobs, start)),
            other => Box::new(client::ByClient::new(other, ground, jobs, seed)),
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Policy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|policy| policy.name() == text);
        known.ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|policy| policy.name()).collect();
            text!("simulate-unknown-policy", name = text, known = names.join(", "))
        })
    }
}

/// What a sender is told.
#[derive(Clone, Debug)]
pub(super) enum News {
    /// A job is handed over.
    Work(usize),
    /// What came of a request.
    Heard {
        job: usize,
        /// As it was named when it was sent.
        attempt: u32,
        place: usize,
        sent_at: Timestamp,
        reply: Reply,
    },
}

/// What a sender does.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Act {
    Send { job: usize, attempt: u32, place: usize },
    Completed(usize),
    Failed(usize),
}

/// Lets requests out.
pub(super) trait Sender {
    /// Hears what happened and does what can be done now.
    fn turn(&mut self, now: Timestamp, news: Vec<News>, acts: &mut Vec<Act>);
    /// When it wants to be asked again, if nothing happens before.
    fn next_wakeup(&self) -> Option<Timestamp>;
}
