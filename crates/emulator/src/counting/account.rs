//! The account of one key at one provider: all its limits, asked at once, all or nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::counter::{Counter, Settlement, counted_per};
use super::limit::{Dimension, Limit, Micros, Scope, Speed};
use super::refusal::{Refusal, Violation};

/// What an arrival costs, or what it really used, besides the one request that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cost {
    /// Requests: 1, or 0 to take the request itself back.
    pub requests: u64,
    /// Tokens of the prompt.
    pub input_tokens: u64,
    /// Tokens of the answer.
    pub output_tokens: u64,
    /// Money, in picodollars.
    pub picodollars: u64,
}

impl Cost {
    /// Nothing at all: settling with it refunds a reservation.
    pub const NOTHING: Cost = Cost {
        requests: 0,
        input_tokens: 0,
        output_tokens: 0,
        picodollars: 0,
    };

    /// One request with these tokens.
    pub fn request(input_tokens: u64, output_tokens: u64) -> Cost {
        Cost {
            requests: 1,
            input_tokens,
            output_tokens,
            picodollars: 0,
        }
    }

    /// The same at a price.
    #[must_use]
    pub fn worth(self, picodollars: u64) -> Cost {
        Cost { picodollars, ..self }
    }

    fn of(self, dimension: Dimension) -> u64 {
        match dimension {
            Dimension::Requests => self.requests,
            Dimension::Tokens => self.input_tokens.saturating_add(self.output_tokens),
            Dimension::InputTokens => self.input_tokens,
            Dimension::OutputTokens => self.output_tokens,
            Dimension::Money => self.picodollars,
            Dimension::Concurrency => 1,
        }
    }
}

/// The right to run, to be given back to [`Account::finish`]: else the reservation stays, and so does the place in
/// every concurrency limit.
#[derive(Debug)]
#[must_use]
pub struct Ticket {
    number: u64,
    arrived: Micros,
    reserved: Cost,
    slots: Vec<Slot>,
}

/// How full one limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Which limit, by its index in [`Account::limits`].
    pub limit: usize,
    /// What is used now, rounded up to whole units.
    pub used: u64,
    /// How long until nothing is used, if nothing else arrives.
    pub full_in: Micros,
}

/// Which count: the limit's index, and the model where each model counts by itself.
type Slot = (usize, Option<String>);

/// The counts of one key. The same inputs give the same answers, always.
#[derive(Debug, Clone)]
pub struct Account {
    limits: Arc<[Limit]>,
    speed: Speed,
    counters: BTreeMap<Slot, Counter>,
    tickets: u64,
    latest: Micros,
}

impl Account {
    /// A fresh account under these limits: those of one provider.
    pub fn new(limits: impl Into<Arc<[Limit]>>, speed: Speed) -> Account {
        Account {
            limits: limits.into(),
            speed,
            counters: BTreeMap::new(),
            tickets: 0,
            latest: Micros::MIN,
        }
    }

    /// The limits, in the order that indexes in readings and violations mean.
    pub fn limits(&self) -> &[Limit] {
        &self.limits
    }

    /// By how much periods are divided here.
    pub fn speed(&self) -> Speed {
        self.speed
    }

    /// A request arrives. `model` is its base model. All limits that hold for the model are charged, or none.
    ///
    /// # Errors
    /// Every limit that the cost does not fit under.
    pub fn arrive(&mut self, now: Micros, model: &str, cost: Cost) -> Result<Ticket, Refusal> {
        let now = self.advance(now);
        let slots = self.slots(model);
        let violations: Vec<Violation> = slots
            .iter()
            .filter_map(|slot| self.violation(now, slot, cost))
            .collect();
        if !violations.is_empty() {
            return Err(Refusal { violations });
        }
        self.tickets += 1;
        for slot in &slots {
            let amount = cost.of(self.limits[slot.0].dimension);
            let ticket = self.tickets;
            self.counter(slot).add(now, ticket, amount);
        }
        Ok(Ticket {
            number: self.tickets,
            arrived: now,
            reserved: cost,
            slots,
        })
    }

    /// A request has ended. `real` replaces what was reserved; `None` keeps the reservation (nobody knows better).
    pub fn finish(&mut self, now: Micros, ticket: Ticket, real: Option<Cost>) {
        let now = self.advance(now);
        let Ticket {
            number,
            arrived,
            reserved,
            slots,
        } = ticket;
        let real = real.unwrap_or(reserved);
        for slot in slots {
            let dimension = self.limits[slot.0].dimension;
            let (reserved, real) = (reserved.of(dimension), real.of(dimension));
            self.counter(&slot).settle(
                now,
                Settlement {
                    ticket: number,
                    arrived,
                    reserved,
                    real,
                },
            );
        }
    }

