//! The seed's projection to the cent, and today's truth beside it.
#![allow(clippy::unwrap_used)]

use d8_core::money::{Picodollars, Price};
use d8_core::time::Timestamp;

use super::money::Money;
use super::place::Place;
use super::share::{Class, Plan, share};
use super::tiers::{self, Standing};
use super::work::{Demand, Work};
use super::{a_day, a_day_at_most};
use crate::catalogue::Catalogue;
use crate::config::{Account, Config, Environment, LoadOptions, UserFolders};

/// 24 November 2026, 12:00 UTC.
const NOW: Timestamp = Timestamp::from_secs(1_795_521_600);

/// "groq/free", its model, and a price of one's own.
fn place(name: &str, model: &str, price: Option<Price>) -> Place {
    let catalogue = Catalogue::builtin();
    let (provider, tier) = name.split_once('/').unwrap();
    let provider = catalogue.provider(provider).unwrap();
    let tier = provider.tier(tier).unwrap();
    let id = provider.id.clone();
    let account = Account::reckoned(id.clone(), provider, tier, &[model.to_owned()], id, NOW);
    Place::new(&account, account.default_model().unwrap(), catalogue, price)
}

fn class(demand: Demand, ways: &[(usize, usize)]) -> Class {
    let work = Work {
        name: None,
        route: None,
        demand,
    };
    Class {
        work,
        ways: ways.to_vec(),
    }
}

fn alone(place: &Place, demand: Demand) -> Plan {
    share(std::slice::from_ref(place), &[class(demand, &[(0, 0)])], demand)
}

/// The places of accounts in the words of d8.toml, all of one level.
fn places(text: &str) -> Vec<Place> {
    let options = LoadOptions {
        config_path: None,
        cwd: "/home/ana".into(),
        env: Environment::default(),
        folders: UserFolders::default(),
        now: NOW,
    };
    let config = Config::from_text(text, options).unwrap();
    let place = |account: &Account| Place::new(account, account.default_model().unwrap(), &config.catalogue, None);
    config.accounts.iter().map(place).collect()
}

fn account(name: &str, more: &str) -> String {
    format!(
        "[[account]]\nname = \"{name}\"\nprovider = \"groq\"\napi_key = \"{name}\"\nmodels = [\"llama-3.1-8b-instant\"]\n{more}\n"
    )
}

const LLAMA_70B: &str = "llama-3.3-70b-versatile";

#[test]
fn the_seeds_two_workloads_leave_12_900_a_day_and_cost_nothing() {
    let then = place("groq/free-2025-11", LLAMA_70B, None);
    let content = class(Demand::a_day(500, 500, 300), &[(0, 0)]);
    let devices = class(Demand::a_day(1_000, 500, 300), &[(0, 0)]);
    let all = content.work.demand.and(devices.work.demand);
    let plan = share(&[then], &[content, devices], all);
    assert_eq!(plan.capacity().map(a_day), Some(14_400));
    assert_eq!(plan.shares[0].spare.map(a_day), Some(12_900));
    assert_eq!((plan.too_many(), plan.cost()), (0, (Money(0), Money(0), true)));
}

#[test]
fn the_seeds_paid_month_costs_11_dollars_40() {
    let price = Price {
        input: Picodollars(100_000),
        output: Picodollars(320_000),
    };
    let demand = Demand {
        input: 50_000_000,
        output: 20_000_000,
        ..Demand::a_day(10_000, 1, 1)
    };
    let plan = alone(&place("groq/developer", LLAMA_70B, Some(price)), demand);
    let (input, output, known) = plan.cost();
    assert_eq!((plan.too_many(), known), (0, true));
    assert_eq!(
        [input, output, input + output].map(Money::exact),
        ["5.00", "6.40", "11.40"]
    );
}

#[test]
fn today_tokens_a_day_bind_first() {
    let demand = Demand::a_day(1_500, 500, 300);
    for (model, tokens, tasks) in [(LLAMA_70B, 100_000, 125), ("llama-3.1-8b-instant", 500_000, 625)] {
        let today = place("groq/free", model, None);
        let bound = today.bound(demand).unwrap();
        let lid = &today.lids[bound.lid];
        assert_eq!((lid.amount, lid.per.as_str()), (tokens, "day"), "{model}");
        assert_eq!((a_day(bound.requests), bound.too_large), (tasks, false), "{model}");
        let plan = alone(&today, demand);
        assert_eq!(a_day_at_most(plan.too_many()), 1_500 - tasks, "{model}");
        assert_eq!(plan.shares[0].spare, Some(0), "{model}");
    }
}

