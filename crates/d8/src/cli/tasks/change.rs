//! `d8 tasks cancel`, `retry` and `reprioritise`: by name, or all that a filter finds.

use std::io::IsTerminal;

use clap::Args;
use inquire::InquireError;
use serde_json::{Map, Value, json};

use super::filter::Filter;
use crate::cli::{Failure, INTERRUPTED, OK, PARTLY, say, tell, yes_or_no};
use crate::client::Client;
use crate::client::objects::{Count, Task};
use crate::client::reach::Reach;
use crate::client::table::one_line;
use crate::{text, words};

/// Cancel tasks that have not ended: those named, or all that the flags find.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
  d8 tasks cancel task_12 task_13\n  \
  d8 tasks cancel --status pending --group monday\n  \
  d8 tasks cancel --status pending --route default --client web --older-than 1h\n  \
  d8 tasks cancel --all --yes           without being asked; off a terminal nobody is\n\n\
  Exit codes: 0 done, 1 some could not be changed or you said no, 2 not begun, 130 Ctrl-C")]
pub(super) struct CancelArguments {
    #[command(flatten)]
    which: Which,
}

/// Do tasks again that failed or were cancelled: those named, or all that the flags find.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
  d8 tasks retry task_12\n  \
  d8 tasks retry --status failed --group monday\n  \
  d8 tasks retry --code attempts_exhausted --yes\n\n\
  Exit codes: 0 done, 1 some could not be changed or you said no, 2 not begun, 130 Ctrl-C")]
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
    /// Do not ask before many are changed.
    #[arg(short, long)]
    yes: bool,
    /// Only say how many there are.
    #[arg(long, conflicts_with_all = ["ids", "yes"])]
    dry_run: bool,
    #[command(flatten)]
    reach: Reach,
}

/// What is done to tasks.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Verb {
    Cancel,
    Retry,
    Reprioritise,
}

impl Verb {
    /// By the name of the HTTP API.
    fn call(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Retry => "retry",
            Self::Reprioritise => "reprioritise",
        }
    }

    fn done(self, count: u64) -> String {
        let shown = words::number(count);
        match self {
            Self::Cancel => text!("tasks-cancelled-many", count = count, shown = shown),
            Self::Retry => text!("tasks-retried-many", count = count, shown = shown),
            Self::Reprioritise => text!("tasks-reprioritised-many", count = count, shown = shown),
        }
    }

    fn question(self, count: u64) -> String {
        let shown = words::number(count);
        match self {
            Self::Retry => text!("tasks-retry-really", count = count, shown = shown),
            Self::Cancel | Self::Reprioritise => text!("tasks-cancel-really", count = count, shown = shown),
        }
    }
}

pub(super) async fn cancel(arguments: &CancelArguments) -> Result<u8, Failure> {
    change(&arguments.which, Verb::Cancel).await
}

pub(super) async fn retry(arguments: &RetryArguments) -> Result<u8, Failure> {
    change(&arguments.which, Verb::Retry).await
}

pub(super) async fn reprioritise(arguments: &ReprioritiseArguments) -> Result<u8, Failure> {
    let filter = narrowed(&arguments.filter, arguments.all)?;
    let client = arguments.reach.open().await?;
    let body = json!({"filter": filter, "all": arguments.all, "priority": arguments.priority});
    many(&client, Verb::Reprioritise, &body, arguments.reach.json).await
}

async fn change(which: &Which, verb: Verb) -> Result<u8, Failure> {
    if which.ids.is_empty() {
        let filter = narrowed(&which.filter, which.all)?;
        let client = which.reach.open().await?;
        let mut body = json!({"filter": filter, "all": which.all});
        if which.dry_run || !which.yes && can_ask() {
            body["dry_run"] = true.into();
            let answer = client.post(&["api", "tasks", verb.call()], &body).await?;
            let count = answer.read::<Count>()?.count;
            if which.dry_run && which.reach.json {
                tell(&answer.text);
                return Ok(OK);
            }
            if which.dry_run || count == 0 {
                tell(&verb.done(count));
                return Ok(OK);
            }
            if !confirmed(&verb.question(count))? {
                say(&text!("tasks-left-alone"));
                return Ok(PARTLY);
            }
            body["dry_run"] = false.into();
        }
        return many(&client, verb, &body, which.reach.json).await;
    }
    let client = which.reach.open().await?;
    let mut code = OK;
    for id in &which.ids {
        match one(&client, verb.call(), id, which.reach.json).await {
            Ok(line) => tell(&line),
            // The others may well do.
            Err(failure) if failure.code == PARTLY => {
                let message = format!("{}: {}", one_line(id), failure.message);
                say(&text!("error", message = message));
                code = PARTLY;
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(code)
}

/// Without a terminal there is nobody to ask: a script means what it says.
fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Whether the user says yes.
fn confirmed(question: &str) -> Result<bool, Failure> {
    match yes_or_no::ask(question, false) {
        Ok(said) => Ok(said),
        Err(InquireError::OperationCanceled) => Ok(false),
        Err(InquireError::OperationInterrupted) => {
            let interrupted = Failure::broke_off(text!("tasks-left-alone"));
            Err(Failure {
                code: INTERRUPTED,
                ..interrupted
            })
        }
        Err(error) => {
            let why = error.to_string();
            Err(Failure::not_started(text!("tasks-cannot-ask", why = why)).hint(text!("tasks-say-yes")))
        }
    }
}

/// An empty filter means everything, which nobody shall do by forgetting a flag.
fn narrowed(filter: &Filter, all: bool) -> Result<Map<String, Value>, Failure> {
    let filter = filter.to_json();
    if filter.is_empty() && !all {
        return Err(Failure::not_started(text!("tasks-which")).hint(text!("tasks-which-next")));
    }
    Ok(filter)
}

async fn one(client: &Client, verb: &str, id: &str, json: bool) -> Result<String, Failure> {
    let answer = client.post(&["api", "tasks", id, verb], &json!({})).await?;
    if json {
        return Ok(answer.text);
    }
    let task: Task = answer.read()?;
    Ok(format!(
        "{} {}",
        one_line(&task.task_id),
        one_line(&words::task_state(&task.status))
    ))
}

async fn many(client: &Client, verb: Verb, body: &Value, json: bool) -> Result<u8, Failure> {
    let answer = client.post(&["api", "tasks", verb.call()], body).await?;
    if json {
        tell(&answer.text);
    } else {
        let count: Count = answer.read()?;
        tell(&verb.done(count.count));
    }
    Ok(OK)
}
