//! From names to integers: the configuration in the engine's terms, and the way back for whoever has to speak of it.

use std::collections::BTreeMap;
use std::time::Duration;

use d8_core::LimitView;
use d8_core::change::Parked;
use d8_core::id::{AccountId, LimitId, RouteId, TargetId, WorkerId};
use d8_core::limit::{LimitSpec, Standing};
use d8_core::money::Price;
use d8_core::setup::{Bounds, Patience, RouteSpec, Setup, TargetSpec};
use d8_core::usage::{CostRule, OutputCharge};
use d8_store::{Names, TargetName};

use super::unknown;
use crate::config::{Account, Config, Limit, Model, Route};
use crate::text;

/// The provider of accounts whose workers alone know what they call.
pub const VISITOR: &str = "hive";
/// The model of such accounts: the worker chooses it.
pub const ANY_MODEL: &str = "any";

/// The configuration in the engine's terms.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What the engine is told at first.
    pub setup: Setup,
    /// Every account: those of the configuration in its order, then those that workers brought.
    pub accounts: Vec<AccountEntry>,
    /// What each target is.
    pub targets: BTreeMap<TargetId, TargetWords>,
    /// Of each limit, its words and the account that it is shown with.
    pub limits: BTreeMap<LimitId, LimitWords>,
    by_name: BTreeMap<(String, String), TargetId>,
    covering: BTreeMap<(String, String), Vec<LimitId>>,
    of_whole_quota: BTreeMap<String, Vec<LimitId>>,
}

/// An account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountEntry {
    /// Its integer.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Its provider in the catalogue; [`VISITOR`] where only a worker knows.
    pub provider: String,
    /// The worker inside this process that serves it, where this process has its key.
    pub built_in: Option<WorkerId>,
}

/// What a target is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TargetWords {
    /// The account's name.
    pub account: String,
    /// The model.
    pub model: String,
}

/// How a limit is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LimitWords {
    /// The account that it is shown with.
    pub account: String,
    /// In English words, for machines too: "30 requests a minute".
    pub label: String,
    /// The same in the spoken language.
    pub called: String,
    /// The models that share it.
    pub models: Vec<String>,
    /// Its period in words: "minute", "day".
    pub period: String,
    /// Its period's nominal length.
    pub nominal: Duration,
    /// When its period ends, in words: "midnight Pacific".
    pub resets: Option<String>,
}

impl LimitWords {
    /// What a limit is called: "30 requests a minute"; one that was found out, with what was found; one that is enforced on
    /// shorter slices, with those.
    pub fn called(&self, view: &LimitView) -> String {
        let whole = self.whole_called(view);
        match view.slice {
            Some((amount, length)) => text!(
                "limit-sliced",
                limit = whole,
                amount = crate::words::number(amount),
                length = crate::words::span(length)
            ),
            None => whole,
        }
    }

    fn whole_called(&self, view: &LimitView) -> String {
        let amount = crate::words::number(view.amount);
        match (view.spec.standing, view.learnt.and_then(|learnt| learnt.per)) {
            (Standing::Ceiling | Standing::Belief, _) => match self.called.split_once(' ') {
                Some((written, rest)) if view.learnt.is_some() && !written.starts_with('$') => {
                    format!("{amount} {rest}")
                }
                _ => self.called.clone(),
            },
            (Standing::Unknown, None) => format!("{amount} {}", self.called),
            (Standing::Unknown, Some(per)) => {
                let what = self.called.split(' ').next().unwrap_or_default();
                text!(
                    "limit-found",
                    amount = amount,
                    what = what,
                    length = crate::words::span(per)
                )
            }
        }
    }
}

/// What the engine must be told of an account that came later.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Growth {
    /// Its limits that nobody had before.
    pub limits: Vec<(LimitId, LimitSpec)>,
    /// Its targets, the default model's first.
    pub targets: Vec<(TargetId, TargetSpec)>,
}

impl Plan {
    /// Interns everything that the configuration names.
    pub fn new(config: &Config, names: &mut Names) -> Self {
        let mut plan = Self {
            setup: Setup {
                bounds: Bounds::default(),
                ..Setup::default()
            },
            ..Self::default()
        };
        for account in &config.accounts {
            let worker = account
                .is_served_here()
                .then(|| names.intern(&format!("builtin:{}", account.name)));
            let growth = plan.add(account, worker, names);
            plan.setup.limits.extend(growth.limits);
            plan.setup.targets.extend(growth.targets);
        }
        for route in &config.routes {
            let (id, spec) = plan.route(route, names);
            plan.setup.routes.push((id, spec));
        }
        plan
    }

    /// Adds an account; its models must be no other account's of the same name.
    pub fn add(&mut self, account: &Account, built_in: Option<WorkerId>, names: &mut Names) -> Growth {
        let id: AccountId = names.intern(&account.name);
        self.accounts.push(AccountEntry {
            id,
            name: account.name.clone(),
            provider: account.provider.clone(),
            built_in,
        });
        let limits = match account.is_held_by_ledger() {
            true => self.add_limits(account, names),
            false => Vec::new(),
        };
        let targets = account
            .models
            .iter()
            .map(|model| self.add_target(account, model, id, names));
        let targets = targets.collect();
        Growth { limits, targets }
    }

