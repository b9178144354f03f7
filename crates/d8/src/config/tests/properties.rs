//! Whatever a file holds, reading it ends with a configuration or an error, never with a panic.

use proptest::prelude::*;

use super::*;

const WHOLE: &str = include_str!("example.toml");

/// Pieces that mutations put in.
const PIECES: [&str; 22] = [
    "\"",
    "'",
    "\"\"\"",
    "[",
    "]",
    "[[",
    "{",
    "}",
    "=",
    ",",
    "\n",
    "\u{feff}",
    "ñ",
    "-1",
    "0",
    "9223372036854775807",
    "1e400",
    "nan",
    "\"\"",
    "*",
    "/",
    "99999999999999999999mo",
];

fn parse(text: &str) {
    let variables = [("GROQ_API_KEY", "test-key-1"), ("D8_TOKEN", "test-token")];
    if let Err(error) = Config::from_text(text, options(&variables)) {
        assert!(!error.to_string().is_empty());
    }
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at % (text.len() + 1))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_mutated_file_panics(edits in prop::collection::vec((any::<usize>(), 0usize..12, 0..PIECES.len()), 1..5)) {
        let mut text = WHOLE.to_owned();
        for (at, cut, piece) in edits {
            let start = boundary(&text, at);
            let end = boundary(&text, (start + cut).min(text.len()));
            text.replace_range(start..end.max(start), PIECES[piece]);
        }
        parse(&text);
    }

    #[test]
    fn no_text_panics(text in "(?s).{0,200}") {
        parse(&text);
    }

    #[test]
    fn no_value_panics(at in 0..WHOLE.lines().filter(|line| line.contains(" = ")).count(), piece in 0..PIECES.len()) {
        let line = WHOLE.lines().filter(|line| line.contains(" = ")).nth(at).unwrap_or_default();
        let (key, _) = line.split_once(" = ").unwrap_or_default();
        parse(&WHOLE.replace(line, &format!("{key} = {}", PIECES[piece])));
        parse(&WHOLE.replace(line, &format!("{key} = \"{}\"", PIECES[piece])));
    }
}
