//! `d8 submit`.

use clap::Args;

use super::Failure;

/// Hand one prompt to a running orchestrator.
#[derive(Debug, Args)]
pub(super) struct SubmitArguments {}

pub(super) async fn run(_arguments: SubmitArguments) -> Result<u8, Failure> {
    Err(Failure::not_started("not built yet"))
}
