//! One count of one scope, and what becomes of it for an account.

use d8_core::limit::{Dimension, LimitSpec, Standing, Window};
use d8_core::time::Timestamp;

use crate::config::account::Model;
use crate::config::limit::Limit;
use crate::config::limit::period::Period;
use crate::config::limit::reset::ResetTime;
use crate::config::limit::scope::{Patterns, Scope, Spread};
use crate::config::limit::table::WrittenLimit;
use crate::text;
use crate::words::language::Language;

/// How a limit counts, as far as anybody said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Nobody said: held as sliding over the longest that the period can be, which is safe under all others.
    Unknown,
    /// Refills continuously.
    Bucket,
    /// At most the amount in any period.
    Sliding,
    /// Whole periods of the provider's clock.
    Fixed,
    /// From one wall-clock time to the next.
    Resets(ResetTime),
    /// While a request is open.
    InFlight,
}

/// A limit without its scope.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Terms {
    pub(crate) dimension: Dimension,
    /// Picodollars for cost.
    pub(crate) amount: u64,
    pub(crate) period: Period,
    pub(crate) kind: Kind,
    pub(crate) reserve_permille: u16,
}

impl Terms {
    /// "30 requests a minute".
    pub(crate) fn label(&self, language: Language) -> String {
        let (amount, each) = (self.amount, self.period.each(language));
        match self.dimension {
            Dimension::Requests => text!(language => "limit-requests", amount = amount, each = each),
            Dimension::Tokens => text!(language => "limit-tokens", amount = amount, each = each),
            Dimension::InputTokens => text!(language => "limit-input-tokens", amount = amount, each = each),
            Dimension::OutputTokens => text!(language => "limit-output-tokens", amount = amount, each = each),
            Dimension::Cost => text!(language => "limit-cost", amount = dollars(amount, language), each = each),
            Dimension::Concurrency => text!(language => "limit-concurrency", amount = amount),
        }
    }
}

/// One count: a limit with its scope.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Rule {
    pub(crate) scope: Scope,
    pub(crate) terms: Terms,
    /// Who says so.
    pub(crate) standing: Standing,
}

impl Rule {
    /// Requests open at once, over the whole account.
    pub(crate) fn concurrency(amount: u32, standing: Standing) -> Self {
        let terms = Terms {
            dimension: Dimension::Concurrency,
            amount: u64::from(amount),
            period: Period::MINUTE,
            kind: Kind::InFlight,
            reserve_permille: 0,
        };
        Self {
            scope: Scope::Shared(Patterns::all()),
            terms,
            standing,
        }
    }

    /// The same for every account of one quota and every way to write it.
    pub(crate) fn key(&self, quota_key: &str) -> String {
        let Terms {
            dimension,
            period,
            kind,
            ..
        } = &self.terms;
        let counted = match kind {
            Kind::InFlight => return format!("{quota_key}/{}/concurrency", self.scope.canonical()),
            Kind::Unknown => "unknown".to_owned(),
            Kind::Bucket => "bucket".to_owned(),
            Kind::Sliding => "sliding".to_owned(),
            Kind::Fixed => "fixed".to_owned(),
            Kind::Resets(time) => time.canonical(),
        };
        format!(
            "{quota_key}/{}/{}/{}/{counted}",
            self.scope.canonical(),
            dimension_name(*dimension),
            period.canonical()
        )
    }

    /// What it is for an account with these models; none where it covers none of them.
    pub(crate) fn limit(&self, quota_key: &str, models: &[Model], now: Timestamp) -> Option<Limit> {
        let covered: Vec<String> = models
            .iter()
            .filter(|model| self.scope.covers(model))
            .map(|model| model.id.clone())
            .collect();
        let Terms {
            dimension,
            amount,
            period,
            reserve_permille,
            ..
        } = self.terms;
        let in_flight = self.terms.kind == Kind::InFlight;
        (!covered.is_empty()).then(|| Limit {
            key: self.key(quota_key),
            models: covered,
            spec: LimitSpec {
                dimension,
                amount,
                window: self.window(now),
                reserve_permille,
                standing: self.standing,
            },
            nominal_per: if in_flight {
                String::new()
            } else {
                period.name(Language::spoken())
            },
            label: self.terms.label(Language::English),
            called: self.terms.label(Language::spoken()),
            nominal: if in_flight {
                std::time::Duration::ZERO
            } else {
                period.nominal()
            },
            resets: match &self.terms.kind {
                Kind::Resets(time) => Some(time.in_words(Language::spoken())),
                _ => None,
            },
        })
    }

    fn window(&self, now: Timestamp) -> Window {
        self.terms.window(now)
    }
}

impl Terms {
    /// When what was counted stops counting.
    pub(crate) fn window(&self, now: Timestamp) -> Window {
        let period = self.period;
        match &self.kind {
            Kind::Unknown => Window::Sliding { per: period.longest() },
            Kind::Sliding => Window::Sliding { per: period.nominal() },
            Kind::Bucket => Window::Bucket { per: period.nominal() },
            Kind::Fixed => Window::Fixed { per: period.nominal() },
            Kind::Resets(time) => Window::Resets(time.edges(now)),
            Kind::InFlight => Window::InFlight,
        }
    }
}

/// The counts of limits as written, over the models of one account: one for each base model, or one for all that share.
pub(crate) fn expand<'a>(
    written: impl IntoIterator<Item = &'a WrittenLimit>,
    models: &[Model],
    standing: Standing,
) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for WrittenLimit { terms, spread } in written {
        let scopes = match spread {
            Spread::Shared(patterns) => vec![Scope::Shared(patterns.clone())],
            Spread::Each(patterns) => bases(models.iter().filter(|model| patterns.fit(model))),
        };
        rules.extend(scopes.into_iter().map(|scope| Rule {
            scope,
            terms: terms.clone(),
            standing,
        }));
    }
    rules
}

/// The base models of these models, each once, in their order.
pub(crate) fn bases<'a>(models: impl IntoIterator<Item = &'a Model>) -> Vec<Scope> {
    let mut scopes = Vec::new();
    for model in models {
        let scope = Scope::Base(model.base.clone());
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    scopes
}

/// The word of d8.toml for what a limit counts.
pub(crate) fn dimension_name(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Requests => "requests",
        Dimension::Tokens => "tokens",
        Dimension::InputTokens => "input_tokens",
        Dimension::OutputTokens => "output_tokens",
        Dimension::Cost => "cost",
        Dimension::Concurrency => "concurrency",
    }
}

/// Picodollars as "$5.00".
fn dollars(picodollars: u64, language: Language) -> String {
    format!(
        "${}.{:02}",
        language.number(picodollars / 1_000_000_000_000),
        picodollars % 1_000_000_000_000 / 10_000_000_000
    )
}
