//! What somebody else spends of the same quota, as far as the wire lets it be seen.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::time::Timestamp;

/// A request is on its way for about so long: in that time others spend unseen.
const UNSEEN: Duration = Duration::from_millis(500);

/// After so many periods without a refusal a little less is left to them.
const CLEAN_PERIODS: u32 = 200;

/// The use of others in one count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Others {
    /// Until when each amount may count.
    log: BTreeMap<Timestamp, u64>,
    sum: u64,
    /// What they spent lately, its square by each sighting, and over which time; older sightings fade.
    spent: f64,
    squares: f64,
    micros: f64,
    seen_at: Option<Timestamp>,
    /// Where only refusals show them: so much is left to them, since when.
    left: u64,
    left_since: Timestamp,
}

impl Others {
    pub(crate) fn used(&self) -> u64 {
        self.sum
    }

    pub(crate) fn record(&mut self, amount: u64, expiry: Timestamp) {
        let sum = self.log.entry(expiry).or_insert(0);
        *sum = sum.saturating_add(amount);
        self.sum = self.sum.saturating_add(amount);
    }

    pub(crate) fn advance(&mut self, now: Timestamp, per: Duration) {
        if self.left > 0 && now.since(self.left_since) > per.saturating_mul(CLEAN_PERIODS) {
            self.left -= (self.left / 16).max(1);
            self.left_since = now;
        }
        while let Some(entry) = self.log.first_entry() {
            if *entry.key() > now {
                break;
            }
            self.sum = self.sum.saturating_sub(entry.remove());
        }
    }

    /// What is left to them, as a refusal came where nothing else shows what they spend.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// From now on so much is left to them, and more than before, until enough periods have passed without a refusal.
    pub(crate) fn leave(&mut self, amount: u64, now: Timestamp) {
        self.left = amount.max(self.left + 1);
        self.left_since = now;
    }

    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// What is counted as theirs, until when; it is so no more, and nothing is left to them.
    pub(crate) fn forgive(&mut self) -> BTreeMap<Timestamp, u64> {
        self.sum = 0;
        self.left = 0;
        std::mem::take(&mut self.log)
    }

    /// The wire was looked at: so much more than before is not ours. How long the look before is past, where there was
    /// one.
    pub(crate) fn seen(&mut self, amount: u64, now: Timestamp, per: Duration) -> Option<Duration> {
        let before = self.seen_at.replace(now)?;
        let passed = now.since(before);
        self.fade(passed, per);
        let amount = amount as f64;
        self.spent += amount;
        self.squares += amount * amount;
        self.micros += passed.as_micros() as f64;
        Some(passed)
    }

    /// What is known of their pace is worth half after ten periods.
    fn fade(&mut self, passed: Duration, per: Duration) {
        let span = (per * 10).clamp(Duration::from_secs(10), Duration::from_secs(600));
        let halvings = passed.as_secs_f64() / span.as_secs_f64();
        // No library's powers, so that every machine computes the same.
        let keep = 1.0 / (1.0 + halvings);
        self.spent *= keep;
        self.squares *= keep;
        self.micros *= keep;
    }

    /// True when the wire is looked at.
    pub(crate) fn are_watched(&self) -> bool {
        self.seen_at.is_some()
    }

    /// True when somebody else has been seen to spend.
    pub(crate) fn are_there(&self) -> bool {
        self.spent > 0.05
    }

    /// How much they may have spent since the wire was looked at last, `deviations` of the spread included.
    pub(crate) fn margin(&self, now: Timestamp, per: Duration, deviations: f64) -> u64 {
        let Some(seen_at) = self.seen_at.filter(|_| self.are_there() && self.micros > 0.0) else {
            return 0;
        };
        let unseen = (now.since(seen_at) + UNSEEN).min(per);
        let mean = self.spent / self.micros * unseen.as_micros() as f64;
        let burst = (self.squares / self.spent).max(1.0);
        (mean + deviations * (mean * burst).sqrt() + burst).ceil() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_key_that_is_ours_alone_needs_no_margin() {
        let mut others = Others::default();
        for second in 0..100 {
            others.seen(0, NOW + Duration::from_secs(second), MINUTE);
        }
        assert_eq!(others.margin(NOW + Duration::from_secs(200), MINUTE, 5.0), 0);
    }

    #[test]
    fn the_margin_grows_with_the_time_since_the_last_look_and_fades_when_they_stop() {
        let mut others = Others::default();
        let mut now = NOW;
        for look in 0..600 {
            now = now + Duration::from_secs(1);
            others.seen(u64::from(look % 6 == 0), now, MINUTE);
        }
        let soon = others.margin(now, MINUTE, 5.0);
        let later = others.margin(now + Duration::from_secs(30), MINUTE, 5.0);
        assert!((2..=4).contains(&soon), "{soon}");
        assert!(later > soon + 5, "{later}");
        for _ in 0..100_000 {
            now = now + Duration::from_secs(1);
            others.seen(0, now, MINUTE);
        }
        assert_eq!(others.margin(now, MINUTE, 5.0), 0);
    }
}
