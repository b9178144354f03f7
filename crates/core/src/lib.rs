//! The brain of D8: it decides which task goes to which account at which moment, and what becomes of it.
//!
//! The engine is a deterministic state machine. It has no clock, no randomness, no I/O, no threads and no strings:
//! whoever drives it passes the time in and carries the outputs out. The same inputs at the same times give the same
//! outputs, always. The server, the simulated world and the tests drive the same engine.
//!
//! Modules, in reading order: [`time`], [`money`], [`id`] are the vocabulary; [`limit`] says what a limit is and
//! [`usage`] what a task asks of it; [`change`] is what must be remembered.

pub mod change;
pub mod id;
pub mod limit;
pub mod money;
pub mod time;
pub mod usage;
