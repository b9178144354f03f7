//! The engine, one concern a file.

#![allow(clippy::unwrap_used, clippy::panic)]

mod affinity;
mod aside;
mod crew;
mod reform;
mod row;
mod stage;
