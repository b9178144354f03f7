//! The orchestrator that does a run's work: one in this process, or one that holds the store already.

mod here;
mod there;

pub(super) use there::gone;

pub(crate) use here::{lasting_trouble, reasons};

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use d8_core::change::Ending;
use d8_core::engine::Outlook;
use d8_core::id::{TargetId, TaskId};
use d8_core::time::Timestamp;
use d8_store::{Hold, HoldError, ResultRow};
use d8_wire::ChatRequest;
use tokio::sync::mpsc;

use super::Trouble;
use crate::cli::Failure;
use crate::client::{Address, Client, find};
use crate::clock::Clock;
use crate::config::{Config, Route, StoreLocation};
use crate::orchestrator::{Done, OpenError, Opening, Scope};
use crate::text;
use crate::worker::Count;
use here::Here;
use there::There;

/// How long a store may be changing hands before that is told: at the beginning, and when its holder has gone and others
/// wait for it too.
pub(super) const HANDOVER: Duration = Duration::from_secs(5);
pub(super) const TAKEOVER: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Where the work is done.
pub(super) enum Desk {
    Here(Box<Here>),
    There(Box<There>),
}

/// A line as it is handed in.
pub(super) struct LineTask {
    pub(super) key: u128,
    pub(super) route: Arc<Route>,
    pub(super) priority: u8,
    pub(super) id: Option<String>,
    pub(super) request: ChatRequest,
}

/// How things stand, for whoever watches the run.
#[derive(Clone, Debug, Default)]
pub(super) struct Look {
    /// What it waits for, in words.
    pub(super) waiting: Option<String>,
    /// Why nothing can ever serve the rest, if so.
    pub(super) hopeless: Option<Vec<String>>,
    /// What keeps accounts from work until somebody mends it.
    pub(super) troubles: Vec<String>,
    /// The limits as they stand.
    pub(super) outlook: Option<Outlook>,
    /// The present, by the orchestrator's clock.
    pub(super) now: Timestamp,
}

