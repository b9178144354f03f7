//! A plan for programs. Money is text, in dollars, exact; percentages are whole numbers.

use serde_json::{Value, json};

use super::Told;
use crate::config::limit::rule::dimension_name;
use crate::plan::income::on;
use crate::plan::money::Money;
use crate::plan::place::{Bound, Lid, Place, most};
use crate::plan::share::Share;
use crate::plan::tiers::{Offer, Standing};
use crate::plan::work::{Demand, Work};
use crate::plan::{DAYS, a_day, a_day_at_most};

/// Longest that a number can be.
fn whole(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

pub(super) fn object(told: &Told) -> String {
    let both = told.places.iter().zip(&told.plan.shares);
    json!({
        "days": whole(DAYS),
        "work": told.work.iter().map(work).collect::<Vec<_>>(),
        "accounts": both.map(|(place, share)| account(told, place, share)).collect::<Vec<_>>(),
        "total": total(told),
        "tiers": told.offers.iter().map(offer).collect::<Vec<_>>(),
        "income": income(told),
        "price_decides": told.plan.price_decides,
    })
    .to_string()
}

fn work(of: &Work) -> Value {
    json!({
        "name": of.name,
        "route": of.route,
        "per_day": whole(a_day_at_most(of.demand.requests)),
        "per_month": whole(of.demand.requests),
        "input_tokens_per_month": whole(of.demand.input),
        "output_tokens_per_month": whole(of.demand.output),
    })
}

fn account(told: &Told, place: &Place, share: &Share) -> Value {
    let limits = place.lids.iter().map(|lid| limit(place, lid, told.usual));
    let level = ["primary", "backup", "last_resort"][share.level.min(2)];
    json!({
        "account": place.account,
        "provider": place.provider,
        "tier": place.tier,
        "model": place.model,
        "level": level,
        "capacity_per_day": share.capacity().map(a_day).map(whole),
        "binds": binds(place, share.bound),
        "limits": limits.collect::<Vec<_>>(),
        "gets_per_day": whole(share.gets_a_day()),
        "spare_per_day": share.spare.map(a_day).map(whole),
        "cost_per_month": share.cost.map(|(input, output)| (input + output).exact()),
    })
}

fn limit(place: &Place, lid: &Lid, usual: Demand) -> Value {
    let tasks = most(lid.month, place.takes(lid, usual), usual.requests);
    json!({
        "dimension": dimension_name(lid.dimension),
        "limit": lid.amount,
        "per": lid.per,
        "tasks_per_day": tasks.map(a_day).map(whole),
    })
}

fn binds(place: &Place, bound: Option<Bound>) -> Value {
    let lid = bound.and_then(|bound| Some((bound, place.lids.get(bound.lid)?)));
    lid.map_or(Value::Null, |(bound, lid)| {
        json!({
            "dimension": dimension_name(lid.dimension),
            "limit": lid.amount,
            "per": lid.per,
            "too_large": bound.too_large,
        })
    })
}

fn total(told: &Told) -> Value {
    let plan = &told.plan;
    let (input, output, known) = plan.cost();
    let fits = plan.demand.requests - plan.too_many();
    let capacity = plan.capacity();
    json!({
        "per_day": whole(a_day_at_most(plan.demand.requests)),
        "capacity_per_day": capacity.map(a_day).map(whole),
        "fits_per_day": whole(a_day(fits)),
        "does_not_fit_per_day": whole(a_day_at_most(plan.too_many())),
        "spare_per_day": capacity.map(|capacity| whole(a_day(capacity.saturating_sub(fits)))),
        "cost_per_month": {
            "input": input.exact(),
            "output": output.exact(),
            "total": (input + output).exact(),
            "complete": known,
        },
    })
}

fn offer(of: &Offer) -> Value {
    let served = of.served.as_ref();
    json!({
        "account": of.account,
        "model": of.model,
        "tier": of.tier,
        "standing": match of.standing {
            Standing::Chosen => "chosen",
            Standing::Next => "next",
            Standing::Today => "today",
            Standing::Past => "past",
        },
        "served": served.is_some(),
        "capacity_per_day": served.and_then(|served| served.bound).map(|bound| whole(a_day(bound.requests))),
        "binds": served.map_or(Value::Null, |served| binds(&served.place, served.bound)),
        "fits_per_day": served.map(|served| whole(a_day(served.gets.requests))),
        "cost_per_month": served.and_then(|served| served.cost).map(Money::exact),
    })
}

fn income(told: &Told) -> Value {
    let (input, output, known) = told.plan.cost();
    let of = |income: Money| {
        let back = on(income, input + output).filter(|_| known);
        json!({
            "income": income.exact(),
            "income_over_cost_percent": back.map(|back| whole(back.income)),
            "profit_over_cost_percent": back.map(|back| i64::try_from(back.profit).unwrap_or(i64::MAX)),
        })
    };
    told.income.map_or(
        Value::Null,
        |income| json!({ "least": of(income.least), "most": of(income.most) }),
    )
}
