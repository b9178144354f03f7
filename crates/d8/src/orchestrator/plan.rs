//! From names to integers: the configuration in the engine's terms, and the way back for whoever has to speak of it.

use std::collections::BTreeMap;

use d8_core::change::Parked;
use d8_core::id::{AccountId, LimitId, RouteId, TargetId, WorkerId};
use d8_core::setup::{Bounds, RouteSpec, Setup, TargetSpec};
use d8_store::{Names, TargetName};

use crate::config::{Account, Config, Limit, Model, Route};

/// The configuration in the engine's terms.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What the engine is told.
    pub setup: Setup,
    /// The accounts in the order of the configuration, each with its built-in worker.
    pub accounts: Vec<(AccountId, WorkerId)>,
    /// Their names.
    pub account_names: Vec<String>,
    /// Of each target, the account's place in the configuration and the model.
    pub targets: BTreeMap<TargetId, (usize, String)>,
    /// Of each limit, its words and the account that it is shown with.
    pub limits: BTreeMap<LimitId, LimitWords>,
    by_name: BTreeMap<(String, String), TargetId>,
    covering: BTreeMap<(String, String), Vec<LimitId>>,
    of_whole_quota: BTreeMap<String, Vec<LimitId>>,
}

/// How a limit is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LimitWords {
    /// The account that it is shown with.
    pub account: String,
    /// In words: "30 requests a minute".
    pub label: String,
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
        for (index, account) in config.accounts.iter().enumerate() {
            let id: AccountId = names.intern(&account.name);
            let worker: WorkerId = names.intern(&format!("builtin:{}", account.name));
            plan.accounts.push((id, worker));
            plan.account_names.push(account.name.clone());
            plan.add_limits(account, names);
            for model in &account.models {
                plan.add_target(index, account, model, id, names);
            }
        }
        for route in &config.routes {
            let (id, spec) = plan.route(route, names);
            plan.setup.routes.push((id, spec));
        }
        plan
    }

    fn add_limits(&mut self, account: &Account, names: &mut Names) {
        for limit in &account.limits {
            let id: LimitId = names.intern(&limit.key);
            if !self.limits.contains_key(&id) {
                self.setup.limits.push((id, limit.spec.clone()));
                let words = LimitWords {
                    account: account.name.clone(),
                    label: limit.label.clone(),
                };
                self.limits.insert(id, words);
            }
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
    }

    fn add_target(&mut self, index: usize, account: &Account, model: &Model, id: AccountId, names: &mut Names) {
        let name = TargetName {
            account: account.name.clone(),
            provider: account.provider.clone(),
            model: model.id.clone(),
            quota_key: account.quota_key.clone(),
        };
        let target = names.intern_target(&name);
        let limits = self.limits_of(&account.quota_key, &model.id);
        self.setup.targets.push((
            target,
            TargetSpec {
                account: id,
                limits,
                cost: model.cost_rule,
            },
        ));
        self.targets.insert(target, (index, model.id.clone()));
        self.by_name.insert((account.name.clone(), model.id.clone()), target);
    }

    /// The limits that a request to a model of a quota counts against. A model that is no longer configured still
    /// counts against what all models share.
    pub fn limits_of(&self, quota_key: &str, model: &str) -> Vec<LimitId> {
        let key = (quota_key.to_owned(), model.to_owned());
        let known = self.covering.get(&key).or_else(|| self.of_whole_quota.get(quota_key));
        known.cloned().unwrap_or_default()
    }

    /// The account, and the model where it is about one, of something parked.
    pub fn name_of(&self, parked: Parked) -> Option<(String, Option<String>)> {
        match parked {
            Parked::Account(id) => {
                let index = self.accounts.iter().position(|(account, _)| *account == id)?;
                Some((self.account_names.get(index)?.clone(), None))
            }
            Parked::Target(id) => {
                let (index, model) = self.targets.get(&id)?;
                Some((self.account_names.get(*index)?.clone(), Some(model.clone())))
            }
            Parked::Limit(id) => Some((self.limits.get(&id)?.account.clone(), None)),
        }
    }

    /// All targets of a route.
    pub fn targets_of(&self, route: &Route) -> Vec<TargetId> {
        let id = |target: &crate::config::Target| self.by_name.get(&(target.account.clone(), target.model.clone()));
        route.targets().filter_map(id).copied().collect()
    }

    /// A route in the engine's terms.
    pub fn route(&self, route: &Route, names: &mut Names) -> (RouteId, RouteSpec) {
        let level = |index: usize| -> Vec<TargetId> {
            let targets = route.levels.get(index).into_iter().flatten();
            targets
                .filter_map(|target| {
                    self.by_name
                        .get(&(target.account.clone(), target.model.clone()))
                        .copied()
                })
                .collect()
        };
        let spec = RouteSpec {
            levels: [level(0), level(1), level(2)],
            patience: route.patience.queued,
            last_resort_after: route.last_resort_after,
        };
        (names.intern(&route.name), spec)
    }
}

fn covers_all(account: &Account, limit: &Limit) -> bool {
    account.models.len() > 1 && account.models.iter().all(|model| limit.models.contains(&model.id))
}
