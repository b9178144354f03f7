//! Tells a URL that a task has ended: signed, tried again, and never to a private address unless that is allowed.
//!
//! [`CallbackUrl`] judges what a caller hands in; [`Deliveries`] does the telling, from [`Handle::due`] until the
//! receiver has answered or is given up. Requests are signed as <https://www.standardwebhooks.com> says, with the
//! [`Secret`]; [`verify`] is the receiver's half. What has not been told when the process ends is told after the next
//! start, so a receiver may hear the same end twice: `webhook-id` is the same then.

mod address;
mod agenda;
mod courier;
mod deliveries;
mod lanes;
mod reply;
mod resolver;
mod schedule;
mod secret;
mod signature;
mod url;

#[cfg(test)]
mod tests;

pub use agenda::Told;
pub use deliveries::{Deliveries, Handle, Message, Settings};
pub use resolver::{Resolver, SystemResolver};
pub use schedule::Schedule;
pub use secret::{NoSecret, Secret};
pub use signature::{NotGenuine, verify};
pub use url::{CallbackUrl, Refused};
