//! Rows as people read them: a table that fits the terminal, or plain aligned lines where there is none.

mod fit;
mod left_out;
mod surface;

use comfy_table::presets::{NOTHING, UTF8_FULL_CONDENSED};
use comfy_table::{Attribute, CellAlignment, Color, ContentArrangement};

use fit::{Wish, cut_in_the_middle, widths};
pub(crate) use fit::{cut, width};
pub(crate) use left_out::left_out;
pub(crate) use surface::Surface;
#[cfg(feature = "tui")]
pub(crate) use surface::wants_color;

/// A text that may be cut keeps at least so many columns.
const LEAST: usize = 10;
/// Blanks between two columns without a line between them.
const TIGHT: usize = 2;

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
    /// Says the most important of it.
    short: Option<String>,
    tone: Tone,
}

impl Cell {
    pub(crate) fn toned(text: impl AsRef<str>, tone: Tone) -> Self {
        Self {
            text: one_line(text.as_ref()),
            short: None,
            tone,
        }
    }

    /// Where there is no room for all of it, this is said in its place rather than its beginning.
    #[must_use]
    pub(crate) fn or(mut self, short: impl AsRef<str>) -> Self {
        self.short = Some(one_line(short.as_ref()));
        self
    }

    /// What it says.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// How it is meant.
    #[cfg(feature = "tui")]
    pub(crate) fn tone(&self) -> Tone {
        self.tone
    }

    /// What it cannot do without; of a number that is all of it.
    fn least(&self, is_number: bool) -> usize {
        let all = width(&self.text);
        let without = if is_number { all } else { all.min(LEAST) };
        self.short.as_deref().map_or(without, width).min(all)
    }

