//! What went wrong, classified once into what a scheduler must do about it; the provider's own words are kept beside.

mod body;
mod classify;
mod google;
mod sentence;

use std::time::Duration;

use crate::headers::Headers;
use crate::signal::{Dimension, LimitSignal, Period};

pub(crate) use body::ErrorBody;

/// A request that got no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// What to do about it.
    pub kind: FailureKind,
    /// The HTTP status; where an error came inside a 200, the status that it stands for.
    pub status: u16,
    /// The provider's own words, cut to 500 characters.
    pub message: String,
    /// The provider's own code for it, where it has one.
    pub code: Option<String>,
}

impl Failure {
    /// Whether it is the place that is refused and not the key: some providers serve some countries only. For a scheduler
    /// it is [`FailureKind::BadKey`]; a person needs another word.
    pub fn is_about_the_country(&self) -> bool {
        const CODE: &str = "unsupported_country_region_territory";
        let words = self.message.to_ascii_lowercase();
        let place = [
            "location is not supported",
            "country, region, or territory not supported",
        ];
        self.kind == FailureKind::BadKey
            && (self.code.as_deref() == Some(CODE) || place.iter().any(|place| words.contains(place)))
    }
}

/// What a scheduler must do about a failure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FailureKind {
    /// A quota is used up: park it until it resets. Never the task's fault.
    RateLimited {
        /// Which limits refused, the longest-lived first. Empty where the provider does not say.
        limits: Vec<RefusedLimit>,
        /// How long the provider says to wait, as exactly as it says so. `None` where it says nothing, or nothing that can
        /// be true: Gemini's hints beside a daily quota.
        retry_after: Option<Duration>,
    },
    /// No capacity, or traffic grew too fast: wait a little and come back slower. No quota is to blame.
    Overloaded {
        /// How long the provider says to wait.
        retry_after: Option<Duration>,
    },
    /// A fault that may be gone at the next attempt.
    Transient,
    /// The request is larger than this target can ever take.
    TooLarge {
        /// The limit that it does not fit in; `None` where it is the model's context.
        limit: Option<RefusedLimit>,
    },
    /// The request itself is wrong: it fails everywhere and always.
    BadRequest,
    /// The key or its owner is refused: no request with it can succeed.
    BadKey,
    /// The account's money, or what its owner allows to spend, is used up.
    NoMoney,
    /// This account cannot have this model: it does not exist, it was retired, or its tier has none of it.
    ModelUnavailable,
}

/// A limit that refused a request, as far as the refusal tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefusedLimit {
    /// What is counted.
    pub dimension: Dimension,
    /// For how long.
    pub per: Option<Period>,
    /// How much fits.
    pub amount: Option<u64>,
    /// How much of it was used.
    pub used: Option<u64>,
    /// How much the request asked for.
    pub requested: Option<u64>,
    /// The model whose limit it is: often the base model behind the one that was asked for.
    pub model: Option<String>,
}

impl RefusedLimit {
    pub(crate) fn new(dimension: Dimension, per: Option<Period>) -> Self {
        Self {
            dimension,
            per,
            amount: None,
            used: None,
            requested: None,
            model: None,
        }
    }
}

/// Reads the failure out of a reply. `now` is Unix seconds, by the provider's clock where that is known.
pub(crate) fn read(status: u16, headers: &Headers<'_>, signals: &[LimitSignal], now: u64, body: &[u8]) -> Failure {
    from_body(status, headers, signals, now, ErrorBody::parse(body))
}

/// The same for an error that was already read: one inside an answer or a stream.
pub(crate) fn from_body(
    status: u16,
    headers: &Headers<'_>,
    signals: &[LimitSignal],
    now: u64,
    error: ErrorBody,
) -> Failure {
    let status = error.effective_status(status);
    let kind = classify::classify(&classify::Evidence::new(status, &error, headers, signals, now));
    Failure {
        kind,
        status,
        code: error.shown_code(),
        message: shorten(error.message, status),
    }
}

/// A failure that D8 itself found in what came back.
pub(crate) fn broken(message: impl Into<String>) -> Failure {
    Failure {
        kind: FailureKind::Transient,
        status: 502,
        message: message.into(),
        code: None,
    }
}

fn shorten(message: String, status: u16) -> String {
    const LONGEST: usize = 500;
    if message.is_empty() {
        return format!("status {status} without a message");
    }
    match message.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message,
    }
}
