//! `d8 demo`: the seed's comparison, live. The same work goes to the Hive's workers and to D8, each on emulated free tiers of
//! its own, and everybody can watch what the quotas do to them.
//!
//! In reading order: [`Contest`] is who takes part in what; `contestant` is one orchestrator with its own providers, in
//! this process and over real sockets; `workload` is the work; `standing` says how somebody stands, as a table, as JSON and
//! in words; `screen` shows it while it goes on; `folder` is where the stores are until the end.

mod contestant;
mod folder;
mod screen;
mod standing;
mod workload;

use std::io;
use std::time::Duration;

use crate::cli::interrupted;
use crate::config::ConfigError;
use crate::orchestrator::{LoopError, OpenError, Stopped};
use contestant::Contestant;
use folder::Folder;
use screen::Screen;
pub use standing::Standing;
pub(crate) use standing::table;
pub use workload::MOST;

/// How often the standings are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(125);

/// What is to be shown.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Contest {
    /// How many tasks each contestant gets.
    pub tasks: usize,
    /// By how much time runs faster for everybody.
    pub speed: u32,
    /// Of the providers' latencies.
    pub seed: u64,
    /// So many requests are left of Gemini's day, as if somebody had spent the rest before; none: it is whole.
    pub day_left: Option<u32>,
}

/// Whose quotas a contestant has.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Quotas {
    /// Gemini's.
    Gemini,
    /// Gemini's and Groq's.
    Both,
}

/// Who does the work.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Who {
    /// The Hive's plain worker, one for each provider.
    Plain,
    /// The Hive's resilient worker, and its Groq worker where there is Groq.
    Resilient,
    /// D8.
    D8,
}

/// Everybody, in the order of the table: within the same quotas D8 is the last.
const EVERYBODY: [(Quotas, Who); 6] = [
    (Quotas::Gemini, Who::Plain),
    (Quotas::Gemini, Who::Resilient),
    (Quotas::Gemini, Who::D8),
    (Quotas::Both, Who::Plain),
    (Quotas::Both, Who::Resilient),
    (Quotas::Both, Who::D8),
];

/// How it ended.
#[derive(Clone, PartialEq, Debug)]
pub struct Ended {
    /// How everybody stood.
    pub standings: Vec<Standing>,
    /// By Ctrl-C.
    pub interrupted: bool,
}

/// Why it cannot be shown, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The stores have no place.
    #[error("no folder for the demonstration's stores: {0}")]
    Folder(io::Error),
    /// An emulator has no port.
    #[error("no port for the emulated providers: {0}")]
    Port(io::Error),
    /// The configuration is ours, so this is our fault.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// The same.
    #[error("the workload: {0}")]
    Workload(String),
    /// An orchestrator cannot begin.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// An orchestrator ended on its own.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The same, and why.
    #[error(transparent)]
    Loop(#[from] LoopError),
}

impl Contest {
    /// Who takes part. On Gemini alone a spent day would end only with the day.
    fn contestants(self) -> impl Iterator<Item = (Quotas, Who)> {
        let can_end = move |quotas| self.day_left.is_none() || quotas == Quotas::Both;
        EVERYBODY.into_iter().filter(move |(quotas, _)| can_end(*quotas))
    }

    /// Shows it from beginning to end. No file is left.
    pub async fn show(self) -> Result<Ended, DemoError> {
        let interrupted = interrupted();
        let folder = Folder::make().map_err(DemoError::Folder)?;
        let work = workload::lines(self.tasks).map_err(DemoError::Workload)?;
        let mut contestants = Vec::new();
        for (quotas, who) in self.contestants() {
            let mut contestant = Contestant::open(quotas, who, self, folder.path()).await?;
            contestant.take_in(&work).await?;
            contestants.push(contestant);
        }
        let mut screen = Screen::start();
        let watched = watch(&mut contestants, &mut screen, interrupted).await;
        screen.end();
        let mut standings: Vec<Standing> = contestants.iter().map(Contestant::standing).collect();
        standing::bind(&mut standings);
        let stopped: Result<Vec<()>, _> = contestants.into_iter().map(Contestant::stop).collect();
        folder.remove().await;
        let interrupted = watched?;
        stopped?;
        Ok(Ended { standings, interrupted })
    }
}

/// Lets them begin, all at the same time, and looks on until all have ended. True where the user did not wait for that.
async fn watch(
    contestants: &mut [Contestant],
    screen: &mut Screen,
    interrupted: impl Future<Output = ()>,
) -> Result<bool, DemoError> {
    let mut interrupted = std::pin::pin!(interrupted);
    for contestant in contestants.iter_mut() {
        contestant.begin().await?;
    }
    let mut looks = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            _ = looks.tick() => {}
            () = &mut interrupted => return Ok(true),
        }
        for contestant in contestants.iter_mut() {
            contestant.look()?;
        }
        let standings: Vec<Standing> = contestants.iter().map(Contestant::standing).collect();
        screen.show(&standings);
        if standings.iter().all(Standing::is_over) {
            return Ok(false);
        }
    }
}
