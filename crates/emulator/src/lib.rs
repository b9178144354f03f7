//! The judge of D8: a stand-in for LLM providers that enforces their limits as strictly as they do, and speaks as they do.
//!
//! It uses no crate of ours: shared counting would hide a wrong ledger, a shared codec would agree with its own mistakes.
//! What it promises not to do: [`counting`] reads no clock and knows no HTTP, so that a simulator can use it in virtual
//! time; the score holds no key; nothing here asks the network.
//!
//! In reading order: [`counting`] (what fits), the catalogue and [`Tier`] (under which limits), [`Options`] (how strictly,
//! how fast, how reliably), the emulator (all accounts), the exchange (the path of one request), one dialect for each
//! provider, and [`serve`] (the socket).

pub mod counting;

mod catalogue;
mod tier;

mod clock;
mod dice;
mod faults;
mod latency;
mod options;

mod emulator;
mod fingerprint;
mod running;
mod score;
pub mod tokens;

mod answer;
mod dialect;
mod exchange;
mod go_duration;
mod reply;
mod stream;

mod gemini;
mod openai;

mod admin;
mod router;
mod server;

pub use catalogue::{Model, base_model, models};
pub use clock::Clock;
pub use counting::{
    Account, Cost, DAY, Dimension, HOUR, Kind, Limit, MINUTE, Micros, Provider, Reading, Refusal, SECOND, Scope, Speed,
    Ticket, Violation, Wait,
};
pub use dice::Dice;
pub use emulator::Emulator;
pub use faults::{FaultKind, Faults};
pub use fingerprint::mark;
pub use latency::{Delay, Latency, Spread};
pub use options::{Counting, DailyHint, GeminiMinute, Options};
pub use score::{KEPT_TIMES, LimitScore, Row, Score, Tally};
pub use server::serve;
pub use tier::Tier;
