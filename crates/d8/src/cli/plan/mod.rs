//! `d8 plan`: what the accounts can do of a workload, and what that costs.

mod accounts;
mod json;
mod sentences;
mod table;

use std::path::PathBuf;

use clap::Args;
use d8_core::money::Price;
use d8_core::time::Timestamp;

use super::workload::WorkloadFlags;
use super::{Failure, OK, say, tell};
use crate::catalogue::{Catalogue, price};
use crate::client::stacked;
use crate::client::table::Surface;
use crate::clock::Clock;
use crate::config::{Config, LoadOptions};
use crate::plan::agents;
use crate::plan::income::Income;
use crate::plan::place::Place;
use crate::plan::share::{Plan, share};
use crate::plan::tiers::{self, Offer};
use crate::plan::work::{Demand, Work};
use crate::text;
use accounts::Ground;

/// Capacity and cost of a workload on your accounts: what fits, which limit binds, what it costs, and what it returns.
#[derive(Debug, Args)]
#[command(
    after_help = "The workload is that of the [[agent]]s in d8.toml, or what the flags say. The accounts are those of d8.toml and\n\
  of the environment, or those that --account names: no key is needed. Nothing is sent.\n\n\
  Examples:\n  \
  d8 plan --per-day 1500 --in-tokens 500 --out-tokens 300\n  \
  d8 plan --per-day 1500 --account groq --account gemini\n  \
  d8 plan --per-day 1500 --account groq/free-2025-11          as it was in November 2025\n  \
  d8 plan --per-day 10000 --in-per-month 50M --out-per-month 20M --account groq/developer \\\n          \
  --price-in 0.10 --price-out 0.32 --income 500..1500\n  \
  d8 plan --json | jq .total"
)]
pub(super) struct PlanArguments {
    #[command(flatten)]
    flags: WorkloadFlags,
    /// Plan with this account of the catalogue in place of your own; the first tier and model where none is named. May be
    /// repeated
    #[arg(long, value_name = "PROVIDER[/TIER][/MODEL]")]
    account: Vec<String>,
    /// Plan with this tier of each provider that has it
    #[arg(long, value_name = "NAME")]
    tier: Option<String>,
    /// Dollars for a million tokens in, in place of the catalogue's prices
    #[arg(long, value_name = "DOLLARS", requires = "price_out", value_parser = dollars_a_million, allow_hyphen_values = true)]
    price_in: Option<d8_core::money::Picodollars>,
    /// Dollars for a million tokens out
    #[arg(long, value_name = "DOLLARS", requires = "price_in", value_parser = dollars_a_million, allow_hyphen_values = true)]
    price_out: Option<d8_core::money::Picodollars>,
    /// What the work brings in a month, in dollars, such as 500..1500
    #[arg(long, value_name = "FROM..TO", value_parser = Income::parse, allow_hyphen_values = true)]
    income: Option<Income>,
    /// The configuration; default: ./d8.toml, then the user's own
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// One JSON object with all figures
    #[arg(long)]
    json: bool,
}

/// A plan with all that is told of it.
pub(super) struct Told {
    pub(super) work: Vec<Work>,
    /// The size that capacity is counted in.
    pub(super) usual: Demand,
    pub(super) places: Vec<Place>,
    pub(super) plan: Plan,
    pub(super) offers: Vec<Offer>,
    pub(super) income: Option<Income>,
}

pub(super) fn run(arguments: &PlanArguments) -> Result<u8, Failure> {
    let told = told(arguments)?;
    if arguments.json {
        tell(&json::object(&told));
        return Ok(OK);
    }
    let surface = Surface::of_output();
    tell(&page(&told, surface));
    say(&sentences::assumed(&told));
    Ok(OK)
}

fn page(told: &Told, surface: Surface) -> String {
    let said = sentences::all(told);
    let said: Vec<String> = said.iter().map(|text| stacked::paragraph(text, surface)).collect();
    let mut parts = vec![stacked::paragraph(&sentences::work(told), surface)];
    if told.work.len() > 1 {
        parts.push(table::work(&told.work).render(surface));
    }
    if !told.places.is_empty() {
        parts.push(table::places(told, surface).render(surface));
    }
    parts.push(said.join("\n"));
    if !told.offers.is_empty() {
        parts.push(format!(
            "{}\n{}",
            text!("plan-other-tiers"),
            table::offers(told, surface).render(surface)
        ));
    }
    parts.join("\n\n")
}

