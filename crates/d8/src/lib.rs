//! D8 as a program: everything with a socket, a clock, a key or a terminal.

pub mod catalogue;
pub mod config;
pub mod secret;
