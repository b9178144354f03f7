//! A limit as both sides see it: what the judge enforces, and what d8.toml says.

use d8_emulator::{Dimension, Kind, Limit, Provider, Tier};

#[derive(Clone, Debug)]
pub(crate) struct Quota {
    dimension: Dimension,
    amount: u64,
    millis: i64,
    kind: Kind,
}

/// So many requests in so many milliseconds.
pub(crate) fn requests(amount: u64, millis: i64, kind: Kind) -> Quota {
    Quota {
        dimension: Dimension::Requests,
        amount,
        millis,
        kind,
    }
}

/// So many tokens, of prompt and answer together.
pub(crate) fn tokens(amount: u64, millis: i64, kind: Kind) -> Quota {
    Quota {
        dimension: Dimension::Tokens,
        amount,
        millis,
        kind,
    }
}

/// So many requests open at once.
pub(crate) fn concurrency(amount: u64) -> Quota {
    Quota {
        dimension: Dimension::Concurrency,
        amount,
        millis: 60_000,
        kind: Kind::Sliding,
    }
}

impl Quota {
    /// As the judge enforces it.
    pub(crate) fn at(&self, provider: Provider) -> Limit {
        Limit::each(
            provider,
            self.dimension,
            self.amount,
            self.millis * 1_000,
            self.kind.clone(),
        )
    }

    /// It is a line of the account, not of its list of limits.
    pub(crate) fn is_concurrency(&self) -> bool {
        self.dimension == Dimension::Concurrency
    }

    /// As d8.toml says it.
    pub(crate) fn to_toml(&self) -> String {
        let (name, amount) = (self.dimension.name(), self.amount);
        if self.is_concurrency() {
            return format!("{name} = {amount}");
        }
        let (millis, kind) = (self.millis, self.kind.name());
        format!("{{ {name} = {amount}, per = \"{millis}ms\", kind = \"{kind}\" }}")
    }
}

/// What one provider enforces, and no other limits anywhere.
pub(crate) fn tier(provider: Provider, quotas: &[Quota]) -> Tier {
    Tier::Custom(quotas.iter().map(|quota| quota.at(provider)).collect())
}
