//! What a batch holds beside the engine's changes, as rows.

use std::collections::BTreeSet;

use d8_core::change::Change;
use d8_core::id::{TargetId, TaskId};
use d8_core::time::Timestamp;
use d8_core::usage::Spend;
use rusqlite::{Result, params};

use super::codes::{Coded, amount};
use super::statements::Statement;
use super::write::Writer;
use crate::names::FreshName;
use crate::record::{Batch, Payload};

impl Writer<'_> {
    pub(super) fn names(&mut self, names: &[FreshName]) -> Result<()> {
        for name in names {
            match name {
                FreshName::Plain(id, kind, name) => {
                    self.statements.run(Statement::Name, params![id, kind.code(), name])?;
                }
                FreshName::Target(id, name) => {
                    let values = params![id.0, name.account, name.provider, name.model, name.quota_key];
                    self.statements.run(Statement::Target, values)?;
                }
            }
        }
        Ok(())
    }

    /// All but the names, once the changes are written.
    pub(super) fn beside(&mut self, batch: &Batch) -> Result<()> {
        self.texts(batch)?;
        self.groups(batch)?;
        self.requests(batch)?;
        self.callbacks(batch)?;
        self.agents(batch)?;
        for (target, spend) in &batch.allowances {
            self.allow(*target, spend)?;
        }
        Ok(())
    }

    fn texts(&mut self, batch: &Batch) -> Result<()> {
        for (task, payload) in &batch.payloads {
            let Payload { endpoint, custom, body } = payload;
            self.statements
                .run(Statement::Payload, params![amount(task.0), endpoint.0, custom, body])?;
        }
        for key in &batch.keys {
            let values = params![key.group.0, amount(key.task.0), key.key.to_be_bytes()];
            self.statements.run(Statement::Key, values)?;
        }
        // A report may come for a task that goes on, or that has its result already.
        let finished: BTreeSet<TaskId> = batch.changes.iter().filter_map(finished).collect();
        for (task, result) in &batch.results {
            if finished.contains(task) && !self.revived.contains(task) {
                self.statements
                    .run(Statement::Result, params![amount(task.0), result.status, result.body])?;
            }
        }
        Ok(())
    }

    fn groups(&mut self, batch: &Batch) -> Result<()> {
        for (group, counts) in std::mem::take(&mut self.groups) {
            self.statements
                .run(Statement::NewGroup, params![group.0, batch.now.as_micros()])?;
            let values = params![group.0, counts.total, counts.completed, counts.failed, counts.cancelled];
            self.statements.run(Statement::Count, values)?;
        }
        for group in &batch.seals {
            self.statements
                .run(Statement::NewGroup, params![group.0, batch.now.as_micros()])?;
            self.statements.run(Statement::Seal, params![group.0])?;
        }
        Ok(())
    }

    /// What is forgotten comes first: a key may be given to another task in the same batch.
    fn requests(&mut self, batch: &Batch) -> Result<()> {
        for key in &batch.forget_requests {
            self.statements.run(Statement::ForgetRequest, [key.to_be_bytes()])?;
        }
        for (key, task) in &batch.requests {
            let values = params![key.to_be_bytes(), amount(task.0), batch.now.as_micros()];
            self.statements.run(Statement::Request, values)?;
        }
        Ok(())
    }

    /// Who was told was told of an earlier end: this batch's are known to nobody yet.
    fn callbacks(&mut self, batch: &Batch) -> Result<()> {
        for task in &batch.told {
            self.statements.run(Statement::Told, [amount(task.0)])?;
        }
        for task in &batch.callbacks {
            if !self.revived.contains(task) {
                self.statements.run(Statement::Callback, [amount(task.0)])?;
            }
        }
        Ok(())
    }

    fn agents(&mut self, batch: &Batch) -> Result<()> {
        for agent in &batch.agents {
            let last = agent.last.map(Timestamp::as_micros);
            let (number, delivered) = (amount(agent.number), amount(agent.delivered));
            let values = params![agent.name, last, number, agent.paused, delivered, amount(agent.skipped)];
            self.statements.run(Statement::Agent, values)?;
        }
        for task in &batch.delivered {
            self.statements.run(Statement::Delivered, [amount(task.0)])?;
        }
        for (task, note) in &batch.outputs {
            self.statements.run(Statement::Output, params![amount(task.0), note])?;
        }
        Ok(())
    }

    fn allow(&mut self, target: TargetId, spend: &Spend) -> Result<()> {
        if *spend == Spend::NONE {
            self.statements.run(Statement::Disallow, [target.0])?;
        } else {
            let values = params![
                target.0,
                spend.requests,
                amount(spend.input_tokens),
                amount(spend.output_tokens),
                amount(spend.cost.0),
            ];
            self.statements.run(Statement::Allow, values)?;
        }
        Ok(())
    }
}

fn finished(change: &Change) -> Option<TaskId> {
    match change {
        Change::Finished { task, .. } => Some(*task),
        _ => None,
    }
}
