//! How wide each column of a table may be, and how a text is cut to a width.

use unicode_width::UnicodeWidthStr;

/// Cut texts end so.
const CUT: char = '…';

/// What a column asks for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) struct Wish {
    /// The widest of its texts.
    pub(super) natural: usize,
    /// Narrower than that it says nothing.
    pub(super) least: usize,
    /// It becomes narrow before the others do.
    pub(super) gives: bool,
}

/// The widths of columns that share so much room: the widest become narrower first. Where even the least is too much, each
/// has its least.
pub(super) fn widths(wishes: &[Wish], room: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = wishes.iter().map(|wish| wish.natural).collect();
    let mut over = widths.iter().sum::<usize>().saturating_sub(room);
    for only_giving in [true, false] {
        while over > 0 {
            let may = |index: &usize| {
                let wish = &wishes[*index];
                (wish.gives || !only_giving) && widths[*index] > wish.least
            };
            // Of equal ones the last: what stands first says which row it is.
            let Some(widest) = (0..wishes.len()).filter(may).max_by_key(|index| widths[*index]) else {
                break;
            };
            widths[widest] -= 1;
            over -= 1;
        }
    }
    widths
}

/// How many columns of a terminal a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// A text that takes no more columns than that: its beginning, and a mark that there is more.
pub(crate) fn cut(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.chars() {
        let longer = format!("{kept}{character}");
        if width(&longer) >= room {
            break;
        }
        kept = longer;
    }
    let mut shown = kept.trim_end().to_owned();
    if room > 0 {
        shown.push(CUT);
    }
    shown
}

/// The same, but both ends are kept.
pub(super) fn cut_in_the_middle(text: &str, room: usize) -> String {
    if width(text) <= room || room < 4 {
        return cut(text, room);
    }
    let head = room.div_ceil(2);
    let mut tail = String::new();
    for character in text.chars().rev() {
        let longer = format!("{character}{tail}");
        if width(&longer) > room - head {
            break;
        }
        tail = longer;
    }
    // The mark is the head's last.
    let mut shown = cut(text, head);
    if !shown.ends_with(CUT) {
        shown.push(CUT);
    }
    shown + &tail
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(natural: usize, least: usize, gives: bool) -> Wish {
        Wish { natural, least, gives }
    }

    #[test]
    fn the_widest_become_narrower_and_those_that_give_do_so_first() {
        let plain = [wish(4, 4, false), wish(30, 5, false), wish(20, 5, false)];
        assert_eq!(widths(&plain, 60), [4, 30, 20]);
        assert_eq!(widths(&plain, 44), [4, 20, 20]);
        assert_eq!(widths(&plain, 34), [4, 15, 15]);
        assert_eq!(widths(&plain, 10), [4, 5, 5], "each its least");
        let giving = [wish(4, 4, false), wish(30, 5, false), wish(20, 5, true)];
        assert_eq!(widths(&giving, 44), [4, 30, 10]);
        assert_eq!(widths(&giving, 34), [4, 25, 5]);
    }

    #[test]
    fn a_text_is_cut_where_it_shows() {
        assert_eq!(cut("gemini-main", 11), "gemini-main");
        assert_eq!(cut("gemini-main", 8), "gemini-…");
        assert_eq!(cut("two words", 5), "two…", "no blank before the mark");
        assert_eq!(cut("日本語日本語", 7), "日本語…", "wide characters take two columns");
        assert_eq!(cut_in_the_middle("builtin:groq-main", 11), "built…-main");
        assert_eq!(cut_in_the_middle("groq", 4), "groq");
        assert_eq!([cut("ab", 1), cut("ab", 0)], ["…", ""]);
    }
}
