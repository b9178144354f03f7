//! What one configuration says otherwise than another.

use std::collections::BTreeMap;
use std::time::Duration;

use d8_core::limit::{Dimension, Standing};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::config::explained::{limit_called, without_password};
use crate::config::{Account, Agent, Config, Limit, Route, Target};
use crate::words;

/// One thing that is otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Difference {
    /// An account more.
    AccountAdded {
        /// Which.
        account: String,
        /// Its provider.
        provider: String,
    },
    /// An account less: its running tasks end, nothing new is given to it.
    AccountRemoved {
        /// Which.
        account: String,
    },
    /// An account has another key.
    Key {
        /// Which.
        account: String,
    },
    /// A setting of an account.
    Account {
        /// Which.
        account: String,
        /// As d8.toml calls it.
        setting: String,
        /// What it was.
        from: String,
        /// What it is.
        to: String,
    },
    /// A limit holds another amount.
    Limit {
        /// Which.
        account: String,
        /// What it was.
        from: String,
        /// What it is.
        to: String,
    },
    /// A limit that was not there.
    LimitAdded {
        /// Which.
        account: String,
        /// Which.
        limit: String,
    },
    /// A limit that is no longer there.
    LimitRemoved {
        /// Which.
        account: String,
        /// Which.
        limit: String,
    },
    /// Models more, models less.
    Models {
        /// Which.
        account: String,
        /// Those that were not there.
        added: Vec<String>,
        /// Those that are there no more.
        removed: Vec<String>,
    },
    /// A route more.
    RouteAdded {
        /// Which.
        route: String,
        /// Where it leads.
        targets: Vec<String>,
    },
    /// A route less.
    RouteRemoved {
        /// Which.
        route: String,
    },
    /// A level of a route leads elsewhere; both empty: to the same in another order.
    Route {
        /// Which.
        route: String,
        /// `primary`, `backup` or `last_resort`.
        level: String,
        /// Those that were not there.
        added: Vec<String>,
        /// Those that are there no more.
        removed: Vec<String>,
    },
    /// How patient a route is.
    Patience {
        /// Which.
        route: String,
        /// As d8.toml calls it.
        setting: String,
        /// What it was.
        from: String,
        /// What it is.
        to: String,
    },
    /// An agent more.
    AgentAdded {
        /// Which.
        agent: String,
    },
    /// An agent less: what it is at is finished, nothing new is given to it.
    AgentRemoved {
        /// Which.
        agent: String,
    },
    /// An agent is set up otherwise.
    Agent {
        /// Which.
        agent: String,
    },
    /// The rules for workers.
    Workers,
    /// A setting of the server.
    Server {
        /// As d8.toml calls it.
        setting: String,
        /// What it was.
        from: String,
        /// What it is.
        to: String,
    },
}

/// What `after` says otherwise than `before`: accounts first, in the order of the file.
pub fn difference(before: &Config, after: &Config) -> Vec<Difference> {
    let mut all = Vec::new();
    for account in &after.accounts {
        match before.account(&account.name) {
            Some(known) => accounts(known, account, &mut all),
            None => all.push(Difference::AccountAdded {
                account: account.name.clone(),
                provider: account.provider.clone(),
            }),
        }
    }
    let gone = before
        .accounts
        .iter()
        .filter(|known| after.account(&known.name).is_none());
    all.extend(gone.map(|account| Difference::AccountRemoved {
        account: account.name.clone(),
    }));
    for route in &after.routes {
        match before.route(&route.name) {
            Some(known) => routes(known, route, &mut all),
            None => all.push(Difference::RouteAdded {
                route: route.name.clone(),
                targets: route.targets().map(shown).collect(),
            }),
        }
    }
    let gone = before.routes.iter().filter(|known| after.route(&known.name).is_none());
    all.extend(gone.map(|route| Difference::RouteRemoved {
        route: route.name.clone(),
    }));
    agents(&before.agents, &after.agents, &mut all);
    if before.workers != after.workers {
        all.push(Difference::Workers);
    }
    let mut server = |setting: &str, from: String, to: String| {
        if from != to {
            let setting = setting.to_owned();
            all.push(Difference::Server { setting, from, to });
        }
    };
    let (one, other) = (&before.server, &after.server);
    server(
        "worker_timeout",
        words::span(one.worker_timeout),
        words::span(other.worker_timeout),
    );
    server(
        "max_pending",
        words::number(one.max_pending),
        words::number(other.max_pending),
    );
    all
}

fn agents(before: &[Agent], after: &[Agent], all: &mut Vec<Difference>) {
    let of = |agents: &[Agent], name: &str| agents.iter().find(|agent| agent.name == name).cloned();
    for agent in after {
        let name = agent.name.clone();
        match of(before, &name) {
            None => all.push(Difference::AgentAdded { agent: name }),
            Some(known) if known != *agent => all.push(Difference::Agent { agent: name }),
            Some(_) => {}
        }
    }
    let gone = before.iter().filter(|known| of(after, &known.name).is_none());
    all.extend(gone.map(|agent| Difference::AgentRemoved {
        agent: agent.name.clone(),
    }));
}

