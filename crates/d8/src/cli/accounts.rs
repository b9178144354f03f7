//! `d8 accounts`.

use clap::Args;

use super::Failure;

/// List, pause or resume accounts of a running orchestrator.
#[derive(Debug, Args)]
pub(super) struct AccountsArguments {}

pub(super) async fn run(_arguments: AccountsArguments) -> Result<u8, Failure> {
    Err(Failure::not_started("not built yet"))
}
