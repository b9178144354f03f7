//! D8.
fn main() {}
