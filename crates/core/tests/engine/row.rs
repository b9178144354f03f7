//! A task as most tests want it: what a test is about is set beside it.

use d8_core::change::{Demand, TaskRow};
use d8_core::id::{AttemptNo, ClientId, GroupId, RouteId, TaskId};
use d8_core::time::Timestamp;
use d8_core::usage::Estimate;

/// Of the first client, on the first route, submitted at `now`.
pub(crate) fn row(id: u64, now: Timestamp) -> TaskRow {
    TaskRow {
        id: TaskId(id),
        group: GroupId(1),
        client: ClientId(1),
        route: RouteId(1),
        priority: 5,
        created_at: now,
        not_before: now,
        deadline: Timestamp::MAX,
        max_attempts: 5,
        faults: 0,
        silences: 0,
        attempt: AttemptNo(0),
        estimate: Estimate::default(),
        demand: Demand::default(),
        interactive: false,
        durable: true,
        callback: false,
        prefix: None,
    }
}
