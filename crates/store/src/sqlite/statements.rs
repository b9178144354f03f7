//! The statements that write, each prepared once in a connection's life and looked up once in a commit.

use rusqlite::{CachedStatement, Connection, Params, Result};

use super::rows::task_columns;

/// One way to write a row.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Statement {
    Name,
    Target,
    Open,
    Grant,
    /// Notes the latest attempt of an open task.
    Number,
    Release,
    Attempt,
    LateReport,
    Requeue,
    Reprioritise,
    /// Copies an open task to the history.
    Remember,
    /// Removes an open task.
    Close,
    /// Removes a task from the history and tells how it had ended.
    Forget,
    ForgetResult,
    Park,
    Unpark,
    Learn,
    Unlearn,
    Pause,
    Resume,
    Payload,
    Key,
    Result,
    NewGroup,
    Count,
    Seal,
    Allow,
    Disallow,
    Callback,
    /// A client was told, or there is nothing to tell any more.
    Told,
    Request,
    ForgetRequest,
    Agent,
    Output,
    Delivered,
}

/// One more than the last statement's number.
const STATEMENTS: usize = Statement::Delivered as usize + 1;

impl Statement {
    fn sql(self) -> &'static str {
        match self {
            Self::Name => "INSERT INTO names VALUES (?, ?, ?)",
            Self::Target => "INSERT INTO targets VALUES (?, ?, ?, ?, ?)",
            Self::Open => concat!(
                "INSERT INTO tasks (",
                task_columns!(),
                ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            ),
            Self::Grant => "INSERT INTO leases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            Self::Number => "UPDATE tasks SET attempt = max(attempt, ?2) WHERE id = ?1",
            Self::Release => "DELETE FROM leases WHERE task = ? AND attempt = ?",
            Self::Attempt => {
                "INSERT INTO attempts (task, attempt, target, worker, granted_at, ended_at, outcome, requests, \
                 input_tokens, output_tokens, cost, reached) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            }
            Self::LateReport => {
                "UPDATE attempts SET outcome = ?3, requests = ?4, input_tokens = ?5, output_tokens = ?6, cost = ?7 \
                 WHERE task = ?1 AND attempt = ?2"
            }
            Self::Requeue => "UPDATE tasks SET not_before = ?2, attempt = ?3, faults = ?4, silences = ?5 WHERE id = ?1",
            Self::Reprioritise => "UPDATE tasks SET priority = ?2 WHERE id = ?1",
            Self::Remember => concat!(
                "INSERT INTO history (",
                task_columns!(),
                ", ending, ended_at) SELECT ",
                task_columns!(),
                ", ?2, ?3 FROM tasks WHERE id = ?1"
            ),
            Self::Close => "DELETE FROM tasks WHERE id = ?",
            Self::Forget => "DELETE FROM history WHERE id = ? RETURNING ending",
            Self::ForgetResult => "DELETE FROM results WHERE task = ?",
            Self::Park => "INSERT OR REPLACE INTO parks VALUES (?, ?, ?, ?)",
            Self::Unpark => "DELETE FROM parks WHERE kind = ? AND id = ?",
            Self::Learn => "INSERT OR REPLACE INTO learnt (id, amount, at, evidence, per) VALUES (?, ?, ?, ?, ?)",
            Self::Unlearn => "DELETE FROM learnt WHERE id = ?",
            Self::Pause => "INSERT OR IGNORE INTO pauses VALUES (?, ?)",
            Self::Resume => "DELETE FROM pauses WHERE kind = ? AND id = ?",
            Self::Payload => "INSERT INTO payloads VALUES (?, ?, ?, ?)",
            Self::Key => "INSERT INTO keys (grp, task, key) VALUES (?, ?, ?)",
            Self::Result => "INSERT OR REPLACE INTO results VALUES (?, ?, ?)",
            Self::NewGroup => "INSERT OR IGNORE INTO groups VALUES (?, ?, 0, 0, 0, 0, 0)",
            Self::Count => {
                "UPDATE groups SET total = total + ?2, completed = completed + ?3, failed = failed + ?4, \
                 cancelled = cancelled + ?5 WHERE id = ?1"
            }
            Self::Seal => "UPDATE groups SET sealed = 1 WHERE id = ?",
            Self::Allow => "INSERT OR REPLACE INTO allowances VALUES (?, ?, ?, ?, ?)",
            Self::Disallow => "DELETE FROM allowances WHERE target = ?",
            Self::Callback => "INSERT OR IGNORE INTO callbacks VALUES (?)",
            Self::Told => "DELETE FROM callbacks WHERE task = ?",
            Self::Request => "INSERT OR REPLACE INTO requests VALUES (?, ?, ?)",
            Self::ForgetRequest => "DELETE FROM requests WHERE key = ?",
            Self::Agent => "INSERT OR REPLACE INTO agents VALUES (?, ?, ?, ?, ?, ?)",
            Self::Output => "INSERT INTO outputs VALUES (?, ?)",
            Self::Delivered => "DELETE FROM outputs WHERE task = ?",
        }
    }
}

/// The statements that one commit has used so far.
pub(super) struct Statements<'c> {
    connection: &'c Connection,
    prepared: [Option<CachedStatement<'c>>; STATEMENTS],
}

impl<'c> Statements<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            prepared: [const { None }; STATEMENTS],
        }
    }

    /// Runs a statement; returns how many rows it touched.
    pub(super) fn run(&mut self, statement: Statement, values: impl Params) -> Result<usize> {
        self.prepared(statement)?.execute(values)
    }

    /// A statement, for those that return rows.
    pub(super) fn prepared(&mut self, statement: Statement) -> Result<&mut CachedStatement<'c>> {
        let slot = &mut self.prepared[statement as usize];
        let ready = match slot.take() {
            Some(ready) => ready,
            None => self.connection.prepare_cached(statement.sql())?,
        };
        Ok(slot.insert(ready))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;
    use crate::sqlite::open::MIGRATIONS;
    use crate::sqlite::rows::TASK_COLUMNS;

    /// A column that were forgotten here would be lost at a task's end.
    #[test]
    fn every_column_of_an_open_task_goes_into_history() {
        let connection = Connection::open_in_memory().unwrap();
        for migration in MIGRATIONS {
            connection.execute_batch(migration).unwrap();
        }
        let columns = |table: &str| {
            let mut query = connection.prepare("SELECT name FROM pragma_table_info(?)").unwrap();
            let names = query.query_map([table], |row| row.get(0)).unwrap();
            names.collect::<Result<BTreeSet<String>>>().unwrap()
        };
        let mut copied: BTreeSet<String> = task_columns!().split(", ").map(str::to_owned).collect();
        assert_eq!(copied.len(), TASK_COLUMNS);
        assert_eq!(columns("tasks"), copied);
        copied.extend(["ending".to_owned(), "ended_at".to_owned()]);
        assert_eq!(columns("history"), copied);
    }
}