    /// Adds the account of a worker of which nothing is known: no limits, one target.
    pub fn add_visitor(&mut self, name: &str, names: &mut Names) -> Growth {
        let id: AccountId = names.intern(name);
        let target = names.intern_target(&visitor(name));
        self.accounts.push(AccountEntry {
            id,
            name: name.to_owned(),
            provider: VISITOR.to_owned(),
            built_in: None,
        });
        self.targets.insert(
            target,
            TargetWords {
                account: name.to_owned(),
                model: ANY_MODEL.to_owned(),
            },
        );
        self.by_name.insert((name.to_owned(), ANY_MODEL.to_owned()), target);
        let spec = TargetSpec {
            account: id,
            limits: Vec::new(),
            cost: CostRule {
                output_charge: OutputCharge::AsProduced,
                default_output_tokens: 0,
                price: Price::default(),
            },
        };
        Growth {
            limits: Vec::new(),
            targets: vec![(target, spec)],
        }
    }

    /// Keeps the words for targets of an earlier plan: something may be under way there.
    pub(super) fn remember(&mut self, earlier: &Self) {
        for (id, words) in &earlier.targets {
            self.targets.entry(*id).or_insert_with(|| words.clone());
        }
    }

    fn add_limits(&mut self, account: &Account, names: &mut Names) -> Vec<(LimitId, LimitSpec)> {
        let mut fresh = Vec::new();
        for limit in account.limits.iter().chain(&unknown::limits(account)) {
            let id: LimitId = names.intern(&limit.key);
            self.limits.entry(id).or_insert_with(|| {
                fresh.push((id, limit.spec.clone()));
                LimitWords {
                    account: account.name.clone(),
                    label: limit.label.clone(),
                    called: limit.called.clone(),
                    period: limit.nominal_per.clone(),
                    nominal: limit.nominal,
                    resets: limit.resets.clone(),
                    models: limit.models.clone(),
                }
            });
            for model in &limit.models {
                let covering = self
                    .covering
                    .entry((account.quota_key.clone(), model.clone()))
                    .or_default();
                if !covering.contains(&id) {
                    covering.push(id);
                }
            }
            if covers_all(account, limit) {
                let whole = self.of_whole_quota.entry(account.quota_key.clone()).or_default();
                if !whole.contains(&id) {
                    whole.push(id);
                }
            }
        }
        fresh
    }

    fn add_target(
        &mut self,
        account: &Account,
        model: &Model,
        id: AccountId,
        names: &mut Names,
    ) -> (TargetId, TargetSpec) {
        let name = TargetName {
            account: account.name.clone(),
            provider: account.provider.clone(),
            model: model.id.clone(),
            quota_key: account.quota_key.clone(),
        };
        let target = names.intern_target(&name);
        let words = TargetWords {
            account: account.name.clone(),
            model: model.id.clone(),
        };
        self.targets.insert(target, words);
        self.by_name.insert((account.name.clone(), model.id.clone()), target);
        let spec = TargetSpec {
            account: id,
            limits: match account.is_held_by_ledger() {
                true => self.limits_of(&account.quota_key, &model.id),
                false => Vec::new(),
            },
            cost: model.cost_rule,
        };
        (target, spec)
    }

    /// The limits that a request to a model of a quota counts against. A model that is no longer configured still
    /// counts against what all models share.
    pub fn limits_of(&self, quota_key: &str, model: &str) -> Vec<LimitId> {
        let key = (quota_key.to_owned(), model.to_owned());
        let known = self.covering.get(&key).or_else(|| self.of_whole_quota.get(quota_key));
        known.cloned().unwrap_or_default()
    }

    /// What serves a model of an account.
    pub fn target(&self, account: &str, model: &str) -> Option<TargetId> {
        self.by_name.get(&(account.to_owned(), model.to_owned())).copied()
    }

    /// The account of this name.
    pub fn account(&self, name: &str) -> Option<&AccountEntry> {
        self.accounts.iter().find(|account| account.name == name)
    }

    /// The name of an account.
    pub fn account_name(&self, id: AccountId) -> Option<&str> {
        let entry = self.accounts.iter().find(|account| account.id == id)?;
        Some(&entry.name)
    }

    /// The account, and the model where it is about one, of something parked.
    pub fn name_of(&self, parked: Parked) -> Option<(String, Option<String>)> {
        match parked {
            Parked::Account(id) => Some((self.account_name(id)?.to_owned(), None)),
            Parked::Target(id) => {
                let words = self.targets.get(&id)?;
                Some((words.account.clone(), Some(words.model.clone())))
            }
            Parked::Limit(id) => Some((self.limits.get(&id)?.account.clone(), None)),
        }
    }

    /// All targets of a route.
    pub fn targets_of(&self, route: &Route) -> Vec<TargetId> {
        let id = |target: &crate::config::Target| self.target(&target.account, &target.model);
        route.targets().filter_map(id).collect()
    }

    /// A route in the engine's terms.
    pub fn route(&self, route: &Route, names: &mut Names) -> (RouteId, RouteSpec) {
        let level = |index: usize| -> Vec<TargetId> {
            let targets = route.levels.get(index).into_iter().flatten();
            targets
                .filter_map(|target| self.target(&target.account, &target.model))
                .collect()
        };
        let spec = RouteSpec {
            levels: [level(0), level(1), level(2)],
            patience: Patience {
                queued: route.patience.queued,
                interactive: route.patience.interactive,
            },
            last_resort_after: route.last_resort_after,
        };
        (names.intern(&route.name), spec)
    }
}

/// The whole name of the only target of such an account.
fn visitor(account: &str) -> TargetName {
    TargetName {
        account: account.to_owned(),
        provider: VISITOR.to_owned(),
        model: ANY_MODEL.to_owned(),
        quota_key: account.to_owned(),
    }
}

fn covers_all(account: &Account, limit: &Limit) -> bool {
    account.models.len() > 1 && account.models.iter().all(|model| limit.models.contains(&model.id))
}
