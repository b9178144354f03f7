//! `d8 up`.

use clap::Args;

use super::Failure;

/// Run the orchestrator: queue, built-in workers, HTTP APIs and the page at /.
#[derive(Debug, Args)]
pub(super) struct UpArguments {}

pub(super) async fn run(_arguments: UpArguments) -> Result<u8, Failure> {
    Err(Failure::not_started("not built yet"))
}
