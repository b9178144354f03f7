//! `d8 tasks`: what the orchestrator has taken in, and what became of it.

mod change;
mod filter;
mod list;
mod show;

use clap::{Args, Subcommand};

use super::Failure;
use crate::client::moment;
use crate::client::objects::Wait;
use crate::client::table::one_line;
use crate::text;

#[cfg(feature = "tui")]
pub(crate) use list::{note, tone};
pub(crate) use show::{answer_text, error_words};

/// List, show, cancel, retry or reprioritise the tasks of a running orchestrator.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Without a word more it lists them.\n\n\
  Examples:\n  \
  d8 tasks --status failed\n  \
  d8 tasks show task_12\n  \
  d8 tasks retry --code attempts_exhausted --group monday\n  \
  d8 tasks cancel --status pending --older-than 1d\n  \
  d8 tasks reprioritise --priority 9 --client web")]
pub(super) struct TasksArguments {
    #[command(flatten)]
    list: list::ListArguments,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Ls(list::ListArguments),
    Show(show::ShowArguments),
    Cancel(change::CancelArguments),
    Retry(change::RetryArguments),
    #[command(alias = "reprioritize")]
    Reprioritise(change::ReprioritiseArguments),
}

pub(super) async fn run(arguments: TasksArguments) -> Result<u8, Failure> {
    match arguments.command {
        None => list::run(&arguments.list).await,
        Some(Command::Ls(list)) => list::run(&list).await,
        Some(Command::Show(show)) => show::run(&show).await,
        Some(Command::Cancel(cancel)) => change::cancel(&cancel).await,
        Some(Command::Retry(retry)) => change::retry(&retry).await,
        Some(Command::Reprioritise(reprioritise)) => change::reprioritise(&reprioritise).await,
    }
}

/// Why a task waits, in one line.
pub(crate) fn waiting(wait: &Wait, now: f64) -> String {
    let why = wait.message.as_deref().or(wait.code.as_deref());
    let why = why.map_or_else(|| text!("tasks-waits"), one_line);
    let mut text = moment::with_time_left(&why, wait.until, now, |when| when);
    if let Some(next) = &wait.next {
        text = format!("{}; {}", text.trim_end_matches('.'), one_line(next));
    }
    text
}

#[cfg(test)]
mod tests;
