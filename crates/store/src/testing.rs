//! For tests, here and elsewhere: a store that fails when it is told to, and a whole store as one text.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::PathBuf;

use d8_core::change::TaskRow;
use d8_core::id::GroupId;
use d8_core::time::Timestamp;

use crate::error::StoreError;
use crate::names::Names;
use crate::record::{Batch, Filter, Loaded, Order, PastSpend, Which};
use crate::store::{Reader, Store};

/// What a failing call has done before it fails.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Nothing.
    Before,
    /// All of it: only the good news is lost.
    After,
}

/// A store whose n-th call fails, and all later ones with it.
#[derive(Debug)]
pub struct Faulty<S> {
    inner: S,
    calls: Cell<u64>,
    failing: u64,
    fault: Fault,
}

impl<S> Faulty<S> {
    /// Fails at call `failing`, counted from 1.
    pub fn new(inner: S, failing: u64, fault: Fault) -> Self {
        Self {
            inner,
            calls: Cell::new(0),
            failing,
            fault,
        }
    }

    /// Whether the failing call has come.
    pub fn has_failed(&self) -> bool {
        self.calls.get() >= self.failing
    }

    /// `None`: go on. Else the error, and whether the call acts all the same.
    fn strike(&self) -> Option<(StoreError, Fault)> {
        let path = PathBuf::from("faulty");
        self.calls.set(self.calls.get() + 1);
        if self.calls.get() < self.failing {
            None
        } else if self.calls.get() == self.failing {
            Some((
                StoreError::Failed {
                    path,
                    detail: "as the test wants it".into(),
                },
                self.fault,
            ))
        } else {
            Some((StoreError::Poisoned { path }, Fault::Before))
        }
    }
}

fn struck<T>(
    strike: Option<(StoreError, Fault)>,
    call: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    match strike {
        None => call(),
        Some((error, Fault::Before)) => Err(error),
        Some((error, Fault::After)) => call().and(Err(error)),
    }
}

impl<S: Store> Store for Faulty<S> {
    fn names(&self) -> Result<Names, StoreError> {
        struck(self.strike(), || self.inner.names())
    }

    fn load(&self, which: Which<'_>, each: &mut dyn FnMut(TaskRow)) -> Result<Loaded, StoreError> {
        struck(self.strike(), || self.inner.load(which, each))
    }

    fn spends_since(&self, cutoff: Timestamp, each: &mut dyn FnMut(PastSpend)) -> Result<(), StoreError> {
        struck(self.strike(), || self.inner.spends_since(cutoff, each))
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        struck(self.strike(), || self.inner.commit(batch))
    }

    fn tidy(&mut self) -> Result<(), StoreError> {
        struck(self.strike(), || self.inner.tidy())
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        struck(self.strike(), || self.inner.reader())
    }
}

/// Everything that a store tells of itself, a line each: two stores that print the same know the same.
pub fn print(store: &dyn Store) -> Result<Vec<String>, StoreError> {
    let mut lines = Vec::new();
    let loaded = store.load(Which::All, &mut |task| lines.push(format!("{task:?}")))?;
    lines.push(format!("{loaded:?}"));
    store.spends_since(Timestamp::from_micros(i64::MIN), &mut |spend| {
        lines.push(format!("{spend:?}"));
    })?;
    let names = store.names()?;
    lines.extend(names.targets().map(|target| format!("{target:?}")));
    let reader = store.reader()?;
    let tasks = reader.tasks(&Filter::default(), Order::OldestFirst, None, u32::MAX)?;
    for task in &tasks {
        let id = task.row.id;
        let texts = (reader.payload(id)?, reader.custom(id)?, reader.result(id)?);
        let attempts = (reader.attempts(id)?, reader.lease(id)?);
        lines.push(format!("{task:?} {texts:?} {attempts:?}"));
    }
    let groups: BTreeSet<GroupId> = tasks.iter().map(|task| task.row.group).collect();
    for group in groups {
        let counts = reader.group_counts(group)?;
        lines.push(format!(
            "{:?} {counts:?} {:?}",
            names.name(group),
            reader.tasks_by_keys(group)?
        ));
    }
    for key in reader.old_requests(Timestamp::MAX, u32::MAX)? {
        lines.push(format!("{:?}", reader.task_by_request(key)?));
    }
    lines.push(format!("{:?}", reader.totals()?));
    Ok(lines)
}
