//! What accounts are served with: a worker for each that had none, other equipment where the key or the address is another.

use std::collections::BTreeSet;

use secrecy::ExposeSecret;

use super::{Current, Reloader};
use crate::config::{Account, Config};
use crate::orchestrator::Hand;
use crate::worker::{Equipment, Surroundings, Tally, Worker};

impl Reloader {
    /// What is needed for another configuration, and who has a worker then. Fails where an account cannot be called.
    pub(super) fn hands(&self, current: &Current, config: &Config) -> Result<(Vec<Hand>, BTreeSet<String>), String> {
        let mut served = current.served.clone();
        let mut made = Vec::new();
        for account in config.accounts.iter().filter(|account| account.is_served_here()) {
            let known = current.config.account(&account.name);
            if known.is_some_and(|known| known.is_served_here() && is_called_alike(known, account)) {
                continue;
            }
            let equipment = Equipment::of(account, self.speed)
                .map_err(|problem| format!("account `{}`: {problem}", account.name))?;
            let is_new = served.insert(account.name.clone());
            made.push((account.name.clone(), equipment, is_new));
        }
        // Nothing is started before everything could be made.
        let hands = made.into_iter().map(|(account, equipment, is_new)| Hand {
            account,
            worker: is_new.then(|| self.start(equipment.clone())),
            equipment,
        });
        Ok((hands.collect(), served))
    }

    fn start(
        &self,
        equipment: Equipment,
    ) -> (
        tokio::sync::mpsc::UnboundedSender<crate::worker::Errand>,
        std::sync::Arc<Tally>,
    ) {
        let surroundings = Surroundings {
            tally: Tally::part_of(&self.surroundings.tally),
            ..self.surroundings.clone()
        };
        let tally = surroundings.tally.clone();
        let worker = Worker {
            equipment,
            surroundings,
        };
        (worker.start(), tally)
    }
}

/// Whether both are called in the same way: then a worker goes on with what it has, its connections and its pace too.
fn is_called_alike(one: &Account, other: &Account) -> bool {
    let key = |account: &Account| account.api_key.as_ref().map(|key| key.expose_secret().to_owned());
    let paced = |account: &Account| (!account.is_held_by_ledger()).then(|| account.limits.clone());
    one.provider == other.provider
        && one.wire == other.wire
        && one.base_url == other.base_url
        && key(one) == key(other)
        && one.header_style == other.header_style
        && one.policy == other.policy
        && paced(one) == paced(other)
}
