//! What the wire tells of limits: how much they hold, how much of them is left, which of them refused. It corrects the
//! ledger at once, as somebody else may spend the same quota, and as what is written may be wrong.

use std::time::Duration;

use super::{Ledger, Reserved};
use crate::clock::ClockOffset;
use crate::id::LimitId;
use crate::limit::{Dimension, Learnt, Standing, Window};
use crate::message::{LimitSignal, RefusedLimit};
use crate::time::Timestamp;

/// One answer whose headers are looked at; its reservation still stands.
pub(crate) struct Looked<'a> {
    pub(crate) limits: &'a [LimitId],
    pub(crate) reserved: &'a Reserved,
    pub(crate) granted_at: Timestamp,
    pub(crate) arrived_by: Timestamp,
}

/// A refusal; what it took is settled.
pub(crate) struct Refused<'a> {
    pub(crate) limits: &'a [LimitId],
    /// The limits that it named.
    pub(crate) named: &'a [RefusedLimit],
    /// When to come again, by its word.
    pub(crate) hint: Option<Duration>,
    /// When the request that was refused was granted.
    pub(crate) granted_at: Timestamp,
}

/// What follows from a refusal for one limit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Verdict {
    pub(crate) limit: LimitId,
    /// It rests until then.
    pub(crate) until: Timestamp,
    pub(crate) learnt: Option<Learnt>,
}

/// Windows up to this are filled and emptied many times a day: what they hold is found out by trying.
const SHORT: Duration = Duration::from_secs(3_600);

impl Ledger {
    /// Takes in what headers told. The news of what limits hold.
    pub(crate) fn look(
        &mut self,
        it: &Looked<'_>,
        signals: &[LimitSignal],
        now: Timestamp,
        clock: Option<ClockOffset>,
    ) -> Vec<(LimitId, Learnt)> {
        self.advance(it.limits, now);
        let mut news = Vec::new();
        let mut seen: Vec<(LimitId, Dimension, u64, Option<Duration>)> = Vec::new();
        for signal in signals {
            let Some((at, id)) = self.meant(it.limits, signal) else {
                continue;
            };
            let own = it.reserved.get(at).unwrap_or(0);
            let Some(entry) = self.entries.get_mut(&id) else {
                continue;
            };
            if let Some(amount) = signal.limit {
                news.extend(entry.count.belief_mut().told(amount, now).map(|learnt| (id, learnt)));
            }
            let total = signal.limit.unwrap_or_else(|| entry.count.amount());
            let Some(used) = signal.remaining.map(|left| total.saturating_sub(left)) else {
                continue;
            };
            let (theirs, passed) = entry.count.look(used, own, it.granted_at, it.arrived_by, now, clock);
            seen.push((id, signal.dimension, theirs, passed));
        }
        self.spread(it.limits, &seen, now, clock);
        news
    }

    /// What others have spent of one limit they have spent of all that count the same.
    fn spread(
        &mut self,
        limits: &[LimitId],
        seen: &[(LimitId, Dimension, u64, Option<Duration>)],
        now: Timestamp,
        clock: Option<ClockOffset>,
    ) {
        for id in limits.iter().filter(|id| seen.iter().all(|(other, ..)| other != *id)) {
            let Some(entry) = self.entries.get_mut(id) else {
                continue;
            };
            let same = seen
                .iter()
                .find(|(_, dimension, ..)| *dimension == entry.count.spec().dimension);
            if let Some((_, _, theirs, passed)) = same {
                entry.count.hear_of_others(*theirs, *passed, now, clock);
            }
        }
    }

    /// The limit that a header speaks of: same dimension, same period; of several the one that holds what it says.
    fn meant(&self, limits: &[LimitId], signal: &LimitSignal) -> Option<(usize, LimitId)> {
        let named = self.named(limits, signal.dimension, signal.per);
        let holds = |id: &&LimitId| {
            let entry = self.entries.get(id);
            entry.is_some_and(|entry| signal.limit == Some(entry.count.amount()))
        };
        let exact = named.iter().find(holds);
        // Without a period any of them may be meant, unless the amount tells.
        let id = *exact.or_else(|| named.first().filter(|_| signal.per.is_some()))?;
        Some((limits.iter().position(|limit| *limit == id)?, id))
    }

