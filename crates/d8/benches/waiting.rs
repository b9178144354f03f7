//! What chat requests cost that wait for quota: opens many at once against a server in a process of its own and prints
//! its resident memory for each. Prints figures; judges nothing. Linux tells them; elsewhere they are 0.
//!
//! `cargo bench --bench waiting -- [COUNT]`

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use d8::clock::Clock;
use d8::config::{Config, Environment, LoadOptions, UserFolders};
use d8::orchestrator::{Opening, Scope};
use d8::server::app::App;
use d8::server::{Guard, chat, layers, listen};
use tokio_util::sync::CancellationToken;

/// Of a prompt, in bytes.
const PROMPT: usize = 500;
const SERVE: &str = "serve";

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    if arguments.first().is_some_and(|word| word == SERVE) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        return runtime.block_on(serve());
    }
    let count = arguments.first().and_then(|count| count.parse().ok()).unwrap_or(10_000);
    allow_files();
    for kind in [Kind::Begun, Kind::Plain, Kind::Streamed] {
        measure(kind, count);
    }
}

/// What waits.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Kind {
    /// A connection whose request has only begun: what it costs whatever is asked.
    Begun,
    Plain,
    Streamed,
}

/// A server that takes everything in and answers nothing, until its standard input ends.
async fn serve() {
    let folder = tempfile::tempdir().unwrap();
    let opening = Opening {
        config: Arc::new(config(folder.path())),
        scope: Scope::Everything,
        clock: Clock::start(),
        speed: 1,
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let opened = opening.open().unwrap();
    opened.handle.begin().unwrap();
    let shutdown = CancellationToken::new();
    let app = App::new(&opened, shutdown.clone());
    let (routes, _) = chat::routes().with_state(app).split_for_parts();
    let listeners = listen::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    println!("{}", listeners[0].local_addr().unwrap());
    let routes = layers(routes, Guard::new(None, []));
    tokio::spawn(listen::serve(listeners, routes, shutdown.clone(), Duration::ZERO));
    tokio::task::spawn_blocking(|| std::io::stdin().lock().lines().count())
        .await
        .unwrap();
    shutdown.cancel();
    opened.running.stop().unwrap();
}

fn config(folder: &Path) -> Config {
    let text = "[[account]]\nname = \"none\"\nprovider = \"openai-compatible\"\nbase_url = \"http://127.0.0.1:9/v1\"\n\
                models = [\"m\"]\napi_key = \"test-key-1\"\nlimits = [{ requests = 0, per = \"1d\" }]\n\
                [store]\nurl = \"sqlite:q.db\"\n";
    let options = LoadOptions {
        config_path: None,
        cwd: folder.to_owned(),
        env: Environment::default(),
        folders: UserFolders::default(),
        now: Clock::start().now(),
    };
    Config::from_text(text, options).unwrap()
}

fn measure(kind: Kind, count: usize) {
    let mut server = Command::new(std::env::current_exe().unwrap())
        .arg(SERVE)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut address)
        .unwrap();
    let before = settled(&server);
    let began = Instant::now();
    let sockets: Vec<TcpStream> = (0..count).map(|number| send(address.trim(), number, kind)).collect();
    let sent = began.elapsed();
    let after = settled(&server);
    let each = after.saturating_sub(before) as f64 / count as f64;
    println!(
        "{count} requests, {kind:?}: {each:.1} kB each ({before} kB before, {after} kB with them; sent in {sent:.1?})"
    );
    drop(sockets);
    std::thread::sleep(Duration::from_millis(500));
    println!("  {} kB just after their clients hung up", resident_kb(&server));
    drop(server.stdin.take());
    server.wait().unwrap();
}

fn send(address: &str, number: usize, kind: Kind) -> TcpStream {
    let prompt = "word ".repeat(PROMPT / 5);
    let stream = kind == Kind::Streamed;
    let body = format!(
        "{{\"model\":\"m\",\"stream\":{stream},\"messages\":[{{\"role\":\"user\",\"content\":\"{number} {prompt}\"}}]}}"
    );
    let mut socket = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         user-agent: OpenAI/Python 2.0.0\r\naccept: application/json\r\nx-stainless-lang: python\r\n\
         x-stainless-read-timeout: 600\r\nx-stainless-retry-count: 0\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let whole = format!("{head}{body}");
    let part = if kind == Kind::Begun { "POST" } else { &whole };
    socket.write_all(part.as_bytes()).unwrap();
    socket
}

/// The resident memory once it no longer grows, in kB.
fn settled(server: &Child) -> u64 {
    let mut last = 0;
    loop {
        std::thread::sleep(Duration::from_millis(1_000));
        let now = resident_kb(server);
        if now <= last + last / 200 {
            return now;
        }
        last = now;
    }
}

fn resident_kb(server: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    kb.unwrap_or(0)
}

/// As many sockets as the system lets this process have.
#[cfg(unix)]
fn allow_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: now.maximum,
        maximum: now.maximum,
    };
    let _ = setrlimit(Resource::Nofile, most);
}

#[cfg(not(unix))]
fn allow_files() {}
