//! Work that comes by itself: `[[agent]]`.
//!
//! In reading order: [`timetable`] says when an agent's work is due and [`decide`] what becomes of it, both pure;
//! [`piece`] fills the agent's texts; `desk` is one agent at work and [`office`] all of them; `delivery` brings answers to
//! files (`file`) and programs (`program`), with what was stored beside the task ([`note`]). Webhooks are callbacks of tasks.

pub mod decide;
mod delivery;
mod desk;
mod file;
pub mod note;
pub mod office;
mod path;
pub mod piece;
mod program;
pub mod timetable;

pub use office::{Agents, Delivered, NotDone, Settings, View};

/// The group of an agent's tasks, and whom they are for.
pub fn group_of(agent: &str) -> String {
    format!("agent/{agent}")
}
