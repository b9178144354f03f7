//! What is to be done in a month of 30 days.

use super::DAYS;

/// Tasks that can go to the same places.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Work {
    /// What it is called; none where flags say it.
    pub(crate) name: Option<String>,
    /// The route or model that it asks for; none: the default route.
    pub(crate) route: Option<String>,
    /// How much of it there is.
    pub(crate) demand: Demand,
}

/// Tasks and their tokens in a month. The size of a task is tokens over requests, kept as two whole numbers.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Demand {
    pub(crate) requests: u128,
    pub(crate) input: u128,
    pub(crate) output: u128,
}

impl Demand {
    /// So many tasks a day of this size.
    pub(crate) fn a_day(requests: u64, input: u32, output: u32) -> Self {
        Self::a_month(u128::from(requests) * DAYS, input, output)
    }

    /// So many tasks a month of this size.
    pub(crate) fn a_month(requests: u128, input: u32, output: u32) -> Self {
        Self {
            requests,
            input: requests * u128::from(input),
            output: requests * u128::from(output),
        }
    }

    /// Both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            requests: self.requests + other.requests,
            input: self.input + other.input,
            output: self.output + other.output,
        }
    }

    /// The same for another number of requests, the tokens rounded up.
    pub(crate) fn of(self, requests: u128) -> Self {
        let part = |all: u128| match self.requests {
            0 => 0,
            total => (all * requests).div_ceil(total),
        };
        Self {
            requests,
            input: part(self.input),
            output: part(self.output),
        }
    }

    /// Tokens of one task, in and out, to the nearest whole one.
    pub(crate) fn size(self) -> (u128, u128) {
        let each = |all: u128| match self.requests {
            0 => 0,
            requests => (all + requests / 2) / requests,
        };
        (each(self.input), each(self.output))
    }
}
