//! The tables of a plan. Numbers are a day's, money is a month's.

use super::Told;
use crate::catalogue::said;
use crate::client::stacked;
use crate::client::table::{Cell, Surface, Table, Tone};
use crate::plan::money::{Money, grouped};
use crate::plan::place::{Bound, Place};
use crate::plan::tiers::{Offer, Standing};
use crate::plan::work::Work;
use crate::plan::{a_day, a_day_at_most};
use crate::text;

/// Columns from here on have room for whole names.
const ROOMY: u16 = 110;
/// Where there is less, a name is folded to this width, and a limit to that.
const NAME: usize = 17;
const NAME_OF_OFFER: usize = 14;
const LIMIT: usize = 12;

/// What brings the work.
pub(super) fn work(all: &[Work]) -> Table {
    let titles = [
        text!("plan-title-work"),
        text!("plan-title-tasks"),
        text!("plan-title-in"),
        text!("plan-title-out"),
    ];
    let mut table = Table::new(&titles, &[1, 2, 3]);
    for work in all {
        let (input, output) = work.demand.size();
        table.row(vec![
            work.name.as_deref().unwrap_or("-").into(),
            grouped(a_day_at_most(work.demand.requests)).into(),
            grouped(input).into(),
            grouped(output).into(),
        ]);
    }
    table
}

/// What each account can do, and gets of the work if there is any.
pub(super) fn places(told: &Told, surface: Surface) -> Table {
    let asked = told.plan.demand.requests > 0;
    let mut titles = vec![
        text!("plan-title-account"),
        text!("plan-title-capacity"),
        text!("plan-title-limit"),
    ];
    if asked {
        titles.extend([
            text!("plan-title-gets"),
            text!("plan-title-spare"),
            text!("plan-title-cost"),
        ]);
    }
    let mut table = Table::new(&titles, &[1, 3, 4, 5]);
    // As they stand below each other they add up to what all of them cost.
    let costs = told.plan.shares.iter().filter_map(|share| share.cost);
    let costs: Vec<Money> = costs.map(|(input, output)| input + output).collect();
    let mut costs = Money::shown_parts(&costs).into_iter();
    for (place, share) in told.places.iter().zip(&told.plan.shares) {
        let cost = share.cost.and_then(|_| costs.next()).unwrap_or_else(unknown);
        let capacity = share
            .capacity()
            .map_or_else(unknown, |capacity| grouped(a_day(capacity)));
        let mut cells = vec![
            names(place, surface),
            stacked::line(capacity),
            limit(place, share.bound, surface),
        ];
        if asked {
            let full = share.spare == Some(0);
            let tone = if full { Tone::Attention } else { Tone::Neutral };
            let spare = share.spare.map_or_else(unknown, |spare| grouped(a_day(spare)));
            cells.extend([
                stacked::line(grouped(share.gets_a_day())),
                vec![Cell::toned(spare, tone)],
                stacked::line(cost),
            ]);
        }
        stacked::row(&mut table, &cells);
    }
    if told.places.len() > 1 {
        table.row(sum(told, asked));
    }
    table
}

fn sum(told: &Told, asked: bool) -> Vec<Cell> {
    let plan = &told.plan;
    let capacity = plan.capacity();
    let mut cells: Vec<Cell> = vec![
        text!("plan-all").into(),
        capacity
            .map_or_else(unknown, |capacity| grouped(a_day(capacity)))
            .into(),
        "".into(),
    ];
    if asked {
        let (input, output, known) = plan.cost();
        let gets = plan.demand.requests - plan.too_many();
        let spare = capacity.map(|capacity| capacity.saturating_sub(gets));
        let cost = input + output;
        cells.extend([
            grouped(capacity.map_or(u128::MAX, a_day).max(1).min(a_day_at_most(gets))).into(),
            spare.map_or_else(unknown, |spare| grouped(a_day(spare))).into(),
            if known { cost.shown() } else { at_least(cost) }.into(),
        ]);
    }
    cells
}

