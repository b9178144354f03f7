//! Sets an account up: what is there already, where a key belongs, and what the files will say. Who asks the questions
//! and says the answers is `d8 setup`; here nothing is printed.
//!
//! In reading order: [`key`] is what a person pastes; [`known`] are the accounts that are there and the place of another;
//! [`d8_toml`] and [`dotenv`] change files as text, [`KeptText`] keeps their bytes; [`Site`] brings all of it together, and
//! writes; [`limits`] says what will hold; [`local`] finds out what a server of one's own has; [`worker_file`] is for
//! another machine.

pub mod d8_toml;
pub mod dotenv;
mod kept_text;
pub mod key;
pub mod known;
pub mod limits;
pub mod local;
mod site;
pub mod worker_file;

pub use kept_text::KeptText;
pub use site::{Draft, Result, Site, Trouble, Written};
