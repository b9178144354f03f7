//! Who is there when an orchestrator begins: the accounts and workers of the configuration, and those that the store remembers.

use std::collections::BTreeMap;

use d8_core::id::{AccountId, WorkerId};
use d8_core::time::Timestamp;
use d8_core::worker::{Enlisted, Skill};
use d8_store::{LeaseRow, Names};

use super::EVERYBODY;
use super::brought::{Brought, visitor_name};
use super::fleet::{Fleet, Member, WorkerName};
use super::plan::Plan;
use super::turn::{SLOTS, add_to_config, member};
use crate::config::{Account, Config, DEFAULT_ROUTE};

/// Who is there: accounts and workers, those of the configuration and those that the store remembers.
pub(super) struct Roll {
    pub(super) config: Config,
    pub(super) plan: Plan,
    pub(super) fleet: Fleet,
    speed: u32,
}

impl Roll {
    pub(super) fn call(config: &Config, speed: u32, now: Timestamp, names: &mut Names) -> Self {
        let mut roll = Self {
            config: config.clone(),
            plan: Plan::new(config, names),
            fleet: Fleet::default(),
            speed,
        };
        for entry in &roll.plan.accounts {
            if let Some(worker) = entry.built_in {
                let lease = roll.plan.setup.bounds.lease;
                let mut member = built_in(worker, entry.id, &entry.name, &entry.provider, lease, now);
                let account = config.account(&entry.name);
                if account.is_some_and(|account| !account.is_held_by_ledger()) {
                    // The Hive's workers do one task at a time.
                    member.enlisted.slots = 1;
                }
                roll.fleet.admit(member);
            }
        }
        roll.add_brought(names, now);
        roll.add_hive(names, now);
        let everybody = roll.everybody(names);
        roll.plan.setup.routes.push(everybody);
        roll
    }

    /// Accounts that workers brought: their keys are elsewhere, their spending is here.
    fn add_brought(&mut self, names: &mut Names, now: Timestamp) {
        let kept: Vec<Brought> = names
            .of_kind::<AccountId>()
            .filter_map(|(_, name)| Brought::parse(name))
            .collect();
        for brought in kept {
            let known =
                |account: &Account| account.name == brought.name || account.fingerprint() == brought.fingerprint;
            if self.config.accounts.iter().any(known) {
                continue;
            }
            let Some(account) = brought.account(now, self.speed) else {
                continue;
            };
            let growth = self.plan.add(&account, None, names);
            self.plan.setup.limits.extend(growth.limits);
            self.plan.setup.targets.extend(growth.targets);
            add_to_config(&mut self.config, account);
        }
        // What the default route means has grown.
        let routes: Vec<_> = self
            .config
            .routes
            .iter()
            .map(|route| self.plan.route(route, names))
            .collect();
        self.plan.setup.routes = routes;
    }

    /// The Hive's workers register once in their lives, so they are known again by what was kept.
    fn add_hive(&mut self, names: &mut Names, now: Timestamp) {
        let mut kept: BTreeMap<String, WorkerName> = BTreeMap::new();
        for (_, text) in names.of_kind::<WorkerId>() {
            if let Some(name) = WorkerName::parse(text) {
                kept.insert(name.id.clone(), name);
            }
        }
        for name in kept.into_values().filter(|name| name.incarnation.is_none()) {
            let rule = self.config.workers.iter().find(|rule| rule.names(&name.id, &name.kind));
            let named = rule.and_then(|rule| rule.account.as_ref());
            let account = match named.and_then(|name| self.plan.account(name)) {
                Some(entry) => entry.id,
                None => self.visitor(&visitor_name(&name.id), names),
            };
            let capabilities = serde_json::Map::new();
            let member = member(&self.config, names, name, account, 1, capabilities, now);
            self.fleet.admit(Member {
                online: false,
                ..member
            });
        }
    }

    fn visitor(&mut self, name: &str, names: &mut Names) -> AccountId {
        let growth = self.plan.add_visitor(name, names);
        self.plan.setup.targets.extend(growth.targets);
        names.intern(name)
    }

    /// The default route and every worker that brings its own key.
    fn everybody(&self, names: &mut Names) -> (d8_core::id::RouteId, d8_core::setup::RouteSpec) {
        let default = self.config.route(DEFAULT_ROUTE).cloned();
        let route = default.unwrap_or_else(|| crate::config::Route::all_primary(DEFAULT_ROUTE, Vec::new()));
        let (_, mut spec) = self.plan.route(&route, names);
        let visitors = self
            .plan
            .targets
            .iter()
            .filter(|(_, words)| words.model == super::ANY_MODEL);
        spec.levels[0].extend(visitors.map(|(id, _)| *id));
        (names.intern(EVERYBODY), spec)
    }

    /// The worker of a lease, where it is elsewhere: it did not end with our process.
    pub(super) fn survivor(&self, row: &LeaseRow, names: &Names, lease: std::time::Duration) -> Option<Enlisted> {
        let name = WorkerName::parse(names.name(row.worker)?)?;
        let known = self.fleet.get(&name.id).map(|member| member.enlisted.clone());
        if let Some(known) = known.filter(|known| known.worker == row.worker) {
            return Some(known);
        }
        let target = names.target(row.target)?;
        name.incarnation.as_ref()?;
        Some(Enlisted {
            worker: row.worker,
            account: self.plan.account(&target.account)?.id,
            slots: 1,
            skill: Skill::Any,
            lease,
        })
    }
}

/// The worker inside this process that serves an account.
fn built_in(
    worker: WorkerId,
    account: AccountId,
    name: &str,
    provider: &str,
    lease: std::time::Duration,
    now: Timestamp,
) -> Member {
    Member {
        name: WorkerName {
            id: format!("builtin:{name}"),
            kind: provider.to_owned(),
            task_types: Vec::new(),
            only_task_types: false,
            incarnation: None,
        },
        capabilities: serde_json::Map::new(),
        enlisted: Enlisted {
            worker,
            account,
            slots: SLOTS,
            skill: Skill::Any,
            lease,
        },
        built_in: true,
        timeout: lease,
        last_heard: now,
        online: true,
        completed: 0,
        failed: 0,
        cancelled: Vec::new(),
    }
}