fn accounts(before: &Account, after: &Account, all: &mut Vec<Difference>) {
    let account = after.name.clone();
    let mut setting = |setting: &str, from: &str, to: &str| {
        if from != to {
            all.push(Difference::Account {
                account: account.clone(),
                setting: setting.to_owned(),
                from: from.to_owned(),
                to: to.to_owned(),
            });
        }
    };
    setting("provider", &before.provider, &after.provider);
    setting("tier", &before.tier, &after.tier);
    setting(
        "base_url",
        &without_password(&before.base_url),
        &without_password(&after.base_url),
    );
    setting("policy", before.policy.name(), after.policy.name());
    let key = |account: &Account| account.api_key.as_ref().map(|key| key.expose_secret().to_owned());
    if key(before) != key(after) {
        all.push(Difference::Key {
            account: account.clone(),
        });
    } else if before.quota_key != after.quota_key && before.fingerprint() == after.fingerprint() {
        all.push(Difference::Account {
            account: account.clone(),
            setting: "quota_group".to_owned(),
            from: group(before),
            to: group(after),
        });
    }
    let ids = |account: &Account| -> Vec<String> { account.models.iter().map(|model| model.id.clone()).collect() };
    let (added, removed) = apart(&ids(before), &ids(after));
    if !(added.is_empty() && removed.is_empty()) {
        all.push(Difference::Models {
            account,
            added,
            removed,
        });
    }
    limits(before, after, all);
}

/// The quota group's name; a dash where the account is its own.
fn group(account: &Account) -> String {
    if account.quota_key == account.fingerprint() {
        return "-".to_owned();
    }
    let name = account.quota_key.split_once(':').map(|(_, name)| name);
    name.unwrap_or(&account.quota_key).to_owned()
}

/// What makes two limits the same to a reader, whatever they hold.
type About<'a> = (Vec<&'a str>, u8, Duration);

fn limits(before: &Account, after: &Account, all: &mut Vec<Difference>) {
    fn about(limit: &Limit) -> About<'_> {
        let models = limit.models.iter().map(String::as_str).collect();
        (models, rank(limit.spec.dimension), limit.nominal)
    }
    let mut old: BTreeMap<About<'_>, &Limit> = before.limits.iter().map(|limit| (about(limit), limit)).collect();
    let account = after.name.clone();
    for limit in &after.limits {
        let to = limit_called(after, limit);
        match old.remove(&about(limit)) {
            None => all.push(Difference::LimitAdded {
                account: account.clone(),
                limit: to,
            }),
            Some(known) => {
                let from = limit_called(before, known);
                if from != to {
                    let account = account.clone();
                    all.push(Difference::Limit { account, from, to });
                } else if is_otherwise(known, limit) {
                    let account = account.clone();
                    all.push(Difference::Limit {
                        account,
                        from: detailed(known, &from),
                        to: detailed(limit, &to),
                    });
                }
            }
        }
    }
    all.extend(old.into_values().map(|limit| Difference::LimitRemoved {
        account: account.clone(),
        limit: limit_called(before, limit),
    }));
}

/// Whether two limits with the same words are not the same: in how they count, who says so, or what is kept of them.
fn is_otherwise(one: &Limit, other: &Limit) -> bool {
    let tail = |limit: &Limit| limit.key.rsplit('/').next().map(str::to_owned);
    tail(one) != tail(other)
        || one.spec.standing != other.spec.standing
        || one.spec.reserve_permille != other.spec.reserve_permille
}

fn detailed(limit: &Limit, label: &str) -> String {
    let kind = limit.key.rsplit('/').next().unwrap_or_default();
    let standing = match limit.spec.standing {
        Standing::Ceiling => "ceiling",
        Standing::Belief | Standing::Unknown => "belief",
    };
    match limit.spec.reserve_permille {
        0 => format!("{label} [{kind}, {standing}]"),
        kept => format!("{label} [{kind}, {standing}, reserve {}.{} %]", kept / 10, kept % 10),
    }
}

fn rank(dimension: Dimension) -> u8 {
    match dimension {
        Dimension::Requests => 0,
        Dimension::Tokens => 1,
        Dimension::InputTokens => 2,
        Dimension::OutputTokens => 3,
        Dimension::Cost => 4,
        Dimension::Concurrency => 5,
    }
}

fn shown(target: &Target) -> String {
    format!("{}/{}", target.account, target.model)
}

fn routes(before: &Route, after: &Route, all: &mut Vec<Difference>) {
    let levels = ["primary", "backup", "last_resort"];
    for (level, (old, new)) in levels.into_iter().zip(before.levels.iter().zip(&after.levels)) {
        if old != new {
            let targets = |level: &[Target]| -> Vec<String> { level.iter().map(shown).collect() };
            let (added, removed) = apart(&targets(old), &targets(new));
            all.push(Difference::Route {
                route: after.name.clone(),
                level: level.to_owned(),
                added,
                removed,
            });
        }
    }
    let patience = |route: &Route| route.patience.queued;
    let (from, to) = (patience(before), patience(after));
    let settings = [
        ("patience", from, to),
        ("last_resort_after", before.last_resort_after, after.last_resort_after),
    ];
    for (setting, from, to) in settings.into_iter().filter(|(_, from, to)| from != to) {
        all.push(Difference::Patience {
            route: after.name.clone(),
            setting: setting.to_owned(),
            from: words::span(from),
            to: words::span(to),
        });
    }
}

/// What only the second has, and what only the first.
fn apart(before: &[String], after: &[String]) -> (Vec<String>, Vec<String>) {
    let only = |of: &[String], other: &[String]| of.iter().filter(|name| !other.contains(name)).cloned().collect();
    (only(after, before), only(before, after))
}
