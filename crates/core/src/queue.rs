//! Tasks that wait for the same thing, in the order in which they will get it.

use std::collections::BTreeSet;

use crate::change::{Demand, TaskRow};
use crate::id::{RouteId, TargetId, TaskId};
use crate::setup::{Bounds, LEVELS};
use crate::time::micros;
use crate::usage::Estimate;

/// A class within the engine.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct ClassId(pub(crate) u32);

/// A task that somebody waits for goes before others as if its priority were so much higher.
const INTERACTIVE_STEPS: i64 = 10;

/// A task's place in its queue. Ageing is linear, so it never reorders two tasks and the key never changes.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Place {
    /// Microseconds: when it was submitted, moved forward by its priority.
    pub(crate) order: i64,
    pub(crate) task: TaskId,
    pub(crate) slot: u32,
}

impl Place {
    pub(crate) fn of(row: &TaskRow, slot: u32, bounds: &Bounds) -> Self {
        let haste = if row.interactive { INTERACTIVE_STEPS } else { 0 };
        let ahead = micros(bounds.age_step).saturating_mul(i64::from(row.priority) + haste);
        Self {
            order: row.created_at.as_micros().saturating_sub(ahead),
            task: row.id,
            slot,
        }
    }
}

/// What tells classes apart: tasks of one class can be served by the same targets at a similar cost.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct ClassKey {
    pub(crate) route: RouteId,
    /// Targets of the route that cannot take these tasks, ascending.
    pub(crate) except: Vec<TargetId>,
    /// Size, in powers of four.
    pub(crate) band: u8,
    pub(crate) demand: Demand,
    pub(crate) interactive: bool,
}

impl ClassKey {
    pub(crate) fn band(estimate: &Estimate) -> u8 {
        let tokens = estimate
            .input_tokens
            .saturating_add(estimate.max_output_tokens.unwrap_or(0));
        u8::try_from(tokens.max(1).ilog2() / 2).unwrap_or(u8::MAX)
    }
}

/// One queue.
#[derive(Clone, Debug)]
pub(crate) struct Class {
    pub(crate) key: ClassKey,
    /// The route's levels without the exceptions.
    pub(crate) levels: [Vec<TargetId>; LEVELS],
    pub(crate) queue: BTreeSet<Place>,
    /// Tasks of this class that wait for a time, not for a target.
    pub(crate) delayed: usize,
}

impl Class {
    pub(crate) fn targets(&self) -> impl Iterator<Item = TargetId> {
        self.levels.iter().flatten().copied()
    }

    /// The targets that come before a level.
    pub(crate) fn above(&self, level: usize) -> impl Iterator<Item = TargetId> {
        self.levels.iter().take(level).flatten().copied()
    }

    /// How many targets can serve it: the fewer, the scarcer.
    pub(crate) fn breadth(&self) -> usize {
        self.levels.iter().map(Vec::len).sum()
    }
}
