//! The attempts that are at work or whose reports are not delivered yet, and the way to stop each.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::protocol::AttemptName;

#[derive(Debug, Default)]
pub(super) struct Held {
    attempts: Mutex<BTreeMap<AttemptName, CancellationToken>>,
}

impl Held {
    /// An attempt begins; none where it is at work already.
    pub(super) fn begin(&self, name: &AttemptName) -> Option<CancellationToken> {
        let mut attempts = self.lock();
        if attempts.contains_key(name) {
            return None;
        }
        let stop = CancellationToken::new();
        attempts.insert(name.clone(), stop.clone());
        Some(stop)
    }

    pub(super) fn end(&self, name: &AttemptName) {
        self.lock().remove(name);
    }

    pub(super) fn names(&self) -> Vec<AttemptName> {
        self.lock().keys().cloned().collect()
    }

    /// Nobody wants these any more.
    pub(super) fn cancel(&self, names: &[AttemptName]) {
        let attempts = self.lock();
        for stop in names.iter().filter_map(|name| attempts.get(name)) {
            stop.cancel();
        }
    }

    pub(super) fn cancel_all(&self) {
        self.lock().values().for_each(CancellationToken::cancel);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<AttemptName, CancellationToken>> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
