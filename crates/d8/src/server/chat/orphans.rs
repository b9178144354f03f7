//! Plain requests whose clients hung up: an SDK that lost patience sends the same again, and is to find it in its place.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use d8_core::id::TaskId;
use d8_core::time::Timestamp;
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::orchestrator::{Done, Handle};
use crate::server::Caller;

/// How long a request lives on without its client.
const LIFE: Duration = Duration::from_secs(10);
/// As many as there can be connections; more are let go at once.
const MOST: usize = crate::server::listen::MAX_CONNECTIONS;

/// Chat requests whose clients hung up and may come again.
#[derive(Clone, Debug)]
pub struct Orphans {
    kept: Arc<Mutex<Kept>>,
    life: Duration,
}

/// What makes two requests the same: who sends them, where to, and their bytes.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Print {
    client_key: u64,
    hash: u128,
}

/// A request that lives on.
#[derive(Debug)]
pub(super) struct Orphan {
    pub(super) task: TaskId,
    pub(super) submitted_at: Timestamp,
    /// Holds the answer, once that has come.
    pub(super) done: oneshot::Receiver<Done>,
}

#[derive(Debug, Default)]
struct Kept {
    by_print: HashMap<Print, VecDeque<Orphan>>,
    /// Those that were joined meanwhile are still in here.
    order: VecDeque<(Instant, Print, TaskId)>,
    is_swept: bool,
}

impl Default for Orphans {
    fn default() -> Self {
        Self::living(LIFE)
    }
}

impl Print {
    pub(super) fn of(caller: Caller, client: &str, path: &str, body: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [client, path, body] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let mut first = [0; 16];
        first.copy_from_slice(&hash.finalize()[..16]);
        Self {
            client_key: caller.client_key,
            hash: u128::from_le_bytes(first),
        }
    }
}

impl Orphans {
    /// Orphans that live on for so long.
    pub fn living(life: Duration) -> Self {
        Self {
            kept: Arc::default(),
            life,
        }
    }

    /// Keeps a request for a while; whoever does not come back for it in time finds it cancelled.
    pub(super) fn keep(&self, handle: &Handle, print: Print, orphan: Orphan) {
        let runtime = tokio::runtime::Handle::try_current();
        let mut kept = self.lock();
        let (Ok(runtime), true) = (runtime, kept.order.len() < MOST) else {
            drop(kept);
            let _ = handle.cancel(vec![orphan.task]);
            return;
        };
        kept.order.push_back((Instant::now() + self.life, print, orphan.task));
        kept.by_print.entry(print).or_default().push_back(orphan);
        if !std::mem::replace(&mut kept.is_swept, true) {
            runtime.spawn(self.clone().sweep(handle.clone()));
        }
    }

    /// The oldest request of these bytes that lost its client, for a client that has come again.
    pub(super) fn join(&self, print: &Print) -> Option<Orphan> {
        let mut kept = self.lock();
        let same = kept.by_print.get_mut(print)?;
        let orphan = same.pop_front();
        if same.is_empty() {
            kept.by_print.remove(print);
        }
        orphan
    }

    /// How many live on.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.lock().by_print.values().map(VecDeque::len).sum()
    }

    /// Cancels those whose time is over, until there are none.
    async fn sweep(self, handle: Handle) {
        while let Some(at) = self.next_end() {
            tokio::time::sleep_until(at).await;
            let over = self.lock().take_due(Instant::now());
            if !over.is_empty() && handle.cancel(over).is_err() {
                return;
            }
        }
    }

    fn next_end(&self) -> Option<Instant> {
        let mut kept = self.lock();
        let next = kept.order.front().map(|(at, ..)| *at);
        kept.is_swept = next.is_some();
        next
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn take_due(&mut self, now: Instant) -> Vec<TaskId> {
        let mut over = Vec::new();
        while let Some((at, print, task)) = self.order.front().copied() {
            if at > now {
                break;
            }
            self.order.pop_front();
            let Some(same) = self.by_print.get_mut(&print) else {
                continue;
            };
            let before = same.len();
            same.retain(|orphan| orphan.task != task);
            if same.len() < before {
                over.push(task);
            }
            if same.is_empty() {
                self.by_print.remove(&print);
            }
        }
        over
    }
}
