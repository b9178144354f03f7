//! `d8 tasks`.

use clap::Args;

use super::Failure;

/// List, show, cancel or retry tasks of a running orchestrator.
#[derive(Debug, Args)]
pub(super) struct TasksArguments {}

pub(super) async fn run(_arguments: TasksArguments) -> Result<u8, Failure> {
    Err(Failure::not_started("not built yet"))
}
