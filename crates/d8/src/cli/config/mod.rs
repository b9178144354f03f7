//! `d8 config`: the configuration as D8 understands it.

mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Failure, OK, PARTLY, say, tell};
use crate::clock::Clock;
use crate::config::{Config, LoadOptions, location};
use crate::text;

/// Show the configuration as it is resolved, say which file it is, or check one.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
  d8 config show                    every setting, and where it came from; keys are never shown\n  \
  d8 config show --json | jq '.sections[] | select(.section == \"account\").name'\n  \
  d8 config path                    the d8.toml that is read here\n  \
  d8 config check new.toml && mv new.toml d8.toml && d8 reload")]
pub(super) struct ConfigArguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Show(ShowArguments),
    Path(PathArguments),
    Check(CheckArguments),
}

/// Show every setting, and where it came from: a line of d8.toml, a variable, .env, the catalogue, or the default.
#[derive(Debug, Args)]
#[command(after_help = "Keys and tokens are never shown, only where they are kept.\n\n\
  Examples:\n  \
  d8 config show\n  \
  d8 config show --config other.toml --json")]
struct ShowArguments {
    /// The configuration; default: ./d8.toml, then the user's own.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print it as JSON.
    #[arg(long)]
    json: bool,
}

/// Say which d8.toml is read here.
#[derive(Debug, Args)]
#[command(after_help = "Exit 0 where there is one, 1 where the environment alone decides.\n\n\
  Example:\n  \
  $EDITOR \"$(d8 config path)\"")]
struct PathArguments {}

/// Read a configuration and say what is wrong with it; nothing is started.
#[derive(Debug, Args)]
#[command(after_help = "Exit 0 where it is right, 2 where it is not.\n\n\
  Example:\n  \
  d8 config check")]
struct CheckArguments {
    /// The file to check; default: ./d8.toml, then the user's own.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

pub(super) fn run(arguments: ConfigArguments) -> Result<u8, Failure> {
    match arguments.command {
        Command::Show(arguments) => show(arguments),
        Command::Path(PathArguments {}) => path(),
        Command::Check(arguments) => check(arguments),
    }
}

/// What the program knows before it reads a configuration.
pub(super) fn options(config: Option<PathBuf>) -> Result<LoadOptions, Failure> {
    LoadOptions::of_process(config, Clock::start().now())
        .map_err(|error| Failure::not_started(text!("config-no-folder", why = error.to_string())))
}

fn show(arguments: ShowArguments) -> Result<u8, Failure> {
    let explained = Config::explained(options(arguments.config)?).map_err(|error| faulty(&error))?;
    for notice in &explained.config.notices {
        say(&text!("config-note", notice = notice.as_str()));
    }
    tell(&if arguments.json {
        show::json(&explained)
    } else {
        show::table(&explained)
    });
    Ok(OK)
}

fn path() -> Result<u8, Failure> {
    let options = options(None)?;
    match location::path(&options) {
        Some(path) => {
            tell(&path.display().to_string());
            Ok(OK)
        }
        None => {
            let user = options.folders.config.map(|folder| folder.join(location::FILE_NAME));
            let user = user.map_or_else(|| "-".to_owned(), |path| path.display().to_string());
            say(&text!("config-no-file", user = user));
            Ok(PARTLY)
        }
    }
}

fn check(arguments: CheckArguments) -> Result<u8, Failure> {
    let named = arguments.file.clone();
    let config = Config::load(options(arguments.file)?).map_err(|error| faulty(&error))?;
    let file = named.or_else(|| config.file.clone());
    let shown = file.map_or_else(|| text!("config-environment"), |file| file.display().to_string());
    for notice in &config.notices {
        say(&text!("config-note", notice = notice.as_str()));
    }
    tell(&text!(
        "config-is-right",
        file = shown,
        accounts = config.accounts.len(),
        routes = config.routes.len(),
        agents = config.agents.len(),
    ));
    Ok(OK)
}

/// A configuration that cannot be used, as every command says it.
fn faulty(error: &crate::config::ConfigError) -> Failure {
    Failure::not_started(error.to_string())
}

#[cfg(test)]
mod tests;
