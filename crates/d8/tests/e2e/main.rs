//! The real binary, driven over real sockets against emulated providers that enforce their limits.
//!
//! A test makes a [`world::World`], says what is in its folder, runs `d8`, and looks at what a user would look at: OUT,
//! the exit code, what was printed; and at what a provider would look at: the judge's score and every arrival.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod world;

mod again;
mod agents;
mod aside;
mod bad_input;
mod beside;
mod chat;
mod contest;
mod demo;
mod diagnosis;
mod disk;
mod doctor;
mod doors;
mod emulate;
mod environment;
mod failures;
mod fleet;
mod forecast;
mod forms;
#[cfg(unix)]
mod guides;
mod import;
mod kill;
mod languages;
mod places;
mod plan;
mod policies;
mod providers;
mod quota;
mod reload;
mod secrets;
#[cfg(target_os = "linux")]
mod service;
mod setup;
mod stop;
mod store;
mod up;
mod watching;
