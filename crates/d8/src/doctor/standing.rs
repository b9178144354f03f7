//! How accounts, workers and tasks stand: as a running orchestrator says or, where none runs, as the store remembers.

use std::path::Path;

use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::json;

use crate::client::objects::{Account, Accounts, Limit, Stats, Task, TaskCounts, Tasks, Wait, Worker, Workers};
use crate::client::{Client, ClientError, moment};
use crate::clock::Clock;
use crate::config::Config;
use crate::orchestrator;
use crate::server::accounts;

/// So many waiting tasks are looked at to say which ones wait for what.
const SAMPLE: &str = "200";
/// Something is always told within a second.
const EVENT: std::time::Duration = std::time::Duration::from_secs(10);

/// How everything stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    /// An orchestrator runs, and said so itself.
    pub(crate) is_running: bool,
    /// All accounts with their limits.
    pub(crate) accounts: Vec<Account>,
    /// All workers; none are known without an orchestrator.
    pub(crate) workers: Vec<Worker>,
    /// How many tasks stand where.
    pub(crate) tasks: TaskCounts,
    /// Why tasks wait, and how many for each reason.
    pub(crate) waits: Vec<CountedWait>,
    /// Some that wait.
    pub(crate) waiting: Vec<Task>,
    /// When all that waits is done, in seconds since 1970, where that is foreseen.
    pub(crate) all_done_at: Option<f64>,
    /// When this was so, likewise.
    pub(crate) now: f64,
}

/// A reason to wait, and how many tasks have it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct CountedWait {
    #[serde(flatten)]
    pub(crate) wait: Wait,
    #[serde(default)]
    pub(crate) count: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StatusEvent {
    waits: Vec<CountedWait>,
}

impl Standing {
    /// Asks a running orchestrator.
    pub(crate) async fn of_orchestrator(client: &Client) -> Result<Self, ClientError> {
        let stats: Stats = client.get(&["api", "workers", "stats"], &[]).await?.read()?;
        let accounts: Accounts = client.get(&["api", "accounts"], &[]).await?.read()?;
        let workers: Workers = client.get(&["api", "workers", "list"], &[]).await?.read()?;
        let (waits, waiting) = if stats.tasks.pending > 0 {
            let query = [("status", "pending"), ("limit", SAMPLE)];
            let waiting: Tasks = client.get(&["api", "tasks"], &query).await?.read()?;
            (waits(client).await?, waiting.tasks)
        } else {
            (Vec::new(), Vec::new())
        };
        Ok(Self {
            is_running: true,
            all_done_at: accounts.forecast.and_then(|forecast| forecast.all_done_at),
            accounts: accounts.accounts,
            workers: workers.workers,
            tasks: stats.tasks,
            waits,
            waiting,
            now: moment::now(),
        })
    }

    /// Looks into a store that nobody holds. Fails in words.
    pub(crate) fn of_store(config: &Config, store: &Path) -> Result<Self, String> {
        let stood = orchestrator::standing(config, store, Clock::start());
        let (status, entries) = stood.map_err(|error| error.to_string())?;
        let accounts = json!({"accounts": accounts::objects(&status, &entries)});
        let accounts: Accounts = serde_json::from_value(accounts).map_err(|error| error.to_string())?;
        Ok(Self {
            is_running: false,
            accounts: accounts.accounts,
            tasks: TaskCounts {
                pending: status.tasks.pending,
                assigned: status.tasks.assigned,
                completed: status.tasks.completed,
                failed: status.tasks.failed,
                cancelled: status.tasks.cancelled,
            },
            now: moment::now(),
            ..Self::default()
        })
    }

    /// The account of this name.
    pub(crate) fn account(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.account == name)
    }
}

/// Over the whole queue, however long: the first event of the stream of states tells it.
async fn waits(client: &Client) -> Result<Vec<CountedWait>, ClientError> {
    let response = client.stream(&["api", "events"], &[("view", "status")]).await?;
    let first = async {
        let (mut pieces, mut text) = (response.bytes_stream(), Vec::new());
        while let Some(Ok(piece)) = pieces.next().await {
            text.extend_from_slice(&piece);
            if let Some(event) = first_event(&String::from_utf8_lossy(&text)) {
                return Some(event);
            }
        }
        None
    };
    let event = tokio::time::timeout(EVENT, first).await.ok().flatten();
    Ok(event.unwrap_or_default().waits)
}

fn first_event(text: &str) -> Option<StatusEvent> {
    let (event, _) = text.split_once("\n\n")?;
    let data = event.lines().filter_map(|line| line.strip_prefix("data:"));
    let data: String = data.map(str::trim_start).collect();
    serde_json::from_str(&data).ok()
}

/// What keeps a limit from room for one request more, in seconds since 1970; none where there is room. Infinity: until an
/// answer comes.
pub(crate) fn spent_until(limit: &Limit, now: f64) -> Option<f64> {
    let later = |then: Option<f64>| then.filter(|then| *then > now);
    let taken = limit.used.unwrap_or(0.0) + limit.reserved.unwrap_or(0.0);
    let is_full = limit.limit.is_some_and(|holds| taken >= holds);
    let parked = later(limit.parked_until);
    let full = is_full.then(|| later(limit.free_at).unwrap_or(f64::INFINITY));
    match (parked, full) {
        (Some(parked), Some(full)) if full.is_finite() => Some(parked.max(full)),
        (parked, full) => parked.or(full),
    }
}

/// Whether an account would take a request now.
pub(crate) fn is_ready(account: &Account) -> bool {
    !account.paused && account.parked.is_none() && account.diagnosis.is_none()
}

/// For tests: an account as the API tells it.
#[cfg(test)]
pub(crate) fn account(object: serde_json::Value) -> Account {
    serde_json::from_value(object).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_event_tells_why_tasks_wait() {
        let text =
            "event: status\ndata: {\"waits\":[{\"code\":\"paused\",\"message\":\"it is paused\",\"count\":3}]}\n\n";
        let event = first_event(text).unwrap_or_default();
        assert_eq!((event.waits.len(), event.waits[0].count), (1, 3));
        assert_eq!(event.waits[0].wait.code.as_deref(), Some("paused"));
        assert!(first_event(&text[..40]).is_none());
    }

    #[test]
    fn room_is_told_from_none() {
        let limit = |used: f64, free_at: Option<f64>, parked_until: Option<f64>| Limit {
            limit: Some(30.0),
            used: Some(used),
            free_at,
            parked_until,
            ..Limit::default()
        };
        assert_eq!(spent_until(&limit(29.0, Some(100.0), None), 100.0), None);
        assert_eq!(spent_until(&limit(30.0, Some(160.0), None), 100.0), Some(160.0));
        assert_eq!(spent_until(&limit(30.0, None, None), 100.0), Some(f64::INFINITY));
        assert_eq!(spent_until(&limit(3.0, None, Some(130.0)), 100.0), Some(130.0));
    }
}
