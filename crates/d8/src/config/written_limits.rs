//! The limits of an account in d8.toml: `limits`, the shorthands, or neither.

use d8_core::limit::{Dimension, Standing};
use toml::Spanned;

use super::account::{Model, costs_nothing};
use super::fault::Fault;
use super::file::AccountTable;
use super::limit::period::Period;
use super::limit::rule::{Rule, expand};
use super::limit::shorthand::Shorthand;
use super::limit::table::WrittenLimit;
use crate::catalogue::{Provider, Tier};
use crate::text;

/// The counts that an account lives under: its own, or the catalogue's with the shorthands in them.
pub(crate) fn judge(table: &AccountTable, tier: &Tier, models: &[Model]) -> Result<Vec<Rule>, Fault> {
    let shorthands = shorthands(table);
    let Some(limits) = &table.limits else {
        let mut rules = expand(&tier.limits, models, Standing::Belief);
        shorthands
            .iter()
            .for_each(|(shorthand, _)| shorthand.apply(&mut rules, models));
        return Ok(rules);
    };
    if let Some((_, span)) = shorthands.into_iter().next() {
        return Err(Fault::new(text!("fault-shorthand-and-limits"))
            .at(span)
            .hint(text!("fault-limits-replaces")));
    }
    let written: Vec<WrittenLimit> = limits
        .as_ref()
        .iter()
        .map(|limit| limit.as_ref().judge(limit.span()))
        .collect::<Result<_, _>>()?;
    Ok(expand(&written, models, Standing::Ceiling))
}

/// rpm, rpd, tpm and tpd, as far as they are written, each with its place.
pub(crate) fn shorthands(table: &AccountTable) -> Vec<(Shorthand, std::ops::Range<usize>)> {
    [
        (&table.rpm, Dimension::Requests, Period::MINUTE),
        (&table.rpd, Dimension::Requests, Period::DAY),
        (&table.tpm, Dimension::Tokens, Period::MINUTE),
        (&table.tpd, Dimension::Tokens, Period::DAY),
    ]
    .into_iter()
    .filter_map(|(amount, dimension, period)| {
        let amount: &Spanned<u64> = amount.as_ref()?;
        Some((
            Shorthand {
                dimension,
                period,
                amount: *amount.as_ref(),
            },
            amount.span(),
        ))
    })
    .collect()
}

/// Limits that are written and yet hold nothing back.
pub(crate) fn notice_idle(
    account: &str,
    rules: &[Rule],
    models: &[Model],
    provider: &Provider,
    tier: &Tier,
    notices: &mut Vec<String>,
) {
    for rule in rules
        .iter()
        .filter(|rule| rule.standing == Standing::Ceiling && !models.iter().any(|model| rule.scope.covers(model)))
    {
        notices.push(text!(
            "notice-idle-limit",
            account = account,
            models = rule.scope.canonical()
        ));
    }
    let counts_money = rules.iter().any(|rule| rule.terms.dimension == Dimension::Cost);
    let unpriced = |model: &&Model| model.list_price.is_none() && !costs_nothing(provider, tier, &model.id);
    for model in models.iter().filter(unpriced).filter(|_| counts_money) {
        notices.push(text!("notice-no-price", account = account, model = model.id.as_str()));
    }
}
