//! Differences in words.

use super::{Difference, Reloaded};
use crate::text;

impl Reloaded {
    /// A line for each change, then what needs a restart.
    pub fn in_words(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.changes.iter().map(Difference::in_words).collect();
        if lines.is_empty() {
            lines.push(text!("reload-nothing"));
        }
        lines.extend(self.restarts());
        lines
    }

    /// What differs and needs a restart, a line each.
    pub fn restarts(&self) -> Vec<String> {
        let restart = |setting: &String| text!("reload-restart", setting = setting.as_str());
        self.restart.iter().map(restart).collect()
    }
}

impl Difference {
    /// One line.
    pub fn in_words(&self) -> String {
        match self {
            Self::AccountAdded { account, provider } => {
                text!(
                    "reload-account-added",
                    account = account.as_str(),
                    provider = provider.as_str()
                )
            }
            Self::AgentAdded { agent } => text!("reload-agent-added", agent = agent.as_str()),
            Self::AgentRemoved { agent } => text!("reload-agent-removed", agent = agent.as_str()),
            Self::Agent { agent } => text!("reload-agent", agent = agent.as_str()),
            Self::AccountRemoved { account } => text!("reload-account-removed", account = account.as_str()),
            Self::Key { account } => text!("reload-key", account = account.as_str()),
            Self::Account {
                account,
                setting,
                from,
                to,
            } => of_account(account, &changed(setting, from, to)),
            Self::Limit { account, from, to } => {
                let from = shorter(from, to);
                of_account(account, &text!("reload-limit", from = from, to = to.as_str()))
            }
            Self::LimitAdded { account, limit } => {
                of_account(account, &text!("reload-limit-added", limit = limit.as_str()))
            }
            Self::LimitRemoved { account, limit } => {
                of_account(account, &text!("reload-limit-removed", limit = limit.as_str()))
            }
            Self::Models {
                account,
                added,
                removed,
            } => of_account(account, &text!("reload-models", models = signed(added, removed))),
            Self::RouteAdded { route, targets } => {
                text!(
                    "reload-route-added",
                    route = route.as_str(),
                    targets = targets.join(", ")
                )
            }
            Self::RouteRemoved { route } => text!("reload-route-removed", route = route.as_str()),
            Self::Route {
                route,
                level,
                added,
                removed,
            } if added.is_empty() && removed.is_empty() => {
                text!("reload-route-order", route = route.as_str(), level = level.as_str())
            }
            Self::Route {
                route,
                level,
                added,
                removed,
            } => text!(
                "reload-route",
                route = route.as_str(),
                level = level.as_str(),
                targets = signed(added, removed)
            ),
            Self::Patience {
                route,
                setting,
                from,
                to,
            } => text!(
                "reload-route-setting",
                route = route.as_str(),
                change = changed(setting, from, to)
            ),
            Self::Workers => text!("reload-workers"),
            Self::Server { setting, from, to } => text!("reload-server", change = changed(setting, from, to)),
        }
    }
}

fn of_account(account: &str, what: &str) -> String {
    text!("reload-account", account = account, what = what)
}

fn changed(setting: &str, from: &str, to: &str) -> String {
    format!("{setting} {from} -> {to}")
}

/// "30" for "30 requests a minute" before "60 requests a minute".
fn shorter(from: &str, to: &str) -> String {
    match (from.split_once(' '), to.split_once(' ')) {
        (Some((amount, one)), Some((_, other))) if many(one) == many(other) => amount.to_owned(),
        _ => from.to_owned(),
    }
}

/// One request is of the same kind as many.
fn many(rest: &str) -> String {
    match rest.strip_prefix("request ") {
        Some(rest) => format!("requests {rest}"),
        None => rest.to_owned(),
    }
}

/// "+ a, b - c".
fn signed(added: &[String], removed: &[String]) -> String {
    let part = |sign: &str, names: &[String]| (!names.is_empty()).then(|| format!("{sign} {}", names.join(", ")));
    let parts = [part("+", added), part("-", removed)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
