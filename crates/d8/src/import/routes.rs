//! Routes: a name of `model_list` leads to all its deployments, a fallback is a backup.

use serde_json::{Map, Value};

use super::accounts::Account;
use super::entry::{Deployment, Reading};
use super::keys::plain;
use crate::text;

pub(super) struct Route {
    pub(super) name: String,
    /// Primary, backup, last resort: "account/model".
    pub(super) levels: [Vec<String>; 3],
    /// What of the file it came from.
    pub(super) from: Vec<String>,
}

impl Route {
    fn add(&mut self, level: usize, target: &str) -> bool {
        let is_new = self.levels.iter().flatten().all(|known| known != target);
        if is_new {
            self.levels[level].push(target.to_owned());
        }
        is_new
    }
}

pub(super) fn of(
    deployments: &[Deployment],
    accounts: &[Account],
    settings: [&mut Map<String, Value>; 2],
    reading: &mut Reading<'_>,
) -> Vec<Route> {
    let mut routes = by_name(deployments, accounts);
    let mut last = Vec::new();
    let mut aliases = Vec::new();
    let mut pairs = Vec::new();
    for (settings, section) in settings.into_iter().zip(["router_settings", "litellm_settings"]) {
        let name = format!("{section}.fallbacks");
        pairs.extend(
            fallbacks(settings.shift_remove("fallbacks"))
                .into_iter()
                .map(|pair| (name.clone(), pair)),
        );
        last.extend(names(settings.shift_remove("default_fallbacks").as_ref()));
        aliases.extend(object(settings.shift_remove("model_group_alias")));
    }
    // What a name led to before it got backups of its own.
    let primaries: Vec<(String, Vec<String>)> = routes
        .iter()
        .map(|route| (route.name.clone(), route.levels[0].clone()))
        .collect();
    let primary = |name: &str| {
        primaries
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, targets)| targets)
    };
    for (section, (name, backups)) in pairs {
        let route = routes.iter_mut().find(|route| route.name == name);
        let Some(route) = route else {
            reading.leave(format!("{section} {name}"));
            continue;
        };
        route.from.push(section.clone());
        for backup in backups {
            match primary(&backup) {
                Some(targets) => {
                    for target in targets {
                        route.add(1, target);
                    }
                }
                None => reading.leave(text!("import-no-such-name", what = section.as_str(), name = backup)),
            }
        }
    }
    for name in last {
        let Some(targets) = primary(&name) else {
            reading.leave(text!("import-no-such-name", what = "default_fallbacks", name = name));
            continue;
        };
        for route in &mut routes {
            let added = targets.iter().filter(|target| route.add(2, target)).count();
            route.from.extend((added > 0).then(|| "default_fallbacks".to_owned()));
        }
    }
    for (alias, target) in aliases {
        add_alias(alias, &target, &mut routes, reading);
    }
    routes
}

fn by_name(deployments: &[Deployment], accounts: &[Account]) -> Vec<Route> {
    let mut routes: Vec<Route> = Vec::new();
    for deployment in deployments {
        if routes.iter().all(|route| route.name != deployment.name) {
            let same = || deployments.iter().filter(|other| other.name == deployment.name);
            let mut orders: Vec<u64> = same().map(|other| other.order).collect();
            orders.sort_unstable();
            orders.dedup();
            let places: Vec<String> = same().map(|other| other.at.to_string()).collect();
            let mut route = Route {
                name: deployment.name.clone(),
                levels: Default::default(),
                from: vec![format!("model_list {}", places.join(", "))],
            };
            for other in same() {
                let level = orders
                    .iter()
                    .position(|order| *order == other.order)
                    .unwrap_or(0)
                    .min(2);
                if let Some(account) = accounts.iter().find(|account| account.serves(other)) {
                    route.add(level, &format!("{}/{}", account.name, other.model));
                }
            }
            routes.push(route);
        }
    }
    routes
}

/// `[{name: [others]}]`, or one object of them.
fn fallbacks(value: Option<Value>) -> Vec<(String, Vec<String>)> {
    let objects = match value {
        Some(Value::Array(list)) => list,
        Some(other) => vec![other],
        None => Vec::new(),
    };
    let pairs = objects.into_iter().flat_map(|value| object(Some(value)));
    pairs.map(|(name, others)| (name, names(Some(&others)))).collect()
}

fn names(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(list)) => list.iter().filter_map(plain).collect(),
        Some(one) => plain(one).into_iter().collect(),
        None => Vec::new(),
    }
}

fn object(value: Option<Value>) -> Vec<(String, Value)> {
    super::object(value).into_iter().flatten().collect()
}

/// Another name for the same: `alias: name`, or `alias: {model: name}`.
fn add_alias(alias: String, target: &Value, routes: &mut Vec<Route>, reading: &mut Reading<'_>) {
    let name = plain(target)
        .or_else(|| plain(target.get("model")?))
        .unwrap_or_default();
    let known = routes.iter().find(|route| route.name == name);
    match known.map(|route| route.levels.clone()) {
        Some(levels) if routes.iter().all(|route| route.name != alias) => routes.push(Route {
            name: alias,
            levels,
            from: vec![format!("model_group_alias of {name}")],
        }),
        _ => reading.leave(text!("import-no-such-name", what = "model_group_alias", name = alias)),
    }
}
