//! `d8 tasks cancel`, `retry` and `reprioritise`: by name, or all that a filter finds.

use clap::Args;
use serde_json::{Map, Value, json};

use super::filter::Filter;
use crate::cli::{Failure, OK, PARTLY, say, tell};
use crate::client::Client;
use crate::client::objects::{Count, Task};
use crate::client::reach::Reach;
use crate::client::table::one_line;
use crate::words;

/// Cancel tasks that have not ended: those named, or all that the flags find.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
  d8 tasks cancel task_12 task_13\n  \
  d8 tasks cancel --status pending --group monday\n  \
  d8 tasks cancel --all")]
pub(super) struct CancelArguments {
    #[command(flatten)]
    which: Which,
}

/// Do tasks again that failed or were cancelled: those named, or all that the flags find.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
  d8 tasks retry task_12\n  \
  d8 tasks retry --status failed --group monday")]
pub(super) struct RetryArguments {
    #[command(flatten)]
    which: Which,
}

/// Give all waiting tasks that the flags find another priority.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  d8 tasks reprioritise --priority 9 --group monday")]
pub(super) struct ReprioritiseArguments {
    /// The new one: 1 to 10, higher goes first.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=10))]
    priority: u8,
    #[command(flatten)]
    filter: Filter,
    /// Every task there is.
    #[arg(long, conflicts_with = "filter")]
    all: bool,
    #[command(flatten)]
    reach: Reach,
}

/// Tasks by name or by flags.
#[derive(Debug, Args)]
struct Which {
    /// The tasks.
    #[arg(value_name = "ID", conflicts_with_all = ["filter", "all"])]
    ids: Vec<String>,
    #[command(flatten)]
    filter: Filter,
    /// Every task there is.
    #[arg(long, conflicts_with = "filter")]
    all: bool,
    #[command(flatten)]
    reach: Reach,
}

pub(super) async fn cancel(arguments: &CancelArguments) -> Result<u8, Failure> {
    change(&arguments.which, "cancel").await
}

pub(super) async fn retry(arguments: &RetryArguments) -> Result<u8, Failure> {
    change(&arguments.which, "retry").await
}

pub(super) async fn reprioritise(arguments: &ReprioritiseArguments) -> Result<u8, Failure> {
    let filter = narrowed(&arguments.filter, arguments.all)?;
    let client = arguments.reach.open().await?;
    let body = json!({"filter": filter, "all": arguments.all, "priority": arguments.priority});
    many(&client, "reprioritise", &body, arguments.reach.json).await
}

async fn change(which: &Which, verb: &str) -> Result<u8, Failure> {
    if which.ids.is_empty() {
        let filter = narrowed(&which.filter, which.all)?;
        let client = which.reach.open().await?;
        return many(
            &client,
            verb,
            &json!({"filter": filter, "all": which.all}),
            which.reach.json,
        )
        .await;
    }
    let client = which.reach.open().await?;
    let mut code = OK;
    for id in &which.ids {
        match one(&client, verb, id, which.reach.json).await {
            Ok(line) => tell(&line),
            // The others may well do.
            Err(failure) if failure.code == PARTLY => {
                say(&format!("error: {}: {}", one_line(id), failure.message));
                code = PARTLY;
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(code)
}

/// An empty filter means everything, which nobody shall do by forgetting a flag.
fn narrowed(filter: &Filter, all: bool) -> Result<Map<String, Value>, Failure> {
    let filter = filter.to_json();
    if filter.is_empty() && !all {
        return Err(Failure::not_started("which tasks?")
            .hint("name them, narrow them with --status, --route, --group or --client, or say --all"));
    }
    Ok(filter)
}

async fn one(client: &Client, verb: &str, id: &str, json: bool) -> Result<String, Failure> {
    let answer = client.post(&["api", "tasks", id, verb], &json!({})).await?;
    if json {
        return Ok(answer.text);
    }
    let task: Task = answer.read()?;
    Ok(format!("{} {}", one_line(&task.task_id), one_line(&task.status)))
}

async fn many(client: &Client, verb: &str, body: &Value, json: bool) -> Result<u8, Failure> {
    let answer = client.post(&["api", "tasks", verb], body).await?;
    if json {
        tell(&answer.text);
    } else {
        let count: Count = answer.read()?;
        tell(&format!("{verb}: {}", words::plural(count.count, "task")));
    }
    Ok(OK)
}
