//! Keeps the dashboard's news coming, by the public HTTP API alone: how everything stands as events tell it, the rest asked
//! for now and then. A connection that breaks off is said, and tried again for as long as somebody watches.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, interval};

use super::state::News;
use crate::client::objects::{Accounts, Standing, Task, TaskCounts, Tasks};
use crate::client::{Client, ClientError};
use crate::text;

/// Between two tries to connect.
const AGAIN: Duration = Duration::from_secs(1);
/// Events, or at least signs of life, come more often.
const SILENCE: Duration = Duration::from_secs(40);
/// How often tasks are looked at.
const TASKS_EVERY: Duration = Duration::from_secs(1);
/// How often it is asked what is to be expected: that has to be worked out.
const FORECAST_EVERY: Duration = Duration::from_secs(5);
/// So many tasks of each kind are shown.
const SHOWN: &str = "50";

/// Feeds until nobody listens any more.
pub(super) async fn feed(client: Client, news: UnboundedSender<News>) {
    while !news.is_closed() {
        let why = match follow(&client, &news).await {
            Ok(()) => text!("top-broke-off"),
            Err(error) => error.to_string(),
        };
        if news.send(News::Lost(why)).is_err() {
            return;
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Until the connection ends.
async fn follow(client: &Client, news: &UnboundedSender<News>) -> Result<(), ClientError> {
    let events = client.stream(&["api", "events"], &[("view", "status")]).await?;
    let mut pieces = events.bytes_stream();
    let mut events = Events::default();
    let mut asked = Asked::default();
    let mut ticks = interval(TASKS_EVERY);
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            piece = pieces.next() => {
                let Some(Ok(piece)) = piece else { return Ok(()) };
                heard = Instant::now();
                for standing in events.take(&piece) {
                    asked.counts = standing.tasks.clone();
                    if news.send(News::Standing(Box::new(standing))).is_err() {
                        return Ok(());
                    }
                }
            }
            _ = ticks.tick() => {
                if heard.elapsed() > SILENCE {
                    return Ok(());
                }
                asked.ask(client, news).await?;
            }
        }
    }
}

/// What was asked besides the events.
#[derive(Debug, Default)]
struct Asked {
    counts: TaskCounts,
    /// The failures that are known, and how many there were then.
    failed: (u64, Tasks),
    forecast_at: Option<Instant>,
}

impl Asked {
    async fn ask(&mut self, client: &Client, news: &UnboundedSender<News>) -> Result<(), ClientError> {
        // Failures stay: they are looked for again only where there are others.
        if self.failed.0 != self.counts.failed {
            self.failed = (self.counts.failed, tasks(client, "failed").await?);
        }
        let open = |count: u64, status: &'static str| async move {
            if count == 0 {
                Ok(Tasks::default())
            } else {
                tasks(client, status).await
            }
        };
        let assigned = open(self.counts.assigned, "assigned").await?.tasks;
        let pending = open(self.counts.pending, "pending").await?.tasks;
        let mut failed = self.failed.1.tasks.clone();
        let ended = |task: &Task| task.completed_at.unwrap_or(0.0);
        failed.sort_by(|one, other| ended(other).total_cmp(&ended(one)));
        let _ = news.send(News::Tasks([assigned, failed, pending]));
        if self.forecast_at.is_none_or(|at| at.elapsed() >= FORECAST_EVERY) {
            self.forecast_at = Some(Instant::now());
            let accounts: Accounts = client.get(&["api", "accounts"], &[]).await?.read()?;
            let of_accounts = accounts.accounts.into_iter();
            let of_accounts = of_accounts.filter_map(|account| Some((account.account, account.forecast?)));
            let _ = news.send(News::Forecasts(
                of_accounts.collect(),
                accounts.forecast.unwrap_or_default(),
            ));
        }
        Ok(())
    }
}

/// The newest tasks that stand so.
async fn tasks(client: &Client, status: &str) -> Result<Tasks, ClientError> {
    let query = [("status", status), ("limit", SHOWN)];
    client.get(&["api", "tasks"], &query).await?.read()
}

/// Server-sent events out of pieces that end anywhere.
#[derive(Debug, Default)]
struct Events(Vec<u8>);

impl Events {
    /// Those that are whole now. What cannot be read is left out: another version may tell more.
    fn take(&mut self, piece: &[u8]) -> Vec<Standing> {
        self.0.extend_from_slice(piece);
        let mut found = Vec::new();
        while let Some(end) = self.0.windows(2).position(|pair| pair == b"\n\n") {
            let event: Vec<u8> = self.0.drain(..end + 2).collect();
            let text = String::from_utf8_lossy(&event);
            let data: String = text
                .lines()
                .filter_map(|line| line.strip_prefix("data:"))
                .map(str::trim_start)
                .collect();
            found.extend(serde_json::from_str(&data).ok());
        }
        found
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use serde_json::json;
    use tokio::sync::mpsc;

    use super::*;
    use crate::client::standin::Standin;

    #[test]
    fn events_are_read_from_pieces_that_end_anywhere() {
        let stream = ": keep-alive\n\nevent: status\ndata: {\"now\": 5.0, \"tasks\": {\"pending\": 3}}\n\nevent: status\ndata: {\"now\": 6.0}\n\n";
        for size in [1, 7, 1_000] {
            let mut events = Events::default();
            let found: Vec<_> = stream
                .as_bytes()
                .chunks(size)
                .flat_map(|piece| events.take(piece))
                .collect();
            let told: Vec<_> = found
                .iter()
                .map(|standing| (standing.now, standing.tasks.pending))
                .collect();
            assert_eq!(told, [(Some(5.0), 3), (Some(6.0), 0)], "pieces of {size}");
        }
    }

    #[tokio::test]
    async fn whoever_goes_is_missed_and_looked_for_again() {
        let server = Standin::start().await;
        let standing = |pending| {
            format!(
                "event: status\ndata: {}\n\n",
                json!({"now": 1.0, "tasks": {"pending": pending, "failed": 1}})
            )
        };
        server.on_text("GET /api/events", 200, &standing(1));
        server.on_text(
            "GET /api/events",
            503,
            &json!({"error": {"message": "stopping", "code": "stopping"}}).to_string(),
        );
        server.on_text("GET /api/events", 200, &standing(2));
        server
            .on("GET /api/tasks", 200, &json!({"tasks": []}))
            .on("GET /api/accounts", 200, &json!({"accounts": []}));
        let (send, mut receive) = mpsc::unbounded_channel();
        let feeding = tokio::spawn(feed(server.client().await, send));
        let mut told = Vec::new();
        while told.len() < 4 {
            match receive.recv().await.unwrap() {
                News::Standing(standing) => told.push(format!("{} wait", standing.tasks.pending)),
                News::Lost(why) => told.push(why),
                _ => {}
            }
        }
        assert_eq!(told[0], "1 wait");
        assert!(told[2].contains("stopping"), "{told:?}");
        assert_eq!(told[3], "2 wait");
        drop(receive);
        feeding.await.unwrap();
        assert!(server.lines().contains(&"GET /api/events?view=status".to_owned()));
    }
}
