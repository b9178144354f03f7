//! The emulator over a real socket, as a client sees it. Time is set by hand, so that no test waits or straddles an edge.
#![allow(clippy::unwrap_used, clippy::panic)]

mod client;

mod counting;
mod faults;
mod gemini;
mod groq;
mod openai;
mod score;
mod server;
mod streams;
