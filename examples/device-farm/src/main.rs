//! A farm of simulated devices that test demo apps of their own. Each is a worker of D8, which takes a goal, and a client of
//! D8, which asks a model for every step. It speaks D8's public HTTP API and uses nothing else of it.
//!
//! In reading order: `plan` hands goals in, `device` pursues one, `step` is what a model may say, `app` is what is tested,
//! `orchestrator` is the HTTP; `board`, `screen` and `summary` show it; `demo` brings providers and an orchestrator along.

mod app;
mod board;
mod demo;
mod device;
mod goal;
mod orchestrator;
mod plan;
mod screen;
mod step;
mod summary;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Parser;
use tokio::sync::watch;
use tokio::task::JoinSet;

use app::AppName;
use board::Board;
use demo::Stage;
use device::{Bench, Device};
use orchestrator::{Orchestrator, Trouble};
use plan::Plan;
use screen::{say, tell};
use summary::Summary;

/// Every goal was tried.
const OK: u8 = 0;
/// Some could not be, or were not reached where all had to be.
const PARTLY: u8 = 1;
/// It could not begin.
const NOT_STARTED: u8 = 2;
/// Ctrl-C.
const INTERRUPTED: u8 = 130;

/// Simulated devices that test demo apps: each step is asked of a model, through D8 and its quotas.
#[derive(Debug, Parser)]
#[command(
    name = "device-farm",
    version,
    after_help = "Examples:\n  \
  cargo run --release -p device-farm -- --demo\n  \
  device-farm --orchestrator http://127.0.0.1:5000 --model openai/gpt-oss-20b\n  \
  device-farm --devices 3 --actions 20 --apps shop,notes --json\n\n\
  The exit code is 0 when every goal was tried, 1 when some could not be, 2 when it could not begin, 130 after Ctrl-C"
)]
struct Arguments {
    /// Without a key and without an orchestrator: emulated providers, about a minute
    #[arg(long, conflicts_with_all = ["orchestrator", "model"])]
    demo: bool,
    /// Where D8 is; http://d8:TOKEN@HOST:5000 carries a token
    #[arg(
        long,
        env = "ORCHESTRATOR_URL",
        default_value = "http://127.0.0.1:5000",
        hide_env_values = true,
        value_name = "URL"
    )]
    orchestrator: String,
    /// Whom to ask: a route or a model that knows JSON schemas
    #[arg(long, default_value = "default")]
    model: String,
    /// How many devices
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=500))]
    devices: u16,
    /// How many actions each device has for its day
    #[arg(long, default_value_t = 50, value_name = "N")]
    actions: u32,
    /// How many of them one goal may take
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    per_goal: u32,
    /// Which apps; all if not said
    #[arg(long, value_delimiter = ',', value_name = "APP,...")]
    apps: Vec<AppName>,
    /// How many times faster emulated minutes pass, with --demo
    #[arg(long, default_value_t = demo::SPEED, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=600))]
    speed: u32,
    /// Exit 1 also when a goal was tried and not reached
    #[arg(long)]
    must_reach: bool,
    /// The summary as JSON
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        say("error: the TLS library cannot be set up");
        return ExitCode::from(NOT_STARTED);
    }
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&format!("error: no threads can be started: {error}"));
            return ExitCode::from(NOT_STARTED);
        }
    };
    match runtime.block_on(run(&arguments)) {
        Ok(code) => ExitCode::from(code),
        Err(problem) => {
            say(&format!("error: {problem}"));
            ExitCode::from(NOT_STARTED)
        }
    }
}

async fn run(arguments: &Arguments) -> Result<u8, String> {
    let interrupted = interrupted();
    if !arguments.demo {
        return test(arguments, &arguments.orchestrator, token(), None, interrupted).await;
    }
    let stage = Stage::set(arguments.speed).await?;
    say(&format!(
        "demonstration: emulated Groq (30 requests a minute) and Gemini (15 a minute),\n\
         the free tiers of November 2025; {} times as fast as real time.\n\
         The emulated models do not think: any step that a screen offers may come.\n\
         The page of this orchestrator: {}",
        arguments.speed,
        stage.url()
    ));
    let done = test(arguments, stage.url(), None, Some(&stage), interrupted).await;
    stage.end().await;
    done
}

/// The token that D8's own commands read too.
fn token() -> Option<String> {
    std::env::var("D8_TOKEN").ok().filter(|token| !token.is_empty())
}

async fn test(
    arguments: &Arguments,
    url: &str,
    token: Option<String>,
    stage: Option<&Stage>,
    interrupted: impl Future<Output = ()>,
) -> Result<u8, String> {
    let orchestrator = Orchestrator::at(url, token)?;
    orchestrator
        .get("/api/stats")
        .await
        .map_err(|trouble| unreachable(&trouble))?;
    let devices = usize::from(arguments.devices);
    let apps = if arguments.apps.is_empty() {
        &AppName::ALL[..]
    } else {
        &arguments.apps
    };
    let plan = Plan::of(devices, arguments.actions, arguments.per_goal, apps);
    let goals = plan.len();
    if goals == 0 {
        return Err(format!(
            "{} actions are too few for a goal of {}",
            arguments.actions, arguments.per_goal
        ));
    }
    let began = Instant::now();
    let mut open = plan
        .hand_in(&orchestrator)
        .await
        .map_err(|trouble| trouble.to_string())?;

    let names: Vec<String> = (0..devices).map(device::name).collect();
    let board = Board::of(&names);
    let bench = Arc::new(Bench {
        orchestrator: orchestrator.clone(),
        board: board.clone(),
        model: arguments.model.clone(),
    });
    let (stop, stopped) = watch::channel(false);
    let mut farm = JoinSet::new();
    for number in 0..devices {
        farm.spawn(Device::new(bench.clone(), number).live(stopped.clone()));
    }
    let was_interrupted = tokio::select! {
        () = open.wait_for_all(&orchestrator) => false,
        () = interrupted => true,
        () = screen::show(board.clone(), goals) => false,
    };
    screen::last(&board, goals);
    if was_interrupted {
        say("stopping: the devices take their leave, what they were at is taken back");
    }
    let _ = stop.send(true);
    farm.join_all().await;
    let not_done = open.take_back(&orchestrator).await;
    let summary = Summary {
        findings: open.findings,
        rows: board.rows(),
        not_done,
        took: began.elapsed(),
        score: match stage {
            Some(stage) => stage.score().await,
            None => None,
        },
    };
    if arguments.json {
        tell(&summary.json().to_string());
    } else {
        say("");
        summary.lines().iter().for_each(|line| tell(line));
    }
    let all_reached = summary.passed() == goals;
    Ok(match (was_interrupted, summary.broken()) {
        (true, _) => INTERRUPTED,
        (false, 0) if all_reached || !arguments.must_reach => OK,
        (false, _) => PARTLY,
    })
}

fn unreachable(trouble: &Trouble) -> String {
    let hint = match trouble {
        Trouble::Refused(_) => "give its token: D8_TOKEN, or http://d8:TOKEN@HOST:5000",
        _ => "start it with `d8 up`, name it with --orchestrator, or try --demo",
    };
    format!("{trouble}\nhint: {hint}")
}

/// Ready when the user wants an end: Ctrl-C, or SIGTERM where there is one.
fn interrupted() -> impl Future<Output = ()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
        async move {
            match signals {
                [Ok(mut interrupt), Ok(mut terminate)] => tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                },
                _ => drop(tokio::signal::ctrl_c().await),
            }
        }
    }
    #[cfg(not(unix))]
    async {
        drop(tokio::signal::ctrl_c().await);
    }
}
