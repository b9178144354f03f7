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
    /// By when the provider had counted it.
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

/// Clocks and ways are not further off than that.
const MISTIMED: Duration = Duration::from_secs(5);

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
        // A limit of nothing beside something that was counted is no limit.
        let told = signals.iter().filter(|signal| signal.limit != Some(0));
        for signal in told {
            let Some((at, id)) = self.meant(it.limits, signal) else {
                continue;
            };
            let own = it.reserved.get(at).unwrap_or(0);
            let Some(entry) = self.entries.get_mut(&id) else {
                continue;
            };
            if let Some(amount) = signal.limit {
                news.extend(entry.count.told(amount, now).map(|learnt| (id, learnt)));
            }
            let total = signal.limit.unwrap_or_else(|| entry.count.amount());
            let Some(used) = signal.remaining.map(|left| total.saturating_sub(left)) else {
                continue;
            };
            if let Some(reset) = signal.reset {
                news.extend(entry.count.sound(total, used, reset, now).map(|learnt| (id, learnt)));
                if !is_draining(reset, used, total, entry.count.memory()) {
                    let first = (it.granted_at + reset) - rounding(reset);
                    entry.count.ends_between(first, now + reset, clock);
                }
            }
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
        let mut named = self.named(limits, signal.dimension, signal.per);
        let is_named = signal.per.is_some() && !named.is_empty();
        if !is_named {
            // Named for another period than it is counted for, as stand-ins do, or for none.
            named = self.named(limits, signal.dimension, None);
        }
        let holds = |id: &&LimitId| {
            let entry = self.entries.get(id);
            entry.is_some_and(|entry| signal.limit == Some(entry.count.amount()))
        };
        let exact = named.iter().find(holds);
        // Without a period any of them may be meant, unless the amount tells.
        let id = *exact.or_else(|| named.first().filter(|_| is_named))?;
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
            let mut meant = self.named(it.limits, named.dimension, named.per);
            if named.per.is_none() || meant.is_empty() {
                // Named for another period than it is counted for, as stand-ins do, or for none.
                let alike = self.named(it.limits, named.dimension, None);
                let exact = alike.iter().find(|id| named.amount == self.amount(**id));
                meant = exact
                    .copied()
                    .or_else(|| self.suspect(&alike, it.hint))
                    .into_iter()
                    .collect();
                self.adopt(&meant, named.per);
            }
            for id in meant {
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
        let mut learnt = amount.and_then(|amount| entry.count.told(amount, now));
        if !is_further {
            entry.refused_at = Some(now);
            entry.count.refused(now);
            let is_moved = it.hint.is_some_and(|hint| {
                let first = (it.granted_at + hint) - rounding(hint);
                hint <= entry.count.memory() + rounding(hint) && entry.count.ends_between(first, now + hint, clock)
            });
            let explained = is_moved
                || used.is_some_and(|used| {
                    let missing = used.saturating_sub(entry.without_refused(entry.count.used()));
                    // What has drained or ended meanwhile is nobody else's.
                    let ours = entry.without_refused(entry.count.used_since(it.granted_at, now));
                    let theirs = used.saturating_sub(ours);
                    entry.count.correct(missing, theirs, now, clock);
                    if theirs > 0 {
                        entry.leave_to_others(now);
                    } else {
                        entry.count.cut_finer(used, now);
                    }
                    true
                });
            if !explained && learnt.is_none() {
                learnt = entry.explain(amount.is_some(), it.hint, now, clock);
            }
        }
        let hint = it.hint.map(|hint| hint.min(self.longest_rest(id, it.named)));
        let until = self.rest_after_refusal(id, hint, now, clock);
        Some(Verdict {
            limit: id,
            until,
            learnt,
        })
    }

    /// What is named by a short period is never empty for longer, whatever the hint says.
    fn longest_rest(&self, id: LimitId, named: &[RefusedLimit]) -> Duration {
        let count = self.entries.get(&id).map(|entry| &entry.count);
        let named = count.and_then(|count| {
            let same = named.iter().filter(|named| named.dimension == count.spec().dimension);
            Some(same.filter_map(|named| named.per).max()?.max(count.memory()))
        });
        named
            .filter(|longest| *longest <= SHORT)
            .map_or(Duration::MAX, |longest| longest + Duration::from_secs(1))
    }

    /// A limit that nobody knew has the period that is named.
    fn adopt(&mut self, limits: &[LimitId], named: Option<Duration>) {
        for id in limits {
            let entry = self.entries.get_mut(id).filter(|entry| entry.count.belief().is_open());
            if let (Some(entry), Some(per)) = (entry, named) {
                entry.count.set_per(per);
            }
        }
    }

    fn amount(&self, id: LimitId) -> Option<u64> {
        self.entries.get(&id).map(|entry| entry.count.amount())
    }

    /// The limit that a refusal must mean that does not say which: of those whose period is as long as the hint the
    /// fullest; of those that nobody knew the shortest.
    fn suspect(&self, limits: &[LimitId], hint: Option<Duration>) -> Option<LimitId> {
        let counts = limits.iter().filter_map(|id| Some((*id, &self.entries.get(id)?.count)));
        let may_be = counts.filter(|(_, count)| {
            let long_enough = hint.is_none_or(|hint| hint <= count.memory() + Duration::from_secs(1));
            long_enough && !matches!(count.spec().window, Window::InFlight)
        });
        let (open, known): (Vec<_>, Vec<_>) = may_be.partition(|(_, count)| count.belief().is_open());
        let fullest = known.into_iter().max_by_key(|(_, count)| {
            let thousandths = u128::from(count.used()) * 1_000 / u128::from(count.amount().max(1));
            (thousandths, std::cmp::Reverse(count.memory()))
        });
        let requests = open
            .into_iter()
            .filter(|(_, count)| count.spec().dimension == Dimension::Requests);
        let shortest = requests.min_by_key(|(_, count)| count.memory());
        fullest.or(shortest).map(|(id, _)| id)
    }
}

