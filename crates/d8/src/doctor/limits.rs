//! Whether limits hold what is configured: by what the ledger learnt, and by what the provider's headers said just now.

use d8_wire::{Dimension, LimitSignal};

use super::Finding;
use super::asked::{Patient, concerns};
use crate::client::objects;
use crate::config;
use crate::probe::limit_in_words;
use crate::server::waits;
use crate::text;
use crate::words::number;

/// So many limits are named.
const NAMED: usize = 4;

/// None where nothing is known of the account's limits.
pub(crate) fn judge(patient: &Patient<'_>) -> Option<Finding> {
    let name = format!("limits {}", patient.name);
    let shut = shut(patient);
    if !shut.is_empty() {
        let says = text!("doctor-limit-shut", limits = some(&shut));
        return Some(Finding::problem(name, says).next(text!("doctor-limit-shut-next")));
    }
    let mut lower = Vec::new();
    let mut higher = Vec::new();
    for (configured, real, label) in learnt(patient).chain(signalled(patient)) {
        let told = text!(
            "doctor-limit-differs",
            label = label.as_str(),
            configured = number(configured)
        );
        let side = if real < configured { &mut lower } else { &mut higher };
        if !side.contains(&told) {
            side.push(told);
        }
    }
    if !lower.is_empty() {
        return Some(
            Finding::warning(name, lower.join("; ")).next(text!("doctor-limit-lower-next", account = patient.name)),
        );
    }
    if !higher.is_empty() {
        return Some(Finding::ok(name, higher.join("; ")).next(text!("doctor-limit-higher-next")));
    }
    let labels = labels(patient);
    match (labels.is_empty(), patient.account.is_some()) {
        (false, _) => Some(Finding::ok(name, text!("doctor-limits-ok", limits = some(&labels)))),
        (true, true) => Some(Finding::ok(name, text!("doctor-limits-unknown"))),
        // A worker of the Hive that brings its own key: nothing is known of it.
        (true, false) => None,
    }
}

/// The configured limits of nothing, which let nothing through.
fn shut(patient: &Patient<'_>) -> Vec<String> {
    let limits = patient.account.iter().flat_map(|account| &account.limits);
    let nothing = limits.filter(|limit| limit.spec.amount == 0 && covers(limit, patient.model()));
    nothing.map(|limit| limit.called.clone()).collect()
}

fn covers(limit: &config::Limit, model: Option<&str>) -> bool {
    model.is_none_or(|model| limit.models.iter().any(|own| own == model))
}

/// Configured, real, and what it is called, where the ledger knows that these differ.
fn learnt<'a>(patient: &'a Patient<'_>) -> impl Iterator<Item = (u64, u64, String)> + 'a {
    let limits = patient
        .standing
        .map(|standing| standing.limits.as_slice())
        .unwrap_or_default();
    limits.iter().filter_map(|limit: &objects::Limit| {
        limit.learnt.as_ref()?;
        let (configured, real) = (limit.configured?, limit.limit?);
        let label = limit.label.clone().unwrap_or_default();
        (configured != real).then_some((configured as u64, real as u64, label))
    })
}

/// The same, where headers say so that the ledger has not seen.
fn signalled<'a>(patient: &'a Patient<'_>) -> impl Iterator<Item = (u64, u64, String)> + 'a {
    let seen = patient.said().and_then(|probed| Some((probed, probed.seen.as_ref()?)));
    let known = patient.account.zip(seen);
    known.into_iter().flat_map(|(account, (probed, seen))| {
        seen.limits.iter().filter_map(|signal| {
            let configured = counterpart(&account.limits, &probed.model, signal)?;
            let (amount, real) = (configured.spec.amount, signal.limit?);
            (amount != real).then(|| (amount, real, limit_in_words(signal).unwrap_or_default()))
        })
    })
}

/// The configured limit that a header speaks of.
fn counterpart<'a>(limits: &'a [config::Limit], model: &str, signal: &LimitSignal) -> Option<&'a config::Limit> {
    let per = signal.per?.longest();
    limits.iter().find(|limit| {
        limit.nominal == per
            && waits::dimension(limit.spec.dimension) == dimension(signal.dimension)
            && limit.models.iter().any(|own| own == model)
    })
}

