//! Another configuration while the loop runs.
//!
//! It comes into force between two turns: everything that was decided is stored and has left by then, so no lease is given to
//! a worker that has changed meanwhile, and the store knows all that was spent.

use std::sync::Arc;

use d8_core::change::{ParkReason, Parked};
use d8_core::id::{AccountId, TargetId, WorkerId};
use d8_core::message::Input;
use d8_core::setup::{RouteSpec, Setup, Spent};
use d8_core::time::Timestamp;
use d8_store::PastSpend;

use super::Turn;
use crate::config::{Account, Config};
use crate::orchestrator::brought::visitor_name;
use crate::orchestrator::directory::Entries;
use crate::orchestrator::event::{Hand, Polled, Reform};
use crate::orchestrator::fleet::{Fleet, Member};
use crate::orchestrator::past::DISORDER;
use crate::orchestrator::plan::Plan;
use crate::orchestrator::roll::Roll;
use crate::orchestrator::{LoopError, route_of};
use crate::worker::Errand;

impl Turn {
    pub(super) fn reform(&mut self, reform: Reform) -> Result<(), LoopError> {
        self.store_everything()?;
        let now = self.own.clock.now();
        let directory = self.own.directory.clone();
        let before = directory.entries();
        let Reform { config, hands } = reform;
        let speed = self.own.speed;
        let roll = directory.names_mut(|names| Roll::call(&config, speed, now, names));
        let mut entries = Entries {
            config: Arc::new(roll.config),
            plan: Arc::new(roll.plan),
        };
        Arc::make_mut(&mut entries.plan).remember(&before.plan);
        let setup = self.setup(&entries);
        let past = self.spent_before(&setup, now)?;
        self.equip(&entries.plan, hands);
        let setup = Box::new(setup);
        let mut inputs = vec![Input::SetUp { setup, past }];
        inputs.extend(self.tried_again());
        self.muster(&before.config, &entries, roll.fleet, &mut inputs);
        self.interned.forget_routes();
        directory.replace(entries);
        self.decide(now, inputs);
        Ok(())
    }

    /// Waits until everything that was decided is stored and has left.
    fn store_everything(&mut self) -> Result<(), LoopError> {
        loop {
            self.urgent = true;
            if self.syncing.is_some() {
                let answer = self.own.writer.answer();
                self.stored(answer.ok_or(LoopError::Died)?)?;
            }
            self.exchange_with_store()?;
            if self.syncing.is_none() && self.gathering.is_empty() {
                return Ok(());
            }
        }
    }

    /// The plan, with what the names mean now that tasks have asked for.
    fn setup(&self, entries: &Entries) -> Setup {
        let mut setup = entries.plan.setup.clone();
        let asked: Vec<_> = self.own.engine.routes().collect();
        self.own.directory.names_mut(|names| {
            for id in asked {
                if setup.routes.iter().any(|(known, _)| *known == id) {
                    continue;
                }
                if let Some(route) = route_of(&entries.config, names, id) {
                    let (_, spec): (_, RouteSpec) = entries.plan.route(&route, names);
                    setup.routes.push((id, spec));
                }
            }
        });
        setup
    }

    /// What was spent at targets that some limit has not counted until now.
    fn spent_before(&self, setup: &Setup, now: Timestamp) -> Result<Vec<Spent>, LoopError> {
        let engine = &self.own.engine;
        let counted_anew = |(id, spec): &&(TargetId, d8_core::setup::TargetSpec)| {
            let counted = engine.limits_of(*id).unwrap_or_default();
            spec.limits.iter().any(|limit| !counted.contains(limit))
        };
        let targets: Vec<TargetId> = setup.targets.iter().filter(counted_anew).map(|(id, _)| *id).collect();
        if targets.is_empty() {
            return Ok(Vec::new());
        }
        let memory = d8_core::Engine::new(setup.clone(), now).memory();
        let read = self.own.writer.spends_since(now - memory - DISORDER);
        let spends = read.ok_or(LoopError::Died)??;
        let ended = spends.into_iter().filter_map(|spend| match spend {
            PastSpend::Ended(attempt) => Some(Spent {
                target: attempt.target,
                arrived: attempt.ended_at,
                spent: attempt.spent,
            }),
            // What is under way stands in the engine itself.
            PastSpend::Open(_) => None,
        });
        let mut past: Vec<Spent> = ended.filter(|spent| targets.contains(&spent.target)).collect();
        past.sort_by_key(|spent| spent.arrived);
        Ok(past)
    }

