//! One attempt: translate the request, send it in time, pass its answer on, and say what became of it. Where the job
//! comes from is none of its business.

use std::sync::Arc;

use bytes::Bytes;
use d8_core::clock::ClockOffset;
use d8_core::message::{LimitSignal, Outcome, Report};
use d8_core::time::Timestamp;
use d8_store::ResultRow;
use d8_wire::{ChatRequest, Context, FailureKind, HeaderFacts, Mode, WireRequest};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::no_reply::NoReply;
use super::provider::{Opened, Provider};
use super::{Tally, report, streamed};
use crate::clock::Clock;

/// Takes the chunks of a stream as they come, each an OpenAI `chat.completion.chunk` as JSON. Whoever is slow slows the
/// provider down; whoever drops the other end ends the attempt.
pub type Sink = mpsc::Sender<Bytes>;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Job {
    /// The request.
    pub request: Arc<ChatRequest>,
    /// The model to ask.
    pub model: String,
    /// The last moment at which the request may leave.
    pub send_by: Timestamp,
    /// Who wants the answer in pieces; none: it is wanted whole.
    pub sink: Option<Sink>,
    /// Cancelled when nobody wants the answer any more: the connection is dropped at once.
    pub stop: CancellationToken,
}

/// What an attempt came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Concluded {
    /// For the engine.
    pub report: Report,
    /// For whoever asked: an answer, or an error's words.
    pub result: Option<ResultRow>,
    /// When the request left; none: it did not.
    pub sent_at: Option<Timestamp>,
    /// The provider's `Date`, in Unix seconds.
    pub date: Option<i64>,
}

/// Makes the attempt. What it took counts in `tally`.
pub async fn run(provider: &Provider, job: &Job, clock: Clock, tally: &Tally) -> Concluded {
    let mode = if job.sink.is_some() { Mode::Stream } else { Mode::Plain };
    let encoded = match provider.wire.encode(&job.request, &job.model, mode) {
        Ok(encoded) => encoded,
        Err(unsupported) => return unsent(clock, Outcome::Rejected, Some(&unsupported.to_string())),
    };
    let sent_at = clock.now();
    // Later the lease may be somebody else's, and its quota too.
    if sent_at > job.send_by || job.stop.is_cancelled() {
        return unsent(clock, Outcome::GivenBack, None);
    }
    tally.sent();
    let call = Call {
        provider,
        job,
        clock,
        tally,
        sent_at,
    };
    tokio::select! {
        biased;
        () = unwanted(job) => call.ended(Outcome::Fault { sent: true }, report::own_row("nobody waits for it any more"), None),
        concluded = call.make(encoded) => concluded,
    }
}

/// The end of an attempt that sent nothing.
pub(super) fn unsent(clock: Clock, outcome: Outcome, message: Option<&str>) -> Concluded {
    Concluded {
        report: Report::plain(outcome, clock.now()),
        result: message.map(report::own_row),
        sent_at: None,
        date: None,
    }
}

/// Ready when nobody wants the answer any more.
pub(super) async fn unwanted(job: &Job) {
    match &job.sink {
        Some(sink) => tokio::select! {
            () = job.stop.cancelled() => {}
            () = sink.closed() => {}
        },
        None => job.stop.cancelled().await,
    }
}

/// A request that has left.
pub(super) struct Call<'a> {
    pub(super) provider: &'a Provider,
    pub(super) job: &'a Job,
    pub(super) clock: Clock,
    tally: &'a Tally,
    sent_at: Timestamp,
}

/// What the head of a reply told, beside its status.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// The provider's `Date`, and what it says of the provider's clock.
    date: Option<(i64, ClockOffset)>,
    /// The latest moment at which the provider can have counted the request.
    arrived_by: Timestamp,
    signals: Vec<LimitSignal>,
}

impl Call<'_> {
    async fn make(&self, request: WireRequest) -> Concluded {
        let mut opened = match self.provider.open(request, self.clock).await {
            Ok(opened) => opened,
            Err(no_reply) => return self.no_reply(&no_reply, None),
        };
        match &self.job.sink {
            Some(sink) if (200..300).contains(&opened.status) => streamed::pass_on(self, opened, sink).await,
            _ => match opened.read().await {
                Ok(body) => self.judge(&opened, &self.provider.without_key(body)),
                Err(no_reply) => self.no_reply(&no_reply, None),
            },
        }
    }

    fn judge(&self, opened: &Opened, body: &[u8]) -> Concluded {
        let headers = opened.headers();
        let context = self.context();
        let reply = self.provider.wire.decode(&context, opened.status, &headers, body);
        let head = self.head(opened.began_at, &reply.facts);
        match reply.outcome {
            d8_wire::Outcome::Answer { body, usage } => self.answered(opened.status, body, usage, Some(head)),
            d8_wire::Outcome::Failure(failure) => {
                let outcome = report::outcome(&failure.kind, self.provider.speed);
                self.count_refusal(&failure.kind);
                self.ended(outcome, report::failure_row(&failure), Some(head))
            }
        }
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context {
            model: &self.job.model,
            now: u64::try_from(self.clock.now().as_micros() / 1_000_000).unwrap_or(0),
        }
    }

    /// What a head told that was here at `began_at`: the sooner, the narrower the provider's clock is known.
    pub(super) fn head(&self, began_at: Timestamp, facts: &HeaderFacts) -> Head {
        let date = facts.date.and_then(|date| i64::try_from(date).ok());
        let worked = facts.processing.unwrap_or_default() / self.provider.speed.max(1);
        Head {
            date: date.map(|date| (date, ClockOffset::from_date(date, self.sent_at, began_at))),
            arrived_by: (began_at - worked).max(self.sent_at),
            signals: report::signals(&facts.signals, self.provider.speed),
        }
    }

    pub(super) fn count_refusal(&self, kind: &FailureKind) {
        if matches!(kind, FailureKind::RateLimited { .. }) {
            self.tally.refused();
        }
    }

    pub(super) fn answered(
        &self,
        status: u16,
        body: Vec<u8>,
        usage: Option<d8_wire::TokenUsage>,
        head: Option<Head>,
    ) -> Concluded {
        let usage = usage.map(report::usage);
        self.tally.answered(usage, self.clock.now().since(self.sent_at));
        self.ended(Outcome::Answered(usage), ResultRow { status, body }, head)
    }

    pub(super) fn no_reply(&self, no_reply: &NoReply, head: Option<Head>) -> Concluded {
        let outcome = Outcome::Fault { sent: no_reply.sent };
        self.ended(outcome, report::own_row(&no_reply.message), head)
    }

    pub(super) fn ended(&self, outcome: Outcome, result: ResultRow, head: Option<Head>) -> Concluded {
        let received_at = self.clock.now();
        let date = head.as_ref().and_then(|head| head.date);
        let (arrived_by, signals) =
            head.map_or_else(|| (received_at, Vec::new()), |head| (head.arrived_by, head.signals));
        Concluded {
            report: Report {
                outcome,
                received_at,
                arrived_by,
                clock: date.map(|(_, offset)| offset),
                signals,
            },
            result: Some(result),
            sent_at: Some(self.sent_at),
            date: date.map(|(date, _)| date),
        }
    }
}
