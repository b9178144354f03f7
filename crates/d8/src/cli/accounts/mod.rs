//! `d8 accounts`: whose quota is spent, how far, and until when; and what a person may do to an account.

pub(crate) mod limits;

use clap::{Args, Subcommand};
use d8_core::time::Timestamp;
use serde_json::json;

use super::{Failure, OK, say, tell};
use crate::client::moment;
use crate::client::objects::{Account, Accounts, Reason};
use crate::client::reach::Reach;
use crate::client::table::{Cell, Surface, Table, Tone, one_line};
use crate::client::watch::{Look, Watch};
use crate::{text, words};

/// List the accounts of a running orchestrator with their limits, or pause, resume, unpark or forget one.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Without a word more it lists them.\n\n\
  Examples:\n  \
  d8 accounts\n  \
  d8 accounts --watch               drawn anew each second, until Ctrl-C\n  \
  d8 accounts pause groq-main       starts nothing more on it; what is under way goes on\n  \
  d8 accounts unpark gemini-main    tries it at once, after the key or the money was put right")]
pub(super) struct AccountsArguments {
    #[command(flatten)]
    list: ListArguments,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct ListArguments {
    #[command(flatten)]
    watch: Watch,
    #[command(flatten)]
    reach: Reach,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List them: what of each limit is used, by whom, until when.
    #[command(after_help = "Examples:\n  \
      d8 accounts ls --watch 5\n  \
      d8 accounts ls --json | jq '.accounts[].limits'")]
    Ls(ListArguments),
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
        None => list(&arguments.list).await,
        Some(Command::Ls(arguments)) => list(&arguments).await,
        Some(Command::Pause(named)) => change(&named, "pause", &text!("accounts-paused")).await,
        Some(Command::Resume(named)) => change(&named, "resume", &text!("accounts-resumed")).await,
        Some(Command::Unpark(named)) => change(&named, "unpark", &text!("accounts-unparked")).await,
        Some(Command::Forget(named)) => change(&named, "forget", &text!("accounts-forgotten")).await,
    }
}

async fn list(arguments: &ListArguments) -> Result<u8, Failure> {
    let ListArguments { watch, reach } = arguments;
    let client = reach.open().await?;
    let look = async |surface| {
        let answer = client.get(&["api", "accounts"], &[]).await?;
        if reach.json {
            return Ok(Look::of_json(&answer.text));
        }
        let accounts = answer.read::<Accounts>()?.accounts;
        if accounts.is_empty() {
            return Ok(Look::note(text!("accounts-none")));
        }
        Ok(Look::of(both_tables(&accounts, moment::now(), surface)))
    };
    watch.show(reach.json, look).await
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
        text!("table-account"),
        text!("table-provider"),
        text!("table-tier"),
        text!("table-from"),
        text!("table-policy"),
        text!("table-workers"),
        text!("table-at-work"),
        text!("table-state"),
        text!("table-models"),
    ];
    let mut table = Table::new(&titles, &[5, 6])
        .usual(2, "-")
        .usual(3, "file")
        .usual(4, "d8")
        .gives(&[8])
        .keeps(7, 30)
        .names(&[0])
        .spare(&[3, 1, 2, 5, 8]);
    for account in accounts {
        let text = |text: &Option<String>| Cell::from(text.as_deref().unwrap_or("-"));
        let count = |count: Option<u64>| Cell::from(count.map_or_else(|| "-".to_owned(), |count| count.to_string()));
        table.row(vec![
            account.account.as_str().into(),
            text(&account.provider),
            text(&account.tier),
            text(&account.origin),
            text(&account.policy),
            count(account.workers),
            count(account.in_flight),
            state(account, now),
            account.models.join(", ").into(),
        ]);
    }
    table
}

/// Whether it takes work, else why not.
pub(crate) fn state(account: &Account, now: f64) -> Cell {
    match &account.parked {
        _ if account.paused => Cell::toned(text!("accounts-state-paused"), Tone::Attention),
        Some(parked) => Cell::toned(parked_words(parked, now), Tone::Bad),
        None if account.workers == Some(0) => Cell::toned(text!("accounts-state-no-worker"), Tone::Attention),
        None => Cell::toned(text!("accounts-state-ready"), Tone::Good),
    }
}

/// What is to be expected of it: "runs out at 16:40, next start 16:52"; none where there is nothing to tell.
pub(crate) fn forecast(account: &Account, now: Timestamp) -> Option<String> {
    let forecast = account.forecast?;
    let (runs_out, next) = (forecast.runs_out_at.map(instant), forecast.next_start_at.map(instant));
    words::forecast(runs_out, next, now)
}

/// A moment of the HTTP API.
pub(crate) fn instant(seconds: f64) -> Timestamp {
    Timestamp::from_micros((seconds * 1e6) as i64)
}

fn parked_words(parked: &Reason, now: f64) -> String {
    let why = parked.message.as_deref().or(parked.code.as_deref());
    let why = why.map_or_else(|| text!("accounts-state-parked"), one_line);
    moment::with_time_left(&why, parked.until, now, |when| {
        text!("accounts-tried-again", when = when)
    })
}

#[cfg(test)]
mod tests;
