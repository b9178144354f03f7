//! The kept scenarios of `d8 simulate`, by D8 and by other policies, as a table in Markdown. Prints figures; judges nothing.
//!
//! `cargo bench --bench scenarios -- [NAME...]`

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use d8::simulate::scenario::{COMPARED, Scenario, markdown};

fn main() {
    let names: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let mut chosen = Scenario::all();
    chosen.retain(|scenario| names.is_empty() || names.iter().any(|name| name == scenario.name));
    let results: Vec<_> = chosen
        .iter()
        .map(|scenario| scenario.run(&COMPARED, 1).unwrap())
        .collect();
    println!("{}", markdown(&results));
}