    /// An attempt was accepted. The news of what limits hold.
    pub(crate) fn accepted(
        &mut self,
        limits: &[LimitId],
        granted_at: Timestamp,
        now: Timestamp,
    ) -> Vec<(LimitId, Learnt)> {
        let mut news = Vec::new();
        for id in limits {
            if let Some(entry) = self.entries.get_mut(id) {
                entry.refusals = 0;
                entry.count.advance(now);
                news.extend(entry.count.accepted(granted_at, now).map(|learnt| (*id, learnt)));
            }
        }
        news
    }

    /// Takes in a refusal: what follows for each limit that it speaks of. None where nobody can say which it is.
    pub(crate) fn refused(&mut self, it: &Refused<'_>, now: Timestamp, clock: Option<ClockOffset>) -> Vec<Verdict> {
        self.advance(it.limits, now);
        let mut verdicts: Vec<Verdict> = Vec::new();
        for named in it.named {
            for id in self.named(it.limits, named.dimension, named.per) {
                verdicts.extend(self.judge(id, named.amount, named.used, it, now, clock));
            }
        }
        if verdicts.is_empty()
            && it.named.is_empty()
            && let Some(id) = self.suspect(it.limits, it.hint)
        {
            verdicts.extend(self.judge(id, None, None, it, now, clock));
        }
        verdicts
    }

    fn judge(
        &mut self,
        id: LimitId,
        amount: Option<u64>,
        used: Option<u64>,
        it: &Refused<'_>,
        now: Timestamp,
        clock: Option<ClockOffset>,
    ) -> Option<Verdict> {
        let entry = self.entries.get_mut(&id)?;
        // Those that were under way at the first refusal tell nothing more.
        let is_further = entry.refused_at.is_some_and(|refused_at| it.granted_at <= refused_at);
        let mut learnt = amount.and_then(|amount| entry.count.belief_mut().told(amount, now));
        if !is_further {
            entry.refused_at = Some(now);
            let explained = used.is_some_and(|used| {
                let theirs = used.saturating_sub(entry.count.used());
                entry.count.record_others(theirs, now, clock);
                true
            });
            if !explained && learnt.is_none() {
                learnt = entry.explain(amount.is_some(), now, clock);
            }
        }
        let until = self.rest_after_refusal(id, it.hint, now, clock);
        Some(Verdict {
            limit: id,
            until,
            learnt,
        })
    }

    /// The limit that a refusal must mean that names none: the fullest that comes free no sooner than the hint says.
    fn suspect(&self, limits: &[LimitId], hint: Option<Duration>) -> Option<LimitId> {
        let may_be = |id: &&LimitId| {
            self.entries.get(id).is_some_and(|entry| {
                let known = !entry.count.belief().is_open();
                known && hint.is_none_or(|hint| hint <= entry.count.memory() + Duration::from_secs(1))
            })
        };
        let fullness = |id: &LimitId| {
            let count = self.entries.get(id).map(|entry| &entry.count)?;
            let thousandths = u128::from(count.used()) * 1_000 / u128::from(count.amount().max(1));
            Some((thousandths, std::cmp::Reverse(count.memory())))
        };
        let fullest = limits.iter().filter(may_be).max_by_key(|id| fullness(id))?;
        let in_flight = |id: &LimitId| {
            let entry = self.entries.get(id);
            entry.is_some_and(|entry| matches!(entry.count.spec().window, Window::InFlight))
        };
        (!in_flight(fullest)).then_some(*fullest)
    }
}

impl super::Entry {
    /// Nothing said how much was used. Then it was timing, or somebody else, or the limit holds less than is believed.
    fn explain(&mut self, is_told: bool, now: Timestamp, clock: Option<ClockOffset>) -> Option<Learnt> {
        let (used, amount) = (self.count.used(), self.count.amount());
        // The refused one is recorded.
        let accepted = self.count.settled().saturating_sub(1);
        if self.count.belief_mut().stop_trying(now) {
            return self.count.belief().learnt();
        }
        let standing = self.count.spec().standing;
        if standing == Standing::Unknown && self.count.belief().is_open() {
            return self.count.belief_mut().counted(accepted, now);
        }
        let surprises = self.count.belief_mut().surprised(now);
        if used >= amount && self.count.belief().proven() >= amount {
            self.count.widen(now);
            return None;
        }
        let requests = self.count.spec().dimension == Dimension::Requests;
        if requests && !is_told && surprises >= 2 && self.count.memory() <= SHORT {
            return self
                .count
                .belief_mut()
                .counted(accepted.min(amount.saturating_sub(1)), now);
        }
        self.count.record_others(amount.saturating_sub(used), now, clock);
        None
    }
}
