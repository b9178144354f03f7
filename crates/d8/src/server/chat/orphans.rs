//! Requests whose clients have hung up. SDKs send no key with a request that they send again, only how often they did: such
//! a one joins the orphan of the same client with the same body, and nothing is done twice.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use d8_core::id::TaskId;
use d8_core::time::Timestamp;
use tokio::sync::oneshot;

use crate::orchestrator::Done;
use crate::server::app::App;

/// So long a request lives on without its client.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many live on at once; further ones are cancelled at once.
const MOST: usize = 10_000;

/// Chat requests whose clients hung up and may come again.
#[derive(Debug)]
pub struct Orphans {
    waiting: Mutex<HashMap<u128, Orphan>>,
    patience: Duration,
}

/// A request without a client; its answer may be here already.
#[derive(Debug)]
pub(super) struct Orphan {
    pub(super) task: TaskId,
    pub(super) came: Timestamp,
    pub(super) done: oneshot::Receiver<Done>,
}

impl Default for Orphans {
    fn default() -> Self {
        Self::with_patience(PATIENCE)
    }
}

impl Orphans {
    /// Orphans that live on for so long.
    pub fn with_patience(patience: Duration) -> Self {
        Self {
            waiting: Mutex::default(),
            patience,
        }
    }

    /// Lets a request live on in its place, until somebody adopts it or its time is over.
    pub(super) fn put(app: &Arc<App>, print: u128, orphan: Orphan) {
        let task = orphan.task;
        let former = {
            let mut waiting = app.orphans.lock();
            if waiting.len() >= MOST {
                Some(orphan)
            } else {
                waiting.insert(print, orphan)
            }
        };
        if let Some(former) = former {
            give_up(app, &former);
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let app = app.clone();
        runtime.spawn(async move {
            tokio::time::sleep(app.orphans.patience).await;
            let over = {
                let mut waiting = app.orphans.lock();
                let ours = waiting.get(&print).is_some_and(|orphan| orphan.task == task);
                if ours { waiting.remove(&print) } else { None }
            };
            if let Some(orphan) = over {
                give_up(&app, &orphan);
            }
        });
    }

    /// The request that this one is again, if it still lives.
    pub(super) fn adopt(&self, print: u128) -> Option<Orphan> {
        self.lock().remove(&print)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u128, Orphan>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn give_up(app: &App, orphan: &Orphan) {
    // When the loop has ended there is nothing to cancel.
    let _ = app.handle.cancel(vec![orphan.task]);
}
