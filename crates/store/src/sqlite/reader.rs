//! Look-ups on a connection of their own: in WAL mode they neither wait for the writer nor make it wait.

use std::fmt::Write as _;

use d8_core::change::Ending;
use d8_core::id::{GroupId, TaskId};
use d8_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, Result, Row, params};

use super::codes::{CANCELLED, COMPLETED, Coded, FAILED, amount, coded_option, time};
use super::open::{Location, Place};
use super::rows::{ATTEMPT, COUNTS, LEASE, TASK_COLUMNS, attempt, counts, keyed, lease, task, task_columns};
use crate::error::StoreError;
use crate::names::Endpoint;
use crate::record::{
    AttemptRow, Filter, GroupCounts, KeyedTask, LeaseRow, Order, Payload, ResultRow, StoredTask, TaskState, TaskStatus,
};
use crate::store::Reader;

/// Reads a store on a file while somebody else, in this process or another, writes it.
#[derive(Debug)]
pub struct SqliteReader {
    connection: Connection,
    place: Place,
}

impl SqliteReader {
    /// Opens an existing store. [`Location::Memory`] names a new and empty one, which is an error: readers of a store
    /// in memory come from [`Store::reader`](crate::Store::reader).
    pub fn open(location: &Location) -> Result<Self, StoreError> {
        Self::at(Place::new(location))
    }

    pub(super) fn at(place: Place) -> Result<Self, StoreError> {
        Ok(Self {
            connection: place.reader()?,
            place,
        })
    }

    fn first<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: fn(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>, StoreError> {
        let found = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut query| query.query_row(values, read).optional());
        found.map_err(|error| self.place.fault(&error))
    }

    fn all<T>(&self, sql: &str, values: impl Params, read: fn(&Row<'_>) -> Result<T>) -> Result<Vec<T>, StoreError> {
        let found = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut query| query.query_map(values, read)?.collect());
        found.map_err(|error| self.place.fault(&error))
    }
}

/// Open and ended tasks as one table.
const STORED: &str = concat!(
    "SELECT ",
    task_columns!(),
    ", EXISTS (SELECT 1 FROM leases WHERE task = id) AS assigned, NULL AS ending, NULL AS ended_at FROM tasks WHERE {open} \
     UNION ALL SELECT ",
    task_columns!(),
    ", FALSE, ending, ended_at FROM history WHERE {ended}"
);

fn stored(row: &Row<'_>) -> Result<StoredTask> {
    let state = match coded_option(row, TASK_COLUMNS + 1)? {
        Some(ending) => TaskState::Ended(ending, time(row, TASK_COLUMNS + 2)?),
        None if row.get(TASK_COLUMNS)? => TaskState::Assigned,
        None => TaskState::Pending,
    };
    Ok(StoredTask { row: task(row)?, state })
}

/// The conditions on open and on ended tasks. Everything in them is an integer.
fn conditions(filter: &Filter, order: Order, after: Option<TaskId>) -> (String, String) {
    let mut both = String::from("TRUE");
    let fields = [
        ("grp", filter.group.map(|group| group.0)),
        ("client", filter.client.map(|client| client.0)),
        ("route", filter.route.map(|route| route.0)),
    ];
    for (column, wanted) in fields {
        if let Some(wanted) = wanted {
            // Writing to a string cannot fail.
            let _ = write!(both, " AND {column} = {wanted}");
        }
    }
    if let Some(before) = filter.created_before {
        let _ = write!(both, " AND created_at < {}", before.as_micros());
    }
    if let Some(after) = after {
        let past = if order == Order::OldestFirst { '>' } else { '<' };
        let _ = write!(both, " AND id {past} {}", amount(after.0));
    }
    let lease = "EXISTS (SELECT 1 FROM leases WHERE task = id)";
    let (open, mut ended) = match filter.status {
        None => ("TRUE".to_owned(), "TRUE".to_owned()),
        Some(TaskStatus::Pending) => (format!("NOT {lease}"), "FALSE".to_owned()),
        Some(TaskStatus::Assigned) => (lease.to_owned(), "FALSE".to_owned()),
        Some(TaskStatus::Completed) => ("FALSE".to_owned(), format!("ending = {COMPLETED}")),
        Some(TaskStatus::Failed) => ("FALSE".to_owned(), format!("ending >= {FAILED}")),
        Some(TaskStatus::Cancelled) => ("FALSE".to_owned(), format!("ending = {CANCELLED}")),
    };
    let open = match filter.failure {
        None => open,
        Some(why) => {
            let _ = write!(ended, " AND ending = {}", Ending::Failed(why).code());
            "FALSE".to_owned()
        }
    };
    (format!("{both} AND {open}"), format!("{both} AND {ended}"))
}

