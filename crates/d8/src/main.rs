//! The `d8` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    d8::cli::main()
}
