//! The core's words as integers in columns, and back. A number that was released is never given another meaning.

use d8_core::change::{AttemptOutcome, Ending, FailureCode, ParkReason, Parked, Pausable, TaskRow};
use d8_core::id::{AccountId, LimitId, RouteId, TargetId};
use d8_core::limit::Evidence;
use d8_core::time::Timestamp;
use rusqlite::{Error, Result, Row};

use crate::names::NameKind;

/// A word with a number.
pub(super) trait Coded: Copy {
    /// Its number.
    fn code(self) -> i64;
    /// The word with this number.
    fn decode(code: i64) -> Option<Self>;
}

macro_rules! coded {
    ($type:ident { $($variant:ident = $code:literal),* $(,)? }) => {
        impl Coded for $type {
            fn code(self) -> i64 {
                match self { $(Self::$variant => $code,)* }
            }
            fn decode(code: i64) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

coded!(AttemptOutcome {
    Answered = 0,
    Refused = 1,
    Fault = 2,
    Rejected = 3,
    Denied = 4,
    GivenBack = 5,
    Silent = 6,
    Cancelled = 7,
});
coded!(ParkReason { QuotaRefused = 0, Overloaded = 1, BadKey = 2, NoMoney = 3, ModelUnavailable = 4 });
coded!(Evidence { Told = 0, Counted = 1 });
coded!(FailureCode { TooLarge = 0, ProviderError = 1, AttemptsExhausted = 2, DeadlineExceeded = 3, Quarantined = 4 });
coded!(NameKind { Group = 0, Client = 1, Route = 2, Account = 3, Limit = 4, Worker = 5, Endpoint = 6, Kind = 7 });

pub(super) const COMPLETED: i64 = 0;
pub(super) const CANCELLED: i64 = 1;
/// Failures count from here.
pub(super) const FAILED: i64 = 10;

impl Coded for Ending {
    fn code(self) -> i64 {
        match self {
            Self::Completed => COMPLETED,
            Self::Cancelled => CANCELLED,
            Self::Failed(why) => FAILED + why.code(),
        }
    }

    fn decode(code: i64) -> Option<Self> {
        match code {
            COMPLETED => Some(Self::Completed),
            CANCELLED => Some(Self::Cancelled),
            _ => FailureCode::decode(code - FAILED).map(Self::Failed),
        }
    }
}

/// Kind and id of what is parked.
pub(super) fn parked_code(what: Parked) -> (i64, u32) {
    match what {
        Parked::Account(id) => (0, id.0),
        Parked::Target(id) => (1, id.0),
        Parked::Limit(id) => (2, id.0),
    }
}

/// What is parked, from the columns `kind, id` at `index`.
pub(super) fn parked(row: &Row<'_>, index: usize) -> Result<Parked> {
    let id = row.get(index + 1)?;
    match row.get(index)? {
        0 => Ok(Parked::Account(AccountId(id))),
        1 => Ok(Parked::Target(TargetId(id))),
        2 => Ok(Parked::Limit(LimitId(id))),
        other => Err(Error::IntegralValueOutOfRange(index, other)),
    }
}

/// Kind and id of what is paused.
pub(super) fn pausable_code(what: Pausable) -> (i64, u32) {
    match what {
        Pausable::Account(id) => (0, id.0),
        Pausable::Route(id) => (1, id.0),
    }
}

/// What is paused, from the columns `kind, id`.
pub(super) fn pausable(row: &Row<'_>) -> Result<Pausable> {
    let id = row.get(1)?;
    match row.get(0)? {
        0 => Ok(Pausable::Account(AccountId(id))),
        1 => Ok(Pausable::Route(RouteId(id))),
        other => Err(Error::IntegralValueOutOfRange(0, other)),
    }
}

/// What is true or false of a task, a bit each: one column instead of five.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) struct Flags {
    pub(super) rare: bool,
    pub(super) plain: bool,
    pub(super) interactive: bool,
    pub(super) durable: bool,
    pub(super) callback: bool,
}

impl Flags {
    const RARE: i64 = 1;
    const PLAIN: i64 = 2;
    const INTERACTIVE: i64 = 4;
    const DURABLE: i64 = 8;
    const CALLBACK: i64 = 16;

    pub(super) fn of(row: &TaskRow) -> Self {
        Self {
            rare: row.demand.rare,
            plain: row.demand.plain,
            interactive: row.interactive,
            durable: row.durable,
            callback: row.callback,
        }
    }

    pub(super) fn code(self) -> i64 {
        let bit = |set: bool, bit: i64| if set { bit } else { 0 };
        bit(self.rare, Self::RARE)
            | bit(self.plain, Self::PLAIN)
            | bit(self.interactive, Self::INTERACTIVE)
            | bit(self.durable, Self::DURABLE)
            | bit(self.callback, Self::CALLBACK)
    }

    pub(super) fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        let code: i64 = row.get(index)?;
        let flags = Self {
            rare: code & Self::RARE != 0,
            plain: code & Self::PLAIN != 0,
            interactive: code & Self::INTERACTIVE != 0,
            durable: code & Self::DURABLE != 0,
            callback: code & Self::CALLBACK != 0,
        };
        if flags.code() == code {
            Ok(flags)
        } else {
            Err(Error::IntegralValueOutOfRange(index, code))
        }
    }
}

/// A word from a column.
pub(super) fn coded<T: Coded>(row: &Row<'_>, index: usize) -> Result<T> {
    let code = row.get(index)?;
    T::decode(code).ok_or(Error::IntegralValueOutOfRange(index, code))
}

/// A word from a column that may be empty.
pub(super) fn coded_option<T: Coded>(row: &Row<'_>, index: usize) -> Result<Option<T>> {
    if row.get::<_, Option<i64>>(index)?.is_none() {
        Ok(None)
    } else {
        coded(row, index).map(Some)
    }
}

/// An amount for a column: what is larger than SQLite's integers is as good as the largest.
pub(super) fn amount(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// An amount from a column.
pub(super) fn unsigned<T: TryFrom<i64>>(row: &Row<'_>, index: usize) -> Result<T> {
    let value = row.get(index)?;
    T::try_from(value).map_err(|_| Error::IntegralValueOutOfRange(index, value))
}

/// An instant from a column.
pub(super) fn time(row: &Row<'_>, index: usize) -> Result<Timestamp> {
    row.get(index).map(Timestamp::from_micros)
}

/// An instant for a column where nothing stands for "never".
pub(super) fn unless_never(time: Timestamp) -> Option<i64> {
    (time != Timestamp::MAX).then_some(time.as_micros())
}

/// An instant from a column where nothing stands for "never".
pub(super) fn time_or_never(row: &Row<'_>, index: usize) -> Result<Timestamp> {
    Ok(row
        .get::<_, Option<i64>>(index)?
        .map_or(Timestamp::MAX, Timestamp::from_micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_means_one_word() {
        fn check<T: Coded + PartialEq + std::fmt::Debug>(expected: usize) {
            let words: Vec<T> = (-5..100).filter_map(T::decode).collect();
            assert_eq!(words.len(), expected);
            assert!(
                (-5..100).all(|code| T::decode(code).is_none_or(|word| word.code() == code)),
                "{words:?}"
            );
        }
        check::<AttemptOutcome>(8);
        check::<ParkReason>(5);
        check::<Ending>(7);
        check::<NameKind>(8);
    }

    #[test]
    fn a_sum_that_saturated_stays_the_largest() {
        assert_eq!(amount(u64::MAX), i64::MAX);
    }
}
