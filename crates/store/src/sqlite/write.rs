//! A batch as rows, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use d8_core::change::{AttemptOutcome, Change, Ending, TaskRow};
use d8_core::id::{AttemptNo, GroupId, TaskId};
use d8_core::time::Timestamp;
use d8_core::usage::Spend;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::codes::{Coded, Flags, amount, coded, parked_code, pausable_code, unless_never};
use super::statements::{Statement, Statements};
use crate::record::{AttemptRow, Batch, LeaseRow};

/// Why a batch was not written.
pub(super) enum Refusal {
    /// The database failed.
    Database(rusqlite::Error),
    /// Somebody else leads.
    Deposed,
    /// This change fits nothing that is there.
    Contradiction(String),
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// Writes a batch as the leader of `epoch`. `reached` is the latest end of an attempt so far, and is moved on.
pub(super) fn commit(
    connection: &mut Connection,
    epoch: u64,
    reached: &mut Timestamp,
    batch: &Batch,
) -> Result<(), Refusal> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    lead(&transaction, epoch, batch)?;
    let mut writer = Writer {
        statements: Statements::new(&transaction),
        reached: *reached,
        groups: BTreeMap::new(),
        revived: BTreeSet::new(),
    };
    writer.names(&batch.names)?;
    for change in &batch.changes {
        writer.change(change)?;
    }
    writer.beside(batch)?;
    let now_reached = writer.reached;
    drop(writer);
    transaction.commit()?;
    *reached = now_reached;
    Ok(())
}

/// Fails unless `epoch` still leads; moves on what must never go back.
fn lead(transaction: &Transaction<'_>, epoch: u64, batch: &Batch) -> Result<(), Refusal> {
    // A task that is not stored may still have spent: its id must not come back either.
    let ids = batch.changes.iter().filter_map(|change| match change {
        Change::Added(row) => Some(row.id.0),
        Change::Granted { task, .. } | Change::AttemptEnded { task, .. } => Some(task.0),
        _ => None,
    });
    let next_task = ids.max().map_or(0, |last| last.saturating_add(1));
    let leads = transaction
        .prepare_cached(
            "UPDATE leader SET newest = max(newest, ?2), next_task = max(next_task, ?3) WHERE one = 1 AND epoch = ?1",
        )?
        .execute(params![amount(epoch), batch.now.as_micros(), amount(next_task)])?;
    if leads == 1 { Ok(()) } else { Err(Refusal::Deposed) }
}

pub(super) struct Writer<'c> {
    pub(super) statements: Statements<'c>,
    reached: Timestamp,
    /// What to add to the counts of each group, written once at the end.
    pub(super) groups: BTreeMap<GroupId, Counts>,
    /// Tasks that this batch opened again and leaves open: a result of an earlier end in it is not theirs any more.
    pub(super) revived: BTreeSet<TaskId>,
}

#[derive(Default)]
pub(super) struct Counts {
    pub(super) total: i64,
    pub(super) completed: i64,
    pub(super) failed: i64,
    pub(super) cancelled: i64,
}

impl Counts {
    fn of(&mut self, ending: Ending) -> &mut i64 {
        match ending {
            Ending::Completed => &mut self.completed,
            Ending::Failed(_) => &mut self.failed,
            Ending::Cancelled => &mut self.cancelled,
        }
    }
}

