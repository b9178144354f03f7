//! `d8 worker`: a worker on this machine for an orchestrator elsewhere.

use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;

use super::{Failure, INTERRUPTED, OK, interrupted, say};
use crate::clock::Clock;
use crate::config::remote_worker::{RemoteWorker as Settings, Site, Wishes};
use crate::config::{Environment, UserFolders};
use crate::protocol::{Introduction, VERSION};
use crate::text;
use crate::worker::Provider;
use crate::worker::remote::{Address, Ending, Pace, RemoteWorker, new_incarnation};

/// Run a worker on this machine for an orchestrator elsewhere; its key stays here.
#[derive(Debug, Args)]
#[command(
    after_help = "Settings that no flag names come from the environment, then from .env.worker.TYPE,\n\
  .env.worker and .env in this folder: WORKER_TYPE, WORKER_ID, ORCHESTRATOR_URL, D8_TOKEN,\n\
  the provider's own variables such as GROQ_API_KEY and GROQ_BASE_URL, or API_KEY.\n\
  WORKER_POLL_INTERVAL is not needed: jobs come when they are there.\n\n\
  Examples:\n  \
  GROQ_API_KEY=... d8 worker --type groq --orchestrator http://pi:5000\n  \
  d8 worker --type gemini --orchestrator http://d8:TOKEN@pi:5000 --id attic\n  \
  d8 worker --account groq-main            key, URL and models from d8.toml\n\n\
  Exit codes: 0 ended by Ctrl-C or SIGTERM, 1 no longer let in, 2 could not start, 130 Ctrl-C twice"
)]
pub(super) struct WorkerArguments {
    /// The provider that it calls: groq, gemini, openai, ...
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Where the orchestrator is, with its token where it asks for one. Default: http://127.0.0.1:5000.
    #[arg(long, value_name = "URL")]
    orchestrator: Option<SecretString>,
    /// Its name, unique among all workers. Default: the type and this machine's name.
    #[arg(long)]
    id: Option<String>,
    /// The account to serve: of d8.toml here, of the orchestrator's, or of both.
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// How many attempts it runs at once; the orchestrator keeps the limits.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=512))]
    slots: u32,
    /// The d8.toml that holds the account; default: ./d8.toml, then the user's own.
    #[arg(long, value_name = "FILE", requires = "account")]
    config: Option<PathBuf>,
    /// Where the provider is, with or without the version path.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

pub(super) async fn run(arguments: WorkerArguments) -> Result<u8, Failure> {
    let slots = arguments.slots;
    let settings = settings(arguments)?;
    for notice in &settings.notices {
        say(&text!("note", message = notice.to_string()));
    }
    let worker = worker(settings, slots)?;
    let ending = Ending::default();
    tokio::spawn(listen_for_ends(ending.clone()));
    worker.work(ending.clone()).await?;
    Ok(if ending.now.is_cancelled() { INTERRUPTED } else { OK })
}

/// The first signal asks for an end, the second one for an end now.
async fn listen_for_ends(ending: Ending) {
    interrupted().await;
    ending.drain.cancel();
    interrupted().await;
    ending.now.cancel();
}

fn settings(arguments: WorkerArguments) -> Result<Settings, Failure> {
    let cwd = std::env::current_dir()
        .map_err(|error| Failure::not_started(text!("folder-unreadable", error = error.to_string())))?;
    let site = Site {
        cwd,
        env: Environment::of_process(),
        folders: UserFolders::of_user(),
        home: etcetera::home_dir().ok(),
        host: crate::run::host(),
        now: Clock::start().now(),
    };
    let wishes = Wishes {
        kind: arguments.kind,
        orchestrator: arguments.orchestrator,
        id: arguments.id,
        account: arguments.account,
        base_url: arguments.base_url,
        config_path: arguments.config,
    };
    Settings::resolve(&wishes, site).map_err(|error| Failure::not_started(error.to_string()))
}

fn worker(settings: Settings, slots: u32) -> Result<RemoteWorker, Failure> {
    let address = Address::parse(&settings.orchestrator, settings.token)
        .map_err(|why| Failure::not_started(text!("worker-bad-url", why = why)).hint(text!("worker-bad-url-hint")))?;
    let provider = Provider::new(&settings.account, 1).map_err(Failure::not_started)?;
    Ok(RemoteWorker {
        address,
        id: settings.id,
        kind: settings.kind,
        introduction: Introduction {
            protocol: VERSION,
            incarnation: new_incarnation()?,
            provider: settings.account.provider,
            base_url: settings.account.base_url,
            fingerprint: settings.fingerprint,
            account: settings.serves,
            tier: settings.tier,
            models: settings.models,
            slots,
            attempts: None,
        },
        provider,
        pace: Pace::default(),
    })
}
