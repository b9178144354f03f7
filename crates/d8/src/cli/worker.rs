//! `d8 worker`.

use clap::Args;

use super::Failure;

/// Run a worker on this machine for an orchestrator elsewhere; its key stays here.
#[derive(Debug, Args)]
pub(super) struct WorkerArguments {}

pub(super) async fn run(_arguments: WorkerArguments) -> Result<u8, Failure> {
    Err(Failure::not_started("not built yet"))
}
