//! `d8 agents run --demo`: the next pieces of work of each agent here and now, on emulated providers.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::preview::agents;
use super::{Failure, OK, RunArguments, say, tell, unknown};
use crate::agents::{Agents, Delivered, NotDone, Settings, View};
use crate::cli::{INTERRUPTED, PARTLY, interrupted};
use crate::clock::Clock;
use crate::config::{Agent, Config, StoreLocation};
use crate::orchestrator::{Opening, Scope, Stopped};
use crate::run::demo::{Demo, SPEED};
use crate::{text, words};

/// The folder of files that emulated providers have answered, beside d8.toml.
const FOLDER: &str = "demo";
/// How often it is looked how far the work is.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How often a line says so where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

pub(super) async fn run(arguments: &RunArguments) -> Result<u8, Failure> {
    let mut interrupted = std::pin::pin!(interrupted());
    let clock = Clock::start();
    let chosen = chosen(arguments, clock)?;
    let demo = Demo::start(clock.now())
        .await
        .map_err(|error| Failure::not_started(error.to_string()))?;
    say(&text!("agents-demo-begins", speed = SPEED.to_string()));
    let config = config(&demo, chosen);
    let opening = Opening {
        config: Arc::new(config.clone()),
        scope: Scope::Everything,
        clock,
        speed: SPEED,
    };
    let mut opened = opening.open().map_err(|error| {
        let failure = Failure::not_started(error.to_string());
        error.hint().into_iter().fold(failure, Failure::hint)
    })?;
    let shutdown = CancellationToken::new();
    let (sender, deliveries) = mpsc::unbounded_channel();
    let settings = Settings {
        by_itself: false,
        deliveries: Some(sender),
    };
    let began = Instant::now();
    let at_work = Agents::start(&mut opened, &config.agents, settings, shutdown.clone())
        .await
        .map_err(|error| Failure::not_started(error.to_string()))?;
    let total = hand_in(&at_work, &config.agents, arguments.times).await?;
    opened.handle.begin().map_err(stopped)?;
    let mut work = Work {
        at_work,
        deliveries,
        written: Vec::new(),
        failed: 0,
        total,
        shown: Shown::start(total),
    };
    let finished = tokio::select! {
        finished = work.see_through() => { finished?; true }
        () = &mut interrupted => false,
    };
    shutdown.cancel();
    let ended = tokio::task::block_in_place(|| opened.running.stop());
    ended.map_err(|error| Failure::broke_off(error.to_string()))?;
    Ok(work.conclude(arguments, &demo, began.elapsed(), finished))
}

/// The agents that are meant, as the demonstration lets them work.
fn chosen(arguments: &RunArguments, clock: Clock) -> Result<Vec<Agent>, Failure> {
    let mut agents = agents(&arguments.reach, clock.now())?;
    if let Some(name) = &arguments.name {
        let error = unknown(name, agents.iter().map(|agent| agent.name.as_str()));
        agents.retain(|agent| agent.name == *name);
        if agents.is_empty() {
            return Err(error);
        }
    }
    if agents.is_empty() {
        return Err(Failure::not_started(text!("agents-none")).hint(text!("agents-none-hint")));
    }
    if agents
        .iter()
        .any(|agent| agent.webhook.is_some() || !agent.command.is_empty())
    {
        say(&text!("agents-demo-tells-nobody"));
    }
    Ok(agents)
}

/// The demonstration's accounts, with a store of its own: only agents' work is in it, so all of it is to be done.
fn config(demo: &Demo, agents: Vec<Agent>) -> Config {
    let StoreLocation::Sqlite(store) = &demo.config.store;
    let mut config = Config {
        store: StoreLocation::Sqlite(store.with_file_name("agents-demo.db")),
        ..demo.config.clone()
    };
    config.agents = agents
        .into_iter()
        .map(|agent| Agent {
            asks_for: agent.asks_for.filter(|name| demo.config.resolve(Some(name)).is_ok()),
            webhook: None,
            command: Vec::new(),
            folder: agent.folder.join(FOLDER),
            ..agent
        })
        .collect();
    config
}

