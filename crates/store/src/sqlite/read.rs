//! What the engine is rebuilt from.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use d8_core::change::TaskRow;
use d8_core::id::{LimitId, TargetId, TaskId};
use d8_core::time::Timestamp;
use d8_core::usage::Spend;
use rusqlite::{Connection, OptionalExtension, Result, Row};

use super::codes::{coded, parked, pausable, time, time_or_never, unsigned};
use super::rows::{ATTEMPT, LEASE, SPEND, attempt, lease, spend, task, task_columns};
use crate::names::{Names, TargetName};
use crate::record::{AgentRow, Learnt, LeaseRow, Loaded, ParkRow, PastSpend, Which};

pub(super) fn names(connection: &Connection) -> Result<Names> {
    let mut names = Names::default();
    let mut query = connection.prepare("SELECT id, kind, name FROM names")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        names.restore(row.get(0)?, coded(row, 1)?, row.get(2)?);
    }
    let mut query = connection.prepare("SELECT id, account, provider, model, quota_key FROM targets")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let name = TargetName {
            account: row.get(1)?,
            provider: row.get(2)?,
            model: row.get(3)?,
            quota_key: row.get(4)?,
        };
        names.restore_target(TargetId(row.get(0)?), name);
    }
    Ok(names)
}

pub(super) fn load(connection: &Connection, which: Which<'_>, each: &mut dyn FnMut(TaskRow)) -> Result<Loaded> {
    let leases: Vec<LeaseRow> = all(connection, &format!("SELECT {LEASE} FROM leases ORDER BY task"), lease)?;
    let leases = open_tasks(connection, which, leases, each)?;
    let (newest, next_task) = connection.query_row("SELECT newest, next_task FROM leader", [], |row| {
        Ok((time(row, 0)?, TaskId(unsigned(row, 1)?)))
    })?;
    let parks = all(connection, "SELECT kind, id, until, why FROM parks", park)?;
    let learnt = all(connection, "SELECT id, amount, at, evidence, per FROM learnt", learnt)?;
    let pauses = all(connection, "SELECT kind, id FROM pauses", pausable)?;
    let allowances = all(
        connection,
        &format!("SELECT {SPEND}, target FROM allowances"),
        allowance,
    )?;
    let callbacks = all(connection, "SELECT task FROM callbacks ORDER BY task", |row| {
        unsigned(row, 0).map(TaskId)
    })?;
    let agents = all(
        connection,
        "SELECT name, last, number, paused, delivered, skipped FROM agents ORDER BY name",
        agent,
    )?;
    let outputs = all(connection, "SELECT task, note FROM outputs ORDER BY task", |row| {
        Ok((TaskId(unsigned(row, 0)?), row.get(1)?))
    })?;
    Ok(Loaded {
        leases,
        next_task,
        newest,
        parks,
        learnt,
        pauses,
        allowances,
        callbacks,
        agents,
        outputs,
    })
}

fn agent(row: &Row<'_>) -> Result<AgentRow> {
    let last: Option<i64> = row.get(1)?;
    Ok(AgentRow {
        name: row.get(0)?,
        last: last.map(Timestamp::from_micros),
        number: unsigned(row, 2)?,
        paused: row.get(3)?,
        delivered: unsigned(row, 4)?,
        skipped: unsigned(row, 5)?,
    })
}

/// Gives the open tasks, and returns the leases that go with them.
fn open_tasks(
    connection: &Connection,
    which: Which<'_>,
    leases: Vec<LeaseRow>,
    each: &mut dyn FnMut(TaskRow),
) -> Result<Vec<LeaseRow>> {
    let groups: Option<BTreeSet<u32>> = match which {
        Which::All => None,
        Which::Groups(groups) => Some(groups.iter().map(|group| group.0).collect()),
    };
    let leased: BTreeMap<TaskId, LeaseRow> = leases.iter().map(|lease| (lease.task, *lease)).collect();
    let mut loaded = Vec::new();
    let mut query = connection.prepare(concat!("SELECT ", task_columns!(), " FROM tasks ORDER BY id"))?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        if let Some(groups) = &groups
            && !groups.contains(&row.get(1)?)
        {
            continue;
        }
        let task = task(row)?;
        loaded.extend(leased.get(&task.id));
        each(task);
    }
    Ok(if groups.is_none() { leases } else { loaded })
}

pub(super) fn spends_since(connection: &Connection, cutoff: Timestamp, each: &mut dyn FnMut(PastSpend)) -> Result<()> {
    let first = first_since(connection, cutoff)?;
    let mut query = connection.prepare(&format!("SELECT {ATTEMPT} FROM attempts WHERE seq >= ? ORDER BY seq"))?;
    let mut rows = query.query([first])?;
    while let Some(row) = rows.next()? {
        each(PastSpend::Ended(attempt(row)?));
    }
    let mut query = connection.prepare(&format!("SELECT {LEASE} FROM leases ORDER BY task"))?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        each(PastSpend::Open(lease(row)?));
    }
    Ok(())
}

/// The first attempt such that all before it ended before `cutoff`, by halving.
fn first_since(connection: &Connection, cutoff: Timestamp) -> Result<i64> {
    let end = |which: &str| -> Result<Option<i64>> {
        connection.query_row(&format!("SELECT {which}(seq) FROM attempts"), [], |row| row.get(0))
    };
    let (Some(mut low), Some(last)) = (end("min")?, end("max")?) else {
        return Ok(0);
    };
    let mut high = last + 1;
    let mut query = connection.prepare("SELECT reached FROM attempts WHERE seq >= ? ORDER BY seq LIMIT 1")?;
    while low < high {
        let middle = low + (high - low) / 2;
        let reached = query.query_row([middle], |row| time(row, 0))?;
        (low, high) = if reached >= cutoff {
            (low, middle)
        } else {
            (middle + 1, high)
        };
    }
    Ok(low)
}

/// The latest end of an attempt so far.
pub(super) fn reached(connection: &Connection) -> Result<Timestamp> {
    let last = connection
        .query_row("SELECT reached FROM attempts ORDER BY seq DESC LIMIT 1", [], |row| {
            time(row, 0)
        })
        .optional()?;
    Ok(last.unwrap_or(Timestamp::from_micros(i64::MIN)))
}

pub(super) fn all<T>(connection: &Connection, sql: &str, read: fn(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
    connection.prepare(sql)?.query_map([], read)?.collect()
}

fn park(row: &Row<'_>) -> Result<ParkRow> {
    Ok(ParkRow {
        what: parked(row, 0)?,
        until: time_or_never(row, 2)?,
        why: coded(row, 3)?,
    })
}

fn learnt(row: &Row<'_>) -> Result<Learnt> {
    Ok(Learnt {
        limit: LimitId(row.get(0)?),
        learnt: d8_core::limit::Learnt {
            amount: unsigned(row, 1)?,
            at: time(row, 2)?,
            evidence: coded(row, 3)?,
            per: row
                .get::<_, Option<i64>>(4)?
                .map(|micros| Duration::from_micros(micros.unsigned_abs())),
        },
    })
}

fn allowance(row: &Row<'_>) -> Result<(TargetId, Spend)> {
    Ok((TargetId(row.get(4)?), spend(row, 0)?))
}
