//! Capacity and cost of a workload on accounts, by arithmetic: nothing is sent, and nothing is simulated.
//!
//! In reading order: [`amount`] and [`money`] are the numbers, all of them integers; [`work`] is what is to be done, [`agents`]
//! reads it from `[[agent]]`s; [`place`] is where it can go, with what each limit lets through; [`share`] gives the work to the
//! places; [`tiers`] asks what other plans of a provider would do; [`income`] is the return.
//!
//! A month has 30 days. Work comes evenly over the day, so what counts is what a limit lets through for good: a bucket its rate, a
//! window its amount once in its length, as the engine holds it. A rest before it, which a full bucket gives, is not counted.

pub(crate) mod agents;
pub(crate) mod amount;
pub(crate) mod income;
pub(crate) mod money;
pub(crate) mod place;
pub(crate) mod share;
pub(crate) mod tiers;
pub(crate) mod work;

#[cfg(test)]
mod tests;

/// Days of a month.
pub(crate) const DAYS: u128 = 30;
/// Microseconds of a month.
pub(crate) const MONTH_MICROS: u128 = DAYS * 86_400 * 1_000_000;

/// A monthly number as a daily one: what can be done, whole.
pub(crate) fn a_day(a_month: u128) -> u128 {
    a_month / DAYS
}

/// A monthly number as a daily one: what must be done, the last part of one too.
pub(crate) fn a_day_at_most(a_month: u128) -> u128 {
    a_month.div_ceil(DAYS)
}
