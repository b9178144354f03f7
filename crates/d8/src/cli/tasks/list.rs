//! `d8 tasks ls`.

use clap::Args;

use super::filter::Filter;
use crate::cli::Failure;
use crate::client::moment;
use crate::client::objects::{Task, Tasks};
use crate::client::reach::Reach;
use crate::client::table::{Cell, Table, Tone};
use crate::client::watch::{Look, Watch};
use crate::{text, words};

/// List tasks: how each stands, and why it waits or failed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
  d8 tasks ls --status pending\n  \
  d8 tasks ls --code attempts_exhausted --watch 5\n  \
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
    watch: Watch,
    #[command(flatten)]
    reach: Reach,
}

pub(super) async fn run(arguments: &ListArguments) -> Result<u8, Failure> {
    let client = arguments.reach.open().await?;
    let limit = arguments.limit.to_string();
    let look = async |surface| {
        let filter = arguments.filter.to_query();
        let mut query: Vec<(&str, &str)> = filter
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        query.push(("limit", &limit));
        query.extend(arguments.after.as_deref().map(|after| ("after", after)));
        let answer = client.get(&["api", "tasks"], &query).await?;
        if arguments.reach.json {
            return Ok(Look::of_json(&answer.text));
        }
        let tasks: Tasks = answer.read()?;
        if tasks.tasks.is_empty() {
            return Ok(Look::note(text!("tasks-none")));
        }
        let mut look = Look::of(table(&tasks.tasks, moment::now()).render(surface));
        look.note = tasks.next.map(|next| text!("tasks-more", next = next));
        Ok(look)
    };
    arguments.watch.show(arguments.reach.json, look).await
}

pub(super) fn table(tasks: &[Task], now: f64) -> Table {
    let titles = [
        text!("table-task"),
        text!("table-type"),
        text!("table-status"),
        text!("table-priority"),
        text!("table-route"),
        text!("table-group"),
        text!("table-client"),
        text!("table-age"),
        text!("table-note"),
    ];
    let mut table = Table::new(&titles, &[3])
        .usual(1, "agent_action")
        .usual(3, "5")
        .usual(4, "default")
        .usual(5, "-")
        .usual(6, "local")
        .usual(8, "")
        .gives(&[8])
        .keeps(8, 24)
        .names(&[0, 4, 5])
        .spare(&[1, 6, 5, 4]);
    for task in tasks {
        let text = |text: &Option<String>| Cell::from(text.as_deref().unwrap_or("-"));
        let age = task.created_at.map(|then| moment::past(then, now));
        table.row(vec![
            task.task_id.as_str().into(),
            text(&task.kind),
            Cell::toned(words::task_state(&task.status), tone(&task.status)),
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
pub(crate) fn tone(status: &str) -> Tone {
    match status {
        "completed" => Tone::Good,
        "failed" => Tone::Bad,
        "cancelled" => Tone::Attention,
        _ => Tone::Neutral,
    }
}

/// Who has it, why it waits, or why it failed.
pub(crate) fn note(task: &Task, now: f64) -> String {
    if let Some(wait) = &task.wait {
        return super::waiting(wait, now);
    }
    if let Some(error) = &task.error {
        return error.message.clone().or_else(|| error.code.clone()).unwrap_or_default();
    }
    let worker = task.assigned_to.as_ref().filter(|_| task.status == "assigned");
    let on = |worker: &String| text!("tasks-on", worker = worker.as_str());
    worker.map(on).unwrap_or_default()
}
