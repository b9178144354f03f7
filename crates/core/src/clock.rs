//! How far a provider's clock is from ours, as an interval: windows turn over by its clock, not by ours.

use crate::time::Timestamp;

/// The provider's clock minus ours lies in `low..=high` microseconds.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ClockOffset {
    low: i64,
    high: i64,
}

impl ClockOffset {
    /// Assumed for zone days and months before the provider has told its time.
    pub const ASSUMED: Self = Self {
        low: -5_000_000,
        high: 5_000_000,
    };

    /// From an answer's `Date`, which is cut to the second: it was written between our send and our receipt.
    pub fn from_date(date_secs: i64, sent_at: Timestamp, received_at: Timestamp) -> Self {
        let date = date_secs.saturating_mul(1_000_000);
        Self {
            low: date.saturating_sub(received_at.as_micros()),
            high: date.saturating_add(1_000_000).saturating_sub(sent_at.as_micros()),
        }
    }

    /// What both observations allow; the newer one alone when they contradict each other, as a clock was set.
    #[must_use]
    pub fn narrowed_by(self, newer: Self) -> Self {
        let both = Self {
            low: self.low.max(newer.low),
            high: self.high.min(newer.high),
        };
        if both.low <= both.high { both } else { newer }
    }

    /// The clock by which whole periods of `per` begin between these two moments of ours, all in microseconds.
    pub(crate) fn of_edge(first: i64, last: i64, per: i64) -> Self {
        let low = last.saturating_neg().rem_euclid(per);
        // Near our own, as a period more or less is the same.
        let low = if low > per / 2 { low - per } else { low };
        Self {
            low,
            high: low.saturating_add(last - first),
        }
    }

    /// The same but for whole periods, as near to another as it can be.
    pub(crate) fn turned_to(self, other: Self, per: i64) -> Self {
        let turns = (other.low - self.low + per / 2).div_euclid(per);
        Self {
            low: self.low + turns * per,
            high: self.high + turns * per,
        }
    }

    /// Whether both may be the same but for whole periods.
    pub(crate) fn may_be(self, other: Self, per: i64) -> bool {
        let other = other.turned_to(self, per);
        let overlaps = |turned: i64| self.low <= other.high + turned && other.low + turned <= self.high;
        [-per, 0, per].into_iter().any(overlaps)
    }

    /// The earliest moment of ours at which the provider's clock surely shows `theirs`.
    pub(crate) fn surely_reached(self, theirs: Timestamp) -> Timestamp {
        theirs.offset(self.low.saturating_neg())
    }

    /// The latest that the provider's clock may show at our `ours`.
    pub(crate) fn latest_reading(self, ours: Timestamp) -> Timestamp {
        ours.offset(self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    #[test]
    fn dates_close_in_on_the_offset() {
        // The provider runs 300 ms ahead; round trips take 20 ms.
        let true_offset = 300_000;
        let mut known: Option<ClockOffset> = None;
        for k in 0..40 {
            let sent = 10_000_000 + k * 237_000;
            let date = (sent + 10_000 + true_offset) / 1_000_000;
            let seen = ClockOffset::from_date(date, at(sent), at(sent + 20_000));
            let now = known.map_or(seen, |offset| offset.narrowed_by(seen));
            assert!(
                now.low <= true_offset && true_offset <= now.high,
                "{now:?} lost the truth"
            );
            known = Some(now);
        }
        let width = known.map(|offset| offset.high - offset.low).unwrap_or(i64::MAX);
        assert!(width < 120_000, "still {width} us wide");
    }

    #[test]
    fn a_clock_that_was_set_begins_anew() {
        let before = ClockOffset::from_date(10, at(10_000_000), at(10_010_000));
        let after = ClockOffset::from_date(500, at(11_000_000), at(11_010_000));
        assert_eq!(before.narrowed_by(after), after);
    }
}
