//! Asks one account one small real question and says what came of it: whether key, model, money, place and network are
//! right. The ways in are [`ask`] and [`ask_default`]; [`Probed::in_words`] says the verdict to a person, [`Probed::next_step`] what
//! to do about it.
//!
//! It calls the provider by the same codec and client as a worker, so whatever a probe meets a task would meet. It never asks
//! twice. The provider counts the question: [`Probed::counted`] is for the ledger, and `aside` brings it there. A key whose
//! quota is known to be spent is not to be probed.

pub(crate) mod aside;
mod counted;
mod judge;
mod words;

#[cfg(test)]
mod tests;

use std::time::Duration;

use d8_core::time::Timestamp;
use d8_core::usage::Usage;
use d8_wire::{ChatRequest, Context, LimitSignal, Mode, RefusedLimit};
use serde_json::json;

use crate::clock::Clock;
use crate::config::Account;
use crate::worker::{Cause, NoReply, Provider};

pub use counted::Counted;
pub use words::{amount_in_words, limit_in_words, refused_in_words};

/// How long a hosted provider may take for a word.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How long a local server may take: it may have to read the model from disk first.
pub const LOCAL_PATIENCE: Duration = Duration::from_secs(180);

/// Enough for a word, and little of any quota.
const OUTPUT_TOKENS: u64 = 16;

/// What became of the question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Probed {
    /// The model that was asked.
    pub model: String,
    /// What it means.
    pub verdict: Verdict,
    /// What the answer told besides; none where there was none.
    pub seen: Option<Seen>,
    /// What the provider counted of it; none where it surely did not.
    pub counted: Option<Counted>,
}

/// What any answer tells, one of refusal too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    /// From the sending to the end of the answer.
    pub latency: Duration,
    /// Limits as its headers show them: limit, remaining, time to reset. Empty where they say nothing.
    pub limits: Vec<LimitSignal>,
    /// By how many seconds the provider's clock (`Date`) is surely ahead of ours; negative: behind. Zero where they may be the
    /// same, which a `Date` tells to a second. None without a `Date`.
    pub clock_ahead: Option<i64>,
}

/// What the answer means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Key and model are right, and there is quota.
    Works,
    /// The key, or its owner, is refused.
    WrongKey {
        /// The provider's words.
        words: String,
    },
    /// The key is not what is refused: it has no such model, or its tier has none of it.
    ModelUnavailable {
        /// The provider's words.
        words: String,
    },
    /// The key is valid, and a quota is used up at the moment.
    QuotaSpent {
        /// The one that lasts longest, where the provider says which.
        limit: Option<RefusedLimit>,
        /// When it has room again, where that is known.
        until: Option<Timestamp>,
        /// The provider's words.
        words: String,
    },
    /// The key is valid; money, or what its owner allows to spend, is used up.
    NoMoney {
        /// The provider's words.
        words: String,
    },
    /// The provider does not serve the country that the request came from.
    BlockedCountry {
        /// The provider's words.
        words: String,
    },
    /// The key was not judged: no capacity at the moment, or a fault of the provider's own (5xx).
    Overloaded {
        /// Its HTTP status.
        status: u16,
        /// The provider's words.
        words: String,
    },
    /// There was no answer.
    NoNetwork {
        /// Where the way broke off.
        cause: Cause,
        /// What the system says; without URL and key.
        words: String,
    },
    /// An answer that fits nothing of this: often a base URL that is not an API's.
    Strange {
        /// Its HTTP status; what D8 itself found wrong in an answer is 502.
        status: u16,
        /// What was said.
        words: String,
    },
}

impl Verdict {
    /// The key was accepted, whatever else is not right.
    pub fn is_key_valid(&self) -> bool {
        matches!(
            self,
            Self::Works | Self::ModelUnavailable { .. } | Self::QuotaSpent { .. } | Self::NoMoney { .. }
        )
    }
}

/// Asks `model` of `account` for a word, once, and waits for `patience` at most. Fails only where no HTTP client can be made,
/// in words for a person.
pub async fn ask(account: &Account, model: &str, patience: Duration) -> Result<Probed, String> {
    let provider = Provider::new(account, 1)?;
    let clock = Clock::start();
    let call = Call {
        provider: &provider,
        request: &question(account),
        model,
        clock,
    };
    let answered = tokio::time::timeout(patience, call.make(account)).await;
    Ok(answered.unwrap_or_else(|_| {
        let message = format!("no answer within {}", crate::words::span(patience));
        call.unanswered(NoReply {
            sent: true,
            cause: Cause::Timeout,
            message,
        })
    }))
}

/// The default model of an account with the patience that its kind deserves.
pub async fn ask_default(account: &Account) -> Result<Probed, String> {
    let model = account.default_model().map_or("", |model| model.id.as_str());
    let patience = if account.local { LOCAL_PATIENCE } else { PATIENCE };
    ask(account, model, patience).await
}

struct Call<'a> {
    provider: &'a Provider,
    request: &'a ChatRequest,
    model: &'a str,
    clock: Clock,
}

impl Call<'_> {
    async fn make(&self, account: &Account) -> Probed {
        let encoded = match self.provider.wire.encode(self.request, self.model, Mode::Plain) {
            Ok(encoded) => encoded,
            Err(unsupported) => return self.came_to(judge::strange(0, unsupported.to_string()), None, None),
        };
        let sent_at = self.clock.now();
        let mut opened = match self.provider.open(encoded, self.clock).await {
            Ok(opened) => opened,
            Err(no_reply) => return self.unanswered(no_reply),
        };
        let body = match opened.read().await {
            Ok(body) => self.provider.without_key(body),
            Err(no_reply) => return self.unanswered(no_reply),
        };
        let now = self.clock.now();
        let context = Context {
            model: self.model,
            now: u64::try_from(now.as_micros() / 1_000_000).unwrap_or(0),
        };
        let reply = self
            .provider
            .wire
            .decode(&context, opened.status, &opened.headers(), &body);
        let seen = Seen {
            latency: now.since(sent_at),
            clock_ahead: reply
                .facts
                .date
                .and_then(|date| judge::clock_ahead(date, sent_at, opened.began_at)),
            limits: reply.facts.signals,
        };
        let case = judge::Case {
            status: opened.status,
            day: account.day.as_ref(),
            now,
        };
        let usage = counted::by_outcome(&reply.outcome, self.request);
        self.came_to(judge::verdict(reply.outcome, &case), Some(seen), usage)
    }

    fn unanswered(&self, no_reply: NoReply) -> Probed {
        let usage = counted::without_reply(no_reply.sent, self.request);
        self.came_to(judge::no_reply(no_reply), None, usage)
    }

    fn came_to(&self, verdict: Verdict, seen: Option<Seen>, usage: Option<Usage>) -> Probed {
        Probed {
            model: self.model.to_owned(),
            verdict,
            seen,
            counted: usage.map(|usage| Counted {
                at: self.clock.now(),
                usage,
            }),
        }
    }
}

/// One word. OpenAI's newer models know only the newer of the two names for the output's limit; elsewhere the older is safe.
fn question(account: &Account) -> ChatRequest {
    let limit = match account.provider.as_str() {
        "openai" => "max_completion_tokens",
        _ => "max_tokens",
    };
    ChatRequest::from_prompt("Reply with the word ok.").with(limit, &json!(OUTPUT_TOKENS))
}