fn told(arguments: &PlanArguments) -> Result<Told, Failure> {
    let now = Clock::start().now();
    let options = LoadOptions::of_process(arguments.config.clone(), now)
        .map_err(|error| Failure::not_started(text!("providers-no-folder", error = error.to_string())))?;
    let price = match (arguments.price_in, arguments.price_out) {
        (Some(input), Some(output)) => Some(Price { input, output }),
        _ => None,
    };
    let needs_config = arguments.account.is_empty() || arguments.flags.demand().is_none();
    let config = needs_config.then(|| load(&options)).transpose()?;
    let catalogue = match &config {
        Some(config) => config.catalogue.clone(),
        None => Config::catalogue(&options).map_err(|error| Failure::not_started(error.to_string()))?,
    };
    let work = work(arguments, config.as_ref(), now);
    let mut ground = match &config {
        Some(config) if arguments.account.is_empty() => Ground::of_config(config, &work)?,
        _ => Ground::of_names(&arguments.account, &catalogue, &work, now)?,
    };
    if let Some(tier) = &arguments.tier {
        ground.in_tier(tier, &catalogue, now)?;
    }
    if ground.accounts.is_empty() && (price.is_none() || work.is_empty()) {
        return Err(Failure::not_started(text!("plan-no-account"))
            .hint(text!("plan-no-account-name-one"))
            .hint(text!("plan-no-account-set-a-key")));
    }
    Ok(reckon(arguments, work, &ground, &catalogue, price, now))
}

fn load(options: &LoadOptions) -> Result<Config, Failure> {
    let config = Config::load(options.clone());
    config.map_err(|error| Failure::not_started(error.to_string()).hint(text!("plan-no-account-name-one")))
}

fn work(arguments: &PlanArguments, config: Option<&Config>, now: Timestamp) -> Vec<Work> {
    if let Some(demand) = arguments.flags.demand() {
        return vec![Work {
            name: None,
            route: None,
            demand,
        }];
    }
    let sizes = agents::Sizes {
        input: arguments.flags.said_input(),
        output: arguments.flags.output(),
    };
    config.map_or_else(Vec::new, |config| agents::work(&config.agents, sizes, now))
}

fn reckon(
    arguments: &PlanArguments,
    work: Vec<Work>,
    ground: &Ground,
    catalogue: &Catalogue,
    price: Option<Price>,
    now: Timestamp,
) -> Told {
    let places = ground.places(catalogue, price);
    let classes = ground.classes(&work);
    let demand = work.iter().fold(Demand::default(), |all, work| all.and(work.demand));
    let usual = if demand.requests > 0 {
        demand
    } else {
        arguments.flags.of(1)
    };
    let plan = share(&places, &classes, usual);
    let wanted = |at: usize| {
        let mut all = classes
            .iter()
            .filter(|class| class.ways.iter().any(|(place, _)| *place == at));
        let first = all.next().map_or(usual, |class| class.work.demand);
        let sum = all.fold(first, |sum, class| sum.and(class.work.demand));
        if sum.requests > 0 { sum } else { usual }
    };
    let offers = places
        .iter()
        .enumerate()
        .flat_map(|(at, place)| tiers::beside(place, wanted(at), catalogue, now));
    let mut told = Told {
        offers: offers.collect(),
        usual,
        plan,
        income: arguments.income,
        work,
        places,
    };
    if told.places.is_empty() {
        told.cost_alone(price);
    }
    told
}

impl Told {
    /// Without accounts, what the work costs at a price is all there is to tell.
    fn cost_alone(&mut self, price: Option<Price>) {
        let place = Place {
            account: String::new(),
            provider: String::new(),
            tier: String::new(),
            model: String::new(),
            price,
            lids: Vec::new(),
        };
        self.plan.demand = self.usual;
        self.plan.undone.clear();
        self.plan.shares = vec![crate::plan::share::Share {
            gets: self.usual,
            cost: place.cost(self.usual),
            ..crate::plan::share::Share::default()
        }];
    }
}

fn dollars_a_million(written: &str) -> Result<d8_core::money::Picodollars, String> {
    price::per_token(written.trim()).ok_or_else(|| text!("plan-no-price", written = written))
}
