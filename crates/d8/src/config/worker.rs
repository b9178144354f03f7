//! `[[worker]]`: what is known of workers that bring their own key.

use std::time::Duration;

use toml::Spanned;

use super::account::Account;
use super::fault::Fault;
use super::file::WorkerTable;
use super::limit::period::duration;
use crate::text;

/// What holds for the workers that it names, by id, by type or both. Patterns: `*` stands for any text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkerRule {
    /// A pattern over ids.
    pub id: Option<String>,
    /// A pattern over types.
    pub kind: Option<String>,
    /// The account whose quota they spend.
    pub account: Option<String>,
    /// Silent for longer is offline; none: the server's.
    pub timeout: Option<Duration>,
}

impl WorkerRule {
    /// Whether it is about a worker with this id and type.
    pub fn names(&self, id: &str, kind: &str) -> bool {
        let fits = |pattern: &Option<String>, text| {
            pattern
                .as_ref()
                .is_none_or(|pattern| super::limit::scope::matches(pattern, text))
        };
        fits(&self.id, id) && fits(&self.kind, kind)
    }
}

/// Judges all worker rules.
pub(crate) fn judge(tables: &[Spanned<WorkerTable>], accounts: &[Account]) -> Result<Vec<WorkerRule>, Fault> {
    tables.iter().map(|table| rule(table, accounts)).collect()
}

fn rule(table: &Spanned<WorkerTable>, accounts: &[Account]) -> Result<WorkerRule, Fault> {
    let WorkerTable {
        id,
        kind,
        account,
        timeout,
    } = table.as_ref();
    if id.is_none() && kind.is_none() {
        return Err(Fault::new(text!("fault-worker-nobody"))
            .at(table.span())
            .hint(text!("fault-worker-add")));
    }
    if let Some(name) = account {
        super::route::known_account(name.as_ref(), accounts).map_err(|fault| fault.at(name.span()))?;
    }
    Ok(WorkerRule {
        id: id.clone(),
        kind: kind.clone(),
        account: account.as_ref().map(|name| name.as_ref().clone()),
        timeout: match timeout {
            Some(text) => Some(duration(text.as_ref()).map_err(|fault| fault.at(text.span()))?),
            None => None,
        },
    })
}
