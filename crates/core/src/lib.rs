//! The brain of D8: it decides which task goes to which account at which moment, and what becomes of it.
//!
//! The engine is a deterministic state machine. It has no clock, no randomness, no I/O, no threads and no strings:
//! whoever drives it passes the time in and carries the outputs out. The same inputs at the same times give the same
//! outputs, always. The server, the simulated world and the tests drive the same engine.
//!
//! Modules, in reading order: [`time`], [`money`], [`id`] are the vocabulary; [`limit`] says what a limit is and
//! [`usage`] what a task asks of it; [`task`] is a task's life; [`setup`] is what the engine is told about the world,
//! [`message`] what goes in and comes out, [`change`] what must be remembered, [`worker`] who does the work, [`wait`] why something is not running;
//! [`engine`] decides.

pub mod change;
pub mod clock;
pub mod engine;
pub mod id;
pub mod limit;
pub mod message;
pub mod money;
mod queue;
mod quota;
pub mod setup;
mod sizes;
pub mod task;
pub mod time;
pub mod usage;
pub mod wait;
pub mod worker;

pub use engine::Engine;
pub use quota::{Free, LimitView};
