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

/// What each account can do, and gets.
pub(super) fn places(told: &Told, surface: Surface) -> Table {
    let titles = [
        text!("plan-title-account"),
        text!("plan-title-capacity"),
        text!("plan-title-limit"),
        text!("plan-title-gets"),
        text!("plan-title-spare"),
        text!("plan-title-cost"),
    ];
    let mut table = Table::new(&titles, &[1, 3, 4, 5]);
    for (place, share) in told.places.iter().zip(&told.plan.shares) {
        let full = share.spare == Some(0);
        let spare = Cell::toned(
            share.spare.map_or_else(unknown, |spare| grouped(a_day(spare))),
            if full { Tone::Attention } else { Tone::Neutral },
        );
        stacked::row(
            &mut table,
            &[
                names(place, surface),
                stacked::line(
                    share
                        .capacity()
                        .map_or_else(unknown, |capacity| grouped(a_day(capacity))),
                ),
                limit(place, share.bound, surface),
                stacked::line(grouped(a_day_at_most(share.gets.requests))),
                vec![spare],
                stacked::line(
                    share
                        .cost
                        .map_or_else(unknown, |(input, output)| (input + output).shown()),
                ),
            ],
        );
    }
    if told.places.len() > 1 {
        let plan = &told.plan;
        let (input, output, known) = plan.cost();
        let gets = plan.demand.requests - plan.too_many();
        let spare = plan.capacity().map(|capacity| capacity.saturating_sub(gets));
        table.row(vec![
            text!("plan-all").into(),
            plan.capacity()
                .map_or_else(unknown, |capacity| grouped(a_day(capacity)))
                .into(),
            "".into(),
            grouped(a_day_at_most(gets)).into(),
            spare.map_or_else(unknown, |spare| grouped(a_day(spare))).into(),
            if known {
                (input + output).shown()
            } else {
                at_least(input + output)
            }
            .into(),
        ]);
    }
    table
}

/// Other tiers beside those that were planned with.
pub(super) fn offers(offers: &[Offer], surface: Surface) -> Table {
    let titles = [
        text!("plan-title-account"),
        text!("plan-title-tier"),
        text!("plan-title-capacity"),
        text!("plan-title-limit"),
        text!("plan-title-fits"),
        text!("plan-title-cost"),
    ];
    let mut table = Table::new(&titles, &[2, 4, 5]);
    let mut last: Option<(&str, &str)> = None;
    for offer in offers {
        let of = (offer.account.as_str(), offer.model.as_str());
        let name = if last == Some(of) {
            Vec::new()
        } else {
            folded(&format!("{}/{}", of.0, of.1), NAME, surface)
        };
        last = Some(of);
        let standing = match offer.standing {
            Standing::Chosen => text!("plan-tier-chosen"),
            Standing::Next => text!("plan-tier-next"),
            Standing::Today => text!("plan-tier-today"),
            Standing::Past => text!("plan-tier-past"),
        };
        let tier = if roomy(surface) {
            vec![format!("{} ({standing})", offer.tier)]
        } else {
            vec![offer.tier.clone(), format!("({standing})")]
        };
        let mut cells = vec![stacked::lines(name), stacked::lines(tier)];
        match &offer.served {
            Some(served) => cells.extend([
                stacked::line(
                    served
                        .bound
                        .map_or_else(unknown, |bound| grouped(a_day(bound.requests))),
                ),
                limit(&served.place, served.bound, surface),
                stacked::line(grouped(a_day(served.gets.requests))),
                stacked::line(served.cost.map_or_else(unknown, Money::shown)),
            ]),
            None => cells.extend([
                stacked::line("-"),
                stacked::lines(folded(&text!("plan-not-served"), LIMIT, surface)),
                stacked::line("-"),
                stacked::line("-"),
            ]),
        }
        stacked::row(&mut table, &cells);
    }
    table
}

fn names(place: &Place, surface: Surface) -> Vec<Cell> {
    if roomy(surface) {
        return stacked::line(format!("{} ({}) {}", place.account, place.tier, place.model));
    }
    let mut lines = folded(&format!("{} ({})", place.account, place.tier), NAME, surface);
    lines.extend(folded(&place.model, NAME, surface));
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
