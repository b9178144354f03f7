//! A submission that comes again with its key is the same task: known for as long as the task is open, and for a day
//! after its end.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use d8_core::id::TaskId;
use d8_core::time::Timestamp;
use d8_store::{Names, Payload, Reader, StoreError, StoredTask};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::config::DEFAULT_ROUTE;
use crate::orchestrator::{AGENT_ACTION, NewTask, Way};
use crate::server::Caller;
use crate::server::app::App;
use crate::server::error::ApiError;
use crate::server::ids;
use crate::server::objects::route_name;
use crate::server::particulars::Particulars;

/// How long a key is known after the end of its task.
const KNOWN_FOR: Duration = Duration::from_secs(24 * 3_600);
/// How often old keys are forgotten.
const TIDY_EVERY: Duration = Duration::from_secs(3_600);
/// So many are forgotten at a time.
const AT_A_TIME: u32 = 1_000;

/// A key as it is kept: whoever shows another credential has other keys.
pub(super) fn request_key(caller: Caller, key: &str) -> u128 {
    let mut hash = Sha256::new();
    hash.update(caller.client_key.to_le_bytes());
    hash.update(b"POST /api/tasks\0");
    hash.update(key.as_bytes());
    let mut first = [0; 16];
    first.copy_from_slice(&hash.finalize()[..16]);
    u128::from_le_bytes(first)
}

/// What must be the same for a key to stand for the same task.
#[derive(Clone, Debug)]
struct Sameness {
    kind: Arc<str>,
    route: Arc<str>,
    group: Arc<str>,
    client: Arc<str>,
    body: Vec<u8>,
    particulars: Particulars,
}

impl Sameness {
    fn of(task: &NewTask) -> Self {
        let route = match &task.way {
            Way::Route(route) => route.name.as_str().into(),
            Way::Everybody => DEFAULT_ROUTE.into(),
        };
        let payload = task.payload.as_ref();
        Self {
            kind: task.kind.clone(),
            route,
            group: task.group.clone(),
            client: task.client.clone(),
            body: payload.map(|payload| payload.body.clone()).unwrap_or_default(),
            particulars: Particulars::parse(payload.and_then(|payload| payload.custom.as_deref())),
        }
    }

    fn kept(names: &Names, stored: &StoredTask, payload: Payload) -> Self {
        let row = &stored.row;
        Self {
            kind: names.name(row.demand.kind).unwrap_or(AGENT_ACTION).into(),
            route: route_name(names.name(row.route).unwrap_or_default()).into(),
            group: names.name(row.group).unwrap_or_default().into(),
            client: names.name(row.client).unwrap_or_default().into(),
            particulars: Particulars::parse(payload.custom.as_deref()),
            body: payload.body,
        }
    }

    /// White space and the order of fields are no difference.
    fn is(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.route == other.route
            && self.group == other.group
            && self.client == other.client
            && self.particulars == other.particulars
            && same_json(&self.body, &other.body)
    }
}

fn same_json(one: &[u8], other: &[u8]) -> bool {
    let value = |bytes| serde_json::from_slice::<Value>(bytes).ok();
    one == other || matches!((value(one), value(other)), (Some(one), Some(other)) if one == other)
}

/// Keys of a submission, each with the task that it stands for.
#[derive(Debug, Default)]
pub(super) struct Keys(HashMap<u128, (TaskId, Sameness)>);

impl Keys {
    /// Those of the tasks that are known already.
    pub(super) async fn known(app: &App, tasks: &[NewTask]) -> Result<Self, ApiError> {
        Self::of(app, tasks.iter().filter_map(|task| task.request_key).collect()).await
    }

    /// Those of these that are known already.
    pub(super) async fn of(app: &App, keys: Vec<u128>) -> Result<Self, ApiError> {
        if keys.is_empty() {
            return Ok(Self::default());
        }
        let found = app.library.ask(move |reader| look_up(reader, &keys)).await?;
        let kept = |(key, stored, payload): (u128, StoredTask, Payload)| {
            let sameness = |names: &Names| Sameness::kept(names, &stored, payload);
            (key, (stored.row.id, app.handle.directory.names(sameness)))
        };
        Ok(Self(found.into_iter().map(kept).collect()))
    }

    /// The task that a task's key stands for. One that is new stands for it from now on.
    ///
    /// # Errors
    /// 409 where it stands for another request.
    pub(super) fn judge(&mut self, task: &NewTask) -> Result<Option<TaskId>, ApiError> {
        let Some(key) = task.request_key else {
            return Ok(None);
        };
        let new = Sameness::of(task);
        match self.0.get(&key) {
            Some((known, kept)) if kept.is(&new) => Ok(Some(*known)),
            Some((known, _)) => Err(conflict(*known)),
            None => {
                self.0.insert(key, (task.id, new));
                Ok(None)
            }
        }
    }

    /// Whether what has overtaken a task under its key is the same request.
    ///
    /// # Errors
    /// 409 where it is another.
    pub(super) fn compare(&self, key: u128, overtaken_by: &Self) -> Result<(), ApiError> {
        match (self.0.get(&key), overtaken_by.0.get(&key)) {
            (Some((_, ours)), Some((known, theirs))) if !ours.is(theirs) => Err(conflict(*known)),
            _ => Ok(()),
        }
    }
}

fn look_up(reader: &dyn Reader, keys: &[u128]) -> Result<Vec<(u128, StoredTask, Payload)>, StoreError> {
    let mut found = Vec::new();
    for key in keys {
        let Some(known) = reader.task_by_request(*key)? else {
            continue;
        };
        if let (Some(stored), Some(payload)) = (reader.task(known.task)?, reader.payload(known.task)?) {
            found.push((*key, stored, payload));
        }
    }
    Ok(found)
}

fn conflict(known: TaskId) -> ApiError {
    let message = format!(
        "this idempotency key stands for {}, which is another request; use a new key for a new task",
        ids::shown(known)
    );
    ApiError::conflict("idempotency_conflict", message)
}

/// Forgets the keys of tasks that ended a day ago, now and every hour, until the server stops.
pub async fn forget_old_requests(app: Arc<App>) {
    loop {
        let now = app.clock.now();
        let before = now.offset(-i64::try_from(KNOWN_FOR.as_micros()).unwrap_or(i64::MAX));
        if let Err(error) = forget(&app, before).await {
            tracing::warn!("old idempotency keys are kept for now: {error}");
        }
        tokio::select! {
            () = tokio::time::sleep(TIDY_EVERY) => {}
            () = app.shutdown.cancelled() => return,
        }
    }
}

/// Forgets the keys of tasks that ended before that; gives how many.
pub(super) async fn forget(app: &App, before: Timestamp) -> Result<u64, ApiError> {
    let mut count = 0;
    loop {
        let old = app
            .library
            .ask(move |reader| reader.old_requests(before, AT_A_TIME))
            .await?;
        if old.is_empty() || app.shutdown.is_cancelled() {
            return Ok(count);
        }
        count += old.len() as u64;
        app.handle.forget_requests(old).await?;
    }
}
