//! Limits by tier: what the providers publish, written as limits that an account can count.

use std::str::FromStr;

use crate::catalogue::{Model, Published, models};
use crate::counting::{Account, DAY, Dimension, Kind, Limit, MINUTE, Micros, Provider, Scope, Speed};

/// Which limits an emulator enforces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tier {
    /// The free tiers of Groq and Gemini as of autumn 2026; OpenAI's first paid tier, as it has no free one.
    Free,
    /// The seed's figures of November 2025: Groq 30 requests a minute and 14,400 a day, Gemini 15 a minute and 1,500 a
    /// day, each model by itself, no token limits. OpenAI as in [`Tier::Free`].
    Free202511,
    /// No limits at all.
    Unlimited,
    /// The caller's own limits and no others. For a tier with changes, begin with [`Tier::limits`].
    Custom(Vec<Limit>),
}

impl Tier {
    /// The limits that this tier enforces, for all providers.
    pub fn limits(&self) -> Vec<Limit> {
        match self {
            Tier::Free => Provider::ALL.into_iter().flat_map(published).collect(),
            Tier::Free202511 => november_2025(),
            Tier::Unlimited => Vec::new(),
            Tier::Custom(limits) => limits.clone(),
        }
    }

    /// A fresh account at one provider under this tier, for counting without HTTP.
    pub fn account(&self, provider: Provider, speed: Speed) -> Account {
        let of_provider = self.limits().into_iter().filter(|limit| limit.provider == provider);
        Account::new(of_provider.collect::<Vec<_>>(), speed)
    }
}

impl FromStr for Tier {
    type Err = String;

    fn from_str(text: &str) -> Result<Tier, String> {
        match text {
            "free" => Ok(Tier::Free),
            "free-2025-11" => Ok(Tier::Free202511),
            "unlimited" => Ok(Tier::Unlimited),
            _ => Err(format!(
                "unknown tier `{text}`: the emulator knows free, free-2025-11, unlimited"
            )),
        }
    }
}

fn november_2025() -> Vec<Limit> {
    let requests = |provider, amount, per, kind| Limit::each(provider, Dimension::Requests, amount, per, kind);
    let mut limits = vec![
        requests(Provider::Groq, 30, MINUTE, Kind::Bucket),
        requests(Provider::Groq, 14_400, DAY, Kind::Bucket),
        requests(Provider::Gemini, 15, MINUTE, Kind::Fixed),
        requests(Provider::Gemini, 1_500, DAY, Kind::PacificDay),
    ];
    limits.extend(published(Provider::OpenAi));
    limits
}

/// The catalogue's limits of a provider: one set for each base model.
fn published(provider: Provider) -> Vec<Limit> {
    let mut bases: Vec<&'static str> = Vec::new();
    let first_of_its_base = |model: &&Model| {
        let new = !bases.contains(&model.base);
        bases.push(model.base);
        new
    };
    models(provider).filter(first_of_its_base).flat_map(of_model).collect()
}

fn of_model(model: &'static Model) -> Vec<Limit> {
    let Published {
        rpm,
        rpd,
        tpm,
        tpd,
        otpm,
    } = model.free;
    let (minute, day, counted) = match model.provider {
        Provider::Groq | Provider::OpenAi => (Kind::Bucket, Kind::Bucket, Dimension::Tokens),
        Provider::Gemini => (Kind::Fixed, Kind::PacificDay, Dimension::InputTokens),
    };
    let limit = |dimension, amount: Option<u64>, per: Micros, kind: &Kind| {
        let scope = Scope::Models(vec![model.base.to_owned()]);
        amount.map(|amount| Limit::each(model.provider, dimension, amount, per, kind.clone()).shared_by(scope))
    };
    let limits = [
        limit(Dimension::Requests, rpm, MINUTE, &minute),
        limit(Dimension::Requests, rpd, DAY, &day),
        limit(counted, tpm, MINUTE, &minute),
        limit(counted, tpd, DAY, &day),
        limit(Dimension::OutputTokens, otpm, MINUTE, &minute),
    ];
    limits.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn amounts(tier: &Tier, provider: Provider, model: &str) -> Vec<(Dimension, u64, Micros)> {
        let holds = |limit: &Limit| match &limit.scope {
            Scope::Models(names) => names.iter().any(|name| name == model),
            Scope::EachModel | Scope::AllModels => true,
        };
        let of_provider = tier.limits().into_iter().filter(|limit| limit.provider == provider);
        of_provider
            .filter(holds)
            .map(|limit| (limit.dimension, limit.amount, limit.per))
            .collect()
    }

    #[test]
    fn the_free_tier_holds_the_published_figures() {
        use Dimension::{InputTokens, Requests, Tokens};
        assert_eq!(
            amounts(&Tier::Free, Provider::Groq, "llama-3.3-70b-versatile"),
            [
                (Requests, 30, MINUTE),
                (Requests, 1_000, DAY),
                (Tokens, 12_000, MINUTE),
                (Tokens, 100_000, DAY)
            ]
        );
        assert_eq!(
            amounts(&Tier::Free, Provider::Gemini, "gemini-2.5-flash"),
            [
                (Requests, 5, MINUTE),
                (Requests, 20, DAY),
                (InputTokens, 250_000, MINUTE)
            ]
        );
    }

    #[test]
    fn the_seeds_figures_hold_for_every_model_and_know_no_tokens() {
        for model in ["llama-3.3-70b-versatile", "llama-3.1-8b-instant"] {
            let expected = [(Dimension::Requests, 30, MINUTE), (Dimension::Requests, 14_400, DAY)];
            assert_eq!(amounts(&Tier::Free202511, Provider::Groq, model), expected);
        }
        let expected = [(Dimension::Requests, 15, MINUTE), (Dimension::Requests, 1_500, DAY)];
        assert_eq!(
            amounts(&Tier::Free202511, Provider::Gemini, "gemini-2.0-flash"),
            expected
        );
    }

    #[test]
    fn models_with_one_base_model_have_one_set_of_limits() {
        let limits = amounts(&Tier::Free, Provider::Gemini, "gemini-3-flash");
        assert_eq!(
            limits
                .iter()
                .filter(|(dimension, ..)| *dimension == Dimension::Requests)
                .count(),
            2
        );
    }

    #[test]
    fn an_account_has_the_limits_of_its_provider_only() {
        let account = Tier::Free202511.account(Provider::Gemini, Speed::REAL);
        let amounts: Vec<u64> = account.limits().iter().map(|limit| limit.amount).collect();
        assert_eq!(amounts, [15, 1_500]);
    }

    #[test]
    fn tiers_are_read_by_name() {
        assert_eq!("free-2025-11".parse(), Ok(Tier::Free202511));
        assert!("gold".parse::<Tier>().unwrap_err().contains("gold"));
    }
}
