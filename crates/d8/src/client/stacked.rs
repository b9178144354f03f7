//! Rows whose cells hold several lines, broken where people would break them: a table's own wrapping cuts words.

use super::table::{Cell, Surface, Table};

/// Adds one row for each line of the tallest cell.
pub(crate) fn row(table: &mut Table, cells: &[Vec<Cell>]) {
    let height = cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
    for line in 0..height {
        let of = |cell: &Vec<Cell>| cell.get(line).cloned().unwrap_or_else(|| Cell::from(""));
        table.row(cells.iter().map(of).collect());
    }
}

/// A cell of one line.
pub(crate) fn line(text: impl AsRef<str>) -> Vec<Cell> {
    vec![Cell::from(text)]
}

/// A cell of these lines.
pub(crate) fn lines(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<Cell> {
    texts.into_iter().map(Cell::from).collect()
}

/// A name in lines of at most `width` characters, broken after spaces and the marks that names are made of; a longer piece
/// stands alone.
pub(crate) fn folded(text: &str, width: usize) -> Vec<String> {
    broken(text.split_inclusive([' ', '-', '/', '_']), width)
}

/// Sentences for a surface: broken at spaces where a terminal would break words.
pub(crate) fn paragraph(text: &str, surface: Surface) -> String {
    match surface {
        Surface::Plain => text.to_owned(),
        Surface::Terminal { width, .. } => broken(text.split_inclusive(' '), usize::from(width)).join("\n"),
    }
}

fn broken<'a>(pieces: impl Iterator<Item = &'a str>, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut current = String::new();
    for piece in pieces {
        let long = current.chars().count() + piece.trim_end().chars().count() > width;
        if long && !current.is_empty() {
            lines.push(std::mem::take(&mut current).trim_end().to_owned());
        }
        current.push_str(piece);
    }
    lines.push(current.trim_end().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_broken_where_people_would() {
        assert_eq!(
            folded("llama-3.3-70b-versatile", 12),
            ["llama-3.3-", "70b-", "versatile"]
        );
        assert_eq!(folded("30/min 1,000/day", 10), ["30/min", "1,000/day"]);
        assert_eq!(folded("free", 10), ["free"]);
        let narrow = Surface::Terminal {
            width: 12,
            color: false,
        };
        assert_eq!(paragraph("what fits-all stays", narrow), "what\nfits-all\nstays");
        assert_eq!(paragraph("what fits-all stays", Surface::Plain), "what fits-all stays");
        assert_eq!(folded("", 10), [""]);
    }

    #[test]
    fn the_tallest_cell_decides() {
        let mut table = Table::new(&["A", "B"], &[]);
        row(&mut table, &[line("x"), lines(["1", "2"])]);
        assert_eq!(table.render(Surface::Plain), "A  B\nx  1\n   2");
    }
}
