//! `d8 stats`: how the orchestrator stands, in one look.

use std::io::Write;
use std::time::Duration;

use clap::Args;
use d8_core::time::Timestamp;
use indexmap::IndexMap;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use serde_json::value::RawValue;

use super::accounts::limits;
use super::{Failure, OK, interrupted, say, tell};
use crate::client::objects::{Accounts, Stats, Tasks};
use crate::client::reach::Reach;
use crate::client::table::{Surface, Table, one_line};
use crate::client::{Client, ClientError, moment};
use crate::words;

const EVERY: Duration = Duration::from_secs(1);

/// Show how a running orchestrator stands: workers, tasks, and what of each account's quota is left.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
  d8 stats\n  \
  d8 stats --watch                 drawn anew each second, until Ctrl-C\n  \
  d8 stats --json | jq .tasks.pending")]
pub(super) struct StatsArguments {
    /// Draw it anew each second, until Ctrl-C.
    #[arg(short, long)]
    watch: bool,
    #[command(flatten)]
    reach: Reach,
}

pub(super) async fn run(arguments: StatsArguments) -> Result<u8, Failure> {
    let client = arguments.reach.open().await?;
    let surface = Surface::of_output();
    // Whoever asks for what is not there learns it at once, and not once a second.
    let first = look(&client, arguments.reach.json, surface).await?;
    if !arguments.watch {
        tell(&first);
        return Ok(OK);
    }
    tokio::select! {
        () = watch(&client, arguments.reach.json, surface, first) => {}
        () = interrupted() => {}
    }
    Ok(OK)
}

async fn look(client: &Client, json: bool, surface: Surface) -> Result<String, ClientError> {
    if json {
        as_json(client).await
    } else {
        as_text(client, surface).await
    }
}

/// Off a terminal each look is printed below the one before, until nobody reads them any more.
async fn watch(client: &Client, json: bool, surface: Surface, first: String) {
    let bar = surface.is_terminal().then(screen);
    let mut seen: Result<String, ClientError> = Ok(first);
    loop {
        match (&bar, seen) {
            (Some(bar), Ok(text)) => bar.set_message(text),
            // It may be starting again.
            (Some(bar), Err(error)) => bar.set_message(error.to_string()),
            (None, Ok(text)) if writeln!(std::io::stdout(), "{text}").is_err() => return,
            (None, Ok(_)) => {}
            (None, Err(error)) => say(&format!("error: {error}")),
        }
        tokio::time::sleep(EVERY).await;
        seen = look(client, json, surface).await;
    }
}

fn screen() -> ProgressBar {
    // The last look stays when it ends.
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stdout()).with_finish(ProgressFinish::Abandon);
    bar.with_style(ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()))
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
    Ok(text(&stats, &accounts, &first, moment::now(), surface))
}

fn text(stats: &Stats, accounts: &Accounts, first: &Tasks, now: f64, surface: Surface) -> String {
    let mut parts = vec![sums(stats)];
    parts.extend(waits(accounts, first, now));
    parts.extend(forecasts(accounts, now));
    let limits: Table = limits::table(&accounts.accounts, now);
    if !limits.is_empty() {
        parts.push(format!("\n{}", limits.render(surface)));
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
    let [pending, assigned, completed, failed, cancelled] = [
        tasks.pending,
        tasks.assigned,
        tasks.completed,
        tasks.failed,
        tasks.cancelled,
    ]
    .map(words::number);
    format!(
        "workers  {} online, {} busy{by_type}\n\
         tasks    {pending} pending, {assigned} assigned, {completed} completed, {failed} failed, {cancelled} cancelled\n\
         success  {rate}",
        words::number(workers.online),
        words::number(workers.busy),
    )
}

/// Why what waits does wait, a line each.
fn waits(accounts: &Accounts, first: &Tasks, now: f64) -> Vec<String> {
    let task = first.tasks.iter().filter_map(|task| {
        let why = super::tasks::waiting(task.wait.as_ref()?, now);
        Some(format!("waiting  {}: {why}", one_line(&task.task_id)))
    });
    let unready = accounts
        .accounts
        .iter()
        .filter(|account| account.paused || account.parked.is_some());
    let unready = unready.map(|account| {
        let state = super::accounts::state(account, now);
        format!("account  {}: {}", one_line(&account.account), state.text())
    });
    let spent = accounts.accounts.iter().filter_map(|account| {
        let diagnosis = account.diagnosis.as_ref()?;
        Some(format!("account  {}", one_line(diagnosis)))
    });
    task.chain(unready).chain(spent).collect()
}

/// What is to be expected of each account, and of everything, a line each.
fn forecasts(accounts: &Accounts, now: f64) -> Vec<String> {
    let instant = |seconds: f64| Timestamp::from_micros((seconds * 1e6) as i64);
    let now = instant(now);
    let of_accounts = accounts.accounts.iter().filter_map(|account| {
        let forecast = account.forecast?;
        let (runs_out, next) = (forecast.runs_out_at.map(instant), forecast.next_start_at.map(instant));
        let told = words::forecast(runs_out, next, now)?;
        Some(format!("forecast {}: {told}", one_line(&account.account)))
    });
    let all_done = accounts.forecast.and_then(|forecast| forecast.all_done_at);
    let all_done = all_done.map(|at| format!("forecast all done {}", words::clock(instant(at), now)));
    of_accounts.chain(all_done).collect()
}

#[cfg(test)]
mod tests;
