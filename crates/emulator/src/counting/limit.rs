//! What a limit is: whose, of what, how much, per how long, counted how, shared by which models.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A time in microseconds: an instant since the Unix epoch, or a length.
pub type Micros = i64;

/// One second.
pub const SECOND: Micros = 1_000_000;
/// One minute.
pub const MINUTE: Micros = 60 * SECOND;
/// One hour.
pub const HOUR: Micros = 60 * MINUTE;
/// One day of 24 hours.
pub const DAY: Micros = 24 * HOUR;

/// Whose API is being imitated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    /// Groq, at `/openai/v1`.
    Groq,
    /// OpenAI, at `/v1`.
    OpenAi,
    /// Google's Gemini API, at `/v1beta`.
    Gemini,
}

impl Provider {
    /// All providers that the emulator can imitate.
    pub const ALL: [Provider; 3] = [Provider::Groq, Provider::OpenAi, Provider::Gemini];

    /// The provider's name in lower case: `groq`, `openai`, `gemini`.
    pub fn name(self) -> &'static str {
        match self {
            Provider::Groq => "groq",
            Provider::OpenAi => "openai",
            Provider::Gemini => "gemini",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Provider {
    type Err = String;

    fn from_str(text: &str) -> Result<Provider, String> {
        let known = Provider::ALL.into_iter().find(|provider| provider.name() == text);
        known.ok_or_else(|| format!("unknown provider `{text}`: the emulator knows groq, openai, gemini"))
    }
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Calls.
    Requests,
    /// Input and output tokens together.
    Tokens,
    /// Tokens of the prompt.
    InputTokens,
    /// Tokens of the answer.
    OutputTokens,
    /// What calls cost, in picodollars.
    Money,
    /// Calls open at the same moment. Such a limit has no period; its kind is not looked at.
    Concurrency,
}

impl Dimension {
    /// The dimension's name as the score shows it.
    pub fn name(self) -> &'static str {
        match self {
            Dimension::Requests => "requests",
            Dimension::Tokens => "tokens",
            Dimension::InputTokens => "input_tokens",
            Dimension::OutputTokens => "output_tokens",
            Dimension::Money => "money",
            Dimension::Concurrency => "concurrency",
        }
    }
}

/// How a limit counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A level that drains all the time, at amount per period; what does not fit below the amount is refused.
    Bucket,
    /// A count that begins anew at every multiple of the period in Unix time.
    Fixed,
    /// At most the amount of arrivals within any period.
    Sliding,
    /// A count that begins anew at midnight in `America/Los_Angeles`: days of 23, 24 or 25 hours.
    PacificDay,
    /// A count that begins anew at each of these instants, ascending: days and months of other zones, worked out by who
    /// knows them. Before the first and after the last one the window is open.
    Edges(Arc<[Micros]>),
}

impl Kind {
    /// The kind's name as the score shows it.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Bucket => "bucket",
            Kind::Fixed => "fixed",
            Kind::Sliding => "sliding",
            Kind::PacificDay => "pacific_day",
            Kind::Edges(_) => "edges",
        }
    }
}

/// Which models of an account share a limit's count. Models are named by their base model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every model has a count of its own.
    EachModel,
    /// All models of the account share one count.
    AllModels,
    /// The named models share one count; others are not limited by this.
    Models(Vec<String>),
}

/// One limit, as a provider would publish it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Whose limit it is.
    pub provider: Provider,
    /// What it counts.
    pub dimension: Dimension,
    /// How much of it is allowed.
    pub amount: u64,
    /// The nominal period; [`Speed`] divides it only where it is counted, so that texts keep naming the nominal one.
    pub per: Micros,
    /// How it counts.
    pub kind: Kind,
    /// Which models share the count.
    pub scope: Scope,
}

impl Limit {
    /// A limit on every model by itself.
    pub fn each(provider: Provider, dimension: Dimension, amount: u64, per: Micros, kind: Kind) -> Limit {
        Limit {
            provider,
            dimension,
            amount,
            per,
            kind,
            scope: Scope::EachModel,
        }
    }

    /// The same limit with another scope.
    #[must_use]
    pub fn shared_by(self, scope: Scope) -> Limit {
        Limit { scope, ..self }
    }
}

/// By how much periods, latencies and hints are divided. Clocks stay true.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed(f64);

impl Speed {
    /// Real time.
    pub const REAL: Speed = Speed(1.0);

    /// A divisor; `None` unless it is finite and above zero.
    pub fn new(divisor: f64) -> Option<Speed> {
        (divisor.is_finite() && divisor > 0.0).then_some(Speed(divisor))
    }

    /// Is this real time? Only then a zone's day is a zone's day.
    pub fn is_real(self) -> bool {
        self.0 == 1.0
    }

    /// A length of time, divided; never below one microsecond.
    pub fn shorten(self, length: Micros) -> Micros {
        if self.is_real() {
            return length.max(1);
        }
        ((length as f64 / self.0).round() as Micros).max(1)
    }

    /// A delay, divided; zero stays zero.
    pub fn shorten_delay(self, delay: std::time::Duration) -> std::time::Duration {
        delay.div_f64(self.0)
    }
}

impl Default for Speed {
    fn default() -> Speed {
        Speed::REAL
    }
}
