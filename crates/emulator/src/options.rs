//! What an emulator can be told: limits, speed, latency, faults, and the choices where the providers' habits are unknown.

use std::ops::RangeInclusive;

use crate::clock::Clock;
use crate::counting::{Provider, Speed};
use crate::faults::Faults;
use crate::latency::Latency;
use crate::tier::Tier;

/// Everything that an emulator can be told. The default is the free tier in real time, without delays and faults.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which limits are enforced.
    pub tier: Tier,
    /// Models that are served besides those of the catalogue. Their base model is their own id.
    pub extra_models: Vec<(Provider, String)>,
    /// By how much periods, latencies and hints are divided.
    pub speed: Speed,
    /// The seed of all chance, and of the answers' texts.
    pub seed: u64,
    /// How long requests take.
    pub latency: Latency,
    /// What goes wrong, how often.
    pub faults: Faults,
    /// How long answers are, in tokens, where nothing cuts them.
    pub answer_tokens: RangeInclusive<u64>,
    /// What Groq counts besides answers.
    pub groq_counts: Counting,
    /// What OpenAI counts besides answers.
    pub openai_counts: Counting,
    /// What Gemini counts besides answers.
    pub gemini_counts: Counting,
    /// How Gemini's minute counts. Its hint names the next full minute in both readings, as the captures do.
    pub gemini_minute: GeminiMinute,
    /// What a Gemini refusal for the day tells as its retry time. Both are wrong, as the real ones are.
    pub gemini_daily_hint: DailyHint,
    /// The clock that arrivals are counted by.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            tier: Tier::Free,
            extra_models: Vec::new(),
            speed: Speed::REAL,
            seed: 0,
            latency: Latency::default(),
            faults: Faults::default(),
            answer_tokens: 16..=64,
            groq_counts: Counting {
                refused: false,
                client_errors: false,
                server_errors: true,
            },
            openai_counts: Counting {
                refused: true,
                client_errors: true,
                server_errors: true,
            },
            gemini_counts: Counting {
                refused: false,
                client_errors: true,
                server_errors: true,
            },
            gemini_minute: GeminiMinute::Fixed,
            gemini_daily_hint: DailyHint::NextMinute,
            clock: Clock::System,
        }
    }
}

impl Options {
    pub(crate) fn counting(&self, provider: Provider) -> Counting {
        match provider {
            Provider::Groq => self.groq_counts,
            Provider::OpenAi => self.openai_counts,
            Provider::Gemini => self.gemini_counts,
        }
    }
}

/// Which requests take a request's place in the limits besides those that are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counting {
    /// Those refused with 429 for quota.
    pub refused: bool,
    /// Those answered with 400.
    pub client_errors: bool,
    /// Those answered with 500 or 503; their tokens count as the prompt alone.
    pub server_errors: bool,
}

/// The two readings of Gemini's minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GeminiMinute {
    /// A count that begins anew with every minute of the clock.
    #[default]
    Fixed,
    /// At most the amount within any 60 seconds.
    Sliding,
}

/// What a Gemini refusal for the day tells as its retry time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DailyHint {
    /// The next full minute, as up to September 2026.
    #[default]
    NextMinute,
    /// Midnight UTC, as from October 2026.
    UtcMidnight,
}