    fn equip(&mut self, plan: &Plan, hands: Vec<Hand>) {
        for hand in hands {
            let Some(worker) = plan.account(&hand.account).and_then(|entry| entry.built_in) else {
                continue;
            };
            if let Some((errands, tally)) = hand.worker {
                self.own.tallies.add(worker, tally);
                self.own.built_in.insert(worker, errands);
            } else if let Some(errands) = self.own.built_in.get(&worker) {
                let _ = errands.send(Errand::Use(hand.equipment));
            }
        }
    }

    /// Keys and money may have been mended: what they closed is tried again, as after a restart.
    fn tried_again(&self) -> Vec<Input> {
        let parked = self.own.engine.parked().into_iter();
        let mended = parked.filter(|(what, _, why)| {
            let passing = matches!(why, ParkReason::QuotaRefused | ParkReason::Overloaded);
            !passing && !matches!(what, Parked::Limit(_))
        });
        mended.map(|(what, ..)| Input::Unpark(what)).collect()
    }

    /// Who works from now on, and for whom.
    fn muster(&mut self, before: &Config, entries: &Entries, mut now_there: Fleet, inputs: &mut Vec<Input>) {
        let takes = self.begun && !self.draining;
        let mut moved: Vec<WorkerId> = Vec::new();
        for member in self.own.fleet.members_mut() {
            let worker = member.enlisted.worker;
            let there = now_there.remove(&member.name.id).filter(|_| member.built_in);
            let account = match &there {
                Some(same) => Some(same.enlisted.account),
                None if member.built_in => None,
                None => account_of(member, before, entries),
            };
            if let Some(same) = there {
                self.leaving.remove(&worker);
                member.enlisted.slots = same.enlisted.slots;
                inputs.extend(takes.then(|| Input::WorkerUp(member.enlisted.clone())));
            } else if !member.built_in {
                let mut rules = entries.config.workers.iter();
                let rule = rules.find(|rule| rule.names(&member.name.id, &member.name.kind));
                let timeout = rule.and_then(|rule| rule.timeout);
                member.timeout = timeout.unwrap_or(entries.config.server.worker_timeout);
                member.enlisted.lease = member.timeout;
            }
            match account {
                Some(account) if account == member.enlisted.account => {}
                Some(account) => {
                    member.enlisted.account = account;
                    moved.push(worker);
                }
                None => {
                    self.leaving.insert(worker);
                    moved.push(worker);
                }
            }
        }
        let fresh: Vec<_> = now_there.members().filter(|member| member.built_in).cloned().collect();
        for member in fresh {
            if takes {
                inputs.push(Input::WorkerUp(member.enlisted.clone()));
            }
            self.own.fleet.admit(member);
        }
        for worker in moved {
            self.answer_in_vain(worker, true);
            inputs.push(Input::WorkerDown(worker));
        }
    }

    /// Workers whose account is gone are let go as soon as they hold nothing.
    pub(super) fn let_go(&mut self) {
        if self.leaving.is_empty() {
            return;
        }
        let idle: Vec<WorkerId> = self
            .leaving
            .iter()
            .copied()
            .filter(|worker| self.own.engine.busy(*worker) == 0)
            .collect();
        for worker in idle {
            self.leaving.remove(&worker);
            if let Some(id) = self.own.fleet.id_of(worker).map(str::to_owned) {
                self.own.fleet.remove(&id);
            }
            // Whoever is not known registers again, and is told what has become of its account.
            self.answer_in_vain(worker, false);
        }
    }

    fn answer_in_vain(&mut self, worker: WorkerId, known: bool) {
        if let Some(poll) = self.polls.remove(&worker) {
            let nothing = Polled {
                known,
                ..Polled::default()
            };
            let _ = poll.reply.send(nothing);
        }
    }
}

/// The account that a worker elsewhere spends now; none where its own is gone, or has another key.
fn account_of(member: &Member, before: &Config, entries: &Entries) -> Option<AccountId> {
    let Entries { config, plan } = entries;
    let id = |name: &str| plan.account(name).map(|entry| entry.id);
    if member.name.incarnation.is_some() {
        let name = plan.account_name(member.enlisted.account)?;
        let key = |config: &Config| config.account(name).map(Account::fingerprint);
        return id(name).filter(|_| key(before) == key(config));
    }
    let mut rules = config.workers.iter();
    let rule = rules.find(|rule| rule.names(&member.name.id, &member.name.kind));
    let named = rule.and_then(|rule| rule.account.as_deref()).and_then(id);
    named.or_else(|| id(&visitor_name(&member.name.id)))
}