    /// As it is said in so many columns.
    fn within(&self, room: usize, is_name: bool) -> String {
        let text = match &self.short {
            Some(short) if width(&self.text) > room => short,
            _ => &self.text,
        };
        if is_name {
            cut_in_the_middle(text, room)
        } else {
            cut(text, room)
        }
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
    usual: Vec<(usize, String)>,
    gives: Vec<usize>,
    keeps: Vec<(usize, usize)>,
    names: Vec<usize>,
    spare: Vec<usize>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Without rows. The columns in `right` hold numbers: they are never cut.
    pub(crate) fn new<T: AsRef<str>>(titles: &[T], right: &[usize]) -> Self {
        Self {
            titles: titles.iter().map(|title| title.as_ref().to_owned()).collect(),
            right: right.to_vec(),
            usual: Vec::new(),
            gives: Vec::new(),
            keeps: Vec::new(),
            names: Vec::new(),
            spare: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// On a terminal a column in which every row has the usual value is left out: there is little room.
    pub(crate) fn usual(mut self, column: usize, value: impl Into<String>) -> Self {
        self.usual.push((column, value.into()));
        self
    }

    /// On a terminal these columns become narrow before the others do.
    pub(crate) fn gives(mut self, columns: &[usize]) -> Self {
        self.gives = columns.to_vec();
        self
    }

    /// On a terminal this column keeps at least so much room, as far as its texts need it.
    pub(crate) fn keeps(mut self, column: usize, least: usize) -> Self {
        self.keeps.push((column, least));
        self
    }

    /// These columns hold names, which differ at their ends: they are cut in the middle.
    pub(crate) fn names(mut self, columns: &[usize]) -> Self {
        self.names = columns.to_vec();
        self
    }

    /// On a terminal that is too narrow for all columns these are left out, the first of them first.
    pub(crate) fn spare(mut self, columns: &[usize]) -> Self {
        self.spare = columns.to_vec();
        self
    }

    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A table that fits a terminal, a line for each row, texts that are too long cut, and below it which columns had no room;
    /// or whole lines. Without a line end at its end.
    pub(crate) fn render(&self, surface: Surface) -> String {
        let mut shown: Vec<usize> = (0..self.titles.len())
            .filter(|column| !surface.is_terminal() || self.is_telling(*column))
            .collect();
        let telling = shown.clone();
        let mut table = comfy_table::Table::new();
        table.force_no_tty();
        table.set_content_arrangement(ContentArrangement::Disabled);
        let (mut limits, mut is_tight) = (Vec::new(), false);
        match surface {
            Surface::Plain => {
                table.load_style(NOTHING);
            }
            Surface::Terminal { width, color } => {
                let width = usize::from(width);
                let natural: usize = shown.iter().map(|column| self.wish(*column).natural).sum();
                // A mark between two columns and at both ends, and a blank on each side of a text.
                if natural + 3 * shown.len() < width {
                    table.load_style(UTF8_FULL_CONDENSED);
                } else {
                    // Lines would take the room that texts need.
                    is_tight = true;
                    table.load_style(NOTHING);
                    limits = self.fit(&mut shown, |columns| {
                        width.saturating_sub(TIGHT * columns.saturating_sub(1))
                    });
                }
                if color {
                    table.enforce_styling();
                }
            }
        }
        let room = |place: usize| limits.get(place).copied().unwrap_or(usize::MAX);
        let titles = shown.iter().enumerate();
        table.set_header(
            titles
                .map(|(place, column)| head(&cut(&self.titles[*column], room(place))))
                .collect::<Vec<_>>(),
        );
        for row in &self.rows {
            let cells = shown.iter().filter_map(|column| row.get(*column)).enumerate();
            table.add_row(
                cells
                    .map(|(place, cell)| body(cell.within(room(place), self.names.contains(&shown[place])), cell.tone))
                    .collect::<Vec<_>>(),
            );
        }
        for (column, setting) in shown.iter().zip(table.column_iter_mut()) {
            if is_tight || surface == Surface::Plain {
                // Behind the last one there is no room for a gap; it would be coloured, and so not trimmed.
                let gap = if shown.last() == Some(column) { 0 } else { TIGHT as u16 };
                setting.set_padding((0, gap));
            }
            if self.right.contains(column) {
                setting.set_cell_alignment(CellAlignment::Right);
            }
        }
        let missing = telling.iter().filter(|column| !shown.contains(column));
        let missing: Vec<&str> = missing.map(|column| self.titles[*column].as_str()).collect();
        let below = left_out(&missing, surface).map(|line| format!("\n{line}"));
        table.trim_fmt() + &below.unwrap_or_default()
    }

    /// For a screen: titles, then rows, each a list of texts that are padded to their columns, with a gap between two.
    #[cfg(feature = "tui")]
    pub(crate) fn padded(&self, width: usize, gap: usize) -> Vec<Vec<(String, Tone)>> {
        let mut shown: Vec<usize> = (0..self.titles.len())
            .filter(|column| self.is_telling(*column))
            .collect();
        let limits = self.fit(&mut shown, |columns| {
            width.saturating_sub(gap * columns.saturating_sub(1))
        });
        let pad = |column: usize, text: String, room: usize| {
            let blanks = " ".repeat(room.saturating_sub(self::width(&text)));
            if self.right.contains(&column) {
                format!("{blanks}{text}")
            } else {
                format!("{text}{blanks}")
            }
        };
        let columns = || shown.iter().zip(&limits);
        let titles =
            columns().map(|(column, room)| (pad(*column, cut(&self.titles[*column], *room), *room), Tone::Neutral));
        let mut lines = vec![titles.collect::<Vec<_>>()];
        for row in &self.rows {
            let cells = columns().filter_map(|(column, room)| {
                let cell = row.get(*column)?;
                let text = cell.within(*room, self.names.contains(column));
                Some((pad(*column, text, *room), cell.tone))
            });
            lines.push(cells.collect());
        }
        lines
    }

    /// The widths of the columns; takes those out for which there is no room at all. `room` is what so many columns have.
    fn fit(&self, shown: &mut Vec<usize>, room: impl Fn(usize) -> usize) -> Vec<usize> {
        let mut spare = self.spare.iter();
        loop {
            let wishes: Vec<Wish> = shown.iter().map(|column| self.wish(*column)).collect();
            let room = room(shown.len());
            let least: usize = wishes.iter().map(|wish| wish.least).sum();
            match spare.next() {
                Some(column) if least > room => shown.retain(|kept| kept != column),
                _ => return widths(&wishes, room),
            }
        }
    }

    fn wish(&self, column: usize) -> Wish {
        let title = width(&self.titles[column]);
        let cells = || self.rows.iter().filter_map(|row| row.get(column));
        let natural = cells().map(|cell| width(&cell.text)).max().unwrap_or(0).max(title);
        let is_number = self.right.contains(&column);
        let least = cells().map(|cell| cell.least(is_number)).max().unwrap_or(0).max(title);
        let kept = self
            .keeps
            .iter()
            .find(|(of, _)| *of == column)
            .map_or(0, |(_, kept)| *kept);
        Wish {
            natural,
            least: least.max(kept.min(natural)),
            gives: self.gives.contains(&column),
        }
    }

    /// Whether a column says anything that is not the same everywhere and as always.
    fn is_telling(&self, column: usize) -> bool {
        let usual = self.usual.iter().find(|(of, _)| *of == column);
        let Some((_, usual)) = usual else { return true };
        let texts = self.rows.iter().filter_map(|row| row.get(column));
        let mut texts = texts.map(|cell| cell.text.as_str());
        texts.any(|text| text != usual && text != "-")
    }
}

fn head(title: &str) -> comfy_table::Cell {
    comfy_table::Cell::new(title).add_attribute(Attribute::Bold)
}

fn body(text: String, tone: Tone) -> comfy_table::Cell {
    let shown = comfy_table::Cell::new(text);
    match tone {
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
mod tests;