/// Other tiers beside those that were planned with.
pub(super) fn offers(told: &Told, surface: Surface) -> Table {
    let asked = told.plan.demand.requests > 0;
    let mut titles = vec![
        text!("plan-title-account"),
        text!("plan-title-tier"),
        text!("plan-title-capacity"),
        text!("plan-title-limit"),
    ];
    if asked {
        titles.extend([text!("plan-title-fits"), text!("plan-title-cost")]);
    }
    let mut table = Table::new(&titles, &[2, 4, 5]);
    let mut last: Option<(&str, &str)> = None;
    for offer in &told.offers {
        let of = (offer.account.as_str(), offer.model.as_str());
        let mut cells = vec![if last == Some(of) {
            Vec::new()
        } else {
            both_names(of, surface)
        }];
        last = Some(of);
        cells.push(tier(offer, surface));
        cells.extend(match &offer.served {
            Some(served) => [
                stacked::line(
                    served
                        .bound
                        .map_or_else(unknown, |bound| grouped(a_day(bound.requests))),
                ),
                limit(&served.place, served.bound, surface),
            ],
            None => [
                stacked::line("-"),
                stacked::lines(folded(&text!("plan-not-served"), LIMIT, surface)),
            ],
        });
        if asked {
            let served = offer.served.as_ref();
            let fits = served.map(|served| grouped(a_day(served.gets.requests)));
            let cost = served.map(|served| served.cost.map_or_else(unknown, Money::shown));
            cells.extend([fits, cost].map(|told| stacked::line(told.unwrap_or_else(|| "-".to_owned()))));
        }
        stacked::row(&mut table, &cells);
    }
    table
}

fn tier(offer: &Offer, surface: Surface) -> Vec<Cell> {
    let standing = match offer.standing {
        Standing::Chosen => text!("plan-tier-chosen"),
        Standing::Next => text!("plan-tier-next"),
        Standing::Today => text!("plan-tier-today"),
        Standing::Past => text!("plan-tier-past"),
    };
    if roomy(surface) {
        stacked::line(format!("{} ({standing})", offer.tier))
    } else {
        stacked::lines([offer.tier.clone(), format!("({standing})")])
    }
}

fn names(place: &Place, surface: Surface) -> Vec<Cell> {
    let whose = format!("{} ({})", place.account, place.tier);
    if roomy(surface) {
        return stacked::line(format!("{whose} {}", place.model));
    }
    let mut lines = if whose.chars().count() > NAME {
        let mut lines = folded(&place.account, NAME, surface);
        lines.push(format!("({})", place.tier));
        lines
    } else {
        vec![whose]
    };
    lines.extend(folded(&place.model, NAME, surface));
    stacked::lines(lines)
}

fn both_names((account, model): (&str, &str), surface: Surface) -> Vec<Cell> {
    if roomy(surface) {
        return stacked::line(format!("{account}/{model}"));
    }
    let mut lines = folded(account, NAME_OF_OFFER, surface);
    lines.extend(folded(model, NAME_OF_OFFER, surface));
    stacked::lines(lines)
}

fn limit(place: &Place, bound: Option<Bound>, surface: Surface) -> Vec<Cell> {
    let lid = bound.and_then(|bound| place.lids.get(bound.lid));
    let words = lid.map_or_else(
        || text!("plan-limits-unknown"),
        |lid| said::counted(lid.dimension, lid.amount, &lid.per),
    );
    stacked::lines(folded(&words, LIMIT, surface))
}

/// What is not known.
pub(super) fn unknown() -> String {
    "?".to_owned()
}

fn at_least(money: Money) -> String {
    format!("≥ {}", money.shown())
}

fn roomy(surface: Surface) -> bool {
    match surface {
        Surface::Plain => true,
        Surface::Terminal { width, .. } => width >= ROOMY,
    }
}

fn folded(text: &str, width: usize, surface: Surface) -> Vec<String> {
    if roomy(surface) {
        vec![text.to_owned()]
    } else {
        stacked::folded(text, width)
    }
}
