//! Sums of money: picodollars, as prices are, but as many as anybody could spend.

use std::ops::{Add, AddAssign};

use d8_core::money::Picodollars;

use crate::text;
use crate::words::number;

/// Picodollars of a dollar.
const DOLLAR: u128 = 1_000_000_000_000;
/// Picodollars of a cent.
const CENT: u128 = DOLLAR / 100;

/// A sum in picodollars, exactly.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Money(pub(crate) u128);

impl Money {
    /// The price of so many tokens.
    pub(crate) fn of(price: Picodollars, tokens: u128) -> Self {
        Self(u128::from(price.0).saturating_mul(tokens))
    }

    /// Reads dollars: "500", "500.50", "1,500".
    pub(crate) fn parse(written: &str) -> Result<Self, String> {
        let bad = || text!("plan-no-money", written = written);
        let trimmed = written.trim();
        let plain = trimmed.strip_prefix('$').unwrap_or(trimmed).replace([',', '_'], "");
        let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 15 || decimals.len() > 12 || !digits(whole) || !digits(decimals) {
            return Err(bad());
        }
        format!("{whole}{decimals:0<12}").parse().map(Self).map_err(|_| bad())
    }

    /// "$11.40", to the nearest cent; what is less than a cent and not nothing is said to be so.
    pub(crate) fn shown(self) -> String {
        let cents = self.0.saturating_add(CENT / 2) / CENT;
        match (self.0, cents) {
            (1.., 0) => "<$0.01".to_owned(),
            _ => format!("${}.{:02}", grouped(cents / 100), cents % 100),
        }
    }

    /// Parts of a sum, each to the cent, so that together they are the sum as it is shown: what rounding leaves over goes where
    /// most of a cent was cut off.
    pub(crate) fn shown_parts(parts: &[Self]) -> Vec<String> {
        let sum = parts.iter().fold(Self::default(), |sum, part| sum + *part);
        let mut cents: Vec<u128> = parts.iter().map(|part| part.0 / CENT).collect();
        let over = (sum.0.saturating_add(CENT / 2) / CENT).saturating_sub(cents.iter().sum());
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(parts[*at].0 % CENT));
        for at in order.into_iter().take(usize::try_from(over).unwrap_or(usize::MAX)) {
            cents[at] += 1;
        }
        let shown = |(part, cents): (&Self, u128)| match cents {
            0 => Self(part.0.min(CENT / 2 - 1)).shown(),
            cents => Self(cents * CENT).shown(),
        };
        parts.iter().zip(cents).map(shown).collect()
    }

    /// "11.4000001": exact, with at least two decimals.
    pub(crate) fn exact(self) -> String {
        let decimals = format!("{:012}", self.0 % DOLLAR);
        let kept = decimals.trim_end_matches('0').len().max(2);
        format!("{}.{}", self.0 / DOLLAR, &decimals[..kept])
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// A number with its thousands apart.
pub(crate) fn grouped(value: u128) -> String {
    number(u64::try_from(value).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn sums_are_exact_and_shown_to_the_nearest_cent() {
        for (written, exact, shown) in [
            ("11.4", "11.40", "$11.40"),
            ("1,500", "1500.00", "$1,500.00"),
            ("$0.005", "0.005", "$0.01"),
            ("0.0049", "0.0049", "<$0.01"),
            ("0", "0.00", "$0.00"),
            ("0.000000000001", "0.000000000001", "<$0.01"),
        ] {
            let money = Money::parse(written).unwrap();
            assert_eq!(
                (money.exact().as_str(), money.shown().as_str()),
                (exact, shown),
                "{written}"
            );
        }
        for written in ["", "-1", "ten", "1e3", ".5", "0.0000000000001"] {
            assert!(Money::parse(written).is_err(), "{written}");
        }
    }

    #[test]
    fn parts_as_shown_add_up_to_the_sum_as_shown() {
        let shown = |parts: &[&str]| {
            let parts: Vec<Money> = parts.iter().map(|part| Money::parse(part).unwrap()).collect();
            Money::shown_parts(&parts)
        };
        assert_eq!(shown(&["13.275", "10.665"]), ["$13.28", "$10.66"], "$23.94 in all");
        assert_eq!(shown(&["0.333", "0.333", "0.334"]), ["$0.33", "$0.33", "$0.34"]);
        assert_eq!(shown(&["1.004", "1.004"]), ["$1.01", "$1.00"], "$2.01 in all");
        assert_eq!(shown(&["0", "5"]), ["$0.00", "$5.00"]);
        assert_eq!(shown(&["0.004", "0.003"]), ["$0.01", "<$0.01"], "$0.01 in all");
        assert_eq!(shown(&["0.001", "0.001"]), ["<$0.01", "<$0.01"]);
        assert!(shown(&[]).is_empty());
    }

    #[test]
    fn a_price_of_many_tokens() {
        // 50 M at $0.10 and 20 M at $0.32 a million.
        let sum = Money::of(Picodollars(100_000), 50_000_000) + Money::of(Picodollars(320_000), 20_000_000);
        assert_eq!(sum.exact(), "11.40");
    }
}
