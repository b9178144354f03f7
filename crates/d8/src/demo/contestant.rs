//! One contestant: an orchestrator with a store of its own, and emulated providers whose quotas nobody else spends.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use d8_core::change::Ending;
use d8_core::engine::Outlook;
use d8_core::id::TargetId;
use d8_emulator::{Emulator, Kind, Latency, Options, Provider, Speed, Tier};
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::mpsc::error::TryRecvError;

use super::standing::Standing;
use super::{Contest, DemoError, Quotas, Who};
use crate::bound::{Class, earliest};
use crate::clock::Clock;
use crate::config::{Config, DEFAULT_ROUTE, Environment, LoadOptions, Policy, UserFolders};
use crate::orchestrator::{Done, NewTask, Opened, Opening, Scope, Stopped, Way};
use crate::run::Line;
use crate::task::{estimate, is_plain};

/// The one group of a contestant.
const GROUP: &str = "demo";

pub(super) struct Contestant {
    quotas: Quotas,
    who: Who,
    /// Its quotas are as they are published.
    is_whole: bool,
    judge: Emulator,
    opened: Opened,
    endings: UnboundedReceiver<Done>,
    total: u64,
    done: u64,
    failed: u64,
    began: Option<Instant>,
    /// How long it took, once all is over.
    took: Option<Duration>,
    /// The limits before anything was sent.
    outlook: Option<Outlook>,
    /// The least time in which they allow all of the work, once it is over.
    bound: Option<Duration>,
    targets: Vec<TargetId>,
}

impl Contestant {
    /// Starts providers and orchestrator; its store goes into `folder`.
    pub(super) async fn open(quotas: Quotas, who: Who, contest: Contest, folder: &Path) -> Result<Self, DemoError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(DemoError::Port)?;
        let origin = format!("http://{}", listener.local_addr().map_err(DemoError::Port)?);
        // The same seed for all: nobody has the faster provider.
        let judge = Emulator::new(Options {
            tier: tier(contest.day_left),
            speed: Speed::new(f64::from(contest.speed)).unwrap_or(Speed::REAL),
            latency: Latency::hosted(),
            seed: contest.seed,
            ..Options::default()
        });
        tokio::spawn(d8_emulator::serve(listener, judge.clone(), std::future::pending()));
        let clock = Clock::start();
        let options = LoadOptions {
            config_path: None,
            cwd: folder.to_owned(),
            // The user's own keys have no part in it.
            env: Environment::default(),
            folders: UserFolders::default(),
            now: clock.now(),
        };
        let store = folder.join(format!("{quotas:?}-{who:?}.db"));
        let config = Config::from_text(&written(quotas, who, &origin, &store), options)?;
        let opening = Opening {
            config: Arc::new(config.scaled(contest.speed)),
            scope: Scope::Group(GROUP.to_owned()),
            clock,
            speed: contest.speed,
        };
        let opened = opening.open()?;
        let group = opened.group.ok_or(Stopped)?;
        Ok(Self {
            quotas,
            who,
            is_whole: contest.day_left.is_none(),
            judge,
            endings: opened.handle.audience.follow(group),
            opened,
            total: 0,
            done: 0,
            failed: 0,
            began: None,
            took: None,
            outlook: None,
            bound: None,
            targets: Vec::new(),
        })
    }

    /// Hands the work in. None of it begins yet.
    pub(super) async fn take_in(&mut self, work: &[Line]) -> Result<(), DemoError> {
        let handle = &self.opened.handle;
        let config = handle.directory.config();
        let route = config.route(DEFAULT_ROUTE).cloned().ok_or(Stopped)?;
        self.targets = handle.directory.plan().targets_of(&route);
        let route = Arc::new(route);
        let task = |line: &Line| NewTask {
            priority: line.priority,
            plain: is_plain(&line.request),
            payload: Some(d8_store::Payload {
                endpoint: handle.chat,
                custom: line.id.clone(),
                body: line.request.to_bytes(),
            }),
            ..NewTask::new(
                handle.new_id(),
                GROUP.into(),
                "local".into(),
                Way::Route(route.clone()),
                estimate(&line.request),
            )
        };
        // Nothing is refused: a group of our own is not sealed, and its store has no bounds.
        let accepted = handle.submit(work.iter().map(task).collect()).await?;
        self.total = accepted.map_or(0, |accepted| accepted.len() as u64);
        Ok(())
    }

    pub(super) async fn begin(&mut self) -> Result<(), DemoError> {
        // What the limits say is no bound where the day is spent already.
        if self.is_whole {
            self.outlook = Some(self.opened.handle.outlook().await?);
        }
        self.opened.handle.begin()?;
        self.began = Some(Instant::now());
        Ok(())
    }

    /// Takes up what has ended.
    pub(super) fn look(&mut self) -> Result<(), DemoError> {
        loop {
            match self.endings.try_recv() {
                Ok(done) if done.ending == Ending::Completed => self.done += 1,
                Ok(_) => self.failed += 1,
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return Err(Stopped.into()),
            }
        }
        if self.done + self.failed == self.total && self.took.is_none() {
            self.took = self.began.map(|began| began.elapsed());
            self.bound = self.least();
        }
        Ok(())
    }

    pub(super) fn standing(&self) -> Standing {
        let count = self.opened.tally.count();
        let running = || self.began.map(|began| began.elapsed());
        Standing {
            quotas: self.quotas,
            who: self.who,
            total: self.total,
            done: self.done,
            failed: self.failed,
            // The providers say what they refused, not those who were refused.
            refused: self.judge.score().totals.refused,
            in_flight: count.sent.saturating_sub(count.answered + count.failed),
            time: self.took.or_else(running).unwrap_or_default(),
            bound: self.bound,
        }
    }

    /// The least time that the quotas allow for all of the work. Only D8 knows its limits.
    fn least(&self) -> Option<Duration> {
        let outlook = self.outlook.as_ref()?;
        let count = self.opened.tally.count();
        let mean = |tokens: u64| tokens as f64 / count.answered.max(1) as f64;
        // These tiers count requests only, so that the mean of the sizes is as good as all of them.
        let work = Class {
            targets: self.targets.clone(),
            count: self.total,
            input_tokens: mean(count.input_tokens),
            output_tokens: mean(count.output_tokens),
        };
        let ready = earliest(outlook, outlook, &[work])?;
        Some(ready.since(outlook.at()) + count.fastest.unwrap_or_default())
    }

    /// Ends the orchestrator, and gives its store back.
    pub(super) fn stop(self) -> Result<(), DemoError> {
        let running = self.opened.running;
        tokio::task::block_in_place(|| running.stop())?;
        Ok(())
    }
}

