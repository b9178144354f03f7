//! rpm, rpd, tpm and tpd: one number each, in the place of what the catalogue believes.

use d8_core::limit::{Dimension, Standing};

use crate::config::account::Model;
use crate::config::limit::period::Period;
use crate::config::limit::rule::{Kind, Rule, Terms, bases};
use crate::config::limit::scope::Scope;

/// One shorthand: what it counts, in which period, how much.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Shorthand {
    pub(crate) dimension: Dimension,
    pub(crate) period: Period,
    pub(crate) amount: u64,
}

impl Shorthand {
    /// Replaces the amount of each rule with the same dimension and period, kind and reset stay; adds a rule for each
    /// base model that has none.
    pub(crate) fn apply(self, rules: &mut Vec<Rule>, models: &[Model]) {
        let mut covered: Vec<Scope> = Vec::new();
        for rule in rules.iter_mut().filter(|rule| self.means(&rule.terms)) {
            rule.terms.amount = self.amount;
            rule.standing = Standing::Ceiling;
            covered.push(rule.scope.clone());
        }
        let missing = bases(
            models
                .iter()
                .filter(|model| !covered.iter().any(|scope| scope.covers(model))),
        );
        rules.extend(missing.into_iter().map(|scope| Rule {
            scope,
            terms: self.terms(),
            standing: Standing::Ceiling,
        }));
    }

    /// Whether a rule is the one that this shorthand replaces. A provider that counts only input has its token limit
    /// there.
    fn means(self, terms: &Terms) -> bool {
        let same_count = terms.dimension == self.dimension
            || (self.dimension == Dimension::Tokens && terms.dimension == Dimension::InputTokens);
        same_count && terms.period == self.period
    }

    fn terms(self) -> Terms {
        let Self {
            dimension,
            period,
            amount,
        } = self;
        Terms {
            dimension,
            amount,
            period,
            kind: Kind::Unknown,
            reserve_permille: 0,
        }
    }
}
