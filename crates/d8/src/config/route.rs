//! Routes: the names that clients ask for, and where each may be served.

use std::time::Duration;

use super::account::{Account, Origin};
use super::fault::Fault;
use super::file::{RouteTable, Text};
use super::limit::period::duration;
use super::suggestion::nearest;
use crate::text;

/// The route of requests that name none.
pub const DEFAULT_ROUTE: &str = "default";

/// A name and its targets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Route {
    /// What clients ask for.
    pub name: String,
    /// Primary, backup, last resort.
    pub levels: [Vec<Target>; 3],
    /// How long a task may wait for its primary before the backup takes it.
    pub patience: Patience,
    /// The last resort takes what the others cannot start within this time.
    pub last_resort_after: Duration,
}

/// An account and one of its models.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Target {
    /// The account's name.
    pub account: String,
    /// The model's id.
    pub model: String,
}

/// How long tasks wait for a primary target.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Patience {
    /// Where somebody waits for the answer.
    pub interactive: Duration,
    /// Where nobody does.
    pub queued: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            interactive: Duration::from_secs(1),
            queued: Duration::from_secs(60),
        }
    }
}

impl Route {
    /// A route that has only primary targets.
    pub(crate) fn all_primary(name: impl Into<String>, targets: Vec<Target>) -> Self {
        Self {
            name: name.into(),
            levels: [targets, Vec::new(), Vec::new()],
            patience: Patience::default(),
            last_resort_after: Duration::from_secs(3_600),
        }
    }

    /// All targets, the primary ones first.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.levels.iter().flatten()
    }

    /// The same route where time runs `speed` times as fast.
    pub fn scaled(&self, speed: u32) -> Self {
        let speed = speed.max(1);
        let Patience { interactive, queued } = self.patience;
        Self {
            patience: Patience {
                interactive: interactive / speed,
                queued: queued / speed,
            },
            last_resort_after: self.last_resort_after / speed,
            ..self.clone()
        }
    }
}

/// Judges all routes. There is always one named `default`.
pub(crate) fn judge(tables: &[RouteTable], accounts: &[Account]) -> Result<Vec<Route>, Fault> {
    let mut routes: Vec<Route> = Vec::new();
    for table in tables {
        let name = table.name.as_ref();
        if name.trim().is_empty() {
            return Err(Fault::new(text!("fault-route-nameless")).at(table.name.span()));
        }
        if routes.iter().any(|other| other.name == *name) {
            return Err(Fault::new(text!("fault-two-routes", name = name.as_str())).at(table.name.span()));
        }
        routes.push(route(table, accounts)?);
    }
    if routes.iter().all(|route| route.name != DEFAULT_ROUTE) {
        routes.push(default_route(accounts));
    }
    Ok(routes)
}

fn route(table: &RouteTable, accounts: &[Account]) -> Result<Route, Fault> {
    let mut route = Route::all_primary(table.name.as_ref(), Vec::new());
    let mut seen: Vec<Target> = Vec::new();
    for (level, written) in route
        .levels
        .iter_mut()
        .zip([&table.primary, &table.backup, &table.last_resort])
    {
        for text in written {
            let target = target(text.as_ref(), accounts).map_err(|fault| fault.at(text.span()))?;
            if seen.contains(&target) {
                return Err(Fault::new(text!("fault-target-twice", target = text.as_ref().as_str())).at(text.span()));
            }
            seen.push(target.clone());
            level.push(target);
        }
    }
    if seen.is_empty() {
        return Err(Fault::new(text!("fault-route-empty"))
            .at(table.name.span())
            .hint(text!("fault-add-primary")));
    }
    let time = |text: &Text| duration(text.as_ref()).map_err(|fault| fault.at(text.span()));
    if let Some(text) = &table.patience {
        route.patience = Patience {
            interactive: time(text)?,
            queued: time(text)?,
        };
    }
    if let Some(text) = &table.last_resort_after {
        route.last_resort_after = time(text)?;
    }
    Ok(route)
}

fn target(text: &str, accounts: &[Account]) -> Result<Target, Fault> {
    let Some((name, model)) = text.split_once('/') else {
        return Err(no_model(text, accounts));
    };
    let account = known_account(name, accounts)?;
    if !account.serves(model) {
        return Err(Fault::new(text!("fault-no-such-model", name = name, model = model))
            .choices(
                model,
                &text!("fault-its-models"),
                account.models.iter().map(|own| own.id.as_str()),
            )
            .hint(text!("fault-or-add-model", name = name)));
    }
    Ok(Target {
        account: name.to_owned(),
        model: model.to_owned(),
    })
}

fn no_model(text: &str, accounts: &[Account]) -> Fault {
    let fault = Fault::new(text!("fault-no-target-form", written = text));
    let account = nearest(text, accounts.iter().map(|account| account.name.as_str()));
    match accounts
        .iter()
        .find(|own| Some(own.name.as_str()) == account)
        .and_then(|own| Some((own, own.default_model()?)))
    {
        Some((account, model)) => fault.hint(text!(
            "fault-did-you-mean",
            near = format!("{}/{}", account.name, model.id)
        )),
        None => fault.hint(text!("fault-write-it-like", example = "groq/llama-3.3-70b-versatile")),
    }
}

/// The account of this name.
pub(crate) fn known_account<'a>(name: &str, accounts: &'a [Account]) -> Result<&'a Account, Fault> {
    accounts.iter().find(|account| account.name == name).ok_or_else(|| {
        let names = accounts.iter().map(|account| account.name.as_str());
        Fault::new(text!("fault-unknown-account", name = name)).choices(name, &text!("fault-accounts-are"), names)
    })
}

/// The default models of all accounts in d8.toml, and of those found in the environment that cost nothing.
fn default_route(accounts: &[Account]) -> Route {
    let targets = accounts
        .iter()
        .filter(|account| account.origin == Origin::File || account.free)
        .filter_map(|account| {
            Some(Target {
                account: account.name.clone(),
                model: account.default_model()?.id.clone(),
            })
        })
        .collect();
    Route::all_primary(DEFAULT_ROUTE, targets)
}