/// What a former command left comes first, and then is all there is: so the same command goes on where it was stopped.
/// Gives how much there is to do.
async fn hand_in(at_work: &Agents, agents: &[Agent], times: u32) -> Result<u64, Failure> {
    let views = at_work.list().await.map_err(stopped)?;
    // Deliveries go on meanwhile: of one moment all that is left and all that is told of counts.
    let left = under_way(&views) + views.iter().map(|view| view.delivered_here).sum::<u64>();
    if left > 0 {
        say(&text!("agents-demo-goes-on", left = words::number(left)));
        return Ok(left);
    }
    for agent in agents {
        let given = at_work.run(&agent.name, times).await.map_err(stopped)?;
        given.map_err(|why| match why {
            NotDone::Refused(why) => Failure::broke_off(why),
            other => Failure::broke_off(format!("{other:?}")),
        })?;
    }
    Ok(u64::from(times) * agents.len() as u64)
}

fn under_way(views: &[View]) -> u64 {
    views.iter().map(|view| view.open + view.undelivered).sum()
}

fn stopped(_: Stopped) -> Failure {
    Failure::broke_off(text!("agents-stopped"))
}

/// The work under way.
struct Work {
    at_work: Agents,
    deliveries: mpsc::UnboundedReceiver<Delivered>,
    written: Vec<Delivered>,
    failed: u64,
    total: u64,
    shown: Shown,
}

impl Work {
    async fn see_through(&mut self) -> Result<(), Failure> {
        while (self.written.len() as u64) + self.failed < self.total {
            tokio::select! {
                delivered = self.deliveries.recv() => match delivered {
                    Some(delivered) => self.written.push(delivered),
                    None => return Err(stopped(Stopped)),
                },
                () = tokio::time::sleep(LOOK_EVERY) => {
                    let views = self.at_work.list().await.map_err(stopped)?;
                    if under_way(&views) == 0 {
                        while let Ok(delivered) = self.deliveries.try_recv() {
                            self.written.push(delivered);
                        }
                        self.failed = self.total.saturating_sub(self.written.len() as u64);
                    }
                }
            }
            self.shown.show(self.written.len() as u64);
        }
        Ok(())
    }

    /// Lists what there is now, and says what it is.
    fn conclude(mut self, arguments: &RunArguments, demo: &Demo, took: Duration, finished: bool) -> u8 {
        self.shown.clear();
        let here = std::env::current_dir().unwrap_or_default();
        self.written
            .sort_by(|a, b| (&a.note.agent, a.note.number).cmp(&(&b.note.agent, b.note.number)));
        let paths: Vec<PathBuf> = self
            .written
            .iter()
            .filter_map(|one| one.file.clone())
            .map(|file| seen_from(&here, file))
            .collect();
        if arguments.reach.json {
            let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            let seconds = took.as_secs_f64();
            let done = self.written.len();
            tell(
                &json!({"total": self.total, "done": done, "failed": self.failed, "seconds": seconds, "files": paths})
                    .to_string(),
            );
        } else {
            paths.iter().for_each(|path| tell(&path.display().to_string()));
        }
        let (accepted, refused) = demo.score();
        say(&text!(
            "agents-demo-done",
            done = words::number(self.written.len() as u64),
            total = words::number(self.total),
            time = words::span(took),
        ));
        say(&text!(
            "agents-demo-score",
            accepted = words::number(accepted),
            refused = words::number(refused)
        ));
        if !self.written.is_empty() {
            say(&text!("agents-demo-filler"));
        }
        match (finished, self.failed) {
            (false, _) => {
                say(&text!("hint", message = text!("agents-demo-same-command")));
                INTERRUPTED
            }
            (true, 0) => OK,
            (true, _) => PARTLY,
        }
    }
}

/// Shorter where it is below the current folder.
fn seen_from(here: &Path, path: PathBuf) -> PathBuf {
    path.strip_prefix(here).map(Path::to_owned).unwrap_or(path)
}

/// How far it is: a bar on a terminal, now and then a line elsewhere.
struct Shown {
    bar: Option<ProgressBar>,
    total: u64,
    last_line: Instant,
}

impl Shown {
    fn start(total: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} · {elapsed}");
            let bar = ProgressBar::new(total);
            match style {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        Self {
            bar,
            total,
            last_line: Instant::now(),
        }
    }

    fn show(&mut self, done: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        } else if self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            say(&text!(
                "agents-demo-so-far",
                done = words::number(done),
                total = words::number(self.total)
            ));
        }
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
