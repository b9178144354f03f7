//! Where work can go: a model of an account, and what each of its limits lets through in a month.

use std::time::Duration;

use d8_core::limit::{Dimension, Standing, Window};
use d8_core::money::Price;

use super::MONTH_MICROS;
use super::money::Money;
use super::work::Demand;
use crate::catalogue::Catalogue;
use crate::config::account::costs_nothing;
use crate::config::limit::Limit;
use crate::config::{Account, Model};

/// A model of an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) account: String,
    pub(crate) provider: String,
    pub(crate) tier: String,
    pub(crate) model: String,
    /// What a token costs; none where it is not known.
    pub(crate) price: Option<Price>,
    /// The limits that time sets; none are known where it is empty.
    pub(crate) lids: Vec<Lid>,
}

/// One limit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Lid {
    /// Limits with one key are one count, whatever places they stand at.
    pub(crate) key: String,
    pub(crate) dimension: Dimension,
    /// Picodollars for cost.
    pub(crate) amount: u64,
    /// Its period in English, for machines too: "minute", "day", "90 s".
    pub(crate) per: String,
    /// So much of the amount is kept for tasks of high priority: not for this work.
    pub(crate) kept: u64,
    /// How much of it there is in a month, for good.
    pub(crate) month: u128,
    /// Its period is not known for sure, so that D8 holds it for longer than it is called.
    pub(crate) held_longer: bool,
}

/// What a place can do of some tasks, and which limit says so.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Bound {
    /// Tasks a month.
    pub(crate) requests: u128,
    /// The limit, by its place among the lids.
    pub(crate) lid: usize,
    /// One task is larger than the whole limit.
    pub(crate) too_large: bool,
}

impl Place {
    /// The place of a model of an account. `price` replaces what the catalogue says.
    pub(crate) fn new(account: &Account, model: &Model, catalogue: &Catalogue, price: Option<Price>) -> Self {
        let covers = |limit: &&Limit| limit.models.contains(&model.id);
        Self {
            account: account.name.clone(),
            provider: account.provider.clone(),
            tier: account.tier.clone(),
            model: model.id.clone(),
            price: price.or_else(|| known_price(account, model, catalogue)),
            lids: account.limits.iter().filter(covers).filter_map(Lid::new).collect(),
        }
    }

    /// What it can do of tasks of this size, were all its limits full; none where no limit is known to hold them.
    pub(crate) fn bound(&self, demand: Demand) -> Option<Bound> {
        let lids = self.lids.iter().enumerate();
        let bounds = lids.filter_map(|(at, lid)| {
            let takes = self.takes(lid, demand);
            let too_large = lid.is_too_small(takes, demand.requests);
            let requests = if too_large {
                0
            } else {
                most(lid.month, takes, demand.requests)?
            };
            Some(Bound {
                requests,
                lid: at,
                too_large,
            })
        });
        bounds.min_by_key(|bound| (bound.requests, !bound.too_large))
    }

    /// What so much work takes of a limit.
    pub(crate) fn takes(&self, lid: &Lid, demand: Demand) -> u128 {
        match lid.dimension {
            Dimension::Requests | Dimension::Concurrency => demand.requests,
            Dimension::Tokens => demand.input + demand.output,
            Dimension::InputTokens => demand.input,
            Dimension::OutputTokens => demand.output,
            Dimension::Cost => self.cost(demand).map_or(0, |(input, output)| (input + output).0),
        }
    }

    /// What so much work costs, for what goes in and for what comes out; none where the price is not known.
    pub(crate) fn cost(&self, demand: Demand) -> Option<(Money, Money)> {
        let price = self.price?;
        Some((
            Money::of(price.input, demand.input),
            Money::of(price.output, demand.output),
        ))
    }
}

impl Lid {
    /// None for what time does not bound.
    fn new(limit: &Limit) -> Option<Self> {
        let held = match &limit.spec.window {
            Window::InFlight => return None,
            Window::Bucket { per } | Window::Sliding { per } | Window::Fixed { per } => *per,
            Window::Resets(_) => limit.nominal,
        };
        if limit.spec.standing == Standing::Unknown {
            return None;
        }
        // What is kept for tasks of priority 8 and higher is not for this work.
        let usable = u128::from(limit.spec.amount) * u128::from(1_000 - limit.spec.reserve_permille.min(1_000)) / 1_000;
        Some(Self {
            key: limit.key.clone(),
            dimension: limit.spec.dimension,
            amount: limit.spec.amount,
            kept: u64::try_from(u128::from(limit.spec.amount) - usable).unwrap_or_default(),
            per: period_name(limit.nominal),
            month: usable * MONTH_MICROS / held.as_micros().max(1),
            held_longer: held > limit.nominal,
        })
    }

    fn is_too_small(&self, takes: u128, requests: u128) -> bool {
        self.dimension != Dimension::Requests && takes > u128::from(self.amount) * requests
    }
}

/// "minute", "day", "15 min", "90 s".
fn period_name(nominal: Duration) -> String {
    match nominal.as_secs() {
        1 if nominal.subsec_nanos() == 0 => "second".to_owned(),
        60 => "minute".to_owned(),
        3_600 => "hour".to_owned(),
        86_400 => "day".to_owned(),
        2_592_000 => "month".to_owned(),
        seconds if nominal.subsec_nanos() > 0 => format!(
            "{} ms",
            u128::from(seconds) * 1_000 + u128::from(nominal.subsec_millis())
        ),
        seconds if seconds % 86_400 == 0 => format!("{} days", seconds / 86_400),
        seconds if seconds % 3_600 == 0 => format!("{} h", seconds / 3_600),
        seconds if seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

/// How many tasks an amount is enough for; none where they take nothing of it.
pub(crate) fn most(amount: u128, takes: u128, requests: u128) -> Option<u128> {
    (takes > 0).then(|| amount.saturating_mul(requests) / takes)
}

fn known_price(account: &Account, model: &Model, catalogue: &Catalogue) -> Option<Price> {
    let provider = catalogue.provider(&account.provider)?;
    let tier = provider.tier(&account.tier)?;
    if costs_nothing(provider, tier, &model.id) {
        return Some(Price::default());
    }
    model.list_price
}