#[test]
fn nobody_gets_more_a_day_than_he_can_do() {
    // 64.3 a day: neither 65 here nor 64 there.
    let demand = Demand::a_day(1_500, 1_111, 444);
    let plan = alone(&place("groq/free", LLAMA_70B, None), demand);
    assert_eq!(plan.shares[0].capacity().map(a_day), Some(64));
    assert_eq!(plan.shares[0].gets_a_day(), 64);
    // Ten a month are not none a day.
    let few = alone(&place("groq/free", LLAMA_70B, None), Demand::a_month(10, 500, 300));
    assert_eq!(few.shares[0].gets_a_day(), 1);
}

#[test]
fn tiers_stand_beside_each_other() {
    let demand = Demand::a_day(1_500, 500, 300);
    let offers = |name: &str, model: &str| -> Vec<(String, Standing, Option<u128>, Option<String>)> {
        let place = place(name, model, None);
        let offers = tiers::beside(&place, demand, Catalogue::builtin(), NOW);
        let line = |offer: tiers::Offer| {
            let served = offer.served.as_ref();
            (
                offer.tier.clone(),
                offer.standing,
                served
                    .and_then(|served| served.bound)
                    .map(|bound| a_day(bound.requests)),
                served.and_then(|served| served.cost).map(Money::exact),
            )
        };
        offers.into_iter().map(line).collect()
    };
    let free = || Some("0.00".to_owned());
    // 22.5 M in at $0.59 and 13.5 M out at $0.79; 300,000 tokens a minute are 540,000 tasks of 800 a day, requests 500,000.
    assert_eq!(
        offers("groq/free", LLAMA_70B),
        [
            ("free".to_owned(), Standing::Chosen, Some(125), free()),
            (
                "developer".to_owned(),
                Standing::Next,
                Some(500_000),
                Some("23.94".to_owned())
            ),
            ("free-2025-11".to_owned(), Standing::Past, Some(14_400), free()),
        ]
    );
    assert_eq!(
        offers("groq/free-2025-11", LLAMA_70B),
        [
            ("free".to_owned(), Standing::Today, Some(125), free()),
            ("free-2025-11".to_owned(), Standing::Chosen, Some(14_400), free()),
        ]
    );
    let gemini = offers("gemini/free-2025-11", "gemini-2.0-flash");
    assert_eq!(gemini[0], ("free".to_owned(), Standing::Today, None, None));
}

#[test]
fn a_limit_of_unknown_kind_is_held_as_the_engine_holds_it() {
    let text = account("a", "limits = [{ requests = 2500, per = \"1d\" }]");
    let plan = alone(&places(&text)[0], Demand::a_day(1, 1, 1));
    // A day may have 25 hours.
    assert_eq!(plan.capacity().map(a_day), Some(2_400));
    let reset = account(
        "a",
        "limits = [{ requests = 2500, per = \"1d\", resets = \"00:00 UTC\", reserve = 0.1 }]",
    );
    assert_eq!(
        alone(&places(&reset)[0], Demand::a_day(1, 1, 1)).capacity().map(a_day),
        Some(2_250)
    );
}

#[test]
fn what_two_keys_share_is_counted_once() {
    let limits = "limits = [{ requests = 100, per = \"1d\", kind = \"bucket\" }]";
    let apart = account("a", limits) + &account("b", limits);
    let together = account("a", &format!("{limits}\nquota_group = \"p\""))
        + &account("b", &format!("{limits}\nquota_group = \"p\""));
    let demand = Demand::a_day(150, 1, 1);
    for (text, capacity, too_many) in [(apart, 200, 0), (together, 100, 50)] {
        let places = places(&text);
        let plan = share(&places, &[class(demand, &[(0, 0), (1, 0)])], demand);
        assert_eq!(plan.capacity().map(a_day), Some(capacity));
        assert_eq!(a_day(plan.too_many()), too_many);
    }
}

