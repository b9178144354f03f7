//! Accounts: how each stands, and a gauge for each of its limits.

use super::ink::{Ink, Text, wrapped};
use super::panel::Row;
use crate::cli::{account_forecast, account_state, instant, limits};
use crate::client::objects::{Account, Limit};
use crate::client::table::{Tone, cut, width};
use crate::text;
use crate::top::state::{Panel, State};

/// The narrowest and the widest gauge.
const GAUGE: std::ops::RangeInclusive<usize> = 8..=24;
/// With less room everything is said in short.
const NARROW: usize = 56;

/// So wide are the columns of all limits.
struct Columns {
    label: usize,
    is_short: bool,
    gap: usize,
    gauge: usize,
    used: usize,
    room: usize,
}

pub(super) fn rows(state: &State, now: f64, room: usize, ink: Ink) -> Vec<Row> {
    let there = state.there(now);
    let names = state.items(Panel::Accounts);
    let accounts = || {
        state
            .standing
            .accounts
            .iter()
            .filter(|one| names.contains(&one.account))
    };
    let columns = columns(accounts(), there, room);
    let longest = names.iter().map(|name| width(name)).max().unwrap_or(0).min(room / 2);
    let mut rows = Vec::new();
    for (item, account) in accounts().enumerate() {
        let row = |text: Text| Row::of(item, text.line(room));
        rows.push(row(head(state, account, there, longest, ink)));
        for limit in told(account, there) {
            let alike = told(account, there).filter(|other| limits::label(other) == limits::label(limit));
            let notes = notes(limit, alike.count() > 1, there);
            let gauge = limit_line(limit, there, &columns, ink);
            let with = |notes: &[String]| format!("  {}", notes.join(" · "));
            let all: Vec<String> = notes.iter().cloned().chain(limits::in_flight(limit)).collect();
            let left = room.saturating_sub(gauge.width());
            // What is in flight is worth no line of its own.
            let fits = |notes: &&Vec<String>| notes.is_empty() || width(&with(notes)) <= left;
            match [&all, &notes].into_iter().find(fits) {
                Some(notes) if notes.is_empty() => rows.push(row(gauge)),
                Some(notes) => rows.push(row(gauge.with(with(notes), ink.faint()))),
                None => {
                    rows.push(row(gauge));
                    let lines = wrapped(&notes.join(" · "), room.saturating_sub(4), 2).into_iter();
                    rows.extend(lines.map(|line| row(Text::default().with(format!("    {line}"), ink.faint()))));
                }
            }
        }
        let untouched = account
            .limits
            .iter()
            .filter(|limit| !limits::is_telling(limit, account, there));
        let untouched = untouched.count() as u64;
        if untouched > 0 {
            let line = format!("  {}", text!("top-untouched", count = untouched));
            rows.push(row(Text::default().with(line, ink.faint())));
        }
        if let Some(diagnosis) = &account.diagnosis {
            let lines = wrapped(diagnosis, room.saturating_sub(4), 3);
            let lines = lines.into_iter();
            rows.extend(lines.map(|line| row(Text::default().with(format!("  ! {line}"), ink.tone(Tone::Attention)))));
        }
    }
    rows
}

/// The limits that say something: those of models that nobody uses do not, and calls at the same time only where they may
/// become scarce.
fn told(account: &Account, there: f64) -> impl Iterator<Item = &Limit> {
    let is_scarce = |limit: &&Limit| limit.dimension.as_deref() != Some("concurrency") || fullness(limit) >= 0.5;
    let is_telling = move |limit: &&Limit| limits::is_telling(limit, account, there);
    account.limits.iter().filter(is_scarce).filter(is_telling)
}

/// "groq-main  ready  2 at work  runs out at 16:40, next start 16:52".
fn head(state: &State, account: &Account, there: f64, longest: usize, ink: Ink) -> Text {
    let stands = account_state(account, there);
    let name = cut(&account.account, longest);
    let blanks = " ".repeat(longest.saturating_sub(width(&name)));
    let mut text = Text::default()
        .with(format!("{name}{blanks}  "), ink.focus())
        .with(stands.text(), ink.tone(stands.tone()));
    if let Some(at_work) = account.in_flight.filter(|count| *count > 0) {
        text = text.with(
            text!("top-at-work", count = crate::words::number(at_work)),
            ink.tone(Tone::Neutral),
        );
    }
    let expected = Account {
        forecast: state.forecasts.get(&account.account).copied(),
        ..Account::default()
    };
    match account_forecast(&expected, instant(there)) {
        Some(told) => text.with(format!("  {told}"), ink.faint()),
        None => text,
    }
}

/// What else is to be said of a limit: which models, where others of the account look alike; what others spend; what it
/// really holds.
fn notes(limit: &Limit, has_twin: bool, there: f64) -> Vec<String> {
    let models = has_twin.then(|| limits::models(limit.models.as_ref()));
    let real = limits::real(limit, there);
    let real = Some(real.text().to_owned()).filter(|real| real != "-");
    models.into_iter().chain(limits::by_others(limit)).chain(real).collect()
}

