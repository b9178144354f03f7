//! Strings that look like a provider's key.

/// How a key begins, how much of a key must follow, and whether `-` and `_` belong to it.
const SHAPES: [(&str, usize, bool); 3] = [("gsk_", 30, false), ("AIza", 30, true), ("sk-", 32, true)];

/// The likely keys in a text, by line and shape, never the key itself: the message may end up in a public log.
pub(crate) fn likely_keys(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for shape in SHAPES.iter().filter(|shape| has_key(line, shape)) {
            found.push(format!("line {}: begins with {}", number + 1, shape.0));
        }
    }
    found
}

fn has_key(line: &str, &(prefix, length, with_marks): &(&str, usize, bool)) -> bool {
    let of_key = |byte: &u8| byte.is_ascii_alphanumeric() || (with_marks && matches!(byte, b'-' | b'_'));
    line.match_indices(prefix).any(|(at, _)| {
        let begins_a_word = !line[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        let key: Vec<u8> = line.bytes().skip(at + prefix.len()).take_while(of_key).collect();
        // Words joined by hyphens have no digits; a key of this length always does.
        begins_a_word && key.len() >= length && key.iter().any(u8::is_ascii_digit)
    })
}

#[test]
fn keys_are_seen_and_words_are_not() {
    let tail = "a1B2".repeat(10);
    for prefix in ["gsk_", "AIza", "sk-", "sk-proj-"] {
        assert_eq!(
            likely_keys(&format!("x\nkey = \"{prefix}{tail}\"")).len(),
            1,
            "{prefix}"
        );
    }
    let fine = format!("test-key-1, gsk_short, task-{tail}, sk-{}", "a-word-".repeat(8));
    assert_eq!(likely_keys(&fine), Vec::<String>::new());
}
