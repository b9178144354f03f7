//! Counting as the providers do it: pure, exact, with the time passed in. Nothing here reads a clock or knows HTTP.
//!
//! An [`Account`] holds the limits of one key. [`Account::arrive`] asks all limits of a model at once and charges either
//! all of them or none; [`Account::finish`] replaces the reservation by what was really used.

mod account;
mod bucket;
mod calendar;
mod counter;
mod gauge;
mod limit;
mod log;
#[cfg(test)]
mod properties;
mod refusal;
mod window;

pub use account::{Account, Cost, Reading, Ticket};
pub use limit::{DAY, Dimension, HOUR, Kind, Limit, MINUTE, Micros, Provider, SECOND, Scope, Speed};
pub use refusal::{Refusal, Violation, Wait};
