//! Limits and prices in few words, for tables: "14,400/day", "12k/min", "0.59/0.79".

use d8_core::limit::Dimension;
use d8_core::money::Price;

use super::{ModelEntry, Provider, Tier, price};
use crate::config::account::costs_nothing;
use crate::config::limit::period::Period;
use crate::config::limit::rule::{Kind, Terms};
use crate::config::limit::scope::{Patterns, Spread, matches};
use crate::config::limit::table::WrittenLimit;
use crate::text;
use crate::words::language::Language;
use crate::words::number;

/// A number in little room: "12k", "3.6M", "14,400".
pub(crate) fn short(amount: u64) -> String {
    let tenths = |unit: u64| match amount % unit / (unit / 10) {
        0 => number(amount / unit),
        tenth => format!("{}.{tenth}", number(amount / unit)),
    };
    if amount >= 1_000_000 && amount.is_multiple_of(100_000) {
        format!("{}M", tenths(1_000_000))
    } else if amount >= 10_000 && amount.is_multiple_of(1_000) {
        format!("{}k", number(amount / 1_000))
    } else {
        number(amount)
    }
}

/// "min", "day", "2 s".
fn period(period: Period) -> String {
    short_name(&period.name(Language::English)).unwrap_or_else(|| period.name(Language::spoken()))
}

/// Of a period's English name; none where that is short enough as it is.
fn short_name(name: &str) -> Option<String> {
    Some(match name {
        "second" => "s".to_owned(),
        "minute" => "min".to_owned(),
        "hour" => "h".to_owned(),
        "day" => text!("providers-day"),
        "month" => text!("providers-month"),
        _ => return None,
    })
}

/// "14,400/day", "250k/min in", "$5.00/month".
pub(crate) fn limit(terms: &Terms) -> String {
    let per = period(terms.period);
    match terms.dimension {
        Dimension::InputTokens => format!("{}/{per} {}", short(terms.amount), text!("providers-in")),
        Dimension::OutputTokens => format!("{}/{per} {}", short(terms.amount), text!("providers-out")),
        Dimension::Cost => format!("{}/{per}", dollars(terms.amount)),
        Dimension::Requests | Dimension::Tokens | Dimension::Concurrency => format!("{}/{per}", short(terms.amount)),
    }
}

/// "14,400 requests/day", "250,000 input tokens/min".
pub(crate) fn whole(terms: &Terms) -> String {
    tell(terms.dimension, terms.amount, &period(terms.period))
}

/// The same from its parts; `per` is the period's English name, such as "minute".
pub(crate) fn counted(dimension: Dimension, amount: u64, per: &str) -> String {
    tell(dimension, amount, &short_name(per).unwrap_or_else(|| per.to_owned()))
}

fn tell(dimension: Dimension, amount: u64, per: &str) -> String {
    let counted = match dimension {
        Dimension::Requests => text!("providers-counts-requests"),
        Dimension::Tokens => text!("providers-counts-tokens"),
        Dimension::InputTokens => text!("providers-counts-input-tokens"),
        Dimension::OutputTokens => text!("providers-counts-output-tokens"),
        Dimension::Concurrency => text!("providers-counts-at-once"),
        Dimension::Cost => return format!("{}/{per}", dollars(amount)),
    };
    format!("{} {counted}/{per}", number(amount))
}

/// Picodollars as "$5.00", half a cent up.
fn dollars(picodollars: u64) -> String {
    let cents = picodollars.saturating_add(5_000_000_000) / 10_000_000_000;
    format!("${}.{:02}", number(cents / 100), cents % 100)
}

/// The word of d8.toml for how a limit counts; none where nobody said or a wall clock decides.
pub(crate) fn kind(terms: &Terms) -> Option<&'static str> {
    match terms.kind {
        Kind::Bucket => Some("bucket"),
        Kind::Sliding => Some("sliding"),
        Kind::Fixed => Some("fixed"),
        Kind::Unknown | Kind::Resets(_) | Kind::InFlight => None,
    }
}

/// "midnight Pacific"; none where no wall clock decides.
pub(crate) fn resets(terms: &Terms, language: Language) -> Option<String> {
    match &terms.kind {
        Kind::Resets(time) => Some(time.in_words(language)),
        _ => None,
    }
}

/// "0.59/0.79": dollars for a million tokens in and out; "free", or "-" where it is not known.
pub(crate) fn price_of(provider: &Provider, tier: &Tier, model: &str) -> String {
    if costs_nothing(provider, tier, model) {
        return text!("providers-free");
    }
    let known = provider.model(model).and_then(|model| model.price);
    known.map_or_else(|| "-".to_owned(), in_and_out)
}

/// "0.59/0.79".
pub(crate) fn in_and_out(of: Price) -> String {
    format!("{}/{}", price::per_million(of.input), price::per_million(of.output))
}

impl WrittenLimit {
    /// The models that it is for, as written.
    pub(crate) fn patterns(&self) -> &Patterns {
        match &self.spread {
            Spread::Each(patterns) | Spread::Shared(patterns) => patterns,
        }
    }

    /// Whether its models share one count.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.spread, Spread::Shared(_))
    }
}

impl Tier {
    /// The limits that a request for this model meets.
    pub(crate) fn limits_of<'a>(&'a self, model: &'a ModelEntry) -> impl Iterator<Item = &'a WrittenLimit> {
        let fits = |patterns: &Patterns| {
            let mut patterns = patterns.0.iter();
            patterns.any(|pattern| matches(pattern, &model.id) || matches(pattern, &model.base))
        };
        self.limits.iter().filter(move |limit| fits(limit.patterns()))
    }

    /// Its default model.
    pub(crate) fn first_model<'a>(&self, provider: &'a Provider) -> Option<&'a ModelEntry> {
        self.models.first().and_then(|id| provider.model(id))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn numbers_in_little_room_stay_exact() {
        let shown = [
            20,
            1_500,
            14_400,
            12_000,
            250_000,
            3_600_000,
            20_000_000,
            1_000_000_000,
            1_234_567,
        ]
        .map(short);
        assert_eq!(
            shown,
            [
                "20",
                "1,500",
                "14,400",
                "12k",
                "250k",
                "3.6M",
                "20M",
                "1,000M",
                "1,234,567"
            ]
        );
    }

    #[test]
    fn a_models_limits_are_those_that_name_it_or_its_base() {
        let said = |provider: &str, tier: &str, model: &str| -> Vec<String> {
            let provider = Catalogue::builtin().provider(provider).unwrap();
            let limits = provider.tier(tier).unwrap().limits_of(provider.model(model).unwrap());
            limits.map(|written| limit(&written.terms)).collect()
        };
        assert_eq!(
            said("groq", "free", "llama-3.3-70b-versatile"),
            ["30/min", "1,000/day", "12k/min", "100k/day"]
        );
        assert_eq!(
            said("gemini", "free", "gemini-3-flash-preview"),
            ["5/min", "250k/min in", "20/day"]
        );
        assert_eq!(said("mistral", "free", "mistral-small-latest")[0], "1/s");
    }

    #[test]
    fn prices_are_those_that_are_asked() {
        let provider = Catalogue::builtin().provider("groq").unwrap();
        let said = |tier: &str, model: &str| price_of(provider, provider.tier(tier).unwrap(), model);
        assert_eq!(said("free", "llama-3.3-70b-versatile"), "free");
        assert_eq!(said("developer", "llama-3.3-70b-versatile"), "0.59/0.79");
        assert_eq!(said("developer", "groq/compound"), "-");
    }
}
