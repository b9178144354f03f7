//! A process of the real binary. Its streams go to files, so that no full pipe can hold it up.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// No command of a test takes so long.
const LONGEST: Duration = Duration::from_secs(60);

/// A command that has not begun.
pub(crate) struct Invocation {
    command: Command,
    streams: PathBuf,
}

impl Invocation {
    pub(super) fn new(arguments: &[&str], folder: &Path, streams: PathBuf) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_d8"));
        command.args(arguments).current_dir(folder).env_clear();
        let stream = |name| File::create(streams.with_extension(name)).unwrap();
        command.stdin(Stdio::null()).stdout(stream("out")).stderr(stream("err"));
        Self { command, streams }
    }

    /// An environment that holds nothing but what a process cannot live without, and these.
    pub(super) fn surroundings(&mut self, home: &Path, variables: &[(String, String)]) {
        for name in ["PATH", "SystemRoot", "TEMP"] {
            if let Some(value) = std::env::var_os(name) {
                self.command.env(name, value);
            }
        }
        for name in ["HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"] {
            self.command.env(name, home);
        }
        self.command
            // Not the language of whoever runs the tests.
            .env("D8_LANG", "en")
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .envs(variables.iter().cloned());
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn stdin(mut self, file: &Path) -> Self {
        self.command.stdin(File::open(file).unwrap());
        self
    }

    pub(crate) fn stdout(mut self, to: impl Into<Stdio>) -> Self {
        self.command.stdout(to);
        self
    }

    pub(crate) fn start(mut self) -> Running {
        Running {
            child: self.command.spawn().unwrap(),
            streams: self.streams,
        }
    }
}

/// A process under way; it ends with its test.
pub(crate) struct Running {
    child: Child,
    streams: PathBuf,
}

impl Running {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed so far, on standard output and standard error.
    pub(crate) fn printed(&self) -> (String, String) {
        let read = |name| {
            let bytes = std::fs::read(self.streams.with_extension(name)).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        (read("out"), read("err"))
    }

    #[track_caller]
    pub(crate) fn wait(mut self) -> Ended {
        let end = Instant::now() + LONGEST;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let (out, err) = self.printed();
                return Ended {
                    code: status.code(),
                    out,
                    err,
                };
            }
            assert!(
                Instant::now() < end,
                "still running after {LONGEST:?}: {:?}",
                self.printed()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal such as `INT`.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// On standard error.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        assert!(self.err.contains(words), "it does not say {words:?}:\n{}", self.err);
        self
    }

    /// On standard output.
    #[track_caller]
    pub(crate) fn shows(self, words: &str) -> Self {
        assert!(self.out.contains(words), "it does not show {words:?}:\n{}", self.out);
        self
    }

    #[track_caller]
    pub(crate) fn says_nothing_of(self, words: &str) -> Self {
        assert!(!self.err.contains(words), "it says {words:?}:\n{}", self.err);
        self
    }

    /// What standard output holds, which must be the summary and nothing else.
    #[track_caller]
    pub(crate) fn summary(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {:?}\n{}", self.out, self.err))
    }
}
