//! Money as an integer: no sum of prices is ever rounded twice.

use std::ops::{Add, AddAssign};

/// Millionths of a micro-dollar. A price of $0.05 for a million tokens is 50,000 a token.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Picodollars(pub u64);

impl Picodollars {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// As dollars, for showing.
    pub fn as_dollars(self) -> f64 {
        self.0 as f64 / 1e12
    }
}

impl Add for Picodollars {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Picodollars {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// What a target asks for a token.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Price {
    /// For each input token.
    pub input: Picodollars,
    /// For each output token.
    pub output: Picodollars,
}

impl Price {
    /// The price of so many tokens.
    pub fn of(self, input_tokens: u64, output_tokens: u64) -> Picodollars {
        Picodollars(
            self.input
                .0
                .saturating_mul(input_tokens)
                .saturating_add(self.output.0.saturating_mul(output_tokens)),
        )
    }
}
