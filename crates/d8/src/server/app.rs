//! What every handler has at hand.

use std::sync::{Arc, OnceLock};

use d8_core::time::Timestamp;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::error::ApiError;
use super::forecasts::Forecasts;
use super::guests::Guests;
use crate::clock::Clock;
use crate::orchestrator::{Handle, Library, LookupError, News, Opened, Refusal, Stopped, Tallies};
use crate::reload::Reloader;
use crate::worker::{Sinks, Tally};

/// The ways to the orchestrator, and what holds for all handlers. Handlers take `State<Arc<App>>`.
pub struct App {
    /// Speaks to the loop.
    pub handle: Handle,
    /// Reads the store.
    pub library: Library,
    /// Who waits for pieces of answers.
    pub sinks: Arc<Sinks>,
    /// The engine's clock.
    pub clock: Clock,
    /// What happens, as it happens.
    pub news: broadcast::Sender<Arc<News>>,
    /// Cancelled when the server is to stop: whoever waits long, or sends without end, watches it.
    pub shutdown: CancellationToken,
    /// What the attempts of this process came to.
    pub tally: Arc<Tally>,
    /// The same, worker by worker.
    pub tallies: Arc<Tallies>,
    /// Who waits for runs.
    pub guests: Arc<Guests>,
    /// What is to be expected, for all who ask at about the same time.
    pub forecasts: Forecasts,
    /// Agents at work, where there are any.
    pub agents: std::sync::OnceLock<crate::agents::Agents>,
    /// Chat requests whose clients hung up and may come again.
    pub orphans: super::chat::Orphans,
    /// Brings another configuration into force, where one was read from a file or the environment.
    pub reloader: OnceLock<Arc<Reloader>>,
}

impl App {
    /// For an orchestrator.
    pub fn new(opened: &Opened, shutdown: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            handle: opened.handle.clone(),
            library: opened.library.clone(),
            sinks: opened.sinks.clone(),
            clock: opened.clock,
            news: opened.news.clone(),
            shutdown,
            tally: opened.tally.clone(),
            tallies: opened.tallies.clone(),
            guests: Arc::default(),
            forecasts: Forecasts::default(),
            agents: std::sync::OnceLock::new(),
            orphans: super::chat::Orphans::default(),
            reloader: OnceLock::new(),
        })
    }
}

/// Seconds since 1970, as all objects tell time.
pub fn seconds(at: Timestamp) -> f64 {
    at.as_micros() as f64 / 1e6
}

impl From<Stopped> for ApiError {
    fn from(_: Stopped) -> Self {
        Self::stopped()
    }
}

impl From<LookupError> for ApiError {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::Stopped => Self::stopped(),
            LookupError::Store(error) => {
                tracing::error!("a lookup failed: {error}");
                Self::internal()
            }
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        use std::time::Duration;
        let text = refusal.to_string();
        match refusal {
            Refusal::QueueFull { .. } => Self::queue_full(
                format!("{text}; wait until some are done, or raise max_pending in [server]"),
                Duration::from_secs(30),
            ),
            Refusal::DiskFull { .. } => Self::disk_full(format!("{text}; make room and send it again")),
            Refusal::Sealed(_) => Self::conflict(
                "group_sealed",
                format!("{text} and takes no more tasks; use another group"),
            ),
            Refusal::DeadlineInfeasible { .. } => {
                Self::deadline_infeasible(format!("{text}; set a later deadline, or add an account to the route"))
            }
            Refusal::Stopping => Self::stopped(),
        }
    }
}