impl Reader for SqliteReader {
    fn task(&self, task: TaskId) -> Result<Option<StoredTask>, StoreError> {
        let sql = STORED.replace("{open}", "id = ?1").replace("{ended}", "id = ?1");
        self.first(&sql, [amount(task.0)], stored)
    }

    fn tasks(
        &self,
        filter: &Filter,
        order: Order,
        after: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<StoredTask>, StoreError> {
        let (open, ended) = conditions(filter, order, after);
        let direction = if order == Order::OldestFirst { "ASC" } else { "DESC" };
        let sql = STORED.replace("{open}", &open).replace("{ended}", &ended);
        self.all(&format!("{sql} ORDER BY id {direction} LIMIT ?"), [limit], stored)
    }

    fn attempts(&self, task: TaskId) -> Result<Vec<AttemptRow>, StoreError> {
        let sql = format!("SELECT {ATTEMPT} FROM attempts WHERE task = ? ORDER BY seq");
        self.all(&sql, [amount(task.0)], attempt)
    }

    fn lease(&self, task: TaskId) -> Result<Option<LeaseRow>, StoreError> {
        let sql = format!("SELECT {LEASE} FROM leases WHERE task = ?");
        self.first(&sql, [amount(task.0)], lease)
    }

    fn payload(&self, task: TaskId) -> Result<Option<Payload>, StoreError> {
        self.first(
            "SELECT endpoint, custom, body FROM payloads WHERE task = ?",
            [amount(task.0)],
            |row| {
                Ok(Payload {
                    endpoint: Endpoint(row.get(0)?),
                    custom: row.get(1)?,
                    body: row.get(2)?,
                })
            },
        )
    }

    fn custom(&self, task: TaskId) -> Result<Option<String>, StoreError> {
        let sql = "SELECT custom FROM payloads WHERE task = ?";
        Ok(self.first(sql, [amount(task.0)], |row| row.get(0))?.flatten())
    }

    fn result(&self, task: TaskId) -> Result<Option<ResultRow>, StoreError> {
        self.first(
            "SELECT status, body FROM results WHERE task = ?",
            [amount(task.0)],
            |row| {
                Ok(ResultRow {
                    status: row.get(0)?,
                    body: row.get(1)?,
                })
            },
        )
    }

    fn tasks_by_keys(&self, group: GroupId) -> Result<Vec<KeyedTask>, StoreError> {
        let sql = "SELECT key, task, ending, ended_at FROM keys LEFT JOIN history ON id = task WHERE keys.grp = ? \
                   ORDER BY task";
        self.all(sql, [group.0], keyed)
    }

    fn task_by_request(&self, key: u128) -> Result<Option<KeyedTask>, StoreError> {
        let sql = "SELECT key, task, ending, ended_at FROM requests LEFT JOIN history ON id = task WHERE key = ?";
        self.first(sql, [key.to_be_bytes()], keyed)
    }

    fn old_requests(&self, before: Timestamp, limit: u32) -> Result<Vec<u128>, StoreError> {
        // No task ended before it came: what came later need not be looked at.
        let sql = "SELECT key FROM requests JOIN history ON id = task WHERE at < ?1 AND ended_at < ?1 \
                   ORDER BY at LIMIT ?2";
        self.all(sql, params![before.as_micros(), limit], |row| {
            row.get(0).map(u128::from_be_bytes)
        })
    }

    fn group_counts(&self, group: GroupId) -> Result<Option<GroupCounts>, StoreError> {
        self.first(&format!("SELECT {COUNTS} FROM groups WHERE id = ?"), [group.0], counts)
    }

    fn totals(&self) -> Result<GroupCounts, StoreError> {
        let sql = "SELECT coalesce(min(created_at), 0), coalesce(min(sealed), 0), coalesce(sum(total), 0), \
                   coalesce(sum(completed), 0), coalesce(sum(failed), 0), coalesce(sum(cancelled), 0) FROM groups";
        Ok(self.first(sql, [], counts)?.unwrap_or_default())
    }
}
