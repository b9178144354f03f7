//! How texts look: by colour where it is wanted, by weight alone where it is not.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use crate::client::table::{Tone, cut, width};

/// Whether there is colour.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(in crate::top) struct Ink {
    pub(in crate::top) color: bool,
}

impl Ink {
    pub(super) fn tone(self, tone: Tone) -> Style {
        let plain = Style::new();
        match (tone, self.color) {
            (Tone::Neutral, _) | (Tone::Good, false) => plain,
            (Tone::Good, true) => plain.fg(Color::Green),
            (Tone::Attention, true) => plain.fg(Color::Yellow),
            (Tone::Bad, true) => plain.fg(Color::Red),
            (Tone::Attention | Tone::Bad, false) => plain.add_modifier(Modifier::BOLD),
        }
    }

    /// What is there in case somebody looks for it.
    pub(super) fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// The panel that keys go to.
    pub(super) fn focus(self) -> Style {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        if self.color { bold.fg(Color::Cyan) } else { bold }
    }

    /// The chosen row.
    pub(super) fn chosen(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }
}

/// A line in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Text(Vec<(String, Style)>);

impl Text {
    pub(super) fn with(mut self, text: impl Into<String>, style: Style) -> Self {
        self.0.push((text.into(), style));
        self
    }

    pub(super) fn width(&self) -> usize {
        self.0.iter().map(|(text, _)| width(text)).sum()
    }

    /// Cut to so many columns.
    pub(super) fn line(self, room: usize) -> Line<'static> {
        let mut left = room;
        let mut spans = Vec::new();
        for (text, style) in self.0 {
            let shown = cut(&text, left);
            let is_cut = shown != text;
            left -= width(&shown).min(left);
            spans.push(Span::styled(shown, style));
            if is_cut {
                break;
            }
        }
        Line::from(spans)
    }
}

/// A sentence on several lines, broken between words.
pub(super) fn wrapped(text: &str, room: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > most {
        let rest = lines.split_off(most.saturating_sub(1)).join(" ");
        lines.push(rest);
    }
    lines.iter().map(|line| cut(line, room)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_break_between_words_and_the_last_line_is_cut() {
        assert_eq!(wrapped("one two three four", 9, 3), ["one two", "three", "four"]);
        assert_eq!(wrapped("one two three four", 9, 2), ["one two", "three fo…"]);
        assert_eq!(wrapped("", 9, 2), Vec::<String>::new());
    }

    #[test]
    fn a_line_is_cut_where_the_room_ends() {
        let text = Text::default().with("abc", Style::new()).with("defgh", Style::new());
        assert_eq!(text.clone().line(8).to_string(), "abcdefgh");
        assert_eq!(text.clone().line(6).to_string(), "abcde…");
        assert_eq!(text.line(2).to_string(), "a…");
    }
}
