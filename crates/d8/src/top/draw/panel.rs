//! A list with its name, moved so that the chosen row shows.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::ink::{Ink, Text};
use crate::client::table::width;

/// A line of a list.
#[derive(Clone, Debug)]
pub(super) struct Row {
    line: Line<'static>,
    /// Which thing it is about; several lines may be about one.
    item: Option<usize>,
    /// It stays at the top.
    is_title: bool,
}

impl Row {
    pub(super) fn of(item: usize, line: Line<'static>) -> Self {
        Self {
            line,
            item: Some(item),
            is_title: false,
        }
    }

    pub(super) fn plain(line: Line<'static>) -> Self {
        Self {
            line,
            item: None,
            is_title: false,
        }
    }

    pub(super) fn title(line: Line<'static>) -> Self {
        Self {
            line,
            item: None,
            is_title: true,
        }
    }
}

/// What a panel shows.
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) rows: Vec<Row>,
    /// What is said where there is no row.
    pub(super) nothing: String,
    /// Which thing is chosen.
    pub(super) chosen: Option<usize>,
    /// Whether keys go here.
    pub(super) is_focus: bool,
}

impl Shown {
    /// How many lines it would like to have, its name included.
    pub(super) fn wish(&self) -> u16 {
        let lines = self.rows.len().max(1) + 1;
        u16::try_from(lines).unwrap_or(u16::MAX)
    }
}

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, shown: &Shown, ink: Ink) {
    if area.is_empty() {
        return;
    }
    let room = usize::from(area.width);
    let height = usize::from(area.height.saturating_sub(1));
    let (titles, rows): (Vec<&Row>, Vec<&Row>) = shown.rows.iter().partition(|row| row.is_title);
    let height = height.saturating_sub(titles.len());
    let from = offset(&rows, shown.chosen, height);
    let visible = &rows[from..rows.len().min(from + height)];
    let hidden = rows.len() - visible.len();
    let mut lines = vec![name(shown, hidden, room, ink)];
    lines.extend(titles.iter().map(|row| row.line.clone()));
    if rows.is_empty() {
        lines.push(
            Text::default()
                .with(format!("  {}", shown.nothing), ink.faint())
                .line(room),
        );
    }
    let mut is_first = true;
    for row in visible {
        let is_chosen = shown.is_focus && row.item.is_some() && row.item == shown.chosen;
        let line = row.line.clone();
        // Of several lines about one thing the first is enough.
        lines.push(if is_chosen && std::mem::take(&mut is_first) {
            marked(line, room, ink)
        } else {
            line
        });
    }
    lines.truncate(usize::from(area.height));
    frame.render_widget(Paragraph::new(lines), area);
}

/// To the end of the line.
fn marked(line: Line<'static>, room: usize, ink: Ink) -> Line<'static> {
    let mut line = line;
    let blanks = room.saturating_sub(line.width());
    line.push_span(" ".repeat(blanks));
    line.patch_style(ink.chosen())
}

/// "─ Accounts ─────────── 12 more ─".
fn name(shown: &Shown, hidden: usize, room: usize, ink: Ink) -> Line<'static> {
    let style = if shown.is_focus { ink.focus() } else { ink.faint() };
    let mark = if shown.is_focus { "▶" } else { "─" };
    let name = format!("{mark} {} ", shown.name);
    let more = match hidden {
        0 => String::new(),
        count => format!(
            " {} ─",
            crate::text!("top-more", count = crate::words::number(count as u64))
        ),
    };
    let rest = room.saturating_sub(width(&name) + width(&more));
    Text::default()
        .with(name, style)
        .with("─".repeat(rest), ink.faint())
        .with(more, ink.faint())
        .line(room)
}

/// The first line that shows, so that all lines of what is chosen do, or at least the first of them.
fn offset(rows: &[&Row], chosen: Option<usize>, height: usize) -> usize {
    let is_chosen = |row: &&Row| row.item.is_some() && row.item == chosen;
    let first = rows.iter().position(is_chosen).unwrap_or(0);
    let last = rows.iter().rposition(is_chosen).unwrap_or(0);
    (last + 1).saturating_sub(height).min(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_shows() {
        let rows: Vec<Row> = (0..10)
            .flat_map(|item| [item; 2])
            .map(|item| Row::of(item, Line::default()))
            .collect();
        let rows: Vec<&Row> = rows.iter().collect();
        let from = |chosen, height| offset(&rows, Some(chosen), height);
        assert_eq!([from(0, 6), from(2, 6), from(3, 6), from(9, 6)], [0, 0, 2, 14]);
        assert_eq!(from(4, 1), 8, "of two lines the first");
        assert_eq!(offset(&rows, None, 3), 0);
    }
}
