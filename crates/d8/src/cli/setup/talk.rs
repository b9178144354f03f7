//! Talk that fits the terminal: lines break between words.

use crate::cli;
use crate::client::table::Surface;

/// Says a line, in as many as the terminal needs; elsewhere in one.
pub(super) fn say(line: &str) {
    match Surface::of_talk() {
        Some(Surface::Terminal { width, .. }) => {
            for line in wrapped(line, usize::from(width)) {
                cli::say(&line);
            }
        }
        _ => cli::say(line),
    }
}

/// A line in pieces of `width` columns at most, further ones set in by two. A word that is longer stays whole.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut now = String::new();
    for (at, word) in line.split(' ').enumerate() {
        let length = now.chars().count() + 1 + word.chars().count();
        if length > width && !now.trim().is_empty() {
            lines.push(std::mem::replace(&mut now, format!("  {word}")));
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

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two three", 80), ["one two three"]);
        assert_eq!(wrapped("one two three four", 10), ["one two", "  three", "  four"]);
        assert_eq!(
            wrapped("a-word-that-is-too-long b", 10),
            ["a-word-that-is-too-long", "  b"]
        );
        assert_eq!(wrapped("", 10), [""]);
        assert_eq!(wrapped("  set in", 80), ["  set in"]);
    }
}
