//! `d8 workers`.

use clap::Args;

use super::Failure;

/// List the workers of a running orchestrator.
#[derive(Debug, Args)]
pub(super) struct WorkersArguments {}

pub(super) async fn run(_arguments: WorkersArguments) -> Result<u8, Failure> {
    Err(Failure::not_started("not built yet"))
}
