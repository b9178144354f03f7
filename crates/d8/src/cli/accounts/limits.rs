//! The limits of accounts as rows: what is used of each, by whom, and when there is room again.

use serde_json::Value;

use crate::client::moment;
use crate::client::objects::{Account, Limit};
use crate::client::table::{Cell, Table, Tone};
use crate::words;

/// A row for each limit.
pub(in crate::cli) fn table(accounts: &[Account], now: f64) -> Table {
    let titles = ["ACCOUNT", "LIMIT", "MODELS", "USED", "REAL", "ROOM"];
    let mut table = Table::new(&titles, &[3]).usual(2, "all").usual(4, "-");
    for account in accounts {
        for limit in &account.limits {
            table.row(vec![
                account.account.as_str().into(),
                label(limit).into(),
                models(limit.models.as_ref()).into(),
                used(limit).into(),
                real(limit, now).into(),
                room(limit, now),
            ]);
        }
    }
    table
}

/// "30 requests a minute".
fn label(limit: &Limit) -> String {
    let plain = || {
        let dimension = limit.dimension.as_deref().unwrap_or("limit");
        let amount = limit.limit.map_or_else(|| "?".to_owned(), amount);
        let period = limit
            .per
            .as_deref()
            .map_or_else(String::new, |per| format!(" per {per}"));
        format!("{amount} {dimension}{period}")
    };
    limit.label.clone().unwrap_or_else(plain)
}

fn models(models: Option<&Value>) -> String {
    match models {
        Some(Value::Array(list)) => {
            let names: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            names.join(", ")
        }
        Some(Value::String(pattern)) if pattern != "*" => pattern.clone(),
        _ => "all".to_owned(),
    }
}

/// "12/30", and what of it is not settled or not ours.
fn used(limit: &Limit) -> String {
    let total = limit.limit.map_or_else(|| "?".to_owned(), amount);
    let mut text = format!("{}/{total}", amount(limit.used.unwrap_or(0.0)));
    let mut notes = Vec::new();
    if let Some(reserved) = limit.reserved.filter(|reserved| *reserved > 0.0) {
        notes.push(format!("+{} in flight", amount(reserved)));
    }
    if let Some(others) = limit.used_by_others.filter(|others| *others > 0.0) {
        notes.push(format!("{} by others", amount(others)));
    }
    if !notes.is_empty() {
        text = format!("{text} ({})", notes.join(", "));
    }
    text
}

/// "configured 15, real 10 (the provider said so, 3 h 05 m ago)".
fn real(limit: &Limit, now: f64) -> String {
    let (Some(learnt), Some(holds)) = (&limit.learnt, limit.limit) else {
        return "-".to_owned();
    };
    let written = match limit.configured {
        Some(configured) if configured == holds => return "-".to_owned(),
        Some(configured) => format!("configured {}, real {}", amount(configured), amount(holds)),
        None => format!("found: {}", amount(holds)),
    };
    let how = match learnt.evidence.as_deref() {
        Some("counted") => "counted",
        _ => "the provider said so",
    };
    let when = learnt
        .at
        .map_or_else(String::new, |at| format!(", {}", moment::past(at, now)));
    format!("{written} ({how}{when})")
}

fn room(limit: &Limit, now: f64) -> Cell {
    let until = |then: Option<f64>| then.filter(|then| *then > now);
    if let Some(then) = until(limit.parked_until) {
        return Cell::toned(format!("parked, again {}", moment::ahead(then, now)), Tone::Bad);
    }
    if let Some(then) = until(limit.free_at) {
        return Cell::toned(moment::ahead(then, now), Tone::Attention);
    }
    let taken = limit.used.unwrap_or(0.0) + limit.reserved.unwrap_or(0.0);
    match limit.limit {
        Some(total) if taken >= total => Cell::toned("after an answer", Tone::Attention),
        _ => Cell::toned("now", Tone::Good),
    }
}

/// Whole numbers with their thousands apart; money keeps its cents.
fn amount(value: f64) -> String {
    if value.fract() == 0.0 && value >= 0.0 {
        words::number(value as u64)
    } else {
        format!("{value:.2}")
    }
}
