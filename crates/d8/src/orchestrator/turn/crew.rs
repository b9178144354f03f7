//! Workers: those in this process, those elsewhere, and what they say.

use std::time::Duration;

use d8_core::id::{AccountId, AttemptNo, TaskId, WorkerId};
use d8_core::message::{Input, Outcome, Report};
use d8_core::worker::{Enlisted, Skill};
use d8_store::ResultRow;
use tokio::sync::oneshot;

use super::outgoing::give_back;
use super::{Poll, Turn, renewal};
use crate::config::Config;
use crate::orchestrator::event::{Polled, Registered, Reporter};
use crate::orchestrator::fleet::{Member, WorkerName, worker_id};
use crate::protocol::{AttemptName, Introduction, Registration, VERSION};
use crate::server::ids;

/// How many attempts a built-in worker runs at once: more than any account lets it use, as the limits decide.
pub(in crate::orchestrator) const SLOTS: u32 = 512;

impl Turn {
    /// The built-in workers take work from now on.
    pub(super) fn begin(&mut self, inputs: &mut Vec<Input>) {
        self.begun = true;
        let built_in = self.own.fleet.members().filter(|member| member.built_in);
        inputs.extend(built_in.map(|member| Input::WorkerUp(member.enlisted.clone())));
    }

    pub(super) fn drain(&mut self, inputs: &mut Vec<Input>) {
        self.draining = true;
        let workers = self.own.fleet.members().map(|member| member.enlisted.worker);
        inputs.extend(workers.map(Input::WorkerDown));
    }

    /// A worker elsewhere begins a life: what its former one still holds goes back.
    pub(super) fn register(&mut self, registration: &Registration, inputs: &mut Vec<Input>) -> Registered {
        if registration.worker_id.trim().is_empty() {
            return Registered::Refused("`worker_id` is empty".to_owned());
        }
        let known = self.own.fleet.get(&registration.worker_id);
        if known.is_some_and(|member| member.built_in) {
            let id = &registration.worker_id;
            return Registered::Refused(format!("`{id}` is a worker inside the orchestrator; use another id"));
        }
        let life = registration.d8.as_ref().map(|own| own.incarnation.clone());
        let same_life = life.is_some() && known.is_some_and(|member| member.name.incarnation == life);
        let account = match &registration.d8 {
            Some(own) => match self.account_of(own, &registration.worker_id, &registration.worker_type) {
                Ok(account) => account,
                Err(problem) => return Registered::Refused(problem),
            },
            None => self.account_of_hive(&registration.worker_id, &registration.worker_type),
        };
        let member = self.member(registration, account);
        let lease = member.enlisted.lease;
        let enlisted = member.enlisted.clone();
        if let Some(former) = self.own.fleet.admit(member).filter(|_| !same_life) {
            self.polls.remove(&former.enlisted.worker);
            inputs.push(Input::WorkerLost(former.enlisted.worker));
        }
        // It is there from now on, and takes work when it asks for it.
        let worker = enlisted.worker;
        self.leaving.remove(&worker);
        let said = registration.d8.as_ref().and_then(|own| own.attempts.as_ref());
        if let Some(said) = said {
            inputs.extend(self.never_reached(worker, said));
        }
        if !self.draining {
            inputs.extend([Input::WorkerUp(enlisted), Input::Hush(worker)]);
        }
        self.welcome(account, lease)
    }

    /// Leases that a worker knows nothing of: they were lost on the way, with the process that gave them or its connection.
    fn never_reached(&self, worker: WorkerId, said: &[AttemptName]) -> Vec<Input> {
        let names = |(task, attempt): &(TaskId, AttemptNo)| {
            said.iter()
                .any(|name| ids::parse(&name.task_id) == Some(*task) && name.attempt == attempt.0)
        };
        let held = self.own.engine.held_by(worker).into_iter().filter(|held| !names(held));
        held.map(|(task, attempt)| give_back(task, attempt)).collect()
    }

