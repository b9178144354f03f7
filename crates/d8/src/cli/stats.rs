//! `d8 stats`.

use clap::Args;

use super::Failure;

/// Show the figures of a running orchestrator.
#[derive(Debug, Args)]
pub(super) struct StatsArguments {}

pub(super) async fn run(_arguments: StatsArguments) -> Result<u8, Failure> {
    Err(Failure::not_started("not built yet"))
}
