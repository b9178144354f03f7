//! The real program against the real `d8`: its demonstration from beginning to end, and an end before the end.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const FARM: &str = env!("CARGO_BIN_EXE_device-farm");

/// `d8`, built beside the program under test where the tests of other crates have not done so before.
fn d8() -> PathBuf {
    let d8 = Path::new(FARM).with_file_name(format!("d8{}", std::env::consts::EXE_SUFFIX));
    if !d8.is_file() {
        let target = Path::new(FARM).parent().and_then(Path::parent).unwrap();
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap());
        cargo.args(["build", "-p", "d8"]).env("CARGO_TARGET_DIR", target);
        assert!(cargo.status().unwrap().success());
    }
    d8
}

/// A server of d8's that ends with its test.
struct Server {
    child: Child,
    address: String,
    _out: BufReader<ChildStdout>,
}

impl Server {
    fn start(arguments: &[&str], folder: &Path) -> Self {
        let mut command = Command::new(d8());
        command
            .args(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .current_dir(folder);
        command
            .env("HOME", folder)
            .env("XDG_DATA_HOME", folder)
            .env("XDG_CONFIG_HOME", folder);
        command.env_remove("GROQ_API_KEY").env_remove("GEMINI_API_KEY");
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut url = String::new();
        out.read_line(&mut url).unwrap();
        let address = url.trim().trim_start_matches("http://").to_owned();
        Self {
            child,
            address,
            _out: out,
        }
    }

    fn get(&self, path: &str) -> Value {
        let mut socket = TcpStream::connect(&self.address).unwrap();
        write!(socket, "GET {path} HTTP/1.0\r\nhost: {}\r\n\r\n", self.address).unwrap();
        let mut text = String::new();
        socket.read_to_string(&mut text).unwrap();
        serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn farm(arguments: &[&str]) -> Command {
    let mut command = Command::new(FARM);
    command
        .args(arguments)
        .env_remove("ORCHESTRATOR_URL")
        .env_remove("D8_TOKEN");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[track_caller]
fn summary(output: &Output) -> Value {
    let words = || String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", words()))
}

#[track_caller]
fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_demonstration_tries_every_goal_and_meets_no_refusal() {
    d8();
    let arguments = [
        "--demo",
        "--devices",
        "3",
        "--actions",
        "24",
        "--per-goal",
        "6",
        "--speed",
        "60",
        "--json",
    ];
    let output = farm(&arguments).output().unwrap();
    let summary = summary(&output);
    assert_eq!(output.status.code(), Some(0), "{summary}");
    assert_eq!(
        [&summary["goals"], &summary["tried"], &summary["broken"]].map(|count| count.as_u64().unwrap()),
        [12, 12, 0]
    );
    let of_apps = |field: &str| -> u64 {
        let apps = summary["apps"].as_array().unwrap().iter();
        apps.map(|app| app[field].as_u64().unwrap()).sum()
    };
    assert_eq!(summary["apps"].as_array().unwrap().len(), 4);
    assert_eq!(
        [of_apps("tried"), of_apps("passed")],
        [12, summary["passed"].as_u64().unwrap()]
    );
    // Each action is one request that the judge let in; no goal had more than its six, none was done without any.
    let actions = summary["actions"].as_u64().unwrap();
    assert_eq!(
        [of_apps("actions"), summary["accepted"].as_u64().unwrap()],
        [actions; 2]
    );
    assert!((12 * 3..=12 * 6).contains(&actions), "{actions}");
    assert_eq!([&summary["refused"], &summary["invalid"]], [0, 0]);
}

/// Models that do not keep to the schema cost actions; they break nothing.
#[test]
fn nonsense_is_counted_and_taken_for_no_step() {
    let folder = tempfile::tempdir().unwrap();
    let nonsense = Nonsense::start();
    let account = format!(
        "[[account]]\nname = \"odd\"\nprovider = \"groq\"\napi_key = \"test-key\"\nlimits = []\n\
         models = [\"llama-3.3-70b-versatile\"]\nbase_url = \"http://{}/openai/v1\"\n",
        nonsense.address
    );
    std::fs::write(folder.path().join("d8.toml"), account).unwrap();
    let up = Server::start(&["up", "--config", "d8.toml"], folder.path());
    let url = format!("http://{}", up.address);
    let arguments = [
        "--orchestrator",
        &url,
        "--devices",
        "2",
        "--actions",
        "4",
        "--per-goal",
        "4",
        "--json",
    ];
    let output = farm(&arguments).output().unwrap();
    let counts = summary(&output);
    assert_eq!(output.status.code(), Some(0), "{counts}");
    assert_eq!(
        [
            &counts["tried"],
            &counts["passed"],
            &counts["actions"],
            &counts["invalid"]
        ],
        [2, 0, 8, 8]
    );
    let strict = farm(&[&arguments[..], &["--must-reach"]].concat()).output().unwrap();
    assert_eq!(strict.status.code(), Some(1));
}

/// A provider whose model says the same to everybody.
struct Nonsense {
    address: String,
}

impl Nonsense {
    fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                std::thread::spawn(move || answer(&socket));
            }
        });
        Self { address }
    }
}

