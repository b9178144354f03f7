//! What comes back: income over cost, as the seed counted it, and profit over cost.

use super::money::Money;
use crate::text;

/// From the least to the most, a month.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Income {
    pub(crate) least: Money,
    pub(crate) most: Money,
}

impl Income {
    /// Reads "500..1500", or one number for both.
    pub(crate) fn parse(written: &str) -> Result<Self, String> {
        let (least, most) = written.split_once("..").unwrap_or((written, written));
        if written.trim_start().starts_with('-') || most.trim_start().starts_with('-') {
            return Err(text!("plan-income-negative", written = written));
        }
        let (least, most) = (Money::parse(least), Money::parse(most));
        let (Ok(least), Ok(most)) = (least, most) else {
            return Err(text!("plan-no-income", written = written));
        };
        if least > most {
            let (from, to) = (most.exact(), least.exact());
            return Err(text!("plan-income-reversed", written = written, from = from, to = to));
        }
        if most == Money::default() {
            return Err(text!("plan-income-zero"));
        }
        Ok(Self { least, most })
    }
}

/// Both ways to count, in percent of the cost, to the nearest whole one.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Return {
    /// Income over cost.
    pub(crate) income: u128,
    /// Income less cost, over cost; below zero where the cost is higher.
    pub(crate) profit: i128,
}

/// The return of an income; none where nothing was spent.
pub(crate) fn on(income: Money, cost: Money) -> Option<Return> {
    let cost = (cost.0 > 0).then_some(cost.0)?;
    let nearest = |amount: u128| amount.saturating_mul(100).saturating_add(cost / 2) / cost;
    let signed = |percent: u128| i128::try_from(percent).unwrap_or(i128::MAX);
    Some(Return {
        income: nearest(income.0),
        profit: if income.0 >= cost {
            signed(nearest(income.0 - cost))
        } else {
            -signed(nearest(cost - income.0))
        },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn money(written: &str) -> Money {
        Money::parse(written).unwrap()
    }

    #[test]
    fn the_seeds_return_and_the_one_on_profit() {
        let on = |income: &str| {
            let Return { income, profit } = on(money(income), money("11.40")).unwrap();
            (income, profit)
        };
        assert_eq!(on("500"), (4_386, 4_286));
        assert_eq!(on("1500"), (13_158, 13_058));
        assert_eq!(on("11.40"), (100, 0));
        assert_eq!(on("5.70"), (50, -50));
        assert_eq!(super::on(money("500"), Money::default()), None);
    }

    #[test]
    fn an_income_is_a_number_or_two_in_order() {
        let read = |written: &str| Income::parse(written).map(|income| (income.least.exact(), income.most.exact()));
        assert_eq!(read("500..1500"), Ok(("500.00".to_owned(), "1500.00".to_owned())));
        assert_eq!(read("99.50"), Ok(("99.50".to_owned(), "99.50".to_owned())));
        assert!(read("1500..500").unwrap_err().contains("500.00..1500.00"));
        for written in ["", "..", "500..", "a..b", "-5..10", "0", "5..-10"] {
            assert!(read(written).is_err(), "{written}");
        }
    }
}
