//! What the user types. One file for each command; standard output is data, standard error is talk.

mod accounts;
mod agents;
mod completions;
mod config;
mod demo;
mod doctor;
mod emulate;
mod help;
mod import;
mod man;
mod plan;
mod providers;
mod reload;
mod run;
mod service;
mod setup;
mod simulate;
mod stats;
mod submit;
mod tasks;
#[cfg(feature = "tui")]
mod top;
mod up;
mod worker;
mod workers;
mod workload;
mod yes_or_no;

use std::io::Write;
use std::process::ExitCode;

use clap::{FromArgMatches, Parser, Subcommand};

use crate::client::stacked::hanging;
use crate::client::table::Surface;
use crate::text;
pub(crate) use tasks::{answer_text, error_words, waiting};
#[cfg(feature = "tui")]
pub(crate) use {
    accounts::{forecast as account_forecast, instant, limits, state as account_state},
    tasks::{note as task_note, tone as task_tone},
    workers::{busy as worker_busy, tone as worker_tone},
};

/// LLM work on limited quotas: a durable queue and a fleet of workers that never meet a 429.
#[derive(Debug, Parser)]
#[command(name = "d8", version, about, propagate_version = true)]
#[command(
    after_help = "Examples:\n  d8 setup\n  d8 run work.jsonl -o answers.jsonl\n  d8 demo\n  d8 run --demo examples/day.jsonl\n  d8 emulate --tier free"
)]
struct Arguments {
    /// The language of what it says: en or es; without it D8_LANG, else the system's
    #[arg(long, global = true, value_name = "LANGUAGE", value_parser = ["en", "es"])]
    lang: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Setup(setup::SetupArguments),
    Up(up::UpArguments),
    Run(run::RunArguments),
    Demo(demo::DemoArguments),
    Doctor(doctor::DoctorArguments),
    Worker(worker::WorkerArguments),
    Submit(submit::SubmitArguments),
    Tasks(tasks::TasksArguments),
    Workers(workers::WorkersArguments),
    Accounts(accounts::AccountsArguments),
    Agents(agents::AgentsArguments),
    Stats(stats::StatsArguments),
    Plan(plan::PlanArguments),
    Providers(providers::ProvidersArguments),
    #[cfg(feature = "tui")]
    Top(top::TopArguments),
    Emulate(emulate::EmulateArguments),
    Simulate(simulate::SimulateArguments),
    Config(config::ConfigArguments),
    Reload(reload::ReloadArguments),
    Import(import::ImportArguments),
    Completions(completions::CompletionsArguments),
    Man(man::ManArguments),
}

/// Everything could be done.
pub const OK: u8 = 0;
/// Some of it could not.
pub const PARTLY: u8 = 1;
/// It could not begin.
pub const NOT_STARTED: u8 = 2;
/// Ctrl-C.
pub const INTERRUPTED: u8 = 130;

/// Why a command could not do its work: what happened, and what to do next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// What happened, on what.
    pub message: String,
    /// What to do next.
    pub hints: Vec<String>,
}

impl Failure {
    /// The command could not begin.
    pub fn not_started(message: impl Into<String>) -> Self {
        Self {
            code: NOT_STARTED,
            message: message.into(),
            hints: Vec::new(),
        }
    }

    /// The command broke off.
    pub fn broke_off(message: impl Into<String>) -> Self {
        Self {
            code: PARTLY,
            message: message.into(),
            hints: Vec::new(),
        }
    }

    /// With advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// The program: reads the command line, does what it says, and tells the exit code.
pub fn main() -> ExitCode {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        return fail(&Failure::not_started(text!("no-tls")));
    }
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(error) => match help::failure(&error) {
            Some(failure) => return fail(&failure),
            // Help and version are no faults; clap tells them apart.
            None => error.exit(),
        },
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&Failure::not_started(text!("no-threads", error = error.to_string()))),
    };
    let done = runtime.block_on(async {
        match arguments.command {
            Command::Setup(arguments) => setup::run(arguments).await,
            Command::Up(arguments) => up::run(arguments).await,
            Command::Run(arguments) => run::run(arguments).await,
            Command::Demo(arguments) => demo::run(arguments).await,
            Command::Doctor(arguments) => doctor::run(arguments).await,
            Command::Worker(arguments) => worker::run(arguments).await,
            Command::Submit(arguments) => submit::run(arguments).await,
            Command::Tasks(arguments) => tasks::run(arguments).await,
            Command::Workers(arguments) => workers::run(arguments).await,
            Command::Accounts(arguments) => accounts::run(arguments).await,
            Command::Agents(arguments) => agents::run(arguments).await,
            Command::Stats(arguments) => stats::run(arguments).await,
            Command::Plan(arguments) => plan::run(&arguments),
            Command::Providers(arguments) => providers::run(&arguments),
            #[cfg(feature = "tui")]
            Command::Top(arguments) => top::run(arguments).await,
            Command::Emulate(arguments) => emulate::run(arguments).await,
            Command::Simulate(arguments) => simulate::run(arguments).await,
            Command::Config(arguments) => config::run(arguments),
            Command::Reload(arguments) => reload::run(arguments).await,
            Command::Import(arguments) => import::run(arguments),
            Command::Completions(arguments) => completions::run(&arguments),
            Command::Man(arguments) => man::run(&arguments),
        }
    });
    // A call that is still under way must not hold the exit back; the store knows of it.
    runtime.shutdown_background();
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => fail(&failure),
    }
}

/// Reads the command line. The language comes first: help and errors are said in it.
fn arguments() -> Result<Arguments, clap::Error> {
    help::language_of(std::env::args_os()).speak();
    let matches = help::command().try_get_matches()?;
    Arguments::from_arg_matches(&matches)
}

fn fail(failure: &Failure) -> ExitCode {
    say(&text!("error", message = failure.message.as_str()));
    for hint in &failure.hints {
        say(&text!("hint", message = hint.as_str()));
    }
    ExitCode::from(failure.code)
}

/// What goes on below a line of talk is set in by so much.
const HANG: usize = 2;

/// Talk: a line on standard error, on a terminal broken between words. Whoever has closed it does not want to hear.
pub fn say(line: &str) {
    match Surface::of_talk() {
        Some(terminal) => say_whole(&hanging(line, terminal, HANG)),
        None => say_whole(line),
    }
}

/// The same, never broken: a command that somebody may copy.
pub fn say_whole(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Data: a line on standard output. A reader that has gone (`| head`) is no fault of ours.
pub fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// What the program itself has to say goes to standard error; `RUST_LOG` says how much.
fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("d8=info,warn"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false);
    // A second one would be a fault of ours that hurts nobody.
    let _ = subscriber.try_init();
}

/// Ready when the user wants an end: Ctrl-C, or SIGTERM where there is one. It listens from the call on, not only from the
/// first time that somebody waits.
pub fn interrupted() -> impl Future<Output = ()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
        async move {
            let [interrupt, terminate] = signals;
            match (interrupt, terminate) {
                (Ok(mut interrupt), Ok(mut terminate)) => tokio::select! {
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
