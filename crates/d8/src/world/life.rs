//! The process's comings and goings: decide, store, let outputs leave; end at any moment, and begin again.

use std::time::Duration;

use d8_core::message::{Input, Output};
use d8_store::{Batch, StoreError};

use super::process::{Deliveries, Process};
use super::{Event, Mistake, Rare, World};
use crate::bound::{Class, earliest};

impl World {
    pub(super) fn decide(&mut self, inputs: Vec<Input>) -> Result<(), StoreError> {
        let Some(process) = &mut self.process else {
            return Ok(());
        };
        process.decide(self.now, inputs);
        self.witness.broken.extend(process.engine.check());
        self.exchange()
    }

    /// Hands what has gathered to the store, if that is free; what changes nothing leaves at once.
    fn exchange(&mut self) -> Result<(), StoreError> {
        let Some(process) = &mut self.process else {
            return Ok(());
        };
        if !process.begin_commit() {
            let deliveries = process.idle_deliveries();
            return self.deliver(deliveries);
        }
        let leaked = match self.scene.mistake {
            Mistake::ActBeforeCommit => process.leak(),
            _ => Deliveries::default(),
        };
        let slow = self.chance.hits(self.nature.slow_commit);
        let most = if slow {
            Duration::from_secs(1)
        } else {
            self.nature.commit
        };
        let time = self.chance.time(Duration::ZERO, most);
        let life = self.life;
        if self.chance.hits(self.nature.crash_at_commit) {
            self.schedule(time / 2, Event::Crash { life });
        }
        self.schedule(time, Event::Committed { life });
        self.deliver(leaked)
    }

    pub(super) fn committed(&mut self) -> Result<(), StoreError> {
        let really = self.scene.mistake != Mistake::LoseBatches || self.chance.hits(900);
        let Some((batch, deliveries)) = self.store(really)? else {
            return Ok(());
        };
        self.restoring = false;
        self.note_late_reports(&batch, &deliveries);
        if self.chance.hits(self.nature.crash_after_commit) {
            let count = self.chance.below(deliveries.len() as u64 + 1) as usize;
            let rare = if count == 0 {
                Rare::CrashAfterCommit
            } else {
                Rare::CrashAmidOutputs
            };
            self.witness.saw(rare);
            self.deliver(deliveries.first(count))?;
            return self.crash();
        }
        self.deliver(deliveries)?;
        self.exchange()
    }

    /// Ends a commit: the batch is on disk, unless that is only said.
    fn store(&mut self, really: bool) -> Result<Option<(Batch, Deliveries)>, StoreError> {
        let Some(process) = &mut self.process else {
            return Ok(None);
        };
        let done = process.commit(really)?;
        if let (Some((batch, _)), true) = (&done, really) {
            self.witness.stored(batch);
            let changes: Vec<String> = batch.changes.iter().map(|change| format!("{change:?}")).collect();
            self.note(&changes.join("\n  "));
        }
        Ok(done)
    }

    pub(super) fn deliver(&mut self, deliveries: Deliveries) -> Result<(), StoreError> {
        for (job, task) in deliveries.accepted {
            self.witness.acknowledged(job, task);
        }
        for reported in deliveries.reported {
            self.unheard.remove(&reported);
            self.calls
                .retain(|_, call| (call.lease.task, call.lease.attempt) != reported);
        }
        for output in deliveries.outputs {
            match output {
                Output::Lease(lease) => self.hand_out(lease)?,
                Output::Ended { task, ending, .. } => self.witness.told(task, ending),
                Output::Abort { .. } => {}
            }
        }
        Ok(())
    }

    /// Everything in memory is gone. A batch that was being stored is stored or not; either way nothing of it leaves.
    pub(super) fn crash(&mut self) -> Result<(), StoreError> {
        let Some(process) = &mut self.process else {
            return Ok(());
        };
        let stored = process.is_syncing() && self.chance.hits(500);
        if stored {
            self.witness.saw(Rare::CrashAfterCommit);
            self.store(true)?;
        } else if !process.is_idle() {
            self.witness.saw(Rare::CrashBeforeCommit);
        }
        if std::mem::take(&mut self.restoring) && !stored {
            self.witness.saw(Rare::CrashWhileRestoring);
        }
        self.note("the process ends");
        self.process = None;
        self.life += 1;
        self.break_connections();
        let away = self.chance.time(Duration::ZERO, self.nature.away);
        self.schedule(away, Event::Restart);
        Ok(())
    }

    pub(super) fn restart(&mut self) -> Result<(), StoreError> {
        if self.process.is_some() {
            return Ok(());
        }
        self.note("a process begins");
        let process = Process::open(&self.path, &self.setup, self.scene.mistake, self.now)?;
        self.restoring = !process.is_idle();
        self.process = Some(process);
        if let Some(mean) = self.nature.crash_every {
            let soon = self.chance.hits(200);
            let most = if soon { self.nature.commit } else { mean * 2 };
            let (life, after) = (self.life, self.chance.time(Duration::ZERO, most));
            self.schedule(after, Event::Crash { life });
        }
        let mut jobs = self.witness.unanswered();
        // A client that is not sure asks once more.
        jobs.extend((0..self.scene.jobs.len()).find(|job| self.witness.has_ended(*job)));
        let again = true;
        let after = self.chance.time(Duration::ZERO, Duration::from_secs(1));
        self.schedule(after, Event::Submit { jobs, again });
        self.connect_workers()
    }

    /// From now on nothing goes wrong, and the work has to be done in time.
    pub(super) fn heal(&mut self) -> Result<(), StoreError> {
        self.nature = self.nature.healed();
        self.restart()?;
        self.note("all is healed");
        self.healed_at = Some(self.now);
        let open = self
            .scene
            .jobs
            .iter()
            .enumerate()
            .filter(|(job, _)| !self.witness.has_ended(*job));
        let targets: Vec<_> = self.setup.targets.iter().map(|(id, _)| *id).collect();
        let class = |(_, job): (usize, &super::Job)| Class {
            targets: targets.clone(),
            count: 1,
            input_tokens: job.input_estimate.into(),
            output_tokens: job.output_most.into(),
        };
        let classes: Vec<Class> = open.map(class).collect();
        let outlook = self.process.as_ref().map(|process| process.engine.outlook());
        let bound = outlook.and_then(|outlook| earliest(&outlook, &outlook, &classes));
        self.bound = bound.unwrap_or(self.now).max(self.now);
        Ok(())
    }
}
