//! What there is: the configuration and its names, as they stand now. Workers that bring accounts add to it.

use std::sync::{Arc, PoisonError, RwLock};

use d8_store::Names;

use super::plan::Plan;
use crate::config::Config;

/// The configuration and its integers at one moment.
#[derive(Clone, Debug)]
pub struct Entries {
    /// The configuration, with the accounts that workers brought.
    pub config: Arc<Config>,
    /// The same in the engine's terms.
    pub plan: Arc<Plan>,
}

/// The directory: written by the loop, read by everybody.
#[derive(Debug)]
pub struct Directory {
    entries: RwLock<Entries>,
    names: RwLock<Names>,
}

impl Directory {
    /// A directory of these.
    pub fn new(config: Arc<Config>, plan: Arc<Plan>, names: Names) -> Arc<Self> {
        Arc::new(Self {
            entries: RwLock::new(Entries { config, plan }),
            names: RwLock::new(names),
        })
    }

    /// As it stands now.
    pub fn entries(&self) -> Entries {
        self.entries.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The configuration as it stands now.
    pub fn config(&self) -> Arc<Config> {
        self.entries
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .config
            .clone()
    }

    /// The plan as it stands now.
    pub fn plan(&self) -> Arc<Plan> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner).plan.clone()
    }

    /// Looks names up.
    pub fn names<T>(&self, look: impl FnOnce(&Names) -> T) -> T {
        look(&self.names.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Only the loop adds names: it stores them with what uses them first.
    pub(super) fn names_mut<T>(&self, change: impl FnOnce(&mut Names) -> T) -> T {
        change(&mut self.names.write().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn replace(&self, entries: Entries) {
        *self.entries.write().unwrap_or_else(PoisonError::into_inner) = entries;
    }
}