    /// Charges one request that got no answer, where the provider counts those too. It can fill a limit, never
    /// overfill it: a client that knocks on a full limit does not push its reset away.
    pub fn charge_request(&mut self, now: Micros, model: &str) {
        let now = self.advance(now);
        self.tickets += 1;
        let ticket = self.tickets;
        for slot in self.slots(model) {
            if self.limits[slot.0].dimension != Dimension::Requests {
                continue;
            }
            let amount = self.limits[slot.0].amount;
            let counter = self.counter(&slot);
            if counter.used(now) < amount {
                counter.add(now, ticket, 1);
            }
        }
    }

    /// How full every limit is that holds for this model.
    pub fn readings(&mut self, now: Micros, model: &str) -> Vec<Reading> {
        let now = self.advance(now);
        let slots = self.slots(model);
        let read = |slot: Slot| {
            let counter = self.counter(&slot);
            Reading {
                limit: slot.0,
                used: counter.used(now),
                full_in: counter.full_in(now),
            }
        };
        slots.into_iter().map(read).collect()
    }

    fn violation(&mut self, now: Micros, slot: &Slot, cost: Cost) -> Option<Violation> {
        let limit = self.limits[slot.0].clone();
        let counted_per = counted_per(&limit, self.speed);
        let requested = cost.of(limit.dimension);
        let counter = self.counter(slot);
        let wait = counter.wait(now, requested)?;
        let used = counter.used(now);
        let Limit {
            dimension,
            kind,
            amount,
            per,
            ..
        } = limit;
        Some(Violation {
            limit: slot.0,
            dimension,
            kind,
            amount,
            per,
            counted_per,
            used,
            requested,
            wait,
        })
    }

    /// The counts that hold for this model.
    fn slots(&self, model: &str) -> Vec<Slot> {
        let holds = |(index, limit): (usize, &Limit)| match &limit.scope {
            Scope::EachModel => Some((index, Some(model.to_owned()))),
            Scope::AllModels => Some((index, None)),
            Scope::Models(models) => models.iter().any(|name| name == model).then_some((index, None)),
        };
        self.limits.iter().enumerate().filter_map(holds).collect()
    }

    fn counter(&mut self, slot: &Slot) -> &mut Counter {
        let (limits, speed) = (&self.limits, self.speed);
        self.counters
            .entry(slot.clone())
            .or_insert_with(|| Counter::new(&limits[slot.0], speed))
    }