/// Reads one request and answers it.
fn answer(socket: &TcpStream) {
    let mut reader = BufReader::new(socket);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let said = r#"{"id":"x","object":"chat.completion","created":1,"model":"llama-3.3-70b-versatile","choices":[{"index":0,"message":{"role":"assistant","content":"I would tap something."},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":9,"total_tokens":18}}"#;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length:";
    let mut writer = socket;
    let _ = write!(writer, "{head} {}\r\n\r\n{said}", said.len());
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_neither_a_worker_nor_a_goal_behind() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = Server::start(&["emulate", "--tier", "unlimited", "--latency", "300ms"], folder.path());
    let account = format!(
        "[[account]]\nname = \"groq\"\nprovider = \"groq\"\napi_key = \"test-key\"\nlimits = []\n\
         models = [\"llama-3.3-70b-versatile\"]\nbase_url = \"http://{}/openai/v1\"\n",
        emulator.address
    );
    std::fs::write(folder.path().join("d8.toml"), account).unwrap();
    let up = Server::start(&["up", "--config", "d8.toml"], folder.path());
    let url = format!("http://{}", up.address);
    let child = farm(&["--orchestrator", &url, "--devices", "3", "--json"])
        .spawn()
        .unwrap();
    until("all are at work", || {
        up.get("/api/stats")["tasks"]["assigned"].as_u64().unwrap() >= 3
    });
    let devices = || {
        let workers = up.get("/api/workers/list")["workers"].as_array().unwrap().clone();
        workers
            .iter()
            .filter(|worker| worker["worker_type"] == "device")
            .count()
    };
    assert_eq!(devices(), 3);
    let killed = Command::new("kill")
        .args(["-s", "INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    let counts = summary(&output);
    assert_eq!(output.status.code(), Some(130), "{counts}");
    assert_eq!(counts["goals"], 15);
    assert!(counts["broken"].as_u64().unwrap() > 0, "{counts}");
    assert_eq!(devices(), 0);
    // What they had asked a model lives on for some seconds, as for anybody who hangs up; their goals do not.
    let tasks = up.get("/api/tasks?limit=100")["tasks"].as_array().unwrap().clone();
    let goals = tasks.iter().filter(|task| task["type"] == "device_action");
    let standings: Vec<&Value> = goals.map(|task| &task["status"]).collect();
    assert_eq!(standings.len(), 15);
    assert!(
        standings
            .iter()
            .all(|status| *status == "cancelled" || *status == "completed"),
        "{standings:?}"
    );
}

#[test]
fn without_an_orchestrator_it_says_what_to_do() {
    let output = farm(&["--orchestrator", "http://127.0.0.1:9"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("d8 up") && said.contains("--demo"), "{said}");
    assert!(output.stdout.is_empty());
}
