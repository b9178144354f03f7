//! What a plan comes to, in sentences: what binds, what to do, what it costs and returns.

use super::Told;
use crate::catalogue::said;
use crate::plan::income::on;
use crate::plan::money::{Money, grouped};
use crate::plan::place::{Bound, Place};
use crate::plan::share::Share;
use crate::plan::tiers::Standing;
use crate::plan::{DAYS, a_day, a_day_at_most};
use crate::text;

/// So many accounts are told one by one; the table shows the others.
const ACCOUNTS: usize = 3;

/// What is to be done.
pub(super) fn work(told: &Told) -> String {
    let (input, output) = told.usual.size();
    let (input, output) = (grouped(input), grouped(output));
    if told.plan.demand.requests == 0 {
        return text!("plan-no-work", input = input, output = output);
    }
    text!(
        "plan-work",
        tasks = grouped(a_day_at_most(told.plan.demand.requests)),
        input = input,
        output = output,
        input_day = grouped(told.plan.demand.input / DAYS),
        output_day = grouped(told.plan.demand.output / DAYS)
    )
}

/// What it comes to.
pub(super) fn all(told: &Told) -> Vec<String> {
    let mut said = binding(told);
    said.extend(fit(told));
    said.extend(past(told));
    if told.plan.demand.requests > 0 {
        said.extend(cost(told));
        said.extend(income(told));
    }
    if told.plan.price_decides {
        said.push(text!("plan-price-decides"));
    }
    said
}

/// What all of it rests on.
pub(super) fn assumed(told: &Told) -> String {
    let longer = told
        .places
        .iter()
        .flat_map(|place| &place.lids)
        .any(|lid| lid.held_longer);
    let mut said = text!("plan-assumed");
    if longer {
        said = format!("{said} {}", text!("plan-assumed-longer"));
    }
    said
}

/// Which limit binds at the accounts that get work, or could.
fn binding(told: &Told) -> Vec<String> {
    let asked = told.plan.demand.requests > 0;
    let both = told.places.iter().zip(&told.plan.shares);
    let telling = both.filter(|(_, share)| !asked || share.gets.requests > 0 || share.capacity() == Some(0));
    telling
        .take(ACCOUNTS)
        .filter_map(|(place, share)| binds(place, share))
        .collect()
}

fn binds(place: &Place, share: &Share) -> Option<String> {
    let Bound {
        requests,
        lid,
        too_large,
    } = share.bound?;
    let lid = place.lids.get(lid)?;
    let (input, output) = share.counted_in.size();
    let limit = said::counted(lid.dimension, lid.amount, &lid.per);
    let account = format!("{}/{}", place.account, place.model);
    let size = grouped(input + output);
    if too_large {
        return Some(text!("plan-too-large", account = account, size = size, limit = limit));
    }
    let kept = (lid.kept > 0).then(|| {
        let kept = said::counted(lid.dimension, lid.kept, &lid.per);
        format!(" {}", text!("plan-kept", kept = kept))
    });
    let bound = text!(
        "plan-binds",
        account = account,
        tier = place.tier.as_str(),
        limit = limit,
        tasks = grouped(a_day(requests)),
        size = size
    );
    Some(bound + &kept.unwrap_or_default())
}

/// Whether all of it fits, and what to do where it does not.
fn fit(told: &Told) -> Vec<String> {
    let plan = &told.plan;
    let demand = plan.demand.requests;
    if demand == 0 || told.places.is_empty() {
        return Vec::new();
    }
    let tasks = grouped(a_day_at_most(demand));
    let too_many = plan.too_many();
    if too_many == 0 {
        return vec![match plan.capacity() {
            Some(capacity) => text!("plan-fits", spare = grouped(a_day(capacity.saturating_sub(demand)))),
            None => text!("plan-fits-as-far-as-known", accounts = unknown_limits(told)),
        }];
    }
    let mut said = vec![text!(
        "plan-too-many",
        count = grouped(a_day_at_most(too_many)),
        tasks = tasks
    )];
    let next = told.offers.iter().filter(|offer| offer.standing == Standing::Next);
    let better = next.filter_map(|offer| {
        let served = offer.served.as_ref()?;
        let can = match served.bound {
            Some(bound) => text!("plan-next-can", tasks = grouped(a_day(bound.requests))),
            None => text!("plan-next-can-unknown"),
        };
        let (tier, account) = (offer.tier.as_str(), offer.account.as_str());
        Some(match served.cost {
            Some(cost) => text!(
                "plan-next-tier",
                tier = tier,
                account = account,
                can = can,
                cost = cost.shown()
            ),
            None => text!("plan-next-tier-unpriced", tier = tier, account = account, can = can),
        })
    });
    said.extend(better.take(ACCOUNTS));
    said.push(text!("plan-or-else"));
    said
}

