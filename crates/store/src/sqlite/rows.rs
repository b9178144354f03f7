//! Columns to rows. Each list of columns stands beside the function that reads it.

use d8_core::change::{Demand, TaskRow};
use d8_core::id::{AttemptNo, ClientId, GroupId, KindId, PrefixId, RouteId, TargetId, TaskId, WorkerId};
use d8_core::money::Picodollars;
use d8_core::usage::{Estimate, Spend};
use rusqlite::{Result, Row};

use super::codes::{Flags, coded, coded_option, time, time_or_never, unsigned};
use crate::record::{AttemptRow, GroupCounts, KeyedTask, LeaseRow};

/// What tasks and history have in common.
macro_rules! task_columns {
    () => {
        "id, grp, client, route, priority, created_at, not_before, deadline, max_attempts, faults, silences, attempt, \
         input_tokens, input_tokens_least, max_output_tokens, kind, flags, prefix"
    };
}
pub(super) use task_columns;

/// How many columns `task_columns!()` names.
pub(super) const TASK_COLUMNS: usize = 18;

/// A task from `task_columns!()`, the first columns of a query.
pub(super) fn task(row: &Row<'_>) -> Result<TaskRow> {
    let flags = Flags::read(row, 16)?;
    Ok(TaskRow {
        id: TaskId(unsigned(row, 0)?),
        group: GroupId(row.get(1)?),
        client: ClientId(row.get(2)?),
        route: RouteId(row.get(3)?),
        priority: row.get(4)?,
        created_at: time(row, 5)?,
        not_before: time(row, 6)?,
        deadline: time_or_never(row, 7)?,
        max_attempts: row.get(8)?,
        faults: row.get(9)?,
        silences: row.get(10)?,
        attempt: AttemptNo(row.get(11)?),
        estimate: Estimate {
            input_tokens: row.get(12)?,
            input_tokens_least: row.get(13)?,
            max_output_tokens: row.get(14)?,
        },
        demand: Demand {
            kind: KindId(row.get(15)?),
            rare: flags.rare,
            plain: flags.plain,
        },
        interactive: flags.interactive,
        durable: flags.durable,
        callback: flags.callback,
        prefix: row.get::<_, Option<u32>>(17)?.map(PrefixId),
    })
}

pub(super) const LEASE: &str =
    "task, attempt, target, worker, granted_at, send_by, requests, input_tokens, output_tokens, cost";

/// A lease from [`LEASE`].
pub(super) fn lease(row: &Row<'_>) -> Result<LeaseRow> {
    Ok(LeaseRow {
        task: TaskId(unsigned(row, 0)?),
        attempt: AttemptNo(row.get(1)?),
        target: TargetId(row.get(2)?),
        worker: WorkerId(row.get(3)?),
        granted_at: time(row, 4)?,
        send_by: time(row, 5)?,
        reserved: spend(row, 6)?,
    })
}

pub(super) const ATTEMPT: &str =
    "task, attempt, target, worker, granted_at, ended_at, outcome, requests, input_tokens, output_tokens, cost";

/// An ended attempt from [`ATTEMPT`].
pub(super) fn attempt(row: &Row<'_>) -> Result<AttemptRow> {
    Ok(AttemptRow {
        task: TaskId(unsigned(row, 0)?),
        attempt: AttemptNo(row.get(1)?),
        target: TargetId(row.get(2)?),
        worker: WorkerId(row.get(3)?),
        granted_at: time(row, 4)?,
        ended_at: time(row, 5)?,
        outcome: coded(row, 6)?,
        spent: spend(row, 7)?,
    })
}

/// A key's task from `key, task, ending, ended_at`.
pub(super) fn keyed(row: &Row<'_>) -> Result<KeyedTask> {
    let ending = coded_option(row, 2)?;
    let ended = ending
        .map(|ending| -> Result<_> { Ok((ending, time(row, 3)?)) })
        .transpose()?;
    Ok(KeyedTask {
        key: u128::from_be_bytes(row.get(0)?),
        task: TaskId(unsigned(row, 1)?),
        ended,
    })
}

pub(super) const COUNTS: &str = "created_at, sealed, total, completed, failed, cancelled";

/// A group's counts from [`COUNTS`].
pub(super) fn counts(row: &Row<'_>) -> Result<GroupCounts> {
    Ok(GroupCounts {
        created_at: time(row, 0)?,
        sealed: row.get(1)?,
        total: unsigned(row, 2)?,
        completed: unsigned(row, 3)?,
        failed: unsigned(row, 4)?,
        cancelled: unsigned(row, 5)?,
    })
}

pub(super) const SPEND: &str = "requests, input_tokens, output_tokens, cost";

/// An amount from [`SPEND`], which begins at `index`.
pub(super) fn spend(row: &Row<'_>, index: usize) -> Result<Spend> {
    Ok(Spend {
        requests: row.get(index)?,
        input_tokens: unsigned(row, index + 1)?,
        output_tokens: unsigned(row, index + 2)?,
        cost: Picodollars(unsigned(row, index + 3)?),
    })
}
