//! `d8 providers`: what is known of providers, as tables.

mod compare;
mod json;
mod list;
mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Failure, OK, say, tell};
use crate::catalogue::{Catalogue, Provider};
use crate::client::table::Surface;
use crate::clock::Clock;
use crate::config::suggestion::{nearest, quoted};
use crate::config::{Config, LoadOptions};
use crate::text;

/// What is known of providers: limits by tier, prices, resets, each with its date and source.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(
    after_help = "Without a word more it lists them. What the providers say on the wire corrects all of it as the work goes on;\n\
  [[provider]] entries in d8.toml change it and add to it.\n\n\
  Examples:\n  \
  d8 providers\n  \
  d8 providers --tier free\n  \
  d8 providers show groq\n  \
  d8 providers compare gemini groq\n  \
  d8 providers --json | jq '.providers[] | {id, tiers: [.tiers[].name]}'"
)]
pub(super) struct ProvidersArguments {
    #[command(flatten)]
    view: View,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List them: one line for each tier, with the limits and the price of its first model.
    #[command(after_help = "Example:\n  d8 providers ls --tier free")]
    Ls(View),
    /// All that is known of one: models, prices, tiers, limits, its key and where to get one.
    #[command(after_help = "Examples:\n  d8 providers show groq\n  d8 providers show gemini --tier free")]
    Show(Show),
    /// Several side by side, today's tiers beside the figures of November 2025 where those are kept.
    #[command(
        after_help = "Examples:\n  d8 providers compare gemini groq\n  d8 providers compare groq cerebras mistral --tier free"
    )]
    Compare(Compare),
}

#[derive(Debug, Args)]
struct View {
    /// Only tiers of this name
    #[arg(long, value_name = "NAME")]
    tier: Option<String>,
    /// One JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// The configuration whose [[provider]] entries count; default: ./d8.toml, then the user's own
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Show {
    /// The provider, as `d8 providers` names it
    #[arg(value_name = "PROVIDER")]
    name: String,
    #[command(flatten)]
    view: View,
}

#[derive(Debug, Args)]
struct Compare {
    /// The providers, as `d8 providers` names them
    #[arg(value_name = "PROVIDER", required = true, num_args = 1..)]
    names: Vec<String>,
    #[command(flatten)]
    view: View,
}

pub(super) fn run(arguments: &ProvidersArguments) -> Result<u8, Failure> {
    match &arguments.command {
        None => list(&arguments.view),
        Some(Command::Ls(view)) => list(view),
        Some(Command::Show(show)) => {
            let catalogue = known(&show.view)?;
            let provider = named(&catalogue, &show.name)?;
            print(&show.view, &[provider], |surface| {
                show::page(provider, tier_of(&show.view), surface)
            })
        }
        Some(Command::Compare(compare)) => {
            let catalogue = known(&compare.view)?;
            let providers: Vec<&Provider> = compare
                .names
                .iter()
                .map(|name| named(&catalogue, name))
                .collect::<Result<_, _>>()?;
            print(&compare.view, &providers, |surface| {
                compare::page(&providers, tier_of(&compare.view), surface)
            })
        }
    }
}

fn list(view: &View) -> Result<u8, Failure> {
    let catalogue = known(view)?;
    let providers: Vec<&Provider> = catalogue.providers.iter().collect();
    print(view, &providers, |surface| {
        list::page(&providers, tier_of(view), surface)
    })?;
    if !view.json {
        say(&text!("providers-first-models"));
    }
    Ok(OK)
}

fn print(view: &View, providers: &[&Provider], page: impl FnOnce(Surface) -> String) -> Result<u8, Failure> {
    if let Some(wanted) = tier_of(view) {
        let has = |provider: &&Provider| provider.tier(wanted).is_some();
        if !providers.iter().any(has) {
            return Err(no_tier(wanted, providers));
        }
    }
    if view.json {
        tell(&json::providers(providers, tier_of(view)));
    } else {
        tell(&page(Surface::of_output()));
    }
    Ok(OK)
}

fn tier_of(view: &View) -> Option<&str> {
    view.tier.as_deref()
}

fn known(view: &View) -> Result<std::sync::Arc<Catalogue>, Failure> {
    let options = LoadOptions::of_process(view.config.clone(), Clock::start().now())
        .map_err(|error| Failure::not_started(text!("providers-no-folder", error = error.to_string())))?;
    Config::catalogue(&options).map_err(|error| Failure::not_started(error.to_string()))
}

/// The provider of this name, or what the nearest is called.
pub(super) fn named<'a>(catalogue: &'a Catalogue, name: &str) -> Result<&'a Provider, Failure> {
    let ids = || catalogue.providers.iter().map(|provider| provider.id.as_str());
    catalogue
        .provider(name)
        .ok_or_else(|| Failure::not_started(text!("providers-unknown", name = name)).hint(did_you_mean(name, ids)))
}

fn no_tier(name: &str, providers: &[&Provider]) -> Failure {
    let mut tiers: Vec<&str> = providers
        .iter()
        .flat_map(|provider| &provider.tiers)
        .map(|tier| tier.name.as_str())
        .collect();
    tiers.sort_unstable();
    tiers.dedup();
    Failure::not_started(text!("providers-no-tier", name = name)).hint(did_you_mean(name, || tiers.iter().copied()))
}

/// The nearest of some names, else all of them.
pub(super) fn did_you_mean<'a, N: Iterator<Item = &'a str>>(name: &str, names: impl Fn() -> N) -> String {
    match nearest(name, names()) {
        Some(near) => text!("providers-did-you-mean", name = near),
        None => text!("providers-there-are", names = quoted(names())),
    }
}
