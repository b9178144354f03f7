//! Workers, queues and tasks as rows.

use std::collections::BTreeMap;

use ratatui::style::Style;

use super::ink::{Ink, Text};
use super::panel::Row;
use crate::cli::{task_note, task_tone, worker_busy, worker_tone};
use crate::client::moment;
use crate::client::objects::{Task, Worker};
use crate::client::table::{Cell, Table, Tone};
use crate::text;
use crate::top::state::{Panel, State};
use crate::words;

/// With less room columns stand closer together.
const NARROW: usize = 50;

pub(super) fn workers(state: &State, now: f64, room: usize, ink: Ink) -> Vec<Row> {
    let there = state.there(now);
    let titles = [
        text!("table-worker"),
        text!("table-type"),
        text!("table-status"),
        text!("table-busy"),
        text!("table-task"),
        text!("table-heard"),
    ];
    let mut table = Table::new(&titles, &[3]).gives(&[4]).names(&[0]).spare(&[1, 4, 5]);
    let names = state.items(Panel::Workers);
    let mut held: BTreeMap<&str, Vec<&Task>> = BTreeMap::new();
    for task in &state.tasks[0] {
        held.entry(task.assigned_to.as_deref().unwrap_or_default())
            .or_default()
            .push(task);
    }
    for worker in state.standing.fleet.iter().filter(|one| names.contains(&one.worker_id)) {
        let tasks = held.get(worker.worker_id.as_str()).map_or(&[][..], Vec::as_slice);
        let heard = worker.last_heartbeat.filter(|_| !worker.built_in);
        let heard = heard.map_or_else(
            || Cell::from(text!("top-built-in")),
            |then| Cell::from(moment::past(then, there)).or(words::span(moment::between(then, there))),
        );
        table.row(vec![
            name(worker).into(),
            worker.worker_type.as_deref().unwrap_or("-").into(),
            Cell::toned(worker.status.as_deref().unwrap_or("-"), worker_tone(worker)),
            worker_busy(worker).into(),
            does(tasks).into(),
            heard,
        ]);
    }
    of_table(&table, room, ink)
}

/// Which one it is; that it lives in the orchestrator is said elsewhere.
fn name(worker: &Worker) -> &str {
    let id = worker.worker_id.as_str();
    id.strip_prefix("builtin:").filter(|_| worker.built_in).unwrap_or(id)
}

/// "task_12 and 3 more".
fn does(tasks: &[&Task]) -> String {
    match tasks {
        [] => "-".to_owned(),
        [one] => one.task_id.clone(),
        [first, rest @ ..] => text!(
            "top-and-more",
            task = first.task_id.as_str(),
            count = words::number(rest.len() as u64)
        ),
    }
}

pub(super) fn tasks(state: &State, now: f64, room: usize, ink: Ink) -> Vec<Row> {
    let there = state.there(now);
    let titles = [
        text!("table-task"),
        text!("table-status"),
        text!("table-route"),
        text!("table-client"),
        text!("table-age"),
        text!("table-note"),
    ];
    let mut table = Table::new(&titles, &[])
        .usual(2, "default")
        .usual(3, "local")
        .gives(&[5])
        .keeps(5, 24)
        .names(&[0, 2])
        .spare(&[3, 2]);
    for task in state.shown_tasks() {
        let age = task
            .completed_at
            .or(task.created_at)
            .map(|then| moment::past(then, there));
        table.row(vec![
            task.task_id.as_str().into(),
            Cell::toned(&task.status, task_tone(&task.status)),
            task.route.as_deref().unwrap_or("-").into(),
            task.client.as_deref().unwrap_or("-").into(),
            age.as_deref().unwrap_or("-").into(),
            task_note(task, there).into(),
        ]);
    }
    of_table(&table, room, ink)
}

/// By route, then by reason.
pub(super) fn queue(state: &State, now: f64, room: usize, ink: Ink) -> Vec<Row> {
    let there = state.there(now);
    let mut rows = Vec::new();
    let plain = Style::new();
    let count = |count: u64| format!("{:>7}  ", words::number(count));
    for queue in &state.standing.routes {
        if !state.passes(&[&queue.route]) {
            continue;
        }
        let mut text = Text::default()
            .with(count(queue.pending), ink.focus())
            .with(text!("top-route", route = queue.route.as_str()), plain);
        if queue.paused {
            text = text.with(
                format!("  {}", text!("accounts-state-paused")),
                ink.tone(Tone::Attention),
            );
        }
        rows.push(Row::plain(text.line(room)));
    }
    for waiting in &state.standing.waits {
        let wait = &waiting.wait;
        let code = wait.code.as_deref().unwrap_or("-");
        let account = wait.account.as_deref().unwrap_or_default();
        if !state.passes(&[code, account]) {
            continue;
        }
        let mut text = Text::default()
            .with(count(waiting.count), plain)
            .with(code, ink.tone(reason_tone(code)));
        if !account.is_empty() {
            text = text.with(format!(" · {account}"), plain);
        }
        if let Some(until) = wait.until.filter(|until| *until > there) {
            text = text.with(format!(" · {}", moment::ahead(until, there)), ink.tone(Tone::Attention));
        }
        if let Some(message) = &wait.message {
            text = text.with(format!("  {message}"), ink.faint());
        }
        rows.push(Row::plain(text.line(room)));
    }
    rows
}

/// Whether somebody has to do something about it.
fn reason_tone(code: &str) -> Tone {
    match code {
        "bad_key" | "no_money" | "model_unavailable" | "no_target" | "no_worker" | "no_skill" => Tone::Bad,
        "paused" | "quota_refused" | "overloaded" => Tone::Attention,
        _ => Tone::Neutral,
    }
}

/// Titles, then rows that can be chosen; nothing where there is no row.
fn of_table(table: &Table, room: usize, ink: Ink) -> Vec<Row> {
    if table.is_empty() {
        return Vec::new();
    }
    let apart = if room < NARROW { 1 } else { 2 };
    let lines = table.padded(room, apart).into_iter().enumerate();
    lines
        .map(|(place, cells)| {
            let mut text = Text::default();
            for (index, (cell, tone)) in cells.into_iter().enumerate() {
                let gap = if index == 0 { String::new() } else { " ".repeat(apart) };
                let style = if place == 0 { ink.faint() } else { ink.tone(tone) };
                text = text.with(gap, Style::new()).with(cell, style);
            }
            let line = text.line(room);
            match place.checked_sub(1) {
                None => Row::title(line),
                Some(item) => Row::of(item, line),
            }
        })
        .collect()
}