impl Writer<'_> {
    fn change(&mut self, change: &Change) -> Result<(), Refusal> {
        let fitting = match *change {
            Change::Added(ref row) => self.add(row)?,
            Change::Revived(ref row) => self.revive(row)?,
            Change::Granted {
                task,
                attempt,
                target,
                worker,
                at: granted_at,
                send_by,
                reserved,
            } => self.grant(&LeaseRow {
                task,
                attempt,
                target,
                worker,
                granted_at,
                send_by,
                reserved,
            })?,
            Change::AttemptEnded {
                task,
                attempt,
                target,
                worker,
                granted_at,
                ended_at,
                outcome,
                spent,
            } => self.end_attempt(&AttemptRow {
                task,
                attempt,
                target,
                worker,
                granted_at,
                ended_at,
                outcome,
                spent,
            })?,
            Change::LateReport {
                task,
                attempt,
                outcome,
                spent,
            } => self.report_late(task, attempt, outcome, &spent)?,
            Change::Requeued {
                task,
                not_before,
                attempt,
                faults,
                silences,
            } => {
                let values = params![amount(task.0), not_before.as_micros(), attempt.0, faults, silences];
                self.statements.run(Statement::Requeue, values)? == 1
            }
            Change::Reprioritised { task, priority } => {
                self.statements
                    .run(Statement::Reprioritise, params![amount(task.0), priority])?
                    == 1
            }
            Change::Paused(what) => {
                self.statements.run(Statement::Pause, pausable_code(what))?;
                true
            }
            Change::Resumed(what) => {
                self.statements.run(Statement::Resume, pausable_code(what))?;
                true
            }
            Change::Finished {
                task,
                group,
                ending,
                at,
            } => self.finish(task, group, ending, at)?,
            Change::ParkedUntil { what, until, why } => {
                let (kind, id) = parked_code(what);
                self.statements
                    .run(Statement::Park, params![kind, id, unless_never(until), why.code()])?
                    == 1
            }
            Change::Unparked(what) => {
                let (kind, id) = parked_code(what);
                self.statements.run(Statement::Unpark, params![kind, id])?;
                true
            }
            Change::Learnt { limit, learnt } => {
                let (holds, at) = (amount(learnt.amount), learnt.at.as_micros());
                let per = learnt.per.map(|per| i64::try_from(per.as_micros()).unwrap_or(i64::MAX));
                let row = params![limit.0, holds, at, learnt.evidence.code(), per];
                self.statements.run(Statement::Learn, row)? == 1
            }
            Change::Forgotten(limit) => {
                self.statements.run(Statement::Unlearn, params![limit.0])?;
                true
            }
        };
        if fitting {
            Ok(())
        } else {
            Err(Refusal::Contradiction(format!("{change:?}")))
        }
    }

    fn add(&mut self, row: &TaskRow) -> rusqlite::Result<bool> {
        self.groups.entry(row.group).or_default().total += 1;
        self.open(row)
    }

    /// The task moves from the history to the open ones, if it is there.
    fn revive(&mut self, row: &TaskRow) -> rusqlite::Result<bool> {
        let task = amount(row.id.0);
        let forget = self.statements.prepared(Statement::Forget)?;
        let ending: Option<Ending> = forget.query_row([task], |row| coded(row, 0)).optional()?;
        let Some(ending) = ending else { return Ok(false) };
        *self.groups.entry(row.group).or_default().of(ending) -= 1;
        self.statements.run(Statement::ForgetResult, [task])?;
        self.statements.run(Statement::Told, [task])?;
        self.revived.insert(row.id);
        self.open(row)
    }

    fn open(&mut self, row: &TaskRow) -> rusqlite::Result<bool> {
        let values = params![
            amount(row.id.0),
            row.group.0,
            row.client.0,
            row.route.0,
            row.priority,
            row.created_at.as_micros(),
            row.not_before.as_micros(),
            unless_never(row.deadline),
            row.max_attempts,
            row.faults,
            row.silences,
            row.attempt.0,
            row.estimate.input_tokens,
            row.estimate.input_tokens_least,
            row.estimate.max_output_tokens,
            row.demand.kind.0,
            Flags::of(row).code(),
            row.prefix.map(|prefix| prefix.0),
        ];
        Ok(self.statements.run(Statement::Open, values)? == 1)
    }

    /// A lease; and its number at the task, so that no later attempt ever has it again. A task that its client does
    /// not want durable may not be there: its spending is kept all the same.
    fn grant(&mut self, row: &LeaseRow) -> rusqlite::Result<bool> {
        let values = params![
            amount(row.task.0),
            row.attempt.0,
            row.target.0,
            row.worker.0,
            row.granted_at.as_micros(),
            row.send_by.as_micros(),
            row.reserved.requests,
            amount(row.reserved.input_tokens),
            amount(row.reserved.output_tokens),
            amount(row.reserved.cost.0),
        ];
        self.statements
            .run(Statement::Number, params![amount(row.task.0), row.attempt.0])?;
        Ok(self.statements.run(Statement::Grant, values)? == 1)
    }

    /// The attempt moves from the leases, where it is if its grant was stored, to the attempts.
    fn end_attempt(&mut self, row: &AttemptRow) -> rusqlite::Result<bool> {
        self.statements
            .run(Statement::Release, params![amount(row.task.0), row.attempt.0])?;
        self.reached = self.reached.max(row.ended_at);
        let values = params![
            amount(row.task.0),
            row.attempt.0,
            row.target.0,
            row.worker.0,
            row.granted_at.as_micros(),
            row.ended_at.as_micros(),
            row.outcome.code(),
            row.spent.requests,
            amount(row.spent.input_tokens),
            amount(row.spent.output_tokens),
            amount(row.spent.cost.0),
            self.reached.as_micros(),
        ];
        Ok(self.statements.run(Statement::Attempt, values)? == 1)
    }

    /// What is known now of an attempt that ended before. One that was dropped with old history has nothing to correct.
    fn report_late(
        &mut self,
        task: TaskId,
        attempt: AttemptNo,
        outcome: AttemptOutcome,
        spent: &Spend,
    ) -> rusqlite::Result<bool> {
        let values = params![
            amount(task.0),
            attempt.0,
            outcome.code(),
            spent.requests,
            amount(spent.input_tokens),
            amount(spent.output_tokens),
            amount(spent.cost.0),
        ];
        self.statements.run(Statement::LateReport, values)?;
        Ok(true)
    }

    /// The task moves from the open ones, if it is there, to the history.
    fn finish(&mut self, task: TaskId, group: GroupId, ending: Ending, at: Timestamp) -> rusqlite::Result<bool> {
        *self.groups.entry(group).or_default().of(ending) += 1;
        self.revived.remove(&task);
        let values = params![amount(task.0), ending.code(), at.as_micros()];
        let known = self.statements.run(Statement::Remember, values)? == 1;
        self.statements.run(Statement::Close, [amount(task.0)])?;
        Ok(known)
    }
}