    fn welcome(&self, account: AccountId, lease: Duration) -> Registered {
        let entries = self.own.directory.entries();
        let account = entries.plan.account_name(account).unwrap_or_default().to_owned();
        let models = entries.config.account(&account).map(|account| {
            let models = account.models.iter();
            models.map(|model| model.id.clone()).collect()
        });
        Registered::Welcome {
            account,
            models: models.unwrap_or_default(),
            lease,
        }
    }

    fn member(&mut self, registration: &Registration, account: AccountId) -> Member {
        let name = WorkerName::introduced(
            &registration.worker_id,
            &registration.worker_type,
            &registration.capabilities,
            registration.d8.as_ref().map(|own| own.incarnation.clone()),
        );
        let slots = registration.d8.as_ref().map_or(1, |own| own.slots.clamp(1, SLOTS));
        self.member_of(name, account, slots, registration.capabilities.clone())
    }

    /// A worker elsewhere as it is known by its name, now or after a restart.
    fn member_of(
        &mut self,
        name: WorkerName,
        account: AccountId,
        slots: u32,
        capabilities: serde_json::Map<String, serde_json::Value>,
    ) -> Member {
        let directory = self.own.directory.clone();
        let now = self.own.clock.now();
        directory.names_mut(|names| member(&directory.config(), names, name, account, slots, capabilities, now))
    }

    /// A worker asks for work.
    pub(super) fn poll(&mut self, id: &str, life: Option<&str>, free: u32, poll: Poll, inputs: &mut Vec<Input>) {
        let now = self.own.clock.now();
        let draining = self.draining || self.stopping;
        let known = self.own.fleet.get_mut(id).filter(|member| is_life(member, life));
        let Some(member) = known else {
            let _ = poll.reply.send(Polled::default());
            return;
        };
        member.last_heard = now;
        member.online = true;
        let worker = member.enlisted.worker;
        let cancelled = std::mem::take(&mut member.cancelled);
        let held = self.own.engine.held_by(worker);
        if life.is_none() && !held.is_empty() {
            // It works on one task at a time: whoever asks while it holds one has lost the task, or its report.
            inputs.push(Input::WorkerLost(worker));
        }
        let slots = life.map_or(1, |_| {
            u32::try_from(held.len()).unwrap_or(u32::MAX).saturating_add(free)
        });
        let enlisted = Enlisted {
            slots,
            ..member.enlisted.clone()
        };
        if !cancelled.is_empty() {
            let polled = Polled {
                leases: Vec::new(),
                cancelled,
                known: true,
            };
            let _ = poll.reply.send(polled);
            return;
        }
        if free > 0 && !draining && !self.leaving.contains(&worker) {
            let waits = poll.waits;
            inputs.push(Input::Poll {
                worker: enlisted,
                waits,
            });
        }
        if let Some(former) = self.polls.insert(worker, poll) {
            let nothing = Polled {
                known: true,
                ..Polled::default()
            };
            let _ = former.reply.send(nothing);
        }
    }

    /// A worker no longer waits for an answer.
    pub(super) fn hush(&mut self, id: &str, number: u64, inputs: &mut Vec<Input>) {
        let Some(worker) = self.own.fleet.get(id).map(|member| member.enlisted.worker) else {
            return;
        };
        if self.polls.get(&worker).is_some_and(|poll| poll.number == number) {
            if let Some(poll) = self.polls.remove(&worker) {
                let nothing = Polled {
                    known: true,
                    ..Polled::default()
                };
                let _ = poll.reply.send(nothing);
            }
            inputs.push(Input::Hush(worker));
        }
    }

