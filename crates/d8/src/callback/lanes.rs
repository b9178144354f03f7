//! Queues by host: each host has a few places, so that a slow one holds up nobody but itself.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use d8_core::id::TaskId;

/// Deliveries to one host at a time.
const PLACES: usize = 4;

/// A host, as its lane is known by.
pub(super) type Host = Arc<str>;

/// All hosts that have something waiting or under way.
#[derive(Default)]
pub(super) struct Lanes {
    lanes: HashMap<Host, Lane>,
    /// Each host with something waiting and a free place, once; the first is the next.
    turns: VecDeque<Host>,
}

#[derive(Default)]
struct Lane {
    waiting: VecDeque<TaskId>,
    under_way: usize,
}

impl Lane {
    fn can_go(&self) -> bool {
        !self.waiting.is_empty() && self.under_way < PLACES
    }
}

impl Lanes {
    /// Puts a task at the end of its host's queue.
    pub(super) fn push(&mut self, host: &Host, task: TaskId) {
        self.change(host, |lane| lane.waiting.push_back(task));
    }

    /// The next task, of the host that has waited longest for its turn; it takes a place until [`Self::done`].
    pub(super) fn take(&mut self) -> Option<(Host, TaskId)> {
        let host = self.turns.pop_front()?;
        let lane = self.lanes.get_mut(&host)?;
        let task = lane.waiting.pop_front()?;
        lane.under_way += 1;
        if lane.can_go() {
            self.turns.push_back(host.clone());
        }
        Some((host, task))
    }

    /// Frees a place.
    pub(super) fn done(&mut self, host: &Host) {
        self.change(host, |lane| lane.under_way = lane.under_way.saturating_sub(1));
    }

    fn change(&mut self, host: &Host, change: impl FnOnce(&mut Lane)) {
        let lane = self.lanes.entry(host.clone()).or_default();
        let could_go = lane.can_go();
        change(lane);
        if lane.can_go() && !could_go {
            self.turns.push_back(host.clone());
        }
        if lane.waiting.is_empty() && lane.under_way == 0 {
            self.lanes.remove(host);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(lanes: &mut Lanes) -> Vec<u64> {
        std::iter::from_fn(|| lanes.take()).map(|(_, task)| task.0).collect()
    }

    #[test]
    fn hosts_take_turns_and_none_takes_more_than_its_places() {
        let (busy, other) = (Host::from("busy"), Host::from("other"));
        let mut lanes = Lanes::default();
        for task in 0..6 {
            lanes.push(&busy, TaskId(task));
        }
        lanes.push(&other, TaskId(10));
        assert_eq!(taken(&mut lanes), [0, 10, 1, 2, 3]);
        lanes.push(&other, TaskId(11));
        assert_eq!(taken(&mut lanes), [11]);
        lanes.done(&busy);
        assert_eq!(taken(&mut lanes), [4]);
        lanes.done(&busy);
        lanes.done(&busy);
        assert_eq!(taken(&mut lanes), [5]);
    }

    #[test]
    fn a_host_without_work_is_forgotten() {
        let host = Host::from("host");
        let mut lanes = Lanes::default();
        lanes.push(&host, TaskId(1));
        lanes.take();
        lanes.done(&host);
        assert!(lanes.lanes.is_empty() && lanes.turns.is_empty());
    }
}