fn columns<'a>(accounts: impl Iterator<Item = &'a Account>, there: f64, room: usize) -> Columns {
    let (mut long, mut short, mut used, mut free) = (0, 0, 0, 0);
    for limit in accounts.flat_map(|account| told(account, there)) {
        long = long.max(width(&limits::label(limit)));
        short = short.max(width(&limits::short_label(limit)));
        used = used.max(width(&share(limit)));
        free = free.max(width(limits::room(limit, there).text()));
    }
    let gap = if room < NARROW { 1 } else { 2 };
    let rest = room.saturating_sub(2 + used + free + 3 * gap);
    let least = if room < NARROW {
        *GAUGE.start() / 2
    } else {
        *GAUGE.start()
    };
    let is_short = long + least > rest;
    let label = if is_short { short } else { long };
    let gauge = rest.saturating_sub(label).clamp(least, *GAUGE.end());
    Columns {
        label: label.min(rest.saturating_sub(gauge)).max(4),
        is_short,
        gap,
        gauge,
        used,
        room: free,
    }
}

fn share(limit: &Limit) -> String {
    let total = limit.limit.map_or_else(|| "?".to_owned(), limits::amount);
    format!("{}/{total}", limits::amount(limit.used.unwrap_or(0.0)))
}

fn limit_line(limit: &Limit, there: f64, columns: &Columns, ink: Ink) -> Text {
    let label = if columns.is_short {
        limits::short_label(limit)
    } else {
        limits::label(limit)
    };
    let label = cut(&label, columns.label);
    let blanks = |count: usize| " ".repeat(count);
    let [ours, others, left] = gauge(limit, columns.gauge);
    let free = limits::room(limit, there);
    let tone = match fullness(limit) {
        _ if free.tone() == Tone::Bad => Tone::Bad,
        full if full >= 1.0 => Tone::Bad,
        full if full >= 0.7 => Tone::Attention,
        _ => Tone::Good,
    };
    let share = share(limit);
    let before = blanks(columns.gap + columns.used.saturating_sub(width(&share)));
    let after = blanks(columns.room.saturating_sub(width(free.text())));
    let plain = ink.tone(Tone::Neutral);
    Text::default()
        .with(
            format!(
                "  {label}{}",
                blanks(columns.gap + columns.label.saturating_sub(width(&label)))
            ),
            plain,
        )
        .with(ours, ink.tone(tone))
        .with(others, ink.tone(tone))
        .with(left, ink.faint())
        .with(format!("{before}{share}{}", blanks(columns.gap)), plain)
        .with(format!("{}{after}", free.text()), ink.tone(free.tone()))
}

fn fullness(limit: &Limit) -> f64 {
    match limit.limit {
        Some(total) if total > 0.0 => limit.used.unwrap_or(0.0) / total,
        _ => 1.0,
    }
}

/// Ours, others', free: `████▓▓░░░░`. Something is never shown as nothing, and what is not full never as full.
fn gauge(limit: &Limit, columns: usize) -> [String; 3] {
    let total = limit.limit.filter(|total| *total > 0.0).unwrap_or(1.0);
    let used = limit.used.unwrap_or(0.0).clamp(0.0, total);
    let others = limit.used_by_others.unwrap_or(0.0).clamp(0.0, used);
    let cells = |amount: f64| (amount / total * columns as f64).round() as usize;
    let filled = match cells(used) {
        0 if used > 0.0 => 1,
        filled if filled >= columns && used < total => columns - 1,
        filled => filled.min(columns),
    };
    let theirs = cells(others).max(usize::from(others > 0.0)).min(filled);
    [
        "█".repeat(filled - theirs),
        "▓".repeat(theirs),
        "░".repeat(columns - filled),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gauge_is_full_only_when_nothing_is_left() {
        let drawn = |used, others, limit| {
            let limit = Limit {
                used: Some(used),
                used_by_others: Some(others),
                limit: Some(limit),
                ..Limit::default()
            };
            gauge(&limit, 10).concat()
        };
        assert_eq!(drawn(0.0, 0.0, 30.0), "░░░░░░░░░░");
        assert_eq!(drawn(1.0, 0.0, 14_400.0), "█░░░░░░░░░", "a little is something");
        assert_eq!(drawn(15.0, 6.0, 30.0), "███▓▓░░░░░");
        assert_eq!(drawn(14_399.0, 0.0, 14_400.0), "█████████░", "nearly is not full");
        assert_eq!(drawn(30.0, 30.0, 30.0), "▓▓▓▓▓▓▓▓▓▓");
        assert_eq!(drawn(40.0, 0.0, 30.0), "██████████");
        assert_eq!(drawn(0.0, 0.0, 0.0), "░░░░░░░░░░", "a limit of nothing divides nothing");
    }
}
