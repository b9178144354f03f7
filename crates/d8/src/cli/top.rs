//! `d8 top`: the dashboard in a terminal.

use std::io::IsTerminal;

use clap::Args;

use super::Failure;
use crate::client::reach::Reach;
use crate::{text, top};

/// Watch a running orchestrator in the terminal: accounts and their limits, workers, the queue, tasks; pause, retry, cancel.
#[derive(Debug, Args)]
#[command(
    after_help = "Keys: arrows and Tab move, p pauses or resumes an account, r tries a failed task again, c cancels a task,\n\
  / filters, ? shows all keys, q ends it.\n\n\
  Examples:\n  \
  d8 top\n  \
  d8 top --orchestrator http://d8:TOKEN@pi:5000\n\n\
  Without a terminal: `d8 stats --watch`"
)]
pub(super) struct TopArguments {
    #[command(flatten)]
    reach: Reach,
}

pub(super) async fn run(arguments: TopArguments) -> Result<u8, Failure> {
    if arguments.reach.json {
        return Err(Failure::not_started(text!("top-no-json")).hint(text!("top-no-json-next")));
    }
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return Err(Failure::not_started(text!("top-no-terminal")).hint(text!("top-no-terminal-next")));
    }
    let client = arguments.reach.open().await?;
    // Whoever asks for what is not there learns it before the screen changes.
    client.get(&["api", "stats"], &[]).await?;
    let shown = top::run(client).await;
    shown.map_err(|error| Failure::broke_off(text!("top-terminal-failed", why = error.to_string())))
}