impl super::Entry {
    /// Nothing said how much was used. Then it was timing, or somebody else, or the limit holds less than is believed.
    fn explain(
        &mut self,
        is_told: bool,
        hint: Option<Duration>,
        now: Timestamp,
        clock: Option<ClockOffset>,
    ) -> Option<Learnt> {
        let (used, amount) = (self.count.used(), self.count.amount());
        let accepted = self.accepted();
        if self.count.belief_mut().stop_trying(now) {
            return self.count.belief().learnt();
        }
        if self.count.spec().standing == Standing::Unknown {
            return self.find(hint, now);
        }
        let is_brief = hint.is_none_or(|hint| hint <= MISTIMED);
        if is_brief && self.count.cut_finer(self.without_refused(used), now) {
            return None;
        }
        let surprises = self.count.belief_mut().surprised(now);
        // Who comes too early for a window is told to come again very soon.
        let is_soon = hint.is_none_or(|hint| hint <= MISTIMED);
        // Nor is it timing where others are known to drain the same bucket.
        let is_shared = self.count.is_shared_bucket();
        if used >= amount && self.count.belief().proven() >= amount && is_soon && !is_shared {
            self.count.widen(now);
            return None;
        }
        let is_short = self.count.memory() <= SHORT;
        let requests = self.count.spec().dimension == Dimension::Requests;
        // So little tells of a provider in trouble, not of a limit.
        let is_plausible = accepted >= amount / 4 && accepted > 0;
        if requests && is_short && is_plausible && !is_told && surprises >= 2 {
            let fewer = accepted.min(amount.saturating_sub(1));
            return self.count.belief_mut().counted(fewer, None, now);
        }
        self.leave_to_others(now);
        // The hint says when there is room in a short window; a day's is spent until its reset.
        let is_bucket = matches!(self.count.spec().window, Window::Bucket { .. });
        if hint.is_none() || !is_short || is_bucket {
            self.count.record_others(amount.saturating_sub(used), now, clock);
        }
        None
    }

    /// Others have taken what we have not, and nothing but refusals shows it.
    fn leave_to_others(&mut self, now: Timestamp) {
        if !self.count.is_watched() && self.count.memory() <= SHORT {
            // Those under way have been accepted for all that is known.
            let left = self
                .count
                .amount()
                .saturating_sub(self.without_refused(self.count.used()));
            match self.count.spec().window {
                Window::Bucket { per } => self.count.leave_pace(left, per, now),
                _ => self.count.leave(left, now),
            }
        }
    }

    /// What was accepted and still counts.
    fn accepted(&self) -> u64 {
        self.without_refused(self.count.settled())
    }

    /// The refused one is recorded where nobody can see whether it counts.
    fn without_refused(&self, amount: u64) -> u64 {
        amount.saturating_sub(u64::from(!self.count.is_watched()))
    }

    /// A limit that nobody knew: as much as arrived within a period as long as the hint, and no less long than before.
    fn find(&mut self, hint: Option<Duration>, now: Timestamp) -> Option<Learnt> {
        let known = self.count.belief().learnt();
        if !matches!(self.count.spec().window, Window::Sliding { .. }) {
            let accepted = self.accepted();
            return (accepted > 0)
                .then(|| self.count.belief_mut().counted(accepted, None, now))
                .flatten();
        }
        let hinted = hint.map_or(self.count.memory(), usual_period);
        let per = match known {
            Some(Learnt { per: Some(per), .. }) => per.max(hinted),
            Some(_) => self.count.memory(),
            None => hinted.min(self.count.memory()),
        };
        let accepted = self.without_refused(self.count.arrived_within(per, now));
        let fewer = match known {
            Some(known) if known.per == Some(per) => accepted.min(known.amount.saturating_sub(1)),
            _ => accepted,
        };
        if fewer == 0 && known.is_none() {
            return None;
        }
        self.count.set_per(per);
        self.count.belief_mut().counted(fewer, Some(per), now)
    }
}

/// Whether a reset is just the time in which what is used would drain: then it may be a bucket's, and ends no window.
fn is_draining(reset: Duration, used: u64, limit: u64, per: Duration) -> bool {
    let share = u32::try_from(used.saturating_mul(1_000) / limit.max(1)).unwrap_or(u32::MAX);
    let drains = per.saturating_mul(share) / 1_000;
    reset.abs_diff(drains) < per / 10
}

/// By how much a time that a provider tells is too long at most: one in whole seconds is rounded up.
fn rounding(told: Duration) -> Duration {
    Duration::from_millis(if told.subsec_nanos() == 0 { 1_000 } else { 10 })
}

/// The shortest period in use that is no shorter than this.
fn usual_period(hint: Duration) -> Duration {
    const USUAL: [u64; 11] = [1, 2, 5, 10, 15, 20, 30, 60, 300, 600, 3_600];
    let fits = |seconds: &u64| Duration::from_secs(*seconds) + Duration::from_millis(50) >= hint;
    let usual = USUAL.into_iter().find(fits);
    usual.map_or(Duration::from_secs(25 * 3_600), Duration::from_secs)
}
