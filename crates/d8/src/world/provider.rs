//! Providers and the network: requests arrive, are counted by the emulator's rules, and are answered after a while.

use std::time::Duration;

use d8_core::usage::OutputCharge;
use d8_emulator::{Cost, Dimension, Micros, Refusal, Violation};

use super::scene::Job;
use super::witness::Rare;
use super::worker::Fate;
use super::{Event, World};

/// Leases end after a minute without a sign of life; a late report comes this long after the request.
const LATE: (Duration, Duration) = (Duration::from_secs(66), Duration::from_secs(100));

impl World {
    /// The provider's time.
    fn theirs(&self) -> Micros {
        self.now.as_micros() + self.nature.provider_clock
    }

    pub(super) fn arrive(&mut self, id: u64) {
        let Some(call) = self.calls.get(&id) else { return };
        let (account, model, job) = (call.account, call.model, call.job);
        let orphan = !self.lives(account, call.life);
        self.witness.arrived(job);
        let cost = admitted(&self.scene.jobs[job], self.scene.accounts[account].charge);
        let model = self.scene.accounts[account].models[model];
        let theirs = self.theirs();
        let ticket = match self.providers[account].arrive(theirs, model, cost) {
            Ok(ticket) => ticket,
            Err(refusal) => return self.refused(id, orphan, &refusal),
        };
        if orphan {
            self.witness.saw(Rare::OrphanArrived);
        }
        if orphan && !self.nature.places_stay {
            // Nobody waits for the answer: the provider has seen the connection end.
            self.providers[account].finish(theirs, ticket, None);
            self.calls.remove(&id);
            return;
        }
        let mut silent = false;
        if let Some(call) = self.calls.get_mut(&id) {
            call.ticket = Some(ticket);
            silent = call.fate.is_silent();
        }
        let long = self.chance.hits(self.nature.long_work) && (!silent || self.nature.places_stay);
        let most = if long {
            Duration::from_secs(100)
        } else {
            self.nature.work
        };
        let work = self.chance.time(Duration::ZERO, most);
        self.schedule(work, Event::Answer(id));
    }

    /// A refusal is what must never be; only a place is never refused to one that nobody waits for any more.
    fn refused(&mut self, id: u64, orphan: bool, refusal: &Refusal) {
        let place = |violation: &Violation| violation.dimension == Dimension::Concurrency;
        if orphan && !self.nature.places_stay && refusal.violations.iter().all(place) {
            return;
        }
        let call = self.calls.get(&id);
        let what = format!("429 at {:?}: {:?} for {call:?}", self.now, refusal.violations);
        self.witness.complain(what);
    }

    pub(super) fn answer(&mut self, id: u64) {
        let theirs = self.theirs();
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Some(ticket) = call.ticket.take() else { return };
        call.date = theirs.div_euclid(1_000_000);
        let (account, job, fate, sent_at, life) = (call.account, call.job, call.fate, call.sent_at, call.life);
        let served = !matches!(fate, Fate::Fault | Fate::Overload);
        let real = served.then(|| real(&self.scene.jobs[job]));
        self.providers[account].finish(theirs, ticket, real);
        match fate {
            Fate::Fault => self.witness.fault(job, Rare::Fault),
            Fate::Overload => self.witness.fault(job, Rare::Overload),
            _ => {}
        }
        if fate == Fate::Lost || !self.lives(account, life) {
            self.calls.remove(&id);
            return;
        }
        let mut after = self.way();
        if fate == Fate::Late {
            let late = sent_at + self.chance.time(LATE.0, LATE.1);
            after = after.max(late.since(self.now));
        }
        self.schedule(after, Event::Hear(id));
    }

    /// The process has ended: its own calls have lost their listener, and what was not stored is not known.
    pub(super) fn break_connections(&mut self) {
        if self.calls.values().any(|call| !call.settled) {
            self.witness.saw(Rare::CrashWithLeasesOut);
        }
        let theirs = self.theirs();
        for call in self.calls.values_mut() {
            if !std::mem::replace(&mut call.settled, true) {
                self.witness.crashed_amid(call.job);
            }
            let hung_up = !self.scene.accounts[call.account].remote && !self.nature.places_stay;
            if hung_up && let Some(ticket) = call.ticket.take() {
                self.providers[call.account].finish(theirs, ticket, None);
            }
        }
    }
}

/// What a provider charges when the request arrives.
fn admitted(job: &Job, charge: OutputCharge) -> Cost {
    let output = match charge {
        OutputCharge::AtAdmission => job.output_most.into(),
        OutputCharge::AsProduced => 0,
    };
    Cost::request(job.input.into(), output)
}

fn real(job: &Job) -> Cost {
    Cost::request(job.input.into(), job.output.into())
}
