//! `d8 up`: the orchestrator.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use d8_store::Owner;
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

use super::{Failure, OK, interrupted, say, service, tell};
use crate::agents::{self, Agents};
use crate::clock::Clock;
use crate::config::{self, Config, LoadOptions, UserFolders};
use crate::orchestrator::{Handle, Opened, Opening, Scope};
use crate::reload::{Read, Reloader};
use crate::run::identity;
use crate::server::app::App;
use crate::server::token::{self, Kept};
use crate::server::{Guard, callbacks, layers, listen, router, tasks};
use crate::{text, words};

/// How long what is under way may take once the user wants an end.
const DRAIN: Duration = Duration::from_secs(10);
/// How long answers may take to leave after that.
const GRACE: Duration = Duration::from_secs(3);
/// How often it is looked whether anything is still under way.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Run the orchestrator: the queue, a worker for every account, the HTTP APIs and the page at /.
#[derive(Debug, Args)]
#[command(
    after_help = "No file is needed: every provider whose key is in the environment or in .env becomes an account.\n\n\
  Examples:\n  \
  GROQ_API_KEY=... d8 up                   http://127.0.0.1:5000, and http://[::1]:5000 where there is IPv6\n  \
  d8 up --listen 0.0.0.0:5000              for workers on other machines; asks for a token\n  \
  d8 up --listen 127.0.0.1:0               a free port; the first line of output says which\n\n\
  Ctrl-C or SIGTERM: what is under way may end within 10 seconds; a second one ends at once. Nothing is lost either way\n\
  `d8 reload` or SIGHUP: d8.toml and .env are read again, and what changed comes into force"
)]
pub(super) struct UpArguments {
    /// Where to listen; port 0 lets the system choose. Default: listen in [server], else 127.0.0.1:5000.
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// The configuration; default: ./d8.toml, then the user's own.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// `d8 up`, with this configuration or the usual one.
pub(super) async fn run_with(config: Option<PathBuf>) -> Result<u8, Failure> {
    run(UpArguments { listen: None, config }).await
}

pub(super) async fn run(arguments: UpArguments) -> Result<u8, Failure> {
    super::log();
    // From here on a signal is an orderly stop, however early it comes.
    let mut interrupted = std::pin::pin!(interrupted());
    let (config, folders) = configuration(&arguments)?;
    for notice in &config.notices {
        say(&text!("note", message = notice.to_string()));
    }
    let read_again = read_again(&arguments);
    let config = Arc::new(config);
    let listeners = listen::bind(config.server.listen)
        .await
        .map_err(|error| Failure::not_started(error.to_string()).hint(error.hint()))?;
    let addresses: Vec<SocketAddr> = listeners
        .iter()
        .filter_map(|listener| listener.local_addr().ok())
        .collect();
    let kept = token(&config, &folders)?;
    let opened = Opening {
        config: config.clone(),
        scope: Scope::Everything,
        clock: Clock::start(),
        speed: 1,
    };
    let mut opened = opened.open().map_err(|error| {
        let failure = Failure::not_started(error.to_string());
        error.hint().into_iter().fold(failure, Failure::hint)
    })?;
    announce(&opened, &addresses, kept.as_ref())?;
    let shutdown = CancellationToken::new();
    let app = App::new(&opened, shutdown.clone());
    let agents = start_agents(&app, &mut opened).await?;
    let reloader = Arc::new(Reloader::new(&opened, agents, (*config).clone(), read_again));
    let _ = app.reloader.set(reloader.clone());
    let guard = Guard::new(kept.as_ref().map(|kept| &kept.token), [identity::host()]);
    let routes = layers(router::router(&app), guard);
    let serving = tokio::spawn(listen::serve(listeners, routes, shutdown.clone(), GRACE));
    greet(&config, &addresses, kept.as_ref());
    let outcome = match begin(&app, &mut opened, &folders) {
        Ok(()) => {
            let hang_ups = tokio::spawn(reload_on_hang_up(reloader));
            let outcome = live(opened, &shutdown, &mut interrupted).await;
            hang_ups.abort();
            outcome
        }
        Err(failure) => Err(failure),
    };
    shutdown.cancel();
    let _ = tokio::time::timeout(GRACE + Duration::from_secs(1), serving).await;
    outcome
}

/// Agents are at work before anybody can ask for them; until work begins, what they hand in gathers.
async fn start_agents(app: &Arc<App>, opened: &mut Opened) -> Result<Agents, Failure> {
    let settings = agents::Settings {
        by_itself: true,
        deliveries: None,
    };
    let config = app.handle.directory.config();
    let agents = Agents::start(opened, &config.agents, settings, app.shutdown.clone())
        .await
        .map_err(|error| Failure::not_started(error.to_string()))?;
    let _ = app.agents.set(agents.clone());
    Ok(agents)
}

/// Starts what goes on beside the requests, and lets work begin.
fn begin(app: &Arc<App>, opened: &mut Opened, folders: &UserFolders) -> Result<(), Failure> {
    let due = std::mem::replace(&mut opened.callbacks, tokio::sync::mpsc::unbounded_channel().1);
    let folder = folders.data.clone().unwrap_or_else(|| PathBuf::from("."));
    callbacks::start(app, due, &folder).map_err(|error| Failure::not_started(error.to_string()).hint(error.hint()))?;
    tokio::spawn(tasks::forget_old_requests(app.clone()));
    opened
        .handle
        .begin()
        .map_err(|_| Failure::broke_off(text!("engine-stopped")))
}

/// The same configuration as it stands whenever it is asked for.
fn read_again(arguments: &UpArguments) -> Read {
    let arguments = UpArguments {
        listen: arguments.listen.clone(),
        config: arguments.config.clone(),
    };
    Box::new(move || match configuration(&arguments) {
        Ok((config, _)) => Ok(config),
        Err(failure) => Err(failure.message),
    })
}

/// SIGHUP is the way in which services are told to read their configuration again.
#[cfg(unix)]
async fn reload_on_hang_up(reloader: Arc<Reloader>) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut hang_ups) = signal(SignalKind::hangup()) else {
        return;
    };
    while hang_ups.recv().await.is_some() {
        // What came of it is in the log.
        let _ = reloader.reload().await;
    }
}

