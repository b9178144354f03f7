//! `d8 workers`: who works for the orchestrator.

use clap::Args;

use super::{Failure, OK, say, tell};
use crate::client::moment;
use crate::client::objects::{Worker, Workers};
use crate::client::reach::Reach;
use crate::client::table::{Cell, Surface, Table, Tone};
use crate::words;

/// List the workers of a running orchestrator: what each does, and when it was last heard of.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
  d8 workers\n  \
  d8 workers --json | jq '.workers[] | select(.status == \"offline\").worker_id'")]
pub(super) struct WorkersArguments {
    #[command(flatten)]
    reach: Reach,
}

pub(super) async fn run(arguments: WorkersArguments) -> Result<u8, Failure> {
    let client = arguments.reach.open().await?;
    let answer = client.get(&["api", "workers", "list"], &[]).await?;
    if arguments.reach.json {
        tell(&answer.text);
        return Ok(OK);
    }
    let workers: Workers = answer.read()?;
    if workers.workers.is_empty() {
        say("no worker yet; an account of the orchestrator brings its own, and `d8 worker` joins from any machine");
    } else {
        tell(&table(&workers.workers, moment::now()).render(Surface::of_output()));
    }
    Ok(OK)
}

fn table(workers: &[Worker], now: f64) -> Table {
    let titles = [
        "WORKER", "TYPE", "STATUS", "ACCOUNT", "POLICY", "HEARD", "BUSY", "DONE", "FAILED", "SENT", "RETRIES", "429S",
        "OK",
    ];
    let mut table = Table::new(&titles, &[6, 7, 8, 9, 10, 11, 12])
        .usual(4, "d8")
        .usual(10, "0")
        .usual(11, "0")
        .usual(12, "100 %");
    for worker in workers {
        let text = |text: &Option<String>| Cell::from(text.as_deref().unwrap_or("-"));
        let count = |count: Option<u64>| Cell::from(count.map_or_else(|| "-".to_owned(), words::number));
        let requests = worker.requests.as_ref();
        let rate = requests.and_then(|requests| requests.success_rate);
        let heard = worker.last_heartbeat.map(|then| moment::past(then, now));
        table.row(vec![
            worker.worker_id.as_str().into(),
            text(&worker.worker_type),
            Cell::toned(worker.status.as_deref().unwrap_or("-"), tone(worker)),
            text(&worker.account),
            text(&worker.policy),
            text(&heard),
            busy(worker).into(),
            count(worker.tasks_completed),
            count(worker.tasks_failed),
            count(requests.and_then(|requests| requests.sent)),
            count(requests.and_then(|requests| requests.retries)),
            count(requests.and_then(|requests| requests.refused)),
            rate.map_or_else(|| "-".to_owned(), |rate| format!("{:.0} %", rate * 100.0))
                .into(),
        ]);
    }
    table
}

fn tone(worker: &Worker) -> Tone {
    match worker.status.as_deref() {
        Some("offline") => Tone::Bad,
        Some("busy" | "online") => Tone::Good,
        _ => Tone::Neutral,
    }
}

/// How many of its slots are at work.
fn busy(worker: &Worker) -> String {
    match (worker.in_flight, worker.slots) {
        (Some(busy), Some(slots)) => format!("{busy}/{slots}"),
        (Some(busy), None) => busy.to_string(),
        _ => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::client::standin::answered;
    use serde_json::json;

    #[test]
    fn one_line_for_each_worker_and_nothing_missing_is_an_error() {
        let answer = answered(&json!({"workers": [
            {"worker_id": "groq", "worker_type": "groq", "status": "busy", "last_heartbeat": 998.5, "tasks_completed": 1200,
             "tasks_failed": 3, "capabilities": {"a": 1}, "account": "groq-main", "slots": 512, "in_flight": 4, "new_field": [], "policy": "resilient",
             "requests": {"sent": 1250, "successes": 1200, "failures": 46, "retries": 47, "refused": 40, "success_rate": 0.963}},
            {"worker_id": "pi", "status": "offline", "last_heartbeat": null, "account": null}
        ], "total": 2}));
        let workers: Workers = answer.read().unwrap();
        let expected = "\
WORKER  TYPE  STATUS   ACCOUNT    POLICY     HEARD     BUSY   DONE  FAILED   SENT  RETRIES  429S    OK
groq    groq  busy     groq-main  resilient  1 s ago  4/512  1,200       3  1,250       47    40  96 %
pi      -     offline  -          -          -            -      -       -      -        -     -     -";
        assert_eq!(table(&workers.workers, 1_000.0).render(Surface::Plain), expected);
    }
}
