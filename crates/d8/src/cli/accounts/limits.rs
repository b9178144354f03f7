//! The limits of accounts as rows: what is used of each, by whom, and when there is room again.

use serde_json::Value;

use crate::client::moment;
use crate::client::objects::{Account, Limit};
use crate::client::table::{Cell, Table, Tone};
use crate::{text, words};

/// A row for each limit.
pub(crate) fn table(accounts: &[Account], now: f64) -> Table {
    let titles = [
        text!("table-account"),
        text!("table-limit"),
        text!("table-models"),
        text!("table-used"),
        text!("table-real"),
        text!("table-room"),
    ];
    let mut table = Table::new(&titles, &[3])
        .usual(2, text!("limits-all-models"))
        .usual(4, "-")
        .gives(&[2, 3, 4])
        .names(&[0])
        .spare(&[2, 4]);
    for account in accounts {
        for limit in &account.limits {
            table.row(vec![
                account.account.as_str().into(),
                Cell::from(label(limit)).or(short_label(limit)),
                models(limit.models.as_ref()).into(),
                used(limit),
                real(limit, now),
                room(limit, now),
            ]);
        }
    }
    table
}

/// The same accounts with the limits that say something, and how many others there are: an account has a set of limits for
/// each of its models, most of which nobody uses. Those of its default model stay, so that one sees what there is.
pub(crate) fn telling(accounts: &[Account], now: f64) -> (Vec<Account>, u64) {
    let mut untouched = 0;
    let telling = accounts.iter().map(|account| {
        let limits = account.limits.iter().filter(|limit| is_telling(limit, account, now));
        let limits: Vec<Limit> = limits.cloned().collect();
        untouched += (account.limits.len() - limits.len()) as u64;
        Account {
            limits,
            ..account.clone()
        }
    });
    (telling.collect(), untouched)
}

/// Whether a limit of an account is in use, or one of its default model.
pub(crate) fn is_telling(limit: &Limit, account: &Account, now: f64) -> bool {
    is_touched(limit, now) || covers(limit.models.as_ref(), account.models.first().map(String::as_str))
}

/// Something of it is used, or it is not as it was configured, or it is closed.
fn is_touched(limit: &Limit, now: f64) -> bool {
    let is_some = |amount: Option<f64>| amount.is_some_and(|amount| amount > 0.0);
    let is_ahead = |then: Option<f64>| then.is_some_and(|then| then > now);
    is_some(limit.used)
        || is_some(limit.reserved)
        || is_some(limit.used_by_others)
        || limit.learnt.is_some()
        || is_ahead(limit.free_at)
        || is_ahead(limit.parked_until)
}

/// Whether a model is among those of a limit. Where it is not known which those are it may be.
fn covers(models: Option<&Value>, model: Option<&str>) -> bool {
    match (models, model) {
        (Some(Value::Array(list)), Some(model)) => list.iter().any(|known| known.as_str() == Some(model)),
        _ => true,
    }
}

/// "30 requests a minute".
pub(crate) fn label(limit: &Limit) -> String {
    let plain = || {
        let dimension = limit.dimension.as_deref().unwrap_or("?");
        let amount = limit.limit.map_or_else(|| "?".to_owned(), amount);
        match limit.per.as_deref() {
            Some(per) => text!("limits-label-per", amount = amount, dimension = dimension, per = per),
            None => format!("{amount} {dimension}"),
        }
    };
    limit.label.clone().unwrap_or_else(plain)
}

/// "30 requests/1m", where there is little room.
pub(crate) fn short_label(limit: &Limit) -> String {
    match (limit.limit, limit.dimension.as_deref(), limit.per.as_deref()) {
        (Some(holds), Some(dimension), Some(per)) => format!("{} {}/{per}", amount(holds), dimension.replace('_', " ")),
        _ => label(limit),
    }
}

pub(crate) fn models(models: Option<&Value>) -> String {
    match models {
        Some(Value::Array(list)) => {
            let names: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            names.join(", ")
        }
        Some(Value::String(pattern)) if pattern != "*" => pattern.clone(),
        _ => text!("limits-all-models"),
    }
}

/// "12/30", and what of it is not settled or not ours.
fn used(limit: &Limit) -> Cell {
    let total = limit.limit.map_or_else(|| "?".to_owned(), amount);
    let short = format!("{}/{total}", amount(limit.used.unwrap_or(0.0)));
    let notes: Vec<String> = in_flight(limit).into_iter().chain(by_others(limit)).collect();
    if notes.is_empty() {
        return short.into();
    }
    Cell::from(format!("{short} ({})", notes.join(", "))).or(short)
}

/// What of it is not settled.
pub(crate) fn in_flight(limit: &Limit) -> Option<String> {
    let reserved = limit.reserved.filter(|reserved| *reserved > 0.0)?;
    Some(text!("limits-in-flight", amount = amount(reserved)))
}

/// What of it is not ours.
pub(crate) fn by_others(limit: &Limit) -> Option<String> {
    let others = limit.used_by_others.filter(|others| *others > 0.0)?;
    Some(text!("limits-by-others", amount = amount(others)))
}

/// "configured 15, real 10 (the provider said so, 3 h 05 m ago)"; "-" where it holds what was configured.
pub(crate) fn real(limit: &Limit, now: f64) -> Cell {
    let (Some(learnt), Some(holds)) = (&limit.learnt, limit.limit) else {
        return "-".into();
    };
    let (written, short) = match limit.configured {
        Some(configured) if configured == holds => return "-".into(),
        Some(configured) => (
            text!("limits-real", configured = amount(configured), holds = amount(holds)),
            text!("limits-real-short", holds = amount(holds)),
        ),
        None => (
            text!("limits-found", holds = amount(holds)),
            text!("limits-real-short", holds = amount(holds)),
        ),
    };
    let how = match learnt.evidence.as_deref() {
        Some("counted") => text!("limits-counted"),
        _ => text!("limits-told"),
    };
    let when = learnt
        .at
        .map_or_else(String::new, |at| format!(", {}", moment::past(at, now)));
    Cell::from(format!("{written} ({how}{when})")).or(short)
}

/// When one request more fits.
pub(crate) fn room(limit: &Limit, now: f64) -> Cell {
    let until = |then: Option<f64>| then.filter(|then| *then > now);
    if let Some(then) = until(limit.parked_until) {
        let when = moment::ahead(then, now);
        return Cell::toned(text!("limits-parked", when = when.as_str()), Tone::Bad).or(when);
    }
    if let Some(then) = until(limit.free_at) {
        return Cell::toned(moment::ahead(then, now), Tone::Attention);
    }
    // What is reserved is in it.
    let taken = limit.used.unwrap_or(0.0);
    match limit.limit {
        Some(total) if taken >= total => Cell::toned(text!("limits-after-an-answer"), Tone::Attention),
        _ => Cell::toned(text!("moment-now"), Tone::Good),
    }
}

/// Whole numbers with their thousands apart; money keeps its cents.
pub(crate) fn amount(value: f64) -> String {
    if value.fract() == 0.0 && value >= 0.0 {
        words::number(value as u64)
    } else {
        format!("{value:.2}")
    }
}
