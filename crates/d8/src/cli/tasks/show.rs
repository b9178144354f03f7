//! `d8 tasks show`: one task, whole.

use clap::Args;
use serde_json::Value;

use super::list::tone;
use crate::cli::Failure;
use crate::client::moment;
use crate::client::objects::{Attempt, Reason, Task};
use crate::client::reach::Reach;
use crate::client::table::{Cell, Surface, Table, one_line};
use crate::client::watch::{Look, Watch};
use crate::{text, words};

/// Show a task: its attempts, why it waits or failed, its answer.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
  d8 tasks show task_12\n  \
  d8 tasks show task_12 --watch      until it has ended\n  \
  d8 tasks show task_12 --json | jq -r .result.choices[0].message.content")]
pub(super) struct ShowArguments {
    /// The task, as `d8 submit` and `d8 tasks ls` name it.
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    watch: Watch,
    #[command(flatten)]
    reach: Reach,
}

pub(super) async fn run(arguments: &ShowArguments) -> Result<u8, Failure> {
    let client = arguments.reach.open().await?;
    let look = async |surface| {
        let answer = client.get(&["api", "tasks", &arguments.id], &[]).await?;
        let task: Task = answer.read()?;
        let look = if arguments.reach.json {
            Look::of_json(&answer.text)
        } else {
            Look::of(page(&task, moment::now(), moment::on_the_clock, surface))
        };
        Ok(Look {
            is_last: task.is_over(),
            ..look
        })
    };
    arguments.watch.show(arguments.reach.json, look).await
}

pub(super) fn page(task: &Task, now: f64, on_the_clock: fn(f64) -> String, surface: Surface) -> String {
    let mut facts = facts(task, now, on_the_clock);
    if !task.attempts.is_empty() {
        facts.push(format!("\n{}", attempts(&task.attempts, now).render(surface)));
    }
    if let Some(answer) = task.result.as_ref().map(answer_text) {
        facts.push(format!("\n{}", answer.trim_end()));
    }
    facts.join("\n")
}

fn facts(task: &Task, now: f64, on_the_clock: fn(f64) -> String) -> Vec<String> {
    let moment = |then: f64| format!("{} ({})", on_the_clock(then), moment::past(then, now));
    let wait = task.wait.as_ref();
    let facts = [
        (text!("tasks-fact-task"), Some(task.task_id.clone())),
        (text!("tasks-fact-status"), Some(words::task_state(&task.status))),
        (text!("tasks-fact-type"), task.kind.clone()),
        (
            text!("tasks-fact-priority"),
            task.priority.map(|priority| priority.to_string()),
        ),
        (text!("tasks-fact-route"), task.route.clone()),
        (text!("tasks-fact-group"), task.group.clone()),
        (text!("tasks-fact-client"), task.client.clone()),
        (text!("tasks-fact-worker"), task.assigned_to.clone()),
        (text!("tasks-fact-created"), task.created_at.map(moment)),
        (text!("tasks-fact-ended"), task.completed_at.map(moment)),
        (text!("tasks-fact-waits"), wait.map(|wait| super::waiting(wait, now))),
        (text!("tasks-fact-error"), task.error.as_ref().map(error_words)),
    ];
    let given = facts.into_iter().filter_map(|(name, value)| Some((name, value?)));
    given
        .map(|(name, value)| format!("{name:<9} {}", one_line(&value)))
        .collect()
}

/// "the provider refuses the request (provider_error)".
pub(crate) fn error_words(error: &Reason) -> String {
    match (&error.message, &error.code) {
        (Some(message), Some(code)) => format!("{message} ({code})"),
        (Some(text), None) | (None, Some(text)) => text.clone(),
        (None, None) => text!("tasks-it-failed"),
    }
}

fn attempts(attempts: &[Attempt], now: f64) -> Table {
    let titles = [
        text!("table-attempt"),
        text!("table-target"),
        text!("table-worker"),
        text!("table-began"),
        text!("table-took"),
        text!("table-outcome"),
        text!("table-tokens"),
    ];
    let mut table = Table::new(&titles, &[0])
        .keeps(1, 24)
        .gives(&[2])
        .names(&[1, 2])
        .spare(&[2, 6]);
    for attempt in attempts {
        let text = |text: Option<&str>| Cell::from(text.unwrap_or("-"));
        let began = attempt.started_at.map(|then| moment::past(then, now));
        let took = attempt
            .started_at
            .zip(attempt.ended_at)
            .map(|(from, to)| words::span(moment::between(from, to)));
        let outcome = attempt.outcome.as_ref().map(word);
        table.row(vec![
            text(attempt.attempt.map(|number| number.to_string()).as_deref()),
            text(attempt.target.as_deref()),
            text(attempt.worker_id.as_deref()),
            text(began.as_deref()),
            text(took.as_deref()),
            match outcome.as_deref() {
                None => text!("tasks-under-way").into(),
                Some(outcome) => Cell::toned(words::attempt_outcome(outcome), tone(outcome)),
            },
            text(attempt.usage.as_ref().and_then(tokens).as_deref()),
        ]);
    }
    table
}

fn word(value: &Value) -> String {
    let object_kind = || value.get("kind").and_then(Value::as_str);
    value
        .as_str()
        .or_else(object_kind)
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// "120 in, 45 out", by whichever names the usage has.
fn tokens(usage: &Value) -> Option<String> {
    let count = |names: [&str; 2]| names.iter().find_map(|name| usage.get(name)?.as_u64());
    let input = count(["prompt_tokens", "input_tokens"]);
    let output = count(["completion_tokens", "output_tokens"]);
    let shown = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), words::number);
    let told = || text!("tasks-tokens", input = shown(input), output = shown(output));
    (input.is_some() || output.is_some()).then(told)
}

/// The text of an answer: of a chat completion, or of what a worker of the Hive reported; else its JSON.
pub(crate) fn answer_text(result: &Value) -> String {
    let content = result.pointer("/choices/0/message/content");
    let of_parts = || {
        let parts = content?.as_array()?.iter();
        let texts: Vec<&str> = parts.filter_map(|part| part.get("text")?.as_str()).collect();
        (!texts.is_empty()).then(|| texts.concat())
    };
    let text = content.and_then(Value::as_str);
    let reported = || {
        ["output", "response"]
            .iter()
            .find_map(|name| result.get(name)?.as_str())
    };
    let whole = || result.as_str().map_or_else(|| result.to_string(), str::to_owned);
    text.map(str::to_owned)
        .or_else(of_parts)
        .or_else(|| reported().map(str::to_owned))
        .unwrap_or_else(whole)
}
