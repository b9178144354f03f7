//! Rows as people read them: a table that fits the terminal, or plain aligned lines where there is none.

use std::io::IsTerminal;

use comfy_table::presets::{NOTHING, UTF8_FULL_CONDENSED};
use comfy_table::{Attribute, CellAlignment, Color, ContentArrangement};

use crate::config::{Environment, env_names};

/// What is printed on.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Surface {
    /// Lines for a file or another program.
    Plain,
    /// A terminal.
    Terminal {
        /// Its columns.
        width: u16,
        /// Whether colour is wanted.
        color: bool,
    },
}

impl Surface {
    /// What standard output leads to.
    pub(crate) fn of_output() -> Self {
        if !std::io::stdout().is_terminal() {
            return Self::Plain;
        }
        Self::terminal(comfy_table::Table::new().width())
    }

    /// What standard error leads to, where it is a terminal.
    pub(crate) fn of_talk() -> Option<Self> {
        let is_terminal = std::io::stderr().is_terminal();
        is_terminal.then(|| Self::terminal(comfy_table::Table::new().use_stderr().width()))
    }

    fn terminal(width: Option<u16>) -> Self {
        Self::Terminal {
            width: width.unwrap_or(80),
            color: Environment::of_process().get(env_names::NO_COLOR).is_none(),
        }
    }

    /// Whether it is a terminal.
    pub(crate) fn is_terminal(self) -> bool {
        self != Self::Plain
    }
}

/// How a cell is meant.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(crate) enum Tone {
    #[default]
    Neutral,
    Good,
    Attention,
    Bad,
}

/// A text, and how it is meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    pub(crate) fn toned(text: impl AsRef<str>, tone: Tone) -> Self {
        Self {
            text: one_line(text.as_ref()),
            tone,
        }
    }

    /// What it says.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::toned(text, Tone::Neutral)
    }
}

/// Rows below their titles.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    titles: Vec<String>,
    right: Vec<usize>,
    usual: Vec<(usize, &'static str)>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Without rows. The columns in `right` hold numbers.
    pub(crate) fn new(titles: &[impl AsRef<str>], right: &[usize]) -> Self {
        Self {
            titles: titles.iter().map(|title| title.as_ref().to_owned()).collect(),
            right: right.to_vec(),
            usual: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// On a terminal a column in which every row has the usual value is left out: there is little room.
    pub(crate) fn usual(mut self, column: usize, value: &'static str) -> Self {
        self.usual.push((column, value));
        self
    }

    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Without a line end at its end.
    pub(crate) fn render(&self, surface: Surface) -> String {
        let shown: Vec<usize> = (0..self.titles.len())
            .filter(|column| !surface.is_terminal() || self.is_telling(*column))
            .collect();
        let mut table = comfy_table::Table::new();
        table.force_no_tty();
        match surface {
            Surface::Plain => {
                table
                    .load_style(NOTHING)
                    .set_content_arrangement(ContentArrangement::Disabled);
            }
            Surface::Terminal { width, color } => {
                table
                    .load_style(UTF8_FULL_CONDENSED)
                    .set_content_arrangement(ContentArrangement::Dynamic)
                    .set_width(width);
                if color {
                    table.enforce_styling();
                }
            }
        }
        table.set_header(
            shown
                .iter()
                .map(|column| head(&self.titles[*column]))
                .collect::<Vec<_>>(),
        );
        for row in &self.rows {
            let cells = shown.iter().filter_map(|column| row.get(*column));
            table.add_row(cells.map(body).collect::<Vec<_>>());
        }
        for (column, setting) in shown.iter().zip(table.column_iter_mut()) {
            if surface == Surface::Plain {
                setting.set_padding((0, 2));
            }
            if self.right.contains(column) {
                setting.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.trim_fmt()
    }

    /// Whether a column says anything that is not the same everywhere and as always.
    fn is_telling(&self, column: usize) -> bool {
        let usual = self.usual.iter().find(|(of, _)| *of == column);
        let Some((_, usual)) = usual else { return true };
        let texts = self.rows.iter().filter_map(|row| row.get(column));
        let mut texts = texts.map(|cell| cell.text.as_str());
        texts.any(|text| text != *usual && text != "-")
    }
}

fn head(title: &str) -> comfy_table::Cell {
    comfy_table::Cell::new(title).add_attribute(Attribute::Bold)
}

fn body(cell: &Cell) -> comfy_table::Cell {
    let shown = comfy_table::Cell::new(&cell.text);
    match cell.tone {
        Tone::Neutral => shown,
        Tone::Good => shown.fg(Color::Green),
        Tone::Attention => shown.fg(Color::Yellow),
        Tone::Bad => shown.fg(Color::Red),
    }
}

/// What comes from elsewhere may hold line ends, or marks that a terminal obeys.
pub(crate) fn one_line(text: &str) -> String {
    let printable = |character: char| if character.is_control() { ' ' } else { character };
    text.trim().chars().map(printable).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&["WORKER", "DONE", "NOTE"], &[1]);
        table.row(vec!["groq-1".into(), "12".into(), Cell::toned("offline", Tone::Bad)]);
        table.row(vec![
            "gemini-resilient-1".into(),
            "1,200".into(),
            "two\nlines \u{1b}[31mand a mark".into(),
        ]);
        table
    }

    #[test]
    fn other_programs_get_plain_aligned_lines() {
        let expected = "\
WORKER               DONE  NOTE
groq-1                 12  offline
gemini-resilient-1  1,200  two lines  [31mand a mark";
        assert_eq!(table().render(Surface::Plain), expected);
    }

    #[test]
    fn a_terminal_gets_a_table_that_fits() {
        let narrow = Surface::Terminal {
            width: 40,
            color: false,
        };
        let expected = "\
┌───────────────┬───────┬──────────────┐
│ WORKER        ┆  DONE ┆ NOTE         │
╞═══════════════╪═══════╪══════════════╡
│ groq-1        ┆    12 ┆ offline      │
│ gemini-resili ┆ 1,200 ┆ two lines    │
│ ent-1         ┆       ┆ [31mand a    │
│               ┆       ┆ mark         │
└───────────────┴───────┴──────────────┘";
        assert_eq!(table().render(narrow), expected);
    }

    #[test]
    fn a_terminal_is_spared_what_is_as_always() {
        let mut table = Table::new(&["TASK", "CLIENT"], &[]).usual(1, "local");
        table.row(vec!["task_1".into(), "local".into()]);
        let terminal = Surface::Terminal {
            width: 40,
            color: false,
        };
        assert!(!table.render(terminal).contains("CLIENT"));
        assert!(table.render(Surface::Plain).contains("CLIENT"));
        table.row(vec!["task_2".into(), "web".into()]);
        assert!(table.render(terminal).contains("CLIENT"));
    }

    #[test]
    fn colour_is_only_where_it_is_wanted() {
        let shown = |color| table().render(Surface::Terminal { width: 80, color });
        assert!(shown(true).contains('\u{1b}'));
        assert!(!shown(false).contains('\u{1b}'));
    }
}