/// The word that the HTTP API has for it.
pub(crate) fn dimension(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Requests => "requests",
        Dimension::Tokens => "tokens",
        Dimension::InputTokens => "input_tokens",
        Dimension::OutputTokens => "output_tokens",
        Dimension::Concurrency => "concurrency",
        Dimension::Cost => "cost",
    }
}

fn labels(patient: &Patient<'_>) -> Vec<String> {
    let standing = patient
        .standing
        .map(|standing| standing.limits.as_slice())
        .unwrap_or_default();
    let of_standing = standing
        .iter()
        .filter(|limit| limit.dimension.as_deref() != Some("concurrency") && concerns(limit, patient.model()))
        .filter_map(|limit| limit.label.clone());
    let mut labels: Vec<String> = of_standing.collect();
    if let (true, Some(account)) = (labels.is_empty(), patient.account) {
        let counted = account.limits.iter();
        let counted = counted.filter(|limit| covers(limit, patient.model()) && !limit.nominal.is_zero());
        labels = counted.map(|limit| limit.called.clone()).collect();
    }
    let mut seen = std::collections::BTreeSet::new();
    labels.retain(|label| seen.insert(label.clone()));
    labels
}

fn some(labels: &[String]) -> String {
    let mut told: Vec<String> = labels.iter().take(NAMED).cloned().collect();
    if labels.len() > NAMED {
        told.push(text!("doctor-more", count = (labels.len() - NAMED) as u64));
    }
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use d8_wire::Period;
    use serde_json::json;

    use super::super::Grade;
    use super::super::patients::{account_with, asked, patient, seen};
    use super::*;
    use crate::probe::{Seen, Verdict};

    fn signal(limit: u64) -> LimitSignal {
        LimitSignal {
            dimension: Dimension::Requests,
            per: Some(Period::Minute),
            limit: Some(limit),
            remaining: Some(1),
            reset: Some(Duration::from_secs(2)),
        }
    }

    fn judged(limit: u64) -> Option<Finding> {
        let account = account_with("groq", "limits = [{ requests = 30, per = \"1m\" }]");
        let limits = vec![signal(limit)];
        let seen = Seen { limits, ..seen() };
        judge(&patient(&account, asked(Verdict::Works, Some(seen))))
    }

    #[test]
    fn what_the_headers_say_is_held_against_what_is_configured() {
        let as_configured = judged(30).map(|finding| (finding.grade, finding.message));
        let (grade, message) = as_configured.unwrap_or((Grade::Problem, String::new()));
        assert_eq!(grade, Grade::Ok);
        assert!(message.contains("30 requests a minute"), "{message}");
        let lower = judged(10).map(|finding| (finding.grade, finding.next.is_some()));
        assert_eq!(lower, Some((Grade::Warning, true)));
        assert_eq!(judged(60).map(|finding| finding.grade), Some(Grade::Ok));
    }

    #[test]
    fn a_limit_of_nothing_is_a_problem() {
        let account = account_with("groq", "limits = [{ requests = 0, per = \"1m\" }]");
        let found = judge(&patient(&account, asked(Verdict::Works, Some(seen()))));
        let found = found.unwrap_or_else(|| Finding::ok("", ""));
        assert_eq!(found.grade, Grade::Problem);
        assert_eq!(found.message, "0 requests a minute lets nothing through");
        assert!(found.next.is_some_and(|next| next.contains("d8.toml")));
    }

    #[test]
    fn what_was_learnt_is_told() {
        let account = account_with("groq", "limits = [{ requests = 30, per = \"1m\" }]");
        let standing = super::super::standing::account(json!({"account": "groq", "limits": [{
            "dimension": "requests", "label": "10 requests a minute", "limit": 10, "configured": 30,
            "learnt": {"amount": 10, "at": 1.0, "evidence": "told"},
        }]}));
        let mut patient = patient(&account, asked(Verdict::Works, Some(seen())));
        patient.standing = Some(&standing);
        let found = judge(&patient);
        assert_eq!(found.as_ref().map(|finding| finding.grade), Some(Grade::Warning));
        assert!(found.is_some_and(|finding| finding.message.contains("30") && finding.message.contains("10")));
    }
}
