//! `--demo`: emulated providers and an orchestrator of their own, as children of this program. Nothing of the user's is
//! touched: no key, no configuration, no store.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::orchestrator::Orchestrator;
use crate::screen::say;

/// Emulated minutes are so many times shorter.
pub(crate) const SPEED: u32 = 20;
/// Nobody needs longer to say where it listens.
const TO_START: Duration = Duration::from_secs(30);
/// What a process cannot live without. Keys stay outside.
const NEEDED: [&str; 4] = ["PATH", "SystemRoot", "TEMP", "TMPDIR"];

/// Everything that a demonstration runs on. It ends with this value.
#[derive(Debug)]
pub(crate) struct Stage {
    emulator: Server,
    orchestrator: Server,
    folder: Folder,
}

#[derive(Debug)]
struct Server {
    child: Child,
    url: String,
}

/// A folder that goes with the demonstration.
#[derive(Debug)]
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Stage {
    /// Starts the providers, then the orchestrator.
    ///
    /// # Errors
    /// In words, with what to do.
    pub(crate) async fn set(speed: u32) -> Result<Self, String> {
        let d8 = d8().await?;
        let folder = std::env::temp_dir().join(format!("device-farm-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let folder = Folder(folder);
        let speed_text = speed.to_string();
        let listen = ["--listen", "127.0.0.1:0"];
        let providers = ["--tier", "free-2025-11", "--latency", "hosted", "--speed", &speed_text];
        let emulator = start(&d8, "emulate", &[&listen[..], &providers].concat(), &folder.0).await?;
        let config = folder.0.join("d8.toml");
        std::fs::write(&config, configuration(&emulator.url, speed))
            .map_err(|error| format!("{}: {error}", config.display()))?;
        let orchestrator = start(&d8, "up", &[&listen[..], &["--config", "d8.toml"]].concat(), &folder.0).await?;
        Ok(Self {
            emulator,
            orchestrator,
            folder,
        })
    }

    /// Where the orchestrator is.
    pub(crate) fn url(&self) -> &str {
        &self.orchestrator.url
    }

    /// What the emulated providers counted: accepted, and refused for quota.
    pub(crate) async fn score(&self) -> Option<(u64, u64)> {
        let emulator = Orchestrator::at(&self.emulator.url, None).ok()?;
        let score = emulator.get("/__d8/score").await.ok()?;
        let totals = &score["totals"];
        Some((totals["accepted"].as_u64()?, totals["refused"].as_u64()?))
    }

    /// Ends it. The folder goes last.
    pub(crate) async fn end(mut self) {
        for server in [&mut self.orchestrator, &mut self.emulator] {
            let _ = server.child.kill().await;
        }
        drop(self.folder);
    }
}

/// Starts a command of `d8` that says on its first line where it listens. What it says besides goes into a file.
async fn start(d8: &Path, command: &str, arguments: &[&str], folder: &Path) -> Result<Server, String> {
    let log = folder.join(format!("{command}.log"));
    let file = std::fs::File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    let mut process = Command::new(d8);
    process.arg(command).args(arguments).current_dir(folder).env_clear();
    process.envs(NEEDED.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    for name in [
        "HOME",
        "USERPROFILE",
        "APPDATA",
        "LOCALAPPDATA",
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
    ] {
        process.env(name, folder);
    }
    // Ctrl-C goes to a whole group, and the devices still have to take their leave.
    #[cfg(unix)]
    process.process_group(0);
    #[cfg(windows)]
    process.creation_flags(0x200);
    process
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(file)
        .kill_on_drop(true);
    let mut child = process.spawn().map_err(|error| format!("{}: {error}", d8.display()))?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no pipe")?).lines();
    let first = tokio::time::timeout(TO_START, lines.next_line()).await;
    let Ok(Ok(Some(url))) = first else {
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        return Err(format!("`d8 {command}` did not start; it said: {}", said.trim()));
    };
    // Whatever follows is read, so that no full pipe holds it up.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok(Server { child, url })
}

/// The free tiers of November 2025, with time `speed` times as fast. Gemini's day is left out: a demonstration hardly uses a
/// fifth of it.
fn configuration(emulator: &str, speed: u32) -> String {
    let minute = format!("{}ms", 60_000 / speed);
    let day = format!("{}s", 86_400 / speed);
    format!(
        r#"
[[account]]
name = "groq-demo"
provider = "groq"
api_key = "demo"
models = ["llama-3.3-70b-versatile"]
base_url = "{emulator}/openai/v1"
limits = [{{ requests = 30, per = "{minute}", kind = "bucket" }}, {{ requests = 14400, per = "{day}", kind = "bucket" }}]

[[account]]
name = "gemini-demo"
provider = "gemini"
api_key = "demo"
models = ["gemini-2.0-flash"]
base_url = "{emulator}/v1beta"
limits = [{{ requests = 15, per = "{minute}", kind = "fixed" }}]
"#
    )
}

/// The program `d8`: beside this one, built where the sources are, or on the path.
async fn d8() -> Result<PathBuf, String> {
    let name = format!("d8{}", std::env::consts::EXE_SUFFIX);
    let own = std::env::current_exe().map_err(|error| format!("where am I? {error}"))?;
    let beside = own.with_file_name(&name);
    if beside.is_file() {
        return Ok(beside);
    }
    if let Some(built) = build(&own, &beside).await {
        return Ok(built);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(&name))
        .find(|file| file.is_file());
    found.ok_or_else(|| {
        format!(
            "there is no {name} beside {} and none on the path; build it: cargo build --release -p d8",
            own.display()
        )
    })
}

/// Builds it with the cargo that built this program, into the same folder.
async fn build(own: &Path, wanted: &Path) -> Option<PathBuf> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let profile = own.parent()?;
    let target = profile.parent()?;
    if !sources.join("Cargo.toml").is_file() || !target.join("CACHEDIR.TAG").is_file() {
        return None;
    }
    say("d8 is not built yet: building it; this takes some minutes the first time");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "-p", "d8"])
        .current_dir(&sources)
        .env("CARGO_TARGET_DIR", target)
        .stdin(Stdio::null());
    if profile.file_name() == Some(OsStr::new("release")) {
        cargo.arg("--release");
    }
    let built = cargo.status().await.is_ok_and(|status| status.success());
    (built && wanted.is_file()).then(|| wanted.to_owned())
}
