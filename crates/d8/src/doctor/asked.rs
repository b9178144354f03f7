//! One account as far as is known: what is configured, how it stands, and what its provider said when it was asked.

use crate::client::objects;
use crate::config::Account;
use crate::probe::{Probed, Verdict};

use super::standing::spent_until;

/// What came of asking the provider for a word.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// It was not asked.
    Not(Why),
    /// It was.
    Said(Box<Probed>),
    /// It could not be, for a reason on this side.
    Impossible(String),
}

/// Why a provider was not asked.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Why {
    /// Nothing is to be sent.
    Offline,
    /// The ledger knows that a limit is used up.
    Spent {
        /// "30 requests a minute".
        limit: String,
        /// In seconds since 1970; none: until an answer comes.
        until: Option<f64>,
    },
    /// Its key is with a worker elsewhere.
    Elsewhere,
    /// The same key was asked under this account's name.
    Same(String),
}

/// An account with all that is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Patient<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its provider's name for people.
    pub(crate) title: &'a str,
    /// As it is configured here; none where only the orchestrator knows it.
    pub(crate) account: Option<&'a Account>,
    /// As it stands; none where nobody knows.
    pub(crate) standing: Option<&'a objects::Account>,
    /// What its provider said.
    pub(crate) asked: Asked,
}

impl Patient<'_> {
    /// What the provider said, where it was asked and an answer came.
    pub(crate) fn said(&self) -> Option<&Probed> {
        match &self.asked {
            Asked::Said(probed) => Some(probed),
            _ => None,
        }
    }

    /// The model of requests that name none.
    pub(crate) fn model(&self) -> Option<&str> {
        Some(self.account?.default_model()?.id.as_str())
    }

    /// Whether it would take a request, by what is known.
    pub(crate) fn is_ready(&self) -> bool {
        let by_standing = self.standing.is_none_or(super::standing::is_ready);
        let by_word = match &self.asked {
            Asked::Said(probed) => probed.verdict == Verdict::Works,
            Asked::Not(Why::Spent { .. }) | Asked::Impossible(_) => false,
            Asked::Not(Why::Elsewhere) => self.standing.and_then(|it| it.workers).unwrap_or(0) > 0,
            Asked::Not(Why::Offline | Why::Same(_)) => true,
        };
        by_standing && by_word
    }
}

/// The limit that the ledger knows to be used up for `model`, the one that lasts longest: then nobody is asked, as the
/// question would be refused.
pub(crate) fn spent(standing: &objects::Account, model: &str, now: f64) -> Option<Why> {
    let spent = standing
        .limits
        .iter()
        .filter(|limit| concerns(limit, Some(model)) && limit.dimension.as_deref() != Some("concurrency"))
        .filter_map(|limit| Some((limit, spent_until(limit, now)?)));
    let (limit, until) = spent.max_by(|one, other| one.1.total_cmp(&other.1))?;
    Some(Why::Spent {
        limit: limit.label.clone().unwrap_or_default(),
        until: Some(until).filter(|until| until.is_finite()),
    })
}

/// Whether a limit counts what goes to a model; none: to any.
pub(crate) fn concerns(limit: &objects::Limit, model: Option<&str>) -> bool {
    let models = limit.models.as_ref().and_then(|models| models.as_array());
    let names: Vec<&str> = models.into_iter().flatten().filter_map(|name| name.as_str()).collect();
    names.is_empty() || model.is_none_or(|model| names.contains(&model))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::standing::account;
    use super::*;

    #[test]
    fn what_the_ledger_knows_to_be_spent_is_not_asked_for() {
        let limit = |label: &str, used: u64, models: &[&str]| json!({"dimension": "requests", "label": label, "limit": 30, "used": used, "free_at": 500.0, "models": models});
        let standing = account(json!({"account": "groq", "limits": [
            limit("30 requests a minute", 3, &["large"]),
            limit("30 requests a day", 30, &["large"]),
            limit("30 requests an hour", 30, &["small"]),
        ]}));
        let expected = Why::Spent {
            limit: "30 requests a day".to_owned(),
            until: Some(500.0),
        };
        assert_eq!(spent(&standing, "large", 100.0), Some(expected));
        assert_eq!(spent(&standing, "another", 100.0), None);
    }
}
