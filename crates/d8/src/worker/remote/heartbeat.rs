//! Signs of life: while something is at work they keep its lease, else they say that the worker is there.

use std::sync::Arc;

use super::fleet_loop::Life;
use super::link::NoAnswer;

/// Beats until it is aborted.
pub(super) async fn run(life: Arc<Life>) {
    loop {
        tokio::time::sleep(life.renew_every()).await;
        let _ = life.beat().await;
    }
}

impl Life {
    /// One sign of life. When it is through, the orchestrator knows this life of the worker.
    pub(super) async fn beat(&self) -> Result<(), NoAnswer> {
        let answer = self.heard(self.link.heartbeat(self.held.names()).await)?;
        self.held.cancel(&answer.cancelled);
        if answer.registered {
            return Ok(());
        }
        self.register_again().await
    }
}
