//! What stands above and below the panels: counts, pace and connection; keys, questions and messages.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

use super::ink::{Ink, Text};
use crate::cli::instant;
use crate::client::objects::Happened;
use crate::client::table::{Tone, width};
use crate::text;
use crate::top::state::{Link, Mode, Panel, State};
use crate::words::{self, number};

pub(super) fn panel_name(panel: Panel) -> String {
    match panel {
        Panel::Accounts => text!("top-accounts"),
        Panel::Workers => text!("top-workers"),
        Panel::Queue => text!("top-queue"),
        Panel::Tasks => text!("top-tasks"),
    }
}

/// Counts and pace, on as many lines as they need, and no more than that.
pub(super) fn head(state: &State, now: f64, room: usize, most: usize, ink: Ink) -> Vec<Line<'static>> {
    let mut lines = vec![Text::default()];
    for (text, style) in facts(state, now, ink) {
        let Some(last) = lines.last_mut() else { break };
        let apart = if last.width() == 0 { "" } else { " · " };
        if last.width() + width(apart) + width(&text) <= room || last.width() == 0 {
            *last = std::mem::take(last).with(apart, ink.faint()).with(text, style);
        } else if lines.len() < most {
            lines.push(Text::default().with(text, style));
        } else {
            break;
        }
    }
    lines.into_iter().map(|line| line.line(room)).collect()
}

fn facts(state: &State, now: f64, ink: Ink) -> Vec<(String, Style)> {
    let tone = |tone| ink.tone(tone);
    let mut facts = vec![("d8 top".to_owned(), ink.focus())];
    match &state.link {
        Link::Opening => facts.push((
            text!("top-opening", url = state.address.as_str()),
            tone(Tone::Attention),
        )),
        Link::Open => {}
        Link::Lost(_, since) => {
            let ago = words::span(crate::client::moment::between(*since, now));
            facts.push((text!("top-lost", ago = ago), tone(Tone::Bad)));
        }
    }
    let (tasks, workers) = (&state.standing.tasks, &state.standing.workers);
    let (neutral, some_failed) = (
        tone(Tone::Neutral),
        tone(if tasks.failed > 0 { Tone::Bad } else { Tone::Neutral }),
    );
    facts.push((text!("top-pending", count = number(tasks.pending)), neutral));
    facts.push((text!("top-assigned", count = number(tasks.assigned)), neutral));
    facts.push((text!("top-completed", count = tasks.completed), tone(Tone::Good)));
    facts.push((text!("top-failed", count = tasks.failed), some_failed));
    if tasks.cancelled > 0 {
        facts.push((text!("top-cancelled", count = tasks.cancelled), neutral));
    }
    facts.push((
        text!("top-online", online = number(workers.online), busy = workers.busy),
        neutral,
    ));
    let Some(pace) = state.standing.pace else { return facts };
    let (minute, five) = (pace.minute, pace.five_minutes);
    let tokens = |happened: Happened| number(happened.input_tokens + happened.output_tokens);
    let refused = if minute.refused > 0 {
        Tone::Attention
    } else {
        Tone::Neutral
    };
    facts.extend([
        (
            text!(
                "top-pace-answers",
                minute = minute.completed,
                five = number(five.completed)
            ),
            neutral,
        ),
        (
            text!("top-pace-tokens", minute = tokens(minute), five = tokens(five)),
            neutral,
        ),
        (
            text!(
                "top-pace-refused",
                minute = number(minute.refused),
                five = number(five.refused)
            ),
            tone(refused),
        ),
    ]);
    if let Some(at) = state
        .forecast
        .all_done_at
        .filter(|_| tasks.pending + tasks.assigned > 0)
    {
        let when = words::clock(instant(at), instant(state.there(now)));
        facts.push((text!("stats-all-done", when = when), neutral));
    }
    facts
}

/// A question, what is typed, a message, or the keys.
pub(super) fn foot(state: &State, room: usize, ink: Ink) -> Line<'static> {
    let why_lost = match &state.link {
        Link::Lost(why, _) => Some(why.as_str()),
        Link::Opening | Link::Open => None,
    };
    let text = match (&state.mode, &state.message) {
        (Mode::Cancel(task), _) => Text::default().with(
            text!("top-cancel-really", task = task.as_str()),
            ink.tone(Tone::Attention),
        ),
        (Mode::Filter, _) => Text::default()
            .with(text!("top-filter", filter = state.filter.as_str()), ink.focus())
            .with("▏", ink.focus()),
        (_, None) if why_lost.is_some() => Text::default().with(why_lost.unwrap_or_default(), ink.tone(Tone::Bad)),
        (_, Some((message, tone, _))) => Text::default().with(message.as_str(), ink.tone(*tone)),
        _ if !state.filter.is_empty() => {
            Text::default().with(text!("top-filtered", filter = state.filter.as_str()), ink.focus())
        }
        _ => Text::default().with(keys(state.panel, room), ink.faint()),
    };
    text.line(room)
}

/// What can be done here, as much of it as there is room for; help and the way out always.
fn keys(panel: Panel, room: usize) -> String {
    let last = text!("top-keys-always");
    let own = match panel {
        Panel::Accounts => text!("top-keys-accounts"),
        Panel::Tasks => text!("top-keys-tasks"),
        Panel::Workers | Panel::Queue => String::new(),
    };
    let mut shown = String::new();
    for part in [
        own,
        text!("top-keys-panel"),
        text!("top-keys-move"),
        text!("top-keys-filter"),
    ] {
        if !part.is_empty() && width(&shown) + width(&part) + 2 + width(&last) <= room {
            shown = format!("{shown}{part}  ");
        }
    }
    shown + &last
}

/// All keys, over everything else.
pub(super) fn help(frame: &mut Frame<'_>, area: Rect, ink: Ink) {
    let text = text!("top-help");
    let lines: Vec<&str> = text.lines().collect();
    let widest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    let wish = |wish: usize, most: u16| u16::try_from(wish).unwrap_or(most).min(most);
    let (columns, rows) = (wish(widest + 4, area.width), wish(lines.len() + 2, area.height));
    let popup = Rect {
        x: area.x + (area.width - columns) / 2,
        y: area.y + (area.height - rows) / 2,
        width: columns,
        height: rows,
    };
    let room = usize::from(columns.saturating_sub(4));
    let shown = lines
        .into_iter()
        .map(|line| Text::default().with(format!(" {line}"), Style::new()).line(room + 1));
    let block = Block::bordered()
        .title(text!("top-help-title"))
        .border_style(ink.focus());
    frame.render_widget(Clear, popup);
    frame.render_widget(Paragraph::new(shown.collect::<Vec<_>>()).block(block), popup);
}
