//! D8 as a program: everything with a socket, a clock, a key or a terminal.
//!
//! In reading order: [`config`] and [`catalogue`] say what the user owns; [`orchestrator`] runs the engine over the store;
//! [`worker`] calls providers; [`probe`] asks one whether it works; [`run`] does a file of work; [`demo`] shows what for; `top`
//! shows it in a terminal; [`setup`] writes the configuration; [`doctor`] finds out why it does not work; [`cli`] is what the
//! user types. [`clock`], [`secret`], [`private_file`] and [`words`] are small things that all of them need.
//! [`worker`] calls providers; [`reload`] lets another configuration in while it runs; [`run`] does a file of work; [`demo`] shows what for; [`import`] reads what others wrote; [`cli`] is what the user types. [`clock`],
//! [`worker`] calls providers; [`probe`] asks one whether it works; [`run`] does a file of work; [`demo`] shows what for; [`cli`] is what the user types; [`setup`] writes the
//! configuration for them. [`clock`], [`secret`], [`private_file`] and [`words`] are small things that all of them need.
//! [`worker`] calls providers; [`probe`] asks one whether it works; [`run`] does a file of work; [`demo`] shows what for;
//! [`doctor`] finds out why it does not work; [`cli`] is what the user types. [`clock`], [`secret`] and
//! [`words`] are small things that all of them need.
//! [`worker`] calls providers; [`run`] does a file of work; [`demo`] shows what for; `top` shows it in a terminal; [`cli`] is what the user types. [`clock`],
//! [`secret`] and [`words`] are small things that all of them need.

pub mod agents;
pub mod bound;
pub mod callback;
pub mod catalogue;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod forecast;
pub mod import;
pub mod orchestrator;
mod plan;
pub mod private_file;
pub mod probe;
pub mod protocol;
pub mod reload;
pub mod run;
pub mod secret;
pub mod server;
pub mod setup;
pub mod simulate;
pub mod task;
#[cfg(feature = "tui")]
mod top;
pub mod words;
pub mod worker;
pub mod world;
