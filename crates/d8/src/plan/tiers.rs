//! What other plans of the same provider would give, and cost, for the same model.

use d8_core::time::Timestamp;

use super::money::Money;
use super::place::{Bound, Place};
use super::work::Demand;
use crate::catalogue::{Catalogue, Tier};
use crate::config::Account;

/// Why a tier is shown.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// It is the one that is planned with.
    Chosen,
    /// It is the next one up.
    Next,
    /// It is today's, where the chosen one is past.
    Today,
    /// It is past: the figures of then.
    Past,
}

/// One tier, and what it would do with the work.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Offer {
    pub(crate) account: String,
    pub(crate) model: String,
    pub(crate) tier: String,
    pub(crate) standing: Standing,
    /// What it would do; none where it does not serve the model.
    pub(crate) served: Option<Served>,
}

/// What a tier would do with the work.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Served {
    pub(crate) place: Place,
    /// None where no limit is known.
    pub(crate) bound: Option<Bound>,
    /// What of the work fits.
    pub(crate) gets: Demand,
    /// What that costs a month; none where the price is not known.
    pub(crate) cost: Option<Money>,
}

impl Served {
    fn new(place: Place, demand: Demand) -> Self {
        let bound = place.bound(demand);
        let gets = demand.of(bound.map_or(demand.requests, |bound| bound.requests.min(demand.requests)));
        Self {
            bound,
            gets,
            cost: place.cost(gets).map(|(input, output)| input + output),
            place,
        }
    }
}

/// The tiers beside a place, its own among them, in the order of the catalogue. Nothing where there is no other. A price that
/// the user said is the place's own; the others have the catalogue's.
pub(crate) fn beside(place: &Place, demand: Demand, catalogue: &Catalogue, now: Timestamp) -> Vec<Offer> {
    let Some(provider) = catalogue.provider(&place.provider) else {
        return Vec::new();
    };
    let Some(chosen) = provider.tier(&place.tier) else {
        return Vec::new();
    };
    let next = provider.next_tier(chosen).map(|tier| tier.name.as_str());
    let today = provider.default_tier();
    let standing = |tier: &Tier| match () {
        () if tier.name == chosen.name => Some(Standing::Chosen),
        () if Some(tier.name.as_str()) == next => Some(Standing::Next),
        () if chosen.past && tier.name == today.name => Some(Standing::Today),
        () if tier.past && tier.models.contains(&place.model) => Some(Standing::Past),
        () => None,
    };
    let served = |tier: &Tier, standing: Standing| {
        if standing == Standing::Chosen {
            return Some(place.clone());
        }
        let ids = std::slice::from_ref(&place.model);
        let serves = tier.models.contains(&place.model);
        let account = Account::reckoned(place.account.clone(), provider, tier, ids, place.account.clone(), now);
        let model = account.default_model().filter(|_| serves)?;
        Some(Place::new(&account, model, catalogue, None))
    };
    let offers: Vec<Offer> = provider
        .tiers
        .iter()
        .filter_map(|tier| {
            let standing = standing(tier)?;
            Some(Offer {
                account: place.account.clone(),
                model: place.model.clone(),
                tier: tier.name.clone(),
                standing,
                served: served(tier, standing).map(|place| Served::new(place, demand)),
            })
        })
        .collect();
    if offers.len() > 1 { offers } else { Vec::new() }
}
