//! The accounts of a plan: the user's own, or those that the command line names.

use d8_core::money::Price;
use d8_core::time::Timestamp;

use super::super::providers::{did_you_mean, named};
use crate::catalogue::{Catalogue, Provider, Tier};
use crate::cli::Failure;
use crate::config::{Account, Config, Route, Target};
use crate::plan::place::Place;
use crate::plan::share::Class;
use crate::plan::work::Work;
use crate::text;

/// The accounts, and where each piece of work can go.
pub(super) struct Ground {
    pub(super) accounts: Vec<Account>,
    /// All places of the routes, each once.
    targets: Vec<Target>,
    /// For each piece of work; of no work the default route alone.
    routes: Vec<Route>,
}

impl Ground {
    /// The user's own accounts and routes.
    pub(super) fn of_config(config: &Config, work: &[Work]) -> Result<Self, Failure> {
        let wishes = work.iter().map(|work| work.route.as_deref());
        let wishes: Vec<Option<&str>> = if work.is_empty() { vec![None] } else { wishes.collect() };
        let routes = wishes.iter().map(|wish| {
            let resolved = config.resolve(*wish);
            resolved.map_err(|unknown| Failure::not_started(unknown.to_string()))
        });
        let routes: Vec<Route> = routes.collect::<Result<_, _>>()?;
        let mut ground = Self {
            accounts: Vec::new(),
            targets: Vec::new(),
            routes,
        };
        for target in ground.routes.iter().flat_map(Route::targets) {
            if !ground.targets.contains(target) {
                ground.targets.push(target.clone());
            }
        }
        let used = |account: &&Account| ground.targets.iter().any(|target| target.account == account.name);
        ground.accounts = config.accounts.iter().filter(used).cloned().collect();
        Ok(ground)
    }

    /// `provider[/tier][/model]`: accounts of the catalogue, each with a quota of its own.
    pub(super) fn of_names(
        names: &[String],
        catalogue: &Catalogue,
        work: &[Work],
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let mut accounts: Vec<Account> = Vec::new();
        for written in names {
            let (provider, tier, model) = parts(written, catalogue)?;
            let others = accounts
                .iter()
                .filter(|account| account.provider == provider.id)
                .count();
            let name = match others {
                0 => provider.id.clone(),
                others => format!("{}-{}", provider.id, others + 1),
            };
            accounts.push(Account::reckoned(name.clone(), provider, tier, &[model], name, now));
        }
        let target = |account: &Account| {
            account.default_model().map(|model| Target {
                account: account.name.clone(),
                model: model.id.clone(),
            })
        };
        let targets: Vec<Target> = accounts.iter().filter_map(target).collect();
        Ok(Self {
            routes: vec![Route::all_primary(crate::config::DEFAULT_ROUTE, targets.clone()); work.len().max(1)],
            targets,
            accounts,
        })
    }

    /// Puts every account whose provider has this tier into it, under the catalogue's limits.
    pub(super) fn in_tier(&mut self, name: &str, catalogue: &Catalogue, now: Timestamp) -> Result<(), Failure> {
        let providers: Vec<&Provider> = self
            .accounts
            .iter()
            .filter_map(|account| catalogue.provider(&account.provider))
            .collect();
        let tiers = || {
            providers
                .iter()
                .flat_map(|provider| provider.tiers.iter().map(|tier| tier.name.as_str()))
        };
        if !self.accounts.is_empty() && tiers().all(|tier| tier != name) {
            return Err(
                Failure::not_started(text!("plan-no-tier", name = name)).hint(did_you_mean(name, || {
                    let mut tiers: Vec<&str> = tiers().collect();
                    tiers.sort_unstable();
                    tiers.dedup();
                    tiers.into_iter()
                })),
            );
        }
        for account in &mut self.accounts {
            let Some(provider) = catalogue.provider(&account.provider) else {
                continue;
            };
            let Some(tier) = provider.tier(name) else { continue };
            let ids: Vec<String> = account.models.iter().map(|model| model.id.clone()).collect();
            let (name, quota) = (account.name.clone(), account.quota_key.clone());
            *account = Account::reckoned(name, provider, tier, &ids, quota, now);
        }
        Ok(())
    }

    pub(super) fn places(&self, catalogue: &Catalogue, price: Option<Price>) -> Vec<Place> {
        let place = |target: &Target| {
            let account = self.accounts.iter().find(|account| account.name == target.account)?;
            let model = account.models.iter().find(|model| model.id == target.model)?;
            Some(Place::new(account, model, catalogue, price))
        };
        self.targets.iter().filter_map(place).collect()
    }

    pub(super) fn classes(&self, work: &[Work]) -> Vec<Class> {
        let index = |target: &Target| self.targets.iter().position(|known| known == target);
        let ways = |route: &Route| {
            let levels = route.levels.iter().enumerate();
            let all = levels.flat_map(|(level, targets)| targets.iter().map(move |target| (target, level)));
            all.filter_map(|(target, level)| Some((index(target)?, level)))
                .collect()
        };
        let class = |(work, route): (&Work, &Route)| Class {
            work: work.clone(),
            ways: ways(route),
        };
        work.iter().zip(&self.routes).map(class).collect()
    }
}

/// A model may hold slashes, and so may what follows the provider: the second word is a tier where there is one of that name.
fn parts<'a>(written: &str, catalogue: &'a Catalogue) -> Result<(&'a Provider, &'a Tier, String), Failure> {
    let (name, rest) = written
        .split_once('/')
        .map_or((written, None), |(name, rest)| (name, Some(rest)));
    let provider = named(catalogue, name)?;
    let (tier, model) = match rest {
        None => (provider.default_tier(), None),
        Some(rest) => {
            let (first, model) = rest
                .split_once('/')
                .map_or((rest, None), |(first, model)| (first, Some(model)));
            match provider.tier(first) {
                Some(tier) => (tier, model),
                None => (provider.default_tier(), Some(rest)),
            }
        }
    };
    let model = match model {
        None => tier.models.first().cloned().ok_or_else(|| {
            Failure::not_started(text!("plan-no-model", provider = provider.id.as_str())).hint(text!(
                "plan-name-a-model",
                provider = provider.id.as_str(),
                tier = tier.name.as_str()
            ))
        })?,
        // Who runs a server of their own knows what it serves.
        Some(model) if provider.models.is_empty() || provider.local => model.to_owned(),
        Some(model) => match provider.model(model) {
            Some(known) => known.id.clone(),
            None => return Err(neither(provider, written, model)),
        },
    };
    Ok((provider, tier, model))
}

fn neither(provider: &Provider, written: &str, word: &str) -> Failure {
    let tiers = provider.tiers.iter().map(|tier| tier.name.as_str());
    let words: Vec<&str> = tiers
        .chain(provider.models.iter().map(|model| model.id.as_str()))
        .collect();
    Failure::not_started(text!(
        "plan-neither-tier-nor-model",
        written = written,
        word = word,
        provider = provider.called()
    ))
    .hint(did_you_mean(word, || words.iter().copied()))
}