    pub(super) fn heartbeat(
        &mut self,
        id: &str,
        life: Option<&str>,
        attempts: Vec<(TaskId, AttemptNo)>,
        inputs: &mut Vec<Input>,
    ) -> Polled {
        let now = self.own.clock.now();
        let Some(member) = self.own.fleet.get_mut(id).filter(|member| is_life(member, life)) else {
            return Polled::default();
        };
        member.last_heard = now;
        member.online = true;
        let mut cancelled = std::mem::take(&mut member.cancelled);
        let worker = member.enlisted.worker;
        let held = self.own.engine.held_by(worker);
        if life.is_none() {
            inputs.extend(held.into_iter().map(renewal));
        } else {
            let (own, others): (Vec<_>, Vec<_>) = attempts.into_iter().partition(|attempt| held.contains(attempt));
            inputs.extend(own.into_iter().map(renewal));
            cancelled.extend(others);
        }
        Polled {
            leases: Vec::new(),
            cancelled,
            known: true,
        }
    }

    pub(super) fn unregister(&mut self, id: &str, life: Option<&str>, inputs: &mut Vec<Input>) {
        let ours = self
            .own
            .fleet
            .get(id)
            .is_some_and(|member| !member.built_in && (life.is_none() || is_life(member, life)));
        if let Some(member) = ours.then(|| self.own.fleet.remove(id)).flatten() {
            self.polls.remove(&member.enlisted.worker);
            inputs.push(Input::WorkerLost(member.enlisted.worker));
        }
    }

    pub(super) fn finished(
        &mut self,
        task: TaskId,
        reporter: &Reporter,
        report: Report,
        result: Option<ResultRow>,
        heard: Option<oneshot::Sender<bool>>,
        inputs: &mut Vec<Input>,
    ) {
        let holder = self.own.engine.lease_of(task);
        let Some(attempt) = self.attempt_of(reporter, holder) else {
            return self.later(heard, false);
        };
        let current = holder.is_some_and(|(held, _)| held == attempt);
        let answered = matches!(report.outcome, Outcome::Answered(_));
        let late = answered && holder.is_none() && self.own.engine.is_open(task);
        self.credit(
            reporter,
            holder.filter(|_| current).map(|(_, worker)| worker),
            &report.outcome,
        );
        self.reported.hear(task, attempt, result);
        inputs.push(Input::Finished { task, attempt, report });
        self.later(heard, current || late);
    }

    /// Which attempt a report is about. None: the reporter never held the task.
    fn attempt_of(&self, reporter: &Reporter, holder: Option<(AttemptNo, WorkerId)>) -> Option<AttemptNo> {
        match reporter {
            Reporter::BuiltIn(attempt) => Some(*attempt),
            Reporter::Own {
                worker,
                incarnation,
                attempt,
            } => {
                let theirs =
                    holder.is_none_or(|(held, id)| held != *attempt || self.is_named(id, worker, Some(incarnation)));
                theirs.then_some(*attempt)
            }
            Reporter::Hive { worker, attempts } => {
                let all = attempts
                    .iter()
                    .copied()
                    .map(|(id, attempt)| (attempt, id))
                    .chain(holder);
                let theirs = all.filter(|(_, id)| self.is_named(*id, worker, None));
                theirs.map(|(attempt, _)| attempt).max()
            }
        }
    }

    /// Whether a worker's integer stands for this id, in this life if one is named.
    fn is_named(&self, worker: WorkerId, id: &str, life: Option<&String>) -> bool {
        self.own.directory.names(|names| {
            let kept = names.name(worker).unwrap_or_default();
            match life {
                Some(life) => {
                    WorkerName::parse(kept).is_some_and(|name| name.id == id && name.incarnation.as_ref() == Some(life))
                }
                None => worker_id(kept) == id,
            }
        })
    }

    /// A report is a sign of life, and counts for its worker.
    fn credit(&mut self, reporter: &Reporter, holder: Option<WorkerId>, outcome: &Outcome) {
        let now = self.own.clock.now();
        let member = match reporter {
            Reporter::BuiltIn(_) => holder.and_then(|worker| self.own.fleet.by_worker(worker)),
            Reporter::Own { worker, .. } | Reporter::Hive { worker, .. } => self.own.fleet.get_mut(worker),
        };
        let Some(member) = member else { return };
        member.last_heard = now;
        member.online = true;
        match outcome {
            Outcome::Answered(_) => member.completed += 1,
            Outcome::GivenBack => {}
            _ => member.failed += 1,
        }
    }

