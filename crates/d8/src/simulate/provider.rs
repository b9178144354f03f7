//! A provider: counts by the emulator's rules, and tells what real ones tell.

use std::sync::Arc;
use std::time::Duration;

use d8_core::limit::Dimension;
use d8_core::message::{LimitSignal, RefusedLimit};
use d8_core::usage::{OutputCharge, Usage};
use d8_emulator as judge;
use d8_emulator::{Micros, Reading, Ticket, Wait};

use super::ground::{Place, Quota};
use super::workload::Job;
use crate::config::{HeaderStyle, Wire};

/// What a request brings back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    Answered(Usage),
    Refused {
        limits: Vec<RefusedLimit>,
        retry_after: Option<Duration>,
    },
    TooLarge,
    Overloaded,
}

/// An answer, of whatever kind.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) verdict: Verdict,
    /// The provider's clock, in whole seconds.
    pub(super) date: i64,
    /// How long it was worked on.
    pub(super) processing: Duration,
    /// What its headers tell.
    pub(super) signals: Vec<LimitSignal>,
}

/// One quota that counts.
#[derive(Debug)]
pub(super) struct Provider {
    quota: Arc<Quota>,
    account: judge::Account,
}

impl Provider {
    pub(super) fn new(quota: Arc<Quota>) -> Self {
        Self {
            account: judge::Account::new(quota.counted.clone(), judge::Speed::REAL),
            quota,
        }
    }

    /// A request arrives: it may go on, or is refused with what the wire tells of it.
    pub(super) fn arrive(&mut self, theirs: Micros, place: &Place, job: &Job) -> Result<Ticket, Verdict> {
        let cost = admitted(place, job);
        let arrived = self.account.arrive(theirs, &place.model, cost);
        arrived.map_err(|refusal| self.refused(theirs, &refusal))
    }

    /// Somebody else's request.
    pub(super) fn arrive_foreign(&mut self, theirs: Micros, model: &str, tokens: u64) -> Option<Ticket> {
        let cost = judge::Cost::request(tokens / 2, tokens - tokens / 2);
        self.account.arrive(theirs, model, cost).ok()
    }

    /// A request has been answered, with what it really took.
    pub(super) fn finish(&mut self, theirs: Micros, ticket: Ticket, place: &Place, job: &Job) -> Usage {
        let usage = Usage {
            input_tokens: job.input,
            output_tokens: job.output,
        };
        let price = place.cost.price.of(job.input, job.output).0;
        let real = judge::Cost::request(job.input, job.output).worth(price);
        self.account.finish(theirs, ticket, Some(real));
        usage
    }

    /// Somebody else's request has been answered.
    pub(super) fn finish_foreign(&mut self, theirs: Micros, ticket: Ticket) {
        self.account.finish(theirs, ticket, None);
    }

    /// How full the limits of a model are.
    pub(super) fn readings(&mut self, theirs: Micros, model: &str) -> Vec<Reading> {
        let mut readings = self.account.readings(theirs, model);
        readings.retain(|reading| reading.limit < self.quota.limits.len());
        readings
    }

    /// What the headers tell of these readings.
    pub(super) fn signals(&self, readings: &[Reading]) -> Vec<LimitSignal> {
        let told = |reading: &Reading| {
            let limit = self.quota.limits.get(reading.limit)?;
            let per = limit.nominal?;
            let has_header = tells(self.quota.headers, limit.spec.dimension, per);
            has_header.then_some(LimitSignal {
                dimension: limit.spec.dimension,
                per: Some(per),
                limit: Some(limit.spec.amount),
                remaining: Some(limit.spec.amount.saturating_sub(reading.used)),
                reset: None,
            })
        };
        readings.iter().filter_map(told).collect()
    }

    fn refused(&self, theirs: Micros, refusal: &judge::Refusal) -> Verdict {
        let longest = refusal.longest();
        match self.quota.wire {
            Wire::OpenAi if longest.wait == Wait::Never => Verdict::TooLarge,
            Wire::OpenAi => Verdict::Refused {
                limits: vec![RefusedLimit {
                    used: Some(longest.used).filter(|_| longest.limit < self.quota.limits.len()),
                    ..self.named(longest)
                }],
                retry_after: Some(match longest.wait {
                    Wait::For(wait) => in_hundredths(wait),
                    Wait::Release | Wait::Never => Duration::from_secs(1),
                }),
            },
            // Bursts under the limits are refused with a bare "Resource has been exhausted".
            Wire::Gemini if longest.limit >= self.quota.limits.len() => Verdict::Refused {
                limits: Vec::new(),
                retry_after: None,
            },
            // It names all that were crossed, and its hint is the way to the next full minute: of no use for a day.
            Wire::Gemini => Verdict::Refused {
                limits: refusal.violations.iter().map(|one| self.named(one)).collect(),
                retry_after: Some(micros(judge::MINUTE - theirs.rem_euclid(judge::MINUTE))),
            },
        }
    }

    fn named(&self, violation: &judge::Violation) -> RefusedLimit {
        // A slice is refused in the name of the limit that it is a slice of.
        let slice = violation.limit.checked_sub(self.quota.limits.len());
        let whole = slice.and_then(|slice| self.quota.sliced.get(slice).copied());
        let limit = self.quota.limits.get(whole.unwrap_or(violation.limit));
        RefusedLimit {
            dimension: limit.map_or(Dimension::Requests, |limit| limit.spec.dimension),
            per: limit.and_then(|limit| limit.nominal),
            amount: limit.map(|limit| limit.spec.amount),
            used: None,
        }
    }
}

/// Whether headers of a style tell of such a limit.
fn tells(style: HeaderStyle, dimension: Dimension, per: Duration) -> bool {
    const MINUTE: Duration = Duration::from_secs(60);
    const DAY: Duration = Duration::from_secs(86_400);
    match (style, dimension) {
        (HeaderStyle::None, _) | (_, Dimension::Cost | Dimension::Concurrency) => false,
        (HeaderStyle::Groq, Dimension::Requests) => per == DAY,
        (HeaderStyle::Groq | HeaderStyle::OpenAi | HeaderStyle::Mistral, _) => per == MINUTE,
        (HeaderStyle::SambaNova, Dimension::Requests) => per == MINUTE || per == DAY,
        (HeaderStyle::SambaNova, _) => false,
        (HeaderStyle::Cerebras, _) => true,
    }
}

/// What a provider charges when the request arrives.
fn admitted(place: &Place, job: &Job) -> judge::Cost {
    let output = match place.cost.output_charge {
        OutputCharge::AtAdmission => {
            let most = job.estimate.max_output_tokens;
            most.map_or(job.output, u64::from)
        }
        OutputCharge::AsProduced => 0,
    };
    judge::Cost::request(job.input, output).worth(place.cost.price.of(job.input, output).0)
}

fn micros(time: Micros) -> Duration {
    Duration::from_micros(time.max(0).unsigned_abs())
}

/// As in "try again in 7.66s": cut up to a hundredth.
fn in_hundredths(wait: Micros) -> Duration {
    micros((wait + 9_999).div_euclid(10_000) * 10_000)
}
