//! Accounts of one quota group live under the limits of all of them: what one spends, the others have not.

use d8_core::limit::{Dimension, Standing};

use crate::config::limit::rule::Rule;

/// The counts of a quota group from those of its accounts. Where an account wrote `limits`, they speak for the group and
/// beliefs fall away. Of two that are one count the user's own comes first, then the lower amount.
pub(crate) fn united<'a>(accounts: impl IntoIterator<Item = (&'a [Rule], WroteLimits)>, quota_key: &str) -> Vec<Rule> {
    let accounts: Vec<_> = accounts.into_iter().collect();
    let spoken = accounts.iter().any(|(_, wrote)| *wrote == WroteLimits::Yes);
    let mut united: Vec<Rule> = Vec::new();
    for rule in accounts.iter().flat_map(|(rules, _)| rules.iter()) {
        let belief = rule.standing == Standing::Belief && rule.terms.dimension != Dimension::Concurrency;
        if spoken && belief {
            continue;
        }
        match united
            .iter_mut()
            .find(|known| known.key(quota_key) == rule.key(quota_key))
        {
            Some(known) if weight(rule) < weight(known) => *known = rule.clone(),
            Some(_) => {}
            None => united.push(rule.clone()),
        }
    }
    united
}

/// Whether an account's limits stand in d8.toml as `limits = [...]`.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum WroteLimits {
    /// They replace all that the catalogue says.
    Yes,
    /// They are the catalogue's, perhaps with other numbers.
    No,
}

fn weight(rule: &Rule) -> (bool, u64) {
    (rule.standing != Standing::Ceiling, rule.terms.amount)
}
