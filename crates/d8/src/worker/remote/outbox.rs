//! Delivers a report: it is sent until it was answered, whatever becomes of the orchestrator meanwhile.

use d8_core::time::Timestamp;

use super::contact::Backoff;
use super::fleet_loop::Life;
use super::link::NoAnswer;
use super::spoken;
use crate::protocol::{AttemptName, WorkReport, translate};
use crate::worker::Concluded;

impl Life {
    pub(super) async fn deliver(&self, name: &AttemptName, concluded: Concluded) {
        let (received_at, arrived_by) = (concluded.report.received_at, concluded.report.arrived_by);
        let (status, body) = translate::result_to(concluded.result);
        let mut report = WorkReport {
            task_id: name.task_id.clone(),
            attempt: name.attempt,
            incarnation: self.link.incarnation().to_owned(),
            outcome: translate::outcome_to(&concluded.report.outcome),
            status,
            body,
            sent_ms_ago: None,
            received_ms_ago: 0,
            arrived_ms_ago: None,
            date: concluded.date,
            signals: translate::signals_to(&concluded.report.signals),
        };
        let mut backoff = Backoff::new(&self.pace);
        let mut is_known = false;
        loop {
            report.sent_ms_ago = concluded.sent_at.map(|sent_at| self.ms_since(sent_at));
            report.received_ms_ago = self.ms_since(received_at);
            report.arrived_ms_ago = Some(self.ms_since(arrived_by));
            match self.heard(self.link.report(&report).await) {
                Ok(()) => return,
                // One that has just restarted knows nobody before he has registered: then it says no to what is right.
                // Whether that was so cannot be told afterwards; once it surely knows this worker, its word counts.
                Err(NoAnswer::Refused { status: 409, .. }) if !is_known => match self.beat().await {
                    Ok(()) => is_known = true,
                    Err(_) => backoff.wait().await,
                },
                Err(NoAnswer::Refused { status, message }) => return spoken::not_taken(name, status, &message),
                Err(NoAnswer::Away(_)) => {
                    is_known = false;
                    backoff.wait().await;
                }
            }
        }
    }

    fn ms_since(&self, then: Timestamp) -> u64 {
        u64::try_from(self.clock.now().since(then).as_millis()).unwrap_or(u64::MAX)
    }
}
