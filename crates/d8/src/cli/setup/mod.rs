//! `d8 setup`: the wizard. It asks for a key, asks the provider whether it is right, and writes the files.
//!
//! In reading order: [`ask`] are the questions; [`provider`] is the choice of one; [`key`] gets the key; [`check`] asks the
//! provider; [`account`] sets up an account here, [`worker`] a worker for another machine; [`ending`] says what was done.

mod account;
mod ask;
mod check;
mod ending;
mod key;
mod provider;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use secrecy::SecretString;

use super::{Failure, INTERRUPTED, say};
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::config::LoadOptions;
use crate::setup::{Site, Trouble};
use crate::text;
use ask::Asker;

/// Set up a provider: asks for its key, tries it out, and writes d8.toml and .env
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "The key is typed hidden, tried out with one small request, and kept in .env, which only you can read.\n\
  What is in d8.toml and .env already stays. Another key of the same provider becomes a second account (groq-2);\n\
  --account groq replaces the key of that one.\n\n\
  Examples:\n  \
  d8 setup                                              asks everything\n  \
  d8 setup groq                                         asks for the key only\n  \
  d8 setup ollama                                       a server of your own: no key, its models are listed\n  \
  printenv MY_KEY | d8 setup groq --key-stdin --yes     for scripts: asks nothing\n  \
  d8 setup groq --worker --orchestrator http://pi:5000  writes .env.worker.groq for a worker on another machine\n\n\
  Exit codes: 0 written, 1 the provider refuses the key or cannot be asked (nothing is written), 2 could not begin, 130 Ctrl-C"
)]
pub(super) struct SetupArguments {
    /// The provider, such as groq, gemini or ollama; without it d8 asks
    provider: Option<String>,
    /// Read the key from standard input
    #[arg(long)]
    key_stdin: bool,
    /// Ask nothing: the usual answer to every question. Without --key-stdin it takes the key that is set already
    #[arg(long, short)]
    yes: bool,
    /// Another address of the provider, such as a gateway, a stand-in or a server of your own
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// A model to use; the first is tried out and is the default. May be repeated. Default: all that the catalogue lists
    #[arg(long = "model", value_name = "MODEL")]
    models: Vec<String>,
    /// The plan that the account is on, such as free; d8 providers lists them
    #[arg(long, value_name = "TIER")]
    tier: Option<String>,
    /// The account's name; one that exists gets the new key
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Write without asking the provider
    #[arg(long)]
    offline: bool,
    /// The file to write; default: ./d8.toml, or your own where there is one and none here
    #[arg(long, value_name = "FILE", conflicts_with = "worker")]
    config: Option<PathBuf>,
    /// Write the settings of a worker on another machine (.env.worker.groq) instead of an account here
    #[arg(long, conflicts_with_all = ["account", "tier"])]
    worker: bool,
    /// Where that worker finds the orchestrator: http://pi:5000, with a token http://d8:TOKEN@pi:5000
    #[arg(long, value_name = "URL", requires = "worker")]
    orchestrator: Option<String>,
    /// That worker's id; default: its type and this machine's name
    #[arg(long, value_name = "ID", requires = "worker")]
    id: Option<String>,
}

/// Why it ends before its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The user wants so.
    Interrupted,
    /// It cannot go on.
    Failed(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Failed(match &trouble {
            Trouble::NotToml(_) => Failure::not_started(trouble.to_string()).hint(text!("setup-mend-first")),
            Trouble::Unwritable { path, source } => {
                Failure::not_started(text!("unwritable", path = path.as_str(), problem = source.to_string()))
                    .hint(text!("setup-other-folder"))
            }
            Trouble::File { .. } | Trouble::NoConfig(_) => Failure::not_started(trouble.to_string()),
        })
    }
}

/// What every part of the wizard needs.
struct Wizard {
    site: Site,
    catalogue: Arc<Catalogue>,
    asker: Asker,
    wishes: SetupArguments,
    options: LoadOptions,
    /// What came on standard input.
    key_given: Option<SecretString>,
}

pub(super) async fn run(arguments: SetupArguments) -> Result<u8, Failure> {
    let done = match wizard(arguments) {
        Ok(wizard) => wizard.run().await,
        Err(stop) => Err(stop),
    };
    match done {
        Ok(code) => Ok(code),
        Err(Stop::Interrupted) => {
            say(&text!("setup-stopped"));
            Ok(INTERRUPTED)
        }
        Err(Stop::Failed(failure)) => Err(failure),
    }
}

fn wizard(arguments: SetupArguments) -> Result<Wizard, Stop> {
    let asker = Asker::of_process(arguments.yes)?;
    let options = LoadOptions::of_process(None, Clock::start().now())
        .map_err(|error| Failure::not_started(text!("setup-no-folder", error = error.to_string())))?;
    let key_given = if arguments.key_stdin {
        Some(key::of_input()?)
    } else {
        None
    };
    let site = Site::find(arguments.config.as_deref(), &options)?;
    let catalogue = site.catalogue(&options)?;
    Ok(Wizard {
        site,
        catalogue,
        asker,
        wishes: arguments,
        options,
        key_given,
    })
}

impl Wizard {
    async fn run(&self) -> Result<u8, Stop> {
        let provider = self.provider()?;
        if self.wishes.worker {
            self.set_up_worker(provider).await
        } else {
            self.set_up_account(provider).await
        }
    }
}
