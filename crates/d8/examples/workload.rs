//! Writes the example workloads in `examples/` anew from their templates: `cargo run -p d8 --example workload`.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

#[path = "workload/mod.rs"]
mod workload;

fn main() -> Result<(), Box<dyn Error>> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    for file in workload::generate(&examples)? {
        let path = examples.join(file.name);
        fs::write(&path, &file.text).map_err(|error| format!("{}: {error}", path.display()))?;
        writeln!(io::stderr(), "{}: {} requests", file.name, file.text.lines().count())?;
    }
    Ok(())
}
