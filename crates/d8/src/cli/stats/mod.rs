//! `d8 stats`: how the orchestrator stands, in one look.

use clap::Args;
use indexmap::IndexMap;
use serde_json::value::RawValue;

use super::Failure;
use super::accounts::{instant, limits};
use crate::client::objects::{Accounts, Happened, Stats, Tasks};
use crate::client::reach::Reach;
use crate::client::stacked::{hanging, paragraph};
use crate::client::table::{Surface, Table, one_line};
use crate::client::watch::{Look, Watch};
use crate::client::{Client, ClientError, moment};
use crate::{text, words};

/// Show how a running orchestrator stands: workers, tasks, and what of each account's quota is left.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
  d8 stats\n  \
  d8 stats --watch                 drawn anew each second, until Ctrl-C\n  \
  d8 stats --watch 10 --json       an object on a line, every 10 seconds\n  \
  d8 stats --json | jq .tasks.pending")]
pub(super) struct StatsArguments {
    #[command(flatten)]
    watch: Watch,
    #[command(flatten)]
    reach: Reach,
}

pub(super) async fn run(arguments: StatsArguments) -> Result<u8, Failure> {
    let StatsArguments { watch, reach } = arguments;
    let client = reach.open().await?;
    let look = async |surface| {
        let shown = if reach.json {
            as_json(&client).await?
        } else {
            as_text(&client, surface).await?
        };
        Ok(Look::of(shown))
    };
    watch.show(reach.json, look).await
}

/// The statistics' object, with the accounts' object in it.
async fn as_json(client: &Client) -> Result<String, ClientError> {
    let stats = client.get(&["api", "workers", "stats"], &[]).await?;
    let accounts = client.get(&["api", "accounts"], &[]).await?;
    let mut both: IndexMap<String, Box<RawValue>> = stats.read()?;
    both.extend(accounts.read::<IndexMap<String, Box<RawValue>>>()?);
    serde_json::to_string(&both).map_err(|error| ClientError::Unreadable { why: error.to_string() })
}

async fn as_text(client: &Client, surface: Surface) -> Result<String, ClientError> {
    let stats: Stats = client.get(&["api", "workers", "stats"], &[]).await?.read()?;
    let accounts: Accounts = client.get(&["api", "accounts"], &[]).await?.read()?;
    let first = if stats.tasks.pending > 0 {
        let query = [("status", "pending"), ("limit", "1")];
        client.get(&["api", "tasks"], &query).await?.read()?
    } else {
        Tasks::default()
    };
    Ok(page(&stats, &accounts, &first, moment::now(), surface))
}

fn page(stats: &Stats, accounts: &Accounts, first: &Tasks, now: f64, surface: Surface) -> String {
    let mut parts = vec![sums(stats)];
    parts.extend(waits(accounts, first, now));
    parts.extend(forecasts(accounts, now));
    // What does not fit a line goes on below what it says, not below its name.
    let mut parts: Vec<String> = parts.iter().map(|part| hanging(part, surface, NAME + 1)).collect();
    let (telling, untouched) = limits::telling(&accounts.accounts, now);
    let limits: Table = limits::table(&telling, now);
    if !limits.is_empty() {
        parts.push(format!("\n{}", limits.render(surface)));
    }
    if untouched > 0 {
        parts.push(paragraph(&text!("stats-untouched", count = untouched), surface));
    }
    parts.join("\n")
}

fn sums(stats: &Stats) -> String {
    let (workers, tasks) = (&stats.workers, &stats.tasks);
    let by_type: Vec<String> = workers
        .by_type
        .iter()
        .map(|(kind, count)| format!("{} {count}", one_line(kind)))
        .collect();
    let by_type = if by_type.is_empty() {
        String::new()
    } else {
        format!(" ({})", by_type.join(", "))
    };
    let rate = stats.performance.success_rate.map_or_else(
        || "-".to_owned(),
        |rate| format!("{:.1}%", (rate * 100.0).clamp(0.0, 100.0)),
    );
    let workers = text!("stats-workers-line", online = workers.online, busy = workers.busy);
    let tasks = text!(
        "stats-tasks-line",
        pending = tasks.pending,
        assigned = tasks.assigned,
        completed = tasks.completed,
        failed = tasks.failed,
        cancelled = tasks.cancelled
    );
    let mut lines = vec![
        fact(text!("stats-workers"), &format!("{workers}{by_type}")),
        fact(text!("stats-tasks"), &tasks),
        fact(text!("stats-success"), &rate),
    ];
    lines.extend(pace(stats).map(|pace| fact(text!("stats-pace"), &pace)));
    lines.join("\n")
}

/// Columns of a line's name.
const NAME: usize = 8;

/// A line: its name, and what it says.
fn fact(name: impl AsRef<str>, says: &str) -> String {
    format!("{:<NAME$} {says}", name.as_ref())
}

/// How fast it goes; none where nothing has happened.
fn pace(stats: &Stats) -> Option<String> {
    let Happened {
        completed,
        refused,
        input_tokens,
        output_tokens,
        ..
    } = stats.pace?.minute;
    let tokens = input_tokens + output_tokens;
    (completed + refused + tokens > 0).then(|| {
        text!(
            "stats-pace-line",
            completed = completed,
            tokens = tokens,
            refused = refused
        )
    })
}

/// Why what waits does wait, a line each.
fn waits(accounts: &Accounts, first: &Tasks, now: f64) -> Vec<String> {
    let task = first.tasks.iter().filter_map(|task| {
        let why = super::tasks::waiting(task.wait.as_ref()?, now);
        Some(fact(
            text!("stats-waiting"),
            &format!("{}: {why}", one_line(&task.task_id)),
        ))
    });
    let account = |says: &str| fact(text!("stats-account"), says);
    let unready = accounts
        .accounts
        .iter()
        .filter(|account| account.paused || account.parked.is_some());
    let unready = unready.map(|unready| {
        let state = super::accounts::state(unready, now);
        account(&format!("{}: {}", one_line(&unready.account), state.text()))
    });
    let spent = accounts
        .accounts
        .iter()
        .filter_map(|spent| Some(account(&one_line(spent.diagnosis.as_ref()?))));
    task.chain(unready).chain(spent).collect()
}

/// What is to be expected of each account, and of everything, a line each.
fn forecasts(accounts: &Accounts, now: f64) -> Vec<String> {
    let now = instant(now);
    let of_accounts = accounts.accounts.iter().filter_map(|account| {
        let told = super::accounts::forecast(account, now)?;
        Some(fact(
            text!("stats-forecast"),
            &format!("{}: {told}", one_line(&account.account)),
        ))
    });
    let all_done = accounts.forecast.and_then(|forecast| forecast.all_done_at);
    let all_done = all_done.map(|at| {
        let when = words::clock(instant(at), now);
        fact(text!("stats-forecast"), &text!("stats-all-done", when = when))
    });
    of_accounts.chain(all_done).collect()
}

#[cfg(test)]
mod tests;
