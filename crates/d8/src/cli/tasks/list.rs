//! `d8 tasks ls`.

use clap::Args;

use super::filter::Filter;
use crate::cli::{Failure, OK, say, tell};
use crate::client::moment;
use crate::client::objects::{Task, Tasks};
use crate::client::reach::Reach;
use crate::client::table::{Cell, Surface, Table, Tone};

/// List tasks: how each stands, and why it waits or failed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
  d8 tasks ls --status pending\n  \
  d8 tasks ls --group monday --limit 500 --json | jq -r '.tasks[].task_id'")]
pub(super) struct ListArguments {
    #[command(flatten)]
    filter: Filter,
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    /// Go on after this one, as the last list said.
    #[arg(long, value_name = "ID")]
    after: Option<String>,
    #[command(flatten)]
    reach: Reach,
}

pub(super) async fn run(arguments: &ListArguments) -> Result<u8, Failure> {
    let client = arguments.reach.open().await?;
    let limit = arguments.limit.to_string();
    let mut query = arguments.filter.given();
    query.push(("limit", &limit));
    query.extend(arguments.after.as_deref().map(|after| ("after", after)));
    let answer = client.get(&["api", "tasks"], &query).await?;
    if arguments.reach.json {
        tell(&answer.text);
        return Ok(OK);
    }
    let tasks: Tasks = answer.read()?;
    if tasks.tasks.is_empty() {
        say("no such task");
    } else {
        tell(&table(&tasks.tasks, moment::now()).render(Surface::of_output()));
    }
    if let Some(next) = &tasks.next {
        say(&format!("there are more: the same with --after {next}"));
    }
    Ok(OK)
}

pub(super) fn table(tasks: &[Task], now: f64) -> Table {
    let titles = [
        "TASK", "TYPE", "STATUS", "PRIORITY", "ROUTE", "GROUP", "CLIENT", "AGE", "NOTE",
    ];
    let mut table = Table::new(&titles, &[3])
        .usual(1, "agent_action")
        .usual(3, "5")
        .usual(4, "default")
        .usual(5, "-")
        .usual(6, "local")
        .usual(8, "");
    for task in tasks {
        let text = |text: &Option<String>| Cell::from(text.as_deref().unwrap_or("-"));
        let age = task.created_at.map(|then| moment::past(then, now));
        table.row(vec![
            task.task_id.as_str().into(),
            text(&task.kind),
            Cell::toned(&task.status, tone(&task.status)),
            task.priority
                .map_or_else(|| "-".to_owned(), |priority| priority.to_string())
                .into(),
            text(&task.route),
            text(&task.group),
            text(&task.client),
            text(&age),
            note(task, now).into(),
        ]);
    }
    table
}

/// How a task stands, at a glance.
pub(super) fn tone(status: &str) -> Tone {
    match status {
        "completed" => Tone::Good,
        "failed" => Tone::Bad,
        "cancelled" => Tone::Attention,
        _ => Tone::Neutral,
    }
}

/// Who has it, why it waits, or why it failed.
fn note(task: &Task, now: f64) -> String {
    if let Some(wait) = &task.wait {
        return super::waiting(wait, now);
    }
    if let Some(error) = &task.error {
        return error.message.clone().or_else(|| error.code.clone()).unwrap_or_default();
    }
    let worker = task.assigned_to.as_ref().filter(|_| task.status == "assigned");
    worker.map(|worker| format!("on {worker}")).unwrap_or_default()
}