    /// The judge's time never goes back, even where a wall clock does.
    fn advance(&mut self, now: Micros) -> Micros {
        self.latest = self.latest.max(now);
        self.latest
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::counting::{DAY, Kind, MINUTE, Provider, SECOND, Wait};

    fn limit(dimension: Dimension, amount: u64, per: Micros, kind: Kind) -> Limit {
        Limit::each(Provider::Groq, dimension, amount, per, kind)
    }

    fn account(limits: Vec<Limit>) -> Account {
        Account::new(limits, Speed::REAL)
    }

    fn fill(account: &mut Account, now: Micros, requests: usize) {
        for _ in 0..requests {
            let ticket = account.arrive(now, "m", Cost::request(0, 0)).unwrap();
            account.finish(now, ticket, None);
        }
    }

    #[test]
    fn what_one_limit_refuses_charges_no_other() {
        let mut account = account(vec![
            limit(Dimension::Requests, 5, MINUTE, Kind::Fixed),
            limit(Dimension::Tokens, 100, MINUTE, Kind::Bucket),
        ]);
        let refusal = account.arrive(0, "m", Cost::request(60, 41)).unwrap_err();
        assert_eq!((refusal.violations.len(), refusal.longest().over()), (1, 1));
        assert!(refusal.longest().too_large());
        let used: Vec<u64> = account.readings(0, "m").iter().map(|reading| reading.used).collect();
        assert_eq!(used, [0, 0]);
    }

    #[test]
    fn all_violated_limits_are_named_and_the_longest_wait_leads() {
        let mut account = account(vec![
            limit(Dimension::Requests, 2, MINUTE, Kind::Fixed),
            limit(Dimension::Requests, 2, DAY, Kind::Fixed),
        ]);
        fill(&mut account, 10 * SECOND, 2);
        let refusal = account.arrive(20 * SECOND, "m", Cost::request(0, 0)).unwrap_err();
        assert_eq!(refusal.violations.len(), 2);
        assert_eq!(refusal.longest().wait, Wait::For(DAY - 20 * SECOND));
    }

    #[test]
    fn the_waits_of_a_full_bucket_are_those_that_groq_was_seen_to_tell() {
        let cases = [
            (Dimension::Tokens, 12_000, MINUTE, 4_437, 9_854, 11_455_000),
            (Dimension::Tokens, 6_000, MINUTE, 5_034, 1_443, 4_770_000),
            (Dimension::Tokens, 100_000, DAY, 97_050, 3_619, 578_016_000),
            (Dimension::OutputTokens, 1_000, MINUTE, 72, 981, 3_180_000),
        ];
        for (dimension, amount, per, used, requested, wait) in cases {
            let mut account = account(vec![limit(dimension, amount, per, Kind::Bucket)]);
            let _running = account.arrive(0, "m", Cost::request(0, used)).unwrap();
            let refusal = account.arrive(0, "m", Cost::request(0, requested)).unwrap_err();
            assert_eq!(refusal.longest().wait, Wait::For(wait));
            assert!(account.arrive(wait - 1, "m", Cost::request(0, requested)).is_err());
            assert!(account.arrive(wait, "m", Cost::request(0, requested)).is_ok());
        }
    }

    #[test]
    fn real_use_replaces_the_reservation_in_every_kind() {
        for kind in [Kind::Bucket, Kind::Fixed, Kind::Sliding, Kind::PacificDay] {
            let mut account = account(vec![limit(Dimension::Tokens, 1_000, DAY, kind.clone())]);
            let ticket = account.arrive(0, "m", Cost::request(100, 800)).unwrap();
            assert!(account.arrive(0, "m", Cost::request(100, 100)).is_err(), "{kind:?}");
            account.finish(0, ticket, Some(Cost::request(100, 50)));
            assert_eq!(account.readings(0, "m")[0].used, 150, "{kind:?}");
        }
    }

    #[test]
    fn a_settlement_after_the_edge_changes_nothing_in_the_new_window() {
        let mut account = account(vec![limit(Dimension::Tokens, 1_000, MINUTE, Kind::Fixed)]);
        let old = account.arrive(59 * SECOND, "m", Cost::request(0, 900)).unwrap();
        let _new = account.arrive(61 * SECOND, "m", Cost::request(0, 300)).unwrap();
        account.finish(62 * SECOND, old, Some(Cost::request(0, 10)));
        assert_eq!(account.readings(62 * SECOND, "m")[0].used, 300);
    }

    #[test]
    fn concurrency_frees_a_place_at_the_answer_only() {
        let mut account = account(vec![limit(Dimension::Concurrency, 1, 0, Kind::Fixed)]);
        let ticket = account.arrive(0, "m", Cost::request(0, 0)).unwrap();
        let refusal = account.arrive(DAY, "m", Cost::request(0, 0)).unwrap_err();
        assert_eq!(refusal.longest().wait, Wait::Release);
        account.finish(DAY, ticket, None);
        assert!(account.arrive(DAY, "m", Cost::request(0, 0)).is_ok());
    }

    #[test]
    fn scopes_share_or_separate_models() {
        let each = limit(Dimension::Requests, 1, DAY, Kind::Fixed);
        let shared = each.clone().shared_by(Scope::Models(vec!["a".into(), "b".into()]));
        let all = each.clone().shared_by(Scope::AllModels);
        let second = |limit: Limit, model: &str| {
            let mut account = account(vec![limit]);
            let _first = account.arrive(0, "a", Cost::request(0, 0)).unwrap();
            account.arrive(0, model, Cost::request(0, 0)).is_ok()
        };
        assert!(second(each.clone(), "b") && !second(each, "a"));
        assert!(!second(shared.clone(), "b") && second(shared, "c"));
        assert!(!second(all, "z"));
    }

    #[test]
    fn charging_failures_fills_a_limit_but_never_overfills_it() {
        let mut account = account(vec![limit(Dimension::Requests, 2, MINUTE, Kind::Sliding)]);
        for second in 0..10 {
            account.charge_request(second * SECOND, "m");
        }
        assert_eq!(account.readings(9 * SECOND, "m")[0].used, 2);
        assert!(
            account.arrive(MINUTE, "m", Cost::request(0, 0)).is_ok(),
            "the first charge is a minute old"
        );
    }

    #[test]
    fn speed_divides_the_period_and_turns_a_zone_day_into_a_fixed_window() {
        let limits = vec![limit(Dimension::Requests, 1, DAY, Kind::PacificDay)];
        let mut account = Account::new(limits, Speed::new(86_400.0).unwrap());
        fill(&mut account, 500_000, 1);
        let refusal = account.arrive(900_000, "m", Cost::request(0, 0)).unwrap_err();
        assert_eq!(refusal.longest().wait, Wait::For(100_000));
        assert_eq!(refusal.longest().per, DAY);
        fill(&mut account, SECOND, 1);
    }

    #[test]
    fn a_clock_that_steps_back_gives_no_quota_back() {
        let mut account = account(vec![limit(Dimension::Requests, 1, MINUTE, Kind::Fixed)]);
        fill(&mut account, MINUTE, 1);
        assert!(account.arrive(MINUTE - SECOND, "m", Cost::request(0, 0)).is_err());
    }
}
