//! `d8 accounts`: whose quota is spent, how far, and until when; and what a person may do to an account.

pub(super) mod limits;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Failure, OK, say, tell};
use crate::client::moment;
use crate::client::objects::{Account, Accounts, Reason};
use crate::client::reach::Reach;
use crate::client::table::{Cell, Surface, Table, Tone, one_line};

/// List the accounts of a running orchestrator with their limits, or pause, resume, unpark or forget one.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Without a word more it lists them.\n\n\
  Examples:\n  \
  d8 accounts\n  \
  d8 accounts pause groq-main       starts nothing more on it; what is under way goes on\n  \
  d8 accounts unpark gemini-main    tries it at once, after the key or the money was put right")]
pub(super) struct AccountsArguments {
    #[command(flatten)]
    reach: Reach,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List them: what of each limit is used, by whom, until when.
    #[command(after_help = "Example:\n  d8 accounts ls --json | jq '.accounts[].limits'")]
    Ls(Reach),
    /// Start nothing more on an account until it is resumed; what is under way goes on.
    #[command(after_help = "Example:\n  d8 accounts pause groq-main")]
    Pause(Named),
    /// Let a paused account go on.
    #[command(after_help = "Example:\n  d8 accounts resume groq-main")]
    Resume(Named),
    /// Try a parked account again at once: its key or its money was put right.
    #[command(after_help = "Example:\n  d8 accounts unpark groq-main")]
    Unpark(Named),
    /// Forget what was learnt of an account's limits: what is configured holds again, and what was refused is tried again.
    #[command(after_help = "Example:\n  d8 accounts forget groq-main      after the provider has raised your limits")]
    Forget(Named),
}

#[derive(Debug, Args)]
struct Named {
    /// The account, as `d8 accounts` names it.
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    reach: Reach,
}

pub(super) async fn run(arguments: AccountsArguments) -> Result<u8, Failure> {
    match arguments.command {
        None => list(&arguments.reach).await,
        Some(Command::Ls(reach)) => list(&reach).await,
        Some(Command::Pause(named)) => change(&named, "pause", "paused: starts nothing more").await,
        Some(Command::Resume(named)) => change(&named, "resume", "goes on").await,
        Some(Command::Unpark(named)) => change(&named, "unpark", "is tried again").await,
        Some(Command::Forget(named)) => change(&named, "forget", "what was learnt of its limits is forgotten").await,
    }
}

async fn list(reach: &Reach) -> Result<u8, Failure> {
    let client = reach.open().await?;
    let answer = client.get(&["api", "accounts"], &[]).await?;
    if reach.json {
        tell(&answer.text);
        return Ok(OK);
    }
    let accounts = answer.read::<Accounts>()?.accounts;
    if accounts.is_empty() {
        say("no account yet: set a provider's key, such as GROQ_API_KEY, where `d8 up` runs, or start `d8 worker`");
    } else {
        tell(&both_tables(&accounts, moment::now(), Surface::of_output()));
    }
    Ok(OK)
}

async fn change(named: &Named, call: &str, outcome: &str) -> Result<u8, Failure> {
    let client = named.reach.open().await?;
    let answer = client.post(&["api", "accounts", &named.name, call], &json!({})).await?;
    if named.reach.json {
        tell(&answer.text);
    } else {
        say(&format!("{}: {outcome}", named.name));
    }
    Ok(OK)
}

fn both_tables(accounts: &[Account], now: f64, surface: Surface) -> String {
    let limits = limits::table(accounts, now);
    let mut text = table(accounts, now).render(surface);
    if !limits.is_empty() {
        text = format!("{text}\n\n{}", limits.render(surface));
    }
    text
}

fn table(accounts: &[Account], now: f64) -> Table {
    let titles = [
        "ACCOUNT", "PROVIDER", "TIER", "FROM", "WORKERS", "AT WORK", "STATE", "MODELS",
    ];
    let mut table = Table::new(&titles, &[4, 5]).usual(2, "-").usual(3, "file");
    for account in accounts {
        let text = |text: &Option<String>| Cell::from(text.as_deref().unwrap_or("-"));
        let count = |count: Option<u64>| Cell::from(count.map_or_else(|| "-".to_owned(), |count| count.to_string()));
        table.row(vec![
            account.account.as_str().into(),
            text(&account.provider),
            text(&account.tier),
            text(&account.origin),
            count(account.workers),
            count(account.in_flight),
            state(account, now),
            account.models.join(", ").into(),
        ]);
    }
    table
}

/// Whether it takes work, else why not.
pub(super) fn state(account: &Account, now: f64) -> Cell {
    match &account.parked {
        _ if account.paused => Cell::toned("paused", Tone::Attention),
        Some(parked) => Cell::toned(parked_words(parked, now), Tone::Bad),
        None if account.workers == Some(0) => Cell::toned("no worker", Tone::Attention),
        None => Cell::toned("ready", Tone::Good),
    }
}

fn parked_words(parked: &Reason, now: f64) -> String {
    let why = parked.message.as_deref().or(parked.code.as_deref());
    let why = one_line(why.unwrap_or("parked"));
    moment::with_time_left(&why, "tried again ", parked.until, now)
}

#[cfg(test)]
mod tests;