impl Desk {
    /// Takes the store, or finds whoever holds it and agrees with this configuration.
    pub(super) async fn open(
        config: &Arc<Config>,
        speed: u32,
        name: &str,
        named: Option<&Address>,
        patience: Duration,
    ) -> Result<Self, Failure> {
        if let Some(address) = named {
            return There::connect(address.clone(), name)
                .await
                .map(Self::There)
                .map_err(Failure::from);
        }
        let end = tokio::time::Instant::now() + patience;
        loop {
            let refused = match Self::open_here(config, speed, name).await? {
                Ok(here) => return Ok(Self::Here(Box::new(here))),
                Err(refused) => refused,
            };
            if let Some(there) = Self::beside(&refused, config, name).await? {
                return Ok(Self::There(there));
            }
            // Its holder may be about to begin, or to end.
            if tokio::time::Instant::now() > end {
                return Err(match config.accounts.is_empty() {
                    true => no_account(),
                    false => failure(&OpenError::Hold(refused)),
                });
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn open_here(config: &Arc<Config>, speed: u32, name: &str) -> Result<Result<Here, HoldError>, Failure> {
        if config.accounts.is_empty() {
            return match holder_of(config) {
                Some(refused) => Ok(Err(refused)),
                None => Err(no_account()),
            };
        }
        let opening = Opening {
            config: config.clone(),
            scope: Scope::Group(name.to_owned()),
            clock: Clock::start(),
            speed,
        };
        match opening.open() {
            Ok(opened) => Here::begin(opened, name).await.map(Ok),
            Err(OpenError::Hold(refused @ HoldError::Held { .. })) => Ok(Err(refused)),
            Err(error) => Err(failure(&error)),
        }
    }

    /// Whoever holds the store, where it can be reached.
    async fn beside(refused: &HoldError, config: &Config, name: &str) -> Result<Option<Box<There>>, Failure> {
        let HoldError::Held { owner: Some(owner), .. } = refused else {
            return Ok(None);
        };
        let Some(address) = find::of_owner(owner, config) else {
            return Ok(None);
        };
        let Ok(client) = Client::open(vec![address]).await else {
            return Ok(None);
        };
        let Some(differences) = there::differences(&client, config).await? else {
            return Ok(None);
        };
        if !differences.is_empty() {
            let all = differences.join("; ");
            return Err(
                Failure::not_started(text!("run-set-up-otherwise", refused = refused.to_string(), all = all))
                    .hint(text!("run-set-up-otherwise-hint"))
                    .hint(text!("run-hand-over")),
            );
        }
        match There::follow(client, name).await {
            Ok(there) => Ok(Some(there.of_process(owner.pid))),
            Err(error) if there::is_gone(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What is known of the run's lines.
    pub(super) async fn known(&mut self) -> Result<HashMap<u128, (TaskId, Option<Ending>)>, Failure> {
        match self {
            Self::Here(here) => here.known(),
            Self::There(there) => there.known().await,
        }
    }

    /// Takes lines in; those that cannot be, in words.
    pub(super) async fn hand_in(&mut self, lines: Vec<LineTask>) -> Result<Vec<Result<TaskId, String>>, Failure> {
        match self {
            Self::Here(here) => here.hand_in(lines).await,
            Self::There(there) => there.hand_in(lines).await,
        }
    }

    /// Opens tasks again that failed or were cancelled, sees to open ones, and drops those that the input no longer holds.
    pub(super) async fn settle(
        &mut self,
        reopen: Vec<(TaskId, Ending)>,
        open: Vec<TaskId>,
        stale: Vec<TaskId>,
    ) -> Result<(), Failure> {
        match self {
            Self::Here(here) => here.settle(&reopen, stale),
            Self::There(there) => there.settle(&reopen, open, stale).await,
        }
    }

    /// Tells of ends. It closes when the orchestrator has gone.
    pub(super) fn endings(&mut self) -> &mut mpsc::UnboundedReceiver<Done> {
        match self {
            Self::Here(here) => &mut here.endings,
            Self::There(there) => &mut there.endings,
        }
    }

    /// An ended task's answer or error text.
    pub(super) fn result(&self, task: TaskId) -> Result<Option<ResultRow>, Trouble> {
        match self {
            Self::Here(here) => Ok(here.reader.result(task)?),
            Self::There(there) => there.result(task),
        }
    }

    /// How things stand. None: it has gone.
    pub(super) async fn look(&self) -> Option<Look> {
        match self {
            Self::Here(here) => here.look().await,
            Self::There(there) => there.look().await,
        }
    }

    /// The targets of a route.
    pub(super) fn targets_of(&self, route: &Route) -> Vec<TargetId> {
        match self {
            Self::Here(here) => here.handle.directory.plan().targets_of(route),
            Self::There(_) => Vec::new(),
        }
    }

    /// The work may begin.
    pub(super) fn begin(&self) -> Result<(), Failure> {
        match self {
            Self::Here(here) => here.handle.begin().map_err(|_| super::stopped()),
            Self::There(_) => Ok(()),
        }
    }

    /// The process that holds the store, where it is another one.
    pub(super) fn holder(&self) -> Option<u32> {
        match self {
            Self::Here(_) => None,
            Self::There(there) => there.process,
        }
    }

    /// Whether the orchestrator was elsewhere and has gone.
    pub(super) fn has_gone(&self) -> bool {
        matches!(self, Self::There(there) if there.has_gone())
    }

    /// Attempts under way that end with this process.
    pub(super) async fn under_way(&self) -> u64 {
        match self {
            Self::Here(here) => here.under_way().await,
            Self::There(_) => 0,
        }
    }

    /// Whether others have waited for work of ours.
    pub(super) fn had_guests(&self) -> bool {
        matches!(self, Self::Here(here) if here.had_guests())
    }

    /// Nothing more is started, where that is ours to say.
    pub(super) fn drain(&self) {
        if let Self::Here(here) = self {
            let _ = here.handle.drain();
        }
    }

    /// Whether the work is done elsewhere.
    pub(super) fn is_there(&self) -> bool {
        matches!(self, Self::There(_))
    }

    /// What the attempts came to; of those elsewhere only the refusals are known.
    pub(super) fn tally(&self) -> Count {
        match self {
            Self::Here(here) => here.tally.count(),
            Self::There(there) => Count {
                refused: there.refused(),
                ..Count::default()
            },
        }
    }

    /// Ends the orchestrator, where it is ours. What it told last is in `endings` then.
    pub(super) fn stop(&mut self) -> Result<(), Failure> {
        match self {
            Self::Here(here) => here.stop(),
            Self::There(_) => Ok(()),
        }
    }
}

/// A store that somebody holds, as far as anybody says so.
fn holder_of(config: &Config) -> Option<HoldError> {
    let StoreLocation::Sqlite(path) = &config.store;
    let owner = Hold::owner(path)?;
    Some(HoldError::Held {
        path: path.clone(),
        owner: Some(owner),
    })
}

fn failure(error: &OpenError) -> Failure {
    let failure = Failure::not_started(error.to_string());
    error.hint().into_iter().fold(failure, Failure::hint)
}

fn no_account() -> Failure {
    Failure::not_started(text!("run-no-account"))
        .hint(text!("run-no-account-hint"))
        .hint(text!("run-no-account-demo"))
}
