//! Accounts: deployments with the same key at the same place, under the same limits.

use d8_core::limit::{Dimension, Standing};

use super::entry::{Deployment, Reading};
use crate::catalogue::Provider;
use crate::config::account::model;
use crate::config::limit::period::Period;
use crate::config::limit::rule::expand;
use crate::text;
use crate::words;

pub(super) struct Account {
    pub(super) name: String,
    pub(super) provider: &'static Provider,
    pub(super) key: Option<String>,
    pub(super) base: Option<String>,
    pub(super) models: Vec<String>,
    pub(super) rpm: Option<u64>,
    pub(super) tpm: Option<u64>,
    pub(super) concurrency: Option<u64>,
    /// The entries of the list that it came from.
    pub(super) from: Vec<usize>,
}

impl Account {
    /// Whether a deployment is one of its.
    pub(super) fn serves(&self, deployment: &Deployment) -> bool {
        self.from.contains(&deployment.at)
    }

    fn takes(&self, deployment: &Deployment) -> bool {
        self.provider.id == deployment.provider.id
            && self.key == deployment.key
            && self.base == deployment.base
            && (self.rpm, self.tpm, self.concurrency) == (deployment.rpm, deployment.tpm, deployment.concurrency)
    }
}

pub(super) fn of(deployments: &[Deployment], reading: &mut Reading<'_>) -> Vec<Account> {
    let mut accounts: Vec<Account> = Vec::new();
    for deployment in deployments {
        let Deployment { provider, model, .. } = deployment;
        compare(deployment, reading);
        let known = accounts.iter_mut().find(|account| account.takes(deployment));
        let account = match known {
            Some(account) => account,
            None => {
                let name = free_name(&provider.id, &accounts);
                accounts.push(Account {
                    name,
                    provider,
                    key: deployment.key.clone(),
                    base: deployment.base.clone(),
                    models: Vec::new(),
                    rpm: deployment.rpm,
                    tpm: deployment.tpm,
                    concurrency: deployment.concurrency,
                    from: Vec::new(),
                });
                let last = accounts.len() - 1;
                &mut accounts[last]
            }
        };
        account.from.push(deployment.at);
        if !account.models.contains(model) {
            account.models.push(model.clone());
        }
    }
    accounts
}

/// The provider's id, or the first of `id-2`, `id-3` that is free.
fn free_name(id: &str, accounts: &[Account]) -> String {
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    std::iter::once(id.to_owned())
        .chain(numbered)
        .find(|name| accounts.iter().all(|account| account.name != *name))
        .unwrap_or_default()
}

/// Says where more is written than the provider gives, by the catalogue.
fn compare(deployment: &Deployment, reading: &mut Reading<'_>) {
    let provider = deployment.provider;
    let tier = provider.default_tier();
    let rules = expand(
        &tier.limits,
        &[model(provider, tier, &deployment.model)],
        Standing::Belief,
    );
    let known = |dimensions: &[Dimension]| {
        let minute = rules.iter().filter(|rule| rule.terms.period == Period::MINUTE);
        let counts = minute.filter(|rule| dimensions.contains(&rule.terms.dimension));
        counts.map(|rule| rule.terms.amount).min()
    };
    let pairs = [
        ("rpm", deployment.rpm, known(&[Dimension::Requests])),
        (
            "tpm",
            deployment.tpm,
            known(&[Dimension::Tokens, Dimension::InputTokens]),
        ),
    ];
    for (what, written, known) in pairs {
        let (Some(written), Some(known)) = (written, known) else {
            continue;
        };
        if written <= known {
            continue;
        }
        let tiers: Vec<&str> = provider.tiers.iter().map(|tier| tier.name.as_str()).collect();
        let line = text!(
            "import-better",
            provider = provider.id.as_str(),
            model = deployment.model.as_str(),
            what = what,
            written = words::number(written),
            known = words::number(known),
            tier = tier.name.as_str(),
            date = tier.provenance.date.as_deref().unwrap_or("-"),
            tiers = tiers.join(", "),
        );
        if !reading.better.contains(&line) {
            reading.better.push(line);
        }
    }
}
