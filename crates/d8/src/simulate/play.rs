//! One policy in one world, from the first hand-over to the last answer, in virtual time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use d8_core::time::Timestamp;
use d8_emulator::{Dice, Ticket};

use super::conditions::Conditions;
use super::foreign::Foreign;
use super::ground::Ground;
use super::policy::{Act, News, Policy, Sender};
use super::provider::{Provider, Reply, Verdict};
use super::record::Record;
use super::workload::Job;

/// What a refusal takes at a provider.
const REFUSING: Duration = Duration::from_millis(5);

/// A request under way.
#[derive(Debug)]
struct Call {
    job: usize,
    attempt: u32,
    place: usize,
    sent_at: Timestamp,
    arrived_at: Timestamp,
    ticket: Option<Ticket>,
    /// What headers tell of the limits, as they stood when this had been counted.
    signals: Vec<d8_core::message::LimitSignal>,
    reply: Option<Reply>,
}

#[derive(Debug)]
enum Event {
    HandOver(std::ops::Range<usize>),
    Look,
    Arrive(u64),
    Answer(u64),
    Hear(u64),
    Foreign { provider: usize, again: bool },
    ForeignAnswer(usize, Ticket),
}

/// Tokens of a job, on average.
pub(super) fn mean_size(jobs: &[Job]) -> u64 {
    let all: u64 = jobs.iter().map(|job| job.input + job.output).sum();
    all / (jobs.len() as u64).max(1)
}

/// A world that runs.
pub(super) struct Play<'a> {
    conditions: &'a Conditions,
    ground: Arc<Ground>,
    jobs: Arc<[Job]>,
    now: Timestamp,
    sender: Box<dyn Sender>,
    providers: Vec<Provider>,
    foreign: Vec<Option<Foreign>>,
    events: BTreeMap<(Timestamp, u64), Event>,
    calls: BTreeMap<u64, Call>,
    scheduled: u64,
    open: usize,
    record: Record,
}

impl<'a> Play<'a> {
    pub(super) fn new(policy: Policy, conditions: &'a Conditions, ground: Arc<Ground>, jobs: Arc<[Job]>) -> Self {
        let providers = ground.quotas.iter().cloned().map(Arc::new).map(Provider::new);
        let foreign = (0..ground.quotas.len()).map(|index| Foreign::new(&ground, index, conditions, mean_size(&jobs)));
        let mut play = Self {
            now: conditions.start,
            sender: policy.sender(ground.clone(), jobs.clone(), conditions.start, conditions.seed),
            providers: providers.collect(),
            foreign: foreign.collect(),
            events: BTreeMap::new(),
            calls: BTreeMap::new(),
            scheduled: 0,
            open: jobs.len(),
            record: Record::new(&ground, jobs.len(), conditions.start),
            conditions,
            ground,
            jobs,
        };
        play.begin();
        play
    }

    fn begin(&mut self) {
        let mut first = 0;
        while let Some(job) = self.jobs.get(first) {
            let after = job.after;
            let rest = &self.jobs[first..];
            let last = first + rest.partition_point(|job| job.after <= after);
            self.schedule(after, Event::HandOver(first..last));
            first = last;
        }
        for provider in 0..self.foreign.len() {
            self.next_foreign(provider);
        }
        self.schedule(Duration::ZERO, Event::Look);
    }

    /// Runs to the end of the work or of the world's time.
    pub(super) fn run(mut self) -> Record {
        let end = self.conditions.start + self.conditions.longest;
        while self.open > 0 {
            let event = self.events.first_key_value().map(|((at, _), _)| *at);
            let wakeup = self.sender.next_wakeup();
            let Some(at) = [event, wakeup].into_iter().flatten().min() else {
                break;
            };
            if at > end {
                self.now = end;
                break;
            }
            self.now = self.now.max(at);
            let mut news = Vec::new();
            // All that happens at one moment is told at once, as a loop that drains its inputs would.
            while let Some(entry) = self.events.first_entry().filter(|entry| entry.key().0 <= self.now) {
                let event = entry.remove();
                self.happen(event, &mut news);
            }
            self.turn(news);
        }
        self.record.end(self.now, self.open);
        self.record
    }

    /// Reads all limits.
    fn look(&mut self) {
        let theirs = self.theirs();
        for (index, quota) in self.ground.quotas.iter().enumerate() {
            for model in &quota.models {
                let readings = self.providers[index].readings(theirs, model);
                self.record.read(index, &readings, self.now);
            }
        }
        self.schedule(self.record.look_after(), Event::Look);
    }

    fn turn(&mut self, news: Vec<News>) {
        if news.is_empty() && self.sender.next_wakeup().is_none_or(|at| at > self.now) {
            return;
        }
        let mut acts = Vec::new();
        self.sender.turn(self.now, news, &mut acts);
        for act in acts {
            match act {
                Act::Send { job, attempt, place } => self.send(job, attempt, place),
                Act::Completed(job) => {
                    self.open -= 1;
                    self.record.completed(job);
                }
                Act::Failed(job) => {
                    self.open -= 1;
                    self.record.failed(job);
                }
            }
        }
    }

    fn schedule(&mut self, after: Duration, event: Event) {
        self.scheduled += 1;
        self.events.insert((self.now + after, self.scheduled), event);
    }

