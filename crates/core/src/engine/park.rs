//! What takes nothing for a while: limits after a refusal, targets after faults, accounts whose key or money fails.

use std::time::Duration;

use super::{Engine, Timer};
use crate::change::{Change, ParkReason, Parked};
use crate::clock::ClockOffset;
use crate::id::{AccountId, LimitId, TargetId};
use crate::message::Effects;
use crate::time::Timestamp;

impl Engine {
    pub(super) fn park(&mut self, what: Parked, until: Timestamp, why: ParkReason, effects: &mut Effects) {
        self.set_park(what, until, why);
        effects.changes.push(Change::ParkedUntil { what, until, why });
    }

    pub(super) fn set_park(&mut self, what: Parked, until: Timestamp, why: ParkReason) {
        let parked = Some((until, why));
        match what {
            Parked::Account(id) => {
                if let Some(account) = self.accounts.get_mut(&id) {
                    account.parked = parked;
                }
            }
            Parked::Target(id) => {
                if let Some(target) = self.targets.get_mut(&id) {
                    target.parked = parked;
                }
            }
            Parked::Limit(id) => self.ledger.park(id, until, why),
        }
        if until < Timestamp::MAX {
            self.timers.insert((until, Timer::Unpark(what)));
        }
        self.touch_parked(what);
    }

    /// A park's time is over, unless it was parked for longer in the meantime.
    pub(super) fn park_over(&mut self, what: Parked) {
        let until = match what {
            Parked::Account(id) => self
                .accounts
                .get(&id)
                .and_then(|account| account.parked)
                .map(|park| park.0),
            Parked::Target(id) => self
                .targets
                .get(&id)
                .and_then(|target| target.parked)
                .map(|park| park.0),
            Parked::Limit(id) => self.ledger.parked_until(id),
        };
        if until.is_none_or(|until| until <= self.now) {
            self.clear_park(what);
        }
    }

    /// Somebody wants it tried again now.
    pub(super) fn unpark(&mut self, what: Parked, effects: &mut Effects) {
        match what {
            Parked::Limit(id) => self.ledger.forgive(id),
            Parked::Target(id) => {
                if let Some(target) = self.targets.get_mut(&id) {
                    target.trouble = 0;
                }
            }
            Parked::Account(_) => {}
        }
        self.clear_park(what);
        effects.changes.push(Change::Unparked(what));
    }

    fn clear_park(&mut self, what: Parked) {
        match what {
            Parked::Account(id) => {
                if let Some(account) = self.accounts.get_mut(&id) {
                    account.parked = None;
                }
            }
            Parked::Target(id) => {
                if let Some(target) = self.targets.get_mut(&id) {
                    target.parked = None;
                }
            }
            Parked::Limit(id) => self.ledger.unpark(id),
        }
        self.touch_parked(what);
    }

    fn touch_parked(&mut self, what: Parked) {
        let targets = match what {
            Parked::Target(id) => vec![id],
            Parked::Account(id) => self
                .accounts
                .get(&id)
                .map(|account| account.targets.clone())
                .unwrap_or_default(),
            Parked::Limit(id) => self.limit_targets.get(&id).cloned().unwrap_or_default(),
        };
        for target in targets {
            self.touch(target);
        }
    }

    /// A fault of the target's: after some in a row it rests, longer each time, and is then probed by one request.
    pub(super) fn trouble(
        &mut self,
        id: TargetId,
        retry_after: Option<Duration>,
        at_once: bool,
        effects: &mut Effects,
    ) {
        let least = self.bounds.faults_to_rest;
        let Some(target) = self.targets.get_mut(&id) else {
            return;
        };
        if target.parked.is_some() {
            return;
        }
        target.trouble = if at_once {
            target.trouble.saturating_add(1).max(least)
        } else {
            target.trouble + 1
        };
        let trouble = target.trouble;
        if trouble < least {
            return;
        }
        let rest = self
            .backoff(trouble - least + 1)
            .max(retry_after.unwrap_or(Duration::ZERO));
        self.park(Parked::Target(id), self.now + rest, ParkReason::Overloaded, effects);
    }

    /// What is known of a provider's clock.
    pub(super) fn clock_of(&self, target: TargetId) -> Option<ClockOffset> {
        let account = self.targets.get(&target)?.spec.account;
        self.accounts.get(&account)?.clock
    }

    /// What was learnt of an account's limits is forgotten, and what is parked for quota is tried again.
    pub(super) fn forget(&mut self, id: AccountId, effects: &mut Effects) {
        let targets = self
            .accounts
            .get(&id)
            .map(|account| account.targets.clone())
            .unwrap_or_default();
        let mut limits: Vec<LimitId> = Vec::new();
        for target in &targets {
            let Some(target) = self.targets.get_mut(target) else {
                continue;
            };
            target.pace = None;
            limits.extend(&target.spec.limits);
        }
        limits.sort_unstable();
        limits.dedup();
        for limit in limits {
            let was_parked = self.ledger.parked_until(limit).is_some();
            if self.ledger.forget(limit) {
                effects.changes.push(Change::Forgotten(limit));
            }
            if was_parked {
                self.unpark(Parked::Limit(limit), effects);
            }
        }
        for target in targets {
            self.touch(target);
        }
    }

    pub(super) fn learn_clock(&mut self, target: TargetId, seen: Option<ClockOffset>) {
        let (Some(seen), Some(target)) = (seen, self.targets.get(&target)) else {
            return;
        };
        if let Some(account) = self.accounts.get_mut(&target.spec.account) {
            account.clock = Some(account.clock.map_or(seen, |known| known.narrowed_by(seen)));
        }
    }
}
