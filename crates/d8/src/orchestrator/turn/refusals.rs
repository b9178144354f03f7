//! Every refusal is told in the log: which account, which limit, used by whom, until when, and what was learnt of it.

use d8_core::change::{Change, ParkReason, Parked};

use super::Turn;
use crate::orchestrator::diagnosis;
use crate::words;

impl Turn {
    /// Looks at what the engine has just decided.
    pub(super) fn tell_refusals(&self) {
        let refused = |change: &Change| match change {
            Change::ParkedUntil { what, until, why } if *why == ParkReason::QuotaRefused => Some((*what, *until)),
            _ => None,
        };
        let parks: Vec<_> = self.effects.changes.iter().filter_map(refused).collect();
        if parks.is_empty() {
            return;
        }
        let (status, entries) = (self.status(), self.own.directory.entries());
        for (what, until) in parks {
            let long = match what {
                Parked::Limit(id) => diagnosis::of_limit(id, &status, &entries),
                Parked::Account(_) | Parked::Target(_) => None,
            };
            let short = || {
                let (account, model) = entries.plan.name_of(what)?;
                let label = match what {
                    Parked::Limit(id) => {
                        let words = entries.plan.limits.get(&id)?;
                        let (_, view) = status.limits.iter().find(|(known, _)| *known == id)?;
                        Some(words.called(view))
                    }
                    _ => None,
                };
                Some(words::refused(
                    &account,
                    model.as_deref(),
                    label.as_deref(),
                    until.since(status.now),
                ))
            };
            if let Some(told) = long.or_else(short) {
                tracing::warn!("{told}");
            }
        }
    }
}
