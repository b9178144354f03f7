//! Accounts that workers bring.

use std::sync::Arc;

use d8_core::id::AccountId;
use d8_core::message::Input;

use super::Turn;
use crate::config::{Account, Config, DEFAULT_ROUTE, Target};
use crate::orchestrator::EVERYBODY;
use crate::orchestrator::brought::{Brought, visitor_name};
use crate::orchestrator::directory::Entries;
use crate::orchestrator::plan::Growth;
use crate::protocol::Introduction;

impl Turn {
    /// A key that nobody here knows is a new account, with the catalogue's limits.
    pub(super) fn bring(&mut self, own: &Introduction) -> Result<AccountId, String> {
        let mut entries = self.own.directory.entries();
        let brought = Brought {
            name: free_name(&own.provider, &entries.config),
            provider: own.provider.clone(),
            base_url: own.base_url.clone(),
            fingerprint: own.fingerprint.clone(),
            tier: own.tier.clone(),
            models: own.models.clone(),
        };
        let account = brought.account(self.own.clock.now(), self.own.speed).ok_or_else(|| {
            format!(
                "nothing is known of {} here; name its models with the worker, or make it an account of the orchestrator's d8.toml",
                own.provider
            )
        })?;
        let directory = self.own.directory.clone();
        let growth = directory.names_mut(|names| {
            // Kept, so that the account is there again after a restart.
            let _: AccountId = names.intern(&brought.to_text());
            Arc::make_mut(&mut entries.plan).add(&account, None, names)
        });
        let name = account.name.clone();
        add_to_config(Arc::make_mut(&mut entries.config), account);
        self.grow(&entries, growth);
        self.own.directory.replace(entries);
        let plan = self.own.directory.plan();
        plan.account(&name)
            .map(|entry| entry.id)
            .ok_or_else(|| format!("the account `{name}` could not be made"))
    }

    /// A worker of the Hive that nobody named has an account of its own, without known limits.
    pub(super) fn bring_visitor(&mut self, id: &str) -> AccountId {
        let name = visitor_name(id);
        let mut entries = self.own.directory.entries();
        if entries.plan.account(&name).is_none() {
            let directory = self.own.directory.clone();
            let growth = directory.names_mut(|names| Arc::make_mut(&mut entries.plan).add_visitor(&name, names));
            self.grow(&entries, growth);
            self.own.directory.replace(entries);
        }
        let plan = self.own.directory.plan();
        plan.account(&name).map_or(AccountId(0), |entry| entry.id)
    }

    /// Tells the engine, and lets the routes that take whatever there is use it.
    fn grow(&mut self, entries: &Entries, growth: Growth) {
        for (id, spec) in growth.limits {
            self.own.engine.add_limit(id, spec);
        }
        let default_model = growth.targets.first().map(|(id, _)| *id);
        for (id, spec) in growth.targets {
            self.own.engine.add_target(id, spec);
        }
        let routes = [
            entries.config.default_is_implied.then_some(DEFAULT_ROUTE),
            Some(EVERYBODY),
        ];
        for route in routes.into_iter().flatten() {
            let id = self.own.directory.names_mut(|names| names.intern(route));
            if let Some(target) = default_model {
                self.own.engine.extend_route(id, 0, target);
            }
        }
        // The engine's views are brought up to date by a turn.
        self.returned.push(Input::Stalled(std::time::Duration::ZERO));
    }
}

/// The configuration with an account more, which the default route uses where nobody wrote one.
pub(in crate::orchestrator) fn add_to_config(config: &mut Config, account: Account) {
    if config.default_is_implied
        && let (Some(route), Some(model)) = (
            config.routes.iter_mut().find(|route| route.name == DEFAULT_ROUTE),
            account.default_model(),
        )
    {
        route.levels[0].push(Target {
            account: account.name.clone(),
            model: model.id.clone(),
        });
    }
    config.accounts.push(account);
}

/// The provider's id, or the first of `id-2`, `id-3` that no account has.
fn free_name(provider: &str, config: &Config) -> String {
    let numbered = (2..).map(|number| format!("{provider}-{number}"));
    std::iter::once(provider.to_owned())
        .chain(numbered)
        .find(|name| config.account(name).is_none())
        .unwrap_or_default()
}
