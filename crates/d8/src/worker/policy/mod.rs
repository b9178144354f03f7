//! The Hive's workers, as policies of the built-in one: how each lets its requests out, and what it does about a 429. They
//! are there for comparison. Their attempts are real; no ledger holds them.
//!
//! In reading order: [`Rules`] are what a policy says, `pace` keeps to its caps, [`Paced`] does both.

mod pace;
mod rules;

#[cfg(test)]
mod tests;

use std::time::Duration;

use d8_core::message::Outcome;
use d8_core::time::Timestamp;
use d8_store::ResultRow;
use serde_json::Value;
use tokio::sync::Mutex;

use super::attempt::{self, Concluded, Job};
use super::{Provider, Tally, report};
use crate::clock::Clock;
use crate::text;
use pace::Pace;
pub use rules::Rules;

/// A worker that keeps to the rules of one of the Hive's, and to no others.
pub struct Paced {
    rules: Rules,
    /// Whoever holds it is the next to send.
    pace: Mutex<Pace>,
}

impl Paced {
    /// One that has sent nothing yet.
    pub fn new(rules: Rules) -> Self {
        let pace = Mutex::new(Pace::new(rules.caps.clone()));
        Self { rules, pace }
    }

    /// Makes the attempt, as often as the policy tries: what the engine hears in the end is an answer or a failure of the
    /// task, never a 429 that it would wait out.
    pub(super) async fn attempt(&self, provider: &Provider, job: &Job, clock: Clock, tally: &Tally) -> Concluded {
        // It waits at its own pace: a lease's last moment for sending is the ledger's, and the ledger has no part in this.
        let job = Job {
            send_by: Timestamp::MAX,
            ..job.clone()
        };
        tokio::select! {
            biased;
            concluded = self.tries(provider, &job, clock, tally) => concluded,
            // A call under way hears of it by itself, and what it comes to is ready first.
            () = attempt::unwanted(&job) => attempt::unsent(clock, Outcome::GivenBack, None),
        }
    }

    /// Sends in the policy's time until it is answered or the policy gives up.
    async fn tries(&self, provider: &Provider, job: &Job, clock: Clock, tally: &Tally) -> Concluded {
        let mut retries = 0;
        loop {
            self.pace.lock().await.turn().await;
            let concluded = attempt::run(provider, job, clock, tally).await;
            tally.concluded(&concluded, retries > 0);
            if !is_429(&concluded) {
                return self.given_up(concluded, None);
            }
            let Some(wait) = self.rules.backoff(retries) else {
                return self.given_up(concluded, Some(retries));
            };
            tokio::time::sleep(wait).await;
            retries += 1;
        }
    }

    /// What the engine would try again fails the task instead, in the provider's own words. `retries`: how many a 429 had.
    fn given_up(&self, mut concluded: Concluded, retries: Option<u32>) -> Concluded {
        let name = self.rules.name;
        let outcome = &concluded.report.outcome;
        let would_return = matches!(
            outcome,
            Outcome::Refused { .. } | Outcome::Overloaded { .. } | Outcome::Fault { .. }
        );
        if would_return {
            let why = match retries {
                Some(0) => text!("policy-no-retry", name = name),
                Some(retries) => text!("policy-retried", count = retries, name = name),
                None => text!("policy-only-429", name = name),
            };
            concluded.report.outcome = Outcome::Rejected;
            concluded.result = Some(with_reason(concluded.result, &why));
        }
        concluded
    }
}

/// Refused for quota or for lack of capacity: the Hive's workers look only for the number.
fn is_429(concluded: &Concluded) -> bool {
    let said_no = matches!(
        concluded.report.outcome,
        Outcome::Refused { .. } | Outcome::Overloaded { .. }
    );
    said_no && concluded.result.as_ref().is_some_and(|result| result.status == 429)
}

/// The kept failure, its words followed by why nothing more is tried.
fn with_reason(result: Option<ResultRow>, why: &str) -> ResultRow {
    let Some(result) = result else {
        return report::own_row(why);
    };
    let mut body: Value = serde_json::from_slice(&result.body).unwrap_or_default();
    match body.pointer_mut("/error/message") {
        Some(Value::String(message)) => *message += &format!(" ({why})"),
        _ => return report::own_row(why),
    }
    ResultRow {
        body: body.to_string().into_bytes(),
        ..result
    }
}

/// The Hive's limiter sleeps a second longer than it must.
const MARGIN: Duration = Duration::from_secs(1);
