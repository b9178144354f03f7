//! Tasks that wait for the same thing, in the order in which they will get it.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::{Demand, TaskRow};
use crate::id::{ClientId, RouteId, TargetId, TaskId};
use crate::setup::{Bounds, LEVELS};
use crate::time::{Timestamp, micros};
use crate::usage::{Estimate, Usage};

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
    /// Microseconds: how far its priority moves it forward.
    ahead: i64,
}

impl Place {
    pub(crate) fn of(row: &TaskRow, slot: u32, bounds: &Bounds) -> Self {
        let haste = if row.interactive { INTERACTIVE_STEPS } else { 0 };
        let ahead = micros(bounds.age_step).saturating_mul(i64::from(row.priority) + haste);
        Self {
            order: row.created_at.as_micros().saturating_sub(ahead),
            task: row.id,
            slot,
            ahead,
        }
    }
}

/// The tasks of one class, shared out between its clients. Each client's own go by their places; between clients the one
/// goes first that has waited longest for its turn, priority counted as waiting. So clients of one priority take turns,
/// however much each has brought, and nobody waits for ever.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    lines: BTreeMap<ClientId, Line>,
    /// Since when each client has waited for its turn.
    turns: BTreeSet<(i64, ClientId)>,
    len: usize,
}

/// One client's tasks.
#[derive(Clone, Debug)]
struct Line {
    places: BTreeSet<Place>,
    /// Microseconds: when it had its last turn.
    served: i64,
}

impl Line {
    fn turn(&self) -> Option<i64> {
        let first = self.places.first()?;
        Some(first.order.max(self.served.saturating_sub(first.ahead)))
    }
}

impl Queue {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn contains(&self, client: ClientId, place: &Place) -> bool {
        self.lines.get(&client).is_some_and(|line| line.places.contains(place))
    }

    pub(crate) fn insert(&mut self, client: ClientId, place: Place) {
        let line = self.lines.entry(client).or_insert_with(|| Line {
            places: BTreeSet::new(),
            served: i64::MIN,
        });
        let before = line.turn();
        if line.places.insert(place) {
            self.len += 1;
        }
        let after = line.turn();
        self.turn(client, before, after);
    }

    pub(crate) fn remove(&mut self, client: ClientId, place: &Place) {
        let Some(line) = self.lines.get_mut(&client) else {
            return;
        };
        let before = line.turn();
        if line.places.remove(place) {
            self.len -= 1;
        }
        let after = line.turn();
        if after.is_none() {
            self.lines.remove(&client);
        }
        self.turn(client, before, after);
    }

    /// A client has had its turn.
    pub(crate) fn served(&mut self, client: ClientId, now: Timestamp) {
        let Some(line) = self.lines.get_mut(&client) else {
            return;
        };
        let before = line.turn();
        line.served = now.as_micros();
        let after = line.turn();
        self.turn(client, before, after);
    }

    fn turn(&mut self, client: ClientId, before: Option<i64>, after: Option<i64>) {
        if before == after {
            return;
        }
        if let Some(before) = before {
            self.turns.remove(&(before, client));
        }
        if let Some(after) = after {
            self.turns.insert((after, client));
        }
    }

    /// How many places come before one of a client's, its own and those of clients that take turns with it; none where
    /// more than `most` would have to be counted.
    pub(crate) fn before(&self, client: ClientId, place: &Place, most: &mut usize) -> Option<u64> {
        let mut own = 0;
        if let Some(line) = self.lines.get(&client) {
            own = line.places.range(..*place).take(*most + 1).count();
            *most = most.checked_sub(own)?;
        }
        // Whoever takes turns has had about as many by then.
        let others = self.lines.iter().filter(|(other, _)| **other != client);
        let mut before = own;
        for (_, line) in others {
            *most = most.checked_sub(1)?;
            before += line.places.len().min(own + 1);
        }
        Some(before as u64)
    }

    /// How many places come before a moment; none where more than `most` would have to be counted.
    pub(crate) fn earlier(&self, order: i64, most: &mut usize) -> Option<u64> {
        let end = Place {
            order,
            task: TaskId(0),
            slot: 0,
            ahead: i64::MIN,
        };
        let mut before = 0;
        for line in self.lines.values() {
            let own = line.places.range(..end).take(*most + 1).count();
            *most = most.checked_sub(own + 1)?;
            before += own as u64;
        }
        Some(before)
    }

    pub(crate) fn first(&self) -> Option<Place> {
        self.iter().next().map(|(_, place)| place)
    }

    /// Whose turn is when, and the places of each client in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, Place)> {
        self.turns.iter().flat_map(|(turn, client)| {
            let places = self.lines.get(client).map(|line| line.places.iter());
            places.into_iter().flatten().map(|place| (*turn, *place))
        })
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
    pub(crate) queue: Queue,
    /// Tasks of this class that wait for a time, not for a target.
    pub(crate) delayed: usize,
    /// What all that wait ask for.
    asked: Asked,
}

/// Sums over tasks, kept up to date as they come and go: nobody has to look at each of a million.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
struct Asked {
    input_tokens: u64,
    input_tokens_least: u64,
}

impl Class {
    pub(crate) fn new(key: ClassKey, levels: [Vec<TargetId>; LEVELS]) -> Self {
        Self {
            key,
            levels,
            queue: Queue::default(),
            delayed: 0,
            asked: Asked::default(),
        }
    }

    /// How many wait, for a target or for a time.
    pub(crate) fn waiting(&self) -> u64 {
        (self.queue.len() + self.delayed) as u64
    }

    /// A task waits here from now on.
    pub(crate) fn came(&mut self, estimate: &Estimate) {
        self.asked.input_tokens += u64::from(estimate.input_tokens);
        self.asked.input_tokens_least += u64::from(estimate.input_tokens_least);
    }

    /// A task waits here no more.
    pub(crate) fn went(&mut self, estimate: &Estimate) {
        let asked = &mut self.asked;
        asked.input_tokens = asked.input_tokens.saturating_sub(u64::from(estimate.input_tokens));
        asked.input_tokens_least = asked
            .input_tokens_least
            .saturating_sub(u64::from(estimate.input_tokens_least));
    }

    /// What one that waits asks for in the mean, and the least that it can be.
    pub(crate) fn mean_input(&self) -> (u64, Usage) {
        let mean = |sum: u64| sum.div_ceil(self.waiting().max(1));
        let least = Usage {
            input_tokens: mean(self.asked.input_tokens_least),
            output_tokens: 0,
        };
        (mean(self.asked.input_tokens), least)
    }
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
