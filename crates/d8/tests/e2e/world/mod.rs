//! The world of one test: an empty folder, an empty environment, and emulated providers of its own.
//!
//! In reading order: [`Quota`] is a limit as both sides see it; [`Account`] an entry of d8.toml; [`Wire`] stands before
//! the judge and notes every arrival; [`World`] holds them; [`Running`] and [`Ended`] are a process; [`Answer`] is a
//! line of OUT.

mod account;
mod answer;
mod http;
mod orchestrator;
mod process;
mod quota;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use d8_emulator::{Emulator, Options, Score, Tier};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub(crate) use account::{Account, GEMINI_MODEL, GROQ_MODEL};
pub(crate) use answer::{Answer, all_answered, codes, ids};
pub(crate) use http::{Answered, request as http_request};
pub(crate) use orchestrator::Up;
pub(crate) use process::{Ended, Invocation, Running};
pub(crate) use quota::{Quota, concurrency, requests, tier, tokens};
pub(crate) use wire::Wire;

pub(crate) struct World {
    folder: TempDir,
    variables: Vec<(String, String)>,
    providers: Option<Providers>,
    processes: AtomicU32,
}

/// Emulated providers in this process, on a runtime of their own.
struct Providers {
    judge: Emulator,
    wire: Wire,
    _runtime: Runtime,
}

impl World {
    /// Without providers.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["work", "home", "streams"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self {
            folder,
            variables: Vec::new(),
            providers: None,
            processes: AtomicU32::new(0),
        }
    }

    /// With providers that behave so, and no d8.toml yet.
    pub(crate) fn with(options: Options) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let judge = Emulator::new(options);
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(d8_emulator::serve(listener, judge.clone(), std::future::pending()));
        let wire = runtime.block_on(Wire::before(address));
        Self {
            providers: Some(Providers {
                judge,
                wire,
                _runtime: runtime,
            }),
            ..Self::empty()
        }
    }

    /// With one Groq account that may do as much as it likes.
    pub(crate) fn unlimited() -> Self {
        Self::with_groq(&[])
    }

    /// With one Groq account whose limits d8.toml knows as the judge enforces them.
    pub(crate) fn with_groq(quotas: &[Quota]) -> Self {
        let world = Self::with(Options {
            tier: quota::tier(d8_emulator::Provider::Groq, quotas),
            ..Options::default()
        });
        world.configure(&[Account::groq().limits(quotas)]);
        world
    }

    /// Writes d8.toml with these accounts, at the emulated providers unless they say otherwise.
    pub(crate) fn configure(&self, accounts: &[Account]) {
        let origin = self.providers.as_ref().map(|all| all.wire.origin()).unwrap_or_default();
        let text: String = accounts.iter().map(|account| account.to_toml(&origin)).collect();
        self.write("d8.toml", text);
    }

    /// Adds a variable to the environment of every process to come.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.push((name.to_owned(), value.into()));
    }

    /// Where the providers are.
    pub(crate) fn origin(&self) -> String {
        self.wire().origin()
    }

    pub(crate) fn wire(&self) -> &Wire {
        &self.providers.as_ref().unwrap().wire
    }

    pub(crate) fn judge(&self) -> &Emulator {
        &self.providers.as_ref().unwrap().judge
    }

    pub(crate) fn score(&self) -> Score {
        self.judge().score()
    }

    pub(crate) fn accepted(&self) -> u64 {
        self.score().totals.accepted
    }

    pub(crate) fn refused(&self) -> u64 {
        self.score().totals.refused
    }

    /// Everything below it is this world's.
    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// A path in the folder where commands are given.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join("work").join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn append(&self, name: &str, text: &str) {
        self.write(name, self.read(name) + text);
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// `work.jsonl` with so many short prompts: "task 1", "task 2" and so on.
    pub(crate) fn tasks(&self, count: usize) {
        let line = |number: usize| format!("{{\"prompt\":\"task {number}\",\"max_tokens\":16}}\n");
        self.write("work.jsonl", (1..=count).map(line).collect::<String>());
    }

    /// The lines of an output file.
    pub(crate) fn answers(&self, name: &str) -> Vec<Answer> {
        Answer::parse_all(&self.read(name))
    }

    /// A command that can still be given more.
    pub(crate) fn d8(&self, arguments: &[&str]) -> Invocation {
        let number = self.processes.fetch_add(1, Ordering::Relaxed);
        let streams = self.root().join("streams").join(number.to_string());
        let mut invocation = Invocation::new(arguments, &self.root().join("work"), streams);
        invocation.surroundings(&self.root().join("home"), &self.variables);
        invocation
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.d8(arguments).start().wait()
    }

    /// `d8 run work.jsonl`.
    pub(crate) fn run_work(&self) -> Ended {
        self.run(&["run", "work.jsonl"])
    }
}

/// Waits until something holds, for half a minute at most.
#[track_caller]
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < end, "{what}: this did not happen in half a minute");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// No limits at all.
pub(crate) fn no_limits() -> Options {
    Options {
        tier: Tier::Unlimited,
        ..Options::default()
    }
}