/// Windows knows no such signal: `d8 reload` does it.
#[cfg(not(unix))]
async fn reload_on_hang_up(_reloader: Arc<Reloader>) {}

fn configuration(arguments: &UpArguments) -> Result<(Config, UserFolders), Failure> {
    let options = LoadOptions::of_process(arguments.config.clone(), Clock::start().now())
        .map_err(|error| Failure::not_started(text!("folder-unreadable", error = error.to_string())))?;
    let folders = options.folders.clone();
    let mut config = Config::load(options).map_err(|error| Failure::not_started(error.to_string()))?;
    if let Some(text) = &arguments.listen {
        config.server.listen =
            config::listen_address(text).map_err(|error| Failure::not_started(format!("--listen: {error}")))?;
    }
    Ok((config, folders))
}

fn token(config: &Config, folders: &UserFolders) -> Result<Option<Kept>, Failure> {
    token::of_server(&config.server, config.server.listen, folders)
        .map_err(|error| Failure::not_started(error.to_string()).hint(error.hint()))
}

/// Tells other commands on this machine where to find us.
fn announce(opened: &Opened, addresses: &[SocketAddr], kept: Option<&Kept>) -> Result<(), Failure> {
    let owner = Owner {
        pid: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        url: addresses.first().map(|address| url(*address)),
        token_file: kept
            .and_then(|kept| kept.file.as_ref())
            .map(|file| file.display().to_string()),
    };
    opened
        .hold
        .announce(&owner)
        .map_err(|error| Failure::not_started(error.to_string()).hint(error.hint()))
}

/// Where this machine reaches a listener: one for all addresses is reached by the loopback one.
fn url(address: SocketAddr) -> String {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            std::net::IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            std::net::IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

fn greet(config: &Config, addresses: &[SocketAddr], kept: Option<&Kept>) {
    for address in addresses {
        tell(&url(*address));
    }
    if let Some(kept) = kept.filter(|kept| kept.is_new) {
        say(&text!("up-token", token = kept.token.expose_secret()));
        if let Some(file) = &kept.file {
            say(&text!("up-token-kept", file = file.display().to_string()));
        }
    }
    if config.accounts.is_empty() {
        say(&text!("up-no-account"));
        say(&text!("hint", message = text!("up-no-account-hint")));
    }
    for account in &config.accounts {
        let served = if account.api_key.is_some() || account.local {
            text!("up-served-here")
        } else {
            text!("up-waits-for-worker")
        };
        say(&text!(
            "up-account",
            account = account.name.as_str(),
            provider = account.provider.as_str(),
            models = account.models.len(),
            served = served,
        ));
    }
    for agent in &config.agents {
        let schedule = words::schedule(&agent.schedule);
        say(&match agent.paused {
            true => text!("up-agent-paused", agent = agent.name.as_str(), schedule = schedule),
            false => text!("up-agent", agent = agent.name.as_str(), schedule = schedule),
        });
    }
    say(&text!("up-ready"));
}

/// Runs until the user wants an end or the loop fails.
async fn live(
    opened: Opened,
    shutdown: &CancellationToken,
    wants_end: &mut std::pin::Pin<&mut impl Future<Output = ()>>,
) -> Result<u8, Failure> {
    let Opened {
        handle,
        mut running,
        hold,
        ..
    } = opened;
    let failed = tokio::select! {
        () = wants_end => false,
        () = running.ended() => true,
        () = service::live(handle.clone()) => false,
    };
    service::stopping();
    if !failed {
        say(&text!("up-stopping"));
        tokio::select! {
            () = drained(&handle) => {}
            () = tokio::time::sleep(DRAIN) => say(&text!("up-still-under-way")),
            () = interrupted() => {}
            () = running.ended() => {}
        }
    }
    shutdown.cancel();
    let ended = tokio::task::block_in_place(|| running.stop());
    drop(hold);
    match ended {
        Ok(()) => Ok(OK),
        Err(error) => Err(Failure::broke_off(error.to_string()).hint(text!("up-start-again"))),
    }
}

/// Nothing more is started; ready when nothing is under way any more.
async fn drained(handle: &Handle) {
    if handle.drain().is_err() {
        return;
    }
    // Workers elsewhere keep what they are at, and report it to whoever comes after us.
    let at_work = |status: &crate::orchestrator::Status| {
        let mut built_in = status.fleet.iter().filter(|(member, _)| member.built_in);
        built_in.any(|(_, busy)| *busy > 0)
    };
    while handle.status().await.is_ok_and(|status| at_work(&status)) {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