#[test]
fn levels_come_in_order_and_the_cheaper_first_within_one() {
    let places = [
        place("groq/developer", LLAMA_70B, None),
        place("groq/free", LLAMA_70B, None),
        place("openai/tier-1", "gpt-4.1-mini", None),
    ];
    let demand = Demand::a_day(1_000, 500, 300);
    let gets = |ways: &[(usize, usize)]| {
        let plan = share(&places, &[class(demand, ways)], demand);
        let gets = plan
            .shares
            .iter()
            .map(|share| a_day(share.gets.requests))
            .collect::<Vec<_>>();
        (gets, plan.price_decides)
    };
    assert_eq!(gets(&[(0, 0), (1, 0)]), (vec![875, 125, 0], true));
    assert_eq!(gets(&[(0, 1), (1, 0)]), (vec![875, 125, 0], false));
    assert_eq!(gets(&[(0, 0), (1, 1)]), (vec![1_000, 0, 0], false));
    // Nothing is known to hold the last back.
    assert_eq!(gets(&[(1, 0), (2, 1)]), (vec![0, 125, 875], false));
}

#[test]
fn a_task_larger_than_a_limit_can_never_be_done() {
    let place = place("groq/free", LLAMA_70B, None);
    let demand = Demand::a_day(1, 12_000, 1);
    let bound = place.bound(demand).unwrap();
    assert_eq!((bound.requests, bound.too_large), (0, true));
    assert_eq!(alone(&place, demand).too_many(), demand.requests);
    assert!(!place.bound(Demand::a_day(1, 11_999, 1)).unwrap().too_large);
}

#[test]
fn scarce_work_goes_before_work_that_can_go_elsewhere() {
    let limits = "limits = [{ requests = 100, per = \"1d\", kind = \"bucket\" }]";
    let places = places(&(account("a", limits) + &account("b", limits)));
    let (flexible, bound) = (Demand::a_day(100, 1, 1), Demand::a_day(100, 1, 1));
    let classes = [class(flexible, &[(0, 0), (1, 0)]), class(bound, &[(0, 0)])];
    assert_eq!(share(&places, &classes, flexible).too_many(), 0);
}

#[test]
fn a_limit_of_money_is_one_too() {
    let text = account(
        "a",
        "tier = \"developer\"\nlimits = [{ cost = 1.0, per = \"1mo\", resets = \"1 00:00 UTC\", models = \"*\" }]",
    );
    // $0.05 and $0.08 a million: a task of 1,000 in and 1,000 out is $0.00013.
    let plan = alone(&places(&text)[0], Demand::a_day(1_000, 1_000, 1_000));
    assert_eq!(plan.shares[0].gets.requests, 7_692);
    let (input, output, _) = plan.cost();
    assert!((input + output) <= Money::parse("1").unwrap());
}

#[test]
fn the_largest_numbers_overflow_nothing() {
    let demand = Demand::a_day(1_000_000_000_000, u32::MAX, u32::MAX);
    for name in ["groq/free", "groq/developer", "groq/free-2025-11"] {
        let plan = alone(&place(name, LLAMA_70B, None), demand);
        assert!(plan.too_many() > 0, "{name}");
    }
    assert!(alone(&place("openai/tier-1", "gpt-4.1-mini", None), demand).cost().0 > Money(0));
}

#[test]
fn work_of_several_sizes_is_counted_in_one_size_everywhere() {
    let text = account("a", "limits = [{ tokens = 100000, per = \"1d\", kind = \"bucket\" }]");
    let place = &places(&text)[0];
    let (small, large) = (Demand::a_day(250, 128, 150), Demand::a_day(250, 166, 210));
    let all = small.and(large);
    let plan = share(
        std::slice::from_ref(place),
        &[class(small, &[(0, 0)]), class(large, &[(0, 0)])],
        all,
    );
    let bound = plan.shares[0].bound.unwrap();
    let can = a_day(bound.requests);
    assert_eq!(
        (plan.capacity().map(a_day), plan.shares[0].gets_a_day()),
        (Some(can), can)
    );
    assert_eq!(plan.too_many(), all.requests - plan.shares[0].gets.requests);
    assert_eq!(plan.undone[0], plan.undone[1], "each has its part");
    assert_eq!(plan.shares[0].counted_in.size(), all.size());
}

#[test]
fn what_is_kept_for_high_priority_is_told() {
    let text = account(
        "a",
        "limits = [{ requests = 1500, per = \"1d\", resets = \"00:00 UTC\", reserve = 0.1 }]",
    );
    assert_eq!(places(&text)[0].lids[0].kept, 150);
}
