//! The statements that write, each prepared once in a connection's life and looked up once in a commit.

use rusqlite::{CachedStatement, Connection, Params, Result};

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
    Payload,
    Key,
    Result,
    NewGroup,
    Count,
    Seal,
}

/// One more than the last statement's number.
const STATEMENTS: usize = Statement::Seal as usize + 1;

impl Statement {
    fn sql(self) -> &'static str {
        match self {
            Self::Name => "INSERT INTO names VALUES (?, ?, ?)",
            Self::Target => "INSERT INTO targets VALUES (?, ?, ?, ?, ?)",
            Self::Open => "INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
            Self::Remember => "INSERT INTO history SELECT *, ?2, ?3 FROM tasks WHERE id = ?1",
            Self::Close => "DELETE FROM tasks WHERE id = ?",
            Self::Forget => "DELETE FROM history WHERE id = ? RETURNING ending",
            Self::ForgetResult => "DELETE FROM results WHERE task = ?",
            Self::Park => "INSERT OR REPLACE INTO parks VALUES (?, ?, ?, ?)",
            Self::Unpark => "DELETE FROM parks WHERE kind = ? AND id = ?",
            Self::Learn => "INSERT OR REPLACE INTO learnt VALUES (?, ?, ?)",
            Self::Payload => "INSERT INTO payloads VALUES (?, ?, ?, ?)",
            Self::Key => "INSERT INTO keys (grp, task, key) VALUES (?, ?, ?)",
            Self::Result => "INSERT OR REPLACE INTO results VALUES (?, ?, ?)",
            Self::NewGroup => "INSERT OR IGNORE INTO groups VALUES (?, ?, 0, 0, 0, 0, 0)",
            Self::Count => {
                "UPDATE groups SET total = total + ?2, completed = completed + ?3, failed = failed + ?4, \
                 cancelled = cancelled + ?5 WHERE id = ?1"
            }
            Self::Seal => "UPDATE groups SET sealed = 1 WHERE id = ?",
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
    use super::*;

    #[test]
    fn columns_that_history_copies_stand_in_the_order_of_tasks() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(include_str!("../migrations/0001_first.sql"))
            .unwrap();
        let columns = |table: &str| {
            let mut query = connection.prepare("SELECT name FROM pragma_table_info(?)").unwrap();
            query
                .query_map([table], |row| row.get(0))
                .unwrap()
                .collect::<Result<Vec<String>>>()
                .unwrap()
        };
        let history = columns("history");
        assert_eq!(columns("tasks"), history[..history.len() - 2]);
    }
}
