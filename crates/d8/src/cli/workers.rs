//! `d8 workers`: who works for the orchestrator.

use clap::Args;

use super::Failure;
use crate::client::moment;
use crate::client::objects::{Worker, Workers};
use crate::client::reach::Reach;
use crate::client::table::{Cell, Table, Tone};
use crate::client::watch::{Look, Watch};
use crate::{text, words};

/// List the workers of a running orchestrator: what each does, and when it was last heard of.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
  d8 workers\n  \
  d8 workers --watch 5             drawn anew every 5 seconds, until Ctrl-C\n  \
  d8 workers --json | jq '.workers[] | select(.status == \"offline\").worker_id'")]
pub(super) struct WorkersArguments {
    #[command(flatten)]
    watch: Watch,
    #[command(flatten)]
    reach: Reach,
}

pub(super) async fn run(arguments: WorkersArguments) -> Result<u8, Failure> {
    let WorkersArguments { watch, reach } = arguments;
    let client = reach.open().await?;
    let look = async |surface| {
        let answer = client.get(&["api", "workers", "list"], &[]).await?;
        if reach.json {
            return Ok(Look::of_json(&answer.text));
        }
        let workers = answer.read::<Workers>()?.workers;
        if workers.is_empty() {
            return Ok(Look::note(text!("workers-none")));
        }
        Ok(Look::of(table(&workers, moment::now()).render(surface)))
    };
    watch.show(reach.json, look).await
}

fn table(workers: &[Worker], now: f64) -> Table {
    let titles = [
        text!("table-worker"),
        text!("table-type"),
        text!("table-status"),
        text!("table-account"),
        text!("table-policy"),
        text!("table-heard"),
        text!("table-busy"),
        text!("table-done"),
        text!("table-failed"),
        text!("table-sent"),
        text!("table-retries"),
        text!("table-429s"),
        text!("table-ok"),
    ];
    let mut table = Table::new(&titles, &[6, 7, 8, 9, 10, 11, 12])
        .usual(4, "d8")
        .usual(10, "0")
        .usual(11, "0")
        .usual(12, "100 %")
        .gives(&[1, 3])
        .keeps(0, 16)
        .names(&[0, 3])
        .spare(&[1, 9, 10, 3, 8, 12]);
    for worker in workers {
        let text = |text: &Option<String>| Cell::from(text.as_deref().unwrap_or("-"));
        let count = |count: Option<u64>| Cell::from(count.map_or_else(|| "-".to_owned(), words::number));
        let requests = worker.requests.as_ref();
        let rate = requests.and_then(|requests| requests.success_rate);
        let heard = worker.last_heartbeat.map(|then| moment::past(then, now));
        table.row(vec![
            worker.worker_id.as_str().into(),
            text(&worker.worker_type),
            Cell::toned(
                words::worker_state(worker.status.as_deref().unwrap_or("-")),
                tone(worker),
            ),
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

pub(crate) fn tone(worker: &Worker) -> Tone {
    match worker.status.as_deref() {
        Some("offline") => Tone::Bad,
        Some("busy" | "online") => Tone::Good,
        _ => Tone::Neutral,
    }
}

/// How many of its slots are at work: "4/512".
pub(crate) fn busy(worker: &Worker) -> String {
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
    use crate::client::table::Surface;
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