impl Who {
    /// How its worker at each provider lets requests out.
    fn policies(self) -> [(&'static str, Policy); 2] {
        let of_gemini_and_groq = match self {
            Self::Plain => [Policy::Plain, Policy::Plain],
            Self::Resilient => [Policy::Resilient, Policy::Groq],
            Self::D8 => [Policy::D8, Policy::D8],
        };
        [("gemini", of_gemini_and_groq[0]), ("groq", of_gemini_and_groq[1])]
    }
}

/// The free tiers of November 2025, with so much left of Gemini's day.
fn tier(day_left: Option<u32>) -> Tier {
    let Some(left) = day_left else {
        return Tier::Free202511;
    };
    let mut limits = Tier::Free202511.limits();
    for limit in &mut limits {
        if limit.provider == Provider::Gemini && limit.kind == Kind::PacificDay {
            limit.amount = left.into();
        }
    }
    Tier::Custom(limits)
}

/// The d8.toml of a contestant.
fn written(quotas: Quotas, who: Who, origin: &str, store: &Path) -> String {
    let store = format!("sqlite:{}", store.display());
    let mut text = format!("[store]\nurl = {store:?}\n");
    for (provider, policy) in who.policies() {
        let (path, model) = match provider {
            "groq" if quotas == Quotas::Gemini => continue,
            "groq" => ("/openai/v1", "llama-3.3-70b-versatile"),
            _ => ("/v1beta", "gemini-2.0-flash"),
        };
        text += &format!(
            "[[account]]\nname = \"{provider}\"\nprovider = \"{provider}\"\ntier = \"free-2025-11\"\napi_key = \"demo\"\n\
             models = [\"{model}\"]\nbase_url = \"{origin}{path}\"\npolicy = \"{}\"\n",
            policy.name()
        );
    }
    text
}
