//! Requests that somebody made with an account's key past the loop: `d8 setup` and `d8 doctor` to try a key out, other
//! programs that say so. The provider has counted them, so the ledger must.

use std::time::Duration;

use d8_core::change::{AttemptOutcome, Change, ParkReason, Parked};
use d8_core::id::{AttemptNo, LimitId, TaskId, WorkerId};
use d8_core::limit::Dimension;
use d8_core::message;
use d8_core::time::Timestamp;
use d8_core::usage::{Spend, Usage};
use d8_store::{Batch, Hold, Location, Names, Owner, SqliteStore, Store, Which};

use super::opening::{OpenError, make_folder};
use super::plan::Plan;
use crate::clock::Clock;
use crate::config::{Config, StoreLocation};

const DAY: Duration = Duration::from_secs(86_400);

/// Requests past the loop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Aside {
    /// The account's name.
    pub account: String,
    /// The model; none: the account's default model.
    pub model: Option<String>,
    /// How many.
    pub requests: u32,
    /// What they took together.
    pub usage: Usage,
    /// The latest moment at which the provider may have counted them.
    pub at: Timestamp,
    /// The last was refused, as a day's limit of this is spent until then.
    pub day_spent: Option<(Dimension, Timestamp)>,
}

/// What is not there.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Unknown {
    /// No account of that name.
    Account,
    /// The account has no such model.
    Model,
}

impl Aside {
    /// In the engine's terms; `task`: a name that no task has.
    pub(super) fn in_terms_of(
        &self,
        plan: &Plan,
        config: &Config,
        names: &mut Names,
        task: TaskId,
    ) -> Result<message::Aside, Unknown> {
        let account = plan.account(&self.account).ok_or(Unknown::Account)?;
        let default = || Some(config.account(&self.account)?.default_model()?.id.as_str());
        let model = self.model.as_deref().or_else(default).ok_or(Unknown::Model)?;
        let target = plan.target(&self.account, model).ok_or(Unknown::Model)?;
        let worker = account
            .built_in
            .unwrap_or_else(|| names.intern::<WorkerId>(&format!("builtin:{}", self.account)));
        Ok(message::Aside {
            task,
            worker,
            target,
            requests: self.requests,
            usage: self.usage,
            at: self.at,
        })
    }
}

/// Writes them into the store, where nobody has it: whoever opens it next finds them among what was spent. What the
/// configuration does not name is left out.
pub fn remember(config: &Config, asides: &[Aside], clock: Clock) -> Result<(), OpenError> {
    let StoreLocation::Sqlite(path) = config.store.clone();
    make_folder(&path)?;
    let owner = Owner {
        pid: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..Owner::default()
    };
    let _hold = Hold::acquire(&path, &owner)?;
    let mut store = SqliteStore::open(&Location::File(path), clock.now())?;
    let mut names = store.names()?;
    let plan = Plan::new(config, &mut names);
    let loaded = store.load(Which::Groups(&[]), &mut |_| ())?;
    let mut changes = Vec::new();
    for (aside, number) in asides.iter().zip(loaded.next_task.0..) {
        let day_spent = aside.day_spent;
        let Ok(aside) = aside.in_terms_of(&plan, config, &mut names, TaskId(number)) else {
            continue;
        };
        let spec = plan.setup.targets.iter().find(|(id, _)| *id == aside.target);
        let Some((_, spec)) = spec else { continue };
        changes.push(Change::AttemptEnded {
            task: aside.task,
            attempt: AttemptNo(1),
            target: aside.target,
            worker: aside.worker,
            granted_at: aside.at,
            ended_at: aside.at,
            outcome: AttemptOutcome::Answered,
            spent: Spend {
                requests: aside.requests,
                ..spec.cost.settled(aside.usage)
            },
        });
        if let Some((dimension, until)) = day_spent {
            changes.extend(rests(&plan, &spec.limits, dimension, until));
        }
    }
    let batch = Batch {
        now: clock.now().max(loaded.newest),
        names: names.take_fresh(),
        changes,
        ..Batch::default()
    };
    Ok(store.commit(&batch)?)
}

/// The days among these limits that count this rest until then.
fn rests(plan: &Plan, limits: &[LimitId], dimension: Dimension, until: Timestamp) -> Vec<Change> {
    let is_meant = |id: &LimitId| {
        let spec = plan.setup.limits.iter().find(|(known, _)| known == id);
        let is_day = plan.limits.get(id).is_some_and(|words| words.nominal == DAY);
        is_day && spec.is_some_and(|(_, spec)| spec.dimension == dimension)
    };
    let meant = limits.iter().copied().filter(is_meant);
    meant
        .map(|id| Change::ParkedUntil {
            what: Parked::Limit(id),
            until,
            why: ParkReason::QuotaRefused,
        })
        .collect()
}