    /// The account that one of D8's own workers serves: the one it names, the one that `[[worker]]` names for it, the one whose
    /// key it has, or a new one.
    fn account_of(&mut self, own: &Introduction, id: &str, kind: &str) -> Result<AccountId, String> {
        if own.protocol != VERSION {
            return Err(format!(
                "the worker speaks version {} of the protocol, this orchestrator version {VERSION}; use the same version of d8",
                own.protocol
            ));
        }
        let entries = self.own.directory.entries();
        let known = match own
            .account
            .as_ref()
            .or_else(|| named_by_rule(&entries.config, id, kind))
        {
            Some(name) => {
                let account = entries.config.account(name).ok_or_else(|| {
                    let known: Vec<&str> = entries
                        .config
                        .accounts
                        .iter()
                        .map(|known| known.name.as_str())
                        .collect();
                    format!("there is no account `{name}` here; there are: {}", known.join(", "))
                })?;
                if account.provider != own.provider {
                    return Err(format!(
                        "the account `{name}` is at {}, and the worker's key is for {}",
                        account.provider, own.provider
                    ));
                }
                Some(account.name.clone())
            }
            None => entries
                .config
                .accounts
                .iter()
                .find(|account| account.fingerprint() == own.fingerprint)
                .map(|account| account.name.clone()),
        };
        let known = known.and_then(|name| entries.config.account(&name));
        if let Some(account) = known.filter(|account| !account.is_held_by_ledger()) {
            return Err(format!(
                "the account `{}` has the policy `{}`, which only the worker inside the orchestrator knows; take it out of d8.toml",
                account.name,
                account.policy.name()
            ));
        }
        match known.and_then(|account| entries.plan.account(&account.name).map(|entry| entry.id)) {
            Some(account) => Ok(account),
            None => self.bring(own),
        }
    }

    /// The account that a worker of the Hive spends: what `[[worker]]` says, else one of its own.
    fn account_of_hive(&mut self, id: &str, kind: &str) -> AccountId {
        let entries = self.own.directory.entries();
        let named = named_by_rule(&entries.config, id, kind);
        match named.and_then(|name| entries.plan.account(name)) {
            Some(entry) => entry.id,
            None => self.bring_visitor(id),
        }
    }
}

/// The account that `[[worker]]` names for a worker.
fn named_by_rule<'a>(config: &'a Config, id: &str, kind: &str) -> Option<&'a String> {
    let rule = config.workers.iter().find(|rule| rule.names(id, kind))?;
    rule.account.as_ref()
}

fn is_life(member: &Member, life: Option<&str>) -> bool {
    !member.built_in && member.name.incarnation.as_deref() == life
}

/// A worker elsewhere as its name tells it.
pub(in crate::orchestrator) fn member(
    config: &Config,
    names: &mut d8_store::Names,
    name: WorkerName,
    account: AccountId,
    slots: u32,
    capabilities: serde_json::Map<String, serde_json::Value>,
    now: d8_core::time::Timestamp,
) -> Member {
    let rule = config.workers.iter().find(|rule| rule.names(&name.id, &name.kind));
    let timeout = rule
        .and_then(|rule| rule.timeout)
        .unwrap_or(config.server.worker_timeout);
    let skill = if name.incarnation.is_some() {
        Skill::Any
    } else {
        Skill::Plain(name.takes().map(|kind| names.intern(kind)).collect())
    };
    let worker: WorkerId = names.intern(&name.to_text());
    Member {
        enlisted: Enlisted {
            worker,
            account,
            slots,
            skill,
            lease: timeout,
        },
        name,
        capabilities,
        built_in: false,
        timeout,
        last_heard: now,
        online: true,
        completed: 0,
        failed: 0,
        cancelled: Vec::new(),
    }
}
