//! The queue that clients share: first come first served, among what an account serves.

use std::collections::BTreeSet;

use crate::simulate::ground::Ground;
use crate::simulate::workload::Job;

#[derive(Clone, Debug)]
pub(super) struct SharedQueue {
    /// The waiting jobs of each route; they are numbered in the order in which they came.
    waiting: Vec<BTreeSet<usize>>,
    /// Of each account, the routes that it serves and where.
    serves: Vec<Vec<(usize, usize)>>,
}

impl SharedQueue {
    pub(super) fn new(ground: &Ground) -> Self {
        let serves = |account: usize| {
            let place_in = |(route, (_, places)): (usize, &(_, Vec<usize>))| {
                let own = places.iter().find(|place| ground.places[**place].account == account);
                own.map(|place| (route, *place))
            };
            ground.routes.iter().enumerate().filter_map(place_in).collect()
        };
        Self {
            waiting: vec![BTreeSet::new(); ground.routes.len()],
            serves: (0..ground.clients.len()).map(serves).collect(),
        }
    }

    /// A job waits. One that waited before has its old place.
    pub(super) fn add(&mut self, index: usize, job: &Job) {
        self.waiting[job.route].insert(index);
    }

    pub(super) fn has_work_for(&self, account: usize) -> bool {
        self.serves[account]
            .iter()
            .any(|(route, _)| !self.waiting[*route].is_empty())
    }

    /// The first job that this account serves, and where.
    pub(super) fn take(&mut self, account: usize) -> Option<(usize, usize)> {
        let first = |(route, place): &(usize, usize)| Some((*self.waiting[*route].first()?, *route, *place));
        let (job, route, place) = self.serves[account].iter().filter_map(first).min()?;
        self.waiting[route].remove(&job);
        Some((job, place))
    }
}
