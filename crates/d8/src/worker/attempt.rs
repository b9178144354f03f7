//! One attempt: read the request, translate it, send it in time, and say what became of it.

use d8_core::clock::ClockOffset;
use d8_core::message::{Lease, Outcome, Report};
use d8_core::time::Timestamp;
use d8_store::ResultRow;
use d8_wire::{ChatRequest, Context, FailureKind, HeaderFacts, Headers, Mode, WireRequest};

use super::provider::{NoReply, RawReply};
use super::{Worker, report};

/// What an attempt came to, for the engine and for whoever asked.
type Concluded = (Report, Option<ResultRow>);

pub(super) async fn run(worker: &Worker, lease: &Lease) -> Concluded {
    let Some((_, model)) = worker.surroundings.plan.targets.get(&lease.target) else {
        return unsent(worker, Outcome::GivenBack, None);
    };
    let request = match read(worker, lease).await {
        Ok(request) => request,
        Err(problem) => return unsent(worker, Outcome::Rejected, Some(&problem)),
    };
    let encoded = match worker.provider.wire.encode(&request, model, Mode::Plain) {
        Ok(encoded) => encoded,
        Err(unsupported) => return unsent(worker, Outcome::Rejected, Some(&unsupported.to_string())),
    };
    let sent_at = worker.surroundings.clock.now();
    // Later the lease may be somebody else's, and its quota too.
    if sent_at > lease.send_by {
        return unsent(worker, Outcome::GivenBack, None);
    }
    send(worker, model, encoded, sent_at).await
}

async fn read(worker: &Worker, lease: &Lease) -> Result<ChatRequest, String> {
    let payload = worker
        .surroundings
        .requests
        .read(lease.task)
        .await?
        .ok_or("the request is not in the store")?;
    ChatRequest::parse(&payload.body).map_err(|error| error.to_string())
}

async fn send(worker: &Worker, model: &str, request: WireRequest, sent_at: Timestamp) -> Concluded {
    worker.surroundings.tally.sent();
    match worker.provider.send(request).await {
        Ok(reply) => judge(worker, model, &reply, sent_at),
        Err(NoReply { sent, message }) => {
            let outcome = Outcome::Fault { sent };
            let report = Report {
                outcome,
                received_at: worker.surroundings.clock.now(),
                clock: None,
            };
            (report, Some(report::own_row(&message)))
        }
    }
}

fn judge(worker: &Worker, model: &str, raw: &RawReply, sent_at: Timestamp) -> Concluded {
    let received_at = worker.surroundings.clock.now();
    let now = u64::try_from(received_at.as_micros() / 1_000_000).unwrap_or(0);
    let headers: Headers<'_> = raw
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let reply = worker
        .provider
        .wire
        .decode(&Context { model, now }, raw.status, &headers, &raw.body);
    let clock = offset(&reply.facts, sent_at, received_at);
    let (outcome, result) = match reply.outcome {
        d8_wire::Outcome::Answer { body, usage } => {
            let usage = usage.map(report::usage);
            worker.surroundings.tally.answered(usage, received_at.since(sent_at));
            (
                Outcome::Answered(usage),
                ResultRow {
                    status: raw.status,
                    body,
                },
            )
        }
        d8_wire::Outcome::Failure(failure) => {
            if matches!(failure.kind, FailureKind::RateLimited { .. }) {
                worker.surroundings.tally.refused();
            }
            (
                report::outcome(&failure.kind, worker.provider.speed),
                report::failure_row(&failure),
            )
        }
    };
    (
        Report {
            outcome,
            received_at,
            clock,
        },
        Some(result),
    )
}

fn offset(facts: &HeaderFacts, sent_at: Timestamp, received_at: Timestamp) -> Option<ClockOffset> {
    let date = i64::try_from(facts.date?).ok()?;
    Some(ClockOffset::from_date(date, sent_at, received_at))
}

/// The end of an attempt that sent nothing.
fn unsent(worker: &Worker, outcome: Outcome, message: Option<&str>) -> Concluded {
    let report = Report {
        outcome,
        received_at: worker.surroundings.clock.now(),
        clock: None,
    };
    (report, message.map(report::own_row))
}
