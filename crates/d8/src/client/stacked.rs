//! Rows whose cells hold several lines, broken where people would break them: a table's own wrapping cuts words.

use super::table::{Cell, Surface, Table, width};

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
    hanging(text, surface, 0)
}

/// The same; what does not fit a line goes on below it, set in by so much more than the line itself.
pub(crate) fn hanging(text: &str, surface: Surface, indent: usize) -> String {
    match surface {
        Surface::Plain => text.to_owned(),
        Surface::Terminal { width, .. } => {
            let lines = text.lines().flat_map(|line| wrapped(line, usize::from(width), indent));
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

/// A line in pieces that take `room` columns at most. A word that is longer stays whole.
fn wrapped(line: &str, room: usize, indent: usize) -> Vec<String> {
    let own = line.len() - line.trim_start_matches(' ').len();
    let mut lines = Vec::new();
    let mut now = String::new();
    for (at, word) in line.split(' ').enumerate() {
        if width(&now) + 1 + width(word) > room && !now.trim().is_empty() {
            let below = format!("{}{word}", " ".repeat(own + indent));
            lines.push(std::mem::replace(&mut now, below).trim_end().to_owned());
            continue;
        }
        // Blanks of the text's own, such as those that set it in, are words without letters.
        if at > 0 {
            now.push(' ');
        }
        now.push_str(word);
    }
    lines.push(now);
    lines
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
    fn lines_go_on_below_themselves() {
        assert_eq!(wrapped("one two three", 80, 2), ["one two three"]);
        assert_eq!(wrapped("one two three four", 10, 2), ["one two", "  three", "  four"]);
        assert_eq!(
            wrapped("a-word-that-is-too-long b", 10, 2),
            ["a-word-that-is-too-long", "  b"]
        );
        assert_eq!(wrapped("", 10, 2), [""]);
        assert_eq!(wrapped("  set in", 80, 2), ["  set in"]);
        assert_eq!(wrapped("  set in by two", 10, 2), ["  set in", "    by two"]);
        assert_eq!(wrapped("日本語 日本語", 12, 0), ["日本語", "日本語"], "wide characters");
        let narrow = Surface::Terminal { width: 8, color: false };
        assert_eq!(hanging("one two\nthree four", narrow, 1), "one two\nthree\n four");
        assert_eq!(hanging("one two\nthree four", Surface::Plain, 1), "one two\nthree four");
    }

    #[test]
    fn the_tallest_cell_decides() {
        let mut table = Table::new(&["A", "B"], &[]);
        row(&mut table, &[line("x"), lines(["1", "2"])]);
        assert_eq!(table.render(Surface::Plain), "A  B\nx  1\n   2");
    }
}