    fn happen(&mut self, event: Event, news: &mut Vec<News>) {
        match event {
            Event::HandOver(jobs) => news.extend(jobs.map(News::Work)),
            Event::Look => self.look(),
            Event::Arrive(call) => self.arrive(call),
            Event::Answer(call) => self.answer(call),
            Event::Hear(call) => news.extend(self.hear(call)),
            Event::Foreign { provider, again } => self.foreign_arrives(provider, again),
            Event::ForeignAnswer(provider, ticket) => {
                let theirs = self.theirs();
                self.providers[provider].finish_foreign(theirs, ticket);
            }
        }
    }

    /// The providers' time.
    fn theirs(&self) -> i64 {
        self.now.as_micros() + self.conditions.clock
    }

    /// The throws of one attempt: the same for every policy, whatever else happens.
    fn dice(&self, job: usize, attempt: u32, purpose: u64) -> Dice {
        let number = (job as u64) << 24 | u64::from(attempt.min(0xFFFF)) << 4 | purpose;
        Dice::new(self.conditions.seed, number)
    }

    fn send(&mut self, job: usize, attempt: u32, place: usize) {
        let id = self.scheduled;
        let call = Call {
            job,
            attempt,
            place,
            sent_at: self.now,
            arrived_at: self.now,
            ticket: None,
            signals: Vec::new(),
            reply: None,
        };
        self.record
            .sent(job, self.now.since(self.conditions.start + self.jobs[job].after));
        self.calls.insert(id, call);
        let way = self.conditions.way_up(&mut self.dice(job, attempt, 1));
        self.schedule(way, Event::Arrive(id));
    }

    fn arrive(&mut self, id: u64) {
        let theirs = self.theirs();
        let down = self.is_down(id);
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.arrived_at = self.now;
        let place = &self.ground.places[call.place];
        let job = &self.jobs[call.job];
        let provider = &mut self.providers[place.provider];
        let verdict = if down {
            Err(Verdict::Overloaded)
        } else {
            provider.arrive(theirs, place, job)
        };
        let readings = provider.readings(theirs, &place.model);
        if !down {
            call.signals = provider.signals(&readings);
        }
        match verdict {
            Ok(ticket) => {
                call.ticket = Some(ticket);
                let (job, attempt) = (call.job, call.attempt);
                self.record.read(place.provider, &readings, self.now);
                let work = self.conditions.work(&mut self.dice(job, attempt, 2));
                self.schedule(work, Event::Answer(id));
            }
            Err(verdict) => {
                if matches!(verdict, Verdict::Refused { .. }) {
                    self.record.refused(place.provider, self.now);
                }
                self.reply(id, verdict, REFUSING);
            }
        }
    }

    fn is_down(&self, id: u64) -> bool {
        let Some(call) = self.calls.get(&id) else { return false };
        let account = &self.ground.clients[self.ground.places[call.place].account].name;
        let since = self.now.since(self.conditions.start);
        let down = |outage: &super::conditions::Outage| {
            outage.account == *account && outage.from <= since && since < outage.to
        };
        self.conditions.outages.iter().any(down)
    }

    fn answer(&mut self, id: u64) {
        let theirs = self.theirs();
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Some(ticket) = call.ticket.take() else { return };
        let (place, job) = (&self.ground.places[call.place], &self.jobs[call.job]);
        let provider = &mut self.providers[place.provider];
        let usage = provider.finish(theirs, ticket, place, job);
        let readings = provider.readings(theirs, &place.model);
        self.record.settled(place.provider, job, place, &readings, self.now);
        let processing = self.now.since(call.arrived_at);
        self.reply(id, Verdict::Answered(usage), processing);
    }

    /// The provider's answer is on its way.
    fn reply(&mut self, id: u64, verdict: Verdict, processing: Duration) {
        let date = self.theirs().div_euclid(1_000_000);
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.reply = Some(Reply {
            verdict,
            date,
            processing,
            signals: std::mem::take(&mut call.signals),
        });
        let refused = call.ticket.is_none() && call.arrived_at == self.now;
        let delay = if refused { REFUSING } else { Duration::ZERO };
        self.schedule(delay + self.conditions.way_down(), Event::Hear(id));
    }

    fn hear(&mut self, id: u64) -> Option<News> {
        let call = self.calls.remove(&id)?;
        let reply = call.reply?;
        let travelled = self.now.since(call.sent_at).saturating_sub(reply.processing);
        self.record.heard(&reply.verdict, travelled, reply.processing);
        Some(News::Heard {
            job: call.job,
            attempt: call.attempt,
            place: call.place,
            sent_at: call.sent_at,
            reply,
        })
    }

    fn next_foreign(&mut self, provider: usize) {
        let next = self.foreign[provider].as_mut().and_then(Foreign::next_gap);
        if let Some(gap) = next {
            let again = false;
            self.schedule(gap, Event::Foreign { provider, again });
        }
    }

    fn foreign_arrives(&mut self, provider: usize, again: bool) {
        let theirs = self.theirs();
        if let Some(foreign) = &mut self.foreign[provider] {
            if again {
                foreign.knocks();
            }
            let accepted = self.providers[provider].arrive_foreign(theirs, &foreign.model, foreign.tokens);
            if let Some(ticket) = accepted {
                let readings = self.providers[provider].readings(theirs, &foreign.model);
                self.record.foreign(provider, &readings, self.now);
                self.schedule(self.conditions.latency, Event::ForeignAnswer(provider, ticket));
            } else if let Some(after) = foreign.knock_again() {
                self.schedule(after, Event::Foreign { provider, again: true });
            }
        }
        if !again {
            self.next_foreign(provider);
        }
    }
}
