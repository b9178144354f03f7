//! The picture: a pure function of what is known, the time and the size of the window.
//!
//! Wide: accounts on the left, workers and the queue on the right, tasks below. Narrower: one below the other. Where there is
//! no room for that, the panel that keys go to, alone.

mod accounts;
mod edges;
mod ink;
mod lists;
mod panel;

use ratatui::Frame;
use ratatui::layout::Rect;

pub(super) use ink::Ink;
use panel::{Row, Shown};

use super::state::{Mode, Panel, State};
use crate::text;

/// From here on two panels stand beside each other in the upper part.
const WIDE: u16 = 110;
/// With less there is one panel at a time.
const NARROW: u16 = 56;
const LOW: u16 = 17;
/// Between panels that stand beside each other.
const GAP: u16 = 2;

/// Draws everything; `now` is our time in seconds since 1970.
pub(super) fn draw(frame: &mut Frame<'_>, state: &State, now: f64, ink: Ink) {
    let area = frame.area();
    if area.height < 3 || area.width < 12 {
        return;
    }
    let most = if area.height < LOW { 2 } else { 3 };
    let head = edges::head(state, now, usize::from(area.width), most, ink);
    let (above, rest) = split(area, u16::try_from(head.len()).unwrap_or(1));
    let (middle, below) = split(rest, rest.height.saturating_sub(1));
    frame.render_widget(ratatui::widgets::Paragraph::new(head), above);
    panels(frame, middle, state, now, ink);
    frame.render_widget(edges::foot(state, usize::from(area.width), ink), below);
    if state.mode == Mode::Help {
        edges::help(frame, area, ink);
    }
}

fn panels(frame: &mut Frame<'_>, area: Rect, state: &State, now: f64, ink: Ink) {
    let shown = |panel, width: u16| shown(panel, state, now, usize::from(width), ink);
    if area.width < NARROW || area.height < LOW - 4 {
        return panel::draw(frame, area, &shown(state.panel, area.width), ink);
    }
    if area.width >= WIDE {
        let left = area.width * 3 / 5;
        let right = area.width - left - GAP;
        let accounts = shown(Panel::Accounts, left);
        let (workers, queue) = (shown(Panel::Workers, right), shown(Panel::Queue, right));
        let tasks = shown(Panel::Tasks, area.width);
        let upper = accounts.wish().max(workers.wish() + queue.wish());
        let lower = tasks.wish().clamp(4, (area.height / 3).max(4));
        let (above, below) = split(area, upper.min(area.height - lower));
        let (at_left, rest) = beside(above, left);
        let of_workers = workers
            .wish()
            .min(rest.height.saturating_sub(queue.wish().min(rest.height / 2)));
        let (first, second) = split(rest, of_workers);
        for (area, shown) in [(at_left, accounts), (first, workers), (second, queue), (below, tasks)] {
            panel::draw(frame, area, &shown, ink);
        }
        return;
    }
    let half = (area.width - GAP) / 2;
    let accounts = shown(Panel::Accounts, area.width);
    let (workers, queue) = (
        shown(Panel::Workers, half),
        shown(Panel::Queue, area.width - half - GAP),
    );
    let tasks = shown(Panel::Tasks, area.width);
    let lower = tasks.wish().clamp(4, (area.height * 3 / 10).max(4));
    let middle = workers.wish().max(queue.wish());
    let room = area.height - lower;
    let upper = accounts.wish().min(room - middle.min((room * 2 / 5).max(4)));
    let (above, rest) = split(area, upper);
    let (between, below) = split(rest, middle.min(rest.height - lower));
    let (at_left, at_right) = beside(between, half);
    for (area, shown) in [(above, accounts), (at_left, workers), (at_right, queue), (below, tasks)] {
        panel::draw(frame, area, &shown, ink);
    }
}

fn shown(panel: Panel, state: &State, now: f64, room: usize, ink: Ink) -> Shown {
    let rows: Vec<Row> = match panel {
        Panel::Accounts => accounts::rows(state, now, room, ink),
        Panel::Workers => lists::workers(state, now, room, ink),
        Panel::Queue => lists::queue(state, now, room, ink),
        Panel::Tasks => lists::tasks(state, now, room, ink),
    };
    let nothing = match panel {
        _ if !state.filter.is_empty() => text!("top-nothing-passes", filter = state.filter.as_str()),
        Panel::Accounts => text!("top-no-accounts"),
        Panel::Workers => text!("top-no-workers"),
        Panel::Queue => text!("top-no-queue"),
        Panel::Tasks => text!("top-no-tasks"),
    };
    let items = state.items(panel);
    let chosen = state.chosen(panel);
    Shown {
        name: edges::panel_name(panel),
        rows,
        nothing,
        chosen: chosen.and_then(|name| items.iter().position(|item| *item == name)),
        is_focus: state.panel == panel,
    }
}

/// Above and below.
fn split(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    let above = Rect { height, ..area };
    let below = Rect {
        y: area.y + height,
        height: area.height - height,
        ..area
    };
    (above, below)
}

/// Left and right, with a gap between them.
fn beside(area: Rect, width: u16) -> (Rect, Rect) {
    let left = Rect { width, ..area };
    let right = Rect {
        x: area.x + width + GAP,
        width: area.width.saturating_sub(width + GAP),
        ..area
    };
    (left, right)
}

#[cfg(test)]
mod tests;