fn unknown_limits(told: &Told) -> String {
    let both = told.places.iter().zip(&told.plan.shares);
    let names = both
        .filter(|(_, share)| share.bound.is_none())
        .map(|(place, _)| place.account.as_str());
    names.collect::<Vec<_>>().join(", ")
}

/// What became of a tier that is past.
fn past(told: &Told) -> Vec<String> {
    let today = told.offers.iter().filter(|offer| offer.standing == Standing::Today);
    let sentence = today.map(|offer| {
        let (model, tier) = (offer.model.as_str(), offer.tier.as_str());
        let Some(served) = &offer.served else {
            return text!(
                "plan-past-not-served",
                account = offer.account.as_str(),
                model = model,
                tier = tier
            );
        };
        let lid = served.bound.and_then(|bound| served.place.lids.get(bound.lid));
        let limit = lid.map_or_else(
            || text!("plan-limits-unknown"),
            |lid| said::counted(lid.dimension, lid.amount, &lid.per),
        );
        let tasks = served
            .bound
            .map_or_else(super::table::unknown, |bound| grouped(a_day(bound.requests)));
        text!(
            "plan-past",
            account = offer.account.as_str(),
            model = model,
            tier = tier,
            limit = limit,
            tasks = tasks
        )
    });
    sentence.collect()
}

fn cost(told: &Told) -> Vec<String> {
    let (input, output, known) = told.plan.cost();
    let total = input + output;
    let mut said = Vec::new();
    if known {
        said.push(match total {
            Money(0) => text!("plan-cost-nothing"),
            _ => {
                let parts = Money::shown_parts(&[input, output]);
                text!(
                    "plan-cost",
                    input = parts[0].as_str(),
                    output = parts[1].as_str(),
                    total = total.shown()
                )
            }
        });
    } else {
        let both = told.places.iter().zip(&told.plan.shares);
        let working = both.filter(|(_, share)| share.gets.requests > 0 && share.cost.is_none());
        let models: Vec<&str> = working.map(|(place, _)| place.model.as_str()).collect();
        said.push(text!(
            "plan-cost-at-least",
            total = total.shown(),
            models = models.join(", ")
        ));
    }
    if told.plan.too_many() > 0 {
        said.push(text!("plan-cost-of-what-fits"));
    }
    said
}

fn income(told: &Told) -> Vec<String> {
    let Some(income) = told.income else {
        return Vec::new();
    };
    let (input, output, known) = told.plan.cost();
    if !known {
        return vec![text!("plan-return-unknown")];
    }
    let cost = input + output;
    let (Some(least), Some(most)) = (on(income.least, cost), on(income.most, cost)) else {
        return vec![text!("plan-return-free")];
    };
    let signed = |percent: i128| {
        let sign = if percent < 0 { "-" } else { "" };
        format!("{sign}{}", grouped(percent.unsigned_abs()))
    };
    if income.least == income.most {
        return vec![text!(
            "plan-return",
            income = income.least.shown(),
            percent = grouped(least.income),
            profit = signed(least.profit)
        )];
    }
    vec![text!(
        "plan-return-range",
        from = income.least.shown(),
        to = income.most.shown(),
        least = grouped(least.income),
        most = grouped(most.income),
        least_profit = signed(least.profit),
        most_profit = signed(most.profit)
    )]
}
