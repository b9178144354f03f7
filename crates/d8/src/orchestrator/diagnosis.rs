//! Why an account takes nothing for long: which limit is spent, by whom, until when, and who takes over.

use std::time::Duration;

use d8_core::LimitView;
use d8_core::change::{ParkReason, Parked};
use d8_core::id::LimitId;
use d8_core::limit::Dimension;
use d8_core::time::Timestamp;

use super::event::Status;
use super::{AccountEntry, Entries, LimitWords};
use crate::{text, words};

/// What comes back within the hour needs no explanation.
const LONG: Duration = Duration::from_secs(3_600);

/// The account's limit that is spent for the longest, in a sentence; none where all have room, or soon.
pub fn of_account(entry: &AccountEntry, status: &Status, entries: &Entries) -> Option<String> {
    let own = status.limits.iter().filter(|(id, view)| {
        let words = entries.plan.limits.get(id);
        words.is_some_and(|words| words.account == entry.name && is_spent(words, view))
    });
    let (id, _) = own.max_by_key(|(_, view)| until(view))?;
    of_limit(*id, status, entries)
}

/// A limit that is spent for long, in a sentence; with who takes over, where somebody does.
pub fn of_limit(id: LimitId, status: &Status, entries: &Entries) -> Option<String> {
    let words = entries.plan.limits.get(&id)?;
    let instead = entries.plan.accounts.iter().find(|other| {
        other.name != words.account
            && shares_route(entries, &words.account, &other.name)
            && is_ready(other, status, entries)
    });
    sentence(id, status, entries, instead)
}

/// The same for a task that waits for it: whoever could take that over would have.
pub fn of_waited_for(id: LimitId, status: &Status, entries: &Entries) -> Option<String> {
    sentence(id, status, entries, None)
}

fn sentence(id: LimitId, status: &Status, entries: &Entries, instead: Option<&AccountEntry>) -> Option<String> {
    let words = entries.plan.limits.get(&id)?;
    let (_, view) = status.limits.iter().find(|(known, _)| *known == id)?;
    if !is_spent(words, view) {
        return None;
    }
    let account = entries.config.account(&words.account);
    let until = until(view).filter(|until| *until < Timestamp::MAX);
    Some(words::spent(&words::Spent {
        account: &words.account,
        free_tier: account.is_some_and(|account| account.free || account.tier.starts_with("free")),
        period: &words.period,
        amount: amount(view),
        configured: (view.spec.amount != view.amount && view.spec.amount < u64::MAX).then_some(view.spec.amount),
        used: view.used,
        by_others: view.used_by_others,
        until: until.map(|until| words::clock(until, status.now)),
        resets: words.resets.as_deref(),
        instead: instead.map(|other| other.name.as_str()),
    }))
}

fn is_spent(words: &LimitWords, view: &LimitView) -> bool {
    let refused = view.parked.is_some_and(|(_, why)| why == ParkReason::QuotaRefused);
    words.nominal >= LONG && (view.used >= view.amount || refused)
}

/// When there is room again, as far as is known.
fn until(view: &LimitView) -> Option<Timestamp> {
    let free = match view.free {
        d8_core::Free::At(at) => Some(at),
        d8_core::Free::AfterAnswer => view.resets,
    };
    free.max(view.parked.map(|(until, _)| until))
}

fn amount(view: &LimitView) -> String {
    match view.spec.dimension {
        Dimension::Requests => text!("amount-requests", amount = view.amount),
        Dimension::Tokens => text!("amount-tokens", amount = view.amount),
        Dimension::InputTokens => text!("amount-input-tokens", amount = view.amount),
        Dimension::OutputTokens => text!("amount-output-tokens", amount = view.amount),
        Dimension::Concurrency => text!("limit-concurrency", amount = view.amount),
        Dimension::Cost => format!("${:.2}", view.amount as f64 / 1e12),
    }
}

/// Whether a task that goes to one may go to the other.
fn shares_route(entries: &Entries, one: &str, other: &str) -> bool {
    let names = |route: &crate::config::Route, name: &str| route.targets().any(|target| target.account == name);
    let routes = &entries.config.routes;
    routes.iter().any(|route| names(route, one) && names(route, other))
}

fn is_ready(entry: &AccountEntry, status: &Status, entries: &Entries) -> bool {
    let parked = status
        .parked
        .iter()
        .any(|(what, ..)| *what == Parked::Account(entry.id));
    let staffed = status
        .fleet
        .iter()
        .any(|(member, _)| member.online && member.enlisted.account == entry.id);
    let spent = status.limits.iter().any(|(id, view)| {
        let words = entries.plan.limits.get(id);
        words.is_some_and(|words| words.account == entry.name && is_spent(words, view))
    });
    staffed && !parked && !spent && !status.paused_accounts.contains(&entry.name)
}
